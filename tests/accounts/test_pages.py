import re
from typing import Any

import httpx
import pytest

from marketplace_kit.accounts import queries, services
from marketplace_kit.accounts.domain import VERIFY_EMAIL
from marketplace_kit.accounts.pages import safe_next
from marketplace_kit.app import create_app
from marketplace_kit.kernel.site import Site
from marketplace_kit.testing.clients import open_client
from tests.accounts.conftest import PASSWORD, MakePerson

pytestmark = pytest.mark.one_engine  # pages: what stands behind them runs on both


async def token_of(client: httpx.AsyncClient, path: str) -> str:
    found = re.search(r'name="csrf_token" value="(\w+)"', (await client.get(path)).text)
    assert found is not None
    return found[1]


async def post(client: httpx.AsyncClient, path: str, seen_on: str = "", **values: str) -> httpx.Response:
    return await client.post(path, data={"csrf_token": await token_of(client, seen_on or path), **values})


async def sign_in(client: httpx.AsyncClient, **more: str) -> httpx.Response:
    return await post(client, "/sign-in", contact="aigerim@example.kz", password=PASSWORD, **more)


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ("/listings/1?tab=photos", "/listings/1?tab=photos"),
        ("", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("\\\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/\t/evil.example", "/"),
        ("/x\r\nSet-Cookie: a=b", "/"),
        ("/sign-out", "/"),
        ("/sign-in?next=/sign-in", "/"),
    ],
)
async def test_after_signing_in_one_returns_to_a_page_of_this_site_only(
    client: httpx.AsyncClient, make_person: MakePerson, wanted: str, given: str
) -> None:
    assert safe_next(wanted) == given
    await make_person()
    answer = await sign_in(client, next=wanted)
    assert (answer.status_code, answer.headers["location"]) == (303, given)
    assert (await client.get("/account")).status_code == 200


async def test_a_page_for_members_leads_through_the_sign_in_and_back(
    client: httpx.AsyncClient, make_person: MakePerson
) -> None:
    await make_person()
    door = (await client.get("/account")).headers["location"]
    assert door == "/sign-in?next=/account"
    assert 'name="next" value="/account"' in (await client.get(door)).text


async def test_a_wrong_password_keeps_the_address_and_forgets_the_password(
    client: httpx.AsyncClient, make_person: MakePerson
) -> None:
    await make_person()
    answer = await post(client, "/sign-in", contact="aigerim@example.kz", password="wrong-secret-typed")
    assert answer.status_code == 422
    assert 'value="aigerim@example.kz"' in answer.text
    assert "wrong-secret-typed" not in answer.text
    assert "<title>Error:" in answer.text


async def test_signing_in_without_the_pages_token_is_refused(
    client: httpx.AsyncClient, make_person: MakePerson
) -> None:
    await make_person()
    await client.get("/sign-in")
    bare = {"contact": "aigerim@example.kz", "password": PASSWORD}
    assert (await client.post("/sign-in", data=bare)).status_code == 403
    assert not (await client.get("/api/auth/session")).json()["authenticated"]


async def test_registering_on_the_page_ends_where_it_ends_for_everybody(
    client: httpx.AsyncClient, make_person: MakePerson
) -> None:
    await make_person()
    form = {"name": "Dana", "password": PASSWORD, "accept_terms": "on", "next": "/listings"}
    known = await post(client, "/register", contact="aigerim@example.kz", **form)
    new = await post(client, "/register", contact="dana@example.kz", **form)
    assert (known.status_code, known.headers["location"]) == (new.status_code, new.headers["location"])
    assert new.headers["location"] == "/register/done?next=/listings"
    assert (await client.get(new.headers["location"])).status_code == 200


