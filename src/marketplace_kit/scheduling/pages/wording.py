"""Days and times in the reader's words."""

from __future__ import annotations

from datetime import date, datetime

from babel.dates import format_date, format_skeleton, get_day_names

from marketplace_kit.web.formats import day as long_day

_FULL = {"kk": "y 'ж'. d MMMM, EEEE", "ru": "EEEE, d MMMM y 'г'.", "en": "EEEE, d MMMM y"}
_SHORT = {"kk": "d MMMM, EEEE", "ru": "EEEE, d MMMM", "en": "EEEE, d MMMM"}
_TIGHT = {"kk": "d MMM, EEE", "ru": "EEE, d MMM", "en": "EEE d MMM"}


def cldr(locale: str) -> str:
    return "en_GB" if locale == "en" else locale


def _said(day: date, pattern: str, locale: str) -> str:
    text = format_date(day, pattern, locale=cldr(locale))
    return text[:1].upper() + text[1:]


def said_day(day: date, locale: str, *, today: date | None = None) -> str:
    """``Thursday, 12 March``; with the year where it is not this one's."""
    patterns = _SHORT if today is None or today.year == day.year else _FULL
    return _said(day, patterns.get(locale, _SHORT["en"]), locale)


def tight_day(day: date, locale: str) -> str:
    """``Thu 12 Mar``: the heading of a narrow column."""
    return _said(day, _TIGHT.get(locale, _TIGHT["en"]), locale)


def said_month(day: date, locale: str) -> str:
    """``March 2027``."""
    text = format_skeleton("yMMMM", datetime(day.year, day.month, 1), locale=cldr(locale))  # noqa: DTZ001 - a date's month
    return str(text[:1].upper() + text[1:])


def weekday_names(locale: str) -> list[tuple[str, str]]:
    """Monday first, whatever the language: short and full names."""
    short, full = (get_day_names(width, "stand-alone", cldr(locale)) for width in ("short", "wide"))
    return [(short[number], full[number]) for number in range(7)]


__all__ = ["long_day", "said_day", "said_month", "tight_day", "weekday_names"]
