import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from marketplace_kit.accounts.services import create_person
from marketplace_kit.kernel.branches import Migrations
from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.jobs import run_until_idle
from marketplace_kit.kernel.site import Site
from marketplace_kit.notifications import queries
from marketplace_kit.notifications.services import notify, stop_link
from marketplace_kit.testing.mail import FakeMail
from tests.notifications.conftest import PASSWORD, Send, deliveries


@pytest.fixture
async def reader(client: httpx.AsyncClient, aigerim: UUID) -> httpx.AsyncClient:
    """A browser in which Aigerim is signed in."""
    await client.post("/api/auth/login", json={"email": "aigerim@example.kz", "password": PASSWORD})
    return client


async def csrf(client: httpx.AsyncClient) -> dict[str, str]:
    found = re.search(r'name="csrf_token" value="(\w+)"', (await client.get("/account")).text)
    assert found is not None
    return {"csrf_token": found[1]}


async def put(client: httpx.AsyncClient, path: str) -> httpx.Response:
    return await client.put(path, headers={"x-csrf-token": (await csrf(client))["csrf_token"]})


async def test_ones_notices_come_page_by_page_newest_first(
    site: Site, reader: httpx.AsyncClient, send: Send, clock: SetClock
) -> None:
    for n in range(3):
        await send(key=str(n), facts={"puppy": f"P{n}"})
        clock.advance(timedelta(seconds=1))
    first = (await reader.get("/api/notifications?limit=2")).json()
    rest = (await reader.get(f"/api/notifications?limit=2&cursor={first['next']}")).json()
    subjects = [n["subject"] for n in (*first["items"], *rest["items"])]
    assert subjects == ["P2 is ready", "P1 is ready", "P0 is ready"]
    assert set(first["items"][0]) >= {"user_id", "order_id", "type", "message", "read_status", "timestamp"}
    assert (await reader.get("/api/notifications?cursor=rubbish")).status_code == 400


async def test_reading_one_and_all(reader: httpx.AsyncClient, send: Send, aigerim: UUID) -> None:
    ids = [await send(key=str(n)) for n in range(3)]
    unread = f"/api/notifications/unread/{aigerim}"
    assert (await reader.get(unread)).json()["count"] == 3
    marked = await put(reader, f"/api/notifications/mark-read/{ids[0]}")
    assert (marked.status_code, marked.json()["read_status"]) == (200, "read")
    assert (await put(reader, f"/api/notifications/mark-read/{ids[0]}")).status_code == 200
    assert {n["id"] for n in (await reader.get(unread)).json()["items"]} == {str(i) for i in ids[1:]}
    headers = {"x-csrf-token": (await csrf(reader))["csrf_token"]}
    assert (await reader.post("/api/notifications/mark-all-read", headers=headers)).json() == {"marked": 2}
    assert (await reader.get(unread)).json() == {"count": 0, "items": [], "next": None}


async def test_the_notices_of_others_are_not_there(site: Site, reader: httpx.AsyncClient) -> None:
    dana = await create_person(site, name="Dana", email="dana@example.kz", password=PASSWORD)
    theirs = await site.do(notify, to=dana, notice="kennel.quiet", facts={}, link="/", key="dana")
    foreign = await put(reader, f"/api/notifications/mark-read/{theirs}")
    nobodys = await put(reader, f"/api/notifications/mark-read/{new_id()}")
    assert (foreign.status_code, nobodys.status_code) == (404, 404)
    assert foreign.json()["detail"] == nobodys.json()["detail"]
    assert (await reader.get(f"/api/notifications/unread/{dana}")).status_code == 404
    assert (await reader.get("/api/notifications")).json()["items"] == []
    opened = await reader.post(f"/account/notices/{theirs}/open", data=await csrf(reader))
    assert opened.status_code == 404
    (untouched,) = (await site.ask(queries.notices_of, dana)).items
    assert untouched.read_status == "unread"


