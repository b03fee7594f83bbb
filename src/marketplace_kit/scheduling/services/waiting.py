"""Waiting for a time of a full day: joining the list, leaving it, taking what is offered.

A guest waits with a name and a phone number, and looks after it by a link as they do after an appointment. What becomes
free is offered by :mod:`marketplace_kit.scheduling.services.offering`.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.accounts.domain import PRIVACY, PhoneVerified
from marketplace_kit.accounts.queries import contact_of
from marketplace_kit.accounts.services import document
from marketplace_kit.kernel.errors import DomainError, Invalid, Kind, Missing, Problem
from marketplace_kit.kernel.fields import Field
from marketplace_kit.kernel.hooks import Actor, LineKind
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_kit.listings.queries.titles import TITLE, title_in
from marketplace_kit.listings.services import access_public
from marketplace_kit.listings.tables import listing_table as listing
from marketplace_kit.places.domain import Point
from marketplace_kit.scheduling.domain import CannotWait
from marketplace_kit.scheduling.domain.areas import said_point
from marketplace_kit.scheduling.domain.travel import Place
from marketplace_kit.scheduling.queries.plans import plan_of
from marketplace_kit.scheduling.schemas import AtHome, Measured
from marketplace_kit.scheduling.services.claiming import release
from marketplace_kit.scheduling.services.notices import WAIT_JOINED
from marketplace_kit.scheduling.services.planning import Job, vans_for
from marketplace_kit.scheduling.services.travelling import out_of_zone, place_to_go, served
from marketplace_kit.scheduling.services.unbookable import timed_kind_of
from marketplace_kit.scheduling.tables import claim_table
from marketplace_kit.scheduling.tables.following import wait_table as wait
from marketplace_kit.shops.domain import AGREEING, ConsentRequired
from marketplace_kit.shops.services import agreed_with, shop_of
from marketplace_kit.shops.tables import shop_table as shop
from marketplace_kit.web.identity import sign
from marketplace_kit.web.limits import limit

TELL = "scheduling.tell_waiting"
MOST_DAYS = 31
LASTS = timedelta(days=30)
"""A guest's link is good for so long after the last day that they wait for; then what is known of them goes."""
WAITING, OFFERED, TAKEN, PASSED, LEFT = "waiting", "offered", "taken", "passed", "left"
PARTS = {"any": (0, 1440), "morning": (0, 720), "afternoon": (720, 1020), "evening": (1020, 1440)}
OFFERED_ALREADY = Problem("first_day", "offered", N_("A time is offered to you already. Look at it first."))
WAITS_ALREADY = Problem(
    "phone",
    "already_waiting",
    N_("Somebody waits here with this number already. The message that we sent has a link to look after it."),
)
MOST_GUESTS, PER = 20, timedelta(minutes=10)
_TOKEN = 32


class OfferExpired(DomainError):
    code = "offer_expired"
    kind = Kind.CONFLICT
    text = N_("This time was kept for you for a while and has gone to the next one.")


class Beginner(Protocol):
    """Begins an order: a facility, because the room of orders lies above this one."""

    async def begin(self, uow: UnitOfWork, listing_id: UUID, choice: Mapping[str, Any], *, by: Actor) -> str:
        """The page at which it is finished."""
        ...


class WaitForm(AtHome, frozen=True, kw_only=True):
    """For which times somebody waits; for a visit at home also where."""

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


class GuestWait(WaitForm, frozen=True, kw_only=True):
    """The same for somebody without an account."""

    name: Annotated[str, Field(N_("Your name"), max_length=120, autocomplete="name")]
    phone: Annotated[
        str,
        Field(
            N_("Phone"),
            hint=N_("We send you a message as soon as a time is free, and a link by which you look after this."),
            format="phone",
            max_length=20,
            autocomplete="tel",
        ),
    ]
    consent: Annotated[bool, Field(AGREEING)] = False


class WaitView(msgspec.Struct, frozen=True, kw_only=True):
    """``state``: waiting, offered (until ``offer_until``), taken, passed (not taken in time) or left."""

    id: UUID
    listing_id: UUID
    title: str
    shop: str
    city: str
    zone: str
    first_day: date
    last_day: date
    from_minute: int
    to_minute: int
    staff_id: int | None
    state: str
    offer_starts_at: datetime | None = None
    offer_until: datetime | None = None


class TellWaiting(msgspec.Struct, frozen=True, kw_only=True):
    """A message for a guest who waits: of what, and of which offer."""

    wait_id: UUID
    notice: str
    offer_id: UUID | None = None


def wait_token(site: Site, wait_id: UUID) -> str:
    """128 bits that open this place on a list only; derived, so that it is stored nowhere."""
    return sign(site, "scheduling.wait", str(wait_id))[:_TOKEN]


def wait_path(wait_id: UUID, token: str = "") -> str:
    """The page of a place on a list: by its token, or for the person who is signed in."""
    return f"/waits/{wait_id}" + (f"/{token}" if token else "")


