"""Reads of notices: shaped for the list, the bell and the job that sends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import attrs
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.accounts.schemas import Contact
from marketplace_kit.accounts.tables import person_table as person
from marketplace_kit.kernel.database import Uuid
from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.registry import Registry
from marketplace_kit.notifications.domain import CATEGORIES, DeliveryState, QuietHours, ReadStatus, time_at
from marketplace_kit.notifications.schemas import (
    DeliveryRow,
    DeviceRow,
    NoticeView,
    Outgoing,
    PushAddress,
    Reached,
    Receiver,
    UnreadNotices,
)
from marketplace_kit.notifications.tables import delivery_table as delivery
from marketplace_kit.notifications.tables import device_table as device
from marketplace_kit.notifications.tables import notice_table as notice
from marketplace_kit.notifications.tables import preference_table as preference
from marketplace_kit.notifications.tables import quiet_table as quiet
from marketplace_kit.notifications.tables import telegram_table as telegram
from marketplace_kit.notifications.tables import text_table as text
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
_IN_CENTRE = sa.and_(notice.c.in_app, notice.c.dismissed_at.is_(None))


@attrs.frozen
class Types:
    """Kinds of notices: these names, or all ``but`` these."""

    names: tuple[str, ...]
    but: bool = False


def _view(row: Any) -> NoticeView:
    return NoticeView(**dict(row._mapping) | {"read_status": ReadStatus(row.read_status)})


async def notices_of(
    connection: AsyncConnection,
    person_id: UUID,
    *,
    unread_only: bool = False,
    types: Types | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> Page[NoticeView]:
    """A person's notices, newest first, without those they dismissed."""
    statement = sa.select(*_SHOWN).where(notice.c.user_id == person_id, _UNREAD if unread_only else _IN_CENTRE)
    if types is not None:
        statement = statement.where(notice.c.type.not_in(types.names) if types.but else notice.c.type.in_(types.names))
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


def types_of(registry: Registry, category: str) -> Types | None:
    """The kinds of notices of a category; what no plugin declares any more is filed under the last."""
    if category not in CATEGORIES:
        return None
    others = category == CATEGORIES[-1]
    return Types(tuple(n for n, d in registry.notices.items() if (d.category == category) is not others), but=others)


# The notice, its receiver as they are now and what they chose for this channel, in one statement: it is asked for every
# message that leaves.
_CHOSEN = sa.and_(
    preference.c.person_id == notice.c.user_id,
    preference.c.notice == notice.c.type,
    preference.c.channel == delivery.c.channel,
)
_OUTGOING = (
    sa.select(delivery, preference.c.wanted, notice, person, quiet)
    .select_from(
        delivery.join(notice)
        .join(person, person.c.id == notice.c.user_id)
        .outerjoin(preference, _CHOSEN)
        .outerjoin(quiet, quiet.c.person_id == notice.c.user_id)
    )
    .where(delivery.c.id.in_(sa.bindparam("deliveries", expanding=True, type_=Uuid)))
)


async def outgoing(connection: AsyncConnection, delivery_ids: Sequence[UUID]) -> list[Outgoing]:
    """What is to be delivered, to whom, and whether it is wanted; those whose notice is gone are left out."""
    rows = await connection.execute(_OUTGOING, {"deliveries": delivery_ids})
    return [_outgoing(row) for row in rows.mappings()]


def _outgoing(row: Any) -> Outgoing:
    return Outgoing(
        delivery_id=row[delivery.c.id],
        state=DeliveryState(row[delivery.c.state]),
        channel=row[delivery.c.channel],
        wanted=row[preference.c.wanted],
        type=row[notice.c.type],
        subject=row[notice.c.subject] if row[delivery.c.subject] is None else row[delivery.c.subject],
        message=row[notice.c.message] if row[delivery.c.body] is None else row[delivery.c.body],
        link=row[notice.c.link],
        token_id=row[notice.c.token_id],
        attachment=row[notice.c.attachment],
        quiet_chosen=row[quiet.c.person_id] is not None,
        quiet=_quiet(row),
        receiver=_contact(row),
    )


