"""How a visit keeps its promise: time as every appointment, and beside it the pet, the gate, the bill."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import attrs
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_grooming.domain import EFFECTS, VISIT, VisitReady, band_for
from marketplace_grooming.domain.process import CHARGE, EXPECTED, PICKED_UP, READY
from marketplace_grooming.services.billing import bill_of, more_minutes
from marketplace_grooming.services.measuring import check_open, day_in, gate_of, measure, pet_id_in, service_of
from marketplace_grooming.tables import visit_table
from marketplace_kit.kernel.audit import audit
from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor, Glance, LineLink, Moved, Moving, Promise, Wish
from marketplace_kit.kernel.process import Stage
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_kit.orders.queries import line_of
from marketplace_kit.scheduling import services as scheduling
from marketplace_kit.scheduling.domain import NotYet
from marketplace_kit.scheduling.domain.process import NO_SHOW
from marketplace_kit.scheduling.queries import services_of
from marketplace_kit.scheduling.services import TimeCapacity
from marketplace_kit.web.identity import sign
from marketplace_pets import services as pets
from marketplace_pets.domain import BOOKING_SCOPES, check_reason, grams_of

v = visit_table.c
EARLY = timedelta(minutes=30)
"""So long before the start a customer may say “I am here”."""
WHY = N_("A visit at the groomer")
VISITED = N_("Groomed: {service}")


def visit_key(site: Site, visit_id: UUID) -> str:
    """Opens a guest's own page of the visit."""
    return sign(site, "grooming.visit", str(visit_id))[:40]


def not_now(glance: Glance, verb: str) -> str | None:
    """What every appointment says of its moment; here a customer says “I am here” by ``arrive``."""
    return scheduling.not_now(glance, "check_in" if verb == "arrive" else verb)


def links_of(site: Site, glance: Glance) -> Sequence[LineLink]:
    """Besides those of every appointment: a guest's own page of the visit. The address is made for whoever holds the
    order's link; it is stored nowhere, and the salon does not see it.
    """
    links = [*scheduling.links_of(site, glance)]
    if glance.by_link:
        href = f"/grooming/visits/{glance.line_id}?key={visit_key(site, glance.line_id)}"
        links.append(LineLink(text=N_("How the visit goes"), href=href, icon="scissors"))
    return links


