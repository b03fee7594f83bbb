"""Menus as they are read and shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any
from uuid import UUID

import msgspec
from babel.dates import get_day_names

from marketplace_kit.kernel.errors import Invalid, Problem
from marketplace_kit.kernel.fields import Field, Form, json_schema
from marketplace_kit.kernel.fields.reading import TEXTS, Source
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.texts import N_
from marketplace_kit.listings.domain.menus import EVERY_DAY, MOST_LISTINGS, MOST_SECTIONS, MenuSection
from marketplace_kit.listings.schemas.answers import ListingCard
from marketplace_kit.listings.schemas.reading import items_of, named_form, read_item
from marketplace_kit.shops.domain.hours import WEEKDAYS, HoursFault, Range, read_day

_DAYS = tuple(
    zip(
        WEEKDAYS,
        (
            N_("Monday"),
            N_("Tuesday"),
            N_("Wednesday"),
            N_("Thursday"),
            N_("Friday"),
            N_("Saturday"),
            N_("Sunday"),
        ),
        strict=True,
    )
)
ONE_RANGE = N_("One range fits here, for example 08:00-11:00.")


class MenuSectionForm(Form, frozen=True, kw_only=True):
    """A part of a menu. No day chosen means every day."""

    name_kk: Annotated[str, Field(N_("Name in Kazakh"), max_length=120)] = ""
    name_ru: Annotated[str, Field(N_("Name in Russian"), max_length=120)] = ""
    name_en: Annotated[str, Field(N_("Name in English"), max_length=120)] = ""
    days: Annotated[tuple[str, ...], Field(N_("Only on these days"), choices=_DAYS)] = ()
    hours: Annotated[
        str, Field(N_("Only at this time"), max_length=20, hint=N_("For example 08:00-11:00. Empty: all day."))
    ] = ""


class MenuSectionView(msgspec.Struct, frozen=True, kw_only=True):
    """``name`` is in the reader's language; no ``days`` is every day, no ``hours`` all day; ``served`` is whether it is
    served at this moment. ``listing_ids`` are all that stand there, for whoever may change the menu those too that are
    not published; ``listings`` are what everybody sees of them.
    """

    id: UUID
    name: str
    names: dict[str, str]
    days: list[str]
    hours: str
    served: bool
    listing_ids: list[UUID]
    listings: list[ListingCard]


class MenuView(msgspec.Struct, frozen=True, kw_only=True):
    """``version`` is 0 while there is no menu."""

    version: int
    sections: list[MenuSectionView]


def read_section(raw: Mapping[str, Any], source: Source, known: MenuSection | None = None) -> MenuSection:
    """A section as somebody filled it in; its listings stay those of ``known``."""
    problems: list[Problem] = []
    form: MenuSectionForm | None = None
    try:
        form = named_form(MenuSectionForm, raw, source)
    except Invalid as invalid:
        problems += invalid.problems
    hours = _hours(raw.get("hours"), problems)
    if problems or form is None:
        raise Invalid(*problems)
    return MenuSection(
        id=known.id if known else new_id(),
        names={k: n for k, n in (("kk", form.name_kk), ("ru", form.name_ru), ("en", form.name_en)) if n},
        days=frozenset(WEEKDAYS.index(day) for day in form.days) or EVERY_DAY,
        hours=hours,
        listings=known.listings if known else (),
    )


def _hours(given: Any, problems: list[Problem]) -> Range | None:
    if not isinstance(given, str) or any(p.field == "hours" for p in problems):
        return None
    try:
        ranges = read_day(given)
    except HoursFault as fault:
        problems.append(fault.at("hours"))
        return None
    if len(ranges) > 1:
        problems.append(Problem("hours", "hours_too_many", ONE_RANGE))
    return ranges[0] if ranges else None


def read_menu(raw: Mapping[str, Any]) -> tuple[int, tuple[MenuSection, ...]]:
    """The version that was seen and the whole menu, as a program sends it; raises Invalid with every problem."""
    problems = [Problem(str(n)[:80], "unknown_field", TEXTS["unknown_field"]) for n in raw if n not in _MENU]
    version = raw.get("version")
    if type(version) is not int:
        code = "required" if version is None else "wrong_type"
        problems.append(Problem("version", code, TEXTS[code]))
    sections = []
    for path, one in items_of(raw, "sections", "", MOST_SECTIONS, problems):
        listings = _ids(one.get("listings"), f"{path}.listings", problems)
        plain = {k: v for k, v in one.items() if k != "listings"}

        def read(
            rest: Mapping[str, Any], section_id: UUID | None, listings: tuple[UUID, ...] = listings
        ) -> MenuSection:
            known = MenuSection(id=section_id or new_id(), names={}, listings=listings)
            return read_section(rest, "json", known)

        section = read_item(plain, path, problems, read)
        if section is not None:
            sections.append(section)
    if problems:
        raise Invalid(*problems)
    return int(version or 0), tuple(sections)


_MENU = ("version", "sections")


def _ids(given: Any, path: str, problems: list[Problem]) -> tuple[UUID, ...]:
    if not isinstance(given, list) or len(given) > MOST_LISTINGS:
        code = "required" if given is None else "wrong_type"
        problems.append(Problem(path, code, TEXTS[code]))
        return ()
    found = []
    for place, one in enumerate(given):
        try:
            found.append(UUID(one))
        except (ValueError, TypeError, AttributeError):
            problems.append(Problem(f"{path}.{place}", "bad_pattern", TEXTS["bad_pattern"]))
    return tuple(found)


def menu_schema(_: Any = None) -> dict[str, Any]:
    """The body of ``PUT /api/shops/{id}/menu``."""
    one_id = {"type": "string", "format": "uuid"}
    section = json_schema(MenuSectionForm)
    own = {"id": one_id | {"description": "Of one that is there already."}}
    section["properties"] = own | section["properties"] | {"listings": {"type": "array", "items": one_id}}
    section["required"] = [*section.get("required", []), "listings"]
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["version", "sections"],
        "properties": {"version": {"type": "integer"}, "sections": {"type": "array", "items": section}},
    }


def days_of(section: MenuSection) -> list[str]:
    """The days as they are sent; none if it is every day."""
    return [] if section.days == EVERY_DAY else [WEEKDAYS[day] for day in sorted(section.days)]


def said_when(section: MenuSection, locale: str) -> str:
    """Days and hours in the reader's language; empty if it is always served."""
    names = get_day_names("abbreviated", locale=locale)
    days = "" if section.days == EVERY_DAY else ", ".join(names[day] for day in sorted(section.days))
    return " · ".join(part for part in (days, str(section.hours) if section.hours else "") if part)


def form_values(section: MenuSection) -> dict[str, Any]:
    """A section as its form shows it."""
    names = {f"name_{language}": section.names.get(language, "") for language in ("kk", "ru", "en")}
    return names | {"days": days_of(section), "hours": str(section.hours) if section.hours else ""}


def mask_of(days: Iterable[int]) -> int:
    """Weekdays as the bits of a number."""
    return sum(1 << day for day in days)


def days_in(mask: int) -> frozenset[int]:
    return frozenset(day for day in range(7) if mask >> day & 1)
