"""Streams over real sockets: who may open one, what it tells, and when it ends."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest
import uvicorn
from typing_extensions import override

from marketplace_kit.accounts.services import open_session, sign_out
from marketplace_kit.app import create_app
from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.hooks import Actor, LiveTopic, Plugin, PluginInfo, Routes, hookimpl
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.testing.builders import Builders
from marketplace_kit.testing.sites import Sites
from marketplace_kit.web import live
from marketplace_kit.web.identity import session_cookie_name

pytestmark = pytest.mark.one_engine
PATIENCE = 8


async def _anybody(site: Site, actor: Actor, places: Mapping[str, str]) -> bool:
    return True


async def _admins(site: Site, actor: Actor, places: Mapping[str, str]) -> bool:
    return "admin" in actor.roles


class Queues(Plugin):
    """Topics such as a queue will have: one that everybody may watch, with its value, and one for staff."""

    info = PluginInfo(name="line", version="1", label="Line", summary="Topics for the tests.")

    @hookimpl
    @override
    def mk_routes(self) -> Sequence[Routes]:
        topics = (
            LiveTopic(pattern="line:{operator}", may_watch=_anybody, public=True),
            LiveTopic(pattern="line:{operator}:staff", may_watch=_admins),
        )
        return (Routes(handlers=(), live_topics=topics),)


@pytest.fixture
async def site(sites: Sites, clock: SetClock, anyio_backend: str) -> AsyncIterator[Site]:
    async with sites.open([Queues()], environ={"MK_PLUGINS": ""}, clock=clock) as opened:
        yield opened


@pytest.fixture
async def address(site: Site) -> AsyncIterator[str]:
    """Where the site is served, by the web server that it is deployed with."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    app = create_app(site)
    config = uvicorn.Config(app, log_level="critical", lifespan="off", ws_max_size=4096, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    yield f"127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    await serving


@pytest.fixture
async def aigerim(build: Builders) -> UUID:
    return await build.person("Aigerim")


async def cookie_of(site: Site, person: UUID) -> str:
    opened = await site.do(open_session, person)
    return f"{session_cookie_name(site)}={opened.cookie}"


async def touched(uow: UnitOfWork, topic: str) -> None:
    uow.touch(topic)


def own(person: UUID) -> str:
    return f"person:{person}:notices"


class Events:
    """A reader of server-sent events."""

    def __init__(self, answer: httpx.Response) -> None:
        self._lines = answer.aiter_lines()

    async def next(self) -> tuple[str, Any]:
        event = ""
        async with asyncio.timeout(PATIENCE):
            async for line in self._lines:
                if line.startswith("event: "):
                    event = line.removeprefix("event: ")
                if line.startswith("data: "):
                    return event, msgspec.json.decode(line.removeprefix("data: "))
        return "end", None


@pytest.fixture
async def browser() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=PATIENCE) as client:
        yield client


async def test_who_watches_hears_that_something_changed(
    site: Site, address: str, browser: httpx.AsyncClient, aigerim: UUID
) -> None:
    headers, topic = {"cookie": await cookie_of(site, aigerim)}, own(aigerim)
    async with browser.stream("GET", f"http://{address}/-/live", params={"topics": topic}, headers=headers) as answer:
        assert answer.status_code == 200, await answer.aread()
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert "no-store" in answer.headers["cache-control"]
        events = Events(answer)
        assert await events.next() == ("beat", {})
        await site.do(touched, topic)
        assert await events.next() == ("change", {"topic": topic, "version": 1, "value": None})


async def test_a_public_fact_is_told_with_its_value(site: Site, address: str, browser: httpx.AsyncClient) -> None:
    async with browser.stream("GET", f"http://{address}/-/live", params={"topics": "line:dana"}) as answer:
        events = Events(answer)
        await events.next()
        await site.live.publish("line:dana", {"waiting": 3})
        assert (await events.next())[1]["value"] == {"waiting": 3}


async def test_rapid_changes_are_told_once_and_the_newest_wins(
    site: Site, address: str, browser: httpx.AsyncClient
) -> None:
    async with browser.stream("GET", f"http://{address}/-/live", params={"topics": "line:dana"}) as answer:
        events = Events(answer)
        await events.next()
        for waiting in range(50):
            await site.live.publish("line:dana", waiting)
            await asyncio.sleep(0)
        first = (await events.next())[1]
        began = asyncio.get_running_loop().time()
        told = [first] if first["value"] == 49 else [first, (await events.next())[1]]
        assert told[-1]["value"] == 49
        assert len(told) == 1 or asyncio.get_running_loop().time() - began > live.GAP * 0.9


async def test_a_foreign_or_unknown_topic_is_not_there(
    site: Site, build: Builders, address: str, browser: httpx.AsyncClient, aigerim: UUID
) -> None:
    headers = {"cookie": await cookie_of(site, aigerim)}
    foreign = (own(await build.person("Dana")), "line:dana:staff", "nobody:declared:this", "line:")
    for topics in (*foreign, *(f"{own(aigerim)},{topic}" for topic in foreign)):
        answer = await browser.get(f"http://{address}/-/live", params={"topics": topics}, headers=headers)
        assert answer.status_code == 404, topics
    stranger = await browser.get(f"http://{address}/-/live", params={"topics": own(aigerim)})
    assert stranger.status_code == 404


async def test_a_stream_has_one_to_fifty_topics(address: str, browser: httpx.AsyncClient) -> None:
    for topics in ("", ",".join(f"line:{n}" for n in range(51)), "line:" + "x" * 300):
        answer = await browser.get(f"http://{address}/-/live", params={"topics": topics})
        assert answer.status_code == 400


