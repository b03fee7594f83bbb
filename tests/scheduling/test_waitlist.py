"""Waiting for a time: who came first and fits is offered what becomes free, then the next; nobody slips in between."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from marketplace_kit.accounts.domain import PhoneVerified
from marketplace_kit.accounts.services import create_person
from marketplace_kit.accounts.tables import person_table
from marketplace_kit.app import create_app
from marketplace_kit.kernel.errors import DomainError, Invalid, Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.hooks.lines import Customer
from marketplace_kit.kernel.jobs import run_until_idle
from marketplace_kit.notifications.tables import notice_table
from marketplace_kit.orders.schemas import MemberDetails
from marketplace_kit.orders.services import place
from marketplace_kit.scheduling.domain.areas import said_point
from marketplace_kit.scheduling.domain.process import NewTime, Reason
from marketplace_kit.scheduling.schemas import Break
from marketplace_kit.scheduling.services import guarding, take_break, unbookable, waiting
from marketplace_kit.scheduling.services.offering import _offer_one
from marketplace_kit.scheduling.services.waiting import (
    GuestWait,
    OfferExpired,
    WaitForm,
    adopt_waits,
    join_wait,
    leave_wait,
    take_offer,
    wait_token,
    waits_of,
)
from marketplace_kit.scheduling.tables import appointment_table, claim_table
from marketplace_kit.scheduling.tables.following import wait_table
from marketplace_kit.shops.domain import ConsentRequired
from marketplace_kit.testing.clients import open_client
from tests.scheduling.counter import Counter as Desk
from tests.scheduling.rounds import A, B, C, Garage, away
from tests.scheduling.salons import TUESDAY, Salon

pytestmark = pytest.mark.anyio
PASSWORD = "a-good-long-password"
MORNING_DAY: dict[str, Any] = {"first_day": TUESDAY, "last_day": TUESDAY, "part": "morning"}
MORNING = WaitForm(**MORNING_DAY)
EVENING = WaitForm(first_day=TUESDAY, last_day=TUESDAY, part="evening")


async def person(salon: Salon, name: str) -> Actor:
    made = await create_person(
        salon.site, name=name, email=f"{name.lower()}@example.kz", password=PASSWORD, locale="en"
    )
    return Actor(person_id=made, name=name, locale="en")


async def full_day(salon: Salon) -> tuple[UUID, UUID]:
    """A service whose Tuesday is taken from 9 to 18, and the appointment at ten."""
    haircut = await salon.service(step=60)
    booked = {}
    for hour in range(9, 18):
        booked[hour] = (await salon.book(haircut, f"{hour}:00", by_staff=True))[0].line_id
    await run_until_idle(salon.site)
    return haircut, booked[10]


async def states(salon: Salon) -> list[str]:
    return [r["state"] for r in await salon.sql(sa.select(wait_table.c.state).order_by(wait_table.c.id))]


async def told(salon: Salon, to: Actor) -> int:
    mine = sa.select(notice_table.c.id).where(
        notice_table.c.user_id == to.person_id, notice_table.c.type == "scheduling.time_free"
    )
    return len(await salon.sql(mine))


async def test_the_first_who_fits_is_asked_and_nobody_else_is_shown_the_time(salon: Salon) -> None:
    haircut, ten = await full_day(salon)
    late, first, second = [await person(salon, n) for n in ("Late", "Aigerim", "Marat")]
    await salon.site.do(join_wait, haircut, EVENING, by=late)
    hers = await salon.site.do(join_wait, haircut, MORNING, by=first)
    await salon.site.do(join_wait, haircut, MORNING, by=second)
    await salon.move(ten, "cancel", Reason())
    await run_until_idle(salon.site)
    assert await states(salon) == ["waiting", "offered", "waiting"]
    assert [await told(salon, one) for one in (late, first, second)] == [0, 1, 0]
    assert "10:00" not in await salon.times(haircut)
    path = await salon.site.do(take_offer, hers, by=first)
    assert path.startswith("/order/draft/")
    assert "10:00" not in await salon.times(haircut), "it is kept by the order that was begun"
    await salon.site.do(place, path.rsplit("/", 1)[1], MemberDetails(consent=True), by=first)
    mine = sa.select(appointment_table.c.local_time).where(appointment_table.c.person_id == first.person_id)
    assert [row["local_time"] for row in await salon.sql(mine)] == [600]


@pytest.mark.parametrize("silent", [True, False])
async def test_passed_or_silent_the_next_is_asked_and_at_last_it_is_open_to_all(salon: Salon, silent: bool) -> None:
    haircut, ten = await full_day(salon)
    first, second = [await person(salon, n) for n in ("Aigerim", "Marat")]
    waits = [await salon.site.do(join_wait, haircut, MORNING, by=one) for one in (first, second)]
    await salon.move(ten, "cancel", Reason())
    await run_until_idle(salon.site)
    for number, (one, wait_id) in enumerate(zip((first, second), waits, strict=True)):
        assert (await states(salon))[number] == "offered"
        if silent:
            salon.clock.advance(timedelta(minutes=15, seconds=1))
            with pytest.raises(OfferExpired):
                await salon.site.do(take_offer, wait_id, by=one)
        else:
            await salon.site.do(leave_wait, wait_id, by=one)
        await run_until_idle(salon.site)
    assert await states(salon) == ["passed" if silent else "left"] * 2
    assert "10:00" in await salon.times(haircut)


def ten_oclock(day: date = TUESDAY) -> datetime:
    return datetime(day.year, day.month, day.day, 5, 0, tzinfo=UTC)


async def guards(salon: Salon) -> list[tuple[str, str]]:
    """What is kept for who waits, as clocks of the shop."""
    found = await salon.claims(claim_table.c.source == guarding.GUARD)
    zone = timezone(timedelta(hours=5))
    return [tuple(f"{datetime.fromtimestamp(row[n], zone):%H:%M}" for n in ("from_s", "to_s")) for row in found]


async def rush_while_it_is_freed(salon: Salon, haircut: UUID, ten: UUID) -> Counter[str]:
    """Clients who ask for ten o'clock again and again while its visit is cancelled, and once more afterwards."""
    over = asyncio.Event()

    async def client(number: int) -> str:
        while True:
            last = over.is_set()
            wish = salon.wish(haircut, "10:00", customer=Customer(name="X", phone=f"+7702{number:07}"))
            try:
                await salon.site.do(salon.capacity.reserve, [wish])
            except DomainError as refused:
                if last:
                    return refused.code
            else:
                return "slipped in"

    async def cancel() -> str:
        await salon.move(ten, "cancel", Reason())
        over.set()
        return "cancelled"

    return Counter(await asyncio.gather(*(client(n) for n in range(6)), cancel()))


