"""A forgotten password, another password, another address - and what each of them ends."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import sqlalchemy as sa

from marketplace_kit.accounts import queries, services
from marketplace_kit.accounts.domain import (
    CHANGE_EMAIL,
    RESET_PASSWORD,
    ContactChangeAsked,
    LinkNotValid,
    PasswordChanged,
    PasswordResetAsked,
    Registered,
)
from marketplace_kit.accounts.tables import token_table
from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.outbox import event_table
from marketplace_kit.kernel.site import Site
from marketplace_kit.testing.clients import open_client
from tests.accounts.conftest import PASSWORD, MakePerson
from tests.accounts.test_pages import post, sign_in
from tests.accounts.test_phones import code_of, rows

EMAIL, NEW_PASSWORD = "aigerim@example.kz", "three quiet camels"
SIGN_IN = {"email": EMAIL, "password": PASSWORD}


async def told(site: Site) -> list[str]:
    return [r.name for r in await rows(site, sa.select(event_table.c.name).order_by(event_table.c.id))]


async def reset_link(site: Site, person_id: UUID) -> str:
    token_id = await site.do(services.issue_token, person_id, RESET_PASSWORD, EMAIL)
    return services.plain_token(site, token_id)


async def newest_token(site: Site, purpose: str) -> str:
    found = sa.select(token_table.c.id).where(token_table.c.purpose == purpose).order_by(token_table.c.id.desc())
    return services.plain_token(site, (await rows(site, found.limit(1)))[0].id)


async def test_asking_for_a_new_password_is_answered_alike_for_everybody(
    site: Site, client: httpx.AsyncClient, make_person: MakePerson
) -> None:
    await make_person()
    known = await client.post("/api/auth/password-reset", json={"email": EMAIL})
    unknown = await client.post("/api/auth/password-reset", json={"email": "nobody@example.kz"})
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content) == (202, known.content)
    assert known.json() == {"status": "check_your_mail"}
    assert (await told(site)).count(PasswordResetAsked.name) == 1
    pages = [await post(client, "/password-reset", contact=c) for c in (EMAIL, "nobody@example.kz")]
    assert {(p.status_code, p.headers["location"]) for p in pages} == {(303, "/password-reset/done")}


async def test_a_new_password_may_be_asked_for_five_times_a_day(
    client: httpx.AsyncClient, make_person: MakePerson
) -> None:
    await make_person()
    codes = [(await client.post("/api/auth/password-reset", json={"email": EMAIL})).status_code for _ in range(6)]
    assert codes == [202] * 5 + [429]
    page = await post(client, "/password-reset", contact=EMAIL)
    assert page.status_code == 429
    assert 0 < int(page.headers["retry-after"]) <= 86_400


async def test_the_link_opens_a_form_and_only_its_button_sets_the_password(
    site: Site, client: httpx.AsyncClient, make_person: MakePerson
) -> None:
    person_id = await make_person()
    await client.post("/api/auth/login", json=SIGN_IN)
    link = await reset_link(site, person_id)
    for _ in range(2):
        opened = await client.get(f"/reset/{link}")
        assert (opened.status_code, opened.headers["referrer-policy"]) == (200, "no-referrer")
    assert (await client.get("/api/auth/session")).json()["authenticated"]
    common = await client.post(f"/reset/{link}", data={"password": "password123"})
    assert common.status_code == 422
    done = await client.post(f"/reset/{link}", data={"password": NEW_PASSWORD}, headers={"origin": "null"})
    assert (done.status_code, done.headers["location"]) == (303, "/sign-in")
    assert not (await client.get("/api/auth/session")).json()["authenticated"]
    again = await client.post(f"/reset/{link}", data={"password": "a-third-long-password"})
    assert again.status_code == 404
    assert (await client.post("/api/auth/login", json=SIGN_IN)).status_code == 401
    assert (await client.post("/api/auth/login", json=SIGN_IN | {"password": NEW_PASSWORD})).status_code == 200
    assert PasswordChanged.name in await told(site)


async def test_a_link_for_a_password_is_dead_after_thirty_minutes(
    site: Site, client: httpx.AsyncClient, make_person: MakePerson, clock: SetClock
) -> None:
    link = await reset_link(site, await make_person())
    clock.advance(timedelta(minutes=30))
    answer = await client.post("/api/auth/password-reset/confirm", json={"token": link, "password": NEW_PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (404, "link_not_valid")


async def test_of_twenty_at_once_with_one_link_one_sets_the_password(site: Site, make_person: MakePerson) -> None:
    link = await reset_link(site, await make_person())
    results = await asyncio.gather(
        *(services.reset_password(site, link, f"quiet camels {n}") for n in range(20)), return_exceptions=True
    )
    assert sum(r is None for r in results) == 1
    assert sum(isinstance(r, LinkNotValid) for r in results) == 19


async def test_a_new_password_by_phone_and_code(site: Site, client: httpx.AsyncClient) -> None:
    person_id = await services.create_person(site, name="Dana", phone="+77012345678", password=PASSWORD)
    await site.do(services.open_session, person_id)
    asked = await client.post("/api/auth/password-reset", json={"phone": "8 701 234 56 78"})
    assert asked.json() == {"status": "check_your_phone"}
    proof = {"phone": "+77012345678", "code": await code_of(site), "password": NEW_PASSWORD}
    codes = [(await client.post("/api/auth/password-reset/confirm", json=proof)).status_code for _ in range(2)]
    assert codes == [204, 422]
    given = {"phone": "+77012345678", "password": NEW_PASSWORD}
    assert (await client.post("/api/auth/login", json=given)).status_code == 200
    sessions = (await client.get("/api/auth/sessions")).json()["items"]
    assert [s["current"] for s in sessions] == [True]


async def test_changing_the_password_keeps_this_browser_and_ends_all_others(
    site: Site, client: httpx.AsyncClient, kit_app: Any, make_person: MakePerson
) -> None:
    await make_person()
    async with open_client(kit_app, site) as other:
        await sign_in(other)
        await sign_in(client)
        before = client.cookies["mk_session"]
        path, page = "/account/security/password", "/account/security"
        wrong = await post(client, path, page, current_password="not-the-password", password=NEW_PASSWORD)
        assert (wrong.status_code, "That is not your present password" in wrong.text) == (422, True)
        done = await post(client, path, page, current_password=PASSWORD, password=NEW_PASSWORD)
        assert (done.status_code, done.headers["location"]) == (303, "/account/security")
        assert client.cookies["mk_session"] != before
        assert (await client.get("/account")).status_code == 200
        assert (await other.get("/account")).status_code == 303
    client.cookies.set("mk_session", before)
    assert not (await client.get("/api/auth/session")).json()["authenticated"]


async def test_a_program_gets_new_tokens_with_its_new_password(
    client: httpx.AsyncClient, make_person: MakePerson
) -> None:
    await make_person()
    old = (await client.post("/api/auth/login", json=SIGN_IN)).json()
    client.cookies.clear()
    change = {"current_password": PASSWORD, "password": NEW_PASSWORD}
    bearer = {"authorization": f"Bearer {old['access_token']}"}
    fresh = await client.post("/api/auth/password", json=change, headers=bearer)
    assert "set-cookie" not in fresh.headers
    assert (await client.get("/api/auth/me", headers=bearer)).status_code == 401
    now = {"authorization": f"Bearer {fresh.json()['access_token']}"}
    assert (await client.get("/api/auth/me", headers=now)).status_code == 200


async def test_another_e_mail_address_counts_once_its_link_is_used(
    site: Site, client: httpx.AsyncClient, make_person: MakePerson
) -> None:
    person_id = await make_person()
    await sign_in(client)
    path, page = "/account/security/email", "/account/security"
    assert (await post(client, path, page, email="new@example.kz", password="wrong-password")).status_code == 422
    assert (await post(client, path, page, email="new@example.kz", password=PASSWORD)).status_code == 303
    assert ContactChangeAsked.name in await told(site)
    me = await site.ask(queries.person_named, person_id)
    assert me is not None
    assert me.email == EMAIL
    token = await newest_token(site, CHANGE_EMAIL)
    ids = [r.id for r in await rows(site, sa.select(token_table.c.id).where(token_table.c.purpose == CHANGE_EMAIL))]
    sent = await site.ask(queries.secrets_to_send, ids, site.clock.now())
    assert [s.to for s in sent.values()] == ["new@example.kz"]
    assert (await client.post(f"/verify/{token}")).status_code == 303
    assert (await client.post("/api/auth/login", json=SIGN_IN | {"email": "new@example.kz"})).status_code == 200
    assert (await client.post("/api/auth/login", json=SIGN_IN)).status_code == 401


async def test_whoever_only_registered_with_an_address_loses_it_to_whoever_proves_it(
    site: Site, client: httpx.AsyncClient, make_person: MakePerson
) -> None:
    await make_person()
    squatter = {"name": "S", "email": "new@example.kz", "password": "another-long-password", "accept_terms": True}
    await client.post("/api/auth/register", json=squatter)
    await client.post("/api/auth/login", json=SIGN_IN)
    token = re.search(r'"csrf_token" value="(\w+)"', (await client.get("/account/security")).text)
    assert token is not None
    headers = {"x-csrf-token": token[1]}
    change = {"email": "new@example.kz", "password": PASSWORD}
    assert (await client.post("/api/auth/email", json=change, headers=headers)).status_code == 202
    assert (await client.get(f"/api/auth/verify-email/{await newest_token(site, CHANGE_EMAIL)}")).status_code == 200
    assert (await client.get("/api/auth/me")).json()["email"] == "new@example.kz"


async def test_another_phone_number_counts_once_its_code_is_used(
    site: Site, client: httpx.AsyncClient, make_person: MakePerson
) -> None:
    await make_person()
    await sign_in(client)
    sent = await post(client, "/account/security/phone", "/account/security", phone="87015554433", password=PASSWORD)
    assert sent.headers["location"] == "/verify-phone"
    assert 'value="+77015554433"' in (await client.get("/verify-phone")).text
    code = await code_of(site, "+77015554433")
    done = await post(client, "/verify-phone", phone="87015554433", code=code)
    assert done.headers["location"] == "/account/security"
    assert "+7 701 555 44 33" in (await client.get("/account/security")).text


async def test_the_mail_that_proves_an_address_comes_again_and_may_go_elsewhere(
    site: Site, client: httpx.AsyncClient
) -> None:
    new = {"name": "Dana", "email": "dnaa@example.kz", "password": PASSWORD, "accept_terms": True}
    await client.post("/api/auth/register", json=new)
    again = [
        await client.post("/api/auth/resend-verification", json={"email": e}) for e in (new["email"], "x@example.kz")
    ]
    assert again[0].content == again[1].content
    assert (await told(site)).count(Registered.name) == 2
    right = {"email": new["email"], "password": PASSWORD, "new_email": "dana@example.kz"}
    wrong = await client.post("/api/auth/correct-email", json=right | {"password": "not-the-password"})
    moved = await client.post("/api/auth/correct-email", json=right)
    assert (wrong.status_code, wrong.content) == (moved.status_code, moved.content)
    assert await site.ask(queries.person_id_by_email, "dana@example.kz") is not None
    assert await site.ask(queries.person_id_by_email, "dnaa@example.kz") is None


async def test_somebody_elses_device_is_not_there(
    site: Site, client: httpx.AsyncClient, make_person: MakePerson
) -> None:
    await make_person()
    stranger = await site.do(services.open_session, await make_person("other@example.kz", "Other"))
    await sign_in(client)
    token = re.search(r'name="csrf_token" value="(\w+)"', (await client.get("/account/security")).text)
    assert token is not None
    headers = {"x-csrf-token": token[1]}
    for wanted in (stranger.session_id, new_id()):
        assert (await client.delete(f"/api/auth/sessions/{wanted}", headers=headers)).status_code == 404
        assert (await client.post(f"/account/sessions/{wanted}/end", headers=headers)).status_code == 404