async def join_wait(uow: UnitOfWork, listing_id: UUID, form: WaitForm, *, by: Actor) -> UUID:
    """Wait for a time; waiting again for the same listing replaces what was wished. Refuses :class:`Missing`,
    :class:`CannotWait`, :class:`Invalid` for days that are over or too many or a visit at home without a place,
    :class:`ConsentRequired` for a guest without it, :class:`TaxIdRequired` where nobody can book, and
    :class:`OutOfZone`.
    """
    guest = form if isinstance(form, GuestWait) else None
    if by.person_id is None and guest is None:
        raise Missing
    found = await access_public(uow, listing_id)
    kind = line_kind_of(uow.site, found.kind)
    agreed_with(await shop_of(uow, found.shop_id))
    _check(form, uow.at.date())
    place = await _place(uow, listing_id, kind, form)
    values = {
        "id": new_id(),
        "shop_id": found.shop_id,
        "listing_id": listing_id,
        "staff_id": form.staff,
        **(_of_place(place) if place is not None else {}),
        "first_day": form.first_day,
        "last_day": form.last_day,
        **dict(zip(("from_minute", "to_minute"), PARTS[form.part], strict=True)),
        "state": WAITING,
        "joined_at": uow.at,
        "locale": by.locale,
        **(_of_guest(uow.site, guest, by) if guest and by.person_id is None else {"person_id": by.person_id}),
    }
    if by.person_id is not None:
        mine = sa.and_(wait.c.person_id == by.person_id, wait.c.listing_id == listing_id, wait.c.state == WAITING)
        await uow.session.execute(sa.update(wait).where(mine).values(state=LEFT))
    statement = uow.site.database.insert(wait).values(values).on_conflict_do_nothing()
    if (await uow.session.execute(statement.returning(wait.c.id))).first() is None:
        # Whose number it is has not been proved: nobody is taken off a list by somebody who knows it.
        raise Invalid(WAITS_ALREADY if by.person_id is None else OFFERED_ALREADY)
    wait_id: UUID = values["id"]
    if by.person_id is None:
        told = TellWaiting(wait_id=wait_id, notice=WAIT_JOINED)
        uow.enqueue(TELL, told, key=f"{TELL}:{wait_id}")
    return wait_id


def _check(form: WaitForm, today: date) -> None:
    if form.last_day < form.first_day or form.last_day < today:
        raise Invalid(Problem("last_day", "last_day", N_("The end lies before the beginning.")))
    if form.last_day - form.first_day > timedelta(days=MOST_DAYS):
        raise Invalid(Problem("last_day", "too_many_days", N_("One can wait for a month at most.")))
    if isinstance(form, GuestWait) and not form.consent:
        raise ConsentRequired


async def _place(uow: UnitOfWork, listing_id: UUID, kind: LineKind, form: WaitForm) -> Place | None:
    """Where somebody shall come; ``None`` for what takes place at the shop."""
    plan = await plan_of(await uow.connection(), [listing_id], form.first_day, 1, now=uow.at)
    if plan is None:
        raise Missing
    if not plan.vans:
        return None
    if not issubclass(kind.choice, AtHome):
        raise CannotWait
    service = plan.services[listing_id]
    able = vans_for(plan, [Job(service=service, measured=Measured(minutes=service.minutes, price=service.price))])
    place = place_to_go(form, plan.vans)
    if not served(plan.vans, able, place):
        raise out_of_zone(plan.vans, able, place)
    return place


def _of_place(place: Place) -> dict[str, Any]:
    return {
        "address": place.address[:200],
        "entrance": place.entrance[:80],
        "lat": place.point.lat,
        "lon": place.point.lon,
    }


def choice_of(row: Any, starts_at: str) -> dict[str, Any]:
    """What somebody who waited chooses with a start: by whom and where, as they said."""
    choice: dict[str, Any] = {"starts_at": starts_at}
    if row.staff_id:
        choice["staff"] = row.staff_id
    if row.lat is not None:
        point = said_point(Point(row.lat, row.lon))
        choice |= {"address": row.address, "entrance": row.entrance, "point": point}
    return choice


def _of_guest(site: Site, form: GuestWait, by: Actor) -> dict[str, Any]:
    version = document(site, PRIVACY, by.locale).version[:40]
    return {"contact_name": form.name, "contact_phone": form.phone, "consent_version": version}


def _guests(phone: str) -> sa.ColumnElement[bool]:
    return sa.and_(wait.c.person_id.is_(None), wait.c.contact_phone == phone)


async def leave_wait(uow: UnitOfWork, wait_id: UUID, *, by: Actor, token: str = "") -> None:
    """Wait no longer, or do not take what is offered: the next one gets it. Refuses :class:`Missing`."""
    row = await _held(uow, wait_id, by, token)
    if row.state not in (WAITING, OFFERED):
        return
    await uow.session.execute(sa.update(wait).where(wait.c.id == wait_id).values(state=LEFT))
    if row.state == OFFERED:
        await release(uow, row.shop_id, *is_offer(row.offer_id))


