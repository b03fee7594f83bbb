import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from marketplace_kit.accounts import queries, services
from marketplace_kit.accounts.domain import (
    VERIFY_EMAIL,
    EmailVerified,
    LinkNotValid,
    Person,
    Registered,
    RegisteredAgain,
)
from marketplace_kit.accounts.schemas import NewPerson
from marketplace_kit.accounts.services.registration import _enrol
from marketplace_kit.accounts.tables import consent_table, person_table, token_table
from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.database import violated
from marketplace_kit.kernel.fields import parse
from marketplace_kit.kernel.outbox import event_table
from marketplace_kit.kernel.site import Site, UnitOfWork
from tests.accounts.conftest import MakePerson

NEW = {"name": "Dana", "email": "dana@example.kz", "password": "a-good-long-password", "accept_terms": True}


async def rows(site: Site, statement: Any) -> list[Any]:
    async with site.database.reader.connect() as connection:
        return list((await connection.execute(statement)).all())


async def told(site: Site) -> list[str]:
    return [r.name for r in await rows(site, sa.select(event_table.c.name).order_by(event_table.c.id))]


async def issue(site: Site, email: str = "dana@example.kz") -> str:
    """A link's token, as the mail's job would make it."""
    person_id = await site.ask(queries.person_id_by_email, email)
    assert person_id is not None
    return services.plain_token(site, await site.do(services.issue_token, person_id, VERIFY_EMAIL, email))


async def test_registering_makes_a_customer_who_agreed_to_the_documents_in_force(
    site: Site, client: httpx.AsyncClient
) -> None:
    answer = await client.post("/api/auth/register", json=NEW)
    assert (answer.status_code, answer.json()) == (202, {"status": "check_your_mail"})
    (dana,) = await rows(site, sa.select(person_table))
    assert (dana.name, dana.email, dana.email_verified_at) == ("Dana", "dana@example.kz", None)
    assert dana.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    agreed = await rows(site, sa.select(consent_table.c.purpose, consent_table.c.document_version))
    assert sorted(agreed) == [("privacy", "1"), ("terms", "1")]
    assert await told(site) == [Registered.name]


async def test_a_known_address_gets_the_same_answer_and_its_owner_hears_of_it(
    site: Site, client: httpx.AsyncClient, make_person: MakePerson
) -> None:
    await make_person("dana@example.kz", "Dana the first")
    known = await client.post("/api/auth/register", json=NEW | {"email": "DANA@example.kz"})
    unknown = await client.post("/api/auth/register", json=NEW | {"email": "other@example.kz"})
    unstable = {"x-request-id", "content-length"}
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    assert {k: v for k, v in known.headers.items() if k not in unstable} == {
        k: v for k, v in unknown.headers.items() if k not in unstable
    }
    assert await told(site) == [RegisteredAgain.name, Registered.name]
    (dana,) = await rows(site, sa.select(person_table.c.name).where(person_table.c.email == "dana@example.kz"))
    assert dana.name == "Dana the first"


async def test_until_the_address_is_proved_the_newest_registration_counts(
    site: Site, client: httpx.AsyncClient
) -> None:
    await client.post("/api/auth/register", json=NEW)
    old_link = await issue(site)
    await client.post("/api/auth/register", json=NEW | {"name": "Dana anew", "password": "another-long-password"})
    assert [r.name for r in await rows(site, sa.select(person_table.c.name))] == ["Dana anew"]
    assert (await client.get(f"/api/auth/verify-email/{old_link}")).status_code == 404
    assert (await client.get(f"/api/auth/verify-email/{await issue(site)}")).json() == {"verified": True}
    sign_in = {"email": "dana@example.kz", "password": "another-long-password"}
    assert (await client.post("/api/auth/login", json=sign_in)).status_code == 200


async def test_an_account_cannot_be_used_before_its_address_is_proved_and_nothing_tells_why(
    site: Site, client: httpx.AsyncClient
) -> None:
    await client.post("/api/auth/register", json=NEW)
    right = await client.post("/api/auth/login", json={"email": NEW["email"], "password": NEW["password"]})
    wrong = await client.post("/api/auth/login", json={"email": NEW["email"], "password": "not-the-password"})
    stranger = await client.post("/api/auth/login", json={"email": "nobody@example.kz", "password": "whatever-it-is"})
    answers = [{k: v for k, v in a.json().items() if k != "request_id"} for a in (right, wrong, stranger)]
    assert answers[0] == answers[1] == answers[2]
    assert {a.status_code for a in (right, wrong, stranger)} == {401}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"accept_terms": False}, ("accept_terms", "must_accept")),
        ({"email": None}, ("email", "contact_needed")),
        ({"password": "password123"}, ("password", "password_common")),
        ({"password": "short"}, ("password", "too_short")),
        ({"role": "admin"}, ("role", "unknown_field")),
        ({"is_verified": True}, ("is_verified", "unknown_field")),
    ],
)
async def test_what_does_not_fit_is_refused_with_its_reason(
    client: httpx.AsyncClient, change: dict[str, Any], problem: tuple[str, str]
) -> None:
    answer = await client.post("/api/auth/register", json=NEW | change)
    assert answer.status_code == 422
    assert problem in [(p["field"], p["code"]) for p in answer.json()["problems"]]