async def test_nobody_slips_in_between_the_release_and_the_offer(salon: Salon) -> None:
    haircut, ten = await full_day(salon)
    first = await person(salon, "Aigerim")
    await salon.site.do(join_wait, haircut, MORNING, by=first)
    assert await rush_while_it_is_freed(salon, haircut, ten) == {"cancelled": 1, "slot_taken": 6}
    assert await guards(salon) == [("10:00", "11:00")]
    await run_until_idle(salon.site)
    assert await states(salon) == ["offered"]
    assert await guards(salon) == []


async def test_control_without_the_guard_somebody_slips_in(salon: Salon, monkeypatch: pytest.MonkeyPatch) -> None:
    async def keeps_nothing(uow: Any, **_: Any) -> None:
        pass

    haircut, ten = await full_day(salon)
    await salon.site.do(join_wait, haircut, MORNING, by=await person(salon, "Aigerim"))
    monkeypatch.setattr(guarding, "_keep", keeps_nothing)
    assert (await rush_while_it_is_freed(salon, haircut, ten))["slipped in"] == 1
    await run_until_idle(salon.site)
    assert await states(salon) == ["waiting"]


async def test_without_anybody_who_wants_that_day_the_time_is_free_at_once(salon: Salon) -> None:
    haircut, ten = await full_day(salon)
    later = WaitForm(first_day=TUESDAY + timedelta(days=1), last_day=TUESDAY + timedelta(days=2))
    await salon.site.do(join_wait, haircut, later, by=await person(salon, "Aigerim"))
    await salon.move(ten, "cancel", Reason())
    assert await guards(salon) == []
    assert await salon.times(haircut) == ["10:00"]


async def test_if_nobody_looks_for_two_minutes_the_time_is_anybodys(salon: Salon) -> None:
    haircut, ten = await full_day(salon)
    await salon.site.do(join_wait, haircut, EVENING, by=await person(salon, "Late"))
    await salon.move(ten, "cancel", Reason())
    assert await salon.times(haircut) == []
    salon.clock.advance(timedelta(minutes=2, seconds=1))
    assert await salon.times(haircut) == ["10:00"]
    await salon.book(haircut, "10:00")
    assert await guards(salon) == []


