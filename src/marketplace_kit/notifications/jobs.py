"""Background work of this room: one job for each delivery, and a daily tidying."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from marketplace_kit.kernel.hooks import Job, Retry
from marketplace_kit.kernel.jobs import Work
from marketplace_kit.kernel.plugin import Nothing
from marketplace_kit.notifications import services
from marketplace_kit.notifications.services.delivering import DELIVER

# After seconds at first, then hourly, for a day: a mail server's night is survived, a link of 24 hours still works.
RETRY = Retry(attempts=32, first=timedelta(seconds=2), longest=timedelta(hours=1))


async def deliver_all(shares: Sequence[tuple[Work, services.Deliver]]) -> Mapping[UUID, Exception]:
    return await services.deliver(shares, attempts=RETRY.attempts)


async def deliver(work: Work, payload: services.Deliver) -> None:
    for raised in (await deliver_all([(work, payload)])).values():
        raise raised


async def tidy(work: Work, _: Nothing) -> None:
    """Forget codes that nobody used, and tell Telegram again where its updates go."""
    await services.announce_webhook(work.site)
    async with work.finish() as uow:
        await services.tidy_codes(uow)


jobs = (
    Job(name=DELIVER, payload=services.Deliver, run=deliver, run_bundle=deliver_all, retry=RETRY),
    Job(name="notifications.tidy", payload=Nothing, run=tidy, every=timedelta(days=1)),
)
