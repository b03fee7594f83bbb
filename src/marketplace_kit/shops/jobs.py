"""Background work of this room: the coming days' opening times, and lists without shops that cannot be dealt with."""

from __future__ import annotations

from datetime import timedelta

import structlog

from marketplace_kit.kernel.hooks import Job
from marketplace_kit.kernel.jobs import Work
from marketplace_kit.kernel.plugin import Nothing
from marketplace_kit.shops import services

log = structlog.get_logger(__name__)


async def spans(work: Work, _: Nothing) -> None:
    """Every shop's opening times for the coming 15 days; doing it twice changes nothing."""
    await services.refresh_spans(work.site)
    async with work.finish():
        pass


async def hygiene(work: Work, _: Nothing) -> None:
    """Lists without shops that cannot be dealt with; doing it twice changes nothing."""
    hidden, shown = await services.tidy_lists(work.site)
    log.info("shops.tidied", hidden=hidden, shown=shown)
    async with work.finish():
        pass


jobs = (
    Job(name="shops.spans", payload=Nothing, run=spans, every=timedelta(hours=12)),
    Job(name="shops.hygiene", payload=Nothing, run=hygiene, every=timedelta(days=1)),
)
