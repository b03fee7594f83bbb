"""From registering to the first sign-in, by the mails that really arrive."""

import re
from typing import Any

import httpx
import sqlalchemy as sa

from marketplace_kit.kernel.database import metadata
from marketplace_kit.kernel.jobs import run_until_idle
from marketplace_kit.kernel.site import Site
from marketplace_kit.testing.mail import FakeMail
from tests.accounts.test_phones import code_of
from tests.notifications.conftest import PASSWORD, work_for
from tests.notifications.test_mail import text_of

NEW = {
    "name": "Buy at evil.example",
    "email": "dana@example.kz",
    "password": PASSWORD,
    "accept_terms": True,
    "locale": "en",
}


async def everything(site: Site) -> str:
    """All rows of all tables, as text."""
    async with site.database.reader.connect() as connection:
        rows: list[Any] = []
        for table in metadata.tables.values():
            if table.name in {n for s in site.registry.storage.values() for n in s.tables}:
                rows += (await connection.execute(sa.select(table))).all()
    return str(rows)


async def test_the_link_in_the_mail_proves_the_address_and_is_stored_nowhere(
    site: Site, client: httpx.AsyncClient, fake_mail: FakeMail
) -> None:
    await client.post("/api/auth/register", json=NEW)
    await run_until_idle(site)
    (mail,) = fake_mail.to("dana@example.kz")
    found = re.search(r"http://127\.0\.0\.1:8000/verify/(\w{64})", text_of(mail))
    assert found is not None
    assert "evil.example" not in mail.as_string(), "a stranger's words are not carried to an address that nobody proved"
    assert mail["List-Unsubscribe"] is None
    assert found[1] not in await everything(site)
    assert (await client.get(f"/api/auth/verify-email/{found[1]}")).status_code == 200
    await run_until_idle(site)
    subjects = [str(m["Subject"]) for m in fake_mail.outbox]
    assert subjects == ["Confirm your e-mail address for Marketplace", "Welcome to Marketplace"]
    signed_in = await client.post("/api/auth/login", json={"email": NEW["email"], "password": PASSWORD})
    assert signed_in.status_code == 200


async def test_a_mail_that_was_deferred_still_brings_a_link_that_works(
    site: Site, client: httpx.AsyncClient, fake_mail: FakeMail, clock: Any
) -> None:
    fake_mail.drop(1)
    await client.post("/api/auth/register", json=NEW)
    await work_for(site, clock, 5)
    links = {text_of(m).split("/verify/")[1].split()[0] for m in fake_mail.outbox}
    assert (len(fake_mail.outbox), len(links)) == (2, 1)
    assert (await client.get(f"/api/auth/verify-email/{links.pop()}")).status_code == 200


async def test_the_owner_of_an_address_hears_that_somebody_tried_to_register_with_it(
    site: Site, client: httpx.AsyncClient, fake_mail: FakeMail, aigerim: Any
) -> None:
    await client.post("/api/auth/register", json=NEW | {"email": "AIGERIM@example.kz"})
    await run_until_idle(site)
    (mail,) = fake_mail.outbox
    assert mail["Subject"] == "You already have an account at Marketplace"
    assert [a.addr_spec for a in mail["To"].addresses] == ["aigerim@example.kz"]


async def test_mail_is_written_in_the_language_of_its_receiver(
    site: Site, client: httpx.AsyncClient, fake_mail: FakeMail
) -> None:
    await client.post("/api/auth/register", json=NEW | {"locale": "ru"})
    await run_until_idle(site)
    assert fake_mail.outbox[0]["Subject"] == "Подтвердите адрес электронной почты для Marketplace"
    assert fake_mail.outbox[0]["Content-Language"] == "ru"


async def test_somebody_with_a_phone_alone_is_welcomed_on_the_site(
    site: Site, client: httpx.AsyncClient, fake_mail: FakeMail
) -> None:
    phone = {"name": "Dana", "phone": "+77011234567", "password": PASSWORD, "accept_terms": True, "locale": "en"}
    await client.post("/api/auth/register", json=phone)
    await run_until_idle(site)
    proof = {"phone": "+77011234567", "code": await code_of(site, "+77011234567")}
    assert (await client.post("/api/auth/verify-phone", json=proof)).status_code == 200
    await run_until_idle(site)
    assert fake_mail.attempts == 0
    await client.post("/api/auth/login", json={"phone": "+77011234567", "password": PASSWORD})
    notices = (await client.get("/api/notifications")).json()["items"]
    assert [n["subject"] for n in notices] == ["Welcome to Marketplace"]