class VisitCapacity(TimeCapacity):
    """Time (:class:`TimeCapacity`) for pets: each brings its measure, its proofs and what it may share.

    Beyond what time refuses: :class:`Missing` for a pet that somebody may not book for, what the gate refuses
    (``vaccination_required``, ``waiting_days`` …), ``weight_needed``, ``size_not_served``. Staff may let a pet in with
    a note, which is kept in the audit trail.
    """

    def __init__(self) -> None:
        super().__init__(VISIT, EFFECTS, measure, confirmed=EXPECTED)

    async def quote(self, site: Site, wishes: Sequence[Wish]) -> list[Promise]:
        for wish in wishes:
            await site.ask(_check_gate, site, wish)
        return await super().quote(site, wishes)

    async def hold(self, uow: UnitOfWork, wishes: Sequence[Wish], until: datetime) -> list[Promise]:
        await self._let_in(uow, wishes)
        return await super().hold(uow, wishes, until)

    async def reserve(self, uow: UnitOfWork, wishes: Sequence[Wish], *, overbook: str = "") -> list[Promise]:
        notes = await self._let_in(uow, wishes, for_good=True)
        promises = await super().reserve(uow, wishes, overbook=overbook)
        kept = []
        for wish, promise in zip(wishes, promises, strict=True):
            await self._keep(uow, wish, promise, notes.get(wish.line_id, ""))
            kept.append(promise)
        return kept

    async def _let_in(self, uow: UnitOfWork, wishes: Sequence[Wish], *, for_good: bool = False) -> dict[UUID, str]:
        """The gate for each pet; the notes with which staff opened it."""
        connection, notes = await uow.session.connection(), {}
        for wish in wishes:
            pet_id = pet_id_in(getattr(wish.choice, "pet", ""))
            if pet_id is not None and wish.by_staff:
                await _seen_by_salon(uow, pet_id, wish)
            note = getattr(wish.choice, "gate_note", "") if wish.by_staff else ""
            if note:
                notes[wish.line_id] = check_reason(note)
                if for_good:
                    await _audit_note(uow, wish.by, wish.line_id, notes[wish.line_id])
            elif getattr(wish.choice, "pet", ""):
                await _check_gate(connection, uow.site, wish)
        return notes

    async def _keep(self, uow: UnitOfWork, wish: Wish, promise: Promise, gate_note: str) -> None:
        facts, choice = promise.facts, wish.choice
        pet_id = pet_id_in(str(facts.get("pet", "")))
        starts_at = promise.starts_at or uow.at
        row = {
            "id": wish.line_id,
            "order_id": wish.order_id,
            "shop_id": wish.shop_id,
            "listing_id": wish.listing_id,
            "title": promise.title[:300],
            "person_id": wish.customer.person_id,
            "pet_id": pet_id,
            "pet_name": (facts.get("pet_name") or wish.customer.name or "—")[:60],
            "species": facts.get("species", ""),
            "coat": facts.get("coat", ""),
            "band": facts.get("band", ""),
            "codes": " ".join(facts.get("codes", ())),
            "state": promise.state,
            "starts_at": starts_at,
            "ends_at": promise.ends_at,
            "minutes": facts["minutes"],
            "price_amount": promise.unit_price.amount,
            "currency": promise.unit_price.currency,
            "staff_id": facts.get("staff"),
            "staff_name": facts.get("staff_name", ""),
            "weigh": bool(facts.get("weigh")),
            "gate_note": gate_note,
            "phone": wish.customer.phone[:20],
        }
        await uow.session.execute(sa.insert(visit_table).values(row))
        if pet_id is None:
            return
        day = day_in(starts_at, facts["zone"])
        person_id = None if wish.by_staff else wish.customer.person_id
        await _expected(uow, row, day, person_id)
        if not wish.by_staff:
            private = frozenset(getattr(choice, "private", ()))
            await pets.grant_for_booking(
                uow,
                pet_id,
                wish.shop_id,
                booking=str(wish.line_id),
                service_on=day,
                scopes=[scope for scope in BOOKING_SCOPES if scope not in private],
                purpose=promise.title,
                by=wish.by,
            )

    # --- afterwards ------------------------------------------------------------------------------------------------

    async def move(self, uow: UnitOfWork, moving: Moving) -> Moved:
        row = (
            await uow.session.execute(sa.select(visit_table).where(v.id == moving.line_id).with_for_update())
        ).first()
        if row is None:
            raise Missing
        own: dict[str, Any] = {}
        facts: dict[str, Any] = {}
        price = None
        if moving.verb == "arrive":
            if uow.at < row.starts_at - EARLY:
                raise NotYet(opens_at=(row.starts_at - EARLY).isoformat())
            own, facts = {"here_at": uow.at}, {"here_at": uow.at.isoformat()}
        elif moving.verb == "check_in":
            own = await self._check_in(uow, moving, row)
        elif moving.verb == CHARGE:
            price = await bill_of(uow, row.id)
        moved = await super().move(uow, moving)
        if moving.verb == "undo_check_in":
            own = {"checked_in_at": None}
        elif moving.verb == "start":
            own, facts = await self._started(uow, row, moved)
        elif moving.verb == "resume":
            own = {"held_at": None}
        elif moving.verb == "delay":
            own = {"eta": datetime.fromisoformat(moved.facts["eta"])}
        elif moving.after == READY:
            own = {"ready_at": uow.at, "eta": None}
            ready = VisitReady(visit_id=row.id, order_id=row.order_id, shop_id=row.shop_id, person_id=row.person_id)
            uow.record(ready)
        elif moving.after == PICKED_UP:
            own = {"picked_up_at": uow.at}
        await self._follow(uow, moving, row, own, moved)
        return attrs.evolve(moved, facts={**moved.facts, **facts}, unit_price=price or moved.unit_price)

    async def _follow(self, uow: UnitOfWork, moving: Moving, row: Any, own: dict[str, Any], moved: Moved) -> None:
        """The visit and what the pet's record knows of it, as they are after the move."""
        values = {"state": moving.after, **own}
        if moved.starts_at is not None:
            values |= {"starts_at": moved.starts_at, "ends_at": moved.ends_at or row.ends_at}
        if "staff_name" in moved.facts:
            values |= {"staff_id": moved.facts["staff"], "staff_name": moved.facts["staff_name"]}
        await uow.session.execute(sa.update(visit_table).where(v.id == row.id).values(values))
        if row.pet_id is None:
            return
        if VISIT.state(moving.after).terminal and VISIT.state(moving.after).stage is Stage.CANCELLED:
            await pets.end_booking_grant(uow, str(row.id))
            await pets.expect_no_more(uow, str(row.id))
        elif moved.starts_at is not None or moving.verb == "undo_miss":
            await _moved(uow, row, moved.starts_at or row.starts_at)
        elif moving.after == PICKED_UP:
            await pets.expect_no_more(uow, str(row.id), came=True)
            await _note_visit(uow, moving, row)
        elif moving.after == NO_SHOW:
            await pets.expect_no_more(uow, str(row.id))

    async def _check_in(self, uow: UnitOfWork, moving: Moving, row: Any) -> dict[str, Any]:
        """The gate on the day, and what is handed over with the pet. The scales are believed at once."""
        asked: Any = moving.asked
        note = getattr(asked, "gate_note", "").strip()
        connection = await uow.session.connection()
        if note:
            await _audit_note(uow, moving.by, row.id, check_reason(note))
        elif not row.gate_note and (row.pet_id is not None or row.species):
            service = await service_of(connection, uow.site, row.listing_id)
            zone = (await services_of(connection, [row.listing_id]))[row.listing_id].zone
            gate = await gate_of(connection, row.pet_id, service, day_in(uow.at, zone), row.shop_id)
            check_open(gate, service, on_the_day=True)
        own: dict[str, Any] = {"checked_in_at": uow.at, "gate_note": note or row.gate_note}
        own |= {name: getattr(asked, name, "") for name in ("collector", "food", "medicine", "belongings")}
        own["phone"] = getattr(asked, "phone", "") or row.phone
        if getattr(asked, "weight", ""):
            own |= await self._weighed(uow, moving, row, grams_of(asked.weight))
        return own

    async def _weighed(self, uow: UnitOfWork, moving: Moving, row: Any, grams: int) -> dict[str, Any]:
        band = band_for(grams).name
        if row.pet_id is not None:
            by = attrs.evolve(moving.by, shops=moving.by.shops | {row.shop_id})
            await pets.record_weight(uow, row.pet_id, grams=grams, by=by, shop_id=row.shop_id)
        return {"grams": grams, "weigh": False, "review_band": band if row.band and band != row.band else ""}

    async def _started(self, uow: UnitOfWork, row: Any, moved: Moved) -> tuple[dict[str, Any], dict[str, Any]]:
        """Expected to be done when the agreed minutes are over, those of extras included."""
        more = await more_minutes(uow, row.id)
        eta = datetime.fromisoformat(moved.facts["eta"]) + timedelta(minutes=more)
        return {"started_at": uow.at, "eta": eta}, {"eta": eta.isoformat()}


