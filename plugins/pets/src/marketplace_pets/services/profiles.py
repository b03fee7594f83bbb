"""Pets and what their families say of them."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from marketplace_kit.kernel.audit import audit
from marketplace_kit.kernel.database import violated
from marketplace_kit.kernel.errors import Forbidden, Invalid, Missing, Problem, SignInNeeded, StaleVersion
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_kit.web.limits import limit
from marketplace_pets import queries
from marketplace_pets.domain import BREEDS, ChipInvalid, ChipTaken, PetDied, PetRegistered, lists
from marketplace_pets.domain.refusals import InTheFuture
from marketplace_pets.schemas import NewMark, NewPet, PetChange, QuickPet
from marketplace_pets.services import sharing
from marketplace_pets.services.access import BY_CHIP, access_pet, today
from marketplace_pets.services.reminding import skip_past
from marketplace_pets.services.timeline import note
from marketplace_pets.tables import keepership_table, mark_table, pet_table, transfer_table


async def register(
    uow: UnitOfWork, form: NewPet | QuickPet, *, by: Actor, shop_id: UUID | None = None, how: str = "claim"
) -> UUID:
    """A new pet, kept by whoever registers it, or by a shop of theirs (``how="birth"`` for a kennel's puppy). Refuses
    :class:`SignInNeeded`, :class:`Forbidden` for another's shop, and :class:`Invalid` for a breed of another species.
    """
    if by.person_id is None:
        raise SignInNeeded
    if shop_id is not None and shop_id not in by.shops:
        raise Forbidden
    whole = form if isinstance(form, NewPet) else NewPet(name=form.name, species=form.species)
    pet_id = new_id()
    row = {"id": pet_id, "created_at": uow.at, "version": 1, "state": lists.ACTIVE}
    await uow.session.execute(sa.insert(pet_table).values(row | _told(whole, today(uow.site, uow.at))))
    keeper = {"shop_id": shop_id} if shop_id else {"person_id": by.person_id}
    kept = {"id": new_id(), "pet_id": pet_id, "since": uow.at, "how": how} | keeper
    await uow.session.execute(sa.insert(keepership_table).values(kept))
    uow.record(PetRegistered(pet_id=pet_id, species=whole.species))
    await skip_past(uow, pet_id)
    return pet_id


def _told(form: NewPet, day: date) -> dict[str, object]:
    """The columns of a form. What the breed says of size and coat stands where the family said nothing."""
    problems = [
        Problem(name, "not_a_choice", N_("There is no such breed of this animal."))
        for name in ("breed", "breed_other")
        if (value := getattr(form, name)) and (value not in BREEDS or BREEDS[value].species != form.species)
    ]
    if form.born is not None and form.born > day:
        problems.append(Problem("born", "in_the_future", InTheFuture.text))
    if problems:
        raise Invalid(*problems)
    told = {name: getattr(form, name) for name in NewPet.__struct_fields__}
    breed = BREEDS.get(form.breed)
    if breed is not None and not form.crossbred:
        told["size_class"] = form.size_class or breed.size_class
        told["coat"] = form.coat or breed.coat
    return told


async def edit(uow: UnitOfWork, pet_id: UUID, form: PetChange, *, by: Actor) -> None:
    """Change what is said of a pet. Refuses :class:`StaleVersion` when somebody was faster."""
    await access_pet(uow, pet_id, by=by)
    p = pet_table.c
    told = _told(form, today(uow.site, uow.at))
    changed = sa.update(pet_table).where(p.id == pet_id, p.version == form.version)
    done = changed.values(version=form.version + 1, **told).returning(p.id)
    if (await uow.session.execute(done)).first() is None:
        raise StaleVersion
    await skip_past(uow, pet_id)


async def set_active(uow: UnitOfWork, pet_id: UUID, *, active: bool, by: Actor) -> None:
    """Set a pet aside (it lives elsewhere for a while) or take it up again."""
    tied = await access_pet(uow, pet_id, by=by)
    if tied.row.state != lists.DECEASED:
        state = lists.ACTIVE if active else lists.INACTIVE
        p = pet_table.c
        await uow.session.execute(sa.update(pet_table).where(p.id == pet_id).values(state=state))


async def died(uow: UnitOfWork, pet_id: UUID, *, on: date, by: Actor) -> None:
    """A pet died. At once nothing is due any more, nothing is shared any more, its chip may be met again, and whoever
    holds bookings hears it (:class:`PetDied`). Said again, nothing changes. Refuses :class:`InTheFuture`.
    """
    tied = await access_pet(uow, pet_id, by=by)
    if tied.row.state == lists.DECEASED:
        return
    if on > today(uow.site, uow.at):
        raise InTheFuture
    p, m, t = pet_table.c, mark_table.c, transfer_table.c
    gone = sa.update(pet_table).where(p.id == pet_id)
    await uow.session.execute(gone.values(state=lists.DECEASED, deceased_on=on, version=p.version + 1))
    await uow.session.execute(sa.update(mark_table).where(queries.whole(m.pet_id, (pet_id,))).values(live=False))
    open_offers = (t.pet_id == pet_id, t.accepted_at.is_(None), t.withdrawn_at.is_(None))
    await uow.session.execute(sa.update(transfer_table).where(*open_offers).values(withdrawn_at=uow.at))
    await sharing.end_all(uow, pet_id, "deceased")
    await note(uow, pet_id, kind="deceased", title=N_("Died"), key=f"pets.deceased:{pet_id}")
    for one in (pet_id, *await queries.joined_to(await uow.session.connection(), pet_id)):
        uow.record(PetDied(pet_id=one, on=on))


async def add_mark(uow: UnitOfWork, pet_id: UUID, form: NewMark, *, by: Actor) -> UUID:
    """A chip, tattoo or number. A new chip takes the place of the pet's old one. Refuses :class:`ChipInvalid` unless it
    has 15 digits and :class:`ChipTaken` if another living pet has it: the database says so, however quick two are.
    """
    tied = await access_pet(uow, pet_id, by=by)
    value = form.value.replace(" ", "").replace("-", "") if form.kind == lists.CHIP else form.value.strip()
    if form.kind == lists.CHIP and not (len(value) == 15 and value.isascii() and value.isdigit()):
        raise ChipInvalid
    mark_id, m = new_id(), mark_table.c
    row = {
        "id": mark_id,
        "pet_id": pet_id,
        "kind": form.kind,
        "value": value,
        "on_day": form.on_day,
        "site": form.site,
        "live": tied.row.state != lists.DECEASED,
        "at": uow.at,
        "by_person_id": by.person_id,
    }
    try:
        async with uow.session.begin_nested():
            if form.kind == lists.CHIP:
                before = sa.update(mark_table).where(m.pet_id == pet_id, m.kind == lists.CHIP, m.live)
                await uow.session.execute(before.values(kind="old_chip", live=False))
            await uow.session.execute(sa.insert(mark_table).values(row))
    except IntegrityError as taken:
        raise (ChipTaken if violated(taken) == "uq_pets_mark_live_chip" else taken) from taken
    return mark_id


async def remove_mark(uow: UnitOfWork, pet_id: UUID, mark_id: UUID, *, by: Actor) -> None:
    """Take back a number that was entered by mistake. Refuses :class:`Missing`."""
    await access_pet(uow, pet_id, by=by)
    m = mark_table.c
    gone = sa.delete(mark_table).where(m.id == mark_id, queries.whole(m.pet_id, (pet_id,))).returning(m.id)
    if (await uow.session.execute(gone)).first() is None:
        raise Missing


async def find_by_chip(uow: UnitOfWork, chip: str, *, by: Actor) -> UUID:
    """Whose a chipped animal is, for staff; each finding is in the audit trail. Refuses :class:`Missing` and whoever
    may not ask.
    """
    if not by.may(BY_CHIP):
        raise Forbidden
    pet_id = await queries.pet_with_chip(await uow.session.connection(), chip.replace(" ", ""))
    if pet_id is None:
        raise Missing
    await audit(uow, by=by, act=BY_CHIP, on=f"pet:{pet_id}")
    return pet_id


async def look_up_chip(site: Site, chip: str, *, by: Actor) -> UUID:
    """The same, with tries counted: sixty an hour. Refuses :class:`TooMany`."""
    await limit(site, "pets.by_chip", str(by.person_id), most=60, per=timedelta(hours=1))
    return await site.do(find_by_chip, chip, by=by)