async def test_another_sites_page_opens_no_stream(address: str, browser: httpx.AsyncClient) -> None:
    for headers in ({"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}):
        answer = await browser.get(f"http://{address}/-/live", params={"topics": "line:dana"}, headers=headers)
        assert answer.status_code == 403


def test_whoever_may_watch_no_longer_is_cut_off_within_five_seconds() -> None:
    assert live.LOOK_AGAIN + live.LOOK_HOLDS + live.GAP < 5


async def _role_lost(uow: UnitOfWork, person: UUID) -> None:
    from marketplace_kit.accounts.services import withdraw_role

    await withdraw_role(uow, person, "admin")


@pytest.mark.parametrize("what", ["signs out", "loses the role"])
async def test_an_open_stream_ends_when_its_reader(
    site: Site, build: Builders, address: str, browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setattr(live, "LOOK_AGAIN", 0.3)
    monkeypatch.setattr(live, "LOOK_HOLDS", 0.1)
    person = await build.person("Boss", "admin")
    await build.person("Deputy", "admin")  # somebody must be able to administer the site
    opened = await site.do(open_session, person)
    headers = {"cookie": f"{session_cookie_name(site)}={opened.cookie}"}
    async with browser.stream(
        "GET", f"http://{address}/-/live", params={"topics": "line:dana:staff"}, headers=headers
    ) as answer:
        events = Events(answer)
        await events.next()
        if what == "signs out":
            await site.do(sign_out, opened.session_id)
        else:
            await site.do(_role_lost, person)
        assert (await events.next())[0] == "end"
    assert site.facility(live.Streams).count == 0


async def test_a_person_holds_ten_streams_and_a_place_comes_free(
    site: Site, address: str, browser: httpx.AsyncClient, aigerim: UUID
) -> None:
    headers, asked = {"cookie": await cookie_of(site, aigerim)}, {"topics": own(aigerim)}
    async with AsyncExitStack() as stack:
        readers = []
        for _ in range(10):
            held = await stack.enter_async_context(
                browser.stream("GET", f"http://{address}/-/live", params=asked, headers=headers)
            )
            readers.append(Events(held))
            await readers[-1].next()
        refused = await browser.get(f"http://{address}/-/live", params=asked, headers=headers)
        assert refused.status_code == 429
        assert site.facility(live.Streams).count == 10
    for _ in range(PATIENCE * 50):
        if site.facility(live.Streams).count == 0:
            break
        await asyncio.sleep(0.02)
    assert site.facility(live.Streams).count == 0


# ── the same over web sockets ────────────────────────────────────────────────────────────────────


@pytest.fixture
def sockets() -> Any:
    """A client of web sockets; the server needs the same package to answer them."""
    from websockets.asyncio import client

    return client


async def _closed(held: Any) -> int:
    from websockets.exceptions import ConnectionClosed

    async with asyncio.timeout(PATIENCE):
        try:
            while True:
                await held.recv()
        except ConnectionClosed:
            return int(held.close_code)


async def _heard(held: Any) -> Any:
    async with asyncio.timeout(PATIENCE):
        return msgspec.json.decode(await held.recv())


async def test_a_socket_tells_the_same_and_follows_the_page(
    site: Site, address: str, sockets: Any, aigerim: UUID
) -> None:
    topic, cookie = own(aigerim), await cookie_of(site, aigerim)
    given = {"additional_headers": {"cookie": cookie}, "origin": f"http://{address}"}
    async with sockets.connect(f"ws://{address}/-/live/ws?topics={topic}", **given) as held:
        assert await _heard(held) == {}
        await site.do(touched, topic)
        assert await _heard(held) == {"topic": topic, "version": 1, "value": None}
        await held.send(msgspec.json.encode({"topics": ["line:dana"]}).decode())
        assert await _heard(held) == {}
        await site.live.publish("line:dana", 4)
        assert await _heard(held) == {"topic": "line:dana", "version": 2, "value": 4}


async def test_a_socket_is_refused_at_the_handshake(site: Site, address: str, sockets: Any, aigerim: UUID) -> None:
    from websockets.exceptions import InvalidStatus

    cookie, at = await cookie_of(site, aigerim), f"ws://{address}/-/live/ws?topics="
    tried: list[tuple[str, dict[str, Any]]] = [
        (own(aigerim), {"additional_headers": {"cookie": cookie}, "origin": "https://evil.example"}),
        (own(aigerim), {"additional_headers": {"cookie": cookie}}),
        (own(aigerim), {}),
        ("nobody:declared:this", {"origin": f"http://{address}"}),
        ("", {}),
    ]
    for topic, given in tried:
        with pytest.raises(InvalidStatus):
            await sockets.connect(at + topic, **given)


async def test_a_page_that_breaks_the_rules_is_cut_off(address: str, sockets: Any) -> None:
    frames = {"x" * 5000: 1009, "no json": 1008, '{"topics": []}': 1008, '{"topics": ["line:dana:staff"]}': 4404}
    for frame, code in frames.items():
        async with sockets.connect(f"ws://{address}/-/live/ws?topics=line:dana") as held:
            await _heard(held)
            await held.send(frame)
            assert await _closed(held) == code


async def test_a_socket_closes_within_five_seconds_of_signing_out(
    site: Site, address: str, sockets: Any, aigerim: UUID
) -> None:
    opened = await site.do(open_session, aigerim)
    cookie = {"cookie": f"{session_cookie_name(site)}={opened.cookie}"}
    at = f"ws://{address}/-/live/ws?topics={own(aigerim)}"
    async with sockets.connect(at, additional_headers=cookie, origin=f"http://{address}") as held:
        await _heard(held)
        await site.do(sign_out, opened.session_id)
        began = asyncio.get_running_loop().time()
        assert await _closed(held) == 4401
        assert asyncio.get_running_loop().time() - began < 5
