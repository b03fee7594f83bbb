"""Writing a notice: what a use case or listener calls, in its own unit of work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from marketplace_kit.accounts.queries import contact_of
from marketplace_kit.kernel.hooks import Notice
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.notifications.domain import IN_APP, DeliveryState, ReadStatus, one_line, wanted_channels
from marketplace_kit.notifications.queries import choices_of
from marketplace_kit.notifications.services.delivering import DELIVER, Deliver
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
) -> UUID | None:
    """Write a notice with its deliveries, and a job for each that leaves the site, all in the caller's unit.

    ``notice`` is a declared notice's name; ``facts`` fill its texts (``{site}`` is always there). ``key`` makes it once
    for all time: a second call with it changes nothing. ``link`` is a path of this site; ``{token}`` in it is replaced
    by the one-time token ``token_id`` when the message leaves, so that the token itself is stored nowhere.
    Answers the notice's id, or ``None`` if nothing was written: the key was used, or there is no such active person.
    """
    if not link.startswith("/") or link.startswith("//"):
        raise ValueError(f"{link!r} is no path of this site")
    declared: Notice = uow.site.registry.notices[notice]
    await uow.session.flush()
    connection = await uow.session.connection()
    receiver = await contact_of(connection, to)
    if receiver is None or not receiver.active:
        return None
    chosen = {} if declared.required else await choices_of(connection, to, notice)
    known = frozenset(uow.site.registry.channels)
    channels = wanted_channels(declared.channels, known, chosen, required=declared.required)
    said = {"site": uow.site.settings.of(SiteSettings).name, **facts}
    texts = uow.site.texts
    values = {
        "id": new_id(),
        "user_id": to,
        "order_id": order_id,
        "type": notice,
        "subject": one_line(texts.render(receiver.locale, declared.subject, said))[:300],
        "message": texts.render(receiver.locale, declared.body, said),
        "link": link,
        "token_id": token_id,
        "in_app": IN_APP in channels,
        "read_status": ReadStatus.UNREAD,
        "timestamp": uow.at,
        "key": key,
    }
    statement = uow.site.database.insert(notice_table).values(values).on_conflict_do_nothing(index_elements=["key"])
    written: UUID | None = (await uow.session.execute(statement.returning(notice_table.c.id))).scalar_one_or_none()
    if written is None:
        return None
    await _add_deliveries(uow, written, channels)
    uow.touch(topic_of(to))
    return written


async def _add_deliveries(uow: UnitOfWork, notice_id: UUID, channels: tuple[str, ...]) -> None:
    rows: list[dict[str, Any]] = []
    for channel in channels:
        delivery_id, here = new_id(), channel == IN_APP
        state = DeliveryState.SENT if here else DeliveryState.PENDING
        sent_at = uow.at if here else None
        rows.append({"id": delivery_id, "notice_id": notice_id, "channel": channel, "state": state, "sent_at": sent_at})
        if not here:
            uow.enqueue(DELIVER, Deliver(delivery_id=delivery_id), key=f"{DELIVER}:{notice_id}:{channel}")
    if rows:
        await uow.session.execute(sa.insert(delivery_table), rows)
