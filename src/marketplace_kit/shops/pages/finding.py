"""Shops near me: the address of the page is all it knows."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import get
from litestar.params import QueryParameter
from litestar.response import Response

from marketplace_kit.kernel.errors import Invalid
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.places.queries import categories, cities
from marketplace_kit.places.services import chosen_city_id
from marketplace_kit.shops import queries, services
from marketplace_kit.shops.schemas import ShopFilter
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.forms import errors_of
from marketplace_kit.web.paging import CursorText, Page
from marketplace_kit.web.rendering import page
from marketplace_kit.web.routing import PUBLIC, route

PAGE_OF = 24
SORTS = (
    ("newest", N_("Newest first")),
    ("distance", N_("Nearest first")),
    ("rating", N_("Best rated first")),
    ("name", N_("By name")),
)
RADII = ("1", "3", "10", "30", "100")
City = Annotated[str, QueryParameter(name="city", max_length=60, required=False)]
Category = Annotated[str, QueryParameter(name="category", max_length=60, required=False)]
Text = Annotated[str, QueryParameter(name="q", max_length=200, required=False)]
Degrees = Annotated[str, QueryParameter(max_length=30, required=False)]
Radius = Annotated[str, QueryParameter(name="radius_km", max_length=10, required=False)]
Ticked = Annotated[str, QueryParameter(name="open_now", max_length=5, required=False)]
Sort = Annotated[str, QueryParameter(name="sort", max_length=20, required=False)]


@get("/shops", **route(PUBLIC), include_in_schema=False)
async def shops_page(
    request: WebRequest,
    site: Given[Site],
    city: City = "",
    category: Category = "",
    q: Text = "",
    lat: Degrees = "",
    lon: Degrees = "",
    radius_km: Radius = "",
    open_now: Ticked = "",
    sort: Sort = "",
    cursor: CursorText = None,
) -> Response[str]:
    """Context: shops (a page of cards), cities, categories, asked (what the address asks for), errors, origin (the
    city whose centre distances are counted from, or none), next_href, first_href.
    """
    locale = visit_of(request).locale
    asked = {"city": city, "category": category, "q": q, "lat": lat, "lon": lon, "radius_km": radius_km, "sort": sort}
    asked = {name: value for name, value in asked.items() if value} | ({"open_now": "true"} if open_now else {})
    served = [one for one in await site.ask(cities, locale=locale) if one.enabled or one.id == city]
    origin = None
    remembered = chosen_city_id(request)
    here = next((one for one in served if one.id == (city or remembered)), None)
    point = {"lat": lat, "lon": lon}
    if not (lat or lon) and here is not None and (sort == "distance" or radius_km):
        origin, point = here, {"lat": str(here.lat), "lon": str(here.lon)}
    refused, found = None, Page[Any](items=[])
    known = sort if sort in {name for name, _ in SORTS} else ""
    try:
        wanted = services.filter_of(city, category, q, point["lat"], point["lon"], radius_km, bool(open_now), known)
        found = await site.ask(
            queries.shop_list, wanted, cursor=cursor, limit=PAGE_OF, now=site.clock.now(), locale=locale
        )
    except Invalid as wrong:
        refused, wanted = wrong, ShopFilter()
    rest = urlencode(asked)
    return await page(
        request,
        "shops/shops.html",
        status=422 if refused else 200,
        page_title=N_("Shops"),
        shops=found,
        cursor=cursor,
        asked=asked,
        wanted=wanted,
        errors=[text for texts in errors_of(request, refused).values() for text in texts],
        origin=origin,
        remembered=remembered,
        cities=served,
        categories=await site.ask(categories, locale=locale, city_id=city),
        sorts=SORTS,
        radii=RADII,
        next_href=f"/shops?{urlencode(asked | {'cursor': found.next})}" if found.next else "",
        first_href=(f"/shops?{rest}" if rest else "/shops") if cursor else "",
    )


handlers = (shops_page,)
