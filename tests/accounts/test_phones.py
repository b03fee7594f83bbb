"""A phone number belongs to whoever proves it: codes, how often, how long, and what strangers learn (nothing)."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from marketplace_kit.accounts import queries, services
from marketplace_kit.accounts.domain import VERIFY_PHONE, PhoneCodeAsked, PhoneVerified, RegisteredAgain
from marketplace_kit.accounts.services.codes import use_code
from marketplace_kit.accounts.tables import person_table, token_table
from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.database import violated
from marketplace_kit.kernel.jobs import run_until_idle
from marketplace_kit.kernel.outbox import event_table, job_table
from marketplace_kit.kernel.site import Site, UnitOfWork
from tests.accounts.conftest import PASSWORD

PHONE = "+77012345678"
NEW = {"name": "Dana", "phone": "8 701 234 56 78", "password": PASSWORD, "accept_terms": True}


async def rows(site: Site, statement: Any) -> list[Any]:
    async with site.database.reader.connect() as connection:
        return list((await connection.execute(statement)).all())


async def code_of(site: Site, phone: str = PHONE) -> str:
    """The newest code for a number, as its message tells it."""
    newest = sa.select(token_table.c.id).where(token_table.c.subject == phone).order_by(token_table.c.id.desc())
    return services.plain_code(site, (await rows(site, newest.limit(1)))[0].id)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


async def register(client: httpx.AsyncClient, **change: Any) -> httpx.Response:
    return await client.post("/api/auth/register", json=NEW | change)


async def prove(client: httpx.AsyncClient, code: str, phone: str = PHONE) -> int:
    return (await client.post("/api/auth/verify-phone", json={"phone": phone, "code": code})).status_code


async def signs_in(client: httpx.AsyncClient, password: str = PASSWORD, phone: str = PHONE) -> bool:
    answer = await client.post("/api/auth/login", json={"phone": phone, "password": password})
    return answer.status_code == 200


async def registered(site: Site, client: httpx.AsyncClient, clock: SetClock, **change: Any) -> None:
    """Somebody with a proved number."""
    await register(client, **change)
    assert await prove(client, await code_of(site)) == 200
    clock.advance(timedelta(minutes=1))


async def test_one_number_however_it_is_typed(site: Site, client: httpx.AsyncClient) -> None:
    answer = await register(client, phone="8 701 234 56 78")
    assert (answer.status_code, answer.json()) == (202, {"status": "check_your_phone"})
    assert not await signs_in(client)
    assert await prove(client, await code_of(site), "+7 (701) 234-56-78") == 200
    for typed in ("8 701 234 56 78", "87012345678", "+7 (701) 234-56-78", "7012345678"):
        assert await signs_in(client, phone=typed), typed
    me = (await client.get("/api/auth/me")).json()
    assert (me["phone"], me["phone_verified"], me["phone_region"], me["is_verified"]) == (PHONE, True, "KZ", True)


async def test_a_russian_number_is_taken_and_known_as_one(site: Site, client: httpx.AsyncClient) -> None:
    await register(client, phone="+79161234567")
    await prove(client, await code_of(site, "+79161234567"), "+79161234567")
    assert await signs_in(client, phone="+79161234567")
    assert (await client.get("/api/auth/me")).json()["phone_region"] == "RU"


async def test_too_short_a_number_is_refused(client: httpx.AsyncClient) -> None:
    answer = await register(client, phone="12345")
    assert (answer.status_code, [p["code"] for p in answer.json()["problems"]]) == (422, ["phone_invalid"])


async def test_the_code_is_stored_nowhere_and_reaches_the_number_alone(site: Site, client: httpx.AsyncClient) -> None:
    await register(client)
    await run_until_idle(site)
    code = await code_of(site)
    for table in (token_table, event_table, job_table):
        assert code not in str(await rows(site, sa.select(table)))
    sent = await site.ask(
        queries.secrets_to_send, [r.id for r in await rows(site, sa.select(token_table.c.id))], site.clock.now()
    )
    assert [(s.to, s.is_code, s.live) for s in sent.values()] == [(PHONE, True, True)]


async def test_a_code_works_once_for_ten_minutes_and_five_tries(
    site: Site, client: httpx.AsyncClient, clock: SetClock
) -> None:
    await register(client)
    first = await code_of(site)
    assert [await prove(client, wrong(first)) for _ in range(5)] == [422] * 5
    assert await prove(client, first) == 422
    clock.advance(timedelta(minutes=1))
    assert (await client.post("/api/auth/resend-verification", json={"phone": PHONE})).status_code == 202
    late = await code_of(site)
    clock.advance(timedelta(minutes=10))
    assert await prove(client, late) == 422
    await client.post("/api/auth/resend-verification", json={"phone": PHONE})
    good = await code_of(site)
    assert [await prove(client, good), await prove(client, good)] == [200, 422]
    names = [r.name for r in await rows(site, sa.select(event_table.c.name))]
    assert (names.count(PhoneCodeAsked.name), names.count(PhoneVerified.name)) == (3, 1)


async def test_another_code_kills_the_one_before_and_comes_once_a_minute(
    site: Site, client: httpx.AsyncClient, clock: SetClock
) -> None:
    await register(client)
    first = await code_of(site)
    again = await client.post("/api/auth/resend-verification", json={"phone": PHONE})
    assert (again.status_code, again.json()["code"]) == (429, "too_many_attempts")
    clock.advance(timedelta(minutes=1))
    await client.post("/api/auth/resend-verification", json={"phone": PHONE})
    second = await code_of(site)
    assert [await prove(client, c) for c in (first, second)] == ([422, 200] if first != second else [200, 422])


async def test_of_twenty_at_once_with_one_code_one_succeeds(site: Site, client: httpx.AsyncClient) -> None:
    await register(client)
    code = await code_of(site)
    used = await asyncio.gather(*(site.do(use_code, PHONE, VERIFY_PHONE, code) for _ in range(20)))
    assert sum(u is not None for u in used) == 1


async def test_of_twenty_wrong_tries_at_once_five_count(site: Site, client: httpx.AsyncClient) -> None:
    await register(client)
    code = await code_of(site)
    await asyncio.gather(*(site.do(use_code, PHONE, VERIFY_PHONE, wrong(code)) for _ in range(20)))
    ((tries,),) = await rows(site, sa.select(token_table.c.tries))
    assert tries == 5
    assert await site.do(use_code, PHONE, VERIFY_PHONE, code) is None


async def test_strangers_learn_nothing_of_who_has_a_number(
    site: Site, client: httpx.AsyncClient, clock: SetClock
) -> None:
    await registered(site, client, clock)
    unknown = "+77019999999"

    async def both(path: str, **more: Any) -> None:
        answers = [await client.post(path, json={"phone": p, **more}) for p in (PHONE, unknown)]
        told = [{k: v for k, v in a.json().items() if k != "request_id"} for a in answers]
        assert (answers[0].status_code, told[0]) == (answers[1].status_code, told[1]), path
        clock.advance(timedelta(minutes=1))

    await both("/api/auth/register", **{k: v for k, v in NEW.items() if k != "phone"})
    await both("/api/auth/resend-verification")
    await both("/api/auth/password-reset")
    await both("/api/auth/verify-phone", code="000000")
    await both("/api/auth/login", password="not-the-password")


async def test_who_registers_with_a_proved_number_changes_nothing_and_its_owner_hears_of_it(
    site: Site, client: httpx.AsyncClient, clock: SetClock
) -> None:
    await registered(site, client, clock)
    await register(client, name="Thief", password="another-long-password")
    assert await signs_in(client)
    assert not await signs_in(client, "another-long-password")
    told = [
        r.payload for r in await rows(site, sa.select(event_table).where(event_table.c.name == RegisteredAgain.name))
    ]
    assert [t["by"] for t in told] == ["phone"]


async def test_proving_wins_over_whoever_only_claimed_the_number(
    site: Site, client: httpx.AsyncClient, clock: SetClock
) -> None:
    with_mail = {"email": "squatter@example.kz", "name": "Squatter"}
    await register(client, **with_mail)
    await register(client)
    await prove(client, await code_of(site))
    stored = await rows(site, sa.select(person_table.c.name, person_table.c.phone).order_by(person_table.c.name))
    assert [tuple(r) for r in stored] == [("Dana", PHONE), ("Squatter", None)]


async def test_without_the_constraint_two_could_own_one_number(site: Site) -> None:
    async def own(uow: UnitOfWork, name: str) -> None:
        values = {"id": UUID(int=len(name)), "name": name, "phone": PHONE, "phone_verified_at": uow.at, "locale": "en"}
        await uow.session.execute(sa.insert(person_table).values(values | {"created_at": uow.at, "version": 1}))

    await site.do(own, "A")
    with pytest.raises(IntegrityError) as refused:
        await site.do(own, "Bo")
    assert violated(refused.value) == "uq_person_phone"
    async with site.database.writer.begin() as connection:
        await connection.exec_driver_sql("DROP INDEX uq_person_phone")
    await site.do(own, "Bo")
    assert len(await rows(site, sa.select(person_table.c.id))) == 2


async def test_one_of_twenty_who_prove_one_number_at_once_has_it(site: Site, client: httpx.AsyncClient) -> None:
    await register(client)
    code = await code_of(site)
    answers = await asyncio.gather(
        *(services.verify_phone(site, PHONE, code, address=str(n)) for n in range(20)), return_exceptions=True
    )
    assert sum(a is None for a in answers) == 1


async def test_a_forwarding_header_moves_no_limit(client: httpx.AsyncClient) -> None:
    statuses = []
    for n in range(32):
        given = {"phone": f"+7701{n:07}", "password": "not-the-password"}
        answer = await client.post("/api/auth/login", json=given, headers={"x-forwarded-for": f"203.0.113.{n}"})
        statuses.append(answer.status_code)
    assert statuses == [401] * 30 + [429] * 2
