"""Mail over real SMTP: a server that hangs up, defers, refuses, and breaks the line after it has taken the mail."""

from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from marketplace_kit.accounts.services import create_person
from marketplace_kit.accounts.tables import person_table
from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.hooks import Message
from marketplace_kit.kernel.jobs import run_until_idle
from marketplace_kit.kernel.outbox import job_table
from marketplace_kit.kernel.site import Site
from marketplace_kit.notifications.schemas import OptionalMessage
from marketplace_kit.notifications.services import notify, prefer
from marketplace_kit.notifications.services.mailing import EmailSender, compose
from marketplace_kit.testing.mail import FakeMail
from marketplace_kit.testing.sites import Sites
from tests.notifications.conftest import PASSWORD, Send, deliveries, work_for


def text_of(mail: EmailMessage, kind: str = "plain") -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


async def test_a_mail_says_it_in_plain_text_and_html_with_a_link_to_the_site(
    site: Site, send: Send, fake_mail: FakeMail
) -> None:
    await send()
    await run_until_idle(site)
    (mail,) = fake_mail.to("aigerim@example.kz")
    assert mail["Subject"] == "Aksha is ready"
    assert mail["To"] == "Aigerim <aigerim@example.kz>"
    assert mail["From"] == "Marketplace <marketplace@example.kz>"
    assert mail["Auto-Submitted"] == "auto-generated"
    for kind in ("plain", "html"):
        assert "Come and fetch Aksha." in text_of(mail, kind)
        assert "http://127.0.0.1:8000/puppies/1" in text_of(mail, kind)
    assert ("email", "sent", 1, None) in await deliveries(site)


async def test_a_server_that_hangs_up_gets_the_mail_when_it_is_back(
    site: Site, send: Send, fake_mail: FakeMail, clock: SetClock
) -> None:
    await fake_mail.refuse()
    for n in range(5):
        await send(key=str(n))
    await work_for(site, clock, 20)
    assert not fake_mail.outbox
    assert {d[1] for d in await deliveries(site) if d[0] == "email"} == {"pending"}
    await fake_mail.accept()
    await work_for(site, clock, 30)
    assert sorted(fake_mail.copies.values()) == [1] * 5


async def test_a_deferred_mail_is_tried_again(site: Site, send: Send, fake_mail: FakeMail, clock: SetClock) -> None:
    fake_mail.defer(3)
    await send()
    await work_for(site, clock, 20)
    assert (fake_mail.attempts, list(fake_mail.copies.values())) == (4, [1])
    assert await deliveries(site) == [("in_app", "sent", 0, None), ("email", "sent", 4, None)]


async def test_a_line_that_breaks_after_the_mail_was_taken_makes_a_second_with_the_same_id(
    site: Site, send: Send, fake_mail: FakeMail, clock: SetClock
) -> None:
    fake_mail.drop(1)
    await send(key="dropped")
    await run_until_idle(site)
    await send(key="untouched")
    await work_for(site, clock, 10)
    assert sorted(fake_mail.copies.values()) == [1, 2]
    assert {d[1] for d in await deliveries(site)} == {"sent"}


async def test_through_all_faults_everything_arrives_and_only_the_broken_line_doubles(
    site: Site, send: Send, fake_mail: FakeMail, clock: SetClock
) -> None:
    await fake_mail.refuse()
    for n in range(10):
        await send(key=str(n))
    await work_for(site, clock, 20)
    fake_mail.defer(4)
    fake_mail.drop(2)
    await fake_mail.accept()
    await work_for(site, clock, 60)
    assert sorted(fake_mail.copies.values()) == [1] * 8 + [2] * 2
    assert {d[1] for d in await deliveries(site)} == {"sent"}


async def test_a_refused_mailbox_is_given_up_and_its_address_is_not_logged(
    site: Site, send: Send, fake_mail: FakeMail, clock: SetClock
) -> None:
    fake_mail.reject(1)
    await send()
    await work_for(site, clock, 10)
    assert fake_mail.attempts == 1
    assert ("email", "failed", 1, "Undeliverable the mail is refused (550)") in await deliveries(site)


async def test_after_its_last_try_a_delivery_has_failed(
    site: Site, send: Send, fake_mail: FakeMail, clock: SetClock
) -> None:
    await fake_mail.refuse()
    await send()
    for _ in range(60):  # through two nights, whose quiet hours are no tries
        await run_until_idle(site)
        clock.advance(timedelta(hours=1))
    channel, state, attempts, error = (await deliveries(site))[1]
    assert (channel, state, attempts) == ("email", "failed", 32)
    assert error is not None
    assert "example.kz" not in error
    async with site.database.reader.connect() as connection:
        left = (await connection.execute(sa.select(job_table.c.state, job_table.c.error))).all()
    assert all("example.kz" not in (row.error or "") for row in left)


