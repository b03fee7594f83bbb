"""What the address of a search says, read as people write addresses: what cannot be understood filters nothing."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import attrs

from marketplace_kit.kernel.errors import Invalid
from marketplace_kit.kernel.fields import Field
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.money import LARGEST, Money, NotAnAmount
from marketplace_kit.kernel.texts import N_
from marketplace_kit.listings.queries import Criteria
from marketplace_kit.listings.queries.kinds import Kinds
from marketplace_kit.listings.schemas import FacetView
from marketplace_kit.listings.schemas.facets import (
    BEST,
    CHEAPEST,
    DEAREST,
    FREE,
    LABELS,
    LARGEST_RADIUS_M,
    NEAREST,
    NEWEST,
    SOONEST,
    SORTS,
    facets_of,
    is_range,
    minute,
    read_facets,
)
from marketplace_kit.web import formats
from marketplace_kit.web.context import WebRequest

SORT_LABELS = {
    NEWEST: N_("Newest first"),
    CHEAPEST: N_("Cheapest first"),
    DEAREST: N_("Dearest first"),
    BEST: N_("Best rated first"),
    NEAREST: N_("Nearest first"),
    SOONEST: N_("Soonest free first"),
}
_COMMON = (
    "q", "kind", "category", "city", "price_min", "price_max", "price_from", "price_to", "rating", "open_now", "free",
    "lat", "lon", "radius", "favourites", "shop", "sort",
)  # fmt: skip
_OF_FACET = {
    "price": ("price_min", "price_max", "price_from", "price_to"),
    "near": ("radius",),
}
_LONGEST = 200


@attrs.frozen
class Chip:
    """Something chosen, and the address without it."""

    text: str
    href: str


@attrs.frozen(kw_only=True)
class FilterPanel:
    """What ``listings/filters.html`` draws: the form of a search, in one language, with what is chosen in it.

    ``open``: whoever is choosing filters goes on choosing; whoever comes by an address sees what there is first.
    """

    facets: list[FacetView]
    chips: list[Chip]
    sorts: list[tuple[str, str]]
    sort: str
    asked: dict[str, list[str]]
    open_now: int | None
    free: list[tuple[str, str]]
    signed_in: bool
    open: bool
    drawn: dict[Any, Any] = attrs.field(factory=dict, eq=False, repr=False)


class Asked:
    """The parameters of the address under way, and addresses that differ from it."""

    def __init__(self, request: WebRequest, kinds: Kinds, currency: str) -> None:
        given = request.query_params
        kind = given.get("kind", "")
        self._facets = facets_of(kinds, kind if kind in kinds else None)
        names = {
            n for name, f in self._facets.items() for n in ((f"{name}.min", f"{name}.max") if is_range(f) else (name,))
        }
        self.state: dict[str, list[str]] = {}
        for name in (*_COMMON, *sorted(names)):
            values = [v for v in given.getall(name, []) if v.strip()]
            if values and all(len(v) <= _LONGEST and v.isprintable() for v in values):
                self.state[name] = values
        self._currency = currency
        self._chosen = self._understood(names)

    def _understood(self, names: set[str]) -> dict[str, Any]:
        """The attributes asked for; one whose value is none of it is left out, also of the address."""
        while True:
            try:
                return read_facets({n: v for n, v in self.state.items() if n in names}, self._facets, ())
            except Invalid as wrong:
                for problem in wrong.problems:
                    self.state.pop(problem.field, None)

    def one(self, name: str) -> str:
        return self.state.get(name, [""])[-1]

    def criteria(self, actor: Actor, now: datetime, zone: str = "UTC") -> Criteria:
        lat, lon = _number(self.one("lat"), 90), _number(self.one("lon"), 180)
        here = lat is not None and lon is not None
        sort = self.one("sort")
        low, high = self._amount("price_from"), self._amount("price_to")
        return Criteria(
            kind=self.one("kind") or None,
            text=self.one("q"),
            price_min=low if low is not None else _whole(self.one("price_min"), 0, LARGEST - 1),
            price_max=high if high is not None else _whole(self.one("price_max"), 0, LARGEST - 1),
            shop_id=_uuid(self.one("shop")),
            only_favourites=_yes(self.one("favourites")) and actor.signed_in,
            person_id=actor.person_id,
            category=self.one("category") or None,
            city=self.one("city") or None,
            rating=_whole(self.one("rating"), 1, 5),
            open_now=_yes(self.one("open_now")),
            free=self.one("free") if self.one("free") in FREE else None,
            zone=zone,
            now=minute(now),
            lat=lat if here else None,
            lon=lon if here else None,
            radius=_whole(self.one("radius"), 1, LARGEST_RADIUS_M) if here else None,
            sort=sort if sort in SORTS else NEWEST,
            **self._chosen,
        )

    def _amount(self, name: str) -> int | None:
        typed = self.one(name)
        try:
            amount = Money.of(typed, self._currency).amount if typed else None
        except NotAnAmount:
            return None
        return amount if amount is None or 0 <= amount < LARGEST else None

    def href(self, cursor: str = "") -> str:
        return _address(self.state | ({"cursor": [cursor]} if cursor else {}))

    def without(self, facet: str, value: str = "") -> str:
        """The address without a facet, or without one of its values."""
        names = (facet, f"{facet}.min", f"{facet}.max", *_OF_FACET.get(facet, ()))
        rest = {n: v for n, v in self.state.items() if n not in names}
        if value and facet in self.state:
            rest[facet] = [v for v in self.state[facet] if v != value]
        return _address(rest)

    def label(self, facet: str, kinds: Kinds) -> str:
        """What a facet is called: a message id."""
        field: Field | None = self._facets.get(facet)
        return field.label if field else LABELS.get(facet, facet)

    def chips(self, facets: Sequence[FacetView], said: Callable[[str], str]) -> list[Chip]:
        """What is chosen, each to be let go of by itself."""
        found = [Chip(f"“{self.one('q')}”", self.without("q"))] if self.one("q") else []
        for view in facets:
            chosen = [v for v in view.values if v.selected]
            found += [Chip(v.label, self.without(view.name, v.value)) for v in chosen]
            if view.min or view.max:
                found.append(Chip(f"{view.label}: {view.min or '…'} – {view.max or '…'}", self.without(view.name)))
        low, high = self._amount("price_from"), self._amount("price_to")
        if low is not None or high is not None:
            bounds = (formats.money(Money(b, self._currency)) if b is not None else "…" for b in (low, high))
            found.append(Chip(f"{said(LABELS['price'])}: {' – '.join(bounds)}", self.without("price")))
        for name in ("open_now", "favourites"):
            if _yes(self.one(name)):
                found.append(Chip(said(LABELS[name]), self.without(name)))
        if self.one("radius"):
            found.append(Chip(f"{said(LABELS['near'])}: {self.one('radius')} m", self.without("near")))
        return found


def _address(state: dict[str, list[str]]) -> str:
    query = urlencode([(name, value) for name, values in state.items() for value in values])
    return f"/listings?{query}" if query else "/listings"


def _whole(text: str, low: int, high: int) -> int | None:
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= 19 else None
    return number if number is not None and low <= number <= high else None


def _number(text: str, most: float) -> float | None:
    try:
        number = float(text) if text else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) and abs(number) <= most else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _yes(text: str) -> bool:
    return text in ("1", "true", "on", "yes")
