"""Background work of this room: one job for each delivery."""

from __future__ import annotations

from datetime import timedelta

from marketplace_kit.kernel.hooks import Job, Retry
from marketplace_kit.kernel.jobs import Work
from marketplace_kit.notifications import services
from marketplace_kit.notifications.services.delivering import DELIVER

# After seconds at first, then hourly, for a day: a mail server's night is survived, a link of 24 hours still works.
RETRY = Retry(attempts=32, first=timedelta(seconds=2), longest=timedelta(hours=1))


async def deliver(work: Work, payload: services.Deliver) -> None:
    await services.deliver(work, payload, attempts=RETRY.attempts)


jobs = (Job(name=DELIVER, payload=services.Deliver, run=deliver, retry=RETRY),)
