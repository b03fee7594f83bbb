"""Searching what shops offer, with counted facets; the kinds there are."""

from __future__ import annotations

from typing import Annotated, Any, Literal, cast
from uuid import UUID

import msgspec
from litestar import get
from litestar.params import QueryParameter

from marketplace_kit.kernel.errors import Invalid, Problem
from marketplace_kit.kernel.fields import json_schema
from marketplace_kit.kernel.fields.reading import TEXTS
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.money import LARGEST
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import Site
from marketplace_kit.listings import queries
from marketplace_kit.listings.queries import Criteria, active_kinds
from marketplace_kit.listings.queries.kinds import Kinds
from marketplace_kit.listings.schemas import (
    FacetView,
    Found,
    KindView,
)
from marketplace_kit.listings.schemas.facets import LARGEST_RADIUS_M, facets_of, minute, read_facets, read_place
from marketplace_kit.web.context import Given, WebRequest, site_of, visit_of
from marketplace_kit.web.paging import CursorText, Limit
from marketplace_kit.web.parameters import declared_parameters, refuse_unknown
from marketplace_kit.web.routing import PUBLIC, route

Kind = Annotated[str | None, QueryParameter(max_length=80, description="Only this kind.")]
Words = Annotated[str, QueryParameter(max_length=200, description="Only what holds each of these words.")]
Price = Annotated[int | None, QueryParameter(ge=0, lt=LARGEST, description="Minor units, inclusive.")]
OfShop = Annotated[UUID | None, QueryParameter(description="Only this shop's.")]
OnlyFavourites = Annotated[
    bool, QueryParameter(description="Only the asker's favourites; of a stranger there are none.")
]
Category = Annotated[str | None, QueryParameter(max_length=60, description="Only shops of this category.")]
City = Annotated[str | None, QueryParameter(max_length=60, description="Only shops of this city.")]
Rating = Annotated[int | None, QueryParameter(ge=1, le=5, description="Rated so well or better, on average.")]
OpenNow = Annotated[bool, QueryParameter(description="Only shops whose doors are open at this moment.")]
Free = Annotated[
    Literal["today", "tomorrow", "week"] | None,
    QueryParameter(description="Only what has a free time today, by tomorrow, within a week."),
]
Lat = Annotated[float | None, QueryParameter(description="Where from, degrees north; with `lon`.")]
Lon = Annotated[float | None, QueryParameter(description="Where from, degrees east; with `lat`.")]
Radius = Annotated[
    int | None,
    QueryParameter(ge=1, le=LARGEST_RADIUS_M, description="Metres from there; without it, all with distances."),
]
Sort = Annotated[
    Literal["newest", "price", "-price", "rating", "distance", "soonest"],
    QueryParameter(
        description="In which order; `-price` is the dearest first, `distance` needs `lat` and `lon`, `soonest` has"
        " only what can be booked by time."
    ),
]


@get("/api/listings", **route(PUBLIC, summary="What shops offer, filtered and counted"))
async def listings(
    request: WebRequest,
    site: Given[Site],
    actor: Given[Actor],
    kind: Kind = None,
    q: Words = "",
    price_min: Price = None,
    price_max: Price = None,
    shop: OfShop = None,
    favourites: OnlyFavourites = False,
    category: Category = None,
    city: City = None,
    rating: Rating = None,
    open_now: OpenNow = False,
    free: Free = None,
    lat: Lat = None,
    lon: Lon = None,
    radius: Radius = None,
    sort: Sort = "newest",
    cursor: CursorText = None,
    limit: Limit = 20,
) -> Found:
    """`facets` names every filter with its values and how many listings each would leave, all other filters as they
    are. Whatever a kind declares filterable is a parameter too: `attributes.<name>` for choices, repeated for any of
    several; `attributes.<name>.min` and `.max` for numbers and dates. A parameter that is no filter is refused with
    400 `unknown_facet` and the nearest that is one; a value that a facet does not have with 422.
    """
    kinds = active_kinds(site)
    criteria = Criteria(
        kind=kind,
        text=q,
        price_min=price_min,
        price_max=price_max,
        shop_id=shop,
        only_favourites=favourites,
        person_id=actor.person_id,
        category=category,
        city=city,
        rating=rating,
        open_now=open_now,
        free=free,
        zone=site.settings.of(SiteSettings).timezone,
        now=minute(site.clock.now()),
        sort=sort,
        **read_place(lat, lon, radius),
        **_attributes_asked(request, kinds, kind),
    )
    if kind is not None and kind not in kinds:
        raise Invalid(Problem("kind", "not_a_choice", TEXTS["not_a_choice"]))
    found = await queries.search(site, criteria, kinds, cursor=cursor, limit=limit, locale=visit_of(request).locale)
    by_kind = found.counts.values.get("kind", {})
    return Found(
        items=found.page.items,
        counts={name: by_kind[name] for name in kinds if name in by_kind},
        next=found.page.next,
        total=found.counts.total,
        total_is_exact=found.counts.exact,
        facets=facets_shown(request, found, criteria, kinds),
        relax=found.relax,
    )


def facets_shown(request: WebRequest, found: queries.Searched, criteria: Criteria, kinds: Kinds) -> list[FacetView]:
    """The facets in the reader's words; of remembered counts they are worded and written once for each language."""
    locale, texts = visit_of(request).locale, site_of(request).texts
    written = found.counts.written.get(locale)
    if written is None:
        views = queries.facet_views(found, criteria, kinds, lambda text: texts.gettext(locale, text), locale)
        written = found.counts.written[locale] = msgspec.Raw(msgspec.json.encode(views))
    return cast("list[FacetView]", written)  # as it stands in the answer


def _attributes_asked(request: WebRequest, kinds: Kinds, kind: str | None) -> dict[str, Any]:
    known = declared_parameters(request)
    given = request.query_params
    if all(name in known for name in given):
        return {}
    asked = {name: given.getall(name) for name in given if name not in known}
    return read_facets(asked, facets_of(kinds, kind), known)


@get("/api/listing-kinds", **route(PUBLIC, summary="The kinds of listings that this site offers"))
async def kinds(request: WebRequest, site: Given[Site]) -> list[KindView]:
    """In the language asked for. `attributes` is the JSON Schema that a listing's attributes keep to."""
    refuse_unknown(request)
    locale = visit_of(request).locale

    def said(text: str) -> str:
        return site.texts.gettext(locale, text)

    return [
        KindView(
            name=kind.name,
            label=said(kind.label),
            plural=said(kind.plural),
            summary=said(kind.summary),
            icon=kind.icon,
            facts=list(kind.facts),
            attributes=json_schema(kind.attributes),
        )
        for kind in active_kinds(site).values()
    ]


handlers = (
    listings,
    kinds,
)
