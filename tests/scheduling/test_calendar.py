"""The vendor's calendar: what it shows, who may see it, what staff enter, and what it asks of the database."""

from __future__ import annotations

from uuid import uuid4

import pytest
import sqlalchemy as sa

from marketplace_kit.kernel.audit import audit_table
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.scheduling.domain.process import NewTime
from marketplace_kit.scheduling.pages.calendar import may_watch
from marketplace_kit.scheduling.queries import diary
from marketplace_kit.scheduling.services.reminding import say_will_come
from marketplace_kit.scheduling.tables import appointment_table
from marketplace_kit.testing.queries import count_queries
from tests.scheduling.counter import Counter
from tests.scheduling.salons import Salon

pytestmark = pytest.mark.one_engine
DAY = "2026-03-03"


async def test_a_day_has_a_column_for_each_and_says_how_every_visit_stands(salon: Salon) -> None:
    cut, colour = await salon.service(), await salon.service("Colouring", confirmation="by_shop")
    one, other = await salon.staff("Aigerim"), await salon.staff("Dinara")
    wish, _ = await salon.book(cut, "10:00", staff=one, note="short", staff_matters=True)
    asked, _ = await salon.book(colour, "12:00", staff=other)
    gone, _ = await salon.book(cut, "15:00", staff=one)
    await salon.move(gone.line_id, "cancel")
    owner = await Counter(salon).owner()
    page = (await owner.get(f"/sell/calendar?date={DAY}")).text
    for part in (
        '<th scope="col">Aigerim</th>',
        '<th scope="col">Dinara</th>',
        f'href="/sell/calendar/{wish.line_id}">10:00–11:00 Dana</a>',
        "wants this person",
        "has a note",
        f"/sell/orders/{asked.order_id}/lines/{asked.line_id}/confirm",
        f"/sell/orders/{asked.order_id}/lines/{asked.line_id}/propose",
        f"/sell/orders/{asked.order_id}/lines/{asked.line_id}/decline",
        f'data-live="shop:{salon.shop_id}:calendar"',
        f"at=2026-03-03T09%3A00%2B05%3A00&amp;staff={one}",
    ):
        assert part in page, part
    assert str(gone.line_id) not in page
    week = (await owner.get(f"/sell/calendar?date={DAY}&view=week")).text
    assert "Tue 3 Mar" in week
    assert str(wish.line_id) in week
    only = (await owner.get(f"/sell/calendar?date={DAY}&view=list&staff={other}")).text
    assert f"/sell/calendar/{wish.line_id}" not in only
    assert f"/sell/calendar/{asked.line_id}" in only
    visit = (await owner.get(f"/sell/calendar/{wish.line_id}")).text
    assert "+77010000001" in visit
    assert f"/sell/orders/{wish.order_id}/lines/{wish.line_id}/check_in" in visit
    today = (await owner.get("/sell/today")).text
    assert "Waiting for your answer" in today
    assert str(asked.line_id) in today


async def test_who_answered_that_they_will_come_is_marked_until_the_visit_is_moved(salon: Salon) -> None:
    listing = await salon.service()
    await salon.staff()
    wish, _ = await salon.book(listing, "10:00")
    await salon.site.do(say_will_come, wish.line_id)
    owner = await Counter(salon).owner()
    assert "will come" in (await owner.get(f"/sell/calendar?date={DAY}&view=list")).text
    await salon.move(wish.line_id, "reschedule", NewTime(starts_at=salon.at("12:00")))
    assert "will come" not in (await owner.get(f"/sell/calendar?date={DAY}&view=list")).text


async def test_a_foreign_calendar_is_not_there(salon: Salon) -> None:
    wish, _ = await salon.book(await salon.service(), "10:00")
    stranger = await Counter(salon).stranger()
    for path in (
        f"/sell/calendar?shop={salon.shop_id}",
        f"/sell/today?shop={salon.shop_id}",
        f"/sell/calendar/{wish.line_id}",
        f"/sell/calendar/{uuid4()}",
        f"/sell/calendar/guest?shop={salon.shop_id}",
        f"/sell/calendar/{wish.line_id}/cancel",
        "/sell/calendar?shop=nonsense",
    ):
        assert (await stranger.get(path)).status_code == 404, path
    assert (await (await Counter(salon).browser()).get("/sell/calendar")).status_code in (303, 401)
    assert await may_watch(salon.site, Actor(shops=frozenset({salon.shop_id})), {"shop_id": str(salon.shop_id)})
    assert not await may_watch(salon.site, Actor(shops=frozenset({uuid4()})), {"shop_id": str(salon.shop_id)})


