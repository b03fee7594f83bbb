"""Reads of visits: a constant number of statements each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_grooming.domain import Differs
from marketplace_grooming.domain.pricing import BREED, PET, STAFF
from marketplace_grooming.domain.process import EXPECTED, HERE
from marketplace_grooming.schemas import CardView, EvaluationView, ExtraView, Visit
from marketplace_grooming.tables import (
    card_table,
    consent_table,
    evaluation_table,
    extra_table,
    override_table,
    visit_table,
)
from marketplace_kit.kernel.money import Money

v, x, c, k, o = visit_table.c, extra_table.c, consent_table.c, card_table.c, override_table.c
e = evaluation_table.c
_SHOWN = tuple(v[name] for name in Visit.__struct_fields__)


async def visit_of(connection: AsyncConnection, visit_id: UUID) -> Visit | None:
    """A visit; who may see it is the caller's to say."""
    row = (await connection.execute(sa.select(*_SHOWN).where(v.id == visit_id))).first()
    return Visit(**row._mapping) if row else None


async def board_of(
    connection: AsyncConnection, shop_id: UUID, begins: datetime, ends: datetime
) -> list[tuple[Visit, int]]:
    """The visits of one day and those still in the salon, each with how many of its extras wait for an answer."""
    today = sa.and_(v.starts_at >= begins, v.starts_at < ends)
    replaced = sa.select(x.replaces_id).where(x.replaces_id.is_not(None))
    waits = (
        sa.select(x.visit_id, sa.func.count().label("asks"))
        .outerjoin(consent_table, c.extra_id == x.id)
        .where(c.id.is_(None), x.withdrawn_at.is_(None), x.id.not_in(replaced))
        .group_by(x.visit_id)
        .subquery()
    )
    wanted = (
        sa.select(*_SHOWN, sa.func.coalesce(waits.c.asks, 0).label("asks"))
        .select_from(visit_table.outerjoin(waits, waits.c.visit_id == v.id))
        .where(v.shop_id == shop_id, sa.or_(today, v.state.in_(HERE)))
        .order_by(v.starts_at, v.id)
        .limit(300)
    )
    found = []
    for row in (await connection.execute(wanted)).mappings():
        plain = dict(row)
        asks = plain.pop("asks")
        found.append((Visit(**plain), asks))
    return found


async def last_visits(
    connection: AsyncConnection, shop_ids: Collection[UUID], pet_id: UUID, limit: int = 5
) -> list[Visit]:
    """What a salon knows of a pet from its own visits, latest first."""
    done = sa.select(*_SHOWN).where(v.shop_id.in_(list(shop_ids)), v.pet_id == pet_id, v.ready_at.is_not(None))
    rows = await connection.execute(done.order_by(v.starts_at.desc()).limit(limit))
    return [Visit(**row._mapping) for row in rows]


async def extras_of(connection: AsyncConnection, visit_id: UUID) -> list[ExtraView]:
    """What was proposed, oldest first."""
    return await _extras(connection, x.visit_id == visit_id)


async def extra_by_digest(connection: AsyncConnection, digest: str) -> ExtraView | None:
    """The proposal that a link leads to."""
    found = (await connection.execute(sa.select(x.id, x.visit_id).where(x.digest == digest))).first()
    if found is None:
        return None
    return next(one for one in await extras_of(connection, found.visit_id) if one.id == found.id)


async def _extras(connection: AsyncConnection, which: sa.ColumnElement[bool]) -> list[ExtraView]:
    wanted = (
        sa.select(
            extra_table,
            c.agreed,
            c.at.label("answered_at"),
            c.name.label("answered_by"),
            c.way.label("consent_way"),
            c.operator,
        )
        .select_from(extra_table.outerjoin(consent_table, c.extra_id == x.id))
        .where(which)
        .order_by(x.proposed_at, x.id)
    )
    rows = (await connection.execute(wanted)).all()
    states = _states(rows)
    return [
        ExtraView(
            id=row.id,
            visit_id=row.visit_id,
            what=row.what,
            price=Money.stored(row.amount, row.currency),
            minutes=row.minutes,
            state=states[row.id],
            proposed_at=row.proposed_at,
            answered_at=row.answered_at,
            answered_by=row.answered_by or "",
            way=row.consent_way or "",
            operator=row.operator or "",
            replaces_id=row.replaces_id,
        )
        for row in rows
    ]


