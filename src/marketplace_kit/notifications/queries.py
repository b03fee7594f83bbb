"""Reads of notices: shaped for the list, the bell and the job that sends."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.errors import Missing
from marketplace_kit.notifications.domain import DeliveryState, ReadStatus
from marketplace_kit.notifications.schemas import NoticeView, Outgoing, UnreadNotices
from marketplace_kit.notifications.tables import delivery_table as delivery
from marketplace_kit.notifications.tables import notice_table as notice
from marketplace_kit.notifications.tables import preference_table as preference
from marketplace_kit.web.paging import Page, decode_cursor, encode_cursor

_SHOWN = (
    notice.c.id,
    notice.c.user_id,
    notice.c.order_id,
    notice.c.type,
    notice.c.subject,
    notice.c.message,
    notice.c.link,
    notice.c.read_status,
    notice.c.timestamp,
)
_UNREAD = sa.and_(notice.c.in_app, notice.c.read_status == ReadStatus.UNREAD)


def _view(row: Any) -> NoticeView:
    return NoticeView(**dict(row._mapping) | {"read_status": ReadStatus(row.read_status)})


async def notices_of(
    connection: AsyncConnection,
    person_id: UUID,
    *,
    unread_only: bool = False,
    cursor: str | None = None,
    limit: int = 20,
) -> Page[NoticeView]:
    """A person's notices, newest first."""
    statement = sa.select(*_SHOWN).where(notice.c.user_id == person_id, _UNREAD if unread_only else notice.c.in_app)
    if cursor:
        (last,) = decode_cursor(cursor, tuple[UUID])
        statement = statement.where(notice.c.id < last)
    rows = (await connection.execute(statement.order_by(notice.c.id.desc()).limit(limit + 1))).all()
    more = encode_cursor(rows[limit - 1].id) if len(rows) > limit else None
    return Page(items=[_view(r) for r in rows[:limit]], next=more)


async def unread_count(connection: AsyncConnection, person_id: UUID) -> int:
    counted = sa.select(sa.func.count()).select_from(notice).where(notice.c.user_id == person_id, _UNREAD)
    return int((await connection.execute(counted)).scalar_one())


async def unread_of(
    connection: AsyncConnection, person_id: UUID, *, cursor: str | None = None, limit: int = 20
) -> UnreadNotices:
    """The number of unread notices, and the newest of them."""
    page = await notices_of(connection, person_id, unread_only=True, cursor=cursor, limit=limit)
    return UnreadNotices(count=await unread_count(connection, person_id), items=page.items, next=page.next)


async def notice_named(connection: AsyncConnection, notice_id: UUID, person_id: UUID) -> NoticeView:
    """One of this person's notices; refuses :class:`Missing` for anybody else's."""
    statement = sa.select(*_SHOWN).where(notice.c.id == notice_id, notice.c.user_id == person_id, notice.c.in_app)
    row = (await connection.execute(statement)).first()
    if row is None:
        raise Missing
    return _view(row)


async def outgoing(connection: AsyncConnection, delivery_id: UUID) -> Outgoing | None:
    """What is to be delivered; ``None`` if the notice is gone."""
    columns = (delivery.c.id, delivery.c.state, delivery.c.channel, notice)
    statement = sa.select(*columns).join_from(delivery, notice).where(delivery.c.id == delivery_id)
    row = (await connection.execute(statement)).mappings().first()
    if row is None:
        return None
    return Outgoing(
        delivery_id=row[delivery.c.id],
        state=DeliveryState(row[delivery.c.state]),
        channel=row[delivery.c.channel],
        person_id=row[notice.c.user_id],
        type=row[notice.c.type],
        subject=row[notice.c.subject],
        message=row[notice.c.message],
        link=row[notice.c.link],
        token_id=row[notice.c.token_id],
    )


async def choices_of(connection: AsyncConnection, person_id: UUID, type_: str) -> dict[str, bool]:
    """What a person chose for one kind of notice, by channel; a channel without a choice is left out."""
    chosen = (preference.c.channel, preference.c.wanted)
    statement = sa.select(*chosen).where(preference.c.person_id == person_id, preference.c.notice == type_)
    return {row.channel: row.wanted for row in await connection.execute(statement)}


async def export(connection: AsyncConnection, person_id: UUID) -> list[dict[str, Any]]:
    """Every notice that a person got, on any channel, as plain values."""
    statement = sa.select(*_SHOWN).where(notice.c.user_id == person_id).order_by(notice.c.id)
    rows = (await connection.execute(statement)).all()
    kept = ("type", "subject", "message", "link", "read_status")
    return [{name: getattr(r, name) for name in kept} | {"timestamp": r.timestamp.isoformat()} for r in rows]
