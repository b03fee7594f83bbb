"""Background work of this room."""

from __future__ import annotations

from datetime import timedelta

from marketplace_kit.kernel.hooks import Job, Retry
from marketplace_kit.kernel.jobs import Work
from marketplace_kit.kernel.plugin import Nothing
from marketplace_kit.scheduling.services.clocks import CHECK, check_clocks
from marketplace_kit.scheduling.services.clocks import EVERY as EVERY_CLOCK
from marketplace_kit.scheduling.services.next_free import NEXT_FREE, OfShop, work_out, work_out_all
from marketplace_kit.scheduling.services.offering import OFFER, OVER, Freed, Offered, offer, offer_over, tell_waiting
from marketplace_kit.scheduling.services.reminding import REMIND, Remind, remind
from marketplace_kit.scheduling.services.repeating import EVERY, MATERIALISE, materialise
from marketplace_kit.scheduling.services.sweeping import sweep_holds
from marketplace_kit.scheduling.services.telling import TELL_GUEST, TRIES, TellGuest, tell_guest
from marketplace_kit.scheduling.services.waiting import TELL, TellWaiting, forget_guests


async def sweep(work: Work, _: Nothing) -> None:
    """Hygiene only: whoever wants a time takes dead holds away before."""
    async with work.finish() as uow:
        await sweep_holds(uow)
        await forget_guests(uow)


async def next_free(work: Work, payload: OfShop) -> None:
    """The next start of each listing of a shop; doing it twice changes nothing."""
    await work_out(work.site, payload.shop_id)
    async with work.finish():
        pass


async def next_free_all(work: Work, _: Nothing) -> None:
    """Time passes: what was free this morning is over."""
    await work_out_all(work.site)
    async with work.finish():
        pass


async def clocks(work: Work, _: Nothing) -> None:
    """The law by which instants were worked out against that of this machine; doing it twice changes nothing."""
    await check_clocks(work.site)
    async with work.finish():
        pass


async def materialise_series(work: Work, _: Nothing) -> None:
    """Dates of series become appointments, twelve weeks ahead; doing it twice changes nothing."""
    await materialise(work)
    async with work.finish():
        pass


jobs = (
    Job(name="scheduling.sweep", payload=Nothing, run=sweep, every=timedelta(minutes=5)),
    Job(name=NEXT_FREE, payload=OfShop, run=next_free),
    Job(name="scheduling.next_free_all", payload=Nothing, run=next_free_all, every=timedelta(hours=1)),
    Job(name=CHECK, payload=Nothing, run=clocks, every=EVERY_CLOCK),
    Job(name=REMIND, payload=Remind, run=remind),
    Job(name=OFFER, payload=Freed, run=offer),
    Job(name=OVER, payload=Offered, run=offer_over),
    Job(name=MATERIALISE, payload=Nothing, run=materialise_series, every=EVERY),
    Job(name=TELL, payload=TellWaiting, run=tell_waiting, retry=Retry(attempts=4, first=timedelta(seconds=5))),
    # After seconds at first, then hourly: a gateway's night is survived, an appointment that is over is not told of.
    Job(name=TELL_GUEST, payload=TellGuest, run=tell_guest, retry=Retry(attempts=TRIES, first=timedelta(seconds=5))),
)
