"""Allergies, chronic problems, medicines, behaviour: what the family says of its pet."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from marketplace_kit.kernel.errors import Invalid, Missing, Problem
from marketplace_kit.kernel.fields import Form
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_pets import queries
from marketplace_pets.domain import BEHAVIOUR_CHOICES
from marketplace_pets.schemas import NewAllergy, NewBehaviour, NewBehaviourAt, NewCondition
from marketplace_pets.services.access import access_pet, access_to_write
from marketplace_pets.services.timeline import note
from marketplace_pets.tables import allergy_table, behaviour_table, condition_table


async def add_allergy(
    uow: UnitOfWork, pet_id: UUID, form: NewAllergy, *, by: Actor, shop_id: UUID | None = None
) -> UUID:
    """Note what the pet does not bear, by the family or by a shop with a living grant."""
    return await _add(uow, allergy_table, pet_id, form, by, shop_id)


async def add_condition(
    uow: UnitOfWork, pet_id: UUID, form: NewCondition, *, by: Actor, shop_id: UUID | None = None
) -> UUID:
    """Note a chronic problem or a medicine, by the family or by a shop with a living grant."""
    return await _add(uow, condition_table, pet_id, form, by, shop_id)


async def _add(
    uow: UnitOfWork, table: sa.Table, pet_id: UUID, form: Form, by: Actor, shop_id: UUID | None, **more: Any
) -> UUID:
    await access_to_write(uow, pet_id, by=by, shop_id=shop_id)
    entry_id = new_id()
    told = {name: getattr(form, name) for name in form.__struct_fields__}
    row = {"id": entry_id, "pet_id": pet_id, "at": uow.at, "by_person_id": by.person_id, "shop_id": shop_id}
    await uow.session.execute(sa.insert(table).values(row | told))
    return entry_id


async def end_allergy(uow: UnitOfWork, pet_id: UUID, entry_id: UUID, *, reason: str = "", by: Actor) -> None:
    """It was a mistake, or is over: it is shown no longer, and kept. Refuses :class:`Missing`."""
    await _end(uow, allergy_table, pet_id, entry_id, reason, by)


async def end_condition(uow: UnitOfWork, pet_id: UUID, entry_id: UUID, *, reason: str = "", by: Actor) -> None:
    """The problem is over, the medicine is no longer taken."""
    await _end(uow, condition_table, pet_id, entry_id, reason, by)


async def _end(uow: UnitOfWork, table: sa.Table, pet_id: UUID, entry_id: UUID, reason: str, by: Actor) -> None:
    await access_pet(uow, pet_id, by=by)
    t = table.c
    mine = sa.and_(t.id == entry_id, queries.whole(t.pet_id, (pet_id,)))
    if (await uow.session.execute(sa.select(t.id).where(mine))).first() is None:
        raise Missing
    ended = sa.update(table).where(mine, t.ended_at.is_(None))
    await uow.session.execute(ended.values(ended_at=uow.at, ended_reason=reason.strip()[:500]))


async def flag_behaviour(
    uow: UnitOfWork, pet_id: UUID, form: NewBehaviour | NewBehaviourAt, *, by: Actor, shop_id: UUID | None = None
) -> None:
    """Set a coded warning; set again, its comment is the new one. By the family or by a shop with a living grant, which
    may use its own codes too. Refuses :class:`Invalid` for a code that is on neither list.
    """
    await access_to_write(uow, pet_id, by=by, shop_id=shop_id)
    title = dict(BEHAVIOUR_CHOICES).get(form.code, "")
    if not title:
        own = await queries.codes_of_shops(await uow.session.connection(), (shop_id,) if shop_id else ())
        if form.code not in {kind.code for kind in own}:
            raise Invalid(Problem("code", "not_a_choice", N_("This warning is on no list of yours.")))
        title = N_("Behaviour")
    await _lower(uow, pet_id, form.code, uow.at)
    row = {
        "id": new_id(),
        "pet_id": pet_id,
        "code": form.code,
        "comment": form.comment,
        "at": uow.at,
        "by_person_id": by.person_id,
        "shop_id": shop_id,
    }
    await uow.session.execute(sa.insert(behaviour_table).values(row))
    await note(uow, pet_id, kind="behaviour", title=title, shop_id=shop_id, scope="behaviour")


async def unflag_behaviour(uow: UnitOfWork, pet_id: UUID, code: str, *, by: Actor) -> None:
    """Take a warning away; one that is not set changes nothing."""
    await access_pet(uow, pet_id, by=by)
    await _lower(uow, pet_id, code, uow.at)


async def _lower(uow: UnitOfWork, pet_id: UUID, code: str, at: datetime) -> None:
    t = behaviour_table.c
    lowered = sa.update(behaviour_table).where(queries.whole(t.pet_id, (pet_id,)), t.code == code, t.ended_at.is_(None))
    await uow.session.execute(lowered.values(ended_at=at))
