"""A small plugin for the kernel's own tests: parcels are sent, and what happens then leaves rows to be counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.events import Event
from marketplace_kit.kernel.hooks import Job, Listener, Plugin, PluginInfo, Retry, hookimpl
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.jobs import Work
from marketplace_kit.kernel.outbox import job_table
from marketplace_kit.kernel.site import Site, UnitOfWork

# A metadata of its own: these tables are nobody's declaration.
tables = sa.MetaData()
effect_table = sa.Table("trade_effect", tables, sa.Column("id", sa.Uuid, primary_key=True), sa.Column("what", sa.Text))
counter_table = sa.Table(
    "trade_counter", tables, sa.Column("id", sa.Integer, primary_key=True), sa.Column("n", sa.Integer)
)


class ParcelSent(Event):
    name = "trade.parcel_sent"
    parcel: UUID


class Parcel(msgspec.Struct):
    what: str = "parcel"


async def note(uow: UnitOfWork, what: str) -> None:
    """One row for each time that it happened: nothing here hides a second time."""
    await uow.session.execute(sa.insert(effect_table).values(id=new_id(), what=what))


async def effects(connection: AsyncConnection) -> Counter[str]:
    return Counter((await connection.execute(sa.select(effect_table.c.what))).scalars())


async def jobs(connection: AsyncConnection) -> list[Any]:
    rows = await connection.execute(sa.select(job_table).order_by(job_table.c.name, job_table.c.key))
    return list(rows)


async def send(uow: UnitOfWork, parcel: UUID) -> None:
    uow.record(ParcelSent(parcel=parcel))


async def enqueue(uow: UnitOfWork, name: str, what: str = "parcel", key: str = "") -> None:
    uow.enqueue(name, Parcel(what), key=key)


async def deliver(work: Work, parcel: Parcel) -> None:
    async with work.finish() as uow:
        await note(uow, parcel.what)


class Trade(Plugin):
    """Jobs and listeners as a test needs them."""

    info = PluginInfo(name="trade", version="1", label="Trade", summary="For tests.")

    def __init__(
        self,
        *,
        run: Callable[[Any, Any], Awaitable[None]] = deliver,
        listeners: dict[str, Callable[[Any, Any], Awaitable[None]]] | None = None,
        retry: Retry | None = None,
        every: timedelta | None = None,
    ) -> None:
        self._run, self._listeners, self._retry, self._every = run, listeners or {}, retry or Retry(), every

    @hookimpl
    def mk_jobs(self) -> Sequence[Job]:
        return (Job(name="trade.deliver", payload=Parcel, run=self._run, retry=self._retry, every=self._every),)

    @hookimpl
    def mk_listeners(self) -> Sequence[Listener]:
        return [Listener(name=f"trade.{n}", event=ParcelSent, handle=h) for n, h in self._listeners.items()]


async def prepare(site: Site) -> None:
    """The tables of these tests."""
    async with site.database.writer.begin() as connection:
        await connection.run_sync(tables.create_all)
        await connection.execute(sa.insert(counter_table).values(id=1, n=0))
