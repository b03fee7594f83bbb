"""Families hear of what they share before it ends: once for each grant, in one message."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from marketplace_kit.accounts.queries import contact_of
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.notifications.services import notify
from marketplace_kit.shops.queries import names_of
from marketplace_kit.web.formats import day as shown_day
from marketplace_pets import queries
from marketplace_pets.schemas import PetsSettings
from marketplace_pets.services.access import today
from marketplace_pets.tables import grant_table

NOTICE = "pets.grants_ending"
AT_ONCE = 500
g = grant_table.c


async def tell_ending(site: Site) -> int:
    """Tell keepers which of the grants that they gave end within ``[pets] grant_ends_days`` days; how many messages
    went out. What comes with a booking ends as it was said when booking, and is not told of. Run twice or late, each
    grant is told of once.
    """
    day = today(site)
    last = day + timedelta(days=site.settings.of(PetsSettings).grant_ends_days)
    rows = await site.ask(queries.grants_ending, day, last, AT_ONCE)
    by_keeper: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        by_keeper[row.person_id].append(row)
    sent = 0
    for person_id, found in by_keeper.items():
        sent += await site.do(_tell, person_id, found)
    return sent


async def _tell(uow: UnitOfWork, person_id: UUID, rows: Sequence[Any]) -> int:
    """Of two that tell at once one does; one that was ended in between is left out."""
    told = []
    for row in rows:
        marked = (
            sa.update(grant_table)
            .where(g.id == row.id, g.ending_told_at.is_(None), g.revoked_at.is_(None), g.expires_on == row.expires_on)
            .values(ending_told_at=uow.at)
        )
        if (await uow.session.execute(marked.returning(g.id))).first() is not None:
            told.append(row)
    connection = await uow.session.connection()
    contact = await contact_of(connection, person_id)
    if not told or contact is None:
        return 0
    shops = await names_of(connection, [row.shop_id for row in told])
    lines = [f"{r.name}, {shops.get(r.shop_id, '')}: {shown_day(r.expires_on, contact.locale)}" for r in told]
    pets = {row.pet_id for row in told}
    await notify(
        uow,
        to=person_id,
        notice=NOTICE,
        facts={"lines": "; ".join(lines)},
        link=f"/pets/{told[0].pet_id}#sharing" if len(pets) == 1 else "/pets",
        key=f"{NOTICE}:{person_id}:{uow.at.isoformat()}",
    )
    return 1
