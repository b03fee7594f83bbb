"""What can be filtered by, from the declarations that make forms: facets, their values, and what somebody asked."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from uuid import UUID

import attrs
import msgspec

from marketplace_kit.kernel.errors import Invalid, Problem
from marketplace_kit.kernel.fields import Field, Form, fields_of
from marketplace_kit.kernel.fields.reading import TEXTS
from marketplace_kit.kernel.hooks import ListingKind
from marketplace_kit.kernel.money import LARGEST, Money
from marketplace_kit.kernel.texts import N_
from marketplace_kit.listings.domain import UnknownFacet
from marketplace_kit.listings.schemas.drafts import PREFIX

NEWEST, CHEAPEST, DEAREST, BEST, NEAREST, SOONEST = "newest", "price", "-price", "rating", "distance", "soonest"
SORTS = (NEWEST, CHEAPEST, DEAREST, BEST, NEAREST, SOONEST)
FREE = {"today": 1, "tomorrow": 2, "week": 7}
"""Until when something has a free time, in dates from today on."""
MOST_VALUES = 20
"""Values of one facet that can be asked for at once."""
LARGEST_RADIUS_M = 200_000
_NO_DATE = "not_a_date"
_NO_CHOICE = "not_a_choice"


class FacetValue(msgspec.Struct, frozen=True, kw_only=True):
    """One answer of a facet: how many listings there are with all other filters as they are."""

    value: str
    label: str
    count: int
    selected: bool = False


class FacetView(msgspec.Struct, frozen=True, kw_only=True):
    """A filter of a search. ``name`` is its parameter: ``choice`` may be repeated (any of them), ``one`` not, ``range``
    takes ``name.min`` and ``name.max``. ``min`` and ``max`` are what is asked for.
    """

    name: str
    label: str
    type: str
    values: list[FacetValue]
    min: str | None = None
    max: str | None = None
    unit: str = ""


@attrs.frozen(kw_only=True)
class Criteria:
    """What is looked for. Prices are minor units; ``person_id`` is who asks, for the hearts and for
    ``only_favourites``; ``now`` is when, for open and closed doors, ``free`` one of
    :data:`FREE`, whose dates are those of ``zone``. ``chosen`` are (facet, values) pairs, of which any
    value will do, ``ranges`` (facet, lowest, highest) triples, both of attributes.
    """

    kind: str | None = None
    text: str = ""
    price_min: int | None = None
    price_max: int | None = None
    shop_id: UUID | None = None
    only_favourites: bool = False
    person_id: UUID | None = None
    category: str | None = None
    city: str | None = None
    rating: int | None = None
    open_now: bool = False
    free: str | None = None
    zone: str = "UTC"
    now: datetime | None = None
    lat: float | None = None
    lon: float | None = None
    radius: int | None = None
    chosen: tuple[tuple[str, tuple[str, ...]], ...] = ()
    ranges: tuple[tuple[str, int | None, int | None], ...] = ()
    sort: str = NEWEST

    @property
    def near(self) -> bool:
        return self.lat is not None and self.lon is not None


@cache
def _declared(forms: tuple[type[Form], ...]) -> dict[str, Field]:
    """The filterable public fields of these forms by parameter; the first to declare a name says what it is."""
    found: dict[str, Field] = {}
    for form in forms:
        for field in fields_of(form):
            if field.filterable and not field.private:
                found.setdefault(f"{PREFIX}.{field.name}", field)
    return found


def facets_of(kinds: Mapping[str, ListingKind], kind: str | None = None) -> dict[str, Field]:
    """The attributes by which listings can be filtered: of one kind, or of all of them."""
    chosen = [kinds[kind]] if kind is not None and kind in kinds else kinds.values()
    return _declared(tuple(k.attributes for k in chosen))


def is_range(field: Field) -> bool:
    return not field.many and field.type in (int, date, Money)


def tokens_of(form: type[Form], stored: Mapping[str, Any]) -> list[str]:
    """The facet values of stored attributes, each as ``attributes.<name>=<value>``."""
    found = []
    for name, field in _declared((form,)).items():
        value = stored.get(field.name)
        if is_range(field):
            continue
        values = value if isinstance(value, list) else [value]
        texts = ("yes" if v else "no" if field.type is bool else "" for v in values if isinstance(v, bool))
        plain = (v for v in values if isinstance(v, str) and v)
        found += [f"{name}={v}" for v in (*texts, *plain) if v]
    return found


def numbers_of(form: type[Form], stored: Mapping[str, Any]) -> dict[str, int]:
    """The numbers of stored attributes that a range can be asked of; a date is its day's number."""
    found = {}
    for name, field in _declared((form,)).items():
        value = number_of(field, stored.get(field.name)) if is_range(field) else None
        if value is not None:
            found[name] = value
    return found


def number_of(field: Field, stored: Any) -> int | None:
    if field.type is Money:
        stored = stored.get("amount") if isinstance(stored, dict) else None
    if field.type is date:
        try:
            return date.fromisoformat(stored).toordinal() if isinstance(stored, str) else None
        except ValueError:
            return None
    return stored if type(stored) is int else None


