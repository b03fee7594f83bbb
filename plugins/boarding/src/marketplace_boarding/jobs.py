"""Background work: looking after what is due."""

from __future__ import annotations

import msgspec

from marketplace_boarding import services
from marketplace_kit.kernel.jobs import Work


class Nothing(msgspec.Struct):
    """The payload of a job that needs none."""


async def watch(work: Work, _: Nothing) -> None:
    """Missed medicines, the cards of the day, and what is missing for tomorrow's arrivals."""
    async with work.finish() as uow:
        await services.watch(uow)
        await services.send_due_cards(uow)
        await services.ask_for_proofs(uow)
