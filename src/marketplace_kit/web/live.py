"""Live streams: a page that carries ``data-live="topic"`` hears that something changed, and fetches it as ever.

Two transports say the same: a WebSocket at ``/-/live/ws`` and server-sent events at ``/-/live``. A stream is opened for
topics that a plugin declared (:class:`LiveTopic`) and that this person may watch; both are asked again every few
seconds, so that signing out, a lost role or a deactivation end it. It tells topic, version and, of public topics, the
latest value.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import aclosing, contextmanager, suppress
from http.cookies import CookieError, SimpleCookie
from typing import Annotated, Any

import attrs
import msgspec
import structlog
from litestar import get, websocket
from litestar.connection import Request, WebSocket
from litestar.params import QueryParameter
from litestar.response import Stream

from marketplace_kit.kernel.activation import Activation
from marketplace_kit.kernel.errors import DomainError, Forbidden, Kind, Missing, SignInNeeded
from marketplace_kit.kernel.hooks import Actor, LiveTopic
from marketplace_kit.kernel.live import Update
from marketplace_kit.kernel.site import Site
from marketplace_kit.web.context import Connection, visit_of
from marketplace_kit.web.csrf import same_origin
from marketplace_kit.web.identity import Identifier, session_cookie_name
from marketplace_kit.web.limits import TooMany
from marketplace_kit.web.routing import PUBLIC, route

log = structlog.get_logger(__name__)
MOST_TOPICS = 50
LARGEST_FRAME = 4096
STREAMS_OF_A_PERSON = 10
# Mobile networks put thousands of people behind one address; the limit is against a single host that opens thousands.
STREAMS_OF_AN_ADDRESS = 200
GAP = 0.25
"""Seconds between two messages of a stream at least; what changes meanwhile is told once, with the newest version."""
LOOK_AGAIN, LOOK_HOLDS = 3.0, 1.5
"""A stream's person and topics are looked at this often, streams of one sign-in share a look that is so young: who may
watch no longer is cut off within five seconds."""
BEAT = 10.0
"""A sign of life for the page, which says “not live” after thirty seconds without one."""
FRAME_PAUSE = 0.5
"""Seconds between two messages of a page: a flood waits in the server's bounded buffer, and then at its sender."""


class MalformedTopics(DomainError):
    code = "malformed_topics"
    kind = Kind.MALFORMED
    text = "Name one to {most} topics, each once."


class FrameTooLarge(DomainError):
    code = "frame_too_large"
    kind = Kind.TOO_LARGE
    text = "A message to the stream holds at most {most} bytes."


