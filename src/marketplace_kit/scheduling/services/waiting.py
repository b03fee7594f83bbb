"""Waiting for a time of a full day: what becomes free is offered to who came first and fits, for a quarter of an hour.

The offer is an ordinary hold, so nobody else is shown that time meanwhile, and two offers of one time cannot be.
Declined or left unanswered the hold is released, which offers the time to the next.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.accounts.queries import contact_of
from marketplace_kit.kernel.errors import DomainError, Invalid, Kind, Missing, Problem
from marketplace_kit.kernel.fields import Field, Form, parse
from marketplace_kit.kernel.hooks import Actor, LineKind
from marketplace_kit.kernel.hooks.lines import Customer, Wish
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.jobs import Work
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_kit.listings.queries import active_kinds
from marketplace_kit.listings.services import access_public
from marketplace_kit.listings.tables import listing_table as listing
from marketplace_kit.notifications.services import notify
from marketplace_kit.scheduling.domain import ClaimReleased
from marketplace_kit.scheduling.services.looking import slots_for
from marketplace_kit.scheduling.services.notices import TIME_FREE, said_at
from marketplace_kit.scheduling.tables.following import wait_table as wait
from marketplace_kit.shops.tables import shop_table as shop

OFFER, OVER = "scheduling.offer", "scheduling.offer_over"
OFFERED_FOR = timedelta(minutes=15)
MOST_DAYS = 31
_ASKED_AT_ONCE = 20
WAITING, OFFERED, TAKEN, PASSED, LEFT = "waiting", "offered", "taken", "passed", "left"
PARTS = {"any": (0, 1440), "morning": (0, 720), "afternoon": (720, 1020), "evening": (1020, 1440)}


class OfferExpired(DomainError):
    code = "offer_expired"
    kind = Kind.CONFLICT
    text = N_("This time was kept for you for a while and has gone to the next one.")


class Beginner(Protocol):
    """Begins an order: a facility, because the room of orders lies above this one."""

    async def begin(self, uow: UnitOfWork, listing_id: UUID, choice: Mapping[str, Any], *, by: Actor) -> str:
        """The page at which it is finished."""
        ...


class WaitForm(Form):
    """For which times somebody waits."""

    first_day: Annotated[date, Field(N_("From the day"))]
    last_day: Annotated[date, Field(N_("To the day"))]
    part: Annotated[
        str,
        Field(
            N_("Part of the day"),
            choices=(
                ("any", N_("Any")),
                ("morning", N_("Morning")),
                ("afternoon", N_("Afternoon")),
                ("evening", N_("Evening")),
            ),
        ),
    ] = "any"
    staff: Annotated[int | None, Field(N_("By whom"), min=1)] = None


class WaitView(msgspec.Struct, frozen=True, kw_only=True):
    """``state``: waiting, offered (until ``offer_until``), taken, passed (not taken in time) or left."""

    id: UUID
    listing_id: UUID
    title: str
    shop: str
    zone: str
    first_day: date
    last_day: date
    from_minute: int
    to_minute: int
    staff_id: int | None
    state: str
    offer_starts_at: datetime | None = None
    offer_until: datetime | None = None


class Freed(msgspec.Struct, frozen=True, kw_only=True):
    """The job's payload: what became free."""

    shop_id: UUID
    from_s: int
    to_s: int


class Offered(msgspec.Struct, frozen=True, kw_only=True):
    wait_id: UUID
    offer_id: UUID


async def join_wait(uow: UnitOfWork, listing_id: UUID, form: WaitForm, *, by: Actor) -> UUID:
    """Wait for a time; waiting again for the same listing replaces what was wished. Refuses :class:`Missing` and
    :class:`Invalid` for days that are over or too many.
    """
    if by.person_id is None:
        raise Missing
    found = await access_public(uow, listing_id)
    line_kind_of(uow.site, found.kind)
    if form.last_day < form.first_day or form.last_day < uow.at.date():
        raise Invalid(Problem("last_day", "last_day", N_("The end lies before the beginning.")))
    if form.last_day - form.first_day > timedelta(days=MOST_DAYS):
        raise Invalid(Problem("last_day", "too_many_days", N_("One can wait for a month at most.")))
    wait_id, part = new_id(), PARTS[form.part]
    open_ = sa.and_(wait.c.person_id == by.person_id, wait.c.listing_id == listing_id, wait.c.state == WAITING)
    await uow.session.execute(sa.update(wait).where(open_).values(state=LEFT))
    values = {
        "id": wait_id,
        "shop_id": found.shop_id,
        "listing_id": listing_id,
        "person_id": by.person_id,
        "staff_id": form.staff,
        "first_day": form.first_day,
        "last_day": form.last_day,
        "from_minute": part[0],
        "to_minute": part[1],
        "state": WAITING,
        "joined_at": uow.at,
    }
    statement = uow.site.database.insert(wait).values(values).on_conflict_do_nothing()
    if (await uow.session.execute(statement.returning(wait.c.id))).first() is None:
        raise Invalid(Problem("first_day", "offered", N_("A time is offered to you already. Look at it first.")))
    return wait_id


