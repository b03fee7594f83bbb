"""What people say about themselves, see, take along and have erased; what admins do, and that it shows."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from marketplace_kit.accounts import queries, services
from marketplace_kit.accounts.domain import LastAdmin, StageChanged
from marketplace_kit.accounts.tables import consent_table
from marketplace_kit.kernel.audit import audit_table
from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.jobs import run_until_idle
from marketplace_kit.kernel.outbox import event_table
from marketplace_kit.kernel.site import Site
from marketplace_kit.testing.clients import open_client
from marketplace_kit.testing.queries import assert_query_count
from marketplace_kit.web.identity import session_cookie_name
from tests.accounts.conftest import PASSWORD, MakePerson
from tests.accounts.test_pages import post, sign_in
from tests.accounts.test_phones import rows

HOME = {"label": "Home", "street": "Азаттық 17", "city": "Atyrau"}


class Api:
    """Somebody's program: signed in, with the page's token on each request."""

    def __init__(self, client: httpx.AsyncClient, token: str) -> None:
        self._client, self._headers = client, {"x-csrf-token": token}

    async def __call__(self, method: str, path: str, **json: Any) -> httpx.Response:
        return await self._client.request(method, path, json=json or None, headers=self._headers)


async def api_of(client: httpx.AsyncClient) -> Api:
    found = re.search(r'name="csrf_token" value="(\w+)"', (await client.get("/account")).text)
    assert found is not None
    return Api(client, found[1])


@pytest.fixture
async def aigerim(client: httpx.AsyncClient, make_person: MakePerson) -> Api:
    await make_person()
    await sign_in(client)
    return await api_of(client)


@pytest.fixture
async def boss(site: Site, kit_app: Any, make_person: MakePerson) -> AsyncIterator[Api]:
    person_id = await make_person("boss@example.kz", "Boss", "admin")
    opened = await site.do(services.open_session, person_id)
    async with open_client(kit_app, site) as client:
        client.cookies.set(session_cookie_name(site), opened.cookie)
        yield await api_of(client)


async def test_a_profile_is_a_whole_and_a_place_is_rounded(aigerim: Api) -> None:
    given = {
        "name": "Айгерім",
        "locale": "kk",
        "currency": "KZT",
        "country": "KZ",
        "city": "Атырау",
        "about": "Екі бала",
    }
    saved = (await aigerim("PUT", "/api/users/profile", **given)).json()
    assert {k: saved[k] for k in given} == given
    assert (await aigerim("PUT", "/api/users/profile", name="Айгерім", locale="kk")).json()["city"] is None
    here = (await aigerim("POST", "/api/users/location", lat=47.10451, lon=51.92139, city="atyrau")).json()
    assert (here["location"]["lat"], here["location"]["lon"], here["city"]) == (47.105, 51.921, "atyrau")
    assert (await aigerim("DELETE", "/api/users/location")).status_code == 204
    assert (await aigerim("GET", "/api/users/profile")).json()["location"] is None


async def test_no_place_is_no_place(aigerim: Api) -> None:
    for wrong in ({"lat": 91, "lon": 0}, {"lat": "47", "lon": 51}, {"lat": True, "lon": 1}, {"lat": 1}):
        assert (await aigerim("POST", "/api/users/location", **wrong)).status_code == 422, wrong


async def test_offers_are_off_until_somebody_wants_them(aigerim: Api) -> None:
    before = (await aigerim("GET", "/api/users/preferences")).json()
    assert (before["marketing"], before["currency"], before["interests"]) == (False, "KZT", [])
    after = await aigerim("PUT", "/api/users/preferences", locale="ru", currency="USD", marketing=True)
    assert (after.json()["marketing"], after.json()["currency"]) == (True, "USD")
    assert (await aigerim("PUT", "/api/users/preferences", locale="ru", interests=["no.such"])).status_code == 422


async def test_one_address_is_the_default_also_when_many_want_to_be(site: Site, aigerim: Api) -> None:
    first = (await aigerim("POST", "/api/users/addresses", **HOME)).json()
    work = (await aigerim("POST", "/api/users/addresses", **HOME | {"label": "Work"})).json()
    assert (first["is_default"], work["is_default"]) == (True, False)
    await asyncio.gather(*(aigerim("POST", f"/api/users/addresses/{a['id']}/default") for a in (first, work) * 4))
    items = (await aigerim("GET", "/api/users/addresses")).json()["items"]
    assert sum(a["is_default"] for a in items) == 1
    chosen = next(a for a in items if a["is_default"])
    assert (await aigerim("DELETE", f"/api/users/addresses/{chosen['id']}")).status_code == 204
    (left,) = (await aigerim("GET", "/api/users/addresses")).json()["items"]
    assert left["is_default"]
    changed = await aigerim("PUT", f"/api/users/addresses/{left['id']}", **HOME | {"street": "Сәтпаев 1"})
    assert (changed.json()["street"], changed.json()["is_default"]) == ("Сәтпаев 1", True)


async def test_somebody_elses_address_is_not_there(site: Site, aigerim: Api, boss: Api) -> None:
    theirs = (await boss("POST", "/api/users/addresses", **HOME)).json()["id"]
    for wanted in (theirs, str(new_id())):
        assert (await aigerim("PUT", f"/api/users/addresses/{wanted}", **HOME)).status_code == 404
        assert (await aigerim("DELETE", f"/api/users/addresses/{wanted}")).status_code == 404


async def test_the_furthest_stage_is_shown_and_each_source_speaks_for_itself(
    site: Site, make_person: MakePerson
) -> None:
    person_id = await make_person()

    async def shown() -> str:
        return (await site.ask(queries.stages_of, [person_id]))[person_id]

    assert await shown() == "prospect"
    for source, stage in (("a:1", "lead"), ("b:1", "reserved"), ("a:1", "lead"), ("a:2", "waiting")):
        await site.do(services.note_stage, person_id, source=source, stage=stage)
    assert await shown() == "reserved"
    await site.do(services.withdraw_stage, person_id, source="b:1")
    assert await shown() == "waiting"
    told = await rows(site, sa.select(event_table.c.payload).where(event_table.c.name == StageChanged.name))
    assert [(t.payload["before"], t.payload["after"]) for t in told] == [
        ("prospect", "lead"),
        ("lead", "reserved"),
        ("reserved", "waiting"),
    ]


async def test_a_consent_keeps_text_language_and_operator_and_is_taken_back_by_a_new_record(
    site: Site, aigerim: Api
) -> None:
    given = (await aigerim("PUT", "/api/users/consents/marketing")).json()["current"]
    offers = next(c for c in given if c["purpose"] == "marketing")
    text = services.document(site, "marketing", offers["locale"])
    assert (offers["given"], offers["text_hash"], offers["document_version"]) == (True, text.hash, "1")
    assert (offers["operator_name"], offers["way"], offers["cross_border"]) == ("Marketplace", "api", True)
    back = (await aigerim("DELETE", "/api/users/consents/marketing")).json()
    assert [c["given"] for c in back["history"] if c["purpose"] == "marketing"] == [False, True]
    kept = await aigerim("DELETE", "/api/users/consents/terms")
    assert (kept.status_code, kept.json()["code"]) == (409, "consent_required")


async def test_nobody_changes_what_was_agreed_to(site: Site, make_person: MakePerson) -> None:
    await make_person()
    for statement in (sa.update(consent_table).values(given=False), sa.delete(consent_table)):
        with pytest.raises(DBAPIError, match="consent_record_append_only"):
            async with site.database.writer.begin() as connection:
                await connection.execute(statement)


async def test_ones_data_come_as_a_file_for_oneself_and_three_days(
    site: Site, client: httpx.AsyncClient, aigerim: Api, boss: Api, clock: SetClock
) -> None:
    asked = (await aigerim("POST", "/api/users/exports")).json()
    assert (await aigerim("POST", "/api/users/exports")).json()["code"] == "export_under_way"
    path = f"/api/users/exports/{asked['id']}"
    assert (await aigerim("GET", path)).status_code == 404
    await run_until_idle(site)
    fetched = await aigerim("GET", path)
    assert fetched.json()["data"]["accounts.people"]["person"]["email"] == "aigerim@example.kz"
    assert fetched.headers["content-disposition"].startswith("attachment")
    assert "password_hash" not in fetched.text
    assert (await boss("GET", path)).status_code == 404
    assert "Fetch the file" in (await client.get("/account/privacy")).text
    clock.advance(timedelta(days=3))
    assert (await aigerim("GET", path)).status_code == 404


async def test_erasing_oneself_takes_the_password_and_leaves_nothing_to_find(
    site: Site, client: httpx.AsyncClient, aigerim: Api, boss: Api
) -> None:
    await aigerim("POST", "/api/users/addresses", **HOME)
    assert (await aigerim("POST", "/api/users/erase", password="not-the-password")).status_code == 403
    done = await post(client, "/account/privacy/erase", "/account/privacy", password=PASSWORD)
    assert (done.status_code, done.headers["location"]) == (303, "/")
    assert not (await client.get("/api/auth/session")).json()["authenticated"]
    for q in ("aigerim", "Aigerim"):
        assert (await boss("GET", f"/api/admin/people?q={q}")).json()["items"] == []


async def test_the_only_admin_is_told_what_stands_against_erasing(boss: Api) -> None:
    refused = await boss("POST", "/api/users/erase", password=PASSWORD)
    assert (refused.status_code, refused.json()["code"]) == (409, "erasure_blocked")
    assert [b["code"] for b in refused.json()["facts"]["blockers"]] == ["last_admin"]


async def test_people_are_found_by_how_name_mail_or_phone_begin(site: Site) -> None:
    await services.create_person(
        site, name="Айгерім Сәтыбалды", email="dina@example.kz", phone="+77012344567", password=PASSWORD
    )
    ways = {"Сәт": 1, "сатыб": 1, "АЙГ": 1, "dina@": 1, "8 701 23": 1, "4567": 1, "ыба": 0}
    ways |= dict.fromkeys(("%", "_", "А%", "\\"), 0)
    found = {q: len((await site.ask(queries.people, q=q)).items) for q in ways}
    assert found == ways


async def test_looking_at_somebody_is_seen_by_them(site: Site, aigerim: Api, boss: Api) -> None:
    me = (await aigerim("GET", "/api/auth/me")).json()["id"]
    seen = (await boss("GET", f"/api/admin/people/{me}")).json()
    assert (seen["name"], seen["sessions"], seen["status"]) == ("Aigerim", 1, "prospect")
    with assert_query_count(site, at_most=14):
        assert (await boss("GET", f"/admin/people/{me}")).status_code == 200
    log = (await aigerim("GET", "/api/users/access-log")).json()["items"]
    assert [(a["by"], a["what"]) for a in log] == [("Boss", "accounts.details")] * 2
    assert (await boss("GET", f"/api/admin/people/{new_id()}")).status_code == 404
    assert (await aigerim("GET", f"/api/admin/people/{me}")).status_code == 403


async def test_a_closed_account_is_out_at_once_and_may_be_opened_again(site: Site, aigerim: Api, boss: Api) -> None:
    me = (await aigerim("GET", "/api/auth/me")).json()["id"]
    assert (await boss("PUT", f"/api/admin/people/{me}/roles/vendor")).json()["roles"] == ["customer", "vendor"]
    assert (await boss("DELETE", f"/api/admin/people/{me}/roles/vendor")).json()["roles"] == ["customer"]
    assert (await boss("PUT", f"/api/admin/people/{me}/roles/king")).status_code == 422
    closed = (await boss("POST", f"/api/admin/people/{me}/deactivate")).json()
    assert (closed["active"], closed["sessions"]) == (False, 0)
    assert (await aigerim("GET", "/api/auth/me")).status_code == 401
    assert (await boss("POST", f"/api/admin/people/{me}/reactivate")).json()["active"]
    acts = [r.act for r in await rows(site, sa.select(audit_table.c.act).order_by(audit_table.c.position))]
    assert acts == ["accounts.grant_role", "accounts.withdraw_role", "accounts.deactivate", "accounts.reactivate"]


async def test_of_two_admins_who_take_the_role_from_each_other_at_once_one_stays(
    site: Site, make_person: MakePerson
) -> None:
    ids: list[UUID] = [await make_person(f"{n}@example.kz", n, "admin") for n in ("A", "B")]
    results = await asyncio.gather(*(site.do(services.withdraw_role, i, "admin") for i in ids), return_exceptions=True)
    assert sorted(type(r) for r in results if isinstance(r, Exception)) == [LastAdmin]


async def test_the_list_of_people_asks_the_same_for_one_and_for_many(
    site: Site, boss: Api, make_person: MakePerson
) -> None:
    await boss("GET", "/admin/people")
    with assert_query_count(site) as few:
        await boss("GET", "/admin/people")
    for n in range(4):
        await make_person(f"p{n}@example.kz", f"P{n}")
    with assert_query_count(site, len(few)):
        assert "P3" in (await boss("GET", "/admin/people")).text


async def test_the_texts_stand_in_every_language(client: httpx.AsyncClient) -> None:
    for path in (f"/{locale}/{name}" for locale in ("kk", "ru", "en") for name in ("terms", "privacy")):
        answer = await client.get(path)
        assert answer.status_code == 200
        assert f'lang="{path[1:3]}"><h1>' in re.sub(r">\s+<", "><", answer.text)
        assert len(answer.text) > 5000


async def test_the_pages_open(boss: Api) -> None:
    for name in ("account", "account/profile", "account/addresses", "account/security", "account/privacy"):
        assert (await boss("GET", f"/{name}")).status_code == 200, name
