"""Reminders and notices: at the right time, once, never of what is no longer so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import attrs
import pytest
import sqlalchemy as sa

from marketplace_kit.accounts.services import create_person
from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.hooks.lines import Customer
from marketplace_kit.kernel.jobs import EmbeddedRunner, LocalBell, run_until_idle
from marketplace_kit.notifications.tables import notice_table
from marketplace_kit.scheduling.domain import NobodyToRemind, RemindedAlready
from marketplace_kit.scheduling.domain.process import DeclineReason, NewTime, Reason
from marketplace_kit.scheduling.domain.reminders import SENT, WAITING, Quiet, planned
from marketplace_kit.scheduling.services import reminding
from marketplace_kit.scheduling.services.desk import Desk, Reached
from marketplace_kit.scheduling.tables import appointment_reminder_table as reminder
from marketplace_kit.scheduling.tables.following import message_table
from marketplace_kit.testing.mail import FakeMail
from marketplace_kit.testing.queries import count_queries
from tests.scheduling.salons import TUESDAY, Salon

pytestmark = pytest.mark.anyio
NIGHT = Quiet(begins=time(22), ends=time(8), zone="Asia/Atyrau")
WEDNESDAY = TUESDAY + timedelta(days=1)


def at(hour: int, minute: int = 0, day: date = TUESDAY) -> datetime:
    """In Atyrau, five hours east."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC) - timedelta(hours=5)


@pytest.mark.one_engine
class TestTimes:
    def test_visible_example_6_booked_today_for_tonight_and_moved_to_tomorrow(self) -> None:
        booked = planned(at(18), at(11))
        assert [(r.offset, r.due) for r in booked if r.state == WAITING] == [(180, at(15))]
        moved = planned(at(12, day=WEDNESDAY), at(11, 30))
        assert [r.due for r in moved if r.state == WAITING] == [at(12), at(9, day=WEDNESDAY)]

    @pytest.mark.parametrize(
        ("trigger", "start", "leaves"),
        [
            (at(21, 59), at(23, day=WEDNESDAY), at(21, 59)),
            (at(22), at(22, day=WEDNESDAY), at(8, day=WEDNESDAY)),
            (at(6), at(9), at(8)),
            (at(4), at(7), at(21, 59, day=TUESDAY - timedelta(days=1))),
            (at(5), at(8), at(21, 59, day=TUESDAY - timedelta(days=1))),
            (at(8), at(11), at(8)),
        ],
    )
    def test_at_night_it_leaves_at_the_edge_that_lies_before_the_start(
        self, trigger: datetime, start: datetime, leaves: datetime
    ) -> None:
        assert NIGHT.shifted(trigger, start) == leaves

    def test_a_night_that_was_cut_short_by_the_clock_ends_by_the_clock_on_the_wall(self) -> None:
        berlin = attrs.evolve(NIGHT, zone="Europe/Berlin")
        start = datetime(2026, 3, 29, 10, tzinfo=UTC)
        assert berlin.shifted(datetime(2026, 3, 29, 1, tzinfo=UTC), start) == datetime(2026, 3, 29, 6, tzinfo=UTC)

    def test_what_was_sent_for_this_start_is_not_sent_again_and_what_waits_goes_on_waiting(self) -> None:
        known = {1440: [(at(18), SENT)], 180: [(at(15, day=WEDNESDAY), WAITING)]}
        again = planned(at(18, day=WEDNESDAY), at(10), known=known)
        assert [(r.offset, r.state) for r in again] == [(1440, "skipped"), (180, WAITING)]
        night = planned(at(1, day=WEDNESDAY), at(22, 30), offsets=(180,), quiet=NIGHT)
        assert night[0].state == "skipped"


class Orders:
    """Stands for the room of orders: says how a guest is reached."""

    def __init__(self, **known: str) -> None:
        self._known = known

    async def reach(self, *_: Any) -> Reached:
        return Reached(name="Dana", path="/o/secret", locale="ru", **self._known)


async def rows(salon: Salon) -> list[tuple[int, int, str]]:
    found = await salon.sql(sa.select(reminder).order_by(reminder.c.version, reminder.c.offset_minutes.desc()))
    return [(r["version"], r["offset_minutes"], r["state"]) for r in found]


async def told(salon: Salon, to: Actor | None = None) -> list[str]:
    wanted = sa.select(notice_table.c.type).order_by(notice_table.c.id)
    if to is not None:
        wanted = wanted.where(notice_table.c.user_id == to.person_id)
    wanted = wanted.where(notice_table.c.type.startswith("scheduling."))
    return [r["type"].removeprefix("scheduling.") for r in await salon.sql(wanted)]


