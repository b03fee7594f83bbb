"""What is answered is stored; what is not stored is never answered. Each promise with its control."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from marketplace_kit.kernel import dialects
from marketplace_kit.kernel.database import Database, UtcDateTime, violated
from marketplace_kit.kernel.errors import DomainError, OutcomeUnknown, StaleVersion, Unavailable
from marketplace_kit.kernel.outbox import job_table
from marketplace_kit.kernel.site import Site, UnitOfWork, ValueRefused, opening
from tests.kernel import trade
from tests.kernel.trade import counter_table, effect_table

READ = sa.select(counter_table.c.n).where(counter_table.c.id == 1)
AT_ONCE = 40


async def counted(connection: AsyncConnection) -> int:
    return int((await connection.execute(READ)).scalar_one())


async def read_modify_write(uow: UnitOfWork) -> None:
    """The naive way, on purpose: only the transaction can save it."""
    locked = READ.with_for_update()  # SQLite has no row locks and ignores this: there BEGIN IMMEDIATE must do
    n = (await uow.session.execute(locked)).scalar_one()
    await asyncio.sleep(0)
    await uow.session.execute(sa.update(counter_table).values(n=n + 1))


async def test_no_update_is_lost_among_many_at_once(site: Site) -> None:
    await asyncio.gather(*(site.do(read_modify_write) for _ in range(AT_ONCE)))
    assert await site.ask(counted) == AT_ONCE


async def test_control_with_the_systems_defaults_updates_are_lost_or_fail(site: Site) -> None:
    url = site.database.url
    given = {"connect_args": {"timeout": 0.2}} if site.database.dialect == "sqlite" else {}
    engine = create_async_engine(url, pool_size=10, **given)
    failed = 0

    async def one() -> None:
        nonlocal failed
        try:
            async with engine.begin() as connection:
                n = (await connection.execute(READ)).scalar_one()
                await asyncio.sleep(0.005)
                await connection.execute(sa.update(counter_table).values(n=n + 1))
        except OperationalError:
            failed += 1

    await asyncio.gather(*(one() for _ in range(AT_ONCE)))
    await engine.dispose()
    stored = await site.ask(counted)
    assert stored < AT_ONCE, "this test set-up finds nothing: the default lost no update"
    assert stored + failed <= AT_ONCE


class Refused(DomainError):
    code = "refused"


async def test_a_refusal_leaves_nothing_behind(site: Site) -> None:
    async def use_case(uow: UnitOfWork) -> None:
        await trade.note(uow, "x")
        uow.record(trade.ParcelSent(parcel=trade.new_id()))
        uow.enqueue("trade.deliver", trade.Parcel())
        raise Refused

    with pytest.raises(Refused):
        await site.do(use_case)
    assert await site.ask(trade.effects) == {}
    assert await site.ask(trade.jobs) == []


def fail_at_commit(site: Site, error: Exception) -> Any:
    """From now on every commit of the writer fails as if the database had refused it."""

    def refuse(_: Any) -> None:
        raise error

    engine = site.database.writer.sync_engine
    sa.event.listen(engine, "commit", refuse)
    return lambda: sa.event.remove(engine, "commit", refuse)


def database_error(invalidated: bool) -> DBAPIError:
    return OperationalError("COMMIT", {}, Exception("the line broke"), connection_invalidated=invalidated)


async def test_a_commit_that_fails_is_never_a_success(site: Site) -> None:
    undo = fail_at_commit(site, database_error(invalidated=False))
    with pytest.raises(Unavailable):
        await site.do(trade.note, "x")
    undo()
    assert await site.ask(trade.effects) == {}
    await site.do(trade.note, "y")
    assert await site.ask(trade.effects) == {"y": 1}


async def test_a_commit_whose_outcome_is_unknown_is_told_as_such_and_not_tried_again(site: Site) -> None:
    tries = 0

    async def use_case(uow: UnitOfWork) -> None:
        nonlocal tries
        tries += 1
        await trade.note(uow, "x")

    undo = fail_at_commit(site, database_error(invalidated=True))
    with pytest.raises(OutcomeUnknown):
        await site.do(use_case)
    undo()
    assert tries == 1


async def test_a_constraint_that_looks_only_at_the_commit_refuses_all_the_same(site: Site) -> None:
    async def prepare(uow: UnitOfWork) -> None:
        at_commit = "REFERENCES trade_counter (id) DEFERRABLE INITIALLY DEFERRED"
        await uow.session.execute(
            sa.text(f"CREATE TABLE trade_late (id INTEGER PRIMARY KEY, other INTEGER {at_commit})")
        )

    async def break_it(uow: UnitOfWork) -> str:
        await uow.session.execute(sa.text("INSERT INTO trade_late VALUES (1, 99)"))
        return "stored"

    await site.do(prepare)
    with pytest.raises(IntegrityError):
        await site.do(break_it)
    await site.do(trade.note, "the next one is not caught in the wreck of this one")
    rows = sa.text("SELECT count(*) FROM trade_late")
    assert await site.ask(lambda c: scalar(c, rows)) == 0


async def scalar(connection: AsyncConnection, statement: Any) -> Any:
    return (await connection.execute(statement)).scalar()


def lost_race(state: str) -> DBAPIError:
    original = Exception("database is locked")
    original.sqlstate = state
    return OperationalError("UPDATE", {}, original)


@pytest.mark.parametrize("state", ["40001", "40P01", "55P03"])
async def test_a_lost_race_is_run_again_from_the_start(site: Site, state: str) -> None:
    tries = 0

    async def use_case(uow: UnitOfWork) -> int:
        nonlocal tries
        tries += 1
        await trade.note(uow, f"try {tries}")
        if tries < 3:
            raise lost_race(state)
        return tries

    assert await site.do(use_case) == 3
    assert await site.ask(trade.effects) == {"try 3": 1}


async def test_a_race_that_is_always_lost_ends_in_busy_not_in_a_success(site: Site) -> None:
    tries = 0

    async def use_case(uow: UnitOfWork) -> None:
        nonlocal tries
        tries += 1
        raise lost_race("40001")

    with pytest.raises(Unavailable):
        await site.do(use_case)
    assert tries == 5


async def test_a_claimed_key_is_claimed_again_by_the_second_try_and_by_no_later_unit(site: Site) -> None:
    async def claim(uow: UnitOfWork) -> None:
        await trade.note(uow, "claim")

    tries = 0

    async def use_case(uow: UnitOfWork) -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise lost_race("40001")

    opening.set(claim)
    await site.do(use_case)
    await site.do(trade.note, "second unit")
    assert await site.ask(trade.effects) == {"claim": 1, "second unit": 1}


async def test_who_finds_a_row_held_is_told_so_within_seconds(site: Site) -> None:
    held, release = asyncio.Event(), asyncio.Event()
    other = Database(site.database.url.render_as_string(hide_password=False))

    async def hold() -> None:
        async with other.writer.begin() as connection:
            await connection.execute(sa.update(counter_table).values(n=5))
            held.set()
            await release.wait()

    holding = asyncio.create_task(hold())
    await held.wait()
    began = time.monotonic()
    with pytest.raises(Unavailable):
        await site.do(read_modify_write)
    assert time.monotonic() - began < 8
    release.set()
    await holding
    await other.dispose()
    await site.do(read_modify_write)
    assert await site.ask(counted) == 6


async def test_an_older_version_does_not_overwrite_a_newer_one(site: Site) -> None:
    from sqlalchemy.orm.exc import StaleDataError

    async def use_case(uow: UnitOfWork) -> None:
        raise StaleDataError

    with pytest.raises(StaleVersion):
        await site.do(use_case)


async def test_units_of_work_do_not_nest(site: Site) -> None:
    async def outer(uow: UnitOfWork) -> None:
        await site.do(trade.note, "inner")

    with pytest.raises(RuntimeError, match="inside a unit of work"):
        await site.do(outer)
    await site.do(trade.note, "afterwards")
    assert await site.ask(trade.effects) == {"afterwards": 1}


async def test_a_read_cannot_write(site: Site) -> None:
    async def sneaky(connection: AsyncConnection) -> None:
        await connection.execute(sa.delete(effect_table))

    await site.do(trade.note, "x")
    with pytest.raises((Unavailable, DBAPIError)):
        await site.ask(sneaky)
    assert await site.ask(trade.effects) == {"x": 1}


@pytest.mark.parametrize("value", ["a\x00b", "a\ud800b"])
async def test_a_text_that_cannot_be_stored_is_refused_or_stored_whole(site: Site, value: str) -> None:
    try:
        await site.do(trade.note, value)
    except ValueRefused:
        return
    assert await site.ask(trade.effects) == {value: 1}


async def test_a_number_beyond_the_column_is_a_refusal(site: Site) -> None:
    async def use_case(uow: UnitOfWork) -> None:
        await uow.session.execute(sa.update(counter_table).values(n=2**70))

    with pytest.raises(ValueRefused):
        await site.do(use_case)


async def test_json_with_a_nul_is_refused_or_stored_whole(site: Site) -> None:
    try:
        await site.do(trade.enqueue, "trade.deliver", "a\x00b")
    except ValueRefused:
        return
    assert (await site.ask(trade.jobs))[0].payload == {"what": "a\x00b"}


async def test_the_refusing_constraint_has_one_name_on_both_systems(site: Site) -> None:
    async def refused(statement: Any) -> str:
        async def use_case(uow: UnitOfWork) -> None:
            await uow.session.execute(statement)

        with pytest.raises(IntegrityError) as error:
            await site.do(use_case)
        return violated(error.value)

    row = {"id": trade.new_id(), "name": "n", "payload": {}, "key": "k", "state": "ready", "run_at": datetime.now(UTC)}
    row |= {"created_at": datetime.now(UTC)}
    await site.do(trade.enqueue, "trade.deliver", "x", "k")
    assert await refused(sa.insert(job_table).values(row)) == "uq_job_key"
    assert await refused(sa.insert(job_table).values(row | {"key": "l", "state": "odd"})) == "ck_job_state"
    assert await refused(sa.insert(job_table).values(row | {"key": "l", "leased_by": "x"})) == "ck_job_lease"
    known = (await site.ask(trade.jobs))[0].id
    assert await refused(sa.insert(job_table).values(row | {"key": "l", "id": known})) == "pk_job"


async def test_instants_come_back_as_they_went_in_and_sort(site: Site) -> None:
    almaty = timezone(timedelta(hours=5))
    instants = [datetime(2026, 1, 1, 5, 0, 0, n, tzinfo=almaty) for n in (0, 1, 999_999)]
    kept = sa.Table("trade_instant", sa.MetaData(), sa.Column("at", UtcDateTime))
    async with site.database.writer.begin() as connection:
        await connection.run_sync(kept.create)
        await connection.execute(sa.insert(kept), [{"at": at} for at in reversed(instants)])
    async with site.database.reader.connect() as connection:
        found = list((await connection.execute(sa.select(kept.c.at).order_by(kept.c.at))).scalars())
        later = (await connection.execute(sa.select(sa.func.count()).where(kept.c.at > instants[0]))).scalar()
    assert found == instants
    assert {at.tzinfo for at in found} == {UTC}
    assert later == 2


def test_a_time_without_a_zone_is_no_instant() -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 - what is refused
    with pytest.raises(TypeError, match="naive"):
        UtcDateTime().process_bind_param(naive, sa.create_engine("sqlite://").dialect)


@pytest.mark.one_engine
@pytest.mark.parametrize("url", ["mysql://h/d", "sqlite://", "sqlite:///:memory:", "oracle://x"])
def test_a_database_that_would_not_do_is_refused_by_name(url: str) -> None:
    with pytest.raises(ValueError, match=r"not supported|in memory"):
        dialects.normal_url(url)


@pytest.fixture
async def killer(site: Site, anyio_backend: str) -> AsyncIterator[AsyncEngine]:
    if site.database.dialect != "postgresql":
        pytest.skip("SQLite has no connections that somebody else could end")
    engine = create_async_engine(site.database.url, isolation_level="AUTOCOMMIT")
    yield engine
    await engine.dispose()


async def kill_all(killer: AsyncEngine) -> None:
    async with killer.connect() as connection:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        await connection.execute(sa.text(f"{others} AND pid <> pg_backend_pid()"))


async def test_connections_that_were_ended_are_replaced_without_anybody_noticing(
    site: Site, killer: AsyncEngine
) -> None:
    for n in range(3):
        await site.do(trade.note, str(n))
        await site.ask(trade.effects)
        await kill_all(killer)
    assert len(await site.ask(trade.effects)) == 3


async def test_a_connection_that_ends_in_mid_unit_is_run_again_once(site: Site, killer: AsyncEngine) -> None:
    tries = 0

    async def use_case(uow: UnitOfWork) -> None:
        nonlocal tries
        tries += 1
        await trade.note(uow, "x")
        if tries == 1:
            await kill_all(killer)
        await trade.note(uow, "y")

    await site.do(use_case)
    assert await site.ask(trade.effects) == {"x": 1, "y": 1}


async def test_an_announcement_that_fails_does_not_make_a_stored_change_look_failed(site: Site) -> None:
    class BrokenBell:
        def ring(self) -> None:
            raise OSError("no bell")

    site.bell = BrokenBell()
    await site.do(trade.enqueue, "trade.deliver")
    assert len(await site.ask(trade.jobs)) == 1


@pytest.mark.parametrize("mistake", ["no such job", "other payload", "endless key", "nameless event"])
async def test_work_that_nobody_could_do_is_a_programming_error_at_once(site: Site, mistake: str) -> None:
    from marketplace_kit.kernel.events import Event
    from marketplace_kit.kernel.plugin import Nothing

    class Nameless(Event):
        pass

    async def use_case(uow: UnitOfWork) -> None:
        if mistake == "nameless event":
            uow.record(Nameless())
        uow.enqueue(
            "trade.delivr" if mistake == "no such job" else "trade.deliver",
            Nothing() if mistake == "other payload" else trade.Parcel(),
            key="k" * 201 if mistake == "endless key" else "",
        )

    with pytest.raises((KeyError, TypeError)):
        await site.do(use_case)
    assert await site.ask(trade.jobs) == []


async def test_whoever_is_cancelled_at_whatever_moment_leaves_the_writer_to_the_next(site: Site) -> None:
    for step in range(60):
        unit = asyncio.create_task(site.do(read_modify_write))
        for _ in range(step):
            await asyncio.sleep(0)
        unit.cancel()
        await asyncio.gather(unit, return_exceptions=True)
        began = time.monotonic()
        await site.do(trade.note, "x")
        assert time.monotonic() - began < 4, f"cancelled after {step} steps"
    assert await site.ask(trade.effects) == {"x": 60}