async def leave_wait(uow: UnitOfWork, wait_id: UUID, *, by: Actor) -> None:
    """Wait no longer, or do not take what is offered: the next one gets it. Refuses :class:`Missing`."""
    row = await _held(uow, wait_id, by)
    if row.state not in (WAITING, OFFERED):
        return
    await uow.session.execute(sa.update(wait).where(wait.c.id == wait_id).values(state=LEFT))
    if row.state == OFFERED:
        await _let_go(uow, row)


async def take_offer(uow: UnitOfWork, wait_id: UUID, *, by: Actor) -> str:
    """The page on which the offered time is ordered; it is kept there as any other. Refuses :class:`OfferExpired`."""
    row = await _held(uow, wait_id, by)
    if row.state != OFFERED or row.offer_until <= uow.at:
        raise OfferExpired
    await uow.session.execute(sa.update(wait).where(wait.c.id == wait_id).values(state=TAKEN))
    capacity = (await _kind_of(uow, row.listing_id)).capacity
    # In one transaction: nobody slips in between the offer and the order.
    await capacity.drop(uow, [row.offer_id])
    starts_at = datetime.fromtimestamp(row.offer_s, UTC).isoformat()
    choice = {"starts_at": starts_at} | ({"staff": row.staff_id} if row.staff_id else {})
    beginner = uow.site.facility(Beginner)  # type: ignore[type-abstract]
    return await beginner.begin(uow, row.listing_id, choice, by=by)


async def _held(uow: UnitOfWork, wait_id: UUID, by: Actor) -> Any:
    mine = sa.and_(wait.c.id == wait_id, wait.c.person_id == by.person_id)
    row = (await uow.session.execute(sa.select(wait).where(mine).with_for_update())).first()
    if by.person_id is None or row is None:
        raise Missing
    return row


async def _let_go(uow: UnitOfWork, row: Any) -> None:
    await (await _kind_of(uow, row.listing_id)).capacity.drop(uow, [row.offer_id])


async def _kind_of(uow: UnitOfWork, listing_id: UUID) -> LineKind:
    named = (await uow.session.execute(sa.select(listing.c.kind).where(listing.c.id == listing_id))).scalar_one()
    return line_kind_of(uow.site, named)


def line_kind_of(site: Site, listing_kind: str) -> LineKind:
    """Refuses :class:`Missing` for what is not booked by time alone (a kind may ask for more than a start)."""
    declared = active_kinds(site).get(listing_kind)
    kind = site.registry.line_kinds.get(declared.line) if declared is not None and declared.line else None
    if kind is None:
        raise Missing
    try:
        parse(kind.choice, {"starts_at": "2026-01-01T00:00:00+00:00"}, "json")
    except Invalid:
        raise Missing from None
    return kind


# ── when something becomes free ──────────────────────────────────────────────────────────────────


async def note_freed(uow: UnitOfWork, event: ClaimReleased) -> None:
    """Somebody may wait for it: a job looks, because looking takes a while."""
    waits = sa.select(wait.c.id).where(wait.c.shop_id == event.shop_id, wait.c.state == WAITING).limit(1)
    if event.to_s > uow.at.timestamp() and (await uow.session.execute(waits)).first() is not None:
        share = Freed(shop_id=event.shop_id, from_s=event.from_s, to_s=event.to_s)
        uow.enqueue(OFFER, share, key="")


async def offer(work: Work, freed: Freed) -> None:
    """Offer what became free to the first who fits; nobody, if it has been taken meanwhile."""
    site = work.site
    for row in await site.ask(_who_waits, freed):
        for start in await _fitting(site, row, freed):
            try:
                await site.do(_offer_one, row.id, start)
            except DomainError:
                continue  # taken meanwhile, or not for this person
            return


async def _who_waits(connection: AsyncConnection, freed: Freed) -> list[Any]:
    wanted = (
        sa.select(wait, shop.c.zone)
        .join_from(wait, shop, shop.c.id == wait.c.shop_id)
        .where(wait.c.shop_id == freed.shop_id, wait.c.state == WAITING)
        .order_by(wait.c.id)
    )
    found = []
    for row in await connection.execute(wanted):
        day = datetime.fromtimestamp(freed.from_s, ZoneInfo(row.zone)).date()
        last = datetime.fromtimestamp(freed.to_s, ZoneInfo(row.zone)).date()
        if row.first_day <= last and row.last_day >= day:
            found.append(row)
    return found[:_ASKED_AT_ONCE]


