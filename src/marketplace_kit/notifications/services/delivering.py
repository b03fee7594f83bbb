"""Sending one delivery: outside any transaction, to the address as it is now, marked in the commit ending the job."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa

from marketplace_kit.accounts.schemas import Contact
from marketplace_kit.accounts.services import plain_token
from marketplace_kit.kernel.hooks import Channel, Message, Undeliverable
from marketplace_kit.kernel.jobs import Work
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.notifications.domain import DeliveryState, wanted_channels
from marketplace_kit.notifications.queries import outgoing
from marketplace_kit.notifications.schemas import OptionalMessage, Outgoing
from marketplace_kit.notifications.services.preferring import stop_link
from marketplace_kit.notifications.tables import delivery_table as delivery

DELIVER = "notifications.deliver"


class Deliver(msgspec.Struct):
    """The job's payload: an id, and nothing about anybody."""

    delivery_id: UUID


class NotDelivered(Exception):
    """To be tried again. Names what went wrong without the receiver's address, for it is logged and stored."""


async def deliver(work: Work, payload: Deliver, *, attempts: int) -> None:
    """Hand a delivery to its channel once, unless it is done, unwanted or without address by now.

    A channel's failure is raised again, to be tried later; after ``attempts`` tries the delivery has failed.
    """
    site = work.site
    found = await site.ask(outgoing, payload.delivery_id)
    if found is None or found.state is not DeliveryState.PENDING:
        return
    channel = site.registry.channels.get(found.channel)
    message = _message(site, found, channel) if channel else None
    if channel is None or channel.sender is None or message is None:
        await _finish(work, found, state=DeliveryState.SKIPPED)
        return
    try:
        await channel.sender.deliver(site, message)
    except Undeliverable as never:
        await _finish(work, found, state=DeliveryState.FAILED, error=_said(never))
    except Exception as raised:
        if work.attempt >= attempts:
            await _finish(work, found, state=DeliveryState.FAILED, error=_said(raised))
            return
        await site.do(_note, found.delivery_id, attempts=work.attempt, error=_said(raised))
        raise NotDelivered(_said(raised)) from None
    else:
        await _finish(work, found, state=DeliveryState.SENT)


def _message(site: Site, found: Outgoing, channel: Channel) -> Message | None:
    """The message as it leaves now; ``None`` if its receiver is gone, has no such address, or wants it no more."""
    receiver = found.receiver
    if not receiver.active:
        return None
    declared = site.registry.notices.get(found.type)
    required = declared is not None and declared.required
    proved, address = _address(receiver, channel)
    if address is None or not (proved or required):
        return None
    chosen = {} if found.wanted is None else {channel.name: found.wanted}
    if not wanted_channels((channel.name,), frozenset({channel.name}), chosen, required=required):
        return None
    common: dict[str, Any] = {
        "key": str(found.delivery_id),
        "to": address,
        # A name is told only to whom it was proved to belong: else registering would carry words to strangers.
        "name": receiver.name if proved else "",
        "subject": found.subject,
        "body": found.message,
        "link": _absolute(site, found),
        "locale": receiver.locale,
    }
    if required:
        return Message(**common)
    return OptionalMessage(**common, stop_link=stop_link(site, receiver.person_id, found.type, found.channel))


def _address(receiver: Contact, channel: Channel) -> tuple[bool, str | None]:
    """Whether the address was proved, and the address; a channel that uses none finds the person by itself."""
    if channel.address == "email":
        return receiver.email_verified, receiver.email
    if channel.address == "phone":
        return receiver.phone_verified, receiver.phone
    return True, str(receiver.person_id)


def _absolute(site: Site, found: Outgoing) -> str:
    token = plain_token(site, found.token_id) if found.token_id else ""
    return site.settings.of(SiteSettings).public_url.rstrip("/") + found.link.replace("{token}", token)


async def _finish(work: Work, found: Outgoing, *, state: DeliveryState, error: str | None = None) -> None:
    async with work.finish() as uow:
        sent_at = uow.at if state is DeliveryState.SENT else None
        await _note(uow, found.delivery_id, attempts=work.attempt, error=error, state=state, sent_at=sent_at)


async def _note(uow: UnitOfWork, /, delivery_id: UUID, **values: Any) -> None:
    still = sa.and_(delivery.c.id == delivery_id, delivery.c.state == DeliveryState.PENDING)
    await uow.session.execute(sa.update(delivery).where(still).values(**values))


def _said(raised: Exception) -> str:
    """What went wrong, without what a server may have said about the receiver."""
    code = getattr(raised, "code", None)
    reason = str(raised) if isinstance(raised, Undeliverable) else ""
    return " ".join(str(part) for part in (type(raised).__name__, code, reason) if part)[:200]
