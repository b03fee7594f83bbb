"""All that decides what can be booked of some listings of one shop, in a constant number of statements."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from operator import itemgetter
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel import prepared
from marketplace_kit.kernel.dialects import among, gathered, listed, strung
from marketplace_kit.listings.tables import listing_table as listing
from marketplace_kit.scheduling.domain.windows import DayRule, WeekRule, Working, day_bounds
from marketplace_kit.scheduling.queries.services import LISTINGS, SERVICES, read_services, together
from marketplace_kit.scheduling.queries.snapshots import Held, Own, Plan, Resource
from marketplace_kit.scheduling.queries.travelling import vans_of
from marketplace_kit.scheduling.schemas import VAN
from marketplace_kit.scheduling.tables import (
    claim_table,
    resource_day_table,
    resource_hours_table,
    resource_table,
    service_resource_table,
)
from marketplace_kit.scheduling.tables.overlap import LONGEST_S
from marketplace_kit.shops.domain.hours import Opening, Range
from marketplace_kit.shops.tables import day_table, hours_table

_AROUND_S = 48 * 3600
"""A day for nights and buffers, and what the clocks of the world differ by."""
claim = claim_table.c
_SINCE, _UNTIL = sa.bindparam("since", type_=sa.Date), sa.bindparam("until", type_=sa.Date)
_WITHIN = sa.and_(
    claim.from_s < sa.bindparam("to_s", type_=sa.BigInteger),
    claim.from_s > sa.bindparam("far_s", type_=sa.BigInteger),
    claim.to_s > sa.bindparam("from_s", type_=sa.BigInteger),
)


def _resources_parts(of: sa.ColumnElement[Any]) -> list[sa.Select[Any]]:
    """A shop's resources, their week and what is said of dates, as texts."""
    r, h, d = resource_table.c, resource_hours_table.c, resource_day_table.c
    ids = sa.select(r.id).where(r.shop_id == of).scalar_subquery()
    row = (r.rank, r.id, r.kind, r.name, r.lanes, r.skills, r.public, r.about, r.photo, r.own_hours)
    return [
        sa.select(gathered(listed(*row, r.within_shop_hours, r.active))).where(r.shop_id == of),
        sa.select(gathered(listed(h.resource_id, h.weekday, h.opens, h.closes, h.valid_from, h.valid_to))).where(
            among(h.resource_id, ids)
        ),
        sa.select(gathered(listed(d.resource_id, d.day, d.mode, d.ranges))).where(
            among(d.resource_id, ids), d.day >= _SINCE, d.day <= _UNTIL
        ),
    ]


_RESOURCES = together(
    ("resources", "hours", "said"), _resources_parts(sa.bindparam("shop", type_=resource_table.c.shop_id.type))
)


@cache
def _plan_statement(without: bool) -> sa.Select[Any]:
    """Everything at one moment. What is said of the shop, of resources and services comes as texts, so that who is
    asked again about the same need not read them again.
    """
    of = (
        sa.select(listing.c.shop_id)
        .where(listing.c.id == sa.bindparam("one", type_=listing.c.id.type))
        .scalar_subquery()
    )
    w, o, s = hours_table.c, day_table.c, service_resource_table.c
    now = sa.bindparam("now", type_=claim.hold_until.type)
    ids = sa.select(resource_table.c.id).where(resource_table.c.shop_id == of).scalar_subquery()
    over = sa.case((claim.hold_until <= now, 1), else_=0)
    claims = sa.select(strung(claim.resource_id, claim.lane, claim.from_s, claim.to_s, over)).where(
        among(claim.resource_id, ids), claim.released_at.is_(None), _WITHIN
    )
    parts = {
        "services": SERVICES,
        **dict(zip(("resources", "hours", "said"), _resources_parts(of), strict=True)),
        "week": sa.select(gathered(listed(w.weekday, w.opens, w.closes))).where(w.shop_id == of),
        "dates": sa.select(gathered(listed(o.day, o.ranges))).where(o.shop_id == of, o.day >= _SINCE, o.day <= _UNTIL),
        "performers": sa.select(gathered(listed(s.listing_id, s.resource_id, s.minutes, s.price_amount))).where(
            s.listing_id.in_(LISTINGS)
        ),
        "claims": claims,
    }
    if without:
        lines = sa.bindparam("lines", expanding=True, type_=claim.hold_id.type)
        parts["claims"] = claims.where(
            sa.or_(claim.hold_id.is_(None), claim.hold_id.not_in(lines)),
            sa.or_(claim.appointment_id.is_(None), claim.appointment_id.not_in(lines)),
        )
        past = claim.hold_until <= sa.func.coalesce(claim.released_at, now)
        mine = (claim.hold_id, claim.resource_id, claim.from_s, claim.to_s, claim.released_at.is_(None), past)
        parts["held"] = (
            sa.select(gathered(listed(*mine, resource_table.c.kind)))
            .join_from(claim_table, resource_table, resource_table.c.id == claim.resource_id)
            .where(claim.hold_id.in_(lines), claim.kind == "hold", claim.appointment_id.is_(None))
        )
    return together(tuple(parts), tuple(parts.values()))


async def plan_of(
    connection: AsyncConnection,
    listing_ids: Sequence[UUID],
    first: date,
    days: int,
    *,
    now: datetime,
    without: Collection[UUID] = (),
) -> Plan | None:
    """All that decides what can be booked of these listings, which are of one shop, on these dates wherever it is;
    ``None`` if one is not there. ``without`` are lines whose own claims do not count (they are about to be moved).
    One statement, however many resources, days and claims; one more where a van goes to the customers.
    """
    midnight = int(datetime(first.year, first.month, first.day, tzinfo=UTC).timestamp())
    from_s, to_s = midnight - _AROUND_S, midnight + days * 86_400 + _AROUND_S
    return await plan_between(connection, listing_ids, from_s, to_s, now=now, without=without)


