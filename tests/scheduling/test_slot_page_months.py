"""The month and the times that the slot picker draws."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from marketplace_kit.scheduling.pages.months import Start, month_start, month_view, nearest, times_view

pytestmark = pytest.mark.one_engine
TODAY = date(2027, 4, 15)
ATYRAU = ZoneInfo("Asia/Atyrau")


def say(text: str, **facts: Any) -> str:
    return text % facts if facts else text


def many(one: str, more: str, number: int) -> str:
    return (one if number == 1 else more) % {"num": number}


def href(**asked: str) -> str:
    return "/book?" + "&".join(f"{k}={v}" for k, v in asked.items())


def start(clock: str, **given: Any) -> Start:
    hour, minute = (int(part) for part in clock.split(":"))
    return Start(at=datetime(2027, 4, 16, hour, minute, tzinfo=ATYRAU), **given)


def test_a_day_says_how_many_times_are_free_and_a_full_one_is_no_link() -> None:
    free = {date(2027, 4, 16): 4, date(2027, 4, 17): 1}
    month = month_view(
        TODAY.replace(day=1),
        free,
        chosen=date(2027, 4, 16),
        href=href,
        ngettext=many,
        say=say,
        locale="en",
        today=TODAY,
    )
    days = {cell.number: cell for week in month.weeks for cell in week if cell}
    assert (days[16].said, days[16].note, days[16].chosen) == ("Friday, 16 April", "4 times free", True)
    assert days[16].href == "/book?month=2027-04&day=2027-04-16#slots-times"
    assert days[17].note == "1 time free"
    assert (days[18].href, days[18].note) == ("", "no times")
    assert [len(week) for week in month.weeks] == [7] * len(month.weeks)
    assert (month.previous, month.next) == ("", "/book?month=2027-05&day=")


def test_the_address_cannot_lead_into_the_past_or_years_away() -> None:
    assert month_start("2027-03", TODAY) == date(2027, 4, 1)
    assert month_start("2027-05", TODAY) == date(2027, 5, 1)
    for nonsense in ("", "2027-13", "9999-12", "x"):
        assert month_start(nonsense, TODAY) == date(2027, 4, 1)


def test_times_stand_by_part_of_the_day_and_say_why_they_cannot_be_chosen() -> None:
    starts = [start("09:30"), start("12:00", left=2), start("17:00", bookable=False, reason="too_soon")]
    times = times_view(
        date(2027, 4, 16),
        starts,
        chosen=starts[0].value,
        zone="Atyrau",
        say=say,
        ngettext=many,
        locale="en",
        today=TODAY,
    )
    shown = {legend: [(t.text, t.note, t.bookable, t.chosen) for t in ones] for legend, ones in times.groups}
    assert shown == {
        "Morning": [("09:30", "", True, True)],
        "Afternoon": [("12:00", "2 places left", True, False)],
        "Evening": [("17:00", "too soon", False, False)],
    }


def test_the_nearest_of_a_lost_time_are_free_ones_in_their_order() -> None:
    starts = [start("09:30"), start("14:15"), start("12:30", bookable=False), start("14:35"), start("18:00")]
    lost = start("12:10").at
    assert [s.at.strftime("%H:%M") for s in nearest(starts, lost)] == ["09:30", "14:15", "14:35"]
    assert nearest([], lost + timedelta(hours=1)) == []
