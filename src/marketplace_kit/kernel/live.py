"""Live topics: a name, a version number, and for public facts the latest value. Never a backlog.

A subscriber that was away sees a gap in the versions and fetches the snapshot by the ordinary, access-checked way.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Protocol

import msgspec
import structlog

log = structlog.get_logger(__name__)


class Update(msgspec.Struct, frozen=True):
    """What watchers get: which topic, its new version, and the value if it is a public fact."""

    topic: str
    version: int
    value: Any = None


class Subscription:
    """The newest update of each watched topic; one that is not read in time is replaced, not queued behind."""

    def __init__(self, topics: frozenset[str]) -> None:
        self.topics = topics
        self._waiting: dict[str, Update] = {}
        self._news = asyncio.Event()

    def offer(self, update: Update) -> None:
        held = self._waiting.get(update.topic)
        if held is None or held.version < update.version:
            self._waiting[update.topic] = update
            self._news.set()

    async def next(self) -> list[Update]:
        """Wait until something changed, then everything that did, newest versions only."""
        await self._news.wait()
        self._news.clear()
        updates, self._waiting = list(self._waiting.values()), {}
        return updates


class Hub(Protocol):
    """Publishing and watching topics; one per process, joined by a broker where there are several."""

    async def publish(self, topic: str, value: Any = None) -> None: ...

    def subscribe(self, *topics: str) -> Any: ...

    async def close(self) -> None: ...


class MemoryHub:
    """Topics of one process."""

    def __init__(self) -> None:
        self._subscriptions: dict[str, set[Subscription]] = {}
        self._versions: dict[str, int] = {}
        self._highest = 0

    async def publish(self, topic: str, value: Any = None) -> None:
        if topic in self._subscriptions:
            # A topic that was forgotten in between goes on above all versions that anybody may remember.
            self._versions[topic] = self._versions.get(topic, self._highest) + 1
            self._highest = max(self._highest, self._versions[topic])
            self.deliver(Update(topic, self._versions[topic], value))

    def deliver(self, update: Update) -> None:
        for subscription in self._subscriptions.get(update.topic, ()):
            subscription.offer(update)

    @asynccontextmanager
    async def subscribe(self, *topics: str) -> AsyncIterator[Subscription]:
        """Watch topics until the block ends; a topic that nobody watches is forgotten."""
        subscription = Subscription(frozenset(topics))
        for topic in subscription.topics:
            self._subscriptions.setdefault(topic, set()).add(subscription)
        try:
            yield subscription
        finally:
            for topic in subscription.topics:
                watching = self._subscriptions.get(topic, set())  # none any more, if the hub was closed first
                watching.discard(subscription)
                if not watching:
                    self._subscriptions.pop(topic, None)
                    self._versions.pop(topic, None)

    async def close(self) -> None:
        self._subscriptions.clear()


class RedisHub(MemoryHub):
    """Topics of many processes, joined by Redis pub/sub. Publishing never waits for Redis: what is not sent within
    seconds is dropped, the newest value of a topic replaces older ones, polling carries on.
    """

    _CHANNEL = "marketplace:live"

    def __init__(self, url: str) -> None:
        super().__init__()
        from redis.asyncio import Redis  # imported here: the embedded shape does without the redis extra

        self._redis = Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)
        self._listening: asyncio.Task[None] | None = None
        self._sending: asyncio.Task[None] | None = None
        self._outgoing: dict[str, Any] = {}

    async def publish(self, topic: str, value: Any = None) -> None:
        self._outgoing[topic] = value
        if self._sending is None or self._sending.done():
            self._sending = asyncio.create_task(self._send())

    async def _send(self) -> None:
        while self._outgoing:
            topic, value = self._outgoing.popitem()
            try:
                async with asyncio.timeout(2):
                    version = await self._redis.incr(f"{self._CHANNEL}:{topic}")
                    await self._redis.expire(f"{self._CHANNEL}:{topic}", 86_400)
                    await self._redis.publish(self._CHANNEL, msgspec.json.encode(Update(topic, version, value)))
            except Exception as gone:
                log.warning("live.publish_dropped", topic=topic, also=len(self._outgoing), reason=repr(gone))
                self._outgoing.clear()

    @asynccontextmanager
    async def subscribe(self, *topics: str) -> AsyncIterator[Subscription]:
        if self._listening is None or self._listening.done():
            ready = asyncio.Event()
            self._listening = asyncio.create_task(self._listen(ready))
            with suppress(TimeoutError):
                async with asyncio.timeout(2):
                    await ready.wait()
        async with super().subscribe(*topics) as subscription:
            yield subscription

    async def _listen(self, ready: asyncio.Event) -> None:
        while True:
            try:
                async with self._redis.pubsub() as pubsub:
                    await pubsub.subscribe(self._CHANNEL)
                    ready.set()
                    while True:
                        message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=1.0)
                        if message is not None:
                            self.deliver(msgspec.json.decode(message["data"], type=Update))
            except asyncio.CancelledError:
                raise
            except Exception as gone:
                log.warning("live.reconnecting", reason=repr(gone))
                await asyncio.sleep(1)

    async def close(self) -> None:
        if self._sending is not None:
            await asyncio.wait({self._sending}, timeout=1)
        for task in (self._sending, self._listening):
            if task is not None:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
        await self._redis.aclose()
        await super().close()


def open_hub(url: str) -> Hub:
    """``memory:`` or a Redis URL."""
    return MemoryHub() if url in ("", "memory:") else RedisHub(url)