async def test_a_list_on_which_nobody_fits_opens_the_time_to_all(salon: Salon) -> None:
    haircut, ten = await full_day(salon)
    await salon.site.do(join_wait, haircut, EVENING, by=await person(salon, "Late"))
    await salon.move(ten, "cancel", Reason())
    await run_until_idle(salon.site)
    assert await guards(salon) == []
    assert await salon.times(haircut) == ["10:00"]


async def test_a_visit_that_is_moved_a_little_keeps_only_what_it_left(salon: Salon) -> None:
    haircut = await salon.service(step=30)
    staff = await salon.staff()
    visit, _ = await salon.book(haircut, "10:00")
    await salon.site.do(join_wait, haircut, MORNING, by=await person(salon, "Aigerim"))
    await salon.move(visit.line_id, "reschedule", NewTime(starts_at=salon.at("10:30")))
    assert await guards(salon) == [("10:00", "10:30")]
    row = await salon.appointment(visit.line_id)
    assert (row["local_time"], row["staff_id"]) == (630, staff)


async def test_of_one_release_one_offer_is_open(salon: Salon) -> None:
    haircut = await salon.service(step=30, minutes=30)
    await salon.staff()
    await salon.book(haircut, "09:00")
    release_id = UUID(int=7)
    waits = [await salon.site.do(join_wait, haircut, MORNING, by=await person(salon, n)) for n in ("A", "B", "C")]
    offers = (
        salon.site.do(_offer_one, one, ten_oclock() + timedelta(minutes=30 * n), release_id)
        for n, one in enumerate(waits)
    )
    results = await asyncio.gather(*offers, return_exceptions=True)
    assert sorted(await states(salon)) == ["offered", "waiting", "waiting"]
    assert [r for r in results if r is None] == [None]
    assert len(await salon.claims(claim_table.c.kind == "hold")) == 1


async def test_an_offer_ends_before_the_time_is_too_soon_to_be_booked(salon: Salon) -> None:
    haircut = await salon.service(lead_minutes=60)
    await salon.staff()
    salon.clock.advance(ten_oclock() - timedelta(minutes=65) - salon.clock.now())
    mine = await salon.site.do(join_wait, haircut, MORNING, by=await person(salon, "Aigerim"))
    await salon.site.do(_offer_one, mine, ten_oclock(), UUID(int=7))
    (row,) = await salon.sql(sa.select(wait_table.c.offer_until))
    assert row["offer_until"] == ten_oclock() - timedelta(minutes=60)


async def test_the_shop_itself_may_take_a_break_in_what_is_kept(salon: Salon) -> None:
    haircut, ten = await full_day(salon)
    await salon.site.do(join_wait, haircut, MORNING, by=await person(salon, "Aigerim"))
    staff = (await salon.appointment(ten))["staff_id"]
    await salon.move(ten, "cancel", Reason())
    form = Break(starts_at=salon.at("10:00"), ends_at=salon.at("11:00"))
    await salon.site.do(take_break, salon.shop_id, staff, form, by=salon.owner)
    await run_until_idle(salon.site)
    assert await states(salon) == ["waiting"]


def guest(phone: str = "+77019998877", **more: Any) -> GuestWait:
    given = {"first_day": TUESDAY, "last_day": TUESDAY, "part": "morning", "name": "Dana", "phone": phone}
    return GuestWait(**given | {"consent": True} | more)


async def test_a_guest_waits_with_a_number_and_takes_the_offer_by_the_link(salon: Salon) -> None:
    haircut, ten = await full_day(salon)
    nobody = Actor(locale="en")
    with pytest.raises(ConsentRequired):
        await salon.site.do(join_wait, haircut, guest(consent=False), by=nobody)
    mine = await salon.site.do(join_wait, haircut, guest(), by=nobody)
    with pytest.raises(Invalid) as refused:
        await salon.site.do(join_wait, haircut, guest(part="evening"), by=nobody)
    assert refused.value.problems[0].code == "already_waiting", "who knows a number takes nobody off the list"
    await salon.move(ten, "cancel", Reason())
    await run_until_idle(salon.site)
    assert await states(salon) == ["offered"]
    token = wait_token(salon.site, mine)
    for foreign in ("", token[:-1] + ("0" if token[-1] != "0" else "1")):
        with pytest.raises(Missing):
            await salon.site.do(take_offer, mine, by=nobody, token=foreign)
    path = await salon.site.do(take_offer, mine, by=nobody, token=token)
    assert path.startswith("/order/draft/")
    assert "10:00" not in await salon.times(haircut)