async def take_offer(uow: UnitOfWork, wait_id: UUID, *, by: Actor, token: str = "") -> str:
    """The page on which the offered time is ordered; it is kept there as any other. Refuses :class:`OfferExpired`."""
    row = await _held(uow, wait_id, by, token)
    if row.state != OFFERED or row.offer_until <= uow.at:
        raise OfferExpired
    await uow.session.execute(sa.update(wait).where(wait.c.id == wait_id).values(state=TAKEN))
    # In one transaction: nobody slips in between the offer and the order.
    await release(uow, row.shop_id, *is_offer(row.offer_id), asking=False)
    starts_at = datetime.fromtimestamp(row.offer_s, UTC).isoformat()
    beginner = uow.site.facility(Beginner)
    return await beginner.begin(uow, row.listing_id, choice_of(row, starts_at), by=by)


def is_offer(offer_id: UUID) -> tuple[sa.ColumnElement[bool], ...]:
    """The claims that keep an offered time."""
    c = claim_table.c
    return (c.hold_id == offer_id, c.kind == "hold", c.appointment_id.is_(None))


async def _held(uow: UnitOfWork, wait_id: UUID, by: Actor, token: str) -> Any:
    row = (await uow.session.execute(sa.select(wait).where(wait.c.id == wait_id).with_for_update())).first()
    if row is None or not _may(uow.site, row, by, token, uow.at):
        raise Missing
    return row


def _may(site: Site, row: Any, by: Actor, token: str, now: datetime) -> bool:
    """Its person, or whoever holds the link of a guest's. Unknown, foreign and over look alike."""
    if row.person_id is not None:
        return bool(row.person_id == by.person_id)
    good = hmac.compare_digest(token.encode(), wait_token(site, row.id).encode())
    return good and now.date() <= row.last_day + LASTS


async def slow_down(site: Site, by: Actor, address: str) -> None:
    """A stranger's network address joins lists so often. Refuses ``TooMany``."""
    if not by.signed_in:
        await limit(site, "scheduling.wait", address, most=MOST_GUESTS, per=PER)


def line_kind_of(site: Site, listing_kind: str) -> LineKind:
    """Refuses :class:`CannotWait` for what is not booked by time alone."""
    kind = timed_kind_of(site, listing_kind)
    if kind is None:
        raise CannotWait
    return kind


async def forget_guests(uow: UnitOfWork) -> int:
    """What is known of guests who waited goes some time after the last day that they waited for."""
    over = sa.and_(wait.c.person_id.is_(None), wait.c.last_day < (uow.at - LASTS).date())
    return len((await uow.session.execute(sa.delete(wait).where(over).returning(wait.c.id))).all())


async def adopt_waits(uow: UnitOfWork, event: PhoneVerified) -> None:
    """A guest who proves their number finds in their account what they wait for."""
    known = await contact_of(await uow.session.connection(), event.person_id)
    if known is None or not known.active or not known.phone or not known.phone_verified:
        return
    own = wait.alias("own")
    same = sa.exists().where(
        own.c.person_id == event.person_id, own.c.listing_id == wait.c.listing_id, own.c.state.in_((WAITING, OFFERED))
    )
    taken = sa.update(wait).where(_guests(known.phone), ~same).values(person_id=event.person_id)
    await uow.session.execute(taken)


# ── reads ────────────────────────────────────────────────────────────────────────────────────────

_WAITS = sa.select(wait, *TITLE, shop.c.name.label("shop"), shop.c.city, shop.c.zone).select_from(
    wait.join(listing, listing.c.id == wait.c.listing_id).join(shop, shop.c.id == wait.c.shop_id)
)


async def waits_of(connection: AsyncConnection, person_id: UUID, locale: str = "") -> list[WaitView]:
    """What a person waits for, newest first, titles in the reader's language. One statement."""
    wanted = _WAITS.where(wait.c.person_id == person_id, wait.c.state.in_((WAITING, OFFERED)))
    rows = await connection.execute(wanted.order_by(wait.c.id.desc()).limit(50))
    return [_view(row, locale) for row in rows]


async def one_wait(site: Site, wait_id: UUID, *, by: Actor, token: str = "", locale: str = "") -> WaitView:
    """A place on a list, for its person or whoever holds the link of a guest's. Refuses :class:`Missing`."""
    row = await site.ask(_one, wait_id)
    if row is None or not _may(site, row, by, token, site.clock.now()):
        raise Missing
    return _view(row, locale)


async def _one(connection: AsyncConnection, wait_id: UUID) -> Any:
    return (await connection.execute(_WAITS.where(wait.c.id == wait_id))).first()


def _view(row: Any, locale: str) -> WaitView:
    told = ("title", "offer_starts_at", "offer_until")
    known = {n: getattr(row, n) for n in WaitView.__struct_fields__ if n not in told}
    offered, at = row.state == OFFERED, row.offer_s
    return WaitView(
        **known,
        title=title_in(row, locale),
        offer_starts_at=datetime.fromtimestamp(at, ZoneInfo(row.zone)) if offered and at is not None else None,
        offer_until=row.offer_until if offered else None,
    )