class Streams:
    """The streams that this process holds, and the declared topics. One for each site."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._open: Counter[str] = Counter()
        self._looks: dict[tuple[str, str], tuple[float, Actor | None]] = {}
        routes = site.registry.routes
        self._declared = [
            (re.compile(_as_pattern(topic.pattern)), topic, routes.owner(name))
            for name, declared in routes.items()
            for topic in declared.live_topics
        ]

    @property
    def count(self) -> int:
        return self._open.total()

    @contextmanager
    def one_more(self, watcher: Watcher) -> Iterator[None]:
        """Hold a place for a stream while it is open. Refuses :class:`TooMany`."""
        self.check_room(watcher)
        self._open[watcher.key] += 1
        try:
            yield
        finally:
            self._open[watcher.key] -= 1
            self._open += Counter()  # forgets who has none

    def check_room(self, watcher: Watcher) -> None:
        most = STREAMS_OF_A_PERSON if watcher.actor.signed_in else STREAMS_OF_AN_ADDRESS
        if self._open[watcher.key] >= most:
            raise TooMany(retry_after=30)

    async def who(self, cookie: str, bearer: str) -> Actor | None:
        """Whose sign-in this is at this moment."""
        now, held = asyncio.get_running_loop().time(), self._looks.get((cookie, bearer))
        if held is not None and now - held[0] < LOOK_HOLDS:
            return held[1]
        identifier: Identifier = self._site.facilities[Identifier]
        found = await identifier.identify(self._site, cookie or None, bearer or None)
        self._looks = {k: v for k, v in self._looks.items() if now - v[0] < LOOK_HOLDS}
        self._looks[cookie, bearer] = (now, found)
        return found

    async def rules_of(self, actor: Actor, topics: frozenset[str]) -> Mapping[str, LiveTopic]:
        """What each topic was declared as. Refuses :class:`Missing`, alike for foreign and for unknown ones."""
        return {topic: await self._rule(actor, topic) for topic in sorted(topics)}

    async def _rule(self, actor: Actor, topic: str) -> LiveTopic:
        activation = self._site.facility(Activation)
        for pattern, declared, owner in self._declared:
            found = pattern.fullmatch(topic)
            if found is None or not activation.is_active(owner):
                continue
            try:
                if await declared.may_watch(self._site, actor, found.groupdict()):
                    return declared
            except Exception:
                log.exception("live.rule_failed", pattern=declared.pattern, plugin=owner)
        raise Missing


def _as_pattern(topic: str) -> str:
    """``person:{person_id}:notices`` as a regular expression; a place holds no colon."""
    parts = re.split(r"\{([a-z_]\w*)\}", topic)
    return "".join(f"(?P<{part}>[^:]+)" if number % 2 else re.escape(part) for number, part in enumerate(parts))


@attrs.define(eq=False)
class Watcher:
    """Who holds a stream open, and by what they were recognised."""

    streams: Streams
    site: Site
    actor: Actor
    key: str
    cookie: str = attrs.field(default="", repr=False)
    bearer: str = attrs.field(default="", repr=False)

    async def look_again(self, topics: frozenset[str]) -> Mapping[str, LiveTopic]:
        """Refuses :class:`SignInNeeded` if the sign-in has ended, :class:`Missing` if a topic is theirs no more."""
        if self.actor.signed_in:
            found = await self.streams.who(self.cookie, self.bearer)
            if found is None or found.person_id != self.actor.person_id:
                raise SignInNeeded
            self.actor = found
        return await self.streams.rules_of(self.actor, topics)


def _watcher(connection: Connection) -> Watcher:
    """Refuses :class:`Forbidden` if another site's page opens the stream."""
    visit = visit_of(connection)
    is_socket, origin = isinstance(connection, WebSocket), connection.headers.get("origin")
    # Browsers name the origin of every socket; a cookie without one did not come from a browser's page.
    if not same_origin(connection, visit) or (is_socket and visit.by_cookie and origin is None):
        raise Forbidden
    site, actor = visit.site, visit.actor
    streams = site.facilities.setdefault(Streams, Streams(site))
    client = connection.scope.get("client")
    key = f"person:{actor.person_id}" if actor.signed_in else f"address:{client[0] if client else ''}"
    return Watcher(
        streams=streams,
        site=site,
        actor=actor,
        key=key,
        cookie=_session_cookie(site, connection) if visit.by_cookie else "",
        bearer="" if visit.by_cookie else connection.headers.get("authorization", "").partition(" ")[2].strip(),
    )


def _session_cookie(site: Site, connection: Connection) -> str:
    with suppress(CookieError, KeyError):
        return SimpleCookie(connection.headers.get("cookie", "")[:8192])[session_cookie_name(site)].value
    return ""


def _named(topics: list[str]) -> frozenset[str]:
    wanted = frozenset(topics)
    if not 1 <= len(wanted) <= MOST_TOPICS or not all(0 < len(t) <= 200 and t.isprintable() for t in wanted):
        raise MalformedTopics(most=MOST_TOPICS)
    return wanted


async def _news(watcher: Watcher, topics: frozenset[str]) -> AsyncGenerator[list[Update], None]:
    """What changed, from now on; an empty list is a sign of life. Ends by raising why it may not go on."""
    loop = asyncio.get_running_loop()
    async with watcher.site.live.subscribe(*topics) as subscription:
        rules = await watcher.look_again(topics)
        yield []
        looked = beaten = loop.time()
        while True:
            updates: list[Update] = []
            with suppress(TimeoutError):
                async with asyncio.timeout_at(min(looked + LOOK_AGAIN, beaten + BEAT)):
                    updates = await subscription.next()
            if loop.time() >= looked + LOOK_AGAIN:
                rules, looked = await watcher.look_again(topics), loop.time()
            if updates or loop.time() >= beaten + BEAT:
                yield [u if rules[u.topic].public else Update(u.topic, u.version) for u in updates]
                beaten = loop.time()
            if updates:
                await asyncio.sleep(GAP)


# ── server-sent events ───────────────────────────────────────────────────────────────────────────

