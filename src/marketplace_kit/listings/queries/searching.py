"""A whole search: a page of listings, what the facets would leave, and a way out where nothing fits."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import attrs
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.fields import Field
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.translated import named
from marketplace_kit.listings.queries.browsing import browse
from marketplace_kit.listings.queries.counting import Counts, facet_counts, relaxations, remembered
from marketplace_kit.listings.queries.kinds import Kinds
from marketplace_kit.listings.schemas import ListingCard
from marketplace_kit.listings.schemas.facets import (
    FREE_LABELS,
    LABELS,
    Criteria,
    FacetValue,
    FacetView,
    facets_of,
    is_range,
    number_shown,
)
from marketplace_kit.places.tables import category_table as category
from marketplace_kit.places.tables import city_table as city
from marketplace_kit.web.paging import Page

_NAMES = sa.union_all(
    sa.select(sa.literal("city"), city.c.id, city.c.names),
    sa.select(sa.literal("category"), category.c.id, category.c.names),
)
_MOST_SHOWN = 30
"""Values of one facet that are offered; whoever wants another one searches by words."""
Names = Mapping[str, Mapping[str, Mapping[str, str]]]


@attrs.frozen(kw_only=True)
class Searched:
    """What a search found. ``relax`` is filled where nothing fits."""

    page: Page[ListingCard]
    counts: Counts
    relax: dict[str, int]
    names: Names


class _KeptNames:
    """How cities and categories are called: few, seldom changed, looked up once a minute."""

    SECONDS = 60.0

    def __init__(self) -> None:
        self.at, self.names = float("-inf"), {}  # type: float, Names

    def fresh(self) -> bool:
        return bool(self.names) and time.monotonic() - self.at < self.SECONDS


async def place_names(connection: AsyncConnection, site: Site) -> Names:
    """``{"city": {id: names by language}, "category": …}``"""
    kept: _KeptNames = site.facilities.setdefault(_KeptNames, _KeptNames())
    if not kept.fresh():
        found: dict[str, dict[str, Mapping[str, str]]] = {"city": {}, "category": {}}
        for what, key, names in await connection.execute(_NAMES):
            found[what][key] = names
        kept.at, kept.names = time.monotonic(), found
    return kept.names


async def search(
    site: Site, criteria: Criteria, kinds: Kinds, *, cursor: str | None = None, limit: int = 20, locale: str = ""
) -> Searched:
    """A page and its facets: two statements on one connection, one while the counts of a large result are remembered, a
    third where nothing fits.
    """
    memory = remembered(site)

    async def ask(connection: AsyncConnection) -> Searched:
        counts = memory.known(site, criteria, kinds)
        many = counts is not None
        page = await browse(connection, criteria, kinds, cursor=cursor, limit=limit, many=many, locale=locale)
        if counts is None:
            counts = await facet_counts(connection, criteria, kinds)
            memory.keep(criteria, kinds, counts)
        nothing = not page.items and not cursor
        relax = await relaxations(connection, criteria, kinds) if nothing else {}
        return Searched(page=page, counts=counts, relax=relax, names=await place_names(connection, site))

    return await site.ask(ask)


def facet_views(
    searched: Searched, criteria: Criteria, kinds: Kinds, said: Callable[[str], str], locale: str
) -> list[FacetView]:
    """The facets in the reader's language: those that there is something to choose from, or that are chosen."""
    values = searched.counts.values
    views = [_kinds(values.get("kind", {}), criteria, kinds, said)]
    for facet, chosen in (("category", criteria.category), ("city", criteria.city)):
        names = searched.names.get(facet, {})
        counted = values.get(facet, {})
        shown = [(key, named(names[key], locale)) for key in names if key in counted or key == chosen]
        views.append(_view(facet, said(LABELS[facet]), "one", shown, counted, (chosen,) if chosen else ()))
    stars = [(str(n), "★" * n) for n in (5, 4, 3, 2, 1) if str(n) in values.get("rating", {}) or n == criteria.rating]
    rated = (str(criteria.rating),) if criteria.rating else ()
    views.append(_view("rating", said(LABELS["rating"]), "one", stars, values.get("rating", {}), rated))
    if criteria.free or "free" in values:
        shown = [(name, said(label)) for name, label in FREE_LABELS.items()]
        chosen_free = (criteria.free,) if criteria.free else ()
        views.append(_view("free", said(LABELS["free"]), "one", shown, values.get("free", {}), chosen_free))
    chosen_of, ranges_of = dict(criteria.chosen), {name: (low, high) for name, low, high in criteria.ranges}
    for name, field in facets_of(kinds, criteria.kind).items():
        if is_range(field):
            low, high = ranges_of.get(name, (None, None))
            views.append(
                FacetView(
                    name=name,
                    label=said(field.label),
                    type="range",
                    values=[],
                    min=number_shown(field, low),
                    max=number_shown(field, high),
                    unit=said(field.unit) if field.unit else "",
                )
            )
        else:
            counted, chosen_values = values.get(name, {}), chosen_of.get(name, ())
            shown = _answers(field, counted, chosen_values, said)
            views.append(_view(name, said(field.label), "choice", shown, counted, chosen_values))
    return [view for view in views if view.type == "range" or view.values]


def _answers(
    field: Field, counted: Mapping[str, int], chosen: tuple[str, ...], said: Callable[[str], str]
) -> list[tuple[str, str]]:
    if field.choices:
        declared = [(c.value, said(c.label)) for c in field.choices]
    elif field.type is bool:
        declared = [("yes", said(field.label))]
    else:
        often = sorted(counted, key=lambda value: (-counted[value], value))
        declared = [(value, value) for value in dict.fromkeys((*chosen, *often[:_MOST_SHOWN]))]
    return [(value, label) for value, label in declared if value in counted or value in chosen]


def _kinds(counted: Mapping[str, int], criteria: Criteria, kinds: Kinds, said: Callable[[str], str]) -> FacetView:
    shown = [(name, said(kind.plural)) for name, kind in kinds.items() if name in counted or name == criteria.kind]
    return _view("kind", said(LABELS["kind"]), "one", shown, counted, (criteria.kind,) if criteria.kind else ())


def _view(
    name: str, label: str, type_: str, shown: list[tuple[str, str]], counted: Mapping[str, int], chosen: tuple[Any, ...]
) -> FacetView:
    values = [
        FacetValue(value=value, label=text, count=counted.get(value, 0), selected=value in chosen)
        for value, text in shown
    ]
    return FacetView(name=name, label=label, type=type_, values=values)
