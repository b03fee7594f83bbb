"""The vendor's calendar: what happens at a shop between two instants, in a few statements whatever happens there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.accounts.tables import person_table as person
from marketplace_kit.listings.domain import PUBLISHED
from marketplace_kit.listings.queries.titles import TITLE, title_in
from marketplace_kit.listings.tables import listing_table as listing
from marketplace_kit.scheduling.domain.windows import DayRule, WeekRule, Working, windows_of
from marketplace_kit.scheduling.queries.clocks import COLLIDES
from marketplace_kit.scheduling.queries.following import WILL_COME
from marketplace_kit.scheduling.schemas import LODGING
from marketplace_kit.scheduling.tables import appointment_table as appointment
from marketplace_kit.scheduling.tables import claim_table as claim
from marketplace_kit.scheduling.tables import resource_day_table as day_rule
from marketplace_kit.scheduling.tables import resource_hours_table as hours
from marketplace_kit.scheduling.tables import resource_table as resource
from marketplace_kit.scheduling.tables import service_resource_table as performer
from marketplace_kit.scheduling.tables.clocks import clock_collision_table as collision
from marketplace_kit.scheduling.tables.following import answer_table as answer
from marketplace_kit.scheduling.tables.travel import van_table as van
from marketplace_kit.shops.queries import opening_of

LONGEST_CLAIM_S = 172_800
_MOST = 2_000


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """An appointment as the shop's calendar shows it. ``is_new``: nobody knows this customer here yet;
    ``will_come``: they said so, of this very start; ``collides`` since the law of the clock was changed.
    """

    id: UUID
    order_id: UUID
    shop_id: UUID
    listing_id: UUID
    title: str
    language: str
    titles: dict[str, str]
    kind: str
    state: str
    effect: str
    starts_s: int
    ends_s: int
    zone: str
    staff_id: int | None
    staff_matters: bool
    customer: str
    phone: str
    person_id: UUID | None
    subject: str
    origin: str
    overbooked: bool
    note: str
    is_new: bool
    will_come: bool
    collides: bool
    proposed_s: int | None
    eta_s: int | None
    version: int


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """Time of a resource that is taken by no appointment: a break, or busy elsewhere."""

    id: UUID
    resource_id: int
    kind: str
    from_s: int
    to_s: int
    reason: str


_earlier = appointment.alias("earlier")
_KNOWN = sa.exists(
    sa.select(_earlier.c.id).where(
        _earlier.c.shop_id == appointment.c.shop_id,
        _earlier.c.starts_s < appointment.c.starts_s,
        _earlier.c.effect != "lets_go",
        sa.or_(
            _earlier.c.person_id == appointment.c.person_id,
            sa.and_(_earlier.c.contact_phone == appointment.c.contact_phone, appointment.c.contact_phone != ""),
        ),
    )
)
_WILL_COME = sa.exists(
    sa.select(answer.c.appointment_id).where(
        answer.c.appointment_id == appointment.c.id,
        answer.c.answer == WILL_COME,
        answer.c.starts_s == appointment.c.starts_s,
    )
)
_COLLIDES = sa.exists(
    sa.select(collision.c.claim_id)
    .join_from(collision, claim, COLLIDES)
    .where(claim.c.appointment_id == appointment.c.id)
    .correlate(appointment)
)
_GUEST = sa.and_(appointment.c.person_id.is_(None), appointment.c.contact_phone == "")
_COLUMNS = (
    *(c for c in appointment.c if c.name in Visit.__struct_fields__),
    *TITLE,
    sa.func.coalesce(sa.func.nullif(appointment.c.contact_name, ""), person.c.name, "").label("customer"),
    appointment.c.contact_phone.label("phone"),
    sa.and_(~_KNOWN, ~_GUEST).label("is_new"),
    _WILL_COME.label("will_come"),
    _COLLIDES.label("collides"),
)
_VISITS = (
    sa.select(*_COLUMNS)
    .select_from(
        appointment.join(listing, listing.c.id == appointment.c.listing_id).outerjoin(
            person, person.c.id == appointment.c.person_id
        )
    )
    .order_by(appointment.c.starts_s, appointment.c.id)
)


def _visit(row: sa.RowMapping) -> Visit:
    said = {name: bool(row[name]) for name in ("is_new", "will_come", "collides")}
    return Visit(**{name: row[name] for name in Visit.__struct_fields__} | said)


_BUSY = (
    sa.select(appointment.c.shop_id)
    .where(
        appointment.c.shop_id.in_(sa.bindparam("shops", expanding=True)), appointment.c.ends_s >= sa.bindparam("now")
    )
    .order_by(appointment.c.starts_s)
    .limit(1)
)


async def next_to_work(connection: AsyncConnection, shop_ids: Sequence[UUID], now_s: int) -> UUID | None:
    """Of these shops the one that is expecting somebody first; ``None`` where nobody has booked."""
    asked = {"shops": list(shop_ids), "now": now_s}
    found: UUID | None = (await connection.execute(_BUSY, asked)).scalar_one_or_none()
    return found


async def visits_between(connection: AsyncConnection, shop_id: UUID, from_s: int, to_s: int) -> list[Visit]:
    """The shop's appointments that touch a stretch of time, whatever became of them; one statement."""
    wanted = _VISITS.where(
        appointment.c.shop_id == shop_id,
        appointment.c.starts_s < to_s,
        appointment.c.starts_s > from_s - LONGEST_CLAIM_S,
        appointment.c.ends_s > from_s,
    ).limit(_MOST)
    return [_visit(row) for row in (await connection.execute(wanted)).mappings()]


