"""The scaled shape: Celery workers on a real broker and PostgreSQL. The broker is a doorbell; the rows are the work."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

import pytest

from marketplace_kit.kernel.jobs import newest_heartbeat
from marketplace_kit.kernel.plugin import Nothing
from marketplace_kit.kernel.site import Site, UnitOfWork
from tests.kernel import trade
from tests.kernel.trade import Parcel
from tests.scaled.brokers import Broker
from tests.scaled.conftest import StartWorker, settings_of, until

pytestmark = [pytest.mark.one_engine, pytest.mark.slow, pytest.mark.xdist_group("scaled")]


async def enqueue(uow: UnitOfWork, *parcels: str) -> None:
    for parcel in parcels:
        uow.enqueue("trade.deliver", Parcel(parcel))


async def delivered(site: Site, parcels: set[str]) -> bool:
    return parcels <= set(await site.ask(trade.effects))


async def assert_once(site: Site, parcels: set[str]) -> None:
    effects = await site.ask(trade.effects)
    assert {parcel: effects[parcel] for parcel in parcels} == dict.fromkeys(parcels, 1)


def named(what: str, count: int) -> set[str]:
    return {f"{what} {n}" for n in range(count)}


async def test_a_worker_killed_in_mid_job_leaves_its_work_to_the_next(
    site: Site, broker: Broker, start_worker: StartWorker
) -> None:
    first = start_worker()
    parcels = {"slow parcel"} | named("parcel", 5)
    await site.do(enqueue, *sorted(parcels))
    await until(lambda: delivered(site, {"begun slow parcel"}))
    first.kill()
    assert not await delivered(site, {"slow parcel"})
    start_worker()
    await until(lambda: delivered(site, parcels))
    await assert_once(site, parcels)


async def test_every_job_is_done_once_and_losing_the_broker_loses_none(
    site: Site, broker: Broker, start_worker: StartWorker
) -> None:
    start_worker()
    first, before = named("first", 50), named("before", 10)
    during, after = named("during", 10), named("after", 10)
    await site.do(enqueue, *sorted(first))
    await until(lambda: delivered(site, first))
    assert {row.attempts for row in await site.ask(trade.jobs) if row.name == "trade.deliver"} == {1}
    await site.do(enqueue, *sorted(before))
    broker.kill()
    await site.do(enqueue, *sorted(during))
    await until(lambda: delivered(site, before | during), 30)
    await asyncio.to_thread(broker.start)
    await site.do(enqueue, *sorted(after))
    await until(lambda: delivered(site, after), 30)
    await assert_once(site, first | before | during | after)


async def test_no_request_waits_for_a_silent_broker(site: Site, broker: Broker, start_worker: StartWorker) -> None:
    async def request(uow: UnitOfWork) -> None:
        uow.enqueue("trade.deliver", Parcel("asked in silence"))
        uow.touch("parcels")

    start_worker()
    await site.do(enqueue, "first")
    await until(lambda: delivered(site, {"first"}))
    broker.silence()
    try:
        for _ in range(10):
            began = time.monotonic()
            await site.do(request)
            assert time.monotonic() - began < 1.9, "whoever asks a silent broker waits two seconds or more"
        await until(lambda: delivered(site, {"asked in silence"}), 30)
    finally:
        broker.resume()


@pytest.mark.broker("redis")
async def test_a_worker_that_is_asked_to_end_ends_and_leaves_nothing_leased(
    site: Site, broker: Broker, start_worker: StartWorker
) -> None:
    worker = start_worker()
    await site.do(enqueue, "parcel")
    await until(lambda: delivered(site, {"parcel"}))
    assert await asyncio.to_thread(worker.stop) == 0
    assert [row.leased_by for row in await site.ask(trade.jobs) if row.leased_by] == []


@pytest.mark.broker("redis")
async def test_celery_itself_can_start_the_worker(site: Site, broker: Broker, start_worker: StartWorker) -> None:
    given = {f"MK_{key.upper().replace('.', '__')}": str(value) for key, value in settings_of(site).items()}
    celery = str(Path(sys.executable).with_name("celery"))
    start_worker([celery, "-A", "marketplace_kit.worker:app", "worker", "--concurrency=2"], MK_PLUGINS="", **given)

    async def beats() -> bool:
        return await site.ask(newest_heartbeat) is not None

    async def sweep(uow: UnitOfWork) -> None:
        uow.enqueue("web.sweep_media", Nothing(), key="asked for")  # a job of the core: this worker has no plugins

    async def swept() -> bool:
        return [row.state for row in await site.ask(trade.jobs) if row.key == "asked for"] == ["done"]

    await until(beats)
    await site.do(sweep)
    await until(swept)
    assert await swept(), "once done it stays done"


@pytest.mark.broker("redis")
async def test_a_beat_announces_and_schedules_and_does_nothing_itself(
    site: Site, broker: Broker, start_worker: StartWorker
) -> None:
    given = {f"MK_{key.upper().replace('.', '__')}": str(value) for key, value in settings_of(site).items()}
    await site.do(enqueue, "parcel")
    beat = start_worker([sys.executable, "-m", "marketplace_kit", "beat"], MK_PLUGINS="", **given)

    async def announced() -> bool:
        rows = await site.ask(trade.jobs)
        return {"trade.deliver", "kernel.tidy"} <= {row.name for row in rows if row.announced_at}

    await until(announced)
    assert await asyncio.to_thread(beat.stop) == 0
    rows = await site.ask(trade.jobs)
    assert {row.state for row in rows} == {"ready"}
    assert await site.ask(trade.effects) == {}
