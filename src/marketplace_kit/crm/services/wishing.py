"""What a client likes, and when somebody is to think of them: kept by the staff, told in time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.crm.domain import KEEP
from marketplace_kit.crm.schemas import FollowUpForm, Preferences
from marketplace_kit.crm.services.access import client_for
from marketplace_kit.crm.tables import client_table as client
from marketplace_kit.kernel.errors import Invalid, Problem
from marketplace_kit.kernel.fields import raw_of
from marketplace_kit.kernel.hooks import Actor, Notice
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_kit.notifications.services import notify
from marketplace_kit.shops.domain import OWNER
from marketplace_kit.shops.tables import member_table, shop_table

FOLLOW_UP = Notice(
    name="crm.follow_up",
    label=N_("I wanted to think of a client"),
    subject=N_("{client}: {what}"),
    body=N_("Today you wanted to think of {client} of “{shop}”: {what}"),
    sample={"client": "Aru", "shop": "Zhaiyq Groom", "what": "Ask how the colour holds"},
)
_PAST = N_("This day is over. Please choose today or a later one.")
_AT_ONCE = 200
c = client.c


async def set_preferences(uow: UnitOfWork, client_id: UUID, form: Preferences, *, by: Actor) -> None:
    """What the client likes from now on; what is left out is not known any more. Refuses :class:`Missing`."""
    card = await client_for(uow, client_id, KEEP, by=by)
    card.preferences = {name: value for name, value in raw_of(form).items() if value not in (None, "", [], ())}


async def follow_up(uow: UnitOfWork, client_id: UUID, form: FollowUpForm, *, by: Actor) -> None:
    """Whoever says so is reminded on that day; a day that was set before is forgotten. Refuses a day that is over."""
    card = await client_for(uow, client_id, KEEP, by=by)
    if form.day < _today(uow.site):
        raise Invalid(Problem("day", "day_over", _PAST))
    card.remember(form.day, form.what.strip(), by.person_id)


async def follow_up_done(uow: UnitOfWork, client_id: UUID, *, by: Actor) -> None:
    """Nobody is to think of the client any more; done twice it is done."""
    card = await client_for(uow, client_id, KEEP, by=by)
    card.remember(None, "", None)


def _today(site: Site) -> date:
    return site.clock.now().astimezone(ZoneInfo(site.settings.of(SiteSettings).timezone)).date()


async def tell_follow_ups(site: Site) -> int:
    """Remind whoever wanted it, once; how many were told. Where that person has gone, the shop's owners are."""
    told = 0
    for client_id in await site.ask(_due, _today(site)):
        told += await site.do(_tell, client_id)
    return told


async def _due(connection: AsyncConnection, today: date) -> list[UUID]:
    waiting = sa.and_(c.follow_up_on <= today, c.follow_up_told_at.is_(None), c.deleted_at.is_(None))
    wanted = sa.select(c.id).where(waiting).order_by(c.follow_up_on, c.id).limit(_AT_ONCE)
    return list((await connection.execute(wanted)).scalars())


async def _tell(uow: UnitOfWork, client_id: UUID) -> bool:
    """The row says that it was told before anybody is: of two who tell at once, one finds it told."""
    mine = sa.update(client).where(c.id == client_id, c.follow_up_told_at.is_(None), c.follow_up_on.is_not(None))
    columns = (c.name, c.shop_id, c.follow_up_on, c.follow_up_what, c.follow_up_by)
    row = (await uow.session.execute(mine.values(follow_up_told_at=uow.at).returning(*columns))).first()
    if row is None:
        return False
    shop = sa.select(shop_table.c.name, shop_table.c.slug).where(shop_table.c.id == row.shop_id)
    named = (await uow.session.execute(shop)).one()
    for person_id in await _whom(uow, row):
        facts = {
            "client": row.name,
            "shop": named.name or named.slug,
            "what": row.follow_up_what,
        }
        key = f"{FOLLOW_UP.name}:{client_id}:{row.follow_up_on.isoformat()}:{person_id}"
        link = f"/sell/clients/{client_id}"
        await notify(uow, to=person_id, notice=FOLLOW_UP.name, facts=facts, link=link, key=key)
    return True


async def _whom(uow: UnitOfWork, row: Any) -> Iterable[UUID]:
    """Whoever said so, if they still work there; else the owners."""
    m = member_table.c
    working = sa.select(m.person_id, m.role).where(m.shop_id == row.shop_id)
    people = (await uow.session.execute(working)).all()
    if any(one.person_id == row.follow_up_by for one in people):
        return [row.follow_up_by]
    return [one.person_id for one in people if one.role == OWNER]
