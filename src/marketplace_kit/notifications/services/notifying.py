"""Writing a notice: what a use case or listener calls, in its own unit of work."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import attrs
import sqlalchemy as sa

from marketplace_kit.kernel.hooks import Attachment, Notice
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.notifications.domain import IN_APP, DeliveryState, ReadStatus, wanted_channels
from marketplace_kit.notifications.queries import receiver_of, wordings_of
from marketplace_kit.notifications.services.delivering import DELIVER, Deliver
from marketplace_kit.notifications.services.quieting import held_until
from marketplace_kit.notifications.services.wording import Said
from marketplace_kit.notifications.tables import delivery_table, notice_table


def topic_of(person_id: UUID) -> str:
    """The live topic of a person's notices. It says that something changed, never what."""
    return f"person:{person_id}:notices"


async def notify(
    uow: UnitOfWork,
    *,
    to: UUID,
    notice: str,
    facts: Mapping[str, Any],
    link: str,
    key: str,
    order_id: UUID | None = None,
    token_id: UUID | None = None,
    over: tuple[str, ...] | None = None,
    attachment: Attachment | None = None,
) -> UUID | None:
    """Write a notice with its deliveries, and a job for each that leaves the site, all in the caller's unit.

    ``notice`` is a declared notice's name; ``facts`` fill its texts (``{site}`` is always there); a fact
    that is a mapping by language is said in the receiver's. ``key`` makes it once
    for all time: a second call with it changes nothing. ``link`` is a path of this site; ``{token}`` in it is replaced
    by the one-time token ``token_id`` when the message leaves, so that the token itself is stored nowhere.
    ``over`` names channels instead of those declared and chosen, for a message that is about the channel itself.
    ``attachment`` goes along where the channel carries files.
    Answers the notice's id, or ``None`` if nothing was written: the key was used, or there is no such active person.
    """
    if not link.startswith("/") or link.startswith("//"):
        raise ValueError(f"{link!r} is no path of this site")
    declared: Notice = uow.site.registry.notices[notice]
    await uow.session.flush()
    connection = await uow.session.connection()
    receiver = await receiver_of(connection, to, notice)
    if receiver is None or not receiver.contact.active:
        return None
    chosen = {} if declared.required else receiver.chosen
    known = frozenset(uow.site.registry.channels)
    channels = over or wanted_channels(declared.channels, known, chosen, required=declared.required)
    said = Said(uow.site, declared, receiver.contact.locale, facts)
    said.edited = await wordings_of(connection, notice, receiver.contact.locale)
    subject, body = said.on(IN_APP)
    values = {
        "id": new_id(),
        "user_id": to,
        "order_id": order_id,
        "type": notice,
        "subject": subject,
        "message": body,
        "link": link,
        "token_id": token_id,
        "in_app": IN_APP in channels,
        "read_status": ReadStatus.UNREAD,
        "timestamp": uow.at,
        "key": key,
        "attachment": None if attachment is None else attrs.asdict(attachment),
    }
    statement = uow.site.database.insert(notice_table).values(values).on_conflict_do_nothing(index_elements=["key"])
    written: UUID | None = (await uow.session.execute(statement.returning(notice_table.c.id))).scalar_one_or_none()
    if written is None:
        return None
    run_at = held_until(uow.site, declared, receiver.quiet_chosen, receiver.quiet, uow.at)
    await _add_deliveries(uow, written, channels, said, run_at)
    uow.touch(topic_of(to))
    return written


async def _add_deliveries(
    uow: UnitOfWork, notice_id: UUID, channels: tuple[str, ...], said: Said, run_at: datetime | None
) -> None:
    rows: list[dict[str, Any]] = []
    for channel in channels:
        delivery_id, here = new_id(), channel == IN_APP
        own = said.on(channel) if said.differs(channel) and not here else (None, None)
        rows.append(
            {
                "id": delivery_id,
                "notice_id": notice_id,
                "channel": channel,
                "state": DeliveryState.SENT if here else DeliveryState.PENDING,
                "sent_at": uow.at if here else None,
                "subject": own[0],
                "body": own[1],
            }
        )
        if not here:
            payload = Deliver(delivery_id=delivery_id)
            uow.enqueue(DELIVER, payload, key=f"{DELIVER}:{notice_id}:{channel}", run_at=run_at)
    if rows:
        await uow.session.execute(sa.insert(delivery_table), rows)