async def visits_waiting(
    connection: AsyncConnection, shop_ids: Sequence[UUID], states: Sequence[str], after_s: int, limit: int = 50
) -> list[Visit]:
    """The coming appointments of shops that are in one of some states (those that wait for an answer)."""
    wanted = _VISITS.where(
        appointment.c.shop_id.in_(shop_ids), appointment.c.state.in_(states), appointment.c.ends_s > after_s
    ).limit(limit)
    return [_visit(row) for row in (await connection.execute(wanted)).mappings()]


async def coming_visits(
    connection: AsyncConnection, shop_ids: Sequence[UUID], after_s: int, limit: int = 5
) -> list[Visit]:
    """The next appointments that take time."""
    wanted = _VISITS.where(
        appointment.c.shop_id.in_(shop_ids),
        appointment.c.effect == "keeps",
        appointment.c.ends_s > after_s,
    ).limit(limit)
    return [_visit(row) for row in (await connection.execute(wanted)).mappings()]


async def one_visit(connection: AsyncConnection, appointment_id: UUID) -> Visit | None:
    row = (await connection.execute(_VISITS.where(appointment.c.id == appointment_id))).mappings().first()
    return None if row is None else _visit(row)


async def last_visits(connection: AsyncConnection, visit: Visit, limit: int = 5) -> list[Visit]:
    """What the same customer had at this shop before; nothing of a guest without a number."""
    if visit.person_id is None and not visit.phone:
        return []
    same = [appointment.c.person_id == visit.person_id] if visit.person_id else []
    same += [appointment.c.contact_phone == visit.phone] if visit.phone else []
    wanted = (
        _VISITS.where(appointment.c.shop_id == visit.shop_id, appointment.c.starts_s < visit.starts_s, sa.or_(*same))
        .order_by(None)
        .order_by(appointment.c.starts_s.desc())
        .limit(limit)
    )
    return [_visit(row) for row in (await connection.execute(wanted)).mappings()]


_BLOCKS = sa.select(
    claim.c.id,
    claim.c.resource_id,
    claim.c.kind,
    claim.c.from_s,
    claim.c.to_s,
    sa.case((claim.c.kind == "break", claim.c.source_ref), else_=claim.c.source).label("reason"),
    resource.c.shop_id,
).join_from(claim, resource, resource.c.id == claim.c.resource_id)
_BLOCKING = sa.and_(claim.c.kind.in_(("break", "busy")), claim.c.released_at.is_(None))


def _block(row: sa.RowMapping) -> Block:
    plain = {name: row[name] for name in Block.__struct_fields__}
    return Block(**{**plain, "reason": row["reason"] or ""})


async def blocks_between(connection: AsyncConnection, shop_id: UUID, from_s: int, to_s: int) -> list[Block]:
    """Breaks and busy time of the shop's resources; one statement. A break takes every place of a resource and is told
    once.
    """
    wanted = _BLOCKS.where(
        resource.c.shop_id == shop_id,
        resource.c.kind != LODGING,
        _BLOCKING,
        claim.c.lane == 0,
        claim.c.from_s < to_s,
        claim.c.from_s > from_s - LONGEST_CLAIM_S,
        claim.c.to_s > from_s,
    )
    rows = (await connection.execute(wanted.order_by(claim.c.from_s).limit(_MOST))).mappings()
    return [_block(row) for row in rows]


