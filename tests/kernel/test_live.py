"""Watchers get the newest state, never a backlog; a broker that is silent delays nobody."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from marketplace_kit.kernel.live import Hub, MemoryHub, RedisHub, Update, open_hub
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.testing.ports import free_port

pytestmark = pytest.mark.one_engine


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.broker("redis"))])
async def hub(request: pytest.FixtureRequest, anyio_backend: str) -> AsyncIterator[Hub]:
    if request.param == "redis":
        server = request.getfixturevalue("redis")
    opened = open_hub("memory:" if request.param == "memory" else f"redis://127.0.0.1:{server.port}")
    yield opened
    await opened.close()


class Server:
    """A Redis of our own, to be silenced and killed."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        words = ["redis-server", "--port", str(self.port), "--save", "", "--dir", str(folder), "--bind", "127.0.0.1"]
        self.process = subprocess.Popen(words, stdout=subprocess.DEVNULL)
        for _ in range(200):
            with socket.socket() as line:
                if line.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        raise AssertionError("redis-server did not start")


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("redis"))
    yield server
    server.process.kill()
    server.process.wait()


async def test_a_watcher_hears_of_its_topics_only(hub: Hub) -> None:
    async with hub.subscribe("queue:1") as watching:
        await hub.publish("queue:2", "other")
        await hub.publish("queue:1", "mine")
        async with asyncio.timeout(5):
            [update] = await watching.next()
        assert (update.topic, update.value) == ("queue:1", "mine")


async def test_a_watcher_that_was_slow_gets_the_newest_of_each_topic_not_a_backlog(hub: Hub) -> None:
    async with hub.subscribe("a", "b") as watching, hub.subscribe("a", "b") as quick:
        for n in range(100):
            await hub.publish("a", n)
        await hub.publish("b", "end")
        seen: dict[str, object] = {}
        async with asyncio.timeout(5):
            while seen != {"a": 99, "b": "end"}:
                seen |= {u.topic: u.value for u in await quick.next()}
        assert {u.topic: u.value for u in await watching.next()} == {"a": 99, "b": "end"}


async def test_versions_only_grow_even_when_nobody_watched_for_a_while(hub: Hub) -> None:
    versions = []
    for _ in range(3):
        async with hub.subscribe("a") as watching:
            await hub.publish("a")
            async with asyncio.timeout(5):
                versions += [u.version for u in await watching.next()]
    assert versions == sorted(set(versions))


async def test_an_older_version_that_arrives_late_does_not_replace_a_newer_one() -> None:
    hub = MemoryHub()
    async with hub.subscribe("a") as watching:
        hub.deliver(Update("a", 7, "new"))
        hub.deliver(Update("a", 6, "old"))
        assert [u.value for u in await watching.next()] == ["new"]


async def test_topics_that_nobody_watches_are_forgotten() -> None:
    hub = MemoryHub()
    for n in range(1000):
        await hub.publish(f"order:{n}")
        async with hub.subscribe(f"order:{n}"):
            await hub.publish(f"order:{n}")
    assert not hub._subscriptions
    assert not hub._versions


async def test_watchers_hear_of_a_change_after_it_is_stored(site: Site) -> None:
    async def change(uow: UnitOfWork) -> None:
        uow.touch("parcels")
        async with asyncio.timeout(0.05):
            await watching.next()

    async def change_well(uow: UnitOfWork) -> None:
        uow.touch("parcels")

    async with site.live.subscribe("parcels") as watching:
        with pytest.raises(TimeoutError):
            await site.do(change)
        await site.do(change_well)
        async with asyncio.timeout(5):
            assert [u.topic for u in await watching.next()] == ["parcels"]


@pytest.mark.broker("redis")
async def test_a_silent_redis_delays_nobody(redis: Server) -> None:
    hub = RedisHub(f"redis://127.0.0.1:{redis.port}")
    await hub.publish("warm up")
    os.kill(redis.process.pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        for n in range(50):
            await hub.publish(f"topic {n}")
        assert time.monotonic() - began < 5, "not one of them waited for an answer"
    finally:
        os.kill(redis.process.pid, signal.SIGCONT)
        await hub.close()


@pytest.mark.broker("redis")
async def test_watching_goes_on_after_redis_was_away(tmp_path: Path) -> None:
    server = Server(tmp_path)
    hub = RedisHub(f"redis://127.0.0.1:{server.port}")
    async with hub.subscribe("a") as watching:
        server.process.kill()
        server.process.wait()
        await hub.publish("a", "lost")
        words = [*server.process.args]
        again = subprocess.Popen(words, stdout=subprocess.DEVNULL)  # noqa: ASYNC220 - it outlives this loop
        try:
            async with asyncio.timeout(15):
                while True:
                    await hub.publish("a", "back")
                    try:
                        async with asyncio.timeout(0.2):
                            updates = await watching.next()
                    except TimeoutError:
                        continue
                    assert updates[-1].value == "back"
                    break
        finally:
            again.kill()
            again.wait()
            await hub.close()
