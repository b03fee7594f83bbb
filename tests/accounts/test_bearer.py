import asyncio
import base64
import json
from datetime import timedelta
from typing import Any

import httpx
import jwt
import pytest

from marketplace_kit.accounts.domain import RefreshRefused
from marketplace_kit.accounts.services import bearer, refresh
from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.site import Site
from marketplace_kit.web.once import once_table
from tests.accounts.conftest import PASSWORD, MakePerson

SIGN_IN = {"email": "aigerim@example.kz", "password": PASSWORD}


@pytest.fixture
async def tokens(client: httpx.AsyncClient, make_person: MakePerson) -> dict[str, Any]:
    await make_person()
    answer: dict[str, Any] = (await client.post("/api/auth/login", json=SIGN_IN)).json()
    client.cookies.clear()
    return answer


async def me(client: httpx.AsyncClient, token: str) -> int:
    return (await client.get("/api/auth/me", headers={"authorization": f"Bearer {token}"})).status_code


async def test_a_program_uses_the_bearer_for_ten_minutes(
    client: httpx.AsyncClient, tokens: dict[str, Any], clock: SetClock
) -> None:
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 600)
    assert await me(client, tokens["access_token"]) == 200
    clock.advance(timedelta(minutes=10))
    assert await me(client, tokens["access_token"]) == 401


async def test_a_bearer_that_has_ended_is_refused_where_strangers_may_ask_too(
    client: httpx.AsyncClient, tokens: dict[str, Any], clock: SetClock
) -> None:
    asked = {"headers": {"authorization": f"Bearer {tokens['access_token']}"}}
    assert (await client.get("/api/listings", **asked)).status_code == 200
    clock.advance(timedelta(minutes=10))
    late = await client.get("/api/listings", **asked)
    assert (late.status_code, late.json()["code"]) == (401, "sign_in_required")
    assert (await client.get("/api/listings")).status_code == 200
    renewed = await client.post("/api/auth/refresh", json={"refresh_token": tokens["refresh_token"]}, **asked)
    assert renewed.status_code == 200


async def test_a_program_that_keeps_cookies_can_sign_in_again(
    client: httpx.AsyncClient, make_person: MakePerson
) -> None:
    await make_person()
    for _ in range(2):
        again = await client.post("/api/auth/login", json=SIGN_IN)
        assert again.status_code == 200
    refreshed = await client.post("/api/auth/refresh", json={"refresh_token": again.json()["refresh_token"]})
    assert refreshed.status_code == 200


@pytest.mark.filterwarnings("ignore:The HMAC key")
async def test_no_bearer_but_ours_is_believed(site: Site, client: httpx.AsyncClient, tokens: dict[str, Any]) -> None:
    key, claims = bearer._key(site), jwt.decode(tokens["access_token"], options={"verify_signature": False})
    _, body, signature = tokens["access_token"].split(".")
    none = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "JWT"}).encode()).rstrip(b"=").decode()
    forged = [
        f"{none}.{body}.",
        f"{none}.{body}.{signature}",
        jwt.encode(claims, key, algorithm="HS384"),
        jwt.encode(claims, b"another key of thirty-two bytes!!", algorithm="HS256"),
        jwt.encode(claims | {"aud": "somebody-else"}, key, algorithm="HS256"),
        jwt.encode(claims | {"iss": "https://elsewhere.example"}, key, algorithm="HS256"),
        jwt.encode({k: v for k, v in claims.items() if k != "exp"}, key, algorithm="HS256"),
        jwt.encode(claims | {"sub": "not-an-id"}, key, algorithm="HS256"),
        jwt.encode(claims | {"epo": claims["epo"] + 1}, key, algorithm="HS256"),
        "rubbish",
    ]
    assert [await me(client, token) for token in forged] == [401] * len(forged)
    assert await me(client, jwt.encode(claims, key, algorithm="HS256")) == 200


async def test_refresh_tokens_rotate(client: httpx.AsyncClient, tokens: dict[str, Any], clock: SetClock) -> None:
    clock.advance(timedelta(minutes=11))
    fresh = (await client.post("/api/auth/refresh", json={"refresh_token": tokens["refresh_token"]})).json()
    assert fresh["refresh_token"] != tokens["refresh_token"]
    assert await me(client, fresh["access_token"]) == 200


async def test_using_a_refresh_token_twice_ends_the_whole_sign_in(
    client: httpx.AsyncClient, tokens: dict[str, Any]
) -> None:
    fresh = (await client.post("/api/auth/refresh", json={"refresh_token": tokens["refresh_token"]})).json()
    stolen = await client.post("/api/auth/refresh", json={"refresh_token": tokens["refresh_token"]})
    assert (stolen.status_code, stolen.json()["code"]) == (401, "refresh_refused")
    assert await me(client, fresh["access_token"]) == 401
    assert (await client.post("/api/auth/refresh", json={"refresh_token": fresh["refresh_token"]})).status_code == 401


async def test_of_ten_at_once_with_one_refresh_token_at_most_one_succeeds(site: Site, tokens: dict[str, Any]) -> None:
    results = await asyncio.gather(*(refresh(site, tokens["refresh_token"]) for _ in range(10)), return_exceptions=True)
    assert sum(isinstance(r, RefreshRefused) for r in results) == 9


async def test_an_answer_with_tokens_is_never_stored_for_repeats(
    site: Site, client: httpx.AsyncClient, make_person: MakePerson
) -> None:
    await make_person()
    answer = await client.post("/api/auth/login", json=SIGN_IN, headers={"idempotency-key": "one"})
    async with site.database.reader.connect() as connection:
        kept = str((await connection.execute(once_table.select())).all())
    assert answer.json()["refresh_token"] not in kept
    assert answer.json()["access_token"] not in kept
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("odd", ["é", "\u00ff" * 20, "a.b.c", ".", "x" * 5000])
async def test_odd_cookies_and_bearers_are_strangers(client: httpx.AsyncClient, odd: str) -> None:
    raw = odd.encode("latin-1")
    for header in ((b"authorization", b"Bearer " + raw), (b"cookie", b"mk_session=" + raw)):
        answer = await client.get("/api/auth/session", headers=[header])
        assert (answer.status_code, answer.json()["authenticated"]) == (200, False)