async def one_block(connection: AsyncConnection, claim_id: UUID) -> tuple[UUID, Block] | None:
    """A break or busy time, and whose shop's it is."""
    row = (await connection.execute(_BLOCKS.where(claim.c.id == claim_id, _BLOCKING))).mappings().first()
    return None if row is None or row["shop_id"] is None else (row["shop_id"], _block(row))


class Worker(msgspec.Struct, frozen=True, kw_only=True):
    """One who works, a room, a van: what heads a column. ``goes_out``: to the customers."""

    id: int
    kind: str
    name: str
    member_id: UUID | None
    lanes: int
    skills: list[str]
    public: bool
    own_hours: bool
    within_shop_hours: bool
    about: str
    stands_for: UUID | None
    version: int
    goes_out: bool

    @property
    def works(self) -> bool:
        """Somebody whose day is looked at: staff, and a van that goes to customers."""
        return self.kind == "staff" or self.goes_out


class Journal(msgspec.Struct, frozen=True, kw_only=True):
    """All that a calendar shows of a stretch of time."""

    resources: list[Worker]
    visits: list[Visit]
    blocks: list[Block]


_WORKERS = (
    sa.select(
        *(c for c in resource.c if c.name in Worker.__struct_fields__),
        sa.exists().where(van.c.resource_id == resource.c.id).label("goes_out"),
    )
    .where(resource.c.active, resource.c.kind.not_in(("subject", LODGING)))
    .order_by(resource.c.rank, resource.c.id)
)


async def resources_of(connection: AsyncConnection, shop_id: UUID) -> list[Worker]:
    """Whom and what a shop has, those first that come first there."""
    rows = (await connection.execute(_WORKERS.where(resource.c.shop_id == shop_id))).mappings()
    return [Worker(**{**row, "goes_out": bool(row["goes_out"])}) for row in rows]


async def journal(connection: AsyncConnection, shop_id: UUID, from_s: int, to_s: int) -> Journal:
    """A calendar between two instants: three statements, however much happens there."""
    return Journal(
        resources=await resources_of(connection, shop_id),
        visits=await visits_between(connection, shop_id, from_s, to_s),
        blocks=await blocks_between(connection, shop_id, from_s, to_s),
    )


async def working_windows(
    connection: AsyncConnection, shop_id: UUID, first: date, days: int
) -> dict[int, list[tuple[int, int]]]:
    """When each resource works, in epoch seconds. Five statements, however many there are."""
    found = await opening_of(connection, shop_id, first - timedelta(days=2))
    if found is None:
        return {}
    mine = sa.select(resource.c.id).where(resource.c.shop_id == shop_id, resource.c.active)
    week: dict[int, list[WeekRule]] = {}
    for row in await connection.execute(sa.select(hours).where(hours.c.resource_id.in_(mine)).order_by(hours.c.opens)):
        rule = WeekRule(row.weekday, row.opens, row.closes, row.valid_from, row.valid_to)
        week.setdefault(row.resource_id, []).append(rule)
    said: dict[int, dict[date, DayRule]] = {}
    since = day_rule.c.day >= first - timedelta(days=2)
    for row in await connection.execute(sa.select(day_rule).where(day_rule.c.resource_id.in_(mine), since)):
        ranges = tuple((a, b) for a, b in row.ranges)
        said.setdefault(row.resource_id, {})[row.day] = DayRule(row.mode, ranges)
    opening, _ = found
    return {
        one.id: [
            (w.opens, w.closes)
            for w in windows_of(
                Working(
                    own_hours=one.own_hours,
                    within_shop_hours=one.within_shop_hours,
                    week=tuple(week.get(one.id, ())),
                    days=said.get(one.id, {}),
                ),
                opening,
                first,
                days,
            )
        ]
        for one in await resources_of(connection, shop_id)
    }


async def unperformed(connection: AsyncConnection, shop_id: UUID, locale: str = "") -> list[tuple[str, UUID]]:
    """Published services that name who does them, and of whom nobody is there any more."""
    named = sa.select(performer.c.listing_id).where(performer.c.listing_id == listing.c.id).correlate(listing)
    active = (
        sa.select(performer.c.listing_id)
        .join(resource, resource.c.id == performer.c.resource_id)
        .where(performer.c.listing_id == listing.c.id, resource.c.active)
        .correlate(listing)
    )
    wanted = (
        sa.select(*TITLE, listing.c.id)
        .where(listing.c.shop_id == shop_id, listing.c.state == PUBLISHED, sa.exists(named), ~sa.exists(active))
        .order_by(listing.c.title)
        .limit(20)
    )
    return [(title_in(row, locale), row.id) for row in await connection.execute(wanted)]
