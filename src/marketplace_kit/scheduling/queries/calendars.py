"""A shop's days as those who work there see them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.accounts.tables import person_table as person
from marketplace_kit.listings.tables import listing_table as listing
from marketplace_kit.scheduling.domain.windows import shop_ranges, windows_of
from marketplace_kit.scheduling.queries.plans import resources_of, seconds_of
from marketplace_kit.scheduling.schemas import LODGING, AppointmentView, Calendar, Column, Entry, ResourceView
from marketplace_kit.scheduling.tables import appointment_table, claim_table, resource_table
from marketplace_kit.scheduling.tables.overlap import LONGEST_S
from marketplace_kit.shops.queries import opening_of

a, c, r = appointment_table.c, claim_table.c, resource_table.c
_CUSTOMER = sa.func.coalesce(sa.func.nullif(a.contact_name, ""), person.c.name, "")
_VIEWED = (
    sa.select(
        a.id, a.order_id, a.listing_id, listing.c.title, a.state, a.starts_s, a.ends_s, a.zone, a.staff_id, a.version
    )
    .add_columns(_CUSTOMER.label("customer"))
    .select_from(
        appointment_table.join(listing, listing.c.id == a.listing_id).outerjoin(person, person.c.id == a.person_id)
    )
    .order_by(a.starts_s, a.id)
)


async def resource_list(connection: AsyncConnection, shop_id: UUID) -> list[ResourceView]:
    """Everything of a shop that can be busy by the hour, in the shop's order; what was put away too."""
    mine = sa.and_(r.shop_id == shop_id, r.kind != LODGING)
    wanted = sa.select(resource_table).where(mine).order_by(r.kind != "staff", r.rank, r.id)
    return [_resource(row) for row in (await connection.execute(wanted)).mappings()]


async def resource_by_id(connection: AsyncConnection, shop_id: UUID, resource_id: int) -> ResourceView | None:
    wanted = sa.select(resource_table).where(r.shop_id == shop_id, r.id == resource_id)
    row = (await connection.execute(wanted)).mappings().first()
    return None if row is None else _resource(row)


async def calendar_of(
    connection: AsyncConnection, shop_id: UUID, first_day: date, days: int, *, now: datetime
) -> Calendar | None:
    """Who of a shop works when on these dates, and every claim that lives; ``None`` for no shop. Six statements,
    however many resources and days.
    """
    found = await opening_of(connection, shop_id, first_day - timedelta(days=3))
    if found is None:
        return None
    opening = found[0]
    listed = await resource_list(connection, shop_id)
    working, _ = await resources_of(connection, shop_id, first_day, days)
    from_s, to_s = seconds_of(opening.zone, first_day, days)
    open_ = shop_ranges(opening, first_day, days)
    columns = []
    for one in listed:
        windows = []
        if one.id in working:
            windows = windows_of(working[one.id].working, opening, first_day, days, open_=open_)
        columns.append(
            Column(resource=one, windows=[(_at(opening.zone, w.opens), _at(opening.zone, w.closes)) for w in windows])
        )
    entries = await entries_between(connection, [one.id for one in listed], from_s, to_s, opening.zone, now)
    return Calendar(zone=opening.zone, first_day=first_day, days=days, columns=columns, entries=entries)


async def entries_between(
    connection: AsyncConnection, resource_ids: Sequence[int], from_s: int, to_s: int, zone: str, now: datetime
) -> list[Entry]:
    """Every live claim of some resources that touches a stretch of time, with the appointment behind it."""
    if not resource_ids:
        return []
    wanted = (
        sa.select(
            c.id.label("claim_id"),
            c.resource_id,
            c.lane,
            c.kind,
            c.from_s,
            c.to_s,
            c.enforced,
            c.source_ref,
            a.id.label("appointment_id"),
            a.order_id,
            a.listing_id,
            a.kind.label("line_kind"),
            a.state,
            a.starts_s,
            a.ends_s,
            a.contact_phone,
            a.note,
            a.origin,
            a.staff_matters,
            a.overbooked,
            a.eta_s,
            a.version,
            listing.c.title,
            _CUSTOMER.label("customer"),
        )
        .select_from(
            claim_table.outerjoin(appointment_table, a.id == c.appointment_id)
            .outerjoin(listing, listing.c.id == a.listing_id)
            .outerjoin(person, person.c.id == a.person_id)
        )
        .where(
            c.resource_id.in_(resource_ids),
            c.released_at.is_(None),
            sa.or_(c.hold_until.is_(None), c.hold_until > now),
            c.from_s < to_s,
            c.from_s > from_s - LONGEST_S,
            c.to_s > from_s,
        )
        .order_by(c.from_s, c.resource_id, c.lane)
    )
    return [_entry(row, zone) for row in (await connection.execute(wanted)).mappings()]


async def appointments_on(
    connection: AsyncConnection, resource_ids: Sequence[int], from_s: int, to_s: int
) -> list[AppointmentView]:
    """The live appointments that have claimed one of these resources in a stretch of time."""
    if not resource_ids:
        return []
    held = sa.select(c.appointment_id).where(
        c.resource_id.in_(resource_ids),
        c.released_at.is_(None),
        c.appointment_id.is_not(None),
        c.from_s < to_s,
        c.from_s > from_s - LONGEST_S,
        c.to_s > from_s,
    )
    rows = (await connection.execute(_VIEWED.where(a.id.in_(held), a.effect == "keeps"))).mappings()
    return [_appointment(row) for row in rows]


async def appointment_by_id(connection: AsyncConnection, appointment_id: UUID) -> AppointmentView | None:
    row = (await connection.execute(_VIEWED.where(a.id == appointment_id))).mappings().first()
    return None if row is None else _appointment(row)


def _appointment(row: sa.RowMapping) -> AppointmentView:
    plain: dict[str, Any] = {k: v for k, v in row.items() if k not in ("starts_s", "ends_s")}
    zone = row["zone"]
    return AppointmentView(**plain, starts_at=_at(zone, row["starts_s"]), ends_at=_at(zone, row["ends_s"]))


def _resource(row: sa.RowMapping) -> ResourceView:
    names = ResourceView.__struct_fields__
    return ResourceView(**{name: row[name] for name in names})


def _entry(row: sa.RowMapping, zone: str) -> Entry:
    plain: dict[str, Any] = {n: row[n] for n in ("claim_id", "resource_id", "lane", "kind", "enforced")}
    if row["appointment_id"] is not None:
        plain |= {
            n: row[n]
            for n in (
                "appointment_id",
                "order_id",
                "listing_id",
                "line_kind",
                "title",
                "state",
                "customer",
                "note",
                "origin",
                "staff_matters",
                "overbooked",
                "version",
            )
        }
        plain["phone"] = row["contact_phone"]
        plain["eta"] = None if row["eta_s"] is None else _at(zone, row["eta_s"])
    return Entry(
        **plain,
        from_at=_at(zone, row["from_s"]),
        to_at=_at(zone, row["to_s"]),
        starts_at=_at(zone, row["starts_s"] if row["starts_s"] is not None else row["from_s"]),
        ends_at=_at(zone, row["ends_s"] if row["ends_s"] is not None else row["to_s"]),
        reason=row["source_ref"] or "",
    )


def _at(zone: str, seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC).astimezone(ZoneInfo(zone))
