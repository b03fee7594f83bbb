"""What is booked for pets, told by whoever holds the booking; and what shops ask their families to come for."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from marketplace_kit.kernel.errors import Invalid, Missing, Problem
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_pets import queries
from marketplace_pets.domain import PetDeceased, lists
from marketplace_pets.schemas import NewFollowUp
from marketplace_pets.services.access import access_pet, access_to_write, today
from marketplace_pets.tables import booked_table, follow_up_table

b, f = booked_table.c, follow_up_table.c


async def expect(
    uow: UnitOfWork,
    pet_id: UUID,
    *,
    booking: str,
    shop_id: UUID,
    on: date,
    title: str,
    link: str = "",
    meets: Collection[str] = (),
    person_id: UUID | None = None,
) -> None:
    """A pet is booked for a day: its family sees it, and the care plan says nothing of what is done then.

    ``booking`` names it (the line's id): a second call moves it, so call it again when the booking is moved, and
    :func:`expect_no_more` when it took place or was cancelled. ``meets`` are reasons of the care plan
    (``grooming_due``, ``weight_check``, ``dose_due`` …) or timetables (``rabies``); ``person_id`` is who booked, empty
    for the shop: what a former keeper booked does not count for the new family.
    """
    row = {
        "booking": booking,
        "pet_id": pet_id,
        "shop_id": shop_id,
        "person_id": person_id,
        "on_day": on,
        "meets": f" {' '.join(sorted(meets))} ",
        "title": title[:300],
        "link": link,
        "at": uow.at,
    }
    statement = uow.site.database.insert(booked_table).values(row)
    moved = {name: row[name] for name in ("on_day", "title", "link", "meets")}
    await uow.session.execute(statement.on_conflict_do_update(index_elements=["booking"], set_=moved))


async def expect_no_more(uow: UnitOfWork, booking: str, *, came: bool = False) -> None:
    """A booking is over. If the pet ``came``, what its shop had asked it to come for is done. Told again, nothing is
    left.
    """
    over = sa.delete(booked_table).where(b.booking == booking).returning(b.pet_id, b.shop_id)
    row = (await uow.session.execute(over)).first()
    if row is None or not came:
        return
    root = await queries.root_of(await uow.session.connection(), row.pet_id)
    done = sa.update(follow_up_table).where(
        queries.whole(f.pet_id, (root,)), f.shop_id == row.shop_id, f.kind == lists.FOLLOW_UP, f.ended_at.is_(None)
    )
    await uow.session.execute(done.values(ended_at=uow.at))


async def ask_to_come(uow: UnitOfWork, pet_id: UUID, form: NewFollowUp, *, by: Actor, shop_id: UUID) -> UUID:
    """A shop with a living grant asks the family to come again by a day. It stands in the care plan until it is booked,
    done or taken back. Refuses :class:`PetDeceased`, a day that is over, and like :func:`access_to_write`.
    """
    tied, _ = await access_to_write(uow, pet_id, by=by, shop_id=shop_id)
    if tied.row.state == lists.DECEASED:
        raise PetDeceased
    if form.due_on < today(uow.site, uow.at):
        raise Invalid(Problem("due_on", "in_the_past", N_("This day is over.")))
    return await _say(uow, pet_id, shop_id, lists.FOLLOW_UP, form.what.strip(), form.due_on, by.person_id, None)


async def advise(
    uow: UnitOfWork, pet_id: UUID, *, kind: str, what: str, due_on: date, shop_id: UUID, by: Actor, key: str
) -> None:
    """What another room found that a family should see to: ``grooming`` (the next visit to a groomer), ``see_vet``, or
    ``follow_up``. Said once for each ``key``; whether the shop may say it is yours to have checked.
    """
    await _say(uow, pet_id, shop_id, kind, what, due_on, by.person_id, key)


async def _say(
    uow: UnitOfWork,
    pet_id: UUID,
    shop_id: UUID,
    kind: str,
    what: str,
    due_on: date,
    person_id: UUID | None,
    key: str | None,
) -> UUID:
    follow_up_id: UUID = new_id()
    row = {
        "id": follow_up_id,
        "pet_id": pet_id,
        "shop_id": shop_id,
        "kind": kind,
        "what": what[:300],
        "due_on": due_on,
        "at": uow.at,
        "by_person_id": person_id,
        "key": key,
    }
    statement = uow.site.database.insert(follow_up_table).values(row)
    await uow.session.execute(statement.on_conflict_do_nothing(index_elements=["key"]))
    return follow_up_id


async def end_follow_up(uow: UnitOfWork, pet_id: UUID, follow_up_id: UUID, *, by: Actor) -> None:
    """It is done, or not wanted any more: said by the family, or by the shop that had asked. Doing it again changes
    nothing. Refuses :class:`Missing`.
    """
    wanted = sa.select(f.pet_id, f.shop_id).where(f.id == follow_up_id, queries.whole(f.pet_id, (pet_id,)))
    row = (await uow.session.execute(wanted)).first()
    if row is None:
        raise Missing
    if row.shop_id not in by.shops:
        await access_pet(uow, pet_id, by=by)
    ended = sa.update(follow_up_table).where(f.id == follow_up_id, f.ended_at.is_(None))
    await uow.session.execute(ended.values(ended_at=uow.at))
