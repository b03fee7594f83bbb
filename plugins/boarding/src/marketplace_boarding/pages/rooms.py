"""Rooms, closures and seasons, for those who keep the house."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import attrs
from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from marketplace_boarding import queries, services
from marketplace_boarding.domain import KIND
from marketplace_boarding.pages.house import ShopChoice, chosen_house, problem_of
from marketplace_boarding.schemas import CloseRoom, RoomForm, SeasonForm
from marketplace_kit.kernel.errors import DomainError, Missing
from marketplace_kit.kernel.fields import Choice, Form, fields_of, parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.listings.queries import active_kinds, own_listings
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, WebRequest
from marketplace_kit.web.errors import STATUS
from marketplace_kit.web.forms import form_state
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import route

EDIT = "boarding.edit_house"
ROOMS = "/sell/boarding/rooms"
_FORMS: Mapping[str, type[Form]] = {"room": RoomForm, "closure": CloseRoom, "season": SeasonForm}


@get(ROOMS, **route(EDIT), include_in_schema=False)
async def rooms_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop: ShopChoice = ""
) -> Response[Any]:
    return await _rooms_page(request, site, actor, shop)


async def _rooms_page(
    request: WebRequest,
    site: Site,
    actor: Actor,
    chosen: str,
    given: tuple[str, Any, DomainError] | None = None,
) -> Response[Any]:
    """Context: shop, shops, rooms ((room, form, closure form)), closures, seasons, room_form, season_form, lodgings."""
    found, shops = await chosen_house(request, site, actor, chosen)
    if found is None or actor.person_id is None:
        return see_other(request, "/sell/shop/new", N_("First open a shop."), tone="info")
    own = await site.ask(own_listings, actor.person_id, active_kinds(site), limit=200)
    lodgings = [(one.id, one.title) for one in own.items if one.shop_id == found.id and one.kind == KIND]
    rooms = await site.ask(queries.room_views, found.id)
    closed = await site.ask(services.closures, site, found.id, site.clock.now())
    spans: dict[UUID, tuple[str, Any, Any, str]] = {}
    names = {room.id: room.name for room in rooms}
    for one in closed:
        known = spans.get(one.line_id) if one.line_id else None
        if one.line_id is not None:
            first, last = (known[1], max(known[2], one.to_s)) if known else (one.from_s, one.to_s)
            spans[one.line_id] = (names.get(one.resource_id, ""), first, last, one.reason)

    def state(name: str, known: Any = None) -> Any:
        kind = _FORMS[name.partition("-")[0]]
        raw, refused = (given[1], problem_of(given[2], kind)) if given and given[0] == name else (known, None)
        made = form_state(request, kind, raw, refused)
        choices = tuple(Choice(str(key), title) for key, title in lodgings)
        fields = tuple(attrs.evolve(f, choices=choices) if f.name == "listing" else f for f in made.fields)
        return attrs.evolve(made, fields=fields)

    return await page(
        request,
        "boarding/rooms.html",
        status=STATUS[given[2].kind] if given else 200,
        page_title=N_("Rooms and seasons"),
        shop=found,
        shops=shops,
        rooms=[(room, state(f"room-{room.id}", _of(room)), state(f"closure-{room.id}")) for room in rooms],
        closures=[
            (key, name, _day(first, found.zone), _day(last - 1, found.zone), why)
            for key, (name, first, last, why) in spans.items()
        ],
        seasons=await site.ask(queries.season_views, found.id),
        room_form=state("room"),
        season_form=state("season"),
        lodgings=lodgings,
        base=f"{ROOMS}/{found.id}",
        nav_slot="vendor",
    )


def _day(seconds: int, zone: str) -> date:
    return datetime.fromtimestamp(seconds, ZoneInfo(zone)).date()


def _of(room: Any) -> dict[str, Any]:
    return {
        "name": room.name,
        "listing": str(room.listing_id),
        "places": str(room.places),
        "max_pets": str(room.max_pets),
        "max_kg": str(room.max_grams // 1000) if room.max_grams else "",
        "rank": str(room.rank),
        "active": room.active,
        "version": str(room.version),
    }


@post(f"{ROOMS}/{{shop_id:uuid}}/{{what:str}}", **route(EDIT), include_in_schema=False, status_code=200)
async def save(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID], what: FromPath[str]
) -> Response[Any]:
    """``room``, ``room-<id>``, ``closure-<id>``, ``season``: added or changed; ``open``, ``drop``: taken back."""
    raw = await posted_raw(request)
    kind, _, number = what.partition("-")
    back = f"{ROOMS}?shop={shop_id}"
    try:
        if kind == "room":
            form = parse(RoomForm, _known(RoomForm, raw), "form")
            await site.do(services.save_room, shop_id, form, by=actor, room_id=_number(number))
        elif kind == "closure":
            closing = parse(CloseRoom, _known(CloseRoom, raw), "form")
            await site.do(services.close_room, shop_id, _number(number) or 0, closing, by=actor)
        elif kind == "season":
            await site.do(services.save_season, shop_id, parse(SeasonForm, raw, "form"), by=actor)
        elif kind == "open":
            await site.do(services.open_room, shop_id, _id(raw), by=actor)
        elif kind == "drop":
            await site.do(services.drop_season, shop_id, _id(raw), by=actor)
        else:
            raise Missing
    except DomainError as refused:
        if isinstance(refused, Missing) or kind not in _FORMS:
            raise
        return await _rooms_page(request, site, actor, str(shop_id), (what, raw, refused))
    return see_other(request, back, N_("Saved."))


def _known(form: type[Form], raw: Mapping[str, Any]) -> dict[str, Any]:
    names = {field.name for field in fields_of(form)}
    return {k: v for k, v in raw.items() if k in names}


def _number(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        raise Missing
    return int(text)


def _id(raw: Mapping[str, Any]) -> UUID:
    try:
        return UUID(str(raw.get("id", "")))
    except ValueError:
        raise Missing from None


handlers = (rooms_page, save)