async def _seen_by_salon(uow: UnitOfWork, pet_id: UUID, wish: Wish) -> None:
    """Staff name a pet that a family shares with the salon, which its log then shows, or one the salon wrote down."""
    card = await pets.card(await uow.session.connection(), pet_id)
    if card is not None and card.keeper_shop_id == wish.shop_id:
        return
    by = attrs.evolve(wish.by, shops=wish.by.shops | {wish.shop_id})
    await pets.read(uow, pet_id, "identity", by=by, why=WHY, shop_id=wish.shop_id)


async def _check_gate(connection: AsyncConnection, site: Site, wish: Wish) -> None:
    """Refuses a pet that may not come on the day that is asked for."""
    choice: Any = wish.choice
    service = await service_of(connection, site, wish.listing_id)
    rules = await services_of(connection, [wish.listing_id])
    try:
        at = datetime.fromisoformat(choice.starts_at.replace(" ", "+"))
    except ValueError:
        return  # the calendar refuses it by itself
    if at.tzinfo is None or wish.listing_id not in rules:
        return
    day = day_in(at, rules[wish.listing_id].zone)
    check_open(await gate_of(connection, pet_id_in(choice.pet), service, day, wish.shop_id), service)


async def _expected(uow: UnitOfWork, visit: Mapping[str, Any], day: date, person_id: UUID | None) -> None:
    """The family's plan knows of the visit: it needs no groomer any more, nor scales where the salon will weigh."""
    await pets.expect(
        uow,
        visit["pet_id"],
        booking=str(visit["id"]),
        shop_id=visit["shop_id"],
        on=day,
        title=visit["title"],
        link=f"/grooming/visits/{visit['id']}",
        meets=("grooming_due", *(("weight_check",) if visit["weigh"] else ())),
        person_id=person_id,
    )


async def _moved(uow: UnitOfWork, row: Any, starts_at: datetime) -> None:
    """On another day: what the salon may read, and what the family's plan says, go along."""
    zone = (await services_of(await uow.session.connection(), [row.listing_id]))[row.listing_id].zone
    day = day_in(starts_at, zone)
    await _expected(uow, row._mapping, day, row.person_id)
    if row.person_id is not None:
        by = Actor(person_id=row.person_id)
        await pets.grant_for_booking(uow, row.pet_id, row.shop_id, booking=str(row.id), service_on=day, by=by)


async def _audit_note(uow: UnitOfWork, by: Actor, visit_id: UUID, note: str) -> None:
    await audit(uow, by=by, act="grooming.override_gate", on=f"visit:{visit_id}", facts={"note": note})


async def _note_visit(uow: UnitOfWork, moving: Moving, row: Any) -> None:
    """The family's history of the pet has the visit."""
    line = await line_of(await uow.session.connection(), row.id)
    await pets.note(
        uow,
        row.pet_id,
        kind="grooming",
        title=VISITED,
        facts={"service": row.title.removesuffix(f": {row.pet_name}")},
        shop_id=row.shop_id,
        by_person_id=moving.by.person_id,
        link=f"/orders/{line.number}" if line else "",
        key=f"grooming.visit:{row.id}",
    )