def _contact(row: Any) -> Contact:
    return Contact(
        person_id=row[person.c.id],
        name=row[person.c.name],
        locale=row[person.c.locale],
        active=row[person.c.deactivated_at] is None,
        email=row[person.c.email],
        email_verified=row[person.c.email_verified_at] is not None,
        phone=row[person.c.phone],
        phone_verified=row[person.c.phone_verified_at] is not None,
    )


def _quiet(row: Any) -> QuietHours | None:
    begins, ends = row[quiet.c.quiet_from], row[quiet.c.quiet_until]
    return None if begins is None else QuietHours(time_at(begins), time_at(ends), row[quiet.c.zone])


async def receiver_of(connection: AsyncConnection, person_id: UUID, type_: str) -> Receiver | None:
    """Whom a notice of this kind is for, in one statement."""
    chosen = sa.and_(preference.c.person_id == person.c.id, preference.c.notice == type_)
    joined = person.outerjoin(quiet, quiet.c.person_id == person.c.id).outerjoin(preference, chosen)
    statement = sa.select(person, quiet, preference.c.channel, preference.c.wanted).select_from(joined)
    rows = (await connection.execute(statement.where(person.c.id == person_id))).mappings().all()
    if not rows:
        return None
    choices = {row[preference.c.channel]: row[preference.c.wanted] for row in rows if row[preference.c.channel]}
    first = rows[0]
    return Receiver(
        contact=_contact(first),
        chosen=choices,
        quiet_chosen=first[quiet.c.person_id] is not None,
        quiet=_quiet(first),
    )


async def wordings_of(connection: AsyncConnection, type_: str, locale: str) -> dict[str, tuple[str, str]]:
    """What somebody wrote instead of the declared texts: subject and body by channel, ``""`` for all others."""
    statement = sa.select(text.c.channel, text.c.subject, text.c.body).where(
        text.c.notice == type_, text.c.locale == locale
    )
    return {row.channel: (row.subject, row.body) for row in await connection.execute(statement)}


async def all_wordings(connection: AsyncConnection) -> dict[tuple[str, str, str], tuple[str, str]]:
    """Every edited text by notice, language and channel."""
    return {(r.notice, r.locale, r.channel): (r.subject, r.body) for r in await connection.execute(sa.select(text))}


async def choices_of(connection: AsyncConnection, person_id: UUID) -> dict[tuple[str, str], bool]:
    """Everything a person chose, by notice and channel; what they left alone is left out."""
    statement = sa.select(preference.c.notice, preference.c.channel, preference.c.wanted)
    rows = await connection.execute(statement.where(preference.c.person_id == person_id))
    return {(row.notice, row.channel): row.wanted for row in rows}


async def reached_by(connection: AsyncConnection, person_id: UUID) -> Reached:
    """A person's addresses, devices and quiet hours, in one statement."""
    devices = sa.select(sa.func.count()).where(device.c.person_id == person_id).scalar_subquery().label("devices")
    chat = sa.select(telegram.c.chat_id).where(telegram.c.person_id == person_id).scalar_subquery().label("chat")
    joined = person.outerjoin(quiet, quiet.c.person_id == person.c.id)
    statement = sa.select(person, quiet, devices, chat).select_from(joined).where(person.c.id == person_id)
    row = (await connection.execute(statement)).mappings().first()
    if row is None:
        raise Missing
    return Reached(
        contact=_contact(row),
        devices=row["devices"],
        telegram=row["chat"] is not None,
        quiet_chosen=row[quiet.c.person_id] is not None,
        quiet=_quiet(row),
    )


async def devices_of(connection: AsyncConnection, person_id: UUID) -> list[DeviceRow]:
    """The devices that get a person's push messages, newest first."""
    columns = (device.c.id, device.c.kind.label("platform"), device.c.label, device.c.added_at)
    rows = await connection.execute(
        sa.select(*columns).where(device.c.person_id == person_id).order_by(device.c.id.desc())
    )
    return [DeviceRow(**row._mapping) for row in rows]