def texts_to(folder: Path, phone: str) -> list[str]:
    """The SMS that left, in their order; those whom it concerns have one link each."""
    kept = sorted((folder / "sms").iterdir(), key=lambda file: file.stat().st_mtime_ns)
    listed = [json.loads(file.read_text(encoding="utf-8")) for file in kept]
    return [one["text"] for one in listed if one["to"] == phone]


async def test_a_guest_hears_by_sms_of_the_place_and_of_the_offer_with_the_link(salon: Salon, tmp_path: Path) -> None:
    haircut, ten = await full_day(salon)
    mine = await salon.site.do(join_wait, haircut, guest(), by=Actor(locale="en"))
    await run_until_idle(salon.site)
    await salon.move(ten, "cancel", Reason())
    await run_until_idle(salon.site)
    joined, free = texts_to(tmp_path, "+77019998877")
    link = f"/waits/{mine}/{wait_token(salon.site, mine)}"
    assert "You wait for a time for “Haircut” at Salon." in joined
    assert "It is kept for you until" in free
    assert "10:00" in free
    assert link in joined
    assert link in free


async def test_of_an_offer_that_was_passed_meanwhile_no_sms_is_sent(salon: Salon, tmp_path: Path) -> None:
    haircut = await salon.service()
    await salon.staff()
    mine = await salon.site.do(join_wait, haircut, guest(), by=Actor(locale="en"))
    await salon.site.do(_offer_one, mine, ten_oclock(), UUID(int=7))
    await salon.site.do(leave_wait, mine, by=Actor(), token=wait_token(salon.site, mine))
    await run_until_idle(salon.site)
    (joined,) = texts_to(tmp_path, "+77019998877")
    assert "It is kept for you until" not in joined


async def test_two_who_take_one_offer_at_once_begin_one_order(salon: Salon) -> None:
    haircut, ten = await full_day(salon)
    mine = await salon.site.do(join_wait, haircut, guest(), by=Actor(locale="en"))
    await salon.move(ten, "cancel", Reason())
    await run_until_idle(salon.site)
    token = wait_token(salon.site, mine)
    taking = (salon.site.do(take_offer, mine, by=Actor(), token=token) for _ in range(4))
    results = await asyncio.gather(*taking, return_exceptions=True)
    assert sorted(type(r).__name__ for r in results) == ["OfferExpired"] * 3 + ["str"]
    at_ten = claim_table.c.from_s == int(ten_oclock().timestamp())
    assert len(await salon.claims(at_ten)) == 1


async def test_a_guest_who_proves_the_number_finds_the_place_on_the_list(salon: Salon) -> None:
    haircut, _ = await full_day(salon)
    await salon.site.do(join_wait, haircut, guest(), by=Actor(locale="en"))
    owner = await person(salon, "Dana")
    proved = sa.update(person_table).where(person_table.c.id == owner.person_id)
    await salon.sql(proved.values(phone="+77019998877", phone_verified_at=salon.clock.now()))
    assert owner.person_id is not None
    await salon.site.do(adopt_waits, PhoneVerified(person_id=owner.person_id))
    (row,) = await salon.sql(sa.select(wait_table.c.person_id))
    assert row["person_id"] == owner.person_id


