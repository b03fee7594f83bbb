"""Background work of this room."""

from __future__ import annotations

from marketplace_kit.kernel.hooks import Job
from marketplace_kit.kernel.jobs import Work
from marketplace_kit.listings import services
from marketplace_kit.listings.services.indexing import REINDEX, Reindex
from marketplace_kit.listings.services.telling import TELL, Tell, tell_bundle


async def reindex(work: Work, payload: Reindex) -> None:
    """A batch in a unit of its own; begun again, it does what is done once more, which changes nothing."""
    async for _ in services.reindex(work.site, after=payload.after):
        pass


async def tell_favourites(work: Work, payload: Tell) -> None:
    async with work.finish() as uow:
        await tell_bundle(uow, payload)


jobs = (
    Job(name=REINDEX, payload=Reindex, run=reindex),
    Job(name=TELL, payload=Tell, run=tell_favourites),
)
