"""Reads for what follows an appointment: all that a reminder, an invitation or a feed tells, in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.accounts.tables import person_table as person
from marketplace_kit.listings.queries.titles import TITLE, titles_of
from marketplace_kit.listings.tables import listing_table as listing
from marketplace_kit.places.tables import city_table as city
from marketplace_kit.scheduling.domain.process import ON_THE_WAY
from marketplace_kit.scheduling.tables import appointment_table as appointment
from marketplace_kit.scheduling.tables import resource_table as resource
from marketplace_kit.scheduling.tables.following import answer_table as answer
from marketplace_kit.scheduling.tables.following import feed_table as feed
from marketplace_kit.scheduling.tables.following import series_table as series
from marketplace_kit.scheduling.tables.following import wait_table as wait
from marketplace_kit.scheduling.tables.travel import van_trip_table as trip
from marketplace_kit.shops.queries.views import place_name
from marketplace_kit.shops.tables import member_table as member
from marketplace_kit.shops.tables import shop_table as shop

WILL_COME = "will_come"
VISITS, WORK = "visits", "work"
MOST_IN_FEED = 400


class Followed(msgspec.Struct, frozen=True, kw_only=True):
    """An appointment with where and by whom it takes place, and whom it is for. ``locale`` is the person's, empty for
    a guest. ``will_come``: the customer said so, of this very start. ``home`` is where a visit at home takes place,
    for the customer's eyes; ``None`` at the shop.
    """

    id: UUID
    order_id: UUID
    shop_id: UUID
    listing_id: UUID
    kind: str
    state: str
    effect: str
    version: int
    sequence: int
    starts_s: int
    ends_s: int
    zone: str
    title: str
    language: str
    titles: dict[str, str]
    staff: str
    staff_id: int | None
    staff_member: UUID | None
    person_id: UUID | None
    person_name: str
    person_email: str
    locale: str
    contact_name: str
    contact_phone: str
    shop: str
    shop_slug: str
    shop_phone: str
    city: str
    city_names: dict[str, str] | None
    address: str
    directions: str
    lat: float | None
    lon: float | None
    proposed_s: int | None
    eta_s: int | None
    home: str | None
    home_area: str | None
    origin: str
    booked_at: datetime
    will_come: bool

    @property
    def starts_at(self) -> datetime:
        """In the place's own time."""
        return datetime.fromtimestamp(self.starts_s, ZoneInfo(self.zone))

    @property
    def ends_at(self) -> datetime:
        return datetime.fromtimestamp(self.ends_s, ZoneInfo(self.zone))

    @property
    def arrives_at(self) -> datetime | None:
        """When somebody who is on the way will be there, as it looks now."""
        if self.state != ON_THE_WAY or self.eta_s is None:
            return None
        return datetime.fromtimestamp(self.eta_s, ZoneInfo(self.zone)) - (self.ends_at - self.starts_at)

    def for_staff(self) -> Followed:
        """As it is told ahead to who works there: of where somebody lives, the part of the town."""
        return self if self.home is None else msgspec.structs.replace(self, home=self.home_area or "", directions="")

    @property
    def all_titles(self) -> dict[str, str]:
        """What it is called, by language."""
        return titles_of(self)

    def town(self, locale: str) -> str:
        return place_name(self.city, self.city_names, locale)

    def where(self, locale: str) -> str:
        """The shop with its address, on one line; of a visit at home, that address."""
        if self.home is not None:
            return self.home
        return ", ".join(part for part in (self.shop, self.town(locale), self.address) if part)


