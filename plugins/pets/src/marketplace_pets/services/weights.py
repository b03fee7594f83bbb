"""Weighing: appended, never rewritten."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_pets import queries
from marketplace_pets.domain import (
    Birth,
    PetDeceased,
    WeightImplausible,
    WeightRecorded,
    check_plausible,
    check_reason,
    kilograms,
    lists,
)
from marketplace_pets.domain.refusals import InTheFuture
from marketplace_pets.domain.weights import change_of, is_alerting
from marketplace_pets.queries import Tie
from marketplace_pets.services.access import CHECK, access_pet, access_to_write, today
from marketplace_pets.services.timeline import note
from marketplace_pets.tables import weight_table

MOST_GRAMS = 2_000_000


async def record_weight(
    uow: UnitOfWork,
    pet_id: UUID,
    *,
    grams: int,
    by: Actor,
    shop_id: UUID | None = None,
    at: datetime | None = None,
    method: str = "scales",
    body_condition: int | None = None,
    reason: str = "",
) -> UUID:
    """Append a weighing, by the family or by a shop that has any living grant (a booking brings one).

    ``grams`` are rounded to tens. Refuses :class:`WeightImplausible` with the range - staff who may check doses confirm
    it with a ``reason`` - and :class:`PetDeceased`, :class:`InTheFuture`. A change of ten per cent or more is told to
    the family (of animals that still grow, only a loss).
    """
    tied, source = await access_to_write(uow, pet_id, by=by, shop_id=shop_id)
    at = at or uow.at
    if at > uow.at + timedelta(minutes=5):
        raise InTheFuture
    if tied.row.state == lists.DECEASED and today(uow.site, at) > tied.row.deceased_on:
        raise PetDeceased
    grams = (grams + 5) // 10 * 10
    confirmed = _confirmed(tied, grams, by, shop_id, reason)
    weight_id = new_id()
    row = {
        "id": weight_id,
        "pet_id": pet_id,
        "grams": grams,
        "at": at,
        "recorded_at": uow.at,
        "by_person_id": by.person_id,
        "shop_id": shop_id,
        "source": source,
        "method": method,
        "body_condition": body_condition,
        "reason": confirmed,
    }
    await _announce(uow, tied, weight_id, grams, at, shop_id)
    await uow.session.execute(sa.insert(weight_table).values(row))
    return weight_id


def _confirmed(tied: Tie, grams: int, by: Actor, shop_id: UUID | None, reason: str) -> str:
    try:
        check_plausible(grams, tied.row.species, tied.row.size_class)
    except WeightImplausible:
        believable = 0 < grams <= MOST_GRAMS
        if not (believable and reason and shop_id is not None and by.may(CHECK)):
            raise
        return check_reason(reason)
    return reason.strip()[:500]


async def _announce(
    uow: UnitOfWork, tied: Tie, weight_id: UUID, grams: int, at: datetime, shop_id: UUID | None
) -> None:
    pet_id = tied.row.id
    known = await queries.weights_of(await uow.session.connection(), pet_id)
    before = next((w for w in reversed(known) if not w.mistaken and w.at <= at), None)
    age = Birth(on=tied.row.born, precision=tied.row.born_precision).oldest(today(uow.site, at))
    event = WeightRecorded(
        pet_id=pet_id,
        weight_id=weight_id,
        grams=grams,
        change=change_of(grams, before.grams) if before else None,
        days=(at - before.at).days if before else None,
        alerting=before is not None and is_alerting(grams, before.grams, age),
    )
    uow.record(event)
    await note(
        uow,
        pet_id,
        kind="weight",
        title=N_("Weighed: {kg} kg"),
        facts={"kg": kilograms(grams)},
        at=at,
        shop_id=shop_id,
        scope="weight",
        key=f"pets.weight:{weight_id}",
    )


async def mark_mistake(uow: UnitOfWork, pet_id: UUID, weight_id: UUID, *, reason: str, by: Actor) -> None:
    """Say that a weighing was a mistake: it stays, struck through. Refuses :class:`ReasonRequired`, :class:`Missing`,
    and whoever may not change the pet; doing it again changes nothing.
    """
    await access_pet(uow, pet_id, by=by)
    why = check_reason(reason)
    t = weight_table.c
    if (
        await uow.session.execute(sa.select(t.id).where(t.id == weight_id, queries.whole(t.pet_id, (pet_id,))))
    ).first() is None:
        raise Missing
    marked = sa.update(weight_table).where(t.id == weight_id, t.mistake_at.is_(None))
    await uow.session.execute(marked.values(mistake_at=uow.at, mistake_reason=why))
