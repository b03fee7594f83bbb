import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from marketplace_kit.accounts import queries, services
from marketplace_kit.accounts.domain import SignInRefused
from marketplace_kit.accounts.services.identification import SignInIdentifier
from marketplace_kit.accounts.tables import person_table, sign_in_table
from marketplace_kit.app import create_app
from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.ids import digest, new_id
from marketplace_kit.kernel.site import Site
from marketplace_kit.testing.clients import open_client
from marketplace_kit.testing.queries import assert_query_count
from tests.accounts.conftest import PASSWORD, MakePerson

SIGN_IN = {"email": "aigerim@example.kz", "password": PASSWORD}
COOKIE = "mk_session"


async def signed_in(client: httpx.AsyncClient) -> bool:
    return bool((await client.get("/api/auth/session")).json()["authenticated"])


async def test_signing_in_gives_browsers_a_cookie_that_scripts_cannot_read(
    client: httpx.AsyncClient, make_person: MakePerson
) -> None:
    await make_person()
    answer = await client.post("/api/auth/login", json=SIGN_IN, headers={"user-agent": "Firefox"})
    assert answer.status_code == 200
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith(f"{COOKIE}=")
    assert all(flag in cookie for flag in ("httponly", "samesite=lax", "path=/"))
    state = (await client.get("/api/auth/session")).json()
    assert (state["user"]["name"], state["user"]["roles"]) == ("Aigerim", ["customer"])
    assert (state["session"]["agent"], state["session"]["current"]) == ("Firefox", True)


async def test_on_https_the_cookie_is_bound_to_the_host(sites: Any, make_person: MakePerson) -> None:
    https = {"site.public_url": "https://market.example.kz"}
    async with sites.open(overrides=https, environ={"MK_PLUGINS": ""}) as site:
        await services.create_person(site, name="A", email="aigerim@example.kz", password=PASSWORD)
        async with open_client(create_app(site), site) as client:
            cookie = (await client.post("/api/auth/login", json=SIGN_IN)).headers["set-cookie"]
    assert cookie.startswith("__Host-mk_session=")
    assert "secure" in cookie.lower()


async def test_only_the_digest_of_the_cookie_is_stored(
    site: Site, client: httpx.AsyncClient, make_person: MakePerson
) -> None:
    await make_person()
    tokens = (await client.post("/api/auth/login", json=SIGN_IN)).json()
    async with site.database.reader.connect() as connection:
        (row,) = (await connection.execute(sa.select(sign_in_table))).all()
    assert row.digest == digest(client.cookies[COOKIE])
    assert client.cookies[COOKIE] not in str(row)
    assert tokens["refresh_token"] not in str(row)


async def test_each_sign_in_has_a_new_id_and_a_planted_one_is_never_adopted(
    client: httpx.AsyncClient, make_person: MakePerson
) -> None:
    await make_person()
    client.cookies.set(COOKIE, "planted", domain="127.0.0.1")
    assert not await signed_in(client)
    client.cookies.clear()
    await client.post("/api/auth/login", json=SIGN_IN)
    first = client.cookies[COOKIE]
    await client.post("/api/auth/login", json=SIGN_IN)
    second = client.cookies[COOKIE]
    assert len({first, second, "planted"}) == 3
    client.cookies.clear()
    client.cookies.set(COOKIE, first, domain="127.0.0.1")
    assert not await signed_in(client), "the browser's former sign-in ends with the new one"


async def test_signing_out_kills_the_cookie_for_whoever_kept_a_copy(
    client: httpx.AsyncClient, make_person: MakePerson
) -> None:
    await make_person()
    access = (await client.post("/api/auth/login", json=SIGN_IN)).json()["access_token"]
    kept = client.cookies[COOKIE]
    bearer = {"authorization": f"Bearer {access}"}
    assert (await client.post("/api/auth/logout", headers=bearer)).status_code == 204
    client.cookies.clear()
    client.cookies.set(COOKIE, kept, domain="127.0.0.1")
    assert not await signed_in(client)
    assert (await client.get("/api/auth/me", headers=bearer)).status_code == 401


