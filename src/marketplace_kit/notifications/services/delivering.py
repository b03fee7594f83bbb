"""Sending deliveries: outside any transaction, to the address as it is now, marked in the commit ending their jobs."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from marketplace_kit.accounts.queries import secrets_to_send
from marketplace_kit.accounts.schemas import Contact, ToProve
from marketplace_kit.accounts.services import plain_code, plain_token
from marketplace_kit.kernel.hooks import Attachment, Channel, Message, Sender
from marketplace_kit.kernel.jobs import Work, finish_together
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import Site
from marketplace_kit.notifications.domain import DeliveryState, wanted_channels
from marketplace_kit.notifications.queries import outgoing
from marketplace_kit.notifications.schemas import OptionalMessage, Outgoing
from marketplace_kit.notifications.services.marking import Outcome, Outcomes, mark
from marketplace_kit.notifications.services.preferring import stop_link
from marketplace_kit.notifications.services.quieting import held_until
from marketplace_kit.notifications.services.sending import send

DELIVER = "notifications.deliver"


class Deliver(msgspec.Struct):
    """The job's payload: an id, and nothing about anybody. ``tried`` counts the tries of jobs before this one."""

    delivery_id: UUID
    tried: int = 0


Waiting = tuple[Work, Deliver, datetime]


async def deliver(shares: Sequence[tuple[Work, Deliver]], *, attempts: int) -> dict[UUID, Exception]:
    """Hand each delivery to its channel once, unless it is done, unwanted or without address by now.

    Answers what is to be tried later, by the job's id; after ``attempts`` tries a delivery has failed.
    """
    site = shares[0][0].site
    found = {one.delivery_id: one for one in await site.ask(outgoing, [share.delivery_id for _, share in shares])}
    secrets = [one.token_id for one in found.values() if one.token_id]
    proofs = await site.ask(secrets_to_send, secrets, site.clock.now())
    leaving: dict[Sender, list[tuple[Work, Message]]] = {}
    outcomes: Outcomes = asyncio.Queue()
    waiting: list[Waiting] = []
    for work, share in shares:
        one = found.get(share.delivery_id)
        if one is None or one.state is not DeliveryState.PENDING:
            continue
        if until := _held_until(site, one):
            waiting.append((work, share, until))
            continue
        sender, message = _message(site, one, proofs.get(one.token_id) if one.token_id else None)
        if sender is None or message is None:
            outcomes.put_nowait(Outcome(work=work, delivery_id=one.delivery_id, state=DeliveryState.SKIPPED))
        else:
            leaving.setdefault(sender, []).append((work, message))
    if waiting:
        await _hold(site, waiting)
    async with asyncio.TaskGroup() as group:
        marking = group.create_task(mark(site, outcomes))
        await send(site, leaving, outcomes, attempts=attempts)
        outcomes.put_nowait(None)
    return marking.result()


def _held_until(site: Site, found: Outgoing) -> datetime | None:
    declared = site.registry.notices.get(found.type)
    return held_until(site, declared, found.quiet_chosen, found.quiet, site.clock.now())


async def _hold(site: Site, waiting: Sequence[Waiting]) -> None:
    """Quiet hours have begun since it was written: a job for their end takes the place of this one, in one commit."""
    by_job = {work.claimed.id: (work, share, until) for work, share, until in waiting}
    async with finish_together(site, [work for work, _, _ in waiting]) as (uow, held):
        for work, share, until in (by_job[work.claimed.id] for work in held):
            later = Deliver(delivery_id=share.delivery_id, tried=share.tried + work.attempt - 1)
            uow.enqueue(DELIVER, later, key=f"{DELIVER}:{share.delivery_id}:{until:%Y%m%d%H%M}", run_at=until)


def _message(site: Site, found: Outgoing, proof: ToProve | None) -> tuple[Sender | None, Message | None]:
    """The message as it leaves now, and by whom; ``None`` if its receiver is gone, has no such address, or wants it no
    more.
    """
    channel = site.registry.channels.get(found.channel)
    if channel is None or channel.sender is None:
        return None, None
    return channel.sender, _finished(site, found, channel, proof)


def _finished(site: Site, found: Outgoing, channel: Channel, proof: ToProve | None) -> Message | None:
    receiver = found.receiver
    if not receiver.active:
        return None
    declared = site.registry.notices.get(found.type)
    required = declared is not None and declared.required
    if found.token_id and (proof is None or not proof.live):
        return None  # a link or code that was used or replaced meanwhile
    proved, address = _address(receiver, channel)
    if proof is not None and proof.to is not None:
        # A secret that proves an address goes to that address, whatever the person's own is.
        proved, address = False, proof.to if channel.address == ("email" if "@" in proof.to else "phone") else None
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
        "body": _with_code(site, found, proof),
        "link": _absolute(site, found),
        "locale": receiver.locale,
        "attachment": Attachment(**found.attachment) if found.attachment else None,
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


def _with_code(site: Site, found: Outgoing, proof: ToProve | None) -> str:
    """The text, with the one-time code where one belongs; only now, so that it is stored nowhere."""
    if found.token_id is None or proof is None or not proof.is_code:
        return found.message
    return found.message.replace("{code}", plain_code(site, found.token_id))