async def test_a_guest_is_booked_from_an_empty_cell_and_taken_through_the_visit(salon: Salon) -> None:
    listing, worker = await salon.service(), await salon.staff()
    owner = await Counter(salon).owner()
    path = f"/sell/calendar/guest?shop={salon.shop_id}"
    cell = (
        await owner.get(path, params={"at": salon.at("14:30"), "staff": str(worker), "shop": str(salon.shop_id)})
    ).text
    assert 'value="14:30"' in cell
    assert f'value="{listing}" checked' in cell
    typed = {"listing": str(listing), "day": DAY, "time": "14:30", "staff": str(worker)}
    wrong = await owner.post(path, data=typed | {"time": "14h30", "note": "with a dog"})
    assert wrong.status_code == 422
    assert "Write a time like 14:30." in wrong.text
    assert 'value="with a dog"' in wrong.text
    assert (await owner.post(path, data=typed)).status_code == 303
    taken = await owner.post(path, data=typed)
    assert taken.status_code == 409
    (claim,) = await salon.claims()
    assert "Guest" in (await owner.get(f"/sell/calendar/{claim['appointment_id']}")).text
    row = await salon.appointment(claim["appointment_id"])
    visit = (await owner.get(f"/sell/calendar/{row['id']}")).text
    said = [text for text in ("Check in", "Start", "Cancel", "Remind the customer") if f">{text}<" in visit]
    assert said == ["Check in", "Start", "Cancel", "Remind the customer"]
    assert (
        visit.index(">Check in<")
        < visit.index(">Start<")
        < visit.index(">Choose another time<")
        < visit.index(">Cancel<")
    )
    for not_now in ("I am here", "Set out", "Did not come"):  # the customer's words; for vans; from the start on
        assert not_now not in visit
    nobody = await owner.post(f"/sell/calendar/{row['id']}/remind")
    assert "There is nobody to be reminded of this." in (await owner.get(nobody.headers["location"])).text
    order = f"/sell/orders/{row['order_id']}"
    assert (await owner.post(f"{order}/lines/{row['id']}/check_in", data={"version": "1"})).status_code == 303
    assert (await salon.appointment(row["id"]))["state"] == "checked_in"


async def test_who_came_without_an_appointment_is_an_order_like_any_other(salon: Salon) -> None:
    listing, worker = await salon.service(), await salon.staff()
    owner = await Counter(salon).owner()
    path = f"/sell/calendar/guest?shop={salon.shop_id}"
    typed = {"listing": str(listing), "day": DAY, "time": "14:30", "staff": str(worker)}
    assert (await owner.post(path, data=typed)).status_code == 303
    assert (await owner.post(path, data=typed | {"overbook": "a friend", "phone": "+77010000009"})).status_code == 303
    inbox = (await owner.get(f"/api/shops/{salon.shop_id}/orders")).json()["items"]
    assert [(one["customer"], one["status"], len(one["lines"])) for one in inbox] == [("Guest", "accepted", 1)] * 2
    for language, word in (("ru", "Гость"), ("kk", "Қонақ")):
        reader = await Counter(salon).browser("owner", language)
        assert word in (await reader.get("/sell/orders")).text, language
    stats = (await owner.get(f"/api/shops/{salon.shop_id}/orders/stats")).json()
    assert stats["orders"] == 2
    assert [row["overbooked"] for row in await salon.sql(sa.select(appointment_table))] == [False, True]
    reasons = await salon.sql(sa.select(audit_table.c.facts).where(audit_table.c.act == "scheduling.overbook"))
    assert [one["facts"]["reason"] for one in reasons] == ["a friend"]


async def test_a_break_is_taken_and_given_back(salon: Salon) -> None:
    listing, worker = await salon.service(), await salon.staff()
    owner = await Counter(salon).owner()
    path = f"/sell/calendar/break?shop={salon.shop_id}"
    typed = {"staff": str(worker), "day": DAY, "begins": "13:00", "ends": "14:00", "reason": "Lunch"}
    backwards = await owner.post(path, data=typed | {"ends": "12:00"})
    assert backwards.status_code == 422
    assert 'value="Lunch"' in backwards.text
    assert (await owner.post(path, data=typed)).status_code == 303
    assert "13:00" not in await salon.times(listing)
    assert "Lunch" in (await owner.get(f"/sell/calendar?date={DAY}")).text
    (claim,) = await salon.claims()
    assert (await owner.post(f"/sell/calendar/breaks/{claim['id']}/release")).status_code == 303
    assert "13:00" in await salon.times(listing)
    stranger = await Counter(salon).stranger()
    assert (await stranger.post(f"/sell/calendar/breaks/{claim['id']}/release")).status_code == 404


async def test_a_week_is_read_in_three_statements_and_its_page_in_as_many_whatever_is_booked(salon: Salon) -> None:
    listing = await salon.service()
    for number in range(3):
        await salon.staff(f"One {number}")
    owner = await Counter(salon).owner()
    numbers = []
    for hour in range(9, 12):
        await salon.book(listing, f"{hour}:00")
        await owner.get(f"/sell/calendar?date={DAY}&view=week")
        with count_queries(salon.site) as seen:
            assert (await owner.get(f"/sell/calendar?date={DAY}&view=week")).status_code == 200
        numbers.append(len(seen))
    assert len(set(numbers)) == 1
    with count_queries(salon.site) as seen:
        known = await salon.site.ask(diary.journal, salon.shop_id, 1_772_400_000, 1_773_000_000)
    assert len(known.visits) == 3
    assert len(seen) == 3