def number_shown(field: Field, number: int | None) -> str | None:
    """A bound of a range as its parameter takes it."""
    if number is None:
        return None
    return date.fromordinal(number).isoformat() if field.type is date else str(number)


class _Asked:
    """Reads the parameters of a search; all problems are told at once."""

    def __init__(self, given: Mapping[str, list[str]]) -> None:
        self._given = given
        self.problems: list[Problem] = []

    def wrong(self, name: str, code: str, **facts: Any) -> None:
        self.problems.append(Problem(name, code, TEXTS[code], facts))

    def attributes(
        self, facets: Mapping[str, Field]
    ) -> tuple[tuple[tuple[str, tuple[str, ...]], ...], tuple[tuple[str, int | None, int | None], ...]]:
        chosen, ranges = [], []
        for name, field in facets.items():
            if is_range(field):
                low, high = self._bound(f"{name}.min", field), self._bound(f"{name}.max", field)
                if low is not None or high is not None:
                    ranges.append((name, low, high))
            elif values := tuple(dict.fromkeys(v for v in self._given.get(name, ()) if v)):
                self._check(name, field, values)
                chosen.append((name, values))
        return tuple(chosen), tuple(ranges)

    def _check(self, name: str, field: Field, values: tuple[str, ...]) -> None:
        allowed = ("yes", "no") if field.type is bool else tuple(c.value for c in field.choices)
        if len(values) > MOST_VALUES or (allowed and not set(values) <= set(allowed)):
            self.wrong(name, _NO_CHOICE)
        elif any(len(v) > field.max_length or not _storable(v) for v in values):
            self.wrong(name, "too_long", max=field.max_length)

    def _bound(self, name: str, field: Field) -> int | None:
        text = next((v.strip() for v in self._given.get(name, ()) if v.strip()), "")
        if not text:
            return None
        if field.type is date:
            try:
                return date.fromisoformat(text).toordinal()
            except ValueError:
                self.wrong(name, _NO_DATE)
                return None
        plain = text.removeprefix("-")
        if not (plain.isascii() and plain.isdigit()) or abs(int(text[:20])) >= LARGEST:
            self.wrong(name, "not_a_number")
            return None
        return int(text)


def _storable(text: str) -> bool:
    return text.isprintable()


def read_facets(given: Mapping[str, list[str]], facets: Mapping[str, Field], known: Iterable[str]) -> dict[str, Any]:
    """``chosen`` and ``ranges`` of a :class:`Criteria` from what an address says. Refuses :class:`UnknownFacet` for a
    parameter that is neither a facet nor ``known``, Invalid for a value that a facet does not have.
    """
    names = {n for name, f in facets.items() for n in ((f"{name}.min", f"{name}.max") if is_range(f) else (name,))}
    everything = sorted(names | set(known))
    for name in given:
        if name not in names and name not in everything:
            raise UnknownFacet(name=name[:80], nearest=_nearest(name, everything), known=everything)
    asked = _Asked(given)
    chosen, ranges = asked.attributes(facets)
    if asked.problems:
        raise Invalid(*asked.problems)
    return {"chosen": chosen, "ranges": ranges}


def _nearest(name: str, known: list[str]) -> str:
    """What was probably meant; a bare name may be that of an attribute."""
    for wanted in (name[:80], f"{PREFIX}.{name[:80]}"):
        if close := difflib.get_close_matches(wanted, known, n=1, cutoff=0.5):
            return close[0]
    return known[0] if known else ""


def read_place(lat: float | None, lon: float | None, radius: int | None) -> dict[str, Any]:
    """``lat``, ``lon`` and ``radius`` of a :class:`Criteria`: both or neither, on earth."""
    if lat is None and lon is None and radius is None:
        return {}
    problems = [Problem(name, "required", TEXTS["required"]) for name, v in (("lat", lat), ("lon", lon)) if v is None]
    for name, value, most in (("lat", lat, 90), ("lon", lon, 180)):
        if value is not None and not (math.isfinite(value) and abs(value) <= most):
            problems.append(Problem(name, "too_large", TEXTS["too_large"], {"max": most}))
    if problems:
        raise Invalid(*problems)
    return {"lat": lat, "lon": lon, "radius": radius}


def minute(at: datetime) -> datetime:
    """The minute: questions of one minute have one answer."""
    return at.astimezone(UTC).replace(second=0, microsecond=0)


LABELS: dict[str, str] = {
    "kind": N_("What"),
    "category": N_("Category"),
    "city": N_("City"),
    "price": N_("Price"),
    "rating": N_("Rating"),
    "open_now": N_("Open now"),
    "free": N_("Free time"),
    "near": N_("Distance"),
    "favourites": N_("Only my favourites"),
    "q": N_("Words"),
    "shop": N_("Shop"),
}
"""The facets that every kind has, as they are called on a page."""
FREE_LABELS = {"today": N_("Today"), "tomorrow": N_("By tomorrow"), "week": N_("Within a week")}
Translate = Callable[[str], str]
