"""When a shop is open. What the wall clock says is the truth: instants are worked out from it, never the other way.

A day has any number of ranges (lunch is the gap between two). A range that ends at or before its start ends on the next
day. Spans of instants are half-open.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import attrs
import holidays

from marketplace_kit.kernel.errors import Problem
from marketplace_kit.kernel.texts import N_

DAY = 24 * 60
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
AHEAD_DAYS = 15
"""For so many days the spans are worked out beforehand."""
COUNTRY = "KZ"

NOT_A_TIME = N_("Write times like 09:00-13:00, 14:00-19:00. “{given}” is none.")
OVERLAP = N_("{given} overlaps with other hours of this shop.")
TOO_MANY = N_("At most {max} ranges fit into a day.")
MOST_RANGES = 6

_RANGE = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*[-\u2013\u2014]\s*(\d{1,2})(?:[:.](\d{2}))?", re.ASCII)


@attrs.frozen(order=True)
class Range:
    """Minutes of the wall clock since midnight; ``closes`` beyond 1440 is the next day."""

    opens: int
    closes: int

    def __str__(self) -> str:
        return f"{clock(self.opens)}-{clock(self.closes)}"


Week = Mapping[int, tuple[Range, ...]]
"""The ranges of each weekday, Monday 0; a weekday that is not there is closed."""


class HoursFault(Exception):
    """Why a day's hours were not taken."""

    def __init__(self, code: str, text: str, **facts: str | int) -> None:
        super().__init__(code)
        self.code, self.text, self.facts = code, text, facts

    def at(self, field: str) -> Problem:
        return Problem(field, self.code, self.text, self.facts)


def clock(minutes: int) -> str:
    """``09:00``; the end of a day is ``24:00``, what lies beyond is tomorrow's clock."""
    return "24:00" if minutes == DAY else f"{minutes // 60 % 24:02}:{minutes % 60:02}"


def said(ranges: Iterable[Range]) -> str:
    """The ranges as they are typed: ``09:00-13:00, 14:00-19:00``."""
    return ", ".join(str(one) for one in ranges)


def read_day(text: str) -> tuple[Range, ...]:
    """What somebody typed for one day; nothing means closed. Raises :class:`HoursFault`."""
    parts = [part for part in re.split(r"[,;\n]", text.strip()) if part.strip()]
    if len(parts) > MOST_RANGES:
        raise HoursFault("hours_too_many", TOO_MANY, max=MOST_RANGES)
    found = sorted(_range(part.strip()) for part in parts)
    for earlier, later in pairwise(found):
        if later.opens < earlier.closes:
            raise HoursFault("hours_overlap", OVERLAP, given=str(later))
    if found and found[-1].closes - DAY > found[0].opens:
        raise HoursFault("hours_overlap", OVERLAP, given=str(found[-1]))
    return tuple(found)


def _range(text: str) -> Range:
    found = _RANGE.fullmatch(text)
    if found is None:
        raise HoursFault("hours_invalid", NOT_A_TIME, given=text[:40])
    hour, minute, to_hour, to_minute = (int(part or 0) for part in found.groups())
    opens, closes = hour * 60 + minute, to_hour * 60 + to_minute
    if max(minute, to_minute) > 59 or opens >= DAY or closes > DAY:
        raise HoursFault("hours_invalid", NOT_A_TIME, given=text[:40])
    return Range(opens, closes if closes > opens else closes + DAY)


def read_week(texts: Mapping[str, str]) -> tuple[dict[int, tuple[Range, ...]], list[Problem]]:
    """The week that was typed, and every problem with it at its day."""
    week: dict[int, tuple[Range, ...]] = {}
    problems = []
    for number, name in enumerate(WEEKDAYS):
        try:
            week[number] = read_day(texts.get(name, ""))
        except HoursFault as fault:
            problems.append(fault.at(name))
    for number, ranges in sorted(week.items()):
        after = week.get((number + 1) % 7, ())
        if ranges and after and ranges[-1].closes - DAY > after[0].opens:
            clash = HoursFault("hours_overlap", OVERLAP, given=str(after[0]))
            problems.append(clash.at(WEEKDAYS[(number + 1) % 7]))
    return week, problems


@attrs.frozen
class Holiday:
    """A day off by law; ``names`` by language. ``moved`` is a day off that stands for another, ``estimated`` one whose
    date is announced only shortly before.
    """

    day: date
    names: Mapping[str, str]
    moved: bool = False
    estimated: bool = False


