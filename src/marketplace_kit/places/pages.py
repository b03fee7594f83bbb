"""Pages: choosing one's city; for admins cities, categories and what is offered where."""

from __future__ import annotations

from typing import Annotated, Any

import attrs
from litestar import get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Response

from marketplace_kit.kernel.errors import DomainError, Invalid, Missing, Problem, StaleVersion
from marketplace_kit.kernel.fields import parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.places import queries, services
from marketplace_kit.places.domain import CityNotServed
from marketplace_kit.places.schemas import CategoryChange, CategoryView, CityChange, CityView, NewCategory, NewCity
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.forms import form_state
from marketplace_kit.web.rendering import is_local, page, see_other
from marketplace_kit.web.routing import PUBLIC, route

Text = Annotated[str, QueryParameter(name="q", max_length=80, required=False)]
Next = Annotated[str, QueryParameter(name="next", max_length=500, required=False)]


@get("/city", **route(PUBLIC), include_in_schema=False)
async def city_page(request: WebRequest, site: Given[Site], q: Text = "", next_path: Next = "") -> Response[str]:
    """Context: current, suggested (CityViews or none), cities, q, next, not_served (a name, after a refusal)."""
    return await _city_page(request, site, q, next_path)


async def _city_page(
    request: WebRequest, site: Site, q: str, next_path: str, refused: CityNotServed | None = None
) -> Response[str]:
    current = await services.current_city(request)
    return await page(
        request,
        "places/city.html",
        status=409 if refused else 200,
        page_title=N_("Your city"),
        current=current,
        suggested=None if current else await services.suggested_city(request),
        cities=await site.ask(queries.cities, locale=visit_of(request).locale, text=q),
        q=q,
        next=next_path if is_local(next_path) else "/",
        not_served=refused.facts["city"] if refused else "",
    )


@post("/city", **route(PUBLIC), include_in_schema=False, status_code=200)
async def choose_city(request: WebRequest, site: Given[Site]) -> Response[Any]:
    raw = await posted_raw(request)
    next_path = str(raw.get("next", ""))
    if raw.get("act") == "forget":
        services.remember_city(visit_of(request), "")
        return see_other(request, "/city")
    try:
        await services.choose_city(request, str(raw.get("city", "")))
    except CityNotServed as refused:
        return await _city_page(request, site, "", next_path, refused)
    return see_other(request, next_path if is_local(next_path) else "/", N_("Your city is remembered."))


@get("/admin/places", **route("places.manage"), include_in_schema=False)
async def places_page(request: WebRequest, site: Given[Site], q: Text = "") -> Response[str]:
    """Context: cities, categories, q."""
    locale = visit_of(request).locale
    return await page(
        request,
        "places/admin.html",
        page_title=N_("Places"),
        cities=await site.ask(queries.cities, locale=locale, text=q),
        categories=await site.ask(queries.categories, locale=locale, everything=True),
        q=q,
    )


def _problem(refused: DomainError) -> Invalid:
    return refused if isinstance(refused, Invalid) else Invalid(Problem("", refused.code, refused.text))


def _status(refused: DomainError | None) -> int:
    return 200 if refused is None else 409 if isinstance(refused, StaleVersion) else 422


@get("/admin/places/cities/new", **route("places.manage"), include_in_schema=False)
async def new_city_page(request: WebRequest) -> Response[str]:
    return await _new_page(request, NewCity, "cities", N_("Add a city"))


@get("/admin/places/categories/new", **route("places.manage"), include_in_schema=False)
async def new_category_page(request: WebRequest) -> Response[str]:
    return await _new_page(request, NewCategory, "categories", N_("Add a category"))


async def _new_page(
    request: WebRequest, form: Any, what: str, title: str, raw: Any = None, refused: DomainError | None = None
) -> Response[str]:
    state = form_state(request, form, raw, _problem(refused) if refused else None)
    form_shown = attrs.evolve(state, fields=tuple(one for one in state.fields if one.name != "version"))
    return await page(
        request,
        "places/place.html",
        status=_status(refused),
        page_title=title,
        form=form_shown,
        action=f"/admin/places/{what}/new",
        version=0,
        switches=(),
        city=None,
    )


@post("/admin/places/cities/new", **route("places.manage"), include_in_schema=False, status_code=200)
async def add_city(request: WebRequest, site: Given[Site], actor: Given[Actor]) -> Response[Any]:
    raw = await posted_raw(request)
    try:
        city_id = await site.do(services.add_city, parse(NewCity, raw, "form"), by=actor)
    except DomainError as refused:
        return await _new_page(request, NewCity, "cities", N_("Add a city"), raw, refused)
    return see_other(request, f"/admin/places/cities/{city_id}", N_("Saved."))