async def _fitting(site: Site, row: Any, freed: Freed) -> list[datetime]:
    """The free starts within what became free that suit one who waits."""
    day = datetime.fromtimestamp(freed.from_s, ZoneInfo(row.zone)).date()
    try:
        view = await slots_for(site, row.listing_id, (), day, 2, staff=row.staff_id)
    except DomainError:
        return []
    return [
        slot.starts_at
        for one in view.days
        if row.first_day <= one.day <= row.last_day
        for slot in one.slots
        if slot.bookable
        and freed.from_s <= slot.starts_at.timestamp() < freed.to_s
        and row.from_minute <= slot.starts_at.hour * 60 + slot.starts_at.minute < row.to_minute
    ][:3]


async def _offer_one(uow: UnitOfWork, wait_id: UUID, start: datetime) -> None:
    mine = sa.and_(wait.c.id == wait_id, wait.c.state == WAITING)
    row = (await uow.session.execute(sa.select(wait).where(mine).with_for_update())).first()
    if row is None:
        raise Missing
    kind = await _kind_of(uow, row.listing_id)
    offer_id, until = new_id(), min(uow.at + OFFERED_FOR, start)
    choice = {"starts_at": start.isoformat()} | ({"staff": row.staff_id} if row.staff_id else {})
    wish = Wish(
        line_id=offer_id,
        order_id=offer_id,
        shop_id=row.shop_id,
        kind=kind.name,
        listing_id=row.listing_id,
        choice=parse(kind.choice, choice, "json"),
        customer=Customer(person_id=row.person_id),
        by=Actor(person_id=row.person_id),
    )
    await kind.capacity.hold(uow, [wish], until)
    values = {"state": OFFERED, "offer_id": offer_id, "offer_s": int(start.timestamp()), "offer_until": until}
    await uow.session.execute(sa.update(wait).where(mine).values(**values))
    uow.enqueue(OVER, Offered(wait_id=wait_id, offer_id=offer_id), key=f"{OVER}:{offer_id}", run_at=until)
    await _tell(uow, row, start, until, offer_id)


async def _tell(uow: UnitOfWork, row: Any, start: datetime, until: datetime, offer_id: UUID) -> None:
    named = sa.select(listing.c.title, shop.c.name, shop.c.city, shop.c.zone).join_from(
        listing, shop, shop.c.id == listing.c.shop_id
    )
    found = (await uow.session.execute(named.where(listing.c.id == row.listing_id))).one()
    from_ = int(start.timestamp())
    contact = await contact_of(await uow.session.connection(), row.person_id)
    facts = {
        "title": found.title,
        "shop": found.name,
        "when": said_at(from_, found.zone, found.city, contact.locale if contact is not None else "ru"),
        "until": f"{until.astimezone(ZoneInfo(found.zone)):%H:%M}",
    }
    key = f"{TIME_FREE}:{offer_id}"
    await notify(uow, to=row.person_id, notice=TIME_FREE, facts=facts, link=f"/waits/{row.id}", key=key)


async def offer_over(work: Work, share: Offered) -> None:
    """Nobody answered: the hold is let go, which offers the time to the next."""
    async with work.finish() as uow:
        mine = sa.and_(wait.c.id == share.wait_id, wait.c.offer_id == share.offer_id, wait.c.state == OFFERED)
        passed = sa.update(wait).where(mine).values(state=PASSED).returning(wait.c.listing_id, wait.c.offer_id)
        row = (await uow.session.execute(passed)).first()
        if row is not None:
            await _let_go(uow, row)


# ── reads ────────────────────────────────────────────────────────────────────────────────────────

_WAITS = sa.select(wait, listing.c.title, shop.c.name.label("shop"), shop.c.zone).select_from(
    wait.join(listing, listing.c.id == wait.c.listing_id).join(shop, shop.c.id == wait.c.shop_id)
)


async def waits_of(connection: AsyncConnection, person_id: UUID, wait_id: UUID | None = None) -> list[WaitView]:
    """What a person waits for, newest first; or the one that is asked for. One statement."""
    wanted = _WAITS.where(wait.c.person_id == person_id)
    wanted = wanted.where(wait.c.state.in_((WAITING, OFFERED)) if wait_id is None else wait.c.id == wait_id)
    found = []
    for row in (await connection.execute(wanted.order_by(wait.c.id.desc()).limit(50))).mappings():
        at = row["offer_s"]
        known = {n: row[n] for n in WaitView.__struct_fields__ if n not in ("offer_starts_at", "offer_until")}
        offered = row["state"] == OFFERED
        starts_at = datetime.fromtimestamp(at, ZoneInfo(row["zone"])) if offered and at is not None else None
        found.append(WaitView(**known, offer_starts_at=starts_at, offer_until=row["offer_until"] if offered else None))
    return found
