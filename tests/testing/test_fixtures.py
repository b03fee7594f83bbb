"""The testing kit keeps its own promises."""

from __future__ import annotations

import smtplib
import socket
from datetime import timedelta
from email.message import EmailMessage

import anyio.to_thread
import httpx
import pytest
import sqlalchemy as sa

from marketplace_kit.kernel.branches import Migrations
from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.testing.mail import FakeMail
from marketplace_kit.testing.ports import HERE, free_port
from marketplace_kit.testing.queries import assert_query_count
from marketplace_kit.testing.sites import Sites


async def switches(uow: UnitOfWork) -> int:
    return int((await uow.session.execute(sa.text("SELECT count(*) FROM plugin_activation"))).scalar_one())


async def flip(uow: UnitOfWork) -> None:
    await uow.session.execute(
        sa.text("INSERT INTO plugin_activation (plugin, enabled, changed_at) VALUES ('x', true, :at)"),
        {"at": uow.at.isoformat()},
    )


@pytest.mark.parametrize("turn", ["first", "second"])
async def test_every_test_gets_a_database_of_its_own(site: Site, turn: str) -> None:
    assert await site.do(switches) == 0, turn
    await site.do(flip)
    assert await site.do(switches) == 1


async def test_a_site_is_migrated_on_the_engine_that_was_asked_for(site: Site, engine: str) -> None:
    assert site.database.dialect == {"sqlite": "sqlite", "postgres": "postgresql"}[engine]
    url = site.database.url.render_as_string(hide_password=False)
    assert Migrations(site.registry, url).pending() == []


def test_a_test_that_awaits_nothing_may_have_a_site_too(site: Site) -> None:
    assert "kernel" in site.registry.plugins


async def test_the_clock_moves_when_told(site: Site, clock: SetClock) -> None:
    began = site.clock.now()
    clock.advance(timedelta(hours=1))
    assert site.clock.now() - began == timedelta(hours=1)


async def test_two_sites_may_share_one_database(sites: Sites, site: Site) -> None:
    url = site.database.url.render_as_string(hide_password=False)
    await site.do(flip)
    async with sites.open(url=url) as other:
        assert await other.do(switches) == 1


async def test_the_client_asks_the_site_without_a_socket(client: httpx.AsyncClient) -> None:
    answer = await client.get("/health/live")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


async def test_statements_are_counted_on_both_engines_of_the_site(site: Site) -> None:
    async def one(connection: sa.ext.asyncio.AsyncConnection) -> None:
        await connection.execute(sa.text("SELECT 1"))

    with assert_query_count(site, 2):
        await site.do(switches)
        await site.ask(one)


async def test_one_statement_too_many_is_shown(site: Site) -> None:
    async def twice() -> None:
        with assert_query_count(site, at_most=1):
            await site.do(switches)
            await site.do(switches)

    with pytest.raises(AssertionError, match=r"at most 1 statements, saw 2:\n\s+1  SELECT count"):
        await twice()


def mail_to(port: int, address: str) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "kit@site.test", address, "Ертеңге дейін"
    message["Message-ID"] = "<one@site.test>"
    message.set_content("Сәлем")
    with smtplib.SMTP("127.0.0.1", port, timeout=5) as line:
        line.send_message(message)


async def test_mail_is_taken_and_can_be_read(fake_mail: FakeMail) -> None:
    await anyio.to_thread.run_sync(mail_to, fake_mail.port, "aizhan@example.kz")
    [mail] = fake_mail.to("aizhan@example.kz")
    assert (mail["Subject"], mail.get_content().strip()) == ("Ертеңге дейін", "Сәлем")


async def test_mail_can_be_deferred_then_taken(fake_mail: FakeMail) -> None:
    fake_mail.defer(1)
    with pytest.raises(smtplib.SMTPDataError, match="451"):
        await anyio.to_thread.run_sync(mail_to, fake_mail.port, "a@example.kz")
    await anyio.to_thread.run_sync(mail_to, fake_mail.port, "a@example.kz")
    assert len(fake_mail.outbox) == 1


async def test_mail_can_be_rejected_for_good(fake_mail: FakeMail) -> None:
    fake_mail.reject(1)
    with pytest.raises(smtplib.SMTPDataError, match="550"):
        await anyio.to_thread.run_sync(mail_to, fake_mail.port, "a@example.kz")
    assert fake_mail.outbox == []


async def test_a_line_that_breaks_after_the_mail_was_taken_leads_to_a_second_copy(fake_mail: FakeMail) -> None:
    fake_mail.drop(1)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        await anyio.to_thread.run_sync(mail_to, fake_mail.port, "a@example.kz")
    await anyio.to_thread.run_sync(mail_to, fake_mail.port, "a@example.kz")
    assert fake_mail.copies == {"<one@site.test>": 2}


async def test_a_mail_server_can_be_away_and_come_back(fake_mail: FakeMail) -> None:
    await fake_mail.refuse()
    with pytest.raises(ConnectionRefusedError):
        await anyio.to_thread.run_sync(mail_to, fake_mail.port, "a@example.kz")
    await fake_mail.accept()
    await anyio.to_thread.run_sync(mail_to, fake_mail.port, "a@example.kz")
    assert len(fake_mail.outbox) == 1


def test_a_port_is_given_once_and_never_one_that_the_system_hands_out() -> None:
    given = [free_port() for _ in range(300)]
    assert len(set(given)) == 300
    with socket.socket() as line:
        line.bind((HERE, given[0]))
        assert given[0] not in {free_port() for _ in range(1000)}
        with socket.socket() as other:
            other.bind((HERE, 0))
            assert max(given) < other.getsockname()[1]
