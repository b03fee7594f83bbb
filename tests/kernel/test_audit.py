"""The audit trail: complete, in one order, and nobody's to change."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel import dialects
from marketplace_kit.kernel.audit import APPEND_ONLY, GENESIS, Fact, audit, audit_table, head, verify
from marketplace_kit.kernel.errors import DomainError
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.site import Site, UnitOfWork

ADMIN = Actor(person_id=new_id())


async def approve(
    uow: UnitOfWork, shop: int, by: Actor | None = ADMIN, facts: Mapping[str, Fact] | None = None
) -> None:
    await audit(uow, by=by, act="shops.approve", on=f"shop:{shop}", facts=facts)


async def entries(connection: AsyncConnection) -> list[Any]:
    return list((await connection.execute(sa.select(audit_table).order_by(audit_table.c.position))).all())


async def go_around(site: Site, *statements: Any) -> None:
    """What somebody with the database's keys can do: switch the refusal off and write."""
    undo, make = reversed(dialects.append_only(site.database.dialect, audit_table.name))
    async with site.database.writer.begin() as connection:
        for statement in (*undo, *statements, *make):
            await connection.execute(sa.text(statement) if isinstance(statement, str) else statement)


async def test_a_deed_is_kept_with_who_did_it_and_in_which_request(site: Site) -> None:
    acting = Actor(person_id=new_id(), real_person_id=new_id())
    with structlog.contextvars.bound_contextvars(request_id="r-1"):
        await site.do(approve, 7, acting, {"reason": "papers seen", "old": None, "again": True, "count": 3})
    (entry,) = await site.ask(entries)
    assert (entry.actor_id, entry.real_actor_id) == (acting.person_id, acting.real_person_id)
    assert (entry.act, entry.subject, entry.request_id) == ("shops.approve", "shop:7", "r-1")
    assert entry.facts == {"reason": "papers seen", "old": None, "again": True, "count": 3}
    assert (entry.at, entry.previous) == (site.clock.now(), GENESIS)


async def test_a_deed_written_down_by_a_local_clock_is_whole(site: Site) -> None:
    async def yesterday(uow: UnitOfWork) -> None:
        uow.at = (uow.at - timedelta(days=1)).astimezone(ZoneInfo("Asia/Atyrau"))
        await approve(uow, 7)

    await site.do(yesterday)
    assert (await site.ask(verify)).broken is None


async def test_a_deed_that_was_refused_leaves_no_entry(site: Site) -> None:
    async def refused(uow: UnitOfWork) -> None:
        await approve(uow, 1)
        raise DomainError

    with pytest.raises(DomainError):
        await site.do(refused)
    assert await site.ask(entries) == []
    with pytest.raises(TypeError, match="subject"):
        await site.do(lambda uow: audit(uow, by=None, act="shops.approve", on="7"))


async def test_the_database_lets_nobody_change_the_trail(site: Site) -> None:
    await site.do(approve, 1)
    for statement in (
        sa.update(audit_table).values(act="nothing.happened"),
        sa.delete(audit_table),
        *([sa.text("TRUNCATE audit_entry")] if site.database.dialect == "postgresql" else []),
    ):
        with pytest.raises(DBAPIError, match=APPEND_ONLY):
            async with site.database.writer.begin() as connection:
                await connection.execute(statement)
    assert (await site.ask(verify)).entries == 1


async def test_an_untouched_trail_is_whole_however_long(site: Site) -> None:
    async def many(uow: UnitOfWork) -> None:
        for number in range(1100):
            await approve(uow, number)

    assert (await site.ask(verify)).head == GENESIS
    await site.do(many)
    verdict = await site.ask(verify)
    assert (verdict.entries, verdict.broken) == (1100, None)
    assert verdict.head == await site.ask(head)


@pytest.mark.parametrize(
    ("alteration", "position", "why"),
    [
        (sa.update(audit_table).where(audit_table.c.position == 2).values(subject="shop:9"), 2, "altered"),
        (sa.update(audit_table).where(audit_table.c.position == 2).values(actor_id=None), 2, "altered"),
        (sa.update(audit_table).where(audit_table.c.position == 2).values(facts={"reason": ""}), 2, "altered"),
        (sa.delete(audit_table).where(audit_table.c.position == 2), 2, "missing"),
        (sa.update(audit_table).where(audit_table.c.position == 3).values(previous="0" * 64), 3, "follow"),
    ],
    ids=[
        "the subject changed",
        "the actor removed",
        "the facts changed",
        "an entry removed",
        "an entry put in between",
    ],
)
async def test_whoever_goes_around_the_database_is_found(site: Site, alteration: Any, position: int, why: str) -> None:
    for number in range(4):
        await site.do(approve, number, ADMIN, {"reason": "papers seen"})
    await go_around(site, alteration)
    verdict = await site.ask(verify)
    assert verdict.broken is not None
    assert verdict.broken.position == position
    assert why in verdict.broken.why


async def test_a_trail_whose_end_was_cut_off_is_found_by_the_hash_that_was_noted(site: Site) -> None:
    for number in range(3):
        await site.do(approve, number)
    noted = await site.ask(head)
    await go_around(site, sa.delete(audit_table).where(audit_table.c.position == 3))
    assert (await site.ask(verify)).broken is None
    broken = (await site.ask(verify, expect=noted)).broken
    assert broken is not None
    assert "cut off" in broken.why


async def test_deeds_at_the_same_time_stand_in_one_line(site: Site) -> None:
    await asyncio.gather(*(site.do(approve, number) for number in range(25)))
    verdict = await site.ask(verify)
    assert (verdict.entries, verdict.broken) == (25, None)


async def test_without_the_place_in_line_deeds_at_the_same_time_collide(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the constraint still refuses a fork of the chain, but deeds fail that need not."""
    if site.database.dialect == "sqlite":
        pytest.skip("SQLite has one writer: there is no line to leave out")
    monkeypatch.setattr(dialects, "in_line", lambda dialect, name: None)
    done = await asyncio.gather(*(site.do(approve, number) for number in range(25)), return_exceptions=True)
    assert any(isinstance(one, DBAPIError) for one in done)
    assert (await site.ask(verify)).broken is None