Topics = Annotated[str, QueryParameter(max_length=LARGEST_FRAME, description="Topics to watch, by commas.")]


@get("/-/live", **route(PUBLIC), include_in_schema=False)
async def live_events(request: Request[Any, Any, Any], topics: Topics = "") -> Stream:
    """The stream as server-sent events; ``id`` is the version."""
    watcher, wanted = _watcher(request), _named([t for t in topics.split(",") if t])
    watcher.streams.check_room(watcher)
    await watcher.streams.rules_of(watcher.actor, wanted)
    headers = {"cache-control": "private, no-store", "x-accel-buffering": "no"}
    return Stream(_events(watcher, wanted), media_type="text/event-stream", headers=headers)


async def _events(watcher: Watcher, topics: frozenset[str]) -> AsyncIterator[bytes]:
    with suppress(DomainError), watcher.streams.one_more(watcher):
        async with aclosing(_news(watcher, topics)) as news:
            async for updates in news:
                if not updates:
                    yield b"event: beat\ndata: {}\n\n"
                for update in updates:
                    yield b"event: change\nid: %d\ndata: %s\n\n" % (update.version, msgspec.json.encode(update))


# ── web socket ───────────────────────────────────────────────────────────────────────────────────

CLOSED_FOR = {SignInNeeded: 4401, Forbidden: 4403, Missing: 4404, FrameTooLarge: 1009, TooMany: 4429}
"""Why a socket is closed, by its code; anything else is 1008, a breach of the rules."""


class Wish(msgspec.Struct, forbid_unknown_fields=True):
    """What a page may say: the topics that it shows now, instead of those before."""

    topics: list[str]


@websocket("/-/live/ws", **route(PUBLIC))
async def live_socket(socket: WebSocket[Any, Any, Any]) -> None:
    """The stream as a web socket. The page names its topics in the address, and again when they change."""
    try:
        watcher = _watcher(socket)
        wanted = _named([t for t in socket.query_params.get("topics", "").split(",") if t])
        await watcher.streams.rules_of(watcher.actor, wanted)
        with watcher.streams.one_more(watcher):
            await socket.accept()
            await _converse(socket, watcher, wanted)
    except DomainError as refused:
        with suppress(RuntimeError, OSError):  # closed meanwhile
            await socket.close(code=CLOSED_FOR.get(type(refused), 1008), reason=refused.code)


async def _converse(socket: WebSocket[Any, Any, Any], watcher: Watcher, topics: frozenset[str]) -> None:
    """Tell and listen until the other side leaves, or raise why it must."""
    telling = asyncio.create_task(_tell(socket, watcher, topics))
    listening = asyncio.create_task(_listen(socket))
    try:
        while True:
            await asyncio.wait({telling, listening}, return_when=asyncio.FIRST_COMPLETED)
            if telling.done():
                if isinstance(why := telling.exception(), DomainError):
                    raise why
                return  # the line broke
            wish = listening.result()
            if wish is None:
                return
            await _ended(telling)
            telling = asyncio.create_task(_tell(socket, watcher, wish))
            listening = asyncio.create_task(_listen(socket))
            await asyncio.sleep(FRAME_PAUSE)
    finally:
        await _ended(telling)
        await _ended(listening)


async def _ended(task: asyncio.Task[Any]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError, Exception):
        await task


async def _tell(socket: WebSocket[Any, Any, Any], watcher: Watcher, topics: frozenset[str]) -> None:
    async with aclosing(_news(watcher, topics)) as news:
        async for updates in news:
            for said in [msgspec.json.encode(update) for update in updates] or [b"{}"]:
                await socket.send_text(said.decode())


async def _listen(socket: WebSocket[Any, Any, Any]) -> frozenset[str] | None:
    """The topics that the page wants now; ``None`` when it has left."""
    message: Any = await socket.receive()
    if message["type"] != "websocket.receive":
        return None
    raw = message.get("text") or message.get("bytes") or b""
    frame = raw.encode() if isinstance(raw, str) else raw
    if len(frame) > LARGEST_FRAME:
        raise FrameTooLarge(most=LARGEST_FRAME)
    try:
        return _named(msgspec.json.decode(frame, type=Wish).topics)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
        raise MalformedTopics(most=MOST_TOPICS) from wrong


handlers = (live_events, live_socket)