async def test_a_guest_joins_looks_and_leaves_on_pages_and_by_the_api(salon: Salon) -> None:
    haircut, _ = await full_day(salon)
    async with open_client(create_app(salon.site), salon.site) as client:
        client.headers["Accept-Language"] = "en"
        page = await client.get(f"/book/{haircut}/wait", params={"day": TUESDAY.isoformat()})
        assert page.status_code == 200
        assert 'name="consent"' in page.text
        token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
        day = TUESDAY.isoformat()
        given = {"csrf_token": token, "first_day": day, "last_day": day, "part": "any", "name": "Dana"}
        lacking = await client.post(f"/book/{haircut}/wait", data={**given, "phone": "8 701 999 88 77"})
        assert lacking.status_code == 400
        assert "without it the shop cannot reach you" in lacking.text
        joined = await client.post(
            f"/book/{haircut}/wait", data={**given, "phone": "8 701 999 88 77", "consent": "true"}
        )
        assert joined.status_code == 303
        here = joined.headers["location"]
        shown = await client.get(here)
        assert "Nothing is free yet" in shown.text
        assert shown.headers["x-robots-tag"] == "noindex, nofollow"
        assert (await client.get(here[:-1] + ("x" if here[-1] != "x" else "y"))).status_code == 404
        left = await client.post(f"{here}/leave", data={"csrf_token": token})
        assert left.headers["location"] == here
        body = {"first_day": day, "last_day": day, "name": "Marat", "phone": "+77019998866", "consent": True}
        path = f"/api/scheduling/listings/{haircut}/waits/guest"
        refused = await client.post(path, json={**body, "consent": False})
        assert (refused.status_code, refused.json()["code"]) == (400, "consent_required")
        made = (await client.post(path, json=body)).json()
        mine = f"/api/scheduling/waits/{made['wait']['id']}/{made['token']}"
        assert (await client.get(mine)).json()["state"] == "waiting"
        assert (await client.post(f"{mine}/take")).json()["code"] == "offer_expired"
        assert (await client.delete(mine)).status_code == 204
        assert (await client.get(mine)).json()["state"] == "left"


async def test_one_waits_once_for_days_that_can_come_and_only_for_oneself(salon: Salon) -> None:
    haircut, _ = await full_day(salon)
    first, second = [await person(salon, n) for n in ("Aigerim", "Marat")]
    wait_id = await salon.site.do(join_wait, haircut, MORNING, by=first)
    await salon.site.do(join_wait, haircut, EVENING, by=first)
    assert await states(salon) == ["left", "waiting"]
    with pytest.raises(Missing):
        await salon.site.do(leave_wait, wait_id, by=second)
    for days in ((date(2026, 2, 1), date(2026, 2, 2)), (TUESDAY, TUESDAY + timedelta(days=60))):
        with pytest.raises(Invalid):
            await salon.site.do(join_wait, haircut, WaitForm(first_day=days[0], last_day=days[1]), by=first)


async def test_it_is_joined_and_left_on_pages(salon: Salon) -> None:
    haircut, _ = await full_day(salon)
    await person(salon, "Aigerim")
    async with open_client(create_app(salon.site), salon.site) as client:
        given: dict[str, Any] = {"email": "aigerim@example.kz", "password": PASSWORD}
        signed = await client.post("/api/auth/login", json=given)
        client.headers["Authorization"] = f"Bearer {signed.json()['access_token']}"
        client.headers["Accept-Language"] = "en"
        page = await client.get(f"/book/{haircut}/wait", params={"day": TUESDAY.isoformat()})
        assert page.status_code == 200
        token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
        wrong = {"csrf_token": token, "first_day": "2026-03-05", "last_day": "2026-03-03", "part": "any"}
        assert (await client.post(f"/book/{haircut}/wait", data=wrong)).status_code == 422
        joined = await client.post(f"/book/{haircut}/wait", data={**wrong, "last_day": "2026-03-06"})
        assert joined.status_code == 303
        (mine,) = (await client.get("/api/scheduling/waits")).json()
        assert "Waiting for a time" in (await client.get("/account/calendar")).text
        assert "Nothing is free yet" in (await client.get(f"/waits/{mine['id']}")).text
        left = await client.post(f"/waits/{mine['id']}/leave", data={"csrf_token": token})
        assert left.status_code == 303
        assert (await client.get("/api/scheduling/waits")).json() == []
        late = await client.post(f"/api/scheduling/waits/{mine['id']}/take")
        assert (late.status_code, late.json()["code"]) == (409, "offer_expired")


