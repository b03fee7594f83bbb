"""A site: everything one running deployment is made of - and the unit of work in which it is changed."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any, Concatenate, NoReturn, ParamSpec, Protocol, TypeVar
from uuid import UUID

import attrs
import msgspec
import structlog
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.orm.exc import StaleDataError

from marketplace_kit.kernel import outbox
from marketplace_kit.kernel.clock import Clock
from marketplace_kit.kernel.database import Database, is_bad_value, is_retryable
from marketplace_kit.kernel.errors import DomainError, Kind, OutcomeUnknown, StaleVersion, Unavailable
from marketplace_kit.kernel.events import Event
from marketplace_kit.kernel.files import Files
from marketplace_kit.kernel.hooks.facade import Hooks
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.live import Hub
from marketplace_kit.kernel.registry import Registry
from marketplace_kit.kernel.settings import Settings
from marketplace_kit.kernel.texts import Texts

log = structlog.get_logger(__name__)
P = ParamSpec("P")
T = TypeVar("T")
_ATTEMPTS = 5
# No attempt begins later than this: who waits for a lock that stays taken is told so, instead of waiting five times.
_PATIENCE = 2.0
# What the database may raise through a use case. Integrity errors are among them: the use case did not catch its own.
_TRANSLATED = (StaleDataError, PoolTimeout, DBAPIError, UnicodeEncodeError, OverflowError)
_inside: ContextVar[bool] = ContextVar("inside_a_unit_of_work", default=False)


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
        self._last: list[BeforeWork] = []
        self._connection: AsyncConnection | None = None

    async def connection(self) -> AsyncConnection:
        """The connection that the session writes on, for what goes past it. Fetched once: a session takes as long to
        hand it out as a small statement does.
        """
        if self._connection is None:
            self._connection = await self.session.connection()
        return self._connection

    def at_the_end(self, act: BeforeWork) -> None:
        """Have something done last before the commit: a lock that everybody wants is then held for an instant only."""
        self._last.append(act)

    def record(self, *events: Event) -> None:
        """Note facts that this unit makes true; listeners hear of them after the commit, of each fact once however
        often it was noted.
        """
        for event in events:
            if not event.name:
                raise TypeError(f"{type(event).__name__} has no name to be stored by")
            if all(event != known for _, known in self._events):
                self._events.append((new_id(), event))

    def enqueue(self, job: str, payload: msgspec.Struct, *, key: str = "", run_at: datetime | None = None) -> None:
        """Ask for background work, once per ``key`` for all time (a fresh key when empty).

        A name that nobody declared, or another job's payload, is a programming error and raises at once.
        """
        expected = self.site.registry.jobs[job].payload
        if not isinstance(payload, expected) or len(key) > outbox.LONGEST_KEY:
            raise TypeError(
                f"job {job} takes a {expected.__name__} and a key of at most {outbox.LONGEST_KEY} characters"
            )
        row = outbox.JobRow(
            name=job, payload=msgspec.to_builtins(payload), key=key or str(new_id()), run_at=run_at or self.at
        )
        self._jobs.append(row)

    def touch(self, topic: str) -> None:
        """Tell everyone who watches ``topic``, after the commit, that it has changed."""
        self._touched.add(topic)

    async def flush_outbox(self) -> None:
        jobs = list(self._jobs)
        for event_id, event in self._events:
            payload = msgspec.to_builtins(event)
            for listener in self.site.registry.listeners_of(type(event)):
                jobs.append(
                    outbox.JobRow(
                        name=listener.name, payload=payload, key=f"{listener.name}:{event_id}", run_at=self.at
                    )
                )
        if jobs or self._events:
            await outbox.write(await self.connection(), self.at, self._events, jobs)
        self._jobs = jobs
        for act in self._last:
            await act(self)

    async def announce(self) -> None:
        """After the commit: wake the runner, tell the watchers. Neither can undo what is stored, so neither may
        raise.
        """
        try:
            if self._jobs:
                self.site.bell.ring()
            for topic in sorted(self._touched):
                await self.site.live.publish(topic)
        except Exception:
            log.exception("announcement.failed")


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
        """One unit of work: committed when the block ends well - *before* any answer is made - else rolled back whole.

        Units do not nest: on SQLite the inner one would wait for the outer one for ever, so it is refused on both.
        """
        if _inside.get():
            raise RuntimeError("a unit of work inside a unit of work: hand the open one on instead")
        _inside.set(True)
        try:
            async with AsyncSession(self.database.writer, expire_on_commit=False) as session:
                uow = UnitOfWork(self, session)
                first = opening.get()
                if first is not None:
                    await first(uow)
                yield uow
                await session.flush()
                await uow.flush_outbox()
                await _commit(session)
        finally:
            _inside.set(False)
        opening.set(None)  # only now: a unit that is tried again must claim again
        await uow.announce()

    async def do(
        self, use_case: Callable[Concatenate[UnitOfWork, P], Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run one use case in one committed unit of work; a lost race for a lock is tried again from the start.

        Refuses :class:`StaleVersion` where somebody else changed a row first, :class:`Unavailable` when the database
        stays busy, :class:`OutcomeUnknown` when it went away during the commit. A refusal of the use case itself
        passes through, with nothing stored.
        """
        began = time.monotonic()
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                async with self.unit() as uow:
                    result = await use_case(uow, *args, **kwargs)
                return result
            except _TRANSLATED as error:
                may_repeat = attempt < _ATTEMPTS and time.monotonic() - began < _PATIENCE
                if not (may_repeat and _repeatable(error)):
                    _raise_translated(error)
            await asyncio.sleep(random.uniform(0, 0.01 * 2**attempt))  # noqa: S311 - jitter, not a secret
        raise AssertionError("the last attempt returns or raises")

    async def ask(
        self, query: Callable[Concatenate[AsyncConnection, P], Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run one read on the autocommit engine, which cannot write; once more if its connection turns out dead."""
        for attempt in (1, 2):
            try:
                async with self.database.reading() as connection:
                    return await query(connection, *args, **kwargs)
            except _TRANSLATED as error:
                if not (attempt == 1 and isinstance(error, DBAPIError) and error.connection_invalidated):
                    _raise_translated(error)
        raise AssertionError("the last attempt returns or raises")

    async def close(self) -> None:
        await self.live.close()
        await self.database.dispose()


async def _commit(session: AsyncSession) -> None:
    """Commit, to its end: whoever is cancelled meanwhile is cancelled afterwards."""
    committing = asyncio.ensure_future(_commit_or_discard(session))
    try:
        await asyncio.shield(committing)
    except asyncio.CancelledError:
        await asyncio.wait({committing})
        raise


async def _commit_or_discard(session: AsyncSession) -> None:
    """If it fails, the connection is not used again. SQLite leaves the transaction open when a COMMIT fails (disk full,
    a deferred constraint), and its next user would find itself inside it.
    """
    try:
        await session.commit()
    except Exception as error:
        await session.invalidate()
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            raise OutcomeUnknown from error
        raise


def _repeatable(error: Exception) -> bool:
    """Whether nothing was stored and the same use case, run anew, may go through."""
    return isinstance(error, DBAPIError) and (is_retryable(error) or error.connection_invalidated)


def _raise_translated(error: Exception) -> NoReturn:
    """What the database's fault is to whoever asked; faults of the program itself stay as they are."""
    if isinstance(error, StaleDataError):
        raise StaleVersion from error
    if is_bad_value(error):
        raise ValueRefused from error
    if isinstance(error, PoolTimeout | OperationalError) or _repeatable(error):
        raise Unavailable from error
    raise error