async def test_all_that_does_not_fit_is_said_at_once(client: httpx.AsyncClient) -> None:
    wrong = {"name": "Dana", "password": "password123", "accept_terms": False}
    problems = (await client.post("/api/auth/register", json=wrong)).json()["problems"]
    assert {p["code"] for p in problems} == {"contact_needed", "must_accept", "password_common"}


async def test_an_address_gets_no_more_than_three_mails_in_six_hours(client: httpx.AsyncClient) -> None:
    codes = [(await client.post("/api/auth/register", json=NEW)).status_code for _ in range(4)]
    assert codes == [202, 202, 202, 429]


async def test_a_link_works_once_and_for_one_day(site: Site, client: httpx.AsyncClient, clock: SetClock) -> None:
    await client.post("/api/auth/register", json=NEW)
    token = await issue(site)
    assert (await client.get(f"/api/auth/verify-email/{token}")).status_code == 200
    assert (await client.get(f"/api/auth/verify-email/{token}")).json()["code"] == "link_not_valid"
    assert await told(site) == [Registered.name, EmailVerified.name]


async def test_a_link_is_dead_after_a_day(site: Site, client: httpx.AsyncClient, clock: SetClock) -> None:
    await client.post("/api/auth/register", json=NEW)
    token = await issue(site)
    clock.advance(timedelta(hours=24))
    assert (await client.get(f"/api/auth/verify-email/{token}")).status_code == 404


async def test_of_twenty_at_once_with_one_link_one_succeeds(site: Site, client: httpx.AsyncClient) -> None:
    await client.post("/api/auth/register", json=NEW)
    token = await issue(site)
    results = await asyncio.gather(*(site.do(services.verify_email, token) for _ in range(20)), return_exceptions=True)
    assert sum(r is None for r in results) == 1
    assert sum(isinstance(r, LinkNotValid) for r in results) == 19


async def test_twenty_registrations_of_one_address_at_once_make_one_person(site: Site) -> None:
    given = parse(NewPerson, NEW)

    results = await asyncio.gather(*(site.do(_enrol, given, "hash") for _ in range(20)), return_exceptions=True)
    refused = [r for r in results if isinstance(r, IntegrityError)]
    assert {violated(r) for r in refused} <= {"uq_person_email_lookup"}
    assert all(r is None or r in refused for r in results)
    assert len(await rows(site, sa.select(person_table.c.id))) == 1


async def test_without_the_constraint_one_address_would_have_two_owners(site: Site) -> None:
    """The control: it is the database that keeps an address to one person."""
    without = {
        "postgresql": ("ALTER TABLE person DROP CONSTRAINT uq_person_email_lookup",),
        "sqlite": ("ALTER TABLE person RENAME TO person_before", "CREATE TABLE person AS SELECT * FROM person_before"),
    }
    async with site.database.writer.begin() as connection:
        for statement in without[site.database.dialect]:
            await connection.exec_driver_sql(statement)

    async def insert(uow: UnitOfWork) -> None:
        uow.session.add(Person(name="x", email="a@x.kz", email_lookup="a@x.kz", locale="en", created_at=uow.at))

    await site.do(insert)
    await site.do(insert)
    assert len(await rows(site, sa.select(person_table.c.id))) == 2


async def test_no_plain_token_is_stored_anywhere(site: Site, client: httpx.AsyncClient) -> None:
    await client.post("/api/auth/register", json=NEW)
    token = await issue(site)
    stored = str(await rows(site, sa.select(token_table)))
    assert token not in stored
    assert services.plain_token(site, (await rows(site, sa.select(token_table.c.id)))[0].id) == token


@pytest.mark.parametrize("odd", ["x", "%00", "%ff%fe", "a%20b", "%D0%B6" * 50])
async def test_an_odd_link_leads_nowhere(client: httpx.AsyncClient, odd: str) -> None:
    assert (await client.get(f"/api/auth/verify-email/{odd}")).status_code == 404
