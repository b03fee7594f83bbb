"""REST: /api/users - what people say about themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import delete, get, post, put
from litestar.connection import Request
from litestar.params import FromPath, QueryParameter

from marketplace_kit.accounts import queries, schemas, services
from marketplace_kit.accounts.domain import ROLES
from marketplace_kit.accounts.services.asking import keep_preferences, me_of, own_id, preferences_of
from marketplace_kit.kernel.errors import Invalid, Missing, Problem
from marketplace_kit.kernel.fields import json_schema, parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.registry import Registry
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.web.bodies import sent_raw
from marketplace_kit.web.context import Given, visit_of
from marketplace_kit.web.paging import CursorText, Limit, Page
from marketplace_kit.web.routing import SIGNED_IN, route

AnyRequest = Request[Any, Any, Any]
RoleFilter = Annotated[
    str | None, QueryParameter(pattern="^({})$".format("|".join(ROLES)), description="Only people with this role.")
]
INTERESTS = "interests"


@get("/api/users/profile", **route(SIGNED_IN, summary="My profile"))
async def profile(site: Given[Site], actor: Given[Actor]) -> schemas.Me:
    return await me_of(site, actor)


@put("/api/users/profile", **route(SIGNED_IN, body=schemas.Profile, summary="Change my profile"))
async def change_profile(site: Given[Site], actor: Given[Actor], form: Given[schemas.Profile]) -> schemas.Me:
    """What is left out is not given any more."""
    await site.do(services.change_profile, form, by=actor)
    return await me_of(site, actor)


def _location_schema(_: Registry) -> dict[str, Any]:
    (schema,), _defs = msgspec.json.schema_components([schemas.Here])
    return dict(_defs["Here"]) if "Here" in _defs else dict(schema)


@post(
    "/api/users/location",
    **route(SIGNED_IN, openapi_body=_location_schema, summary="Where I am now"),
    status_code=200,
)
async def set_location(request: AnyRequest, site: Given[Site], actor: Given[Actor]) -> schemas.Me:
    """``lat`` and ``lon`` in degrees, kept to about a hundred metres; ``city`` and ``country`` if known."""
    here = _here(await sent_raw(request))
    given = {"city": here.city, "country": here.country}
    await site.do(services.note_location, here.lat, here.lon, by=actor, **given)
    return await me_of(site, actor)


def _here(raw: Mapping[str, Any]) -> schemas.Here:
    problems = []
    for name, most in (("lat", 90), ("lon", 180)):
        value = raw.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not -most <= value <= most:
            problems.append(
                Problem(
                    name, "not_a_place", N_("Please give degrees between {min} and {max}."), {"min": -most, "max": most}
                )
            )
    if problems:
        raise Invalid(*problems)
    try:
        return msgspec.convert(raw, schemas.Here)
    except msgspec.ValidationError as wrong:
        raise Invalid(
            Problem("", "not_a_place", N_("This is no place: give lat, lon, and city and country if you like."))
        ) from wrong


@delete("/api/users/location", **route(SIGNED_IN, summary="Forget where I was"), status_code=204)
async def forget_location(site: Given[Site], actor: Given[Actor]) -> None:
    await site.do(services.forget_location, by=actor)


def _preferences_schema(registry: Registry) -> dict[str, Any]:
    schema = json_schema(schemas.Preferences)
    kinds = sorted(registry.listing_kinds)
    items: dict[str, Any] = {"type": "string"} | ({"enum": kinds} if kinds else {})
    schema["properties"][INTERESTS] = {
        "type": "array",
        "items": items,
        "uniqueItems": True,
        "description": "Kinds of things that the person wants to see first.",
    }
    return schema


@get("/api/users/preferences", **route(SIGNED_IN, summary="How the site is shown to me"))
async def preferences(site: Given[Site], actor: Given[Actor]) -> schemas.PreferencesAnswer:
    return await preferences_of(site, actor)


@put(
    "/api/users/preferences",
    **route(SIGNED_IN, openapi_body=_preferences_schema, summary="Change how the site is shown to me"),
)
async def change_preferences(request: AnyRequest, site: Given[Site], actor: Given[Actor]) -> schemas.PreferencesAnswer:
    """``interests`` left out stay as they are; everything else left out is not given any more."""
    raw = dict(await sent_raw(request))
    interests = raw.pop(INTERESTS, None)
    form = parse(schemas.Preferences, raw)
    if interests is not None and not (isinstance(interests, list) and all(isinstance(i, str) for i in interests)):
        raise Invalid(Problem(INTERESTS, "wrong_type", N_("This has another form than expected.")))
    await site.do(keep_preferences, form, interests, by=actor, locale=visit_of(request).locale, way="api")
    return await preferences_of(site, actor)


@get("/api/users/addresses", **route(SIGNED_IN, summary="My addresses"))
async def addresses(site: Given[Site], actor: Given[Actor]) -> schemas.AddressList:
    return schemas.AddressList(await site.ask(queries.addresses_of, own_id(actor)))


@post("/api/users/addresses", **route(SIGNED_IN, body=schemas.NewAddress, summary="One more address"), status_code=201)
async def add_address(site: Given[Site], actor: Given[Actor], form: Given[schemas.NewAddress]) -> schemas.AddressRow:
    return await _address(site, actor, await site.do(services.add_address, form, by=actor))


@put("/api/users/addresses/{address_id:uuid}", **route(SIGNED_IN, body=schemas.NewAddress, summary="Change an address"))
async def edit_address(
    site: Given[Site], actor: Given[Actor], address_id: FromPath[UUID], form: Given[schemas.NewAddress]
) -> schemas.AddressRow:
    await site.do(services.edit_address, address_id, form, by=actor)
    return await _address(site, actor, address_id)


@post("/api/users/addresses/{address_id:uuid}/default", **route(SIGNED_IN, summary="Use this address"), status_code=200)
async def choose_address(site: Given[Site], actor: Given[Actor], address_id: FromPath[UUID]) -> schemas.AddressRow:
    await site.do(services.choose_address, address_id, by=actor)
    return await _address(site, actor, address_id)


@delete("/api/users/addresses/{address_id:uuid}", **route(SIGNED_IN, summary="Remove an address"), status_code=204)
async def remove_address(site: Given[Site], actor: Given[Actor], address_id: FromPath[UUID]) -> None:
    await site.do(services.remove_address, address_id, by=actor)


async def _address(site: Site, actor: Actor, address_id: UUID) -> schemas.AddressRow:
    for one in await site.ask(queries.addresses_of, own_id(actor)):
        if one.id == address_id:
            return one
    raise Missing


@get("/api/users", **route("accounts.administer", summary="All people, newest first"))
async def users(
    site: Given[Site], role: RoleFilter = None, cursor: CursorText = None, limit: Limit = 20
) -> Page[schemas.PersonRow]:
    return await site.ask(queries.people, wanted_role=role, cursor=cursor, limit=limit)


handlers = (
    profile,
    change_profile,
    set_location,
    forget_location,
    preferences,
    change_preferences,
    addresses,
    add_address,
    edit_address,
    choose_address,
    remove_address,
    users,
)
