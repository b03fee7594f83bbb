"""Money, dates and times as people here write them (local-business practice, CLDR for the rest)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_timedelta
from markupsafe import Markup, escape

from marketplace_kit.kernel.money import Money, exponent

SIGNS = {"KZT": "₸", "EUR": "€", "USD": "$", "RUB": "₽"}
_NBSP = "\u00a0"
_NEAR = timedelta(days=6)


def money(amount: Money | None) -> str:
    """``8 000 ₸`` in every language: no-break spaces between thousands and before the sign, minor units only when
    there are any.
    """
    if amount is None:
        return ""
    whole, _, fraction = amount.decimal().partition(".")
    sign = "-" if whole.startswith("-") else ""
    grouped = f"{int(whole.lstrip('-')):,}".replace(",", _NBSP)
    cents = f",{fraction}" if fraction and fraction != "0" * exponent(amount.currency) else ""
    return f"{sign}{grouped}{cents}{_NBSP}{SIGNS.get(amount.currency, amount.currency)}"


def day(value: date, locale: str) -> str:
    """``6 April 2027``, ``6 апреля 2027 г.``, ``2027 ж. 6 сәуір``."""
    return format_date(value, "long", locale=_cldr(locale))


def when(at: datetime | None, locale: str, zone: str, now: datetime) -> Markup:
    """A ``<time>`` that reads relatively for the near past and future, with the absolute local time beside it."""
    if at is None:
        return Markup("")
    local = at.astimezone(ZoneInfo(zone))
    absolute = format_datetime(local, "d MMMM y, HH:mm", locale=_cldr(locale))
    near = abs(at - now) < _NEAR
    shown = format_timedelta(at - now, add_direction=True, locale=_cldr(locale)) if near else absolute
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        local.isoformat(timespec="seconds"), absolute, escape(shown)
    )


def clock(at: datetime, zone: str, locale: str, now: datetime) -> str:
    """``19:00`` today, ``Mon 09:00`` within the week, else with the date: what a clock in ``zone`` shows at that
    moment.
    """
    local, today = at.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
    if local.date() == today:
        return local.strftime("%H:%M")
    pattern = "EEE HH:mm" if abs(local.date() - today) < _NEAR else "d MMM HH:mm"
    return str(format_datetime(local, pattern, locale=_cldr(locale)))


def span(starts: datetime, ends: datetime | None, zone: str, locale: str, now: datetime) -> str:
    """``Sunday, 22 November, 13:45-15:00`` by the wall clock of ``zone``, with the year where it is not this one: when
    somebody is expected. An end on another date is named with it.
    """
    begin, this_year = starts.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).year
    year = "" if begin.year == this_year else " y"
    said = str(format_datetime(begin, f"EEEE, d MMMM{year}, HH:mm", locale=_cldr(locale)))
    if ends is not None:
        end = ends.astimezone(ZoneInfo(zone))
        pattern = "HH:mm" if end.date() == begin.date() else "d MMMM HH:mm"
        said = f"{said}\u2013{format_datetime(end, pattern, locale=_cldr(locale))}"
    return said[:1].upper() + said[1:]


def _cldr(locale: str) -> str:
    return "en_GB" if locale == "en" else locale
