"""What a client had, and what happened with them: newest first, by keyset."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.accounts.tables import person_table as person
from marketplace_kit.crm.queries.figures import group_of, member
from marketplace_kit.crm.schemas import Activity, HistoryLine
from marketplace_kit.crm.tables import client_order_table as link
from marketplace_kit.crm.tables import merge_table as merge
from marketplace_kit.crm.tables import note_table as note
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.process import Stage
from marketplace_kit.kernel.texts import N_
from marketplace_kit.orders.queries.kinds import Words
from marketplace_kit.orders.tables import event_table as event
from marketplace_kit.orders.tables import line_table as line
from marketplace_kit.orders.tables import order_table as order
from marketplace_kit.web.paging import Page, decode_cursor, encode_cursor

PLACED, JOINED, PARTED = N_("Order placed"), N_("Joined with another entry"), N_("Parted from another entry again")


async def history_of(
    connection: AsyncConnection, client_id: UUID, words: Words, *, cursor: str | None = None, limit: int = 20
) -> Page[HistoryLine]:
    """All that a client had, by when it was. One statement."""
    at = sa.func.coalesce(line.c.starts_at, order.c.created_at, type_=line.c.starts_at.type)
    had = (
        sa.select(line, order.c.number, order.c.created_at, at.label("at"))
        .select_from(
            member.join(link, link.c.client_id == member.c.id)
            .join(order, order.c.id == link.c.order_id)
            .join(line, line.c.order_id == order.c.id)
        )
        .where(group_of(client_id))
    )
    rows = (await connection.execute(_page(had, at, line.c.id, cursor, limit))).all()
    more = encode_cursor(rows[limit - 1].at, rows[limit - 1].id) if len(rows) > limit else None
    return Page(items=[_line(row, words) for row in rows[:limit]], next=more)


def _line(row: Any, words: Words) -> HistoryLine:
    state = words.state(row.kind, row.process_version, row.status, row.stage)
    return HistoryLine(
        line_id=row.id,
        order_id=row.order_id,
        number=row.number,
        title=row.title,
        quantity=row.quantity,
        kind=row.kind,
        status=row.status,
        status_text=words.say(state.text),
        tone=str(state.tone),
        stage=row.stage,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        placed_at=row.created_at,
        total=Money.stored(row.total_amount, row.currency),
    )


def _page(wanted: sa.Select[Any], at: Any, key: Any, cursor: str | None, limit: int) -> sa.Select[Any]:
    if cursor:
        before, last = decode_cursor(cursor, tuple[datetime, UUID])
        wanted = wanted.where(sa.or_(at < before, sa.and_(at == before, key < last)))
    return wanted.order_by(at.desc(), key.desc()).limit(limit + 1)


async def activity_of(
    connection: AsyncConnection, client_id: UUID, words: Words, *, cursor: str | None = None, limit: int = 20
) -> Page[Activity]:
    """Orders and what became of them, notes, merges. Three statements, each read no further than the page goes."""
    found: list[Activity] = []
    done = (
        sa.select(
            event.c.id,
            event.c.at,
            event.c.order_id,
            event.c.verb,
            event.c.after,
            order.c.number,
            line.c.title,
            line.c.kind,
            line.c.process_version,
            line.c.stage,
            order.c.status,
        )
        .select_from(
            member.join(link, link.c.client_id == member.c.id)
            .join(order, order.c.id == link.c.order_id)
            .join(event, event.c.order_id == order.c.id)
            .outerjoin(line, line.c.id == event.c.line_id)
        )
        .where(group_of(client_id))
    )
    for row in await connection.execute(_page(done, event.c.at, event.c.id, cursor, limit)):
        found.append(
            Activity(
                id=row.id,
                created_at=row.at,
                activity_type="order",
                verb=row.verb,
                description=_said(row, words),
                related_entity_type="order",
                related_entity_id=row.order_id,
                number=row.number,
                title=row.title or "",
            )
        )
    written = (
        sa.select(note, person.c.name.label("by_name"))
        .select_from(note.join(member, member.c.id == note.c.client_id).outerjoin(person, person.c.id == note.c.by_id))
        .where(group_of(client_id))
    )
    for row in await connection.execute(_page(written, note.c.at, note.c.id, cursor, limit)):
        verb = "correct" if row.corrects_id else "write"
        found.append(_by_hand(row, "note", verb, row.text, "note", row.id))
    joined = (
        sa.select(merge, person.c.name.label("by_name"))
        .outerjoin(person, person.c.id == merge.c.by_id)
        .where(sa.or_(merge.c.into_id == client_id, merge.c.from_id == client_id))
    )
    for row in await connection.execute(_page(joined, merge.c.at, merge.c.id, cursor, limit)):
        undone = row.undone_at is not None
        other = row.from_id if row.into_id == client_id else row.into_id
        said = words.say(PARTED if undone else JOINED)
        found.append(_by_hand(row, "merge", "part" if undone else "join", said, "customer", other))
    return _newest(found, limit)


def _by_hand(row: Any, kind: str, verb: str, said: str, related: str, related_id: UUID) -> Activity:
    return Activity(
        id=row.id,
        created_at=row.at,
        activity_type=kind,
        verb=verb,
        description=said,
        related_entity_type=related,
        related_entity_id=related_id,
        by=row.by_name or "",
    )


def _newest(found: Iterable[Activity], limit: int) -> Page[Activity]:
    ordered = sorted(found, key=lambda one: (one.created_at, one.id), reverse=True)
    more = encode_cursor(ordered[limit - 1].created_at, ordered[limit - 1].id) if len(ordered) > limit else None
    return Page(items=ordered[:limit], next=more)


def _said(row: Any, words: Words) -> str:
    if row.kind is None:
        return words.say(PLACED)
    stage = row.after if row.after in set(Stage) else row.stage
    return words.verb(row.kind, row.process_version, row.verb, row.after, stage)