async def person(salon: Salon) -> tuple[Actor, dict[str, Any]]:
    email = "aigerim@example.kz"
    made = await create_person(salon.site, name="Aigerim", email=email, password="a-good-long-password", locale="ru")
    by = Actor(person_id=made)
    return by, {"by": by, "customer": Customer(person_id=made, name="Aigerim")}


async def test_booked_moved_and_reminded_of_the_new_time_only(salon: Salon) -> None:
    haircut = await salon.service()
    by, hers = await person(salon)
    wish, _ = await salon.book(haircut, "16:00", day=WEDNESDAY, **hers)
    await run_until_idle(salon.site)
    await salon.move(wish.line_id, "reschedule", NewTime(starts_at=salon.at("12:00", WEDNESDAY)))
    assert await rows(salon) == [(1, 1440, "void"), (1, 180, "void"), (2, 1440, "waiting"), (2, 180, "waiting")]
    for moment in (at(11, 59), at(12), at(16), at(8, 59, WEDNESDAY), at(9, 0, WEDNESDAY), at(13, 0, WEDNESDAY)):
        salon.clock.set(moment)
        await run_until_idle(salon.site)
        sent = (await told(salon, by)).count("reminder")
        assert sent == (moment >= at(12)) + (moment >= at(9, 0, WEDNESDAY)), moment
    assert await told(salon, by) == ["confirmed", "moved", "reminder", "reminder"]


@pytest.mark.parametrize("verb", ["cancel", "check_in"])
async def test_nobody_is_reminded_of_what_is_off_or_has_begun(salon: Salon, verb: str) -> None:
    haircut = await salon.service()
    by, hers = await person(salon)
    wish, _ = await salon.book(haircut, "16:00", **hers)
    salon.clock.set(at(12, 59))
    await salon.move(wish.line_id, verb, Reason() if verb == "cancel" else None)
    if verb == "check_in":
        await salon.move(wish.line_id, "start")
    salon.clock.set(at(13, 1))
    await run_until_idle(salon.site)
    assert "reminder" not in await told(salon, by)


async def test_a_request_that_was_confirmed_late_keeps_its_reminder(salon: Salon) -> None:
    haircut = await salon.service(confirmation="by_shop")
    by, hers = await person(salon)
    wish, _ = await salon.book(haircut, "16:00", **hers)
    await run_until_idle(salon.site)
    salon.clock.set(at(8))
    await salon.move(wish.line_id, "confirm")
    await run_until_idle(salon.site)
    salon.clock.set(at(13))
    await run_until_idle(salon.site)
    assert await told(salon, by) == ["requested", "confirmed", "reminder"]


async def test_the_shop_reminds_by_hand_once_an_hour_and_what_leaves_by_itself_leaves_all_the_same(
    salon: Salon,
) -> None:
    haircut = await salon.service()
    by, hers = await person(salon)
    wish, _ = await salon.book(haircut, "16:00", **hers)
    await run_until_idle(salon.site)
    salon.clock.set(at(12, 30))
    with pytest.raises(Missing):
        await salon.site.do(reminding.remind_now, wish.line_id, by=by)
    await salon.site.do(reminding.remind_now, wish.line_id, by=salon.owner)
    with pytest.raises(RemindedAlready):
        await salon.site.do(reminding.remind_now, wish.line_id, by=salon.owner)
    assert (await told(salon, by)).count("reminder") == 1
    salon.clock.set(at(13, 1))
    await run_until_idle(salon.site)
    assert (await told(salon, by)).count("reminder") == 2
    salon.clock.set(at(13, 31))
    await salon.site.do(reminding.remind_now, wish.line_id, by=salon.owner)
    assert (await told(salon, by)).count("reminder") == 3
    await salon.move(wish.line_id, "cancel", Reason())
    salon.clock.set(at(14, 40))
    with pytest.raises(NobodyToRemind):
        await salon.site.do(reminding.remind_now, wish.line_id, by=salon.owner)


async def reminded(salon: Salon, spoil: Callable[[Salon], Any] | None = None) -> int:
    """Two runners at the moment of a reminder, and once more after its worker died; how often it was written."""
    haircut = await salon.service()
    by, hers = await person(salon)
    wish, _ = await salon.book(haircut, "16:00", **hers)
    await run_until_idle(salon.site)
    salon.clock.set(at(13))
    if spoil is not None:
        spoil(salon)
    share = reminding.Remind(appointment_id=wish.line_id, version=1, offset=180)

    async def again(uow: Any) -> None:
        for number in range(4):
            uow.enqueue(reminding.REMIND, share, key=f"again:{number}")

    await salon.site.do(again)
    runners = [EmbeddedRunner(salon.site, LocalBell()) for _ in range(2)]
    for _ in range(4):
        await asyncio.gather(*(one.step() for one in runners))
    return (await told(salon, by)).count("reminder")


