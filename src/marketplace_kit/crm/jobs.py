"""Background work of this room."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from marketplace_kit.crm import services
from marketplace_kit.kernel.hooks import Job
from marketplace_kit.kernel.jobs import Work

CATCH_UP, FOLLOW_UPS = "crm.catch_up", "crm.follow_ups"


class CatchUp(msgspec.Struct, frozen=True):
    """Nothing but the wish."""


async def catch_up(work: Work, _: CatchUp) -> None:
    """Orders that are older than this room, or were stored without a word, get their client."""
    await services.catch_up(work.site)


class Remind(msgspec.Struct, frozen=True):
    """Nothing but the wish."""


async def remind(work: Work, _: Remind) -> None:
    """Whoever wanted to think of a client today is told so."""
    await services.tell_follow_ups(work.site)


jobs = (
    Job(name=CATCH_UP, payload=CatchUp, run=catch_up, every=timedelta(days=1)),
    Job(name=FOLLOW_UPS, payload=Remind, run=remind, every=timedelta(minutes=30)),
)
