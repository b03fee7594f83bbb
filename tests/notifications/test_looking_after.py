"""What an admin does: word notices, read the log, send again."""

import asyncio

import httpx
import pytest
import sqlalchemy as sa

from marketplace_kit.kernel.audit import audit_table
from marketplace_kit.kernel.jobs import run_until_idle
from marketplace_kit.kernel.site import Site
from marketplace_kit.testing.builders import Builders
from marketplace_kit.testing.mail import FakeMail
from marketplace_kit.testing.queries import assert_query_count
from tests.notifications.conftest import Send
from tests.notifications.test_mail import text_of
from tests.notifications.test_reading import csrf

READY = "/api/admin/notices/texts/kennel.ready/en"


@pytest.fixture
async def admin(build: Builders) -> httpx.AsyncClient:
    client = await build.as_role("admin")
    client.headers["x-csrf-token"] = (await csrf(client))["csrf_token"]
    return client


async def acts(site: Site) -> list[str]:
    async with site.database.reader.connect() as connection:
        return list((await connection.execute(sa.select(audit_table.c.act).order_by("position"))).scalars())


async def test_an_edited_text_is_used_from_the_next_notice_on(
    site: Site, admin: httpx.AsyncClient, send: Send, fake_mail: FakeMail
) -> None:
    new = {"subject": "{puppy} waits", "body": "Come soon, says {site}."}
    assert (await admin.put(READY, json=new)).json()["edited"] is True
    mail = {"subject": "{puppy} waits for you", "body": "A longer text for mail."}
    assert (await admin.put(READY, params={"channel": "email"}, json=mail)).status_code == 200
    await send()
    await run_until_idle(site)
    assert fake_mail.outbox[0]["Subject"] == "Aksha waits for you"
    assert "A longer text for mail." in text_of(fake_mail.outbox[0])
    listed = (await admin.get("/api/admin/notices/texts?locale=en")).json()
    worded = {(t["notice"], t["channel"]): t["subject"] for t in listed if t["edited"]}
    assert worded == {("kennel.ready", ""): "{puppy} waits", ("kennel.ready", "email"): "{puppy} waits for you"}
    back = (await admin.delete(READY)).json()
    assert (back["edited"], back["subject"]) == (False, "{puppy} is ready")
    assert await acts(site) == ["notifications.text_changed"] * 2 + ["notifications.text_reset"]


STRANGE = ("{secret}", "{0}", "{puppy.__class__}", "{puppy!r}", "{puppy:>99999999}", "{}", "{ puppy }")


@pytest.mark.parametrize("place", STRANGE)
async def test_a_place_that_the_notice_does_not_know_is_refused_at_its_field(
    admin: httpx.AsyncClient, place: str
) -> None:
    answer = await admin.put(READY, json={"subject": "x", "body": f"Hello {place}"})
    assert answer.status_code == 422
    assert [p["field"] for p in answer.json()["problems"]] == ["body"]


async def test_a_text_is_no_template(site: Site, admin: httpx.AsyncClient, send: Send, fake_mail: FakeMail) -> None:
    """What means something to a template language or to a browser stays as it was written."""
    body = "%(puppy)s $puppy <b>bold</b> #(1) <script>x</script>"
    assert (await admin.put(READY, json={"subject": "s", "body": body})).status_code == 200
    await send()
    await run_until_idle(site)
    assert body in text_of(fake_mail.outbox[0])
    assert "<script>" not in text_of(fake_mail.outbox[0], "html")
    assert (await admin.put(READY, json={"subject": "s", "body": "{{7*7}}"})).status_code == 422


async def test_a_text_is_edited_looked_at_and_sent_to_oneself_on_the_page(
    site: Site, admin: httpx.AsyncClient, fake_mail: FakeMail
) -> None:
    form = await csrf(admin)
    here = "/admin/notices/texts/kennel.ready?locale=en"
    assert "kennel.ready" in (await admin.get("/admin/notices/texts")).text
    shown = await admin.get(here)
    assert shown.status_code == 200
    assert "‹puppy› is ready" in shown.text
    tried = {"subject": "{puppy}!", "body": "B {nobody}"} | form
    wrong = await admin.post(here, data=tried | {"act": "save"})
    assert wrong.status_code == 422
    assert "There is no {nobody} here." in wrong.text
    good = tried | {"body": "Body for {puppy}"}
    assert "Body for ‹puppy›" in (await admin.post(here, data=good | {"act": "preview"})).text
    for act in ("save", "test"):
        assert (await admin.post(here + "&channel=email", data=good | {"act": act})).status_code == 303
    await run_until_idle(site)
    assert [m["Subject"] for m in fake_mail.outbox] == ["‹puppy›!"]
    assert (await admin.post(here + "&channel=email", data=good | {"act": "reset"})).status_code == 303


async def test_the_log_names_what_went_wrong_and_a_failed_message_is_sent_again_once(
    site: Site, admin: httpx.AsyncClient, send: Send, fake_mail: FakeMail
) -> None:
    fake_mail.reject(1)
    await send()
    await run_until_idle(site)
    failed = (await admin.get("/api/admin/notices/log?state=failed&channel=email&type=kennel.ready")).json()["items"]
    assert [(d["channel"], d["attempts"], d["person"]) for d in failed] == [("email", 1, "Aigerim")]
    assert "550" in failed[0]["error"]
    assert "Aksha" not in str(failed), "the log keeps no texts"
    page = (await admin.get("/admin/notices/log?state=failed")).text
    assert "Send again" in page
    assert '<option value="failed" selected>Given up</option>' in page
    again = f"/api/admin/notices/log/{failed[0]['id']}/resend"
    both = await asyncio.gather(admin.post(again), admin.post(again))
    assert sorted(a.status_code for a in both) == [202, 409]
    await run_until_idle(site)
    assert len(fake_mail.outbox) == 1
    assert (await admin.post(again)).json()["code"] == "delivery_not_failed"
    assert await acts(site) == ["notifications.resent"]


async def test_the_log_asks_as_often_for_many_as_for_one_and_goes_on_where_it_stopped(
    site: Site, admin: httpx.AsyncClient, send: Send
) -> None:
    for n in range(4):
        await send(key=str(n))
    first = (await admin.get("/api/admin/notices/log?limit=5")).json()
    rest = (await admin.get(f"/api/admin/notices/log?limit=5&cursor={first['next']}")).json()
    assert len({d["id"] for d in (*first["items"], *rest["items"])}) == 8
    with assert_query_count(site, 3):
        await admin.get("/admin/notices/log")
    with assert_query_count(site, 3):
        await admin.get("/api/admin/notices/texts")


@pytest.mark.parametrize("path", ["/api/admin/notices/log", "/api/admin/notices/texts", "/admin/notices/log"])
async def test_these_are_for_admins(build: Builders, path: str) -> None:
    for who in ("customer", "vendor", "operator"):
        assert (await (await build.as_role(who)).get(path)).status_code == 403