def _states(rows: Sequence[Any]) -> dict[UUID, str]:
    """Where each proposal stands. One that is replaced stays on the bill until the higher amount is agreed to."""
    replaced_by = {row.replaces_id: row for row in rows if row.replaces_id is not None}
    states = {}
    for row in rows:
        later = replaced_by.get(row.id)
        if row.withdrawn_at is not None:
            states[row.id] = "lapsed" if row.lapsed else "withdrawn"
        elif row.agreed is None:
            states[row.id] = "proposed" if later is None else "replaced"
        elif not row.agreed:
            states[row.id] = "declined"
        else:
            states[row.id] = "replaced" if later is not None and later.agreed else "agreed"
    return states


async def card_of(connection: AsyncConnection, visit_id: UUID, *, published: bool) -> CardView | None:
    """The newest version of a visit's report card; the newest that the family may see, if ``published``."""
    wanted = sa.select(card_table, v.pet_name).join_from(card_table, visit_table, v.id == k.visit_id)
    wanted = wanted.where(k.visit_id == visit_id)
    if published:
        wanted = wanted.where(k.published_at.is_not(None))
    row = (await connection.execute(wanted.order_by(k.number.desc()).limit(1))).mappings().first()
    if row is None:
        return None
    return CardView(**{name: row[name] for name in CardView.__struct_fields__ if name in row})


async def differing_for(
    connection: AsyncConnection, listing_id: UUID, *, pet_id: UUID | None, staff: int | None, breed: str, currency: str
) -> list[Differs]:
    """What differs from the table of sizes for this pet, this member of staff, this breed."""
    whose = [o.pet_id == pet_id] if pet_id else []
    whose += [o.resource_id == staff] if staff else []
    whose += [o.breed == breed] if breed else []
    if not whose:
        return []
    rows = await connection.execute(sa.select(override_table).where(o.listing_id == listing_id, sa.or_(*whose)))
    return [
        Differs(
            whose=PET if row.pet_id else STAFF if row.resource_id else BREED,
            price=Money.stored(row.price_amount, currency) if row.price_amount is not None else None,
            minutes=row.minutes,
        )
        for row in rows
    ]


async def differing_of(connection: AsyncConnection, listing_id: UUID) -> list[Any]:
    """All that differs for a service, as it is stored; newest first."""
    wanted = sa.select(override_table).where(o.listing_id == listing_id).order_by(o.at.desc(), o.id)
    return list((await connection.execute(wanted)).all())


async def evaluation_of(
    connection: AsyncConnection, shop_id: UUID, pet_id: UUID, day: date, days: int
) -> EvaluationView | None:
    """What a salon found when it last met a pet. With ``days`` it counts for so long after the evaluation or the last
    visit, whichever is later.
    """
    latest = sa.select(e.result, e.notes, e.at).where(e.shop_id == shop_id, e.pet_id == pet_id)
    row = (await connection.execute(latest.order_by(e.at.desc(), e.id.desc()).limit(1))).first()
    if row is None:
        return None
    last = row.at
    if days:
        visited = sa.select(sa.func.max(v.picked_up_at)).where(v.shop_id == shop_id, v.pet_id == pet_id)
        last = max(last, (await connection.execute(visited)).scalar_one() or last)
    counts = not days or (day - last.date()).days <= days
    return EvaluationView(result=row.result, notes=row.notes, at=row.at, counts=counts)


async def expected_between(
    connection: AsyncConnection, since: datetime, until: datetime, after: UUID | None, limit: int
) -> list[Visit]:
    """The next visits ahead whose pets have a record, by id."""
    wanted = sa.select(*_SHOWN).where(
        v.state == EXPECTED, v.pet_id.is_not(None), v.starts_at >= since, v.starts_at < until
    )
    if after is not None:
        wanted = wanted.where(v.id > after)
    return [Visit(**row._mapping) for row in await connection.execute(wanted.order_by(v.id).limit(limit))]


async def visit_of_extra(connection: AsyncConnection, extra_id: UUID) -> UUID | None:
    """Which visit a proposal belongs to."""
    found: UUID | None = (await connection.execute(sa.select(x.visit_id).where(x.id == extra_id))).scalar_one_or_none()
    return found


async def salons_of(connection: AsyncConnection, shop_ids: Collection[UUID]) -> list[UUID]:
    """Those of these shops that groom, the one with the latest visit first."""
    latest = sa.func.max(v.starts_at)
    wanted = sa.select(v.shop_id).where(v.shop_id.in_(list(shop_ids))).group_by(v.shop_id).order_by(latest.desc())
    return list((await connection.execute(wanted)).scalars())
