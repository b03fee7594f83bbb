"""When a shop is open: what is typed, what the calendar says, and what follows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace_kit.shops.domain.contacts import handle, map_links, tax_id_fault, whatsapp_link
from marketplace_kit.shops.domain.hours import (
    DAY,
    WEEKDAYS,
    HoursFault,
    Opening,
    Range,
    holidays_between,
    read_day,
    read_week,
    said,
    state_at,
)

pytestmark = pytest.mark.one_engine
ATYRAU = ZoneInfo("Asia/Atyrau")
NINE_TO_SIX = (Range(540, 1080),)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("09:00-13:00, 14:00-19:00", "09:00-13:00, 14:00-19:00"),
        ("14-19; 9-13", "09:00-13:00, 14:00-19:00"),
        ("9.00 – 18.30", "09:00-18:30"),
        ("18:00-02:00", "18:00-02:00"),
        ("00:00-24:00", "00:00-24:00"),
        ("", ""),
        (" , ", ""),
    ],
)
def test_hours_are_taken_as_people_write_them(typed: str, shown: str) -> None:
    assert said(read_day(typed)) == shown


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("25:00-26:00", "hours_invalid"),
        ("09:60-10:00", "hours_invalid"),
        ("24:00-02:00", "hours_invalid"),
        ("morning", "hours_invalid"),
        ("09:00", "hours_invalid"),
        ("١٠:٠٠-١١:٠٠", "hours_invalid"),
        ("09:00-13:00, 12:59-14:00", "hours_overlap"),
        ("09:00-12:00, 20:00-10:00", "hours_overlap"),
        ("1-2, 3-4, 5-6, 7-8, 9-10, 11-12, 13-14", "hours_too_many"),
    ],
)
def test_hours_that_no_clock_shows_are_refused(typed: str, code: str) -> None:
    with pytest.raises(HoursFault) as refused:
        read_day(typed)
    assert refused.value.code == code


def test_what_is_wrong_is_told_at_its_day() -> None:
    week, problems = read_week({"mon": "18:00-03:00", "tue": "02:00-05:00", "wed": "nonsense", "sun": "20:00-09:00"})
    assert [(p.field, p.code) for p in problems] == [("wed", "hours_invalid"), ("tue", "hours_overlap")]
    assert week[0] == (Range(1080, 1620),)


def test_touching_ranges_are_fine_and_are_one_time_to_be_open() -> None:
    week = {number: read_day("09:00-13:00, 13:00-18:00") for number in range(7)}
    ((opens, closes),) = Opening(week=week, holidays_closed=False).spans(date(2026, 3, 3), 1)
    assert (opens.hour, closes.hour) == (4, 13)


@given(
    st.lists(st.tuples(st.integers(0, 1439), st.integers(1, 600)), max_size=4),
    st.dates(date(2024, 4, 1), date(2035, 1, 1)),
    st.sampled_from(["Asia/Atyrau", "Europe/Berlin", "America/New_York"]),
)
def test_spans_are_in_order_apart_and_what_the_wall_clock_says(
    made: list[tuple[int, int]], first: date, zone: str
) -> None:
    ranges = tuple(sorted(Range(opens, opens + length) for opens, length in made))
    opening = Opening(week=dict.fromkeys(range(7), ranges), holidays_closed=False, zone=zone)
    spans = opening.spans(first, 10)
    assert all(opens < closes for opens, closes in spans)
    assert all(earlier[1] < later[0] for earlier, later in pairwise(spans))
    starts = {one.opens for one in ranges}
    for opens, _ in spans:
        wall = opens.astimezone(ZoneInfo(zone))
        # An hour that does not exist on a spring night is the hour after it: a change of clocks shifts, never loses.
        assert any((wall.hour * 60 + wall.minute - start) % DAY in {0, 60} for start in starts)


@given(st.integers(0, 13 * DAY), st.dates(date(2024, 4, 1), date(2030, 1, 1)))
def test_open_now_is_what_the_spans_say_at_every_minute(minute: int, first: date) -> None:
    week = {number: read_day("09:00-13:00, 14:00-19:00") for number in range(5)} | {5: read_day("22:00-03:00")}
    opening = Opening(week=week, holidays_closed=False)
    now = datetime.combine(first, datetime.min.time(), ATYRAU) + timedelta(minutes=minute)
    state = state_at(opening.coming(now), now)
    today, before = opening.on(now.date()), opening.on(now.date() - timedelta(days=1))
    wall = now.hour * 60 + now.minute
    by_hand = any(one.opens <= wall < one.closes for one in today) or any(
        one.opens <= wall + DAY < one.closes for one in before
    )
    assert state.open is by_hand
    assert state.changes_at is not None
    assert state.changes_at > now
    assert state_at(opening.coming(state.changes_at), state.changes_at).open is not state.open


def test_a_shop_that_never_closes_has_no_next_change_within_sight_but_one_at_the_end() -> None:
    opening = Opening(week=dict.fromkeys(range(7), read_day("00:00-24:00")), holidays_closed=False)
    now = datetime(2026, 3, 3, 7, tzinfo=UTC)
    assert state_at(opening.coming(now), now).open
    assert len(opening.coming(now)) == 1


def test_a_holiday_and_the_day_off_moved_from_it_are_closed_and_spoken_in_three_languages() -> None:
    opening = Opening(week=dict.fromkeys(range(7), NINE_TO_SIX))
    sunday, monday = date(2026, 3, 8), date(2026, 3, 9)
    assert opening.on(sunday) == opening.on(monday) == ()
    assert opening.on(date(2026, 3, 10)) == NINE_TO_SIX
    found = holidays_between(sunday, monday)
    assert found[sunday].names == {
        "kk": "Халықаралық әйелдер күні",
        "ru": "Международный женский день",
        "en": "International Women's Day",
    }
    assert found[monday].moved
    assert found[monday].names["ru"].startswith("Международный женский день")


def test_every_day_off_of_twelve_years_has_a_russian_name() -> None:
    for holiday in holidays_between(date(2020, 1, 1), date(2031, 12, 31)).values():
        assert any("а" <= letter <= "я" for letter in holiday.names["ru"].lower()), holiday
        assert holiday.names["kk"]


def test_the_owners_word_for_a_date_wins_over_holiday_and_week() -> None:
    short = (Range(600, 720),)
    days = {date(2026, 3, 9): short, date(2026, 3, 10): ()}
    opening = Opening(week=dict.fromkeys(range(7), NINE_TO_SIX), days=days)
    assert opening.on(date(2026, 3, 9)) == short
    assert opening.on(date(2026, 3, 10)) == ()
    assert Opening(week=opening.week, holidays_closed=False).on(date(2026, 3, 9)) == NINE_TO_SIX


@pytest.mark.parametrize("number", ["240140012342", "850512400333", "240140000203"])
def test_a_number_that_is_issued_is_taken(number: str) -> None:
    assert tax_id_fault(number) == ""


@pytest.mark.parametrize(
    ("number", "reason"),
    [("240140012343", "checksum"), ("24014001234", "length"), ("24014001234x", "digits"), ("", "length")]
    + [(f"24014000029{last}", "checksum") for last in range(10)],
)
def test_a_number_that_cannot_be_is_refused_with_its_reason(number: str, reason: str) -> None:
    assert tax_id_fault(number) == reason


def test_links_go_to_where_a_shop_is_found() -> None:
    assert whatsapp_link("+77012345678") == "https://wa.me/77012345678"
    assert whatsapp_link("+77122354040") == ""
    assert handle("https://t.me/aigerim_salon") == handle("@aigerim_salon") == "aigerim_salon"
    assert handle("javascript:alert(1)") is None
    at = map_links(47.1068, 51.9166, "", "")
    assert "51.916600,47.106800" in at["2GIS"]
    assert "destination=47.106800" in at["Google"]
    assert "%26" in map_links(None, None, "A & B", "Atyrau")["Yandex"]
    assert map_links(None, None, "", "Atyrau") == {}


def test_a_week_is_read_back_as_it_was_typed() -> None:
    typed = dict.fromkeys(WEEKDAYS, "09:00-13:00, 14:00-19:00") | {"sun": ""}
    week, problems = read_week(typed)
    assert problems == []
    assert {name: said(week[number]) for number, name in enumerate(WEEKDAYS)} == typed
