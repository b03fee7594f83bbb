"""A unit of work begins when something is asked of it, and what goes past its session is in its transaction all the
same.
"""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel import prepared
from marketplace_kit.kernel.errors import Unavailable
from marketplace_kit.kernel.outbox import event_table
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.testing.queries import count_queries
from tests.kernel import trade
from tests.kernel.trade import counter_table

ONE = UUID(int=1)


class Refused(Exception):
    pass


async def count(connection: AsyncConnection) -> int:
    return int((await connection.execute(sa.select(counter_table.c.n))).scalar_one())


async def add(uow: UnitOfWork) -> None:
    await (await uow.connection()).execute(sa.update(counter_table).values(n=counter_table.c.n + 1))


async def test_who_is_refused_by_what_they_read_has_begun_no_transaction(site: Site) -> None:
    async def refused(uow: UnitOfWork) -> None:
        assert await uow.look(count) == 0
        assert not uow.begun
        raise Refused

    # Somebody else is writing all the while: on SQLite a transaction would have to wait for them.
    async with site.database.writer.begin() as other:
        await other.execute(sa.update(counter_table).values(n=7))
        with pytest.raises(Refused):
            await asyncio.wait_for(site.do(refused), 5)
        await other.rollback()


async def test_a_look_after_the_first_write_sees_what_this_unit_wrote(site: Site) -> None:
    async def act(uow: UnitOfWork) -> list[int]:
        before = await uow.look(count)
        await add(uow)
        return [before, await uow.look(count)]

    assert await site.do(act) == [0, 1]


@pytest.mark.parametrize("session_first", [True, False])
async def test_the_session_and_the_connection_are_in_one_transaction(site: Site, session_first: bool) -> None:
    async def both(uow: UnitOfWork, well: bool) -> None:
        for by_session in (session_first, not session_first):
            await (trade.note(uow, "x") if by_session else add(uow))
        if not well:
            raise Refused

    for _ in range(2):  # on a connection that was opened, and on one that was kept
        with pytest.raises(Refused):
            await site.do(both, False)
        assert (await site.ask(count), await site.ask(trade.effects)) == (0, {})
    await site.do(both, True)
    await site.do(both, True)
    assert (await site.ask(count), await site.ask(trade.effects)) == (2, {"x": 2})


async def test_what_is_taken_back_within_a_unit_is_taken_back_past_the_session_too(site: Site) -> None:
    async def act(uow: UnitOfWork) -> None:
        await add(uow)
        try:
            async with uow.session.begin_nested():
                await add(uow)
                raise Refused
        except Refused:
            await trade.note(uow, "refused")

    for number in (1, 2):
        await site.do(act)
        assert (await site.ask(count), await site.ask(trade.effects)) == (number, {"refused": number})


async def test_a_session_that_was_asked_for_nothing_does_not_keep_a_change_from_being_stored(site: Site) -> None:
    async def act(uow: UnitOfWork) -> None:
        await add(uow)
        uow.session.expunge_all()

    await site.do(act)
    assert await site.ask(count) == 1


async def test_what_was_stored_with_its_change_is_told_once_and_wakes_the_runner(site: Site) -> None:
    rung: list[bool] = []

    class Bell:
        def ring(self) -> None:
            rung.append(True)

    site.bell = Bell()

    async def act(uow: UnitOfWork) -> None:
        refused, done = uow.outgoing(), uow.outgoing()
        refused.record(trade.ParcelSent(parcel=UUID(int=2)))  # never taken: never told
        done.record(trade.ParcelSent(parcel=ONE), trade.ParcelSent(parcel=ONE))
        done.enqueue("trade.deliver", trade.Parcel())
        await prepared.insert(await uow.connection(), *done.news())
        uow.take(done)
        uow.record(trade.ParcelSent(parcel=ONE))

    await site.do(act)
    told = await site.ask(_payloads)
    assert [one["parcel"] for one in told] == [str(ONE)]
    assert [job.name for job in await site.ask(trade.jobs)] == ["trade.deliver"]
    assert rung == [True]


async def _payloads(connection: AsyncConnection) -> list[dict[str, str]]:
    return list((await connection.execute(sa.select(event_table.c.payload))).scalars())


async def test_a_connection_that_just_wrote_is_not_asked_whether_it_lives(site: Site) -> None:
    if site.database.dialect != "postgresql":
        pytest.skip("SQLite has one writer, and who waits for it waits at the pool")
    pid = sa.text("SELECT pg_backend_pid()")

    async def who(uow: UnitOfWork) -> int:
        return int((await (await uow.connection()).execute(pid)).scalar_one())

    first = await site.do(who)
    with count_queries(site) as asked:
        assert await site.do(who) == first
    assert len(asked) == 1
    many = await asyncio.gather(*(site.do(who) for _ in range(12)))
    assert len(set(many)) > 1
    await site.database.put_back_kept()
    assert site.database.lend() is None


async def test_a_unit_that_failed_leaves_nothing_open_to_the_next(site: Site) -> None:
    async def broken(uow: UnitOfWork) -> None:
        await add(uow)
        await (await uow.connection()).execute(sa.text("SELECT no_such_column"))

    for _ in range(3):
        with pytest.raises((DBAPIError, Unavailable)):
            await site.do(broken)
    await site.do(add)
    assert await site.ask(count) == 1