async def push_addresses(connection: AsyncConnection, person_id: UUID) -> list[PushAddress]:
    """Where push messages for a person go: for the job that sends."""
    columns = (device.c.id, device.c.kind, device.c.endpoint, device.c.p256dh, device.c.auth)
    rows = await connection.execute(sa.select(*columns).where(device.c.person_id == person_id).order_by(device.c.id))
    return [PushAddress(**row._mapping) for row in rows]


async def chat_of(connection: AsyncConnection, person_id: UUID) -> int | None:
    """The Telegram chat that a person linked."""
    found = await connection.execute(sa.select(telegram.c.chat_id).where(telegram.c.person_id == person_id))
    return found.scalar_one_or_none()


async def log_of(
    connection: AsyncConnection,
    *,
    channel: str = "",
    state: str = "",
    type_: str = "",
    cursor: str | None = None,
    limit: int = 50,
) -> Page[DeliveryRow]:
    """What was sent to whom and how it went, newest first: one statement, no texts."""
    columns = (
        delivery.c.id,
        delivery.c.notice_id,
        notice.c.user_id,
        person.c.name.label("person"),
        notice.c.type,
        delivery.c.channel,
        delivery.c.state,
        delivery.c.attempts,
        delivery.c.error,
        notice.c.timestamp,
        delivery.c.sent_at,
    )
    joined = delivery.join(notice).join(person, person.c.id == notice.c.user_id)
    statement = sa.select(*columns).select_from(joined).order_by(delivery.c.id.desc()).limit(limit + 1)
    asked = {delivery.c.channel: channel, delivery.c.state: state, notice.c.type: type_}
    for column, value in asked.items():
        if value:
            statement = statement.where(column == value)
    if cursor:
        (last,) = decode_cursor(cursor, tuple[UUID])
        statement = statement.where(delivery.c.id < last)
    rows = (await connection.execute(statement)).all()
    more = encode_cursor(rows[limit - 1].id) if len(rows) > limit else None
    return Page(items=[DeliveryRow(**row._mapping) for row in rows[:limit]], next=more)


async def log_totals(connection: AsyncConnection, since: datetime) -> dict[tuple[str, str], int]:
    """How many deliveries each channel has in each state, of notices written since then."""
    counted = sa.select(delivery.c.channel, delivery.c.state, sa.func.count().label("total"))
    recent = counted.select_from(delivery.join(notice)).where(notice.c.timestamp >= since)
    rows = await connection.execute(recent.group_by(delivery.c.channel, delivery.c.state))
    return {(row.channel, row.state): row.total for row in rows}


async def export(connection: AsyncConnection, person_id: UUID) -> list[dict[str, Any]]:
    """Every notice that a person got, on any channel, as plain values."""
    statement = sa.select(*_SHOWN, notice.c.attachment).where(notice.c.user_id == person_id).order_by(notice.c.id)
    rows = (await connection.execute(statement)).all()
    kept = ("type", "subject", "message", "link", "read_status")
    told = [
        {name: getattr(r, name) for name in kept}
        | {"timestamp": r.timestamp.isoformat()}
        | ({"attachment": r.attachment["content"]} if r.attachment else {})
        for r in rows
    ]
    own = (await connection.execute(sa.select(device).where(device.c.person_id == person_id))).all()
    devices = [{"device": r.label, "address": r.endpoint, "key": r.p256dh or "", "secret": r.auth or ""} for r in own]
    hours = (await connection.execute(sa.select(quiet).where(quiet.c.person_id == person_id))).all()
    chat = await chat_of(connection, person_id)
    quiet_hours = [{"quiet_from": r.quiet_from, "quiet_until": r.quiet_until, "zone": r.zone} for r in hours]
    return [*told, *devices, *quiet_hours, *([{"telegram_chat": chat}] if chat is not None else [])]