@pytest.mark.parametrize("what", ["left", "no address", "chose otherwise", "address not proved"])
async def test_what_changed_while_a_mail_waited_counts(
    site: Site, send: Send, aigerim: UUID, fake_mail: FakeMail, what: str
) -> None:
    await send()
    values = {
        "left": {"deactivated_at": site.clock.now()},
        "no address": {"email": None, "email_lookup": None, "phone": "+77011234567"},
        "address not proved": {"email_verified_at": None},
    }
    if what == "chose otherwise":
        await site.do(prefer, aigerim, "kennel.ready", "email", wanted=False)
    else:
        async with site.database.writer.begin() as connection:
            await connection.execute(sa.update(person_table).values(values[what]))
    await run_until_idle(site)
    assert fake_mail.attempts == 0
    assert ("email", "skipped", 1, None) in await deliveries(site)


async def test_mail_goes_to_the_address_as_it_is_when_it_leaves(site: Site, send: Send, fake_mail: FakeMail) -> None:
    await send()
    async with site.database.writer.begin() as connection:
        await connection.execute(sa.update(person_table).values(email="new@example.kz", email_lookup="new@example.kz"))
    await run_until_idle(site)
    assert len(fake_mail.to("new@example.kz")) == 1


async def test_names_and_subjects_make_no_header_of_their_own(site: Site, fake_mail: FakeMail) -> None:
    name = 'Eve" <boss@bank.kz>'
    eve = await create_person(site, name=name, email="eve@example.kz", password=PASSWORD, locale="en")
    facts = {"puppy": "x\r\nBcc: victim@example.kz\r\n\r\nHello"}
    await site.do(notify, to=eve, notice="kennel.ready", facts=facts, link="/", key="k")
    await run_until_idle(site)
    (mail,) = fake_mail.outbox
    assert mail["Bcc"] is None
    assert mail["Subject"] == "x Bcc: victim@example.kz Hello is ready"
    assert [a.addr_spec for a in mail["To"].addresses] == ["eve@example.kz"]
    assert mail["To"].addresses[0].display_name == name


async def test_html_in_a_notice_is_text_in_the_mail(site: Site, send: Send, fake_mail: FakeMail) -> None:
    await send(facts={"puppy": "<img src=x onerror=alert(1)>"})
    await run_until_idle(site)
    html = text_of(fake_mail.outbox[0], "html")
    assert "<img" not in html
    assert "&lt;img src=x" in html


async def test_only_what_is_not_required_can_be_stopped(site: Site, send: Send, fake_mail: FakeMail) -> None:
    await send(key="a")
    await send("kennel.alarm", key="b")
    await run_until_idle(site)
    by_subject = {str(m["Subject"]): m for m in fake_mail.outbox}
    assert by_subject["Alarm"]["List-Unsubscribe"] is None
    stopping = by_subject["Aksha is ready"]
    assert str(stopping["List-Unsubscribe"]).strip().startswith("<http://127.0.0.1:8000/notices/stop/")
    assert stopping["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.one_engine
async def test_without_a_server_each_mail_is_one_file_however_often_it_is_sent(sites: Sites, tmp_path: Path) -> None:
    folder = tmp_path / "outbox"
    message = Message(key="k1", to="a@x.kz", name="A", subject="Сәлем", body="Body", link="", locale="kk")
    async with sites.open(overrides={"mail.url": f"file:{folder}"}) as site:
        for _ in range(2):
            await EmailSender().deliver(site, message)
    assert [p.name for p in folder.iterdir()] == ["k1.eml"]
    assert b"Message-ID: <k1@127.0.0.1>" in (folder / "k1.eml").read_bytes()


@pytest.mark.one_engine
async def test_the_same_message_has_the_same_id_at_every_try(site: Site) -> None:
    message = OptionalMessage(
        key="k1",
        to="айгерім@example.kz",
        name="Айгерім\nX",
        subject="S",
        body="B",
        link="",
        locale="kk",
        stop_link="http://x/",
    )
    first, second = (compose(site, message, message.to, "m@x.kz") for _ in range(2))
    assert first["Message-ID"] == second["Message-ID"] == "<k1@127.0.0.1>"
    assert first["To"].addresses[0].display_name == "Айгерім X"


async def test_addresses_in_other_scripts_are_reached(site: Site, fake_mail: FakeMail) -> None:
    for address in ("айгерім@example.kz", "dana@пошта.қаз"):
        person = await create_person(site, name="A", email=address, password=PASSWORD, locale="en")
        await site.do(notify, to=person, notice="kennel.alarm", facts={}, link="/", key=address)
    await run_until_idle(site)
    assert [d[1] for d in await deliveries(site)] == ["sent"] * 4
    # The server read the headers as ASCII with bytes kept aside; what it got is UTF-8 (RFC 6531).
    raw = {a.addr_spec for m in fake_mail.outbox for a in m["To"].addresses}
    reached = {address.encode("ascii", "surrogateescape").decode() for address in raw}
    assert reached == {"айгерім@example.kz", "dana@xn--80a1acn3a.xn--80ao21a"}