async def test_what_a_vans_visit_leaves_is_offered_to_the_first_for_whom_the_way_fits(salon: Salon) -> None:
    garage = await Garage.opened(salon)
    await garage.book(A, "10:00")
    middle, _ = await garage.book(B, "11:30")
    await garage.book(C, "13:10")
    far, near = await person(salon, "Far"), await person(salon, "Near")
    for one, point in ((far, away(north_km=55)), (near, B)):
        form = WaitForm(**MORNING_DAY, address="Satpaev 5", point=said_point(point))
        await salon.site.do(join_wait, garage.listing, form, by=one)
    await salon.move(middle.line_id, "cancel")
    assert "11:30" not in await garage.times(B), "kept from the moment on in which it was let go"
    await run_until_idle(salon.site)
    assert await states(salon) == ["waiting", "offered"]
    assert "11:30" not in await garage.times(B)
    assert await garage.ways_fit() == []
    (mine,) = await salon.site.ask(waits_of, near.person_id)
    assert mine.offer_starts_at is not None
    assert f"{mine.offer_starts_at:%H:%M}" == "11:20"
    page = await salon.site.do(take_offer, mine.id, by=near)
    details = MemberDetails(consent=True, phone="+77010000009")
    await salon.site.do(place, page.removeprefix("/order/draft/"), details, by=near)
    assert await garage.blocked() == ["10:00-11:00", "11:00-12:20", "12:45-14:10"]
    assert await garage.ways_fit() == []


async def test_a_vans_time_that_suits_nobody_is_open_to_all(salon: Salon) -> None:
    garage = await Garage.opened(salon)
    await garage.book(A, "10:00")
    middle, _ = await garage.book(B, "11:30")
    far = await person(salon, "Far")
    form = WaitForm(**MORNING_DAY, address="Satpaev 5", point=said_point(away(north_km=95)))
    await salon.site.do(join_wait, garage.listing, form, by=far)
    await salon.move(middle.line_id, "cancel")
    await run_until_idle(salon.site)
    assert await states(salon) == ["waiting"]
    assert "11:20" in await garage.times(B)
    assert await garage.blocked() == ["10:00-11:00"]


@pytest.mark.one_engine
async def test_who_waits_for_a_visit_at_home_says_where_on_the_page_and_by_the_api(salon: Salon) -> None:
    garage = await Garage.opened(salon)
    haircut = await salon.service("At the salon")
    await person(salon, "Dana")
    dana = await Desk(salon).browser("dana")
    path = f"/en/book/{garage.listing}/wait"
    said = {"choice.address": "Satpaev 5", "choice.point": said_point(B), "day": TUESDAY.isoformat()}
    page = (await dana.get(path, params=said)).text
    assert 'value="Satpaev 5"' in page
    assert "Latitude and longitude" not in (await dana.get(f"/en/book/{haircut}/wait")).text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    days = {"first_day": TUESDAY.isoformat(), "last_day": TUESDAY.isoformat(), "part": "any"}
    nowhere = await dana.post(path, data={"csrf_token": token, **days})
    assert nowhere.status_code == 422
    assert "Please say where somebody shall come" in nowhere.text
    beyond = {"address": "Satpaev 5", "point": said_point(away(north_km=150))}
    refused = await dana.post(path, data={"csrf_token": token, **days, **beyond})
    assert (refused.status_code, "Nobody comes to this place" in refused.text) == (422, True)
    assert 'value="Satpaev 5"' in refused.text
    api = f"/api/scheduling/listings/{garage.listing}/waits"
    assert (await dana.post(api, json=days)).json()["code"] == "invalid"
    assert (await dana.post(api, json=days | beyond)).json()["code"] == "out_of_zone"
    there = {"address": "Satpaev 5", "point": said_point(B)}
    assert (await dana.post(path, data={"csrf_token": token, **days, **there})).status_code == 303
    assert (await dana.post(api, json=days | there)).status_code == 201


@pytest.mark.one_engine
async def test_what_asks_for_more_than_a_time_cannot_be_waited_for_and_says_so(
    salon: Salon, monkeypatch: pytest.MonkeyPatch
) -> None:
    haircut = await salon.service()
    await person(salon, "Dana")
    dana = await Desk(salon).browser("dana")
    monkeypatch.setattr(waiting, "timed_kind_of", lambda *_: None)
    monkeypatch.setattr(unbookable, "timed_kind_of", lambda *_: None)
    days = {"first_day": TUESDAY.isoformat(), "last_day": TUESDAY.isoformat(), "part": "any"}
    refused = await dana.post(f"/api/scheduling/listings/{haircut}/waits", json=days)
    assert (refused.status_code, refused.json()["code"]) == (422, "cannot_wait")
    slots = (await dana.get(f"/api/scheduling/slots?listing={haircut}&day=2026-03-03&days=1")).json()
    assert slots["waitlist"] == ""
    page = await dana.get(f"/en/book/{haircut}/wait")
    assert (page.status_code, page.headers["location"].endswith(f"/book/{haircut}")) == (303, True)
