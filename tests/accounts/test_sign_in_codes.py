"""Signing in without a password, by a code to a phone or an e-mail address that was proved before."""

from __future__ import annotations

import asyncio
import email
import email.policy
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa

from marketplace_kit.accounts import services
from marketplace_kit.accounts.domain import SIGN_IN_BY_MAIL
from marketplace_kit.accounts.tables import token_table
from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.jobs import run_until_idle
from marketplace_kit.kernel.site import Site
from tests.accounts.conftest import MakePerson
from tests.accounts.test_phones import PHONE, code_of, registered, rows, wrong

MAIL = "aigerim@example.kz"


async def ask(client: httpx.AsyncClient, **whom: str) -> httpx.Response:
    return await client.post("/api/auth/sign-in-code", json=whom)


async def confirm(client: httpx.AsyncClient, code: str, **whom: str) -> httpx.Response:
    return await client.post("/api/auth/sign-in-code/confirm", json={**whom, "code": code})


def plain(answer: httpx.Response) -> tuple[int, Any]:
    """An answer without what is different each time."""
    body = answer.json()
    return answer.status_code, {k: v for k, v in body.items() if k not in {"request_id", "instance"}}


async def test_a_code_to_the_phone_signs_in_once(site: Site, client: httpx.AsyncClient, clock: SetClock) -> None:
    await registered(site, client, clock)
    asked = await ask(client, phone="8 701 234 56 78")
    assert (asked.status_code, asked.json()) == (202, {"status": "check_your_phone"})
    code = await code_of(site)
    first, second = await confirm(client, code, phone=PHONE), await confirm(client, code, phone=PHONE)
    assert (first.status_code, first.json()["user"]["phone"], second.status_code) == (200, PHONE, 422)


async def test_a_code_by_mail_signs_in_and_is_in_the_mail_alone(
    site: Site, client: httpx.AsyncClient, make_person: MakePerson, tmp_path: Path
) -> None:
    await make_person(MAIL)
    await ask(client, email=MAIL.upper())
    await run_until_idle(site)
    sent = [p.read_bytes() for p in (tmp_path / "outbox").rglob("*") if p.is_file()]
    mails = [email.message_from_bytes(one, policy=email.policy.default) for one in sent]
    code = await code_of(site, MAIL)
    assert [m["To"].addresses[0].addr_spec for m in mails if code in m.get_body(("plain",)).get_content()] == [MAIL]
    answer = await confirm(client, code, email=MAIL)
    assert answer.json()["user"]["email"] == MAIL


async def test_strangers_learn_nothing(
    site: Site, client: httpx.AsyncClient, make_person: MakePerson, clock: SetClock
) -> None:
    """Answers, and what counts against the limits, are the same for those who have an account and those who do not."""
    await make_person(MAIL)
    await registered(site, client, clock)
    for known, unknown in (
        ({"email": MAIL}, {"email": "nobody@example.kz"}),
        ({"phone": PHONE}, {"phone": "+77770000000"}),
    ):
        assert plain(await ask(client, **known)) == plain(await ask(client, **unknown))
        again = [await ask(client, **whom) for whom in (known, unknown)]
        assert [a.status_code for a in again] == [429, 429]
        tries = [
            await confirm(
                client, "000000" if whom is unknown else wrong(await code_of(site, next(iter(known.values())))), **whom
            )
            for whom in (known, unknown)
        ]
        assert plain(tries[0]) == plain(tries[1])
        assert tries[0].status_code == 422
    clock.advance(timedelta(minutes=1))
    shown = []
    for contact in (MAIL, "nobody2@example.kz"):
        page = await client.get("/sign-in/code")
        token = re.findall('name="csrf_token" value="([^"]+)"', page.text)[0]
        answer = await client.post("/sign-in/code", data={"csrf_token": token, "contact": contact, "next": "/account"})
        entered = await client.get(answer.headers["location"])
        shown.append((answer.status_code, answer.headers["location"], entered.text.replace(contact, "…")))
    cut = [
        (status, place, re.sub('value="[^"]{20,}"|token&#34;: "[^"]+"|Token": "[^"]+"', "", text))
        for status, place, text in shown
    ]
    assert cut[0] == cut[1]


async def test_an_address_that_nobody_proved_gets_no_code(site: Site, client: httpx.AsyncClient) -> None:
    """Whoever registered it may be a stranger, who knows the password."""
    new = {"name": "Dana", "email": MAIL, "password": "three quiet camels", "accept_terms": True}
    await client.post("/api/auth/register", json=new)
    assert (await ask(client, email=MAIL)).status_code == 202
    assert await rows(site, sa.select(token_table.c.id).where(token_table.c.purpose == SIGN_IN_BY_MAIL)) == []


async def test_a_code_lasts_ten_minutes_and_five_tries_and_is_for_signing_in_only(
    site: Site, client: httpx.AsyncClient, make_person: MakePerson, clock: SetClock
) -> None:
    person_id = await make_person(MAIL)
    await ask(client, email=MAIL)
    code = await code_of(site, MAIL)
    assert [(await confirm(client, wrong(code), email=MAIL)).status_code for _ in range(5)] == [422] * 5
    assert (await confirm(client, code, email=MAIL)).status_code == 422
    clock.advance(timedelta(minutes=1))
    await ask(client, email=MAIL)
    late = await code_of(site, MAIL)
    clock.advance(timedelta(minutes=10))
    assert (await confirm(client, late, email=MAIL)).status_code == 422
    await ask(client, email=MAIL)
    closed = await code_of(site, MAIL)
    await site.do(close, person_id)
    assert (await confirm(client, closed, email=MAIL)).status_code == 422


async def close(uow: Any, person_id: Any) -> None:
    (await services.person_of(uow, person_id)).deactivate(uow.at)


async def test_of_many_at_once_one_is_signed_in(site: Site, client: httpx.AsyncClient, make_person: MakePerson) -> None:
    await make_person(MAIL)
    await ask(client, email=MAIL)
    code = await code_of(site, MAIL)
    tries = [services.sign_in_by_code(site, email=MAIL, code=code, agent="", address="10.0.0.1") for _ in range(4)]
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(a, services.OpenSession) for a in answers) == 1


async def test_a_browser_comes_back_to_where_it_was(
    site: Site, client: httpx.AsyncClient, make_person: MakePerson
) -> None:
    await make_person(MAIL)
    page = await client.get("/sign-in/code?next=/account")
    token = re.findall('name="csrf_token" value="([^"]+)"', page.text)[0]
    asked = await client.post("/sign-in/code", data={"csrf_token": token, "contact": MAIL, "next": "/account"})
    entering = await client.get(asked.headers["location"])
    assert f'value="{MAIL}"' in entering.text
    given = {"csrf_token": token, "contact": MAIL, "next": "/account"}
    refused = await client.post("/sign-in/code/enter", data={**given, "code": "12"})
    assert refused.status_code == 422
    done = await client.post("/sign-in/code/enter", data={**given, "code": await code_of(site, MAIL)})
    assert (done.status_code, done.headers["location"]) == (303, "/account")
    assert (await client.get("/api/auth/session")).json()["authenticated"] is True