@post("/admin/places/categories/new", **route("places.manage"), include_in_schema=False, status_code=200)
async def add_category(request: WebRequest, site: Given[Site], actor: Given[Actor]) -> Response[Any]:
    raw = await posted_raw(request)
    try:
        await site.do(services.add_category, parse(NewCategory, raw, "form"), by=actor)
    except DomainError as refused:
        return await _new_page(request, NewCategory, "categories", N_("Add a category"), raw, refused)
    return see_other(request, "/admin/places", N_("Saved."))


@get("/admin/places/cities/{city_id:str}", **route("places.manage"), include_in_schema=False)
async def edit_city_page(request: WebRequest, site: Given[Site], city_id: FromPath[str]) -> Response[str]:
    return await _edit_city_page(request, site, city_id)


async def _edit_city_page(
    request: WebRequest, site: Site, city_id: str, raw: Any = None, refused: DomainError | None = None
) -> Response[str]:
    """After a conflict the form keeps what was typed and carries the newest version: saving again is then meant."""
    locale = visit_of(request).locale
    city = await site.ask(queries.city_by_id, city_id, locale=locale)
    if city is None:
        raise Missing
    state = form_state(request, CityChange, raw or _known_city(city), _problem(refused) if refused else None)
    form_shown = attrs.evolve(state, fields=tuple(one for one in state.fields if one.name != "version"))
    return await page(
        request,
        "places/place.html",
        status=_status(refused),
        page_title=city.name,
        form=form_shown,
        action=f"/admin/places/cities/{city.id}",
        version=city.version,
        switches=await site.ask(queries.categories, locale=locale, city_id=city_id, everything=True),
        city=city,
    )


def _known_city(city: CityView) -> dict[str, Any]:
    names = {f"name_{language}": city.names.get(language, "") for language in ("kk", "ru", "en")}
    return names | {"lat": city.lat, "lon": city.lon, "zone": city.zone, "enabled": city.enabled}


@post("/admin/places/cities/{city_id:str}", **route("places.manage"), include_in_schema=False, status_code=200)
async def change_city(
    request: WebRequest, site: Given[Site], actor: Given[Actor], city_id: FromPath[str]
) -> Response[Any]:
    raw = await posted_raw(request)
    try:
        await site.do(services.change_city, city_id, parse(CityChange, raw, "form"), by=actor)
    except (Invalid, StaleVersion) as refused:
        return await _edit_city_page(request, site, city_id, raw, refused)
    return see_other(request, f"/admin/places/cities/{city_id}", N_("Saved."))


@post(
    "/admin/places/cities/{city_id:str}/categories/{category_id:str}",
    **route("places.manage"),
    include_in_schema=False,
    status_code=200,
)
async def switch_category(
    request: WebRequest, site: Given[Site], actor: Given[Actor], city_id: FromPath[str], category_id: FromPath[str]
) -> Response[Any]:
    raw = await posted_raw(request)
    await site.do(services.switch_category, city_id, category_id, raw.get("enabled") == "true", by=actor)
    return see_other(request, f"/admin/places/cities/{city_id}")


@get("/admin/places/categories/{category_id:str}", **route("places.manage"), include_in_schema=False)
async def edit_category_page(request: WebRequest, site: Given[Site], category_id: FromPath[str]) -> Response[str]:
    return await _edit_category_page(request, site, category_id)


async def _edit_category_page(
    request: WebRequest, site: Site, category_id: str, raw: Any = None, refused: DomainError | None = None
) -> Response[str]:
    category = await site.ask(queries.category_by_id, category_id, locale=visit_of(request).locale)
    if category is None:
        raise Missing
    state = form_state(
        request, CategoryChange, raw or _known_category(category), _problem(refused) if refused else None
    )
    form_shown = attrs.evolve(state, fields=tuple(one for one in state.fields if one.name != "version"))
    return await page(
        request,
        "places/place.html",
        status=_status(refused),
        page_title=category.name,
        form=form_shown,
        action=f"/admin/places/categories/{category.id}",
        version=category.version,
        switches=(),
        city=None,
    )


def _known_category(category: CategoryView) -> dict[str, Any]:
    names = {f"name_{language}": category.names.get(language, "") for language in ("kk", "ru", "en")}
    return names | {"icon": category.icon, "rank": category.rank, "parent": category.parent or ""}


@post("/admin/places/categories/{category_id:str}", **route("places.manage"), include_in_schema=False, status_code=200)
async def change_category(
    request: WebRequest, site: Given[Site], actor: Given[Actor], category_id: FromPath[str]
) -> Response[Any]:
    raw = await posted_raw(request)
    try:
        await site.do(services.change_category, category_id, parse(CategoryChange, raw, "form"), by=actor)
    except (Invalid, StaleVersion) as refused:
        return await _edit_category_page(request, site, category_id, raw, refused)
    return see_other(request, "/admin/places", N_("Saved."))


handlers = (
    city_page,
    choose_city,
    places_page,
    new_city_page,
    add_city,
    edit_city_page,
    change_city,
    switch_category,
    new_category_page,
    add_category,
    edit_category_page,
    change_category,
)
