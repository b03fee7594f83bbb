"""Prices and times that differ from the table of sizes: for a breed, a groomer, one pet."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from marketplace_grooming.domain import WeightImplausible, band_for
from marketplace_grooming.domain.process import AHEAD
from marketplace_grooming.schemas import Differing, ForThisPet
from marketplace_grooming.services.salon import staffed
from marketplace_grooming.tables import override_table, visit_table
from marketplace_kit.kernel.audit import audit
from marketplace_kit.kernel.errors import Invalid, Missing, Problem
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_kit.listings.services import access_listing
from marketplace_kit.scheduling.queries import resource_list
from marketplace_pets.domain import BREEDS, WeightRecorded

o, v = override_table.c, visit_table.c
NOTHING = N_("Please enter a price, a time or both.")
NOT_THERE = N_("Please choose a breed or a member of staff.")


async def set_differing(uow: UnitOfWork, listing_id: UUID, form: Differing, *, by: Actor) -> None:
    """What differs for a breed or a groomer; the same once more replaces it. Refuses :class:`Missing` to strangers and
    :class:`Invalid` for what is no breed and nobody of the salon.
    """
    listing = await access_listing(uow, listing_id, by=by)
    kind, _, name = form.whose.partition(":")
    whose: dict[str, Any] = {}
    if kind == "breed" and name in BREEDS:
        whose = {"breed": name}
    elif kind == "staff" and name.isascii() and name.isdigit():
        people = await resource_list(await uow.session.connection(), listing.shop_id)
        if any(r.id == int(name) and r.kind == "staff" for r in people):
            whose = {"resource_id": int(name)}
    if not whose:
        raise Invalid(Problem("whose", "not_a_choice", NOT_THERE))
    await _set(uow, listing_id, whose, form.price.amount if form.price else None, form.minutes, by)


async def remember_for_pet(uow: UnitOfWork, visit_id: UUID, form: ForThisPet, *, by: Actor) -> None:
    """What this service takes for this pet from now on. Refuses :class:`Missing` to strangers and for a pet without a
    record.
    """
    visit = await staffed(uow, visit_id, by=by)
    if visit.pet_id is None:
        raise Missing
    price = form.price.amount if form.price else None
    await _set(uow, visit.listing_id, {"pet_id": visit.pet_id}, price, form.minutes, by)


async def _set(
    uow: UnitOfWork, listing_id: UUID, whose: dict[str, Any], price: int | None, minutes: int | None, by: Actor
) -> None:
    if price is None and minutes is None:
        raise Invalid(Problem("price", "required", NOTHING))
    values = {"price_amount": price, "minutes": minutes, "at": uow.at, "by_person_id": by.person_id}
    row = {"id": new_id(), "listing_id": listing_id, **whose, **values}
    kept = uow.site.database.insert(override_table).values(row)
    statement = kept.on_conflict_do_update(index_elements=["listing_id", next(iter(whose))], set_=values)
    await uow.session.execute(statement)
    facts = {"price": price, "minutes": minutes, **{name: str(value) for name, value in whose.items()}}
    await audit(uow, by=by, act="grooming.set_price", on=f"listing:{listing_id}", facts=facts)


async def forget_differing(uow: UnitOfWork, listing_id: UUID, override_id: UUID, *, by: Actor) -> None:
    """The table of sizes counts again. Refuses :class:`Missing` to strangers; doing it again changes nothing."""
    await access_listing(uow, listing_id, by=by)
    await uow.session.execute(sa.delete(override_table).where(o.id == override_id, o.listing_id == listing_id))


async def review_after_weighing(uow: UnitOfWork, event: WeightRecorded) -> None:
    """A visit that is booked keeps its price; where the new weight belongs to another size, staff is told to look."""
    await flag_bookings(uow, event.pet_id, event.grams)


async def flag_bookings(uow: UnitOfWork, pet_id: UUID, grams: int) -> int:
    """Mark the visits ahead of a pet whose size is another one by this weight; how many there are."""
    try:
        band = band_for(grams).name
    except WeightImplausible:
        return 0  # a horse is not groomed by size
    ahead = sa.and_(v.pet_id == pet_id, v.state.in_(AHEAD), v.band != "")
    flagged = sa.update(visit_table).where(ahead).values(review_band=sa.case((v.band == band, ""), else_=band))
    rows = (await uow.session.execute(flagged.returning(v.review_band, v.shop_id))).all()
    for shop_id in {row.shop_id for row in rows}:
        uow.touch(f"shop:{shop_id}:orders")
    return sum(bool(row.review_band) for row in rows)