async def test_what_is_missing_is_said_at_its_field(client: httpx.AsyncClient) -> None:
    answer = await post(client, "/register", name="Dana", contact="8 (701) 123", password="password123")
    assert answer.status_code == 422
    assert 'id="f-contact-error"' in answer.text
    answer = await post(client, "/register", name="Dana", contact="dana@example.kz", password="password123")
    assert 'id="f-accept_terms-error"' in answer.text


async def test_a_mails_link_opens_a_page_and_only_its_button_proves_the_address(
    site: Site, client: httpx.AsyncClient
) -> None:
    new = {"name": "Dana", "email": "dana@example.kz", "password": PASSWORD, "accept_terms": True}
    await client.post("/api/auth/register", json=new)
    person_id = await site.ask(queries.person_id_by_email, "dana@example.kz")
    assert person_id is not None
    token = services.plain_token(site, await site.do(services.issue_token, person_id, VERIFY_EMAIL, "dana@example.kz"))
    for _ in range(2):
        opened = await client.get(f"/verify/{token}")
        assert opened.headers["referrer-policy"] == "no-referrer"
    me = await site.ask(queries.person_named, person_id)
    assert me is not None
    assert not me.email_verified
    browsers_say = {"origin": "null", "sec-fetch-site": "same-origin"}  # for a page that sends no referrer
    proved = await client.post(f"/verify/{token}", headers=browsers_say)
    assert (proved.status_code, proved.headers["location"]) == (303, "/sign-in")
    again = await client.post(f"/verify/{token}")
    assert again.status_code == 404
    assert "simply sign in" in again.text


async def test_the_account_shows_the_devices_and_ends_one(
    site: Site, client: httpx.AsyncClient, kit_app: Any, make_person: MakePerson
) -> None:
    await make_person()
    async with open_client(kit_app, site, **{"user-agent": "OldPhone"}) as phone:
        await sign_in(phone)
        await sign_in(client)
        text = (await client.get("/account/security")).text
        assert "OldPhone" in text
        action = re.search(r'action="(/account/sessions/[0-9a-f-]{36}/end)"', text)
        assert action is not None
        ended = await post(client, action[1], "/account/security")
        assert ended.headers["location"] == "/account/security"
        assert (await phone.get("/account")).status_code == 303
        assert (await client.get("/account")).status_code == 200


async def test_signing_out_needs_the_pages_token_and_then_holds(
    client: httpx.AsyncClient, make_person: MakePerson
) -> None:
    await make_person()
    await sign_in(client)
    assert (await client.post("/sign-out")).status_code == 403
    assert (await client.get("/account")).status_code == 200
    assert (await post(client, "/sign-out", "/account")).status_code == 303
    assert (await client.get("/account")).status_code == 303


async def test_profile_form_keeps_what_was_typed_when_refused(
    client: httpx.AsyncClient, make_person: MakePerson
) -> None:
    await make_person()
    await sign_in(client)
    refused = await post(client, "/account/profile", name="", locale="kk", city="Атырау")
    assert refused.status_code == 422
    assert 'value="Атырау"' in refused.text
    saved = await post(client, "/account/profile", name="Айгерім", locale="kk")
    assert saved.headers["location"] == "/account/profile"
    assert "Айгерім" in (await client.get("/account")).text


async def test_names_are_shown_as_text(client: httpx.AsyncClient, make_person: MakePerson) -> None:
    await make_person("aigerim@example.kz", "<img src=x onerror=alert(1)>")
    await sign_in(client)
    text = (await client.get("/account")).text
    assert "<img src=x" not in text
    assert "&lt;img src=x" in text


@pytest.mark.parametrize(("mode", "shown"), [("demo", True), ("development", False)])
async def test_only_the_demo_shows_who_can_sign_in(sites: Any, tmp_path: Any, mode: str, shown: bool) -> None:
    async with (
        sites.open(overrides={"site.mode": mode}, environ={"MK_PLUGINS": ""}) as site,
        open_client(create_app(site), site) as client,
    ):
        assert ("vendor@demo.kz" in (await client.get("/sign-in")).text) is shown