async def test_a_sign_in_ends_when_it_is_not_used_and_always_in_the_end(
    site: Site, client: httpx.AsyncClient, make_person: MakePerson, clock: SetClock
) -> None:
    await make_person()
    await client.post("/api/auth/login", json=SIGN_IN)
    for _ in range(4):
        clock.advance(timedelta(days=6))
        assert await signed_in(client), "use keeps it alive"
    clock.advance(timedelta(days=6))
    assert not await signed_in(client), "but never for more than thirty days"
    await client.post("/api/auth/login", json=SIGN_IN)
    clock.advance(timedelta(days=7))
    assert not await signed_in(client), "nor unused for a week"


async def test_use_is_noted_once_in_five_minutes(
    site: Site, client: httpx.AsyncClient, make_person: MakePerson, clock: SetClock
) -> None:
    await make_person()
    opened = await site.do(services.open_session, (await site.ask(queries.person_id_by_email, SIGN_IN["email"])))
    identifier = SignInIdentifier()
    with assert_query_count(site, 1):
        await identifier.identify(site, opened.cookie, None)
    clock.advance(timedelta(minutes=5))
    with assert_query_count(site, 2):
        await identifier.identify(site, opened.cookie, None)
    with assert_query_count(site, 1):
        await identifier.identify(site, opened.cookie, None)


async def test_a_withdrawn_role_signs_out_everywhere(
    site: Site, client: httpx.AsyncClient, make_person: MakePerson
) -> None:
    boss = await make_person("aigerim@example.kz", "Aigerim", "admin")
    await make_person("other@example.kz", "Other", "admin")
    tokens = (await client.post("/api/auth/login", json=SIGN_IN)).json()
    assert (await client.get("/api/users")).status_code == 200
    await site.do(services.withdraw_role, boss, "admin")
    assert not await signed_in(client)
    bearer = {"authorization": f"Bearer {tokens['access_token']}"}
    assert (await client.get("/api/auth/me", headers=bearer)).status_code == 401
    assert (await client.post("/api/auth/refresh", json={"refresh_token": tokens["refresh_token"]})).status_code == 401


async def test_a_role_of_the_staff_begins_with_a_new_sign_in(
    site: Site, client: httpx.AsyncClient, make_person: MakePerson
) -> None:
    person_id = await make_person()
    await client.post("/api/auth/login", json=SIGN_IN)
    assert (await client.get("/api/users")).status_code == 403
    await site.do(services.grant_role, person_id, "admin")
    assert (await client.get("/api/users")).status_code == 401
    await client.post("/api/auth/login", json=SIGN_IN)
    assert (await client.get("/api/users")).status_code == 200


async def test_any_other_role_counts_at_the_next_request(
    site: Site, client: httpx.AsyncClient, make_person: MakePerson
) -> None:
    person_id = await make_person()
    await client.post("/api/auth/login", json=SIGN_IN)
    await site.do(services.grant_role, person_id, "vendor")
    assert (await client.get("/api/auth/me")).json()["roles"] == ["customer", "vendor"]


async def test_a_deactivated_person_is_out_at_once(
    site: Site, client: httpx.AsyncClient, make_person: MakePerson
) -> None:
    await make_person()
    await client.post("/api/auth/login", json=SIGN_IN)
    async with site.database.writer.begin() as connection:
        await connection.execute(sa.update(person_table).values(deactivated_at=site.clock.now()))
    assert not await signed_in(client)
    assert (await client.post("/api/auth/login", json=SIGN_IN)).status_code == 401


async def test_wrong_passwords_are_slowed_down_even_all_at_once(
    client: httpx.AsyncClient, make_person: MakePerson
) -> None:
    await make_person()
    wrong = SIGN_IN | {"password": "not-the-password"}
    answers = await asyncio.gather(*(client.post("/api/auth/login", json=wrong) for _ in range(16)))
    codes = [a.status_code for a in answers]
    assert (codes.count(401), codes.count(429)) == (10, 6)
    late = next(a for a in answers if a.status_code == 429)
    assert int(late.headers["retry-after"]) > 0