async def plan_between(
    connection: AsyncConnection,
    listing_ids: Sequence[UUID],
    from_s: int,
    to_s: int,
    *,
    now: datetime,
    without: Collection[UUID] = (),
) -> Plan | None:
    """The same between two instants: a day more to each side than the dates that are looked at."""
    ids = sorted(set(listing_ids))
    given: dict[str, Any] = {
        "listings": ids,
        "one": ids[0],
        "now": now,
        "since": datetime.fromtimestamp(from_s, UTC).date() - timedelta(days=2),
        "until": datetime.fromtimestamp(to_s, UTC).date() + timedelta(days=2),
        "from_s": from_s,
        "to_s": to_s,
        "far_s": from_s - LONGEST_S,
    }
    if without:
        given["lines"] = list(without)
    row = (await prepared.rows(connection, _plan_statement(bool(without)), given))[0]
    services, holidays_closed = read_services(row.services)
    if len(services) != len(ids) or len({s.shop_id for s in services.values()}) != 1:
        return None
    resources, has_staff = _resources(row.resources, row.hours, row.said)
    claims: dict[int, list[tuple[int, int, int]]] = {}
    dead = set()
    numbers = iter(msgspec.json.decode(row.claims))
    for resource_id, lane, begins, ends, over in zip(*[numbers] * 5, strict=True):
        if over:
            dead.add(resource_id)
        else:
            claims.setdefault(resource_id, []).append((lane, begins, ends))
    for busy in claims.values():
        busy.sort(key=_begins)
    held: dict[UUID, list[Held]] = {}
    for line, *more in msgspec.json.decode(row.held) if without else ():
        held.setdefault(UUID(line), []).append(Held(*more))
    vans = []
    if any(need.kind == VAN for one in services.values() for need in one.rule.needs):
        vans = [one.id for one in resources.values() if one.kind == VAN]
    return Plan(
        services=services,
        resources=resources,
        performers=_performers(row.performers),
        opening=_opening(next(iter(services.values())).zone, holidays_closed, row.week, row.dates),
        claims=claims,
        dead=frozenset(dead),
        has_staff=has_staff,
        held=held,
        vans=await vans_of(connection, vans, from_s, to_s, now=now, without=without),
    )


_begins = itemgetter(1)


async def resources_of(
    connection: AsyncConnection, shop_id: UUID, first: date, days: int
) -> tuple[dict[int, Resource], bool]:
    """A shop's active resources with their working time on these days, and whether it has staff at all."""
    around = {"shop": shop_id, "since": first - timedelta(days=2), "until": first + timedelta(days=days + 1)}
    row = (await prepared.rows(connection, _RESOURCES, around))[0]
    found, has_staff = _resources(row.resources, row.hours, row.said)
    return dict(found), has_staff


@lru_cache(maxsize=256)
def _resources(listed_: str, hours: str, said_: str) -> tuple[dict[int, Resource], bool]:
    weeks: dict[int, list[WeekRule]] = {}
    for resource_id, weekday, opens, closes, valid_from, valid_to in msgspec.json.decode(hours):
        weeks.setdefault(resource_id, []).append(WeekRule(weekday, opens, closes, _day(valid_from), _day(valid_to)))
    said: dict[int, dict[date, DayRule]] = {}
    for resource_id, day, mode, ranges in msgspec.json.decode(said_):
        said.setdefault(resource_id, {})[date.fromisoformat(day)] = DayRule(mode, tuple((r[0], r[1]) for r in ranges))
    found, has_staff = {}, False
    for _, id_, kind, name, lanes, skills, public, about, photo, own, within, active in sorted(
        msgspec.json.decode(listed_), key=lambda row: (row[0], row[1])
    ):
        has_staff = has_staff or kind == "staff"
        if not active:
            continue
        found[id_] = Resource(
            id=id_,
            kind=kind,
            name=name,
            lanes=lanes,
            skills=frozenset(skills),
            public=bool(public),
            about=about,
            photo=photo,
            working=Working(
                own_hours=bool(own),
                within_shop_hours=bool(within),
                week=tuple(weeks.get(id_, ())),
                days=said.get(id_, {}),
            ),
        )
    return found, has_staff


@lru_cache(maxsize=256)
def _opening(zone: str, holidays_closed: bool, hours: str, dates: str) -> Opening:
    week: dict[int, list[Range]] = {}
    for weekday, opens, closes in sorted(msgspec.json.decode(hours)):
        week.setdefault(weekday, []).append(Range(opens, closes))
    return Opening(
        week={weekday: tuple(ranges) for weekday, ranges in week.items()},
        days={
            date.fromisoformat(day): tuple(Range(*pair) for pair in ranges)
            for day, ranges in msgspec.json.decode(dates)
        },
        holidays_closed=holidays_closed,
        zone=zone,
    )


@lru_cache(maxsize=256)
def _performers(text: str) -> dict[UUID, dict[int, Own]]:
    found: dict[UUID, dict[int, Own]] = {}
    for listing_id, resource_id, minutes, price_amount in msgspec.json.decode(text):
        found.setdefault(UUID(listing_id), {})[resource_id] = Own(minutes=minutes, price_amount=price_amount)
    return found


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def seconds_of(zone: str, first: date, days: int) -> tuple[int, int]:
    """The instants that matter to these dates, with a day to each side for nights and buffers."""
    begins, _ = day_bounds(zone, first - timedelta(days=1))
    _, ends = day_bounds(zone, first + timedelta(days=days))
    return begins, ends


def today_in(zone: str, now: datetime) -> date:
    return now.astimezone(ZoneInfo(zone)).date()