async def test_two_runners_and_a_repeated_job_remind_once(salon: Salon) -> None:
    assert await reminded(salon) == 1


async def test_control_without_the_row_a_repeated_job_reminds_again(
    salon: Salon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proves that the test above would notice: the condition on the row is taken away, and so is the notice's key."""
    count = 0

    async def telling(uow: Any, one: Any, notice: str, **_: Any) -> bool:
        nonlocal count
        count += 1
        salts = sa.update(reminder).values(state=WAITING)
        await uow.session.execute(salts)
        return True

    monkeypatch.setattr(reminding, "tell_customer", telling)
    await reminded(salon)
    assert count > 1


async def test_a_guest_hears_by_telephone_and_by_mail_and_of_each_thing_once(
    mailing_salon: Salon, fake_mail: FakeMail
) -> None:
    salon = mailing_salon
    salon.site.facilities[Desk] = Orders(phone="+77010000001", email="dana@example.kz")
    haircut = await salon.service()
    await salon.book(haircut, "16:00")
    await run_until_idle(salon.site)
    (mail,) = fake_mail.to("dana@example.kz")
    body = mail.get_body(("plain",)).get_content()
    assert "/visits/" in body
    assert [p.get_filename() for p in mail.iter_attachments()] == ["invite.ics"]
    salon.clock.set(at(13, 1))
    await run_until_idle(salon.site)
    found = await salon.sql(sa.select(message_table).order_by(message_table.c.written_at, message_table.c.channel))
    assert [(m["notice"], m["channel"], m["state"]) for m in found] == [
        ("scheduling.confirmed", "email", "sent"),
        ("scheduling.confirmed", "sms", "sent"),
        ("scheduling.reminder", "sms", "sent"),
    ]


async def test_what_was_overtaken_before_it_left_is_not_sent_to_a_guest(
    mailing_salon: Salon, fake_mail: FakeMail
) -> None:
    salon = mailing_salon
    salon.site.facilities[Desk] = Orders(email="dana@example.kz")
    haircut = await salon.service()
    await fake_mail.refuse()
    wish, _ = await salon.book(haircut, "16:00")
    await run_until_idle(salon.site)
    await salon.move(wish.line_id, "cancel", Reason(reason="Water is off"))
    await fake_mail.accept()
    for _ in range(4):
        salon.clock.advance(timedelta(minutes=2))
        await run_until_idle(salon.site)
    assert len(fake_mail.to("dana@example.kz")) == 1
    assert "CANCEL" in fake_mail.to("dana@example.kz")[0].as_string()


async def test_the_shop_hears_what_a_customer_did_and_not_what_it_did_itself(salon: Salon) -> None:
    haircut = await salon.service(confirmation="by_shop")
    by, hers = await person(salon)
    asked, _ = await salon.book(haircut, "10:00", WEDNESDAY, **hers)
    other, _ = await salon.book(haircut, "12:00", WEDNESDAY, **hers)
    moves: list[tuple[Any, str, Any, str]] = [
        (asked, "propose", NewTime(starts_at=salon.at("11:00", WEDNESDAY)), "staff"),
        (asked, "decline", DeclineReason(reason="On leave"), "staff"),
        (other, "confirm", None, "staff"),
        (other, "reschedule", NewTime(starts_at=salon.at("13:00", WEDNESDAY)), "customer"),
        (other, "cancel", Reason(), "customer"),
    ]
    await run_until_idle(salon.site)
    for wish, verb, form, role in moves:
        await salon.move(wish.line_id, verb, form, role=role)
        await run_until_idle(salon.site)
    assert await told(salon, salon.owner) == ["shop_requested", "shop_requested", "shop_moved", "shop_cancelled"]
    heard = await told(salon, by)
    assert heard == ["requested", "requested", "proposed", "declined", "confirmed", "moved", "cancelled"]


async def test_reminders_are_planned_in_one_statement_at_booking(salon: Salon) -> None:
    haircut = await salon.service()
    wish, _ = await salon.book(haircut, "16:00")
    row = await salon.appointment(wish.line_id)
    with count_queries(salon.site) as seen:
        await salon.site.do(
            reminding.plan_reminders, wish.line_id, version=1, starts_s=row["starts_s"], zone=row["zone"]
        )
    assert len([s for s in seen if "appointment_reminder" in s]) == 1
