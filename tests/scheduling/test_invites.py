"""Invitations: one UID for ever, a SEQUENCE that only rises, the right time zone, nobody else's data."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import attrs
import httpx
import pytest
import sqlalchemy as sa
from icalendar import Calendar

from marketplace_kit.accounts.services import create_person
from marketplace_kit.app import create_app
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.hooks.lines import Customer
from marketplace_kit.kernel.jobs import run_until_idle
from marketplace_kit.notifications.tables import notice_table
from marketplace_kit.orders.schemas import MemberDetails, Wished
from marketplace_kit.orders.services import place_now
from marketplace_kit.scheduling.domain.invites import Mailbox, Meeting, feed, invitation
from marketplace_kit.scheduling.domain.process import NewTime, Reason
from marketplace_kit.scheduling.services.inviting import visit_path, visit_token
from marketplace_kit.testing.clients import open_client
from marketplace_kit.testing.mail import FakeMail
from tests.scheduling.salons import Salon

pytestmark = pytest.mark.anyio
BERLIN = ZoneInfo("Europe/Berlin")
PASSWORD = "a-good-long-password"
VISIT = Meeting(
    uid="1@salon.kz",
    sequence=2,
    starts=datetime(2027, 10, 31, 9, 30, tzinfo=BERLIN),
    ends=datetime(2027, 10, 31, 10, 20, tzinfo=BERLIN),
    title="Шаш қию, “Айгерім”; екінші рет",
    text="Есік ауладан.\nҚоңырау шалыңыз",
    changed=datetime(2027, 10, 1, tzinfo=UTC),
)


def read(text: str) -> Calendar:
    found = Calendar.from_ical(text)
    assert isinstance(found, Calendar)
    return found


@pytest.mark.one_engine
class TestWording:
    def test_a_calendar_program_reads_back_what_was_meant(self) -> None:
        text = invitation(VISIT, organizer=Mailbox(address="no@salon.kz"), guest=Mailbox(address="d@x.kz"), locale="kk")
        calendar = read(text)
        (event,) = calendar.events
        assert (calendar["method"], event["status"], event["sequence"]) == ("REQUEST", "CONFIRMED", 2)
        assert event.start == VISIT.starts
        assert event.start.astimezone(UTC).hour == 8, "winter time has begun that morning"
        assert str(event["summary"]) == VISIT.title
        assert str(event["description"]) == VISIT.text
        assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))

    def test_the_time_zone_is_told_for_the_needed_dates_only(self) -> None:
        text = invitation(VISIT, organizer=Mailbox(address="no@salon.kz"), guest=Mailbox(), locale="kk")
        assert text.count("BEGIN:DAYLIGHT") == text.count("BEGIN:STANDARD") == 1
        assert "DTSTART;TZID=Europe/Berlin:20271031T093000" in text

    def test_what_is_off_is_cancelled_and_takes_no_time(self) -> None:
        off = attrs.evolve(VISIT, cancelled=True, sequence=3)
        calendar = read(invitation(off, organizer=Mailbox(address="no@salon.kz"), guest=Mailbox(), locale="ru"))
        (event,) = calendar.events
        assert (calendar["method"], event["status"], event["transp"]) == ("CANCEL", "CANCELLED", "TRANSPARENT")

    def test_a_text_cannot_begin_a_line_of_its_own(self) -> None:
        sly = attrs.evolve(VISIT, title="Cut\r\nATTENDEE:mailto:x@x.kz")
        text = invitation(sly, organizer=Mailbox(name="A\nB", address="no@salon.kz"), guest=Mailbox(), locale="en")
        assert "attendee" not in read(text).events[0]

    def test_a_feed_of_many_is_one_calendar(self) -> None:
        two = [VISIT, attrs.evolve(VISIT, uid="2@salon.kz")]
        calendar = read(feed("Salon", two, "ru"))
        assert calendar["method"] == "PUBLISH"
        assert len(calendar.events) == 2
        assert len(calendar.timezones) == 1


async def aigerim(salon: Salon) -> tuple[Actor, Customer]:
    person = await create_person(salon.site, name="Aigerim", email="aigerim@example.kz", password=PASSWORD, locale="en")
    return Actor(person_id=person), Customer(person_id=person, name="Aigerim", phone="+77010000002")


def invites(mail: FakeMail) -> list[tuple[str, Calendar]]:
    """What came by mail: the media type of each enclosed file, and the file."""
    return [
        (part.get_content_type() + ";" + str(part.get_param("method")), read(part.get_payload(decode=True).decode()))
        for message in mail.to("aigerim@example.kz")
        for part in message.walk()
        if part.get_filename() == "invite.ics"
    ]


async def test_confirmed_moved_cancelled_comes_by_mail_for_one_entry_of_the_calendar(
    mailing_salon: Salon, fake_mail: FakeMail
) -> None:
    salon = mailing_salon
    by, customer = await aigerim(salon)
    haircut = await salon.service()
    wish, _ = await salon.book(haircut, "16:00", customer=customer, by=by)
    await run_until_idle(salon.site)
    await salon.move(wish.line_id, "reschedule", NewTime(starts_at=salon.at("17:00")))
    await run_until_idle(salon.site)
    await salon.move(wish.line_id, "cancel", Reason(reason="Water is off"))
    await run_until_idle(salon.site)
    of_her = invites(fake_mail)
    assert [kind for kind, _ in of_her] == [
        "text/calendar;REQUEST",
        "text/calendar;REQUEST",
        "text/calendar;CANCEL",
    ]
    events = [calendar.events[0] for _, calendar in of_her]
    assert {str(e["uid"]) for e in events} == {f"{wish.line_id}@127.0.0.1"}
    assert [e["sequence"] for e in events] == [0, 1, 2]
    assert [e.start.hour for e in events] == [16, 17, 17]
    assert "owner@" not in "".join(c.to_ical().decode() for _, c in of_her)


async def test_the_invitation_is_there_for_its_customer_and_for_the_link_only(salon: Salon) -> None:
    by, customer = await aigerim(salon)
    haircut = await salon.service()
    hers, _ = await salon.book(haircut, "16:00", customer=customer, by=by)
    guests, _ = await salon.book(haircut, "10:00")
    app = create_app(salon.site)
    async with open_client(app, salon.site) as client:
        await sign_in(client, "aigerim")
        own = await client.get(f"/api/appointments/{hers.line_id}/invite.ics")
        assert own.status_code == 200
        assert own.headers["content-type"].startswith("text/calendar")
        assert read(own.text).events[0]["uid"] == f"{hers.line_id}@127.0.0.1"
        assert (await client.get(f"/api/appointments/{guests.line_id}/invite.ics")).status_code == 404
    async with open_client(app, salon.site) as stranger:
        path = visit_path(guests.line_id, visit_token(salon.site, guests.line_id))
        shown = await stranger.get(path)
        assert shown.status_code == 200
        assert "noindex" in shown.headers["x-robots-tag"]
        assert (await stranger.get(f"{path}/invite.ics")).status_code == 200
        assert (
            await stranger.get(visit_path(hers.line_id, visit_token(salon.site, guests.line_id)))
        ).status_code == 404
        salon.clock.set(datetime(2026, 4, 3, tzinfo=UTC))
        assert (await stranger.get(path)).status_code == 404, "thirty days after it the link is over"


async def sign_in(client: httpx.AsyncClient, name: str) -> None:
    given = {"email": f"{name}@example.kz", "password": PASSWORD}
    answer = await client.post("/api/auth/login", json=given)
    client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"


async def test_coming_is_said_by_a_button_and_never_by_opening_the_link(salon: Salon) -> None:
    haircut = await salon.service()
    wish, _ = await salon.book(haircut, "16:00")
    path = visit_path(wish.line_id, visit_token(salon.site, wish.line_id))
    app = create_app(salon.site)
    async with open_client(app, salon.site) as client:
        client.headers["Accept-Language"] = "en"
        before = await client.get(path)
        assert "I will come" in before.text
        await client.get(f"{path}/invite.ics")
        assert "You said that you will come" not in (await client.get(path)).text
        token = before.text.split('name="csrf_token" value="')[1].split('"')[0]
        answer = await client.post(f"{path}/will-come", data={"csrf_token": token})
        assert answer.status_code == 303
        assert "You said that you will come" in (await client.get(path)).text
    await salon.move(wish.line_id, "reschedule", NewTime(starts_at=salon.at("17:00")))
    async with open_client(app, salon.site) as client:
        client.headers["Accept-Language"] = "en"
        assert "You said that you will come" not in (await client.get(path)).text, "of another time she said nothing"


async def test_the_order_leads_to_the_invitation(salon: Salon) -> None:
    by, _ = await aigerim(salon)
    haircut = await salon.service()
    wished = Wished(listing_id=haircut, choice={"starts_at": salon.at("16:00")})
    placed = await salon.site.do(place_now, [wished], MemberDetails(consent=True), by=by)
    async with open_client(create_app(salon.site), salon.site) as client:
        await sign_in(client, "aigerim")
        shown = await client.get(f"/orders/{placed.number}")
        path = shown.text.split('href="/visits/')[1].split('"')[0]
        assert (await client.get(f"/visits/{path}")).headers["content-type"].startswith("text/calendar")
    await run_until_idle(salon.site)
    heard = sa.select(notice_table.c.type).where(notice_table.c.user_id == by.person_id)
    types = [row["type"] for row in await salon.sql(heard) if row["type"].startswith(("orders.", "scheduling."))]
    assert types == ["scheduling.confirmed"], "told once, not by the order as well"
