"""Preferences, the centre, devices and chats: what a person does, on the page and by the API."""

from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID

import httpx
import pytest

from marketplace_kit.app import create_app
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.jobs import run_until_idle
from marketplace_kit.kernel.site import Site
from marketplace_kit.notifications.services import new_link, take_update, webhook_secret
from marketplace_kit.testing.builders import Builders
from marketplace_kit.testing.gateways import FakePush
from marketplace_kit.testing.mail import FakeMail
from marketplace_kit.testing.queries import assert_query_count
from marketplace_kit.testing.sites import Sites
from tests.notifications.conftest import Send
from tests.notifications.test_reading import csrf

pytestmark = pytest.mark.one_engine

KEYS = {"p256dh": "B" * 87, "auth": "a" * 22}


@pytest.fixture
async def reader(build: Builders, aigerim: UUID) -> httpx.AsyncClient:
    return await build.as_person(aigerim)


async def token(client: httpx.AsyncClient) -> dict[str, str]:
    return {"x-csrf-token": (await csrf(client))["csrf_token"]}


async def test_a_dismissed_notice_is_gone_from_the_centre_and_is_nobody_elses(
    build: Builders, reader: httpx.AsyncClient, send: Send
) -> None:
    notice_id = await send()
    other = await build.as_role("customer")
    assert (await other.delete(f"/api/notifications/{notice_id}", headers=await token(other))).status_code == 404
    for _ in range(2):
        gone = await reader.post(f"/account/notices/{notice_id}/dismiss", data=await csrf(reader))
        assert gone.status_code == 303
    assert (await reader.get("/api/notifications")).json()["items"] == []
    assert "Aksha" not in (await reader.get("/account/notices/bell")).text


async def test_notices_are_filed_by_category(reader: httpx.AsyncClient, send: Send) -> None:
    await send()
    await send("status_update", key="two", facts={"message": "Двери {open}"}, order_id=new_id())
    types = {}
    for category in ("orders", "services", "system", ""):
        listed = (await reader.get("/api/notifications", params={"category": category})).json()["items"]
        types[category] = [n["type"] for n in listed]
    assert types == {
        "orders": ["status_update"],
        "services": [],
        "system": ["kennel.ready"],
        "": ["status_update", "kennel.ready"],
    }
    page = (await reader.get("/account/notices?category=orders")).text
    assert "Двери {open}" in page
    assert "Aksha" not in page


async def test_preferences_are_read_and_changed_by_the_api(
    site: Site, reader: httpx.AsyncClient, send: Send, fake_mail: FakeMail
) -> None:
    known = (await reader.get("/api/notifications/preferences")).json()
    assert {c["name"]: c["state"] for c in known["channels"]} == {
        "in_app": "ready",
        "email": "ready",
        "sms": "missing",
        "push": "missing",
        "telegram": "missing",
    }
    assert (known["quiet_from"], known["quiet_until"], known["zone"]) == ("22:00", "08:00", "Asia/Atyrau")
    wish: dict[str, Any] = {
        "choices": [{"notice": "kennel.ready", "channel": "email", "wanted": False}],
        "quiet": {"quiet_from": None, "quiet_until": None},
    }
    changed = (await reader.put("/api/notifications/preferences", json=wish, headers=await token(reader))).json()
    assert changed["quiet_from"] is None
    chosen = {(c["notice"], c["channel"]): (c["wanted"], c["fixed"]) for c in changed["choices"]}
    assert chosen["kennel.ready", "email"] == (False, False)
    assert chosen["kennel.alarm", "email"] == (True, True)
    await send()
    await run_until_idle(site)
    assert fake_mail.outbox == []


@pytest.mark.parametrize(
    ("wish", "status"),
    [
        ({"choices": [{"notice": "kennel.alarm", "channel": "email", "wanted": False}]}, 422),
        ({"choices": [{"notice": "no.such", "channel": "email", "wanted": True}]}, 422),
        ({"quiet": {"quiet_from": "25:00", "quiet_until": "08:00"}}, 422),
        ({"quiet": {"quiet_from": "22:00", "quiet_until": "08:00", "zone": "Mars/Olympus"}}, 422),
        ({"quiet": {"quiet_from": "22:00", "quiet_until": None}}, 422),
        ({"choices": "all"}, 400),
        ({"person_id": "x"}, 400),
    ],
)
async def test_what_cannot_be_chosen_is_refused(reader: httpx.AsyncClient, wish: Any, status: int) -> None:
    answer = await reader.put("/api/notifications/preferences", json=wish, headers=await token(reader))
    assert answer.status_code == status


