"""Events reach every listener, jobs are done once, and nothing that fails holds up anything else."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from marketplace_kit.kernel import activation
from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.hooks import Retry
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.jobs import (
    EmbeddedRunner,
    LocalBell,
    Work,
    claims,
    newest_heartbeat,
    run_claimed,
    run_until_idle,
)
from marketplace_kit.kernel.jobs.claims import Claimed
from marketplace_kit.kernel.jobs.schedules import Schedule, interval_start
from marketplace_kit.kernel.outbox import event_table, job_table
from marketplace_kit.kernel.site import Site, UnitOfWork
from tests.kernel import trade
from tests.kernel.conftest import OpenTrade
from tests.kernel.trade import Parcel, ParcelSent, Trade

LEASE = timedelta(seconds=30)


async def thank(uow: UnitOfWork, event: ParcelSent) -> None:
    await trade.note(uow, f"thank {event.parcel}")


async def bill(uow: UnitOfWork, event: ParcelSent) -> None:
    await trade.note(uow, f"bill {event.parcel}")


async def stumble(uow: UnitOfWork, event: ParcelSent) -> None:
    await trade.note(uow, "half done")
    raise RuntimeError("no luck")


async def claim(site: Site, worker: str = "one", name: str = "") -> Claimed:
    [found] = [c for c in await site.do(claims.claim_next, worker, LEASE, 100) if c.name.startswith(name)]
    return found


async def states(site: Site) -> dict[str, tuple[str, int]]:
    return {row.name: (row.state, row.attempts) for row in await site.ask(trade.jobs)}


# ── events ───────────────────────────────────────────────────────────────────────────────────────


async def test_an_event_reaches_each_listener_once(open_trade: OpenTrade) -> None:
    async with open_trade(Trade(listeners={"thank": thank, "bill": bill})) as site:
        parcel = new_id()
        await site.do(trade.send, parcel)
        assert await run_until_idle(site) == 2
        assert await run_until_idle(site) == 0
        assert await site.ask(trade.effects) == {f"thank {parcel}": 1, f"bill {parcel}": 1}


async def test_an_event_is_kept_with_the_change_that_made_it_true(open_trade: OpenTrade) -> None:
    async with open_trade(Trade(listeners={"thank": thank})) as site:
        parcel = new_id()
        await site.do(trade.send, parcel)
        [row] = await site.ask(lambda c: rows(c, sa.select(event_table)))
        assert (row.name, row.payload) == ("trade.parcel_sent", {"parcel": str(parcel)})


async def test_a_fact_that_a_unit_notes_twice_is_told_once(open_trade: OpenTrade) -> None:
    async def insist(uow: UnitOfWork, parcel: UUID) -> None:
        await trade.send(uow, parcel)
        uow.record(trade.ParcelSent(parcel=parcel), trade.ParcelSent(parcel=new_id()))

    async with open_trade(Trade(listeners={"thank": thank})) as site:
        await site.do(insist, new_id())
        assert len(await site.ask(lambda c: rows(c, sa.select(event_table)))) == 2


async def rows(connection: Any, statement: Any) -> list[Any]:
    return list(await connection.execute(statement))


async def test_an_event_delivered_twice_has_one_effect(open_trade: OpenTrade, clock: SetClock) -> None:
    async with open_trade(Trade(listeners={"thank": thank})) as site:
        await site.do(trade.send, new_id())
        first = await claim(site, "one")
        clock.advance(LEASE + timedelta(seconds=1))
        second = await claim(site, "two")
        assert first.id == second.id
        done = await asyncio.gather(run_claimed(site, first, LEASE), run_claimed(site, second, LEASE))
        assert sorted(done) == [False, True]
        assert sum((await site.ask(trade.effects)).values()) == 1


async def test_control_without_the_mark_in_the_same_transaction_the_effect_doubles(
    open_trade: OpenTrade, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def believe(uow: UnitOfWork, claimed: Claimed) -> bool:
        return True

    monkeypatch.setattr(claims, "mark_done", believe)
    async with open_trade(Trade(listeners={"thank": thank})) as site:
        await site.do(trade.send, new_id())
        first = await claim(site, "one")
        clock.advance(LEASE + timedelta(seconds=1))
        second = await claim(site, "two")
        await asyncio.gather(run_claimed(site, first, LEASE), run_claimed(site, second, LEASE))
        assert sum((await site.ask(trade.effects)).values()) == 2


async def test_a_listener_that_fails_is_tried_again_later_and_holds_up_no_other(
    open_trade: OpenTrade, clock: SetClock
) -> None:
    async with open_trade(Trade(listeners={"stumble": stumble, "thank": thank})) as site:
        await site.do(trade.send, new_id())
        await run_until_idle(site)
        assert await states(site) == {"trade.stumble": ("ready", 1), "trade.thank": ("done", 1)}
        assert "half done" not in await site.ask(trade.effects)
        assert await run_until_idle(site) == 0, "it must wait before it is tried again"
        clock.advance(timedelta(seconds=3))
        assert await run_until_idle(site) == 1
        assert (await states(site))["trade.stumble"] == ("ready", 2)


async def test_waiting_doubles_up_to_its_bound_and_the_last_attempt_is_the_last(
    open_trade: OpenTrade, clock: SetClock
) -> None:
    async with open_trade(Trade(listeners={"stumble": stumble})) as site:
        await site.do(trade.send, new_id())
        waits = []
        for _ in range(Retry().attempts):
            assert await run_until_idle(site) == 1
            [row] = await site.ask(trade.jobs)
            waits.append((row.run_at - clock.now()).total_seconds())
            clock.set(max(row.run_at, clock.now()))
        assert waits[:4] == [2, 4, 8, 16]
        assert (row.state, row.attempts) == ("dead", 8)
        assert "no luck" in row.error
        clock.advance(timedelta(days=30))
        assert await run_until_idle(site) == 0
        assert await site.do(claims.retry_dead) == 1
        assert await run_until_idle(site) == 1


def test_no_wait_is_longer_than_the_longest() -> None:
    retry = Retry(first=timedelta(seconds=1), longest=timedelta(minutes=1))
    assert [retry.delay(n).total_seconds() for n in (1, 2, 6, 7, 10_000)] == [1, 2, 32, 60, 60]


# ── jobs ─────────────────────────────────────────────────────────────────────────────────────────


async def test_a_job_with_a_key_is_asked_for_once_for_all_time(site: Site) -> None:
    for _ in range(2):
        await site.do(trade.enqueue, "trade.deliver", key="parcel 1")
        await run_until_idle(site)
    assert await site.ask(trade.effects) == {"parcel": 1}


async def test_a_job_for_later_waits_until_then(site: Site, clock: SetClock) -> None:
    async def later(uow: UnitOfWork) -> None:
        uow.enqueue("trade.deliver", Parcel(), run_at=uow.at + timedelta(hours=1))

    await site.do(later)
    assert await run_until_idle(site) == 0
    clock.advance(timedelta(hours=1))
    assert await run_until_idle(site) == 1


async def test_many_workers_at_once_take_each_job_once(site: Site) -> None:
    for n in range(60):
        await site.do(trade.enqueue, "trade.deliver", f"parcel {n}")
    handfuls = await asyncio.gather(*(site.do(claims.claim_next, f"worker {n}", LEASE, 7) for n in range(12)))
    taken = [claimed.id for handful in handfuls for claimed in handful]
    assert len(taken) == len(set(taken))
    assert all(len(handful) <= 7 for handful in handfuls)


async def test_one_job_is_handed_to_one_worker(site: Site) -> None:
    await site.do(trade.enqueue, "trade.deliver")
    [row] = await site.ask(trade.jobs)
    found = await asyncio.gather(*(site.do(claims.claim_one, row.id, f"worker {n}", LEASE) for n in range(10)))
    assert len([claimed for claimed in found if claimed]) == 1


async def test_a_lease_that_was_lost_takes_the_effect_with_it(site: Site, clock: SetClock) -> None:
    await site.do(trade.enqueue, "trade.deliver")
    slow = await claim(site, "slow")
    clock.advance(LEASE + timedelta(seconds=1))
    quick = await claim(site, "quick")
    assert await run_claimed(site, slow, LEASE) is False
    assert await site.ask(trade.effects) == {}
    assert await run_claimed(site, quick, LEASE) is True
    assert await site.ask(trade.effects) == {"parcel": 1}


async def test_a_worker_that_claims_its_own_lost_job_again_does_not_mistake_the_attempts(
    site: Site, clock: SetClock
) -> None:
    await site.do(trade.enqueue, "trade.deliver")
    first = await claim(site, "same")
    clock.advance(LEASE + timedelta(seconds=1))
    second = await claim(site, "same")
    await site.do(claims.put_back, first, run_at=clock.now(), error="late news")
    assert not await site.do(claims.renew, [first], LEASE)
    assert await site.do(claims.renew, [second], LEASE) == {second.id}


async def test_a_lease_is_renewed_while_the_job_runs(open_trade: OpenTrade, clock: SetClock) -> None:
    going, may_end = asyncio.Event(), asyncio.Event()

    async def slow(work: Work, parcel: Parcel) -> None:
        going.set()
        await may_end.wait()
        await trade.deliver(work, parcel)

    async with open_trade(Trade(run=slow)) as site:
        await site.do(trade.enqueue, "trade.deliver")
        running = asyncio.create_task(run_claimed(site, await claim(site), timedelta(seconds=0.06)))
        await going.wait()
        [before] = await site.ask(trade.jobs)
        clock.advance(timedelta(seconds=20))

        async def renewed() -> bool:
            return bool((await site.ask(trade.jobs))[0].lease_until != before.lease_until)

        await eventually(renewed)
        may_end.set()
        assert await running


async def test_what_a_job_stored_on_the_way_stays_and_the_rest_is_done_again(
    open_trade: OpenTrade, clock: SetClock
) -> None:
    async def two_steps(work: Work, parcel: Parcel) -> None:
        async with work.unit() as uow:
            await trade.note(uow, "step")
        if work.attempt == 1:
            raise RuntimeError
        async with work.finish() as uow:
            await trade.note(uow, "end")

    async with open_trade(Trade(run=two_steps)) as site:
        await site.do(trade.enqueue, "trade.deliver")
        await run_until_idle(site)
        clock.advance(timedelta(seconds=3))
        await run_until_idle(site)
        assert await site.ask(trade.effects) == {"step": 2, "end": 1}


async def test_a_job_that_says_nothing_is_done_when_it_returns(open_trade: OpenTrade) -> None:
    async def silent(work: Work, parcel: Parcel) -> None:
        return

    async with open_trade(Trade(run=silent)) as site:
        await site.do(trade.enqueue, "trade.deliver")
        await run_until_idle(site)
        assert await states(site) == {"trade.deliver": ("done", 1)}


async def test_a_job_that_kills_its_worker_every_time_does_so_only_so_often(
    open_trade: OpenTrade, clock: SetClock
) -> None:
    async with open_trade(Trade(retry=Retry(attempts=3))) as site:
        await site.do(trade.enqueue, "trade.deliver")
        for _ in range(3):
            await claim(site)  # and never heard of again
            clock.advance(LEASE + timedelta(seconds=1))
        assert await run_claimed(site, await claim(site), LEASE) is False
        [row] = await site.ask(trade.jobs)
        assert (row.state, row.error) == ("dead", "its worker died each time")


async def test_an_old_row_that_no_longer_fits_its_payload_fails_by_itself(site: Site) -> None:
    await site.do(trade.enqueue, "trade.deliver")
    async with site.database.writer.begin() as connection:
        await connection.execute(sa.update(job_table).values(payload={"what": 5}))
    await site.do(trade.enqueue, "trade.deliver", "good")
    await run_until_idle(site)
    assert await site.ask(trade.effects) == {"good": 1}


# ── plugins that are switched off ────────────────────────────────────────────────────────────────


async def test_the_work_of_a_plugin_that_is_switched_off_waits_uncounted_and_goes_on_at_once(
    site: Site, clock: SetClock
) -> None:
    await site.do(trade.enqueue, "trade.deliver")
    await site.do(activation.disable, "trade")
    await site.facility(activation.Activation).refresh(site, at_most_every=0)
    for _ in range(10):
        await run_until_idle(site)
        clock.advance(timedelta(hours=2))
    assert await states(site) == {"trade.deliver": ("ready", 0)}
    assert await site.ask(trade.effects) == {}
    await run_until_idle(site)
    await site.do(activation.enable, "trade")
    await site.facility(activation.Activation).refresh(site, at_most_every=0)
    await run_until_idle(site)
    assert await site.ask(trade.effects) == {"parcel": 1}


async def test_a_worker_sees_what_another_process_switched_off(site: Site, open_trade: OpenTrade) -> None:
    url = site.database.url.render_as_string(hide_password=False)
    async with open_trade(url=url) as worker:
        await site.do(activation.disable, "trade")
        await site.do(trade.enqueue, "trade.deliver")
        await run_until_idle(worker)
    assert await states(site) == {"trade.deliver": ("ready", 0)}


async def test_the_work_of_a_plugin_that_is_gone_waits_for_it(site: Site, sites: Any, clock: SetClock) -> None:
    url = site.database.url.render_as_string(hide_password=False)
    await site.do(trade.enqueue, "trade.deliver")
    async with sites.open(url=url, clock=clock, environ={"MK_PLUGINS": ""}) as without:
        await run_until_idle(without)
    assert await states(site) == {"trade.deliver": ("ready", 0)}


# ── schedules and heartbeats ─────────────────────────────────────────────────────────────────────


async def test_an_interval_is_written_once_whoever_writes_it(open_trade: OpenTrade, clock: SetClock) -> None:
    async with open_trade(Trade(every=timedelta(minutes=10))) as site:
        url = site.database.url.render_as_string(hide_password=False)
        async with open_trade(Trade(every=timedelta(minutes=10)), url=url) as other:
            for _ in range(3):
                await asyncio.gather(
                    Schedule().write_due(site), Schedule().write_due(other), Schedule().write_due(other)
                )
                clock.advance(timedelta(minutes=10))
        keys = [row.key for row in await site.ask(trade.jobs) if row.name == "trade.deliver"]
        assert len(keys) == 3


async def test_nothing_is_written_for_a_plugin_that_is_switched_off(open_trade: OpenTrade) -> None:
    async with open_trade(Trade(every=timedelta(minutes=10))) as site:
        await site.do(activation.disable, "trade")
        await Schedule().write_due(site)
        assert not [row for row in await site.ask(trade.jobs) if row.name == "trade.deliver"]


def test_intervals_begin_alike_for_everybody(clock: SetClock) -> None:
    begins = interval_start(clock.now() + timedelta(minutes=7), timedelta(minutes=10))
    assert begins == clock.now()


async def test_a_heartbeat_says_when_work_was_last_done(site: Site, clock: SetClock) -> None:
    assert await site.ask(newest_heartbeat) is None
    for _ in range(2):
        await Schedule().write_due(site)
        await run_until_idle(site)
        assert await site.ask(newest_heartbeat) == clock.now()
        clock.advance(timedelta(seconds=30))


async def test_what_was_done_long_ago_is_tidied_away(site: Site, clock: SetClock) -> None:
    await site.do(trade.send, new_id())
    await site.do(trade.enqueue, "trade.deliver")
    await run_until_idle(site)
    clock.advance(timedelta(days=15))
    await Schedule().write_due(site)
    await run_until_idle(site)
    assert "trade.deliver" not in await states(site)
    assert await site.ask(lambda c: rows(c, sa.select(event_table))) == []


# ── the runner ───────────────────────────────────────────────────────────────────────────────────


async def eventually(true: Any) -> None:
    async with asyncio.timeout(10):
        while not await true():  # noqa: ASYNC110 - what is waited for stands in the database
            await asyncio.sleep(0.01)


async def test_the_runner_does_the_work_when_its_bell_rings(open_trade: OpenTrade) -> None:
    bell = LocalBell()
    async with open_trade(bell=bell) as site:
        running = asyncio.create_task(EmbeddedRunner(site, bell).run())
        await site.do(trade.enqueue, "trade.deliver")

        async def delivered() -> bool:
            return bool(await site.ask(trade.effects))

        await eventually(delivered)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert await site.ask(trade.effects) == {"parcel": 1}
        assert (await states(site))["trade.deliver"] == ("done", 1)


async def test_a_slow_job_holds_up_no_other(open_trade: OpenTrade) -> None:
    never = asyncio.Event()

    async def run(work: Work, parcel: Parcel) -> None:
        if parcel.what == "slow":
            await never.wait()
        await trade.deliver(work, parcel)

    bell = LocalBell()
    async with open_trade(Trade(run=run), bell=bell) as site:
        await site.do(trade.enqueue, "trade.deliver", "slow")
        for n in range(30):
            await site.do(trade.enqueue, "trade.deliver", f"quick {n}")
        running = asyncio.create_task(EmbeddedRunner(site, bell).run())

        async def all_quick_ones() -> bool:
            return len(await site.ask(trade.effects)) == 30

        await eventually(all_quick_ones)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        [left] = [r for r in await site.ask(trade.jobs) if (r.name, r.state) == ("trade.deliver", "ready")]
        assert (left.attempts, left.leased_by) == (0, None), "a runner that stops hands its work back"


async def test_the_runner_outlives_a_database_that_is_away(
    open_trade: OpenTrade, monkeypatch: pytest.MonkeyPatch
) -> None:
    bell, asked = LocalBell(), 0
    real = claims.is_due

    async def away_twice(connection: Any, now: Any) -> bool:
        nonlocal asked
        asked += 1
        if asked <= 2:
            bell.ring()
            raise ConnectionError("gone")
        return await real(connection, now)

    monkeypatch.setattr(claims, "is_due", away_twice)
    async with open_trade(bell=bell) as site:
        await site.do(trade.enqueue, "trade.deliver")
        running = asyncio.create_task(EmbeddedRunner(site, bell).run())

        async def delivered() -> bool:
            return bool(await site.ask(trade.effects))

        await eventually(delivered)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert asked > 2
        assert await site.ask(trade.effects) == {"parcel": 1}


async def test_the_safety_net_takes_only_what_was_left_lying(site: Site, clock: SetClock) -> None:
    net = EmbeddedRunner(site, LocalBell(), overdue=timedelta(seconds=5))
    await site.do(trade.enqueue, "trade.deliver")
    assert await net.step() == 0
    clock.advance(timedelta(seconds=5))
    assert await net.step() == 1


async def test_idling_writes_nothing_and_takes_no_lock(site: Site) -> None:
    from marketplace_kit.testing.queries import count_queries

    with count_queries(site) as seen:
        assert await run_until_idle(site) == 0
    assert len(seen) == 1
    assert seen[0].startswith("SELECT")


@pytest.mark.parametrize("steps", range(5))
async def test_a_runner_told_to_stop_while_its_bell_rings_stops(steps: int) -> None:
    """``asyncio.wait_for`` of Python 3.11 forgets a cancellation that meets its end: the process would never stop."""
    bell = LocalBell()

    async def listening() -> None:
        while True:
            await bell.wait(60)

    task = asyncio.create_task(listening())
    await asyncio.sleep(0.01)
    bell.ring()
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait({task}, timeout=2)
    assert task.cancelled()
