"""Storing what became of deliveries: several in one commit, together with the marks of their jobs."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import attrs
import sqlalchemy as sa

from marketplace_kit.kernel.jobs import Work, finish_together
from marketplace_kit.kernel.meters import meters_of
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.notifications.domain import DeliveryState
from marketplace_kit.notifications.tables import delivery_table as delivery

MARKED_WITHIN = 0.25
"""Seconds. A worker that dies in between leaves a second mail behind, with the same Message-ID (decision 0010)."""


class NotDelivered(Exception):
    """To be tried again. Names what went wrong without the receiver's address, for it is logged and stored."""


def tries_of(work: Work) -> int:
    """How often this delivery was tried, with those tries before the quiet hours that moved it to another job."""
    return work.attempt + int(work.claimed.payload.get("tried", 0))


@attrs.frozen(kw_only=True)
class Outcome:
    """What became of one delivery: its last state, or still pending - to be tried later."""

    work: Work
    delivery_id: UUID
    state: DeliveryState
    error: str | None = None


Outcomes = asyncio.Queue[Outcome | None]
"""As they come; ``None`` says that was all."""


async def mark(site: Site, outcomes: Outcomes) -> dict[UUID, Exception]:
    """Store outcomes until the last, none later than :data:`MARKED_WITHIN` after it came. Answers what is to be tried
    again, by the job's id.
    """
    again: dict[UUID, Exception] = {}
    ended = False
    while not ended:
        bundle, ended = await _next(outcomes)
        for outcome in bundle:
            if outcome.state is DeliveryState.PENDING:
                again[outcome.work.claimed.id] = NotDelivered(outcome.error)
        await _store(site, bundle)
    return again


async def _next(outcomes: Outcomes) -> tuple[list[Outcome], bool]:
    """The outcomes of the next moment, and whether they were the last."""
    first = await outcomes.get()
    if first is None:
        return [], True
    bundle = [first]
    try:
        async with asyncio.timeout(MARKED_WITHIN):
            while (outcome := await outcomes.get()) is not None:
                bundle.append(outcome)
    except TimeoutError:
        return bundle, False
    return bundle, True


async def _store(site: Site, bundle: Sequence[Outcome]) -> None:
    done = {outcome.work.claimed.id: outcome for outcome in bundle if outcome.state is not DeliveryState.PENDING}
    if done:
        async with finish_together(site, [outcome.work for outcome in done.values()]) as (uow, held):
            await _note_all(uow, [done[work.claimed.id] for work in held])
    open_ = [outcome for outcome in bundle if outcome.state is DeliveryState.PENDING]
    if open_:
        await site.do(_note_all, open_)


async def _note_all(uow: UnitOfWork, outcomes: Sequence[Outcome]) -> None:
    """One statement for all that went alike."""
    alike: dict[tuple[DeliveryState, int, str | None], list[UUID]] = {}
    for outcome in outcomes:
        alike.setdefault((outcome.state, tries_of(outcome.work), outcome.error), []).append(outcome.delivery_id)
    for (state, attempts, error), ids in alike.items():
        values: dict[str, Any] = {"state": state, "attempts": attempts, "error": error}
        values["sent_at"] = uow.at if state is DeliveryState.SENT else None
        still = sa.and_(delivery.c.id.in_(ids), delivery.c.state == DeliveryState.PENDING)
        stored = sa.update(delivery).where(still).values(values).returning(delivery.c.channel)
        result = await uow.session.execute(stored, execution_options={"synchronize_session": False})
        for channel, count in Counter(result.scalars()).items():
            meters_of(uow.site).noticed(channel, state.value, count)
