"""Background work of this room."""

from __future__ import annotations

from datetime import timedelta

from marketplace_kit.kernel.hooks import Job
from marketplace_kit.kernel.jobs import Work
from marketplace_kit.orders import services
from marketplace_kit.orders.services.jobnames import (
    DUE,
    DUE_ONE,
    SWEEP,
    TELL_GUEST,
    DueNow,
    DueOne,
    Sweep,
    TellGuest,
)


async def due(work: Work, _: DueNow) -> None:
    """Each line in a unit of its own; begun again, it finds what is left."""
    await services.do_due(work.site)


async def due_one(work: Work, payload: DueOne) -> None:
    await services.do_due_one(work.site, payload.line_id)


async def sweep(work: Work, _: Sweep) -> None:
    async with work.finish() as uow:
        await services.sweep_drafts(uow)


jobs = (
    Job(name=DUE, payload=DueNow, run=due, every=timedelta(minutes=1)),
    Job(name=DUE_ONE, payload=DueOne, run=due_one),
    Job(name=SWEEP, payload=Sweep, run=sweep, every=timedelta(minutes=5)),
    Job(name=TELL_GUEST, payload=TellGuest, run=services.tell_guest),
)
