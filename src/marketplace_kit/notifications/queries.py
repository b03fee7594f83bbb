"""Reads of notices: shaped for the list, the bell and the job that sends."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.accounts.schemas import Contact
from marketplace_kit.accounts.tables import person_table as person
from marketplace_kit.kernel.database import Uuid
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


# The notice, its receiver as they are now and what they chose for this channel, in one statement: it is asked for every
# message that leaves.
_CHOSEN = sa.and_(
    preference.c.person_id == notice.c.user_id,
    preference.c.notice == notice.c.type,
    preference.c.channel == delivery.c.channel,
)
_OUTGOING = (
    sa.select(delivery.c.id, delivery.c.state, delivery.c.channel, preference.c.wanted, notice, person)
    .select_from(delivery.join(notice).join(person, person.c.id == notice.c.user_id).outerjoin(preference, _CHOSEN))
    .where(delivery.c.id == sa.bindparam("delivery", type_=Uuid))
)


async def outgoing(connection: AsyncConnection, delivery_id: UUID) -> Outgoing | None:
    """What is to be delivered, to whom, and whether it is wanted; ``None`` if the notice is gone."""
    row = (await connection.execute(_OUTGOING, {"delivery": delivery_id})).mappings().first()
    if row is None:
        return None
    return Outgoing(
        delivery_id=row[delivery.c.id],
        state=DeliveryState(row[delivery.c.state]),
        channel=row[delivery.c.channel],
        wanted=row[preference.c.wanted],
        type=row[notice.c.type],
        subject=row[notice.c.subject],
        message=row[notice.c.message],
        link=row[notice.c.link],
        token_id=row[notice.c.token_id],
        receiver=Contact(
            person_id=row[person.c.id],
            name=row[person.c.name],
            locale=row[person.c.locale],
            active=row[person.c.deactivated_at] is None,
            email=row[person.c.email],
            email_verified=row[person.c.email_verified_at] is not None,
            phone=row[person.c.phone],
            phone_verified=row[person.c.phone_verified_at] is not None,
        ),
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
