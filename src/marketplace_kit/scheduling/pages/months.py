"""What the slot picker's macros draw: a month of days, and the times of one day."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from types import MappingProxyType

import attrs

from marketplace_kit.kernel.texts import N_
from marketplace_kit.scheduling.pages.wording import said_day, said_month, weekday_names
from marketplace_kit.scheduling.services.policies import NEEDS_PREPAYMENT

Say = Callable[..., str]
"""Translates one msgid with its facts."""
SayMany = Callable[..., str]

NOON, EVENING = 12, 17
PARTS_OF_DAY = (N_("Morning"), N_("Afternoon"), N_("Evening"))
REASONS = {
    "too_soon": N_("too soon"),
    "too_far": N_("too far ahead"),
    "full": N_("taken"),
    "taken": N_("taken"),
    "closed": N_("closed"),
    NEEDS_PREPAYMENT: N_("needs a prepayment"),
}
"""Why a start is shown that cannot be chosen."""
NO_TIMES = N_("no times")
MOST_MONTHS = 24


@attrs.frozen(kw_only=True)
class Start:
    """A start as the page needs it: ``at`` in the place's own time."""

    at: datetime
    bookable: bool = True
    reason: str = ""
    left: int | None = None
    note: str = ""

    @property
    def value(self) -> str:
        return self.at.isoformat(timespec="minutes")


@attrs.frozen(kw_only=True)
class DayCell:
    """One day of the month. ``short`` is what is seen of ``note``."""

    number: int
    said: str
    note: str
    short: str
    href: str
    chosen: bool


@attrs.frozen(kw_only=True)
class Month:
    title: str
    weekdays: Sequence[tuple[str, str]]
    weeks: Sequence[Sequence[DayCell | None]]
    previous: str = ""
    next: str = ""


@attrs.frozen(kw_only=True)
class Time:
    value: str
    text: str
    note: str
    bookable: bool
    chosen: bool


@attrs.frozen(kw_only=True)
class Times:
    """``wait`` is the way to the waiting list: its words and its address."""

    title: str
    groups: Sequence[tuple[str, Sequence[Time]]]
    zone: str
    say: str
    wait: tuple[str, str] | None = None


def month_start(text: str, today: date) -> date:
    """The month that an address names (``2027-03``), no earlier than today's and not years away."""
    this = today.replace(day=1)
    try:
        wanted = date.fromisoformat(f"{text}-01")
    except ValueError:
        return this
    months = (wanted.year - this.year) * 12 + wanted.month - this.month
    return wanted if 0 <= months <= MOST_MONTHS else this


def next_month(first: date) -> date:
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1)


def month_view(
    first: date,
    free: Mapping[date, int],
    *,
    chosen: date | None,
    known: Mapping[date, str] = MappingProxyType({}),
    href: Callable[..., str],
    ngettext: SayMany,
    say: Say,
    locale: str,
    today: date,
) -> Month:
    """The month from ``first``; ``free`` is how many times each day has, ``known`` are days of which there is something
    to see all the same, each with its state. ``href(**asked)`` is this page, asked so.
    """

    def cell(day: date) -> DayCell | None:
        if day.month != first.month:
            return None
        count = free.get(day, 0)
        return DayCell(
            number=day.day,
            said=said_day(day, locale, today=today),
            note=ngettext("%(num)s time free", "%(num)s times free", count) if count else say(_why(known.get(day))),
            short=str(count) if count else "–",
            href=f"{href(month=f'{day:%Y-%m}', day=day.isoformat())}#slots-times" if count or day in known else "",
            chosen=day == chosen,
        )

    rows = [[cell(day) for day in week] for week in calendar.Calendar().monthdatescalendar(first.year, first.month)]
    before, after = first - timedelta(days=1), next_month(first)
    this = today.replace(day=1)
    return Month(
        title=said_month(first, locale),
        weekdays=weekday_names(locale),
        weeks=rows,
        previous=href(month=f"{before:%Y-%m}", day="") if first > this else "",
        next=href(month=f"{after:%Y-%m}", day="") if month_start(f"{after:%Y-%m}", today) == after else "",
    )


def _why(state: str | None) -> str:
    return REASONS[state] if state == NEEDS_PREPAYMENT else NO_TIMES


def times_view(
    day: date, starts: Iterable[Start], *, chosen: str, zone: str, say: Say, ngettext: SayMany, locale: str, today: date
) -> Times:
    """The starts of one day by part of the day; those that cannot be chosen say why."""
    groups: dict[str, list[Time]] = {say(part): [] for part in PARTS_OF_DAY}
    for one in starts:
        part = PARTS_OF_DAY[0 if one.at.hour < NOON else 1 if one.at.hour < EVENING else 2]
        note = one.note
        if not one.bookable:
            note = say(REASONS.get(one.reason, REASONS["full"]))
        elif one.left is not None:
            note = ngettext("%(num)s place left", "%(num)s places left", one.left)
        groups[say(part)].append(
            Time(
                value=one.value,
                text=f"{one.at:%H:%M}",
                note=note,
                bookable=one.bookable,
                chosen=one.bookable and one.value == chosen,
            )
        )
    return Times(
        title=said_day(day, locale, today=today),
        groups=[(legend, ones) for legend, ones in groups.items() if ones],
        zone=zone,
        say=say(N_("There are no free times on this day.")),
    )


def nearest(starts: Iterable[Start], wanted: datetime, count: int = 3) -> list[Start]:
    """The bookable starts that lie nearest to one that was lost, in their order."""
    free = sorted((s for s in starts if s.bookable), key=lambda s: (abs(s.at - wanted), s.at))
    return sorted(free[:count], key=lambda s: s.at)