class FeedRow(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    person_id: UUID
    kind: str
    locale: str


_COLUMNS = (
    *(c for c in appointment.c if c.name in Followed.__struct_fields__),
    *TITLE,
    sa.func.coalesce(resource.c.name, "").label("staff"),
    resource.c.member_id.label("staff_member"),
    sa.func.coalesce(person.c.name, "").label("person_name"),
    sa.case((person.c.email_verified_at.is_not(None), person.c.email), else_="").label("person_email"),
    sa.func.coalesce(person.c.locale, "").label("locale"),
    sa.func.coalesce(sa.func.nullif(shop.c.name, ""), shop.c.slug).label("shop"),
    shop.c.slug.label("shop_slug"),
    sa.func.coalesce(shop.c.phone, "").label("shop_phone"),
    shop.c.city,
    city.c.names.label("city_names"),
    shop.c.address,
    sa.case((trip.c.line_id.is_not(None), ""), else_=shop.c.directions).label("directions"),
    trip.c.address.label("home"),
    trip.c.area.label("home_area"),
    shop.c.lat,
    shop.c.lon,
    sa.and_(answer.c.answer == WILL_COME, answer.c.starts_s == appointment.c.starts_s).label("will_come"),
)
_FOLLOWED = sa.select(*_COLUMNS).select_from(
    appointment.join(listing, listing.c.id == appointment.c.listing_id)
    .join(shop, shop.c.id == appointment.c.shop_id)
    .outerjoin(city, city.c.id == shop.c.city_id)
    .outerjoin(resource, resource.c.id == appointment.c.staff_id)
    .outerjoin(person, person.c.id == appointment.c.person_id)
    .outerjoin(answer, answer.c.appointment_id == appointment.c.id)
    .outerjoin(trip, trip.c.line_id == appointment.c.id)
)


def _followed(row: sa.RowMapping) -> Followed:
    values = {name: row[name] for name in Followed.__struct_fields__}
    values["will_come"], values["person_email"] = bool(row["will_come"]), row["person_email"] or ""
    return Followed(**values)


async def followed(connection: AsyncConnection, appointment_id: UUID) -> Followed | None:
    """One statement."""
    row = (await connection.execute(_FOLLOWED.where(appointment.c.id == appointment_id))).mappings().first()
    return None if row is None else _followed(row)


async def in_feed(connection: AsyncConnection, kind: str, person_id: UUID, since_s: int) -> list[Followed]:
    """The appointments of a person's feed that end after an instant, in order: their own visits, or those at which
    they work. One statement.
    """
    whose = appointment.c.person_id == person_id
    if kind == WORK:
        # Whom the appointment names, as long as they work there; what was cancelled does not have to be worked at.
        works = sa.exists().where(member.c.shop_id == appointment.c.shop_id, member.c.person_id == person_id)
        whose = sa.and_(resource.c.member_id == person_id, works, appointment.c.effect != "lets_go")
    wanted = _FOLLOWED.where(whose, appointment.c.starts_s > since_s).order_by(appointment.c.starts_s, appointment.c.id)
    return [_followed(row) for row in (await connection.execute(wanted.limit(MOST_IN_FEED))).mappings()]


async def coming_of(connection: AsyncConnection, person_id: UUID, after: datetime, limit: int = 50) -> list[Followed]:
    """A person's appointments that have not ended yet and take place. One statement."""
    wanted = _FOLLOWED.where(
        appointment.c.person_id == person_id,
        appointment.c.effect == "keeps",
        appointment.c.ends_s > int(after.timestamp()),
    )
    rows = await connection.execute(wanted.order_by(appointment.c.starts_s, appointment.c.id).limit(limit))
    return [_followed(row) for row in rows.mappings()]


async def feed_by(connection: AsyncConnection, token_digest: str) -> FeedRow | None:
    """The live feed that an address belongs to, if its person is still there."""
    wanted = (
        sa.select(feed.c.id, feed.c.person_id, feed.c.kind, person.c.locale)
        .join_from(feed, person, person.c.id == feed.c.person_id)
        .where(feed.c.digest == token_digest, feed.c.revoked_at.is_(None), person.c.deactivated_at.is_(None))
    )
    row = (await connection.execute(wanted)).mappings().first()
    return None if row is None else FeedRow(**row)


async def feeds_of(connection: AsyncConnection, person_id: UUID) -> dict[str, UUID]:
    """A person's live feeds, by kind."""
    wanted = sa.select(feed.c.kind, feed.c.id).where(feed.c.person_id == person_id, feed.c.revoked_at.is_(None))
    return {row.kind: row.id for row in await connection.execute(wanted)}


async def works_as_staff(connection: AsyncConnection, person_id: UUID) -> bool:
    """Whether appointments can be with this person."""
    found = await connection.execute(sa.select(resource.c.id).where(resource.c.member_id == person_id).limit(1))
    return found.first() is not None


async def will_come(connection: AsyncConnection, appointment_ids: Sequence[UUID]) -> frozenset[UUID]:
    """Those of these appointments of which the customer said that they will come: for the shop's calendar."""
    wanted = (
        sa.select(answer.c.appointment_id)
        .join_from(answer, appointment, appointment.c.id == answer.c.appointment_id)
        .where(answer.c.appointment_id.in_(appointment_ids), answer.c.starts_s == appointment.c.starts_s)
    )
    return frozenset((await connection.execute(wanted)).scalars())


async def personal(connection: AsyncConnection, person_id: UUID) -> list[dict[str, Any]]:
    """What is kept here about a person, as plain values."""
    feeds = sa.select(feed.c.kind, feed.c.made_at, feed.c.revoked_at).where(feed.c.person_id == person_id)
    answers = (
        sa.select(answer.c.answer, answer.c.starts_s, answer.c.at)
        .join_from(answer, appointment, appointment.c.id == answer.c.appointment_id)
        .where(appointment.c.person_id == person_id)
    )
    told: list[dict[str, Any]] = [
        {"calendar_feed": r.kind, "made_at": r.made_at.isoformat(), "revoked": r.revoked_at is not None}
        for r in await connection.execute(feeds.order_by(feed.c.made_at))
    ]
    told += [
        {"answer": r.answer, "starts_at": datetime.fromtimestamp(r.starts_s, UTC).isoformat(), "at": r.at.isoformat()}
        for r in await connection.execute(answers.order_by(answer.c.at))
    ]
    waits = sa.select(wait.c.listing_id, wait.c.first_day, wait.c.last_day, wait.c.state)
    told += [
        {"waits_for": str(r.listing_id), "from": str(r.first_day), "to": str(r.last_day), "state": r.state}
        for r in await connection.execute(waits.where(wait.c.person_id == person_id).order_by(wait.c.id))
    ]
    rules = sa.select(series.c.freq, series.c.every, series.c.first_day, series.c.ended_at)
    told += [
        {"repeats": r.freq, "every": r.every, "from": r.first_day.isoformat(), "ended": r.ended_at is not None}
        for r in await connection.execute(rules.where(series.c.person_id == person_id).order_by(series.c.made_at))
    ]
    return told
