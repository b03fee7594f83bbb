"""Opening a record without the family's leave, when an animal is in danger."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from marketplace_kit.kernel.audit import audit
from marketplace_kit.kernel.errors import Forbidden, Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.web.limits import limit
from marketplace_pets import queries
from marketplace_pets.domain import EmergencyOff, OpenedInEmergency, Shared, check_reason, lists
from marketplace_pets.schemas import PetsSettings
from marketplace_pets.services.access import EMERGENCY
from marketplace_pets.tables import read_table


def may_open(site: Site, by: Actor) -> bool:
    """Whether somebody is offered the way: the site allows it, and so does their part."""
    return site.settings.of(PetsSettings).emergency_opening and by.may(EMERGENCY) and bool(by.shops)


async def open_in_emergency(uow: UnitOfWork, pet_id: UUID, *, shop_id: UUID, why: str, by: Actor) -> Shared:
    """Allergies, medicines and chronic problems of a pet, for staff who say why: once, without a grant. The reading is
    in the family's log and in the audit trail, and the keeper is told at once.

    Refuses :class:`EmergencyOff` where the site does not allow it, :class:`Forbidden`, :class:`Missing` for an unknown
    pet and another's shop, :class:`ReasonRequired`.
    """
    if not uow.site.settings.of(PetsSettings).emergency_opening:
        raise EmergencyOff
    if not by.may(EMERGENCY):
        raise Forbidden
    connection = await uow.session.connection()
    card = (await queries.cards(connection, (pet_id,))).get(pet_id)
    if card is None or shop_id not in by.shops:
        raise Missing
    reason = check_reason(why)[:200]
    read_id = new_id()
    row = {
        "id": read_id,
        "pet_id": pet_id,
        "shop_id": shop_id,
        "by_person_id": by.person_id,
        "scope": lists.EMERGENCY,
        "why": reason,
        "at": uow.at,
        "grant_id": None,
    }
    await uow.session.execute(sa.insert(read_table).values(row))
    uow.record(OpenedInEmergency(pet_id=pet_id, read_id=read_id, shop_id=shop_id, why=reason))
    await audit(uow, by=by, act=EMERGENCY, on=f"pet:{pet_id}", facts={"why": reason})
    return Shared(
        scope=lists.EMERGENCY,
        card=card,
        allergies=tuple(await queries.allergies_of(connection, pet_id)),
        conditions=tuple(await queries.conditions_of(connection, pet_id)),
    )


async def break_glass(site: Site, pet_id: UUID, *, shop_id: UUID, why: str, by: Actor) -> Shared:
    """The same, with tries counted: ten an hour. Refuses :class:`TooMany`."""
    await limit(site, "pets.emergency", str(by.person_id), most=10, per=timedelta(hours=1))
    return await site.do(open_in_emergency, pet_id, shop_id=shop_id, why=why, by=by)