async def test_the_page_of_preferences_saves_what_is_ticked(site: Site, reader: httpx.AsyncClient) -> None:
    with assert_query_count(site, 5):  # who asks for whom, and three of its own, however many notices there are
        page = (await reader.get("/account/notices/preferences")).text
    assert 'value="kennel.ready/email"' in page
    assert "not set up" in page
    sent = {"wanted": ["kennel.ready/sms", "kennel.ready/in_app"], "quiet": "true", "quiet_from": "21:00"}
    rest = {"quiet_until": "07:00", "zone": "Asia/Almaty"}
    saved = await reader.post("/account/notices/preferences", data=sent | rest | await csrf(reader))
    assert saved.status_code == 303
    known = (await reader.get("/api/notifications/preferences")).json()
    wanted = {c["channel"] for c in known["choices"] if c["notice"] == "kennel.ready" and c["wanted"]}
    assert wanted == {"in_app", "sms"}
    assert (known["quiet_from"], known["quiet_until"], known["zone"]) == ("21:00", "07:00", "Asia/Almaty")
    wrong = await reader.post(
        "/account/notices/preferences", data=sent | rest | {"zone": "Nowhere"} | await csrf(reader)
    )
    assert wrong.status_code == 422
    assert "There is no such time zone." in wrong.text
    assert 'value="kennel.ready/sms" aria-label' in wrong.text


async def test_a_device_is_registered_once_and_belongs_to_its_last_user(
    build: Builders, reader: httpx.AsyncClient
) -> None:
    phone = {"platform": "web", "token": "https://fcm.googleapis.com/fcm/send/abc", "label": "Phone", **KEYS}
    other = await build.as_role("customer")
    ids = []
    for client in (reader, reader, other):
        answer = await client.post("/api/notifications/register-device", json=phone, headers=await token(client))
        assert answer.status_code == 201
        assert "token" not in answer.json()
        ids.append(answer.json()["id"])
    assert len(set(ids)) == 1
    assert (await reader.get("/api/notifications/devices")).json() == []
    gone = f"/api/notifications/devices/{ids[0]}"
    assert (await reader.delete(gone, headers=await token(reader))).status_code == 404
    assert (await other.delete(gone, headers=await token(other))).status_code == 204


async def test_the_page_offers_messages_in_this_browser_only_where_they_can_be_sent(
    sites: Sites, reader: httpx.AsyncClient
) -> None:
    path, button = "/account/notices/preferences", "data-push-key="
    assert button not in (await reader.get(path)).text
    assert "/static/push." not in (await reader.get(path)).text
    pytest.importorskip("pywebpush", reason="the extra “push” is not installed")
    key = {"notifications.push_url": "webpush:", "notifications.push_private_key": FakePush.private_key()}
    for app, offered in ((True, True), (False, False)):
        given = key | {"web.app": app}
        async with sites.open(environ={"MK_PLUGINS": ""}, overrides=given) as site, AsyncExitStack() as stack:
            shown = await Builders(site, create_app(site), stack).as_role("customer")
            page = (await shown.get(path)).text
            told = (await shown.get("/api/notifications/push-key")).json()["public_key"]
        assert (f'{button}"{told}"' in page) is offered
        assert ("/static/push." in page) is offered
        assert len(told) == 87


@pytest.mark.parametrize(
    "address",
    [
        "http://fcm.googleapis.com/x",
        "https://127.0.0.1/x/long",
        "https://fcm.googleapis.com.evil.example/x",
        "https://fcm.googleapis.com@evil.example/x",
        "https://evil.example/fcm.googleapis.com",
        "https://metadata.google.internal/x",
    ],
)
async def test_we_call_only_push_services_that_we_know(reader: httpx.AsyncClient, address: str) -> None:
    answer = await reader.post(
        "/api/notifications/register-device",
        json={"platform": "web", "token": address, **KEYS},
        headers=await token(reader),
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_push_service")


async def test_a_chat_is_joined_by_a_link_that_works_once(
    site: Site, client: httpx.AsyncClient, aigerim: UUID, reader: httpx.AsyncClient
) -> None:
    link = await site.do(new_link, by=Actor(person_id=aigerim))
    code = link.rpartition("/")[2]
    update = {"message": {"chat": {"id": 7}, "text": f"/start {code}"}}
    foreign = await client.post("/api/notifications/telegram", json=update)
    assert foreign.status_code == 404, "without the secret that we gave Telegram"
    headers = {"x-telegram-bot-api-secret-token": webhook_secret(site)}
    assert (await client.post("/api/notifications/telegram", json=update, headers=headers)).status_code == 200
    state = {c["name"]: c["state"] for c in (await reader.get("/api/notifications/preferences")).json()["channels"]}
    assert state["telegram"] == "ready"
    assert await take_update(site, update) == "refused"
    assert await take_update(site, {"message": {"chat": {"id": 7}, "text": "/stop"}}) == "unlinked"
    for rubbish in ({}, {"message": 1}, {"message": {"chat": {}}}, [], {"message": {"chat": {"id": 7}, "text": "hi"}}):
        assert await take_update(site, rubbish) == "ignored"


async def test_where_messages_are_files_a_page_stands_in_for_the_bot(
    reader: httpx.AsyncClient, build: Builders, aigerim: UUID
) -> None:
    page = (await reader.post("/account/notices/telegram", data=await csrf(reader))).text
    link = page.partition('href="/account/notices/telegram/')[2].partition('"')[0]
    assert (await reader.get(f"/account/notices/telegram/{link}")).status_code == 200
    joined = await reader.post(f"/account/notices/telegram/{link}", data=await csrf(reader))
    assert joined.status_code == 303
    assert "not joined" not in (await reader.get("/account/notices/preferences")).text