async def test_an_unknown_address_costs_as_much_work_as_a_known_one(
    site: Site, make_person: MakePerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make_person()
    passwords = site.facility(services.Passwords)
    stored: list[bool] = []
    original = passwords._check
    monkeypatch.setattr(passwords, "_check", lambda p, s: (stored.append(s is not None), original(p, s))[1])
    for email in ("aigerim@example.kz", "nobody@example.kz"):
        with pytest.raises(SignInRefused):
            await services.sign_in(site, email=email, password="wrong-password", agent="", address="")
    assert stored == [True, False]


async def test_a_weaker_hash_is_replaced_when_its_owner_signs_in(site: Site, make_person: MakePerson) -> None:
    await make_person()
    weak = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),)).hash(PASSWORD)
    async with site.database.writer.begin() as connection:
        await connection.execute(sa.update(person_table).values(password_hash=weak))
    await services.sign_in(site, email=SIGN_IN["email"], password=PASSWORD, agent="", address="")
    async with site.database.reader.connect() as connection:
        better = (await connection.execute(sa.select(person_table.c.password_hash))).scalar_one()
    assert "m=19456,t=2,p=1" in better


async def test_one_may_end_only_ones_own_sign_ins(site: Site, kit_app: Any, make_person: MakePerson) -> None:
    mine, foreign = await make_person(), await make_person("dana@example.kz", "Dana")
    theirs = await site.do(services.open_session, foreign)
    for session_id in (theirs.session_id, new_id()):
        with pytest.raises(Missing):
            await site.do(services.end_session, session_id, by=Actor(person_id=mine))
    assert await site.ask(queries.sign_ins_of, foreign, site.clock.now())


async def test_the_list_of_people_asks_as_often_for_thirty_as_for_one(site: Site, make_person: MakePerson) -> None:
    await make_person()
    with assert_query_count(site, 3):
        await site.ask(queries.people)

    async def insert(uow: Any) -> None:
        values = [
            {"id": new_id(), "name": f"P{n}", "phone": f"+770{n}", "locale": "en", "created_at": uow.at, "version": 1}
            for n in range(30)
        ]
        await uow.session.execute(sa.insert(person_table), values)

    await site.do(insert)
    with assert_query_count(site, 3):
        first = await site.ask(queries.people, limit=20)
    rest = await site.ask(queries.people, limit=20, cursor=first.next)
    assert len({p.id for p in (*first.items, *rest.items)}) == 31
    assert rest.next is None
    assert [p.name for p in (await site.ask(queries.people, wanted_role="customer")).items] == ["Aigerim"]


async def test_profile_is_read_and_changed(client: httpx.AsyncClient, make_person: MakePerson) -> None:
    await make_person()
    access = (await client.post("/api/auth/login", json=SIGN_IN)).json()["access_token"]
    bearer = {"authorization": f"Bearer {access}"}
    assert (await client.get("/api/users/profile", headers=bearer)).json()["locale"] == "en"
    changed = await client.put("/api/users/profile", json={"name": "Айгерім", "locale": "kk"}, headers=bearer)
    assert (changed.json()["name"], changed.json()["locale"]) == ("Айгерім", "kk")
    refused = await client.put(
        "/api/users/profile", json={"name": "x", "locale": "kk", "roles": ["admin"]}, headers=bearer
    )
    assert refused.status_code == 422


async def test_everything_of_a_person_is_exported_and_nothing_is_left_after_erasure(
    site: Site, client: httpx.AsyncClient, make_person: MakePerson
) -> None:
    person_id: UUID = await make_person("canary@example.kz", "Canary")
    await client.post(
        "/api/auth/login", json=SIGN_IN | {"email": "canary@example.kz"}, headers={"user-agent": "CanaryPhone"}
    )
    described = site.registry.personal_data["accounts.people"]
    exported = await site.ask(described.export, person_id)
    assert exported["person"]["email"] == "canary@example.kz"
    assert exported["sign_ins"][0]["agent"] == "CanaryPhone"
    assert {c["purpose"] for c in exported["consents"]} == {"terms", "privacy"}
    await site.do(described.erase, person_id)
    left = []
    async with site.database.reader.connect() as connection:
        for table in site.registry.storage["accounts:0"].tables:
            left += (await connection.exec_driver_sql(f"SELECT * FROM {table}")).all()  # noqa: S608 - our own tables
    assert "canary" not in str(left).lower()
    assert not await signed_in(client)
