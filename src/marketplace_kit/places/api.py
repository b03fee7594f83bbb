"""REST: /api/places for everybody, /api/admin/places for those who look after them."""

from __future__ import annotations

from typing import Annotated

from litestar import get, post, put
from litestar.params import FromPath, QueryParameter

from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.places import queries, services
from marketplace_kit.places.schemas import (
    CategoryChange,
    CategoryView,
    CityChange,
    CityView,
    CountryView,
    NewCategory,
    NewCity,
    Switch,
)
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.parameters import refuse_unknown
from marketplace_kit.web.routing import PUBLIC, route

Country = Annotated[str, QueryParameter(name="country", max_length=2, required=False)]
Text = Annotated[str, QueryParameter(name="q", max_length=80, required=False)]
Served = Annotated[bool | None, QueryParameter(name="served", required=False)]


@get("/api/places/countries", **route(PUBLIC, summary="Countries that are served"))
async def countries(request: WebRequest, site: Given[Site]) -> list[CountryView]:
    refuse_unknown(request)
    return await site.ask(queries.countries, locale=visit_of(request).locale)


@get("/api/places/cities", **route(PUBLIC, summary="Cities, those that are served first"))
async def cities(
    request: WebRequest, site: Given[Site], country: Country = "", q: Text = "", served: Served = None
) -> list[CityView]:
    """`q` is looked for in the names of every language."""
    refuse_unknown(request)
    locale = visit_of(request).locale
    return await site.ask(queries.cities, locale=locale, text=q, country_id=country, served=served)


@get("/api/places/cities/{city_id:str}/categories", **route(PUBLIC, summary="What is offered in a city"))
async def city_categories(request: WebRequest, site: Given[Site], city_id: FromPath[str]) -> list[CategoryView]:
    refuse_unknown(request)
    locale = visit_of(request).locale
    if await site.ask(queries.city_by_id, city_id) is None:
        raise Missing
    return await site.ask(queries.categories, locale=locale, city_id=city_id)


@get("/api/places/categories", **route(PUBLIC, summary="All categories"))
async def categories(request: WebRequest, site: Given[Site]) -> list[CategoryView]:
    refuse_unknown(request)
    return await site.ask(queries.categories, locale=visit_of(request).locale)


@get("/api/admin/places/cities/{city_id:str}/categories", **route("places.manage", summary="Switches of a city"))
async def switches(request: WebRequest, site: Given[Site], city_id: FromPath[str]) -> list[CategoryView]:
    if await site.ask(queries.city_by_id, city_id) is None:
        raise Missing
    return await site.ask(queries.categories, locale=visit_of(request).locale, city_id=city_id, everything=True)


@post("/api/admin/places/cities", **route("places.manage", body=NewCity, summary="Add a city"))
async def add_city(request: WebRequest, site: Given[Site], actor: Given[Actor], form: Given[NewCity]) -> CityView:
    await site.do(services.add_city, form, by=actor)
    return await _city(request, site, form.id)


@put("/api/admin/places/cities/{city_id:str}", **route("places.manage", body=CityChange, summary="Change a city"))
async def change_city(
    request: WebRequest, site: Given[Site], actor: Given[Actor], city_id: FromPath[str], form: Given[CityChange]
) -> CityView:
    """409 `version_conflict` if somebody was faster."""
    await site.do(services.change_city, city_id, form, by=actor)
    return await _city(request, site, city_id)


@post("/api/admin/places/categories", **route("places.manage", body=NewCategory, summary="Add a category"))
async def add_category(
    request: WebRequest, site: Given[Site], actor: Given[Actor], form: Given[NewCategory]
) -> CategoryView:
    await site.do(services.add_category, form, by=actor)
    return await _category(request, site, form.id)


@put(
    "/api/admin/places/categories/{category_id:str}",
    **route("places.manage", body=CategoryChange, summary="Change a category"),
)
async def change_category(
    request: WebRequest, site: Given[Site], actor: Given[Actor], category_id: FromPath[str], form: Given[CategoryChange]
) -> CategoryView:
    await site.do(services.change_category, category_id, form, by=actor)
    return await _category(request, site, category_id)


@put(
    "/api/admin/places/cities/{city_id:str}/categories/{category_id:str}",
    **route("places.manage", body=Switch, summary="Offer a category in a city, or not"),
)
async def switch_category(
    request: WebRequest,
    site: Given[Site],
    actor: Given[Actor],
    city_id: FromPath[str],
    category_id: FromPath[str],
    form: Given[Switch],
) -> list[CategoryView]:
    await site.do(services.switch_category, city_id, category_id, form.enabled, by=actor)
    return await site.ask(queries.categories, locale=visit_of(request).locale, city_id=city_id, everything=True)


async def _city(request: WebRequest, site: Site, city_id: str) -> CityView:
    found = await site.ask(queries.city_by_id, city_id, locale=visit_of(request).locale)
    if found is None:
        raise Missing
    return found


async def _category(request: WebRequest, site: Site, category_id: str) -> CategoryView:
    found = await site.ask(queries.category_by_id, category_id, locale=visit_of(request).locale)
    if found is None:
        raise Missing
    return found


handlers = (
    countries,
    cities,
    city_categories,
    categories,
    switches,
    add_city,
    change_city,
    add_category,
    change_category,
    switch_category,
)
