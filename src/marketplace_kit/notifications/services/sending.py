"""Handing finished messages to their channels: each channel over a few lines, each line one message at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import nullcontext
from functools import partial
from uuid import UUID

from marketplace_kit.kernel.hooks import LineSender, Message, Sender, Undeliverable
from marketplace_kit.kernel.jobs import Work
from marketplace_kit.kernel.site import Site
from marketplace_kit.notifications.domain import DeliveryState
from marketplace_kit.notifications.services.marking import Outcome, Outcomes, tries_of

LINES = 4
"""So many messages of a bundle are under way at once: a slow receiver holds up a quarter of them at most."""

Leaving = list[tuple[Work, Message]]


async def send(
    site: Site, leaving: Mapping[Sender, Sequence[tuple[Work, Message]]], outcomes: Outcomes, *, attempts: int
) -> None:
    """Send everything. An outcome is told as soon as it is known; nothing that a channel raises is raised here."""
    async with asyncio.TaskGroup() as lines:
        for sender, messages in leaving.items():
            waiting = list(reversed(messages))
            for _ in range(min(LINES, len(messages))):
                lines.create_task(_line(site, sender, waiting, outcomes, attempts))


async def _line(site: Site, sender: Sender, waiting: Leaving, outcomes: Outcomes, attempts: int) -> None:
    opened = sender.line(site) if isinstance(sender, LineSender) else nullcontext(partial(sender.deliver, site))
    async with opened as hand_over:
        while waiting:
            work, message = waiting.pop()
            state, error = await _handed_over(hand_over, message, last=tries_of(work) >= attempts)
            outcomes.put_nowait(Outcome(work=work, delivery_id=UUID(message.key), state=state, error=error))


async def _handed_over(
    hand_over: Callable[[Message], Awaitable[None]], message: Message, *, last: bool
) -> tuple[DeliveryState, str | None]:
    try:
        await hand_over(message)
    except Undeliverable as never:
        return DeliveryState.FAILED, _said(never)
    except Exception as raised:
        return (DeliveryState.FAILED if last else DeliveryState.PENDING), _said(raised)
    return DeliveryState.SENT, None


def _said(raised: Exception) -> str:
    """What went wrong, without what a server may have said about the receiver."""
    code = getattr(raised, "code", None)
    reason = str(raised) if isinstance(raised, Undeliverable) else ""
    return " ".join(str(part) for part in (type(raised).__name__, code, reason) if part)[:200]
