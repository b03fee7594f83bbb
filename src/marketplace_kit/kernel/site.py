"""A site: everything one running deployment is made of - and the unit of work in which it is changed."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any, Concatenate, NoReturn, ParamSpec, Protocol, TypeVar

import attrs
import msgspec
import structlog
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.orm.exc import StaleDataError

from marketplace_kit.kernel import prepared
from marketplace_kit.kernel.clock import Clock
from marketplace_kit.kernel.database import FRESH_SECONDS, Database, is_bad_value, is_retryable
from marketplace_kit.kernel.errors import DomainError, Kind, OutcomeUnknown, StaleVersion, Unavailable
from marketplace_kit.kernel.events import Event
from marketplace_kit.kernel.files import Files
from marketplace_kit.kernel.hooks.facade import Hooks
from marketplace_kit.kernel.live import Hub
from marketplace_kit.kernel.outgoing import Outgoing
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

    def __init__(self, site: Site) -> None:
        self.site = site
        self.at: datetime = site.clock.now()
        self._outgoing = self.outgoing()
        self._gone: list[Outgoing] = []
        self._touched: set[str] = set()
        self._last: list[BeforeWork] = []
        self._connection: AsyncConnection | None = None
        self._own: AsyncConnection | None = None
        self._session: AsyncSession | None = None

    @property
    def session(self) -> AsyncSession:
        """For entities, and for statements as SQLAlchemy carries them out. Made when it is first asked for: a unit that
        only needs :meth:`connection` is spared what a session costs, as much as a statement or two.
        """
        if self._session is None:
            self._own = self._own or self.site.database.lend()
            if self._own is None:
                self._session = AsyncSession(self.site.database.writer, expire_on_commit=False)
            else:  # if a transaction has begun there, the session goes on with it and commits it
                mode: Any = "control_fully"
                self._session = AsyncSession(self._own, expire_on_commit=False, join_transaction_mode=mode)
        return self._session

    async def connection(self) -> AsyncConnection:
        """The connection that this unit writes on, in its transaction, for what goes past the session."""
        if self._session is not None and self._session.in_nested_transaction():
            return await self._session.connection()  # a SAVEPOINT is made when the session is first asked within it
        if self._connection is None:
            if self._session is None:
                self._own = self.site.database.lend() or await self.site.database.writer.connect()
                _ = await self._own.begin()
                self._connection = self._own
            else:
                self._connection = await self._session.connection()
        return self._connection

    @property
    def begun(self) -> bool:
        """Whether the transaction has begun; until something is asked of it, it has not."""
        return self._connection is not None or (self._session is not None and self._session.in_transaction())

    @property
    def opened(self) -> bool:
        """Whether there is something to be given back."""
        return self._own is not None or self._session is not None

    def at_the_end(self, act: BeforeWork) -> None:
        """Have something done last before the commit: a lock that everybody wants is then held for an instant only."""
        self._last.append(act)

    async def look(
        self, query: Callable[Concatenate[AsyncConnection, P], Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Read what this unit will decide by: on a reading connection as long as the unit has not begun its
        transaction, within it from then on. Who is refused by what they read has then begun none, and on SQLite nobody
        waits in the line of the writers only to look.

        For what a conditional write or a constraint decides in the end. Another unit may commit between this look and
        the first write; on PostgreSQL it may do so after a look inside the transaction as well.
        """
        if self.begun:
            return await query(await self.connection(), *args, **kwargs)
        return await self.site.ask(query, *args, **kwargs)

    def outgoing(self) -> Outgoing:
        """An empty batch for what is said and asked for by a change that may yet be refused: see :meth:`take`."""
        return Outgoing(self.site.registry, self.at)

    def take(self, outgoing: Outgoing) -> None:
        """Make a batch this unit's own whose rows were stored with the change itself, in its statement."""
        self._gone.append(outgoing)

    def record(self, *events: Event) -> None:
        """Note facts that this unit makes true; listeners hear of them after the commit, of each fact once however
        often it was noted.
        """
        self._outgoing.record(*(e for e in events if not any(known.tells(e) for known in self._gone)))

    def enqueue(self, job: str, payload: msgspec.Struct, *, key: str = "", run_at: datetime | None = None) -> None:
        """Ask for background work, once per ``key`` for all time (a fresh key when empty).

        A name that nobody declared, or another job's payload, is a programming error and raises at once.
        """
        self._outgoing.enqueue(job, payload, key=key, run_at=run_at)

    def touch(self, topic: str) -> None:
        """Tell everyone who watches ``topic``, after the commit, that it has changed."""
        self._touched.add(topic)

    async def flush(self) -> None:
        """Write what is left to be written before the commit."""
        if self._session is not None:
            await self._session.flush()
        events, jobs = self._outgoing.news()
        if events.rows or jobs.rows:
            await prepared.insert(await self.connection(), events, jobs)
        self._gone.append(self._outgoing)
        for act in self._last:
            await act(self)

    async def commit(self) -> None:
        """Store everything. If it fails, the connection is not used again: SQLite leaves the transaction open when a
        COMMIT fails (disk full, a deferred constraint), and its next user would find itself inside it.
        """
        try:
            if self._session is not None:
                await self._session.commit()
            if self._own is not None and self._own.in_transaction():  # nobody asked the session for anything
                await self._own.commit()
        except Exception as error:
            if self._session is not None:
                await self._session.invalidate()
            if self._own is not None and not self._own.invalidated:
                await self._own.invalidate()
            if isinstance(error, DBAPIError) and error.connection_invalidated:
                raise OutcomeUnknown from error
            raise

    async def close(self) -> None:
        """Give the connection back; what was not committed is undone."""
        own, well = self._own, False
        try:
            if self._session is not None:
                await self._session.close()
            if own is not None and not own.invalidated:
                if own.in_transaction():
                    await own.rollback()
                well = True
        finally:
            if own is not None:
                await self.site.database.take_back(own, well=well)

    async def announce(self) -> None:
        """After the commit: wake the runner, tell the watchers. Neither can undo what is stored, so neither may
        raise.
        """
        try:
            if any(one.leaves_work() for one in self._gone):
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
            await self.database.put_back_kept(older_than=FRESH_SECONDS)
            uow = UnitOfWork(self)
            try:
                first = opening.get()
                if first is not None:
                    await first(uow)
                yield uow
                await uow.flush()
                if uow.begun:
                    await _to_its_end(uow.commit())
            finally:
                if uow.opened:
                    await _to_its_end(uow.close())
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


async def _to_its_end(act: Coroutine[Any, Any, None]) -> None:
    """Commit, or close, to its end: whoever is cancelled meanwhile is cancelled afterwards."""
    acting = asyncio.ensure_future(act)
    try:
        await asyncio.shield(acting)
    except asyncio.CancelledError:
        await asyncio.wait({acting})
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
