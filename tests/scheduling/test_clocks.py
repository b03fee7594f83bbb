"""A country changes its clock: what is on the wall stays, the instants follow, nothing is lost or moved in silence."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import attrs
import pytest
import sqlalchemy as sa

from marketplace_kit.accounts.services import create_person
from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.notifications.tables import notice_table
from marketplace_kit.orders.domain import CLOCK_CHANGED
from marketplace_kit.orders.schemas import MemberDetails, Wished
from marketplace_kit.orders.services import begin, place, place_now
from marketplace_kit.orders.tables import event_table, line_table
from marketplace_kit.scheduling import services
from marketplace_kit.scheduling.domain.clocks import law_of
from marketplace_kit.scheduling.domain.process import NewTime
from marketplace_kit.scheduling.domain.reminders import SENT, SKIPPED, WAITING
from marketplace_kit.scheduling.queries.clocks import collisions_of
from marketplace_kit.scheduling.queries.following import followed
from marketplace_kit.scheduling.schemas import Break
from marketplace_kit.scheduling.services.clocks import check_clocks, compare_clocks
from marketplace_kit.scheduling.services.inviting import invite_for
from marketplace_kit.scheduling.services.repeating import RepeatForm, repeat, series_of
from marketplace_kit.scheduling.services.series import LATER, MoveSeries, move_series
from marketplace_kit.scheduling.tables import appointment_reminder_table, appointment_table, claim_table
from marketplace_kit.shops.tables import shop_table
from marketplace_kit.testing.sites import Sites
from marketplace_kit.testing.zones import zone_law
from tests.scheduling.counter import PASSWORD, Counter
from tests.scheduling.salons import Salon

pytestmark = pytest.mark.anyio
ALMATY = "Asia/Almaty"
SIX, FIVE = timedelta(hours=6), timedelta(hours=5)
LAW_CHANGES = datetime(2024, 2, 29, 18, tzinfo=UTC)
"""Midnight of 2024-03-01 by the clock of before: what the real tz database says since 2024a."""
BEFORE, AFTER = date(2024, 2, 28), date(2024, 3, 5)


@pytest.fixture
async def almaty(sites: Sites, tmp_path: Path) -> AsyncIterator[tuple[Salon, ExitStack]]:
    """A salon of February 2024, when nobody knew yet; leaving the stack is the new tzdata."""
    clock = SetClock(datetime(2024, 2, 26, 4, tzinfo=UTC))
    with ExitStack() as stack:
        stack.enter_context(zone_law(tmp_path / "zones", ALMATY, SIX))
        async with sites.open(environ={"MK_PLUGINS": ""}, clock=clock) as site:
            salon = await Salon.opened(site, clock, ALMATY)
            await check_clocks(site)
            yield salon, stack


async def wall(salon: Salon, line_id: UUID) -> tuple[str, int, str]:
    row = await salon.appointment(line_id)
    return str(row["local_date"]), row["local_time"], datetime.fromtimestamp(row["starts_s"], UTC).isoformat()


async def test_what_is_on_the_wall_stays_and_the_instant_follows(almaty: tuple[Salon, ExitStack]) -> None:
    salon, old_law = almaty
    await salon.staff()
    haircut = await salon.service(before=10, after=5)
    early, _ = await salon.book(haircut, "10:00", BEFORE)
    late, _ = await salon.book(haircut, "10:00", AFTER)
    assert (await wall(salon, late.line_id))[2] == "2024-03-05T04:00:00+00:00"
    old_law.close()
    assert [one.zone for one in (await compare_clocks(salon.site)).zones if one.changed] == [ALMATY]
    report = await check_clocks(salon.site)
    assert (report.appointments, report.collisions) == (1, 0)
    assert await wall(salon, early.line_id) == ("2024-02-28", 600, "2024-02-28T04:00:00+00:00")
    assert await wall(salon, late.line_id) == ("2024-03-05", 600, "2024-03-05T05:00:00+00:00")
    claim = (await salon.claims(claim_table.c.appointment_id == late.line_id))[0]
    starts = datetime(2024, 3, 5, 5, tzinfo=UTC).timestamp()
    assert (claim["from_s"], claim["to_s"]) == (starts - 600, starts + 65 * 60)
    assert "10:00" not in await salon.times(haircut, AFTER)
    assert "09:00" not in await salon.times(haircut, AFTER)
    assert "11:30" in await salon.times(haircut, AFTER)
    assert (await check_clocks(salon.site)).appointments == 0
    assert not any(one.changed for one in (await compare_clocks(salon.site)).zones)


async def test_control_without_the_job_the_wall_shows_another_time(almaty: tuple[Salon, ExitStack]) -> None:
    salon, old_law = almaty
    haircut = await salon.service()
    wish, _ = await salon.book(haircut, "10:00", AFTER)
    old_law.close()
    one = await salon.site.ask(followed, wish.line_id)
    assert one is not None
    assert f"{one.starts_at:%H:%M}" == "09:00", "an hour too early, and ten o'clock is sold again"
    assert "10:00" in await salon.times(haircut, AFTER)


async def test_nobody_is_told_what_did_not_change_for_them(almaty: tuple[Salon, ExitStack]) -> None:
    salon, old_law = almaty
    haircut = await salon.service()
    wish, _ = await salon.book(haircut, "10:00", AFTER, customer=attrs.evolve(salon.wish(haircut, "10:00").customer))
    one = await salon.site.ask(followed, wish.line_id)
    assert one is not None
    assert "SEQUENCE:0" in await invite_for(salon.site, one)
    old_law.close()
    await check_clocks(salon.site)
    assert await salon.sql(sa.select(notice_table)) == []
    one = await salon.site.ask(followed, wish.line_id)
    assert one is not None
    told = await invite_for(salon.site, one)
    assert "SEQUENCE:1" in told
    assert "DTSTART;TZID=Asia/Almaty:20240305T100000" in told


async def test_reminders_follow_and_one_that_was_sent_is_not_sent_again(almaty: tuple[Salon, ExitStack]) -> None:
    salon, old_law = almaty
    haircut = await salon.service()
    wish, _ = await salon.book(haircut, "14:00", date(2024, 3, 1))
    r = appointment_reminder_table
    await salon.sql(sa.update(r).where(r.c.offset_minutes == 1440).values(state=SENT))
    salon.clock.set(datetime(2024, 2, 29, 8, 30, tzinfo=UTC))
    old_law.close()
    await check_clocks(salon.site)
    rows = await salon.sql(sa.select(r).where(r.c.appointment_id == wish.line_id, r.c.version == 2))
    found = {row["offset_minutes"]: (row["state"], row["due_at"]) for row in rows}
    assert found[1440][0] == SKIPPED
    assert found[180] == (WAITING, datetime(2024, 3, 1, 6, tzinfo=UTC))


async def test_breaks_and_holds_keep_the_wall_too(almaty: tuple[Salon, ExitStack]) -> None:
    salon, old_law = almaty
    aigerim = await salon.staff()
    haircut = await salon.service()
    lunch = Break(starts_at=salon.at("13:00", AFTER), ends_at=salon.at("14:00", AFTER), reason="Lunch")
    await salon.site.do(services.take_break, salon.shop_id, aigerim, lunch, by=salon.owner)
    wish = salon.wish(haircut, "16:00", AFTER)
    await salon.site.do(salon.capacity.hold, [wish], salon.clock.now() + timedelta(minutes=10))
    old_law.close()
    await check_clocks(salon.site)
    await check_clocks(salon.site)
    assert [datetime.fromtimestamp(one["from_s"], UTC).hour + 5 for one in await salon.claims()] == [13, 16]
    again = attrs.evolve(wish, choice=type(wish.choice)(starts_at="2024-03-05T16:00:00+05:00"))
    promises = await salon.site.do(salon.capacity.reserve, [again])
    assert promises[0].facts["starts_at"] == "2024-03-05T16:00:00+05:00"
    assert len(await salon.claims()) == 2


async def test_what_collides_is_kept_marked_and_listed_until_either_is_moved(almaty: tuple[Salon, ExitStack]) -> None:
    salon, old_law = almaty
    await salon.staff()
    haircut = await salon.service()
    first, _ = await salon.book(haircut, "10:00", AFTER)
    # A visit that was agreed while the salon's zone was another one: its clock is not changed.
    await salon.sql(sa.update(shop_table).values(zone="Asia/Tashkent"))
    salon.zone = "Asia/Tashkent"
    other, _ = await salon.book(haircut, "10:00", AFTER)
    await salon.sql(sa.update(shop_table).values(zone=ALMATY))
    salon.zone = ALMATY
    old_law.close()
    report = await check_clocks(salon.site)
    assert report.collisions == 1
    found = await salon.site.ask(collisions_of, salon.shop_id)
    assert [(one.appointment_id, [on.appointment_id for on in one.on]) for one in found] == [
        (first.line_id, [other.line_id])
    ]
    assert found[0].starts_at.isoformat() == "2024-03-05T10:00:00+05:00"
    assert [(c["appointment_id"], c["enforced"]) for c in await salon.claims(~claim_table.c.enforced)] == [
        (first.line_id, False)
    ]
    told = await salon.sql(sa.select(notice_table.c.user_id, notice_table.c.type))
    assert [(row["user_id"], row["type"]) for row in told] == [(salon.owner.person_id, "scheduling.shop_clock")]
    counter = Counter(salon)
    owner = await counter.owner()
    shown = (await owner.get("/en/sell/today")).text
    assert "Overlaps since the clock was changed" in shown
    assert f"/sell/calendar/{first.line_id}" in shown
    marked = (await owner.get("/en/sell/calendar?date=2024-03-05&view=list")).text
    assert marked.count("overlaps since the clock was changed") == 1
    address = f"/api/shops/{salon.shop_id}/clock-collisions"
    assert [one["appointment_id"] for one in (await owner.get(address)).json()] == [str(first.line_id)]
    assert (await (await counter.stranger()).get(address)).status_code == 404
    await salon.move(other.line_id, "reschedule", NewTime(starts_at="2024-03-05T14:00:00+05:00"))
    assert (await check_clocks(salon.site)).collisions == 0
    assert await salon.site.ask(collisions_of, salon.shop_id) == []
    assert all(one["enforced"] for one in await salon.claims())


async def test_a_time_that_the_clock_skips_is_the_moment_after_it_and_its_customer_is_told(
    sites: Sites, tmp_path: Path
) -> None:
    clock = SetClock(datetime(2024, 2, 26, 4, tzinfo=UTC))
    with ExitStack() as stack:
        stack.enter_context(zone_law(tmp_path / "old", ALMATY, SIX))
        async with sites.open(environ={"MK_PLUGINS": ""}, clock=clock) as site:
            salon = await Salon.opened(site, clock, ALMATY)
            await salon.hours(fri="00:00-12:00")
            night = await salon.service()
            customer = attrs.evolve(salon.wish(night, "10:00").customer, person_id=salon.owner.person_id)
            wish, _ = await salon.book(night, "00:30", date(2024, 3, 1), customer=customer)
            await check_clocks(site)
            forwards = (LAW_CHANGES, timedelta(hours=7))
            with zone_law(tmp_path / "new", ALMATY, SIX, [forwards]):
                await check_clocks(site)
                assert await wall(salon, wish.line_id) == ("2024-03-01", 60, "2024-02-29T18:00:00+00:00")
                events = await salon.sql(sa.text("SELECT name FROM outbox_event ORDER BY id"))
                assert "scheduling.appointment_rescheduled" in [row["name"] for row in events]


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_was_booked_the_wall_stays_and_the_calendar_holds(
    almaty: tuple[Salon, ExitStack], seed: int
) -> None:
    """Random visits of two members of staff around the change, breaks among them: afterwards each has the wall time
    that it had, the claims that it had, none overlaps, and a second run changes nothing.
    """
    salon, old_law = almaty
    chance = random.Random(seed)
    staff = [await salon.staff(name) for name in ("A", "B")]
    short, long = await salon.service(minutes=25, after=5), await salon.service("Long", minutes=90, before=10)
    lines = []
    for _ in range(24):
        day = date(2024, 2, 28) + timedelta(days=chance.randrange(5))
        time = f"{chance.randrange(9, 17):02d}:{chance.choice(('00', '30'))}"
        try:
            lines.append((await salon.book(chance.choice((short, long)), time, day, staff=chance.choice(staff)))[0])
        except Exception:  # noqa: S112 - taken: another one
            continue
    walls = [(await wall(salon, one.line_id))[:2] for one in lines]
    shape = {(c["appointment_id"], c["resource_id"], c["to_s"] - c["from_s"]) for c in await salon.claims()}
    old_law.close()
    report = await check_clocks(salon.site)
    assert report.collisions == 0
    assert report.appointments > 0
    assert [(await wall(salon, one.line_id))[:2] for one in lines] == walls
    claims = await salon.claims()
    assert {(c["appointment_id"], c["resource_id"], c["to_s"] - c["from_s"]) for c in claims} == shape
    for row in await salon.sql(sa.select(appointment_table)):
        here = datetime.fromtimestamp(row["starts_s"], UTC) + (
            SIX if row["starts_s"] < LAW_CHANGES.timestamp() else FIVE
        )
        assert (here.date(), here.hour * 60 + here.minute) == (row["local_date"], row["local_time"])
    for one in claims:
        assert one["enforced"]
        for other in claims:
            same = (other["resource_id"], other["lane"]) == (one["resource_id"], one["lane"])
            assert (
                one["id"] == other["id"]
                or not same
                or not (one["from_s"] < other["to_s"] and one["to_s"] > other["from_s"])
            )
    assert (await check_clocks(salon.site, everything=True)).appointments == 0


async def test_a_series_keeps_the_wall_and_so_do_its_orders(almaty: tuple[Salon, ExitStack]) -> None:
    salon, old_law = almaty
    by = Actor(person_id=await create_person(salon.site, name="Dana", email="dana@example.kz", password=PASSWORD))
    haircut = await salon.service(horizon_days=16)
    wished = Wished(listing_id=haircut, choice={"starts_at": salon.at("10:00", BEFORE)})
    await salon.site.do(place_now, [wished], MemberDetails(consent=True, phone="+77010000002"), by=by)
    first = (await salon.sql(sa.select(appointment_table.c.id)))[0]["id"]
    made = await salon.site.do(repeat, first, RepeatForm(count=6), by=by)
    assert (len(made.booked), len(made.planned)) == (2, 3)
    moved = MoveSeries(starts_at=salon.at("11:00", date(2024, 3, 13)), scope=LATER)
    await salon.site.do(move_series, made.booked[1].appointment_id, moved, by=by)
    old_law.close()
    assert (await check_clocks(salon.site)).appointments == 2
    (view,) = await salon.site.ask(series_of, by.person_id)
    planned = [one.starts_at.isoformat() for one in view.planned if one.starts_at]
    assert planned == [f"2024-{day}T11:00:00+05:00" for day in ("03-20", "03-27", "04-03")]
    lines = await salon.sql(sa.select(line_table.c.starts_at, line_table.c.facts).order_by(line_table.c.starts_at))
    assert [row["facts"]["starts_at"] for row in lines] == [
        "2024-02-28T10:00:00+06:00",
        "2024-03-06T10:00:00+05:00",
        "2024-03-13T11:00:00+05:00",
    ]
    assert lines[1]["starts_at"] == datetime(2024, 3, 6, 5, tzinfo=UTC)
    timeline = await salon.sql(sa.select(event_table.c.verb).where(event_table.c.verb == CLOCK_CHANGED))
    assert len(timeline) == 2


async def test_what_somebody_is_about_to_order_keeps_the_wall(almaty: tuple[Salon, ExitStack]) -> None:
    salon, old_law = almaty
    haircut = await salon.service()
    by = Actor(person_id=await create_person(salon.site, name="Dana", email="dana@example.kz", password=PASSWORD))
    token = await salon.site.do(
        begin, [Wished(listing_id=haircut, choice={"starts_at": salon.at("10:00", AFTER)})], by=by
    )
    old_law.close()
    await check_clocks(salon.site)
    details = MemberDetails(consent=True, phone="+77010000002")
    await salon.site.do(place, token, details, by=by)
    rows = await salon.sql(sa.select(appointment_table))
    assert [(str(r["local_date"]), r["local_time"]) for r in rows] == [("2024-03-05", 600)]


def test_a_law_is_what_the_clock_shows(tmp_path: Path) -> None:
    from_s = int(datetime(2024, 2, 1, tzinfo=UTC).timestamp())
    until_s = int(datetime(2024, 6, 1, tzinfo=UTC).timestamp())
    real = law_of(ALMATY, from_s, until_s)
    assert real.steps == ((from_s, 21_600), (int(LAW_CHANGES.timestamp()), 18_000))
    with zone_law(tmp_path, ALMATY, SIX):
        before = law_of(ALMATY, from_s, until_s)
    assert before.steps == ((from_s, 21_600),)
    assert before.differs(real, from_s)
    assert not real.differs(real, from_s)
    berlin = law_of("Europe/Berlin", from_s, until_s)
    assert [offset for _, offset in berlin.steps] == [3600, 7200]
