"""A site: everything one running deployment is made of - and the unit of work in which it is changed."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar
from uuid import UUID

import attrs
import msgspec
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.orm.exc import StaleDataError

from marketplace_kit.kernel import outbox
from marketplace_kit.kernel.clock import Clock
from marketplace_kit.kernel.database import Database, is_bad_value, is_retryable
from marketplace_kit.kernel.errors import DomainError, Kind, StaleVersion, Unavailable
from marketplace_kit.kernel.events import Event
from marketplace_kit.kernel.files import Files
from marketplace_kit.kernel.hooks.facade import Hooks
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.live import Hub
from marketplace_kit.kernel.registry import Registry
from marketplace_kit.kernel.settings import Settings
from marketplace_kit.kernel.texts import Texts

P = ParamSpec("P")
T = TypeVar("T")
_ATTEMPTS = 5


class ValueRefused(DomainError):
    """The database could not hold a value that every declared check let through."""

    code = "value_refused"
    kind = Kind.MALFORMED
    text = "This contains a value that cannot be stored."


class Bell(Protocol):
    """Rung after a commit that left work to do. Only a hint: the sweep finds the work all the same."""

    def ring(self) -> None: ...


BeforeWork = Callable[["UnitOfWork"], Awaitable[None]]
opening: ContextVar[BeforeWork | None] = ContextVar("opening", default=None)
"""What the first unit of work of a request does before all else (the web floor claims an idempotency key with it)."""


class UnitOfWork:
    """One transaction, one instant. What is recorded and enqueued is stored with the change or not at all."""

    def __init__(self, site: Site, session: AsyncSession) -> None:
        self.site, self.session = site, session
        self.at: datetime = site.clock.now()
        self._events: list[tuple[UUID, Event]] = []
        self._jobs: list[outbox.JobRow] = []
        self._touched: set[str] = set()

    def record(self, *events: Event) -> None:
        """Note facts that this unit makes true; listeners hear of them after the commit."""
        self._events += [(new_id(), e) for e in events]

    def enqueue(self, job: str, payload: msgspec.Struct, *, key: str = "", run_at: datetime | None = None) -> None:
        """Ask for background work, once per ``key`` for all time (a fresh key when empty)."""
        row = outbox.JobRow(name=job, payload=msgspec.to_builtins(payload), key=key or str(new_id()), run_at=run_at or self.at)
        self._jobs.append(row)

    def touch(self, topic: str) -> None:
        """Tell everyone who watches ``topic``, after the commit, that it has changed."""
        self._touched.add(topic)

    async def flush_outbox(self) -> None:
        jobs = list(self._jobs)
        for event_id, event in self._events:
            payload = msgspec.to_builtins(event)
            for listener in self.site.registry.listeners_of(type(event)):
                jobs.append(outbox.JobRow(name=listener.name, payload=payload, key=f"{listener.name}:{event_id}", run_at=self.at))
        await outbox.write(self.session, self.site.database, self.at, self._events, jobs)
        self._jobs = jobs

    async def announce(self) -> None:
        """After the commit: wake the runner, tell the watchers. Neither can undo what is stored."""
        if self._jobs:
            self.site.bell.ring()
        for topic in sorted(self._touched):
            await self.site.live.publish(topic)


@attrs.define(eq=False)
class Site:
    """Assembled once at boot, handed to every use case through its unit of work. Holds no request's state."""

    settings: Settings
    registry: Registry
    hooks: Hooks
    database: Database
    clock: Clock
    files: Files
    live: Hub
    texts: Texts
    bell: Bell
    facilities: dict[type[Any], Any] = attrs.field(factory=dict)

    def facility(self, kind: type[T]) -> T:
        """Something that a room or plugin provided at boot under its type (a mail sender, a price index)."""
        found: T = self.facilities[kind]
        return found

    @asynccontextmanager
    async def unit(self) -> AsyncIterator[UnitOfWork]:
        """One unit of work: committed when the block ends well - *before* any answer is made - else rolled back whole."""
        async with AsyncSession(self.database.writer, expire_on_commit=False) as session:
            uow = UnitOfWork(self, session)
            await session.begin()
            first = opening.get()
            if first is not None:
                await first(uow)
            yield uow
            await session.flush()
            await uow.flush_outbox()
            await session.commit()
        opening.set(None)  # only now: a unit that is tried again must claim again
        await uow.announce()

    async def do(self, use_case: Callable[Concatenate[UnitOfWork, P], Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run one use case in one committed unit of work; a lost race for a lock is tried again from the start.

        Refuses :class:`StaleVersion` where somebody else changed a row first, :class:`Unavailable` when the database
        stays busy. A refusal of the use case itself passes through, with nothing stored.
        """
        for attempt in range(_ATTEMPTS):
            try:
                async with self.unit() as uow:
                    result = await use_case(uow, *args, **kwargs)
                return result
            except StaleDataError as stale:
                raise StaleVersion from stale
            except PoolTimeout as full:
                raise Unavailable from full
            except IntegrityError:
                raise
            except DBAPIError as error:
                if is_bad_value(error):
                    raise ValueRefused from error
                if not (is_retryable(error) or error.connection_invalidated):
                    if isinstance(error, OperationalError):
                        raise Unavailable from error
                    raise
                if attempt == _ATTEMPTS - 1:
                    raise Unavailable from error
            await asyncio.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311 - jitter, not a secret
        raise Unavailable

    async def ask(self, query: Callable[Concatenate[AsyncConnection, P], Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run one read on the autocommit engine."""
        try:
            async with self.database.reader.connect() as connection:
                return await query(connection, *args, **kwargs)
        except PoolTimeout as full:
            raise Unavailable from full
        except DBAPIError as error:
            if is_bad_value(error):
                raise ValueRefused from error
            raise

    async def close(self) -> None:
        await self.live.close()
        await self.database.dispose()