# The law's names; the library has no Russian ones. Dates are the library's alone.
_RUSSIAN = {
    "New Year's Day": "Новый год",
    "Orthodox Christmas": "Православное Рождество",
    "International Women's Day": "Международный женский день",
    "Nowruz Holiday": "Наурыз мейрамы",
    "Kazakhstan's People Solidarity Holiday": "Праздник единства народа Казахстана",
    "Defender of the Fatherland Day": "День защитника Отечества",
    "Victory Day": "День Победы",
    "Capital Day": "День столицы",
    "Constitution Day": "День Конституции Республики Казахстан",
    "Republic Day": "День Республики",
    "First President Day": "День Первого Президента Республики Казахстан",
    "Independence Day": "День Независимости",
    "Eid al-Adha": "Курбан-айт",
}
_REMARK = re.compile(r"\s*\((observed|estimated|observed, estimated)\)$")
_SUBSTITUTE = re.compile(r"Day off \(substituted from (\d\d)/(\d\d)/(\d{4})\)")


@lru_cache(maxsize=16)
def holidays_of(year: int) -> Mapping[date, Holiday]:
    """The days off of Kazakhstan in a year: holidays, days that were moved, days that the Government swapped."""
    english = holidays.country_holidays(COUNTRY, years=year, language="en_US")
    kazakh = holidays.country_holidays(COUNTRY, years=year, language="kk")
    return {day: _holiday(day, name, kazakh.get(day) or name) for day, name in english.items()}


def _holiday(day: date, english: str, kazakh: str) -> Holiday:
    first = english.split("; ")[0]
    swapped = _SUBSTITUTE.fullmatch(first)
    if swapped:
        month, number, year = swapped.groups()
        russian = f"Выходной день (перенос с {number}.{month}.{year})"
        return Holiday(day, {"kk": kazakh, "ru": russian, "en": first}, moved=True)
    remark = _REMARK.search(first)
    plain = _REMARK.sub("", first)
    moved, estimated = (bool(remark and word in remark[1]) for word in ("observed", "estimated"))
    russian = _RUSSIAN.get(plain, plain)
    if moved:
        russian += " (перенос выходного)"
    if estimated:
        russian += " (ожидается)"
    return Holiday(day, {"kk": kazakh, "ru": russian, "en": first}, moved, estimated)


def holidays_between(first: date, last: date) -> dict[date, Holiday]:
    """The days off from ``first`` to ``last``, both included, in their order."""
    found = {day: h for year in range(first.year, last.year + 1) for day, h in holidays_of(year).items()}
    return {day: found[day] for day in sorted(found) if first <= day <= last}


@attrs.frozen(kw_only=True)
class Opening:
    """All that decides when a shop is open. ``days`` are the owner's own words for single dates: they win."""

    week: Week
    days: Mapping[date, tuple[Range, ...]] = attrs.field(factory=dict)
    holidays_closed: bool = True
    zone: str = "Asia/Atyrau"

    def on(self, day: date) -> tuple[Range, ...]:
        """The ranges that begin on a date."""
        if day in self.days:
            return self.days[day]
        if self.holidays_closed and day in holidays_of(day.year):
            return ()
        return self.week.get(day.weekday(), ())

    def spans(self, first: date, days: int) -> list[tuple[datetime, datetime]]:
        """The instants between which the shop is open, for ranges that begin on ``first`` and the days after it. What
        touches or overlaps is one span.
        """
        zone = ZoneInfo(self.zone)
        found: list[tuple[datetime, datetime]] = []
        for offset in range(days):
            day = first + timedelta(days=offset)
            for one in self.on(day):
                opens, closes = instant(day, one.opens, zone), instant(day, one.closes, zone)
                if closes <= opens:
                    continue
                if found and opens <= found[-1][1]:
                    found[-1] = (found[-1][0], max(found[-1][1], closes))
                else:
                    found.append((opens, closes))
        return found

    def coming(self, now: datetime) -> list[tuple[datetime, datetime]]:
        """The spans that are not over, of yesterday's late hours and of the coming days."""
        today = now.astimezone(ZoneInfo(self.zone)).date()
        spans = self.spans(today - timedelta(days=1), AHEAD_DAYS + 1)
        return [span for span in spans if span[1] > now]


def instant(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """The moment at which the wall clock shows so many minutes after a date's midnight."""
    wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
    return wall.replace(tzinfo=zone).astimezone(UTC)


@attrs.frozen(kw_only=True)
class OpenNow:
    """Whether it is open, and when that changes next; ``None`` if it does not in the coming days."""

    open: bool
    changes_at: datetime | None


def within_sight(at: datetime, now: datetime) -> bool:
    """Whether a change is one: spans end where they were worked out to, also those of a shop that never closes."""
    return at - now < timedelta(days=AHEAD_DAYS - 2)


def state_at(spans: Sequence[tuple[datetime, datetime]], now: datetime) -> OpenNow:
    """What spans (in their order) say of a moment."""
    for opens, closes in spans:
        if opens <= now < closes:
            return OpenNow(open=True, changes_at=closes)
        if opens > now:
            return OpenNow(open=False, changes_at=opens)
    return OpenNow(open=False, changes_at=None)
