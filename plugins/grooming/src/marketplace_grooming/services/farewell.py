"""A pet died: nothing of what was booked for it takes place."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace_grooming.domain.process import AHEAD
from marketplace_grooming.tables import visit_table
from marketplace_kit.accounts.queries import contact_of
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_kit.orders.services import act
from marketplace_kit.scheduling.domain.process import Reason
from marketplace_pets.domain import PetDied

v = visit_table.c
DIED = N_("The pet has died. We are sorry; nothing more is needed.")


async def close_visits(uow: UnitOfWork, event: PetDied) -> None:
    """Cancel the visits ahead, with a human text in the language of whoever ordered. Told again, nothing is left."""
    ahead = sa.select(v.id, v.person_id).where(v.pet_id == event.pet_id, v.state.in_(AHEAD)).order_by(v.id)
    for row in (await uow.session.execute(ahead)).all():
        contact = await contact_of(await uow.session.connection(), row.person_id) if row.person_id else None
        locale = contact.locale if contact else uow.site.settings.of(SiteSettings).locale
        reason = Reason(reason=uow.site.texts.gettext(locale, DIED))
        await act(uow, row.id, "cancel", reason, by=Actor(), system=True)
