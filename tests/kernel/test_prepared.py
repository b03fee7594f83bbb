"""Reads past SQLAlchemy's execution give what its execution gives, fail as it fails, and are counted as it counts."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel import prepared
from marketplace_kit.kernel.database import Json, UtcDateTime, Uuid
from marketplace_kit.kernel.errors import Unavailable
from marketplace_kit.kernel.outbox import job_table
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.testing.queries import count_queries

every_kind = sa.Table(
    "prepared_values",
    sa.MetaData(),
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("at", UtcDateTime),
    sa.Column("json", Json),
    sa.Column("yes", sa.Boolean),
    sa.Column("whole", sa.BigInteger),
    sa.Column("part", sa.Float),
    sa.Column("text", sa.String(40)),
)
t = every_kind.c
ONE, TWO, THREE = UUID(int=1), UUID(int=2), UUID(int=3)
AT = datetime(2026, 11, 21, 9, 30, 15, 250_000, tzinfo=UTC)
ROWS = (
    {"id": ONE, "at": AT, "json": {"a": [1, "б"]}, "yes": True, "whole": 2**62, "part": 0.1, "text": "Құс 100%"},
    {"id": TWO, "at": None, "json": None, "yes": False, "whole": -1, "part": -2.5, "text": "'; DROP TABLE x; --"},
    {"id": THREE, "at": AT, "json": [], "yes": None, "whole": None, "part": None, "text": None},
)
SOME = (
    sa.select(every_kind, sa.func.count().over().label("all"), sa.literal("x%s?:y").label("said"))
    .where(t.id.in_(sa.bindparam("ids", expanding=True)), t.text.is_distinct_from(sa.bindparam("not", type_=sa.Text)))
    .order_by(t.id)
    .limit(sa.bindparam("limit", type_=sa.Integer))
)
LATER = sa.select(t.id).where(t.at >= sa.bindparam("since", type_=UtcDateTime), t.yes.is_(True))
MOVED = (
    sa.update(every_kind)
    .where(t.id.in_((ONE, TWO)), sa.or_(t.at >= sa.bindparam("since", type_=UtcDateTime), t.at.is_(None)))
    .values(text=sa.bindparam("is", type_=sa.Text))
    .returning(t.id)
)
STORED = (every_kind, job_table)
BROKEN = sa.select(sa.literal_column("no_such_column"))


@pytest.fixture
async def kept(site: Site) -> Site:
    async with site.database.writer.begin() as connection:
        await connection.run_sync(every_kind.metadata.create_all)
        await connection.execute(sa.insert(every_kind), list(ROWS))
    return site


@pytest.mark.parametrize(
    ("ids", "but", "limit"),
    [([ONE, TWO, THREE], "", 10), ([ONE], "", 10), ([], "", 10), ([TWO, THREE], "'; DROP TABLE x; --", 1)],
)
async def test_rows_are_what_an_execution_gives(kept: Site, ids: list[UUID], but: str, limit: int) -> None:
    given = {"ids": ids, "not": but, "limit": limit}

    async def both(connection: AsyncConnection) -> None:
        executed = (await connection.execute(SOME, given)).all()
        read = await prepared.rows(connection, SOME, given)
        assert [tuple(row) for row in read] == [tuple(row) for row in executed]
        assert [type(value) for row in read for value in row] == [type(v) for row in executed for v in row]
        assert [row.id for row in read] == [row.id for row in executed]

    await kept.ask(both)


async def test_an_instant_is_asked_for_and_told_in_utc(kept: Site) -> None:
    found = await kept.ask(prepared.rows, LATER, {"since": AT})
    assert [row.id for row in found] == [ONE]
    assert await kept.ask(prepared.rows, LATER, {"since": AT.replace(year=2027)}) == []


async def test_a_read_that_fails_fails_as_an_execution_does_and_the_next_one_works(kept: Site) -> None:
    with pytest.raises((DBAPIError, Unavailable)):
        await kept.ask(prepared.rows, BROKEN, {})
    assert len(await kept.ask(prepared.rows, LATER, {"since": AT})) == 1


async def test_it_is_counted_among_the_statements(kept: Site) -> None:
    with count_queries(kept) as seen:
        await kept.ask(prepared.rows, LATER, {"since": AT})
    assert len(seen) == 1


async def test_a_value_that_was_not_given_is_missed(kept: Site) -> None:
    with pytest.raises(KeyError):
        await kept.ask(prepared.rows, LATER, {})


async def test_questions_one_after_another_share_a_connection(kept: Site) -> None:
    for _ in range(3):
        await kept.ask(prepared.rows, LATER, {"since": AT})
    assert kept.database.readers_open == 1


async def test_nothing_is_found_for_who_is_not_there(kept: Site) -> None:
    assert await kept.ask(prepared.rows, SOME, {"ids": [uuid4()], "not": "", "limit": 5}) == []


async def test_rows_of_two_tables_are_stored_as_their_insertion_would_store_them(kept: Site) -> None:
    new = [{**row, "id": uuid4()} for row in ROWS]

    async def store(uow: UnitOfWork) -> None:
        connection = await uow.session.connection()
        await prepared.insert(
            connection,
            prepared.New(every_kind, new),
            prepared.New(job_table, [_job("a"), _job("b"), _job("a")], unless=("key",)),
        )
        await prepared.insert(connection, prepared.New(job_table, [_job(str(n)) for n in range(20)], unless=("key",)))
        await prepared.insert(connection, prepared.New(job_table, []))

    await kept.do(store)
    async with kept.database.reading() as connection:
        wanted = sa.select(every_kind).where(t.id.in_([row["id"] for row in new])).order_by(t.id)
        found = [dict(row) for row in (await connection.execute(wanted)).mappings()]
        count = (await connection.execute(sa.select(sa.func.count()).select_from(job_table))).scalar_one()
    assert found == sorted(new, key=lambda row: str(row["id"]))
    assert count == 22


@pytest.mark.parametrize(("expected", "stored"), [(2, 21), (1, 0), (3, 0)])
async def test_what_goes_with_a_change_is_stored_if_it_changed_as_much_as_expected(
    kept: Site, expected: int, stored: int
) -> None:
    """Both numbers that differ are the control: without the condition, twenty-one rows would stand there each time."""
    jobs = prepared.New(job_table, [_job(str(n)) for n in range(20)] + [_job("0")], unless=("key",))
    another = prepared.New(every_kind, [{**ROWS[0], "id": uuid4()}])

    async def change(uow: UnitOfWork) -> list[UUID]:
        given = {"since": AT, "is": "moved"}
        found = await prepared.change_and_insert(await uow.connection(), MOVED, given, expected, jobs, another)
        return [row.id for row in found]

    assert sorted(await kept.do(change)) == [ONE, TWO]
    async with kept.database.reading() as connection:
        rows = [(await connection.execute(sa.select(sa.func.count()).select_from(t))).scalar_one() for t in STORED]
    assert sum(rows) == len(ROWS) + stored


async def test_a_time_without_a_zone_goes_into_no_row(kept: Site) -> None:
    async def store(uow: UnitOfWork) -> None:
        naive = {**ROWS[0], "id": uuid4(), "at": AT.replace(tzinfo=None)}
        await prepared.insert(await uow.connection(), prepared.New(every_kind, [naive]))

    with pytest.raises((TypeError, DBAPIError)):
        await kept.do(store)


def _job(key: str) -> dict[str, object]:
    return {"id": uuid4(), "name": "x", "payload": {}, "key": key, "state": "ready", "run_at": AT, "created_at": AT}