async def test_a_stranger_has_no_notices(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/notifications")).status_code == 401
    assert (await client.get("/account/notices")).headers["location"] == "/sign-in?next=/account/notices"


async def test_opening_a_notice_reads_it_and_leads_where_it_points(
    reader: httpx.AsyncClient, send: Send, aigerim: UUID
) -> None:
    notice_id = await send()
    page = (await reader.get("/account/notices?show=unread")).text
    assert "Come and fetch Aksha." in page
    opened = await reader.post(f"/account/notices/{notice_id}/open", data=await csrf(reader))
    assert (opened.status_code, opened.headers["location"]) == (303, "/puppies/1")
    assert "You have read everything" in (await reader.get("/account/notices?show=unread")).text
    assert "Come and fetch Aksha." in (await reader.get("/account/notices")).text


async def test_all_are_marked_read_on_the_page(reader: httpx.AsyncClient, send: Send, aigerim: UUID) -> None:
    for n in range(2):
        await send(key=str(n))
    assert "Mark all as read" in (await reader.get("/account/notices")).text
    done = await reader.post("/account/notices/read-all", data=await csrf(reader))
    assert done.headers["location"] == "/account/notices"
    assert "Mark all as read" not in (await reader.get("/account/notices")).text


async def test_the_bell_counts_what_is_unread(reader: httpx.AsyncClient, send: Send) -> None:
    empty = (await reader.get("/account/notices/bell")).text
    assert "Nothing new." in empty
    await send()
    bell = (await reader.get("/account/notices/bell")).text
    assert "1 unread" in bell
    assert "Aksha is ready" in bell
    assert "<html" not in bell


async def test_the_header_has_the_bell_for_who_is_signed_in(site: Site) -> None:
    person_id = new_id()
    ((owner, panel),) = site.hooks.panels("header", {"actor": Actor(person_id=person_id)})
    assert (owner, panel.template) == ("notifications", "notifications/bell.html")
    assert panel.context["topic"] == f"person:{person_id}:notices"
    assert site.hooks.panels("header", {"actor": Actor()}) == []


async def test_the_mails_own_link_stops_a_kind_of_mail_without_signing_in(
    site: Site, client: httpx.AsyncClient, send: Send, fake_mail: FakeMail
) -> None:
    await send(key="a")
    await run_until_idle(site)
    link = str(fake_mail.outbox[0]["List-Unsubscribe"]).strip(" <>")
    assert (await client.get(link)).status_code == 200
    await send(key="b")
    one_click = await client.post(
        link, content="List-Unsubscribe=One-Click", headers={"content-type": "application/x-www-form-urlencoded"}
    )
    assert one_click.status_code == 200
    await run_until_idle(site)
    assert len(fake_mail.outbox) == 1, "what waited to be sent is not sent any more"
    await send(key="c")
    assert [d[0] for d in await deliveries(site)].count("email") == 2


@pytest.mark.parametrize("change", ["signature", "kind", "channel", "person", "required"])
async def test_a_stopping_link_is_good_for_what_it_was_made_for(
    site: Site, client: httpx.AsyncClient, aigerim: UUID, change: str
) -> None:
    good = stop_link(site, aigerim, "kennel.ready", "email")
    bad = {
        "signature": good[:-1] + ("0" if good[-1] != "0" else "1"),
        "kind": good.replace("kennel.ready", "kennel.quiet"),
        "channel": good.replace("/email/", "/in_app/"),
        "person": good.replace(str(aigerim), str(new_id())),
        "required": stop_link(site, aigerim, "kennel.alarm", "email"),
    }[change]
    assert (await client.get(good)).status_code == 200
    assert (await client.get(bad)).status_code == 404
    assert (await client.post(bad)).status_code == 404


def test_migrations_go_up_down_and_up_and_tell_the_truth(databases: Any, sites: Any) -> None:
    registry, _ = sites.boot(environ={"MK_PLUGINS": ""})
    with databases.migrated(registry) as url:
        migrations = Migrations(registry, url)
        assert migrations.differences() == []
        migrations.downgrade("notifications@base")
        migrations.upgrade()
        assert migrations.differences() == []
