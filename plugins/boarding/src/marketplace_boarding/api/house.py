"""The house for programs: its plan, its rooms, its seasons."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from litestar import delete, get, post, put
from litestar.params import FromPath, QueryParameter

from marketplace_boarding import queries, services
from marketplace_boarding.schemas import Board, CloseRoom, RoomForm, RoomView, SeasonForm, SeasonView
from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.shops.queries import names_of
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.gallery_doors import Doors, Subject
from marketplace_kit.web.routing import route

RUN, EDIT = "boarding.run_house", "boarding.edit_house"
ShopId = Annotated[
    UUID | None, QueryParameter(name="shop", required=False, description="Your first house if left out.")
]
First = Annotated[date | None, QueryParameter(required=False, description="The first night; today if left out.")]
Days = Annotated[int, QueryParameter(ge=1, le=62, required=False, description="So many nights.")]
House = FromPath[UUID]


async def _works(site: Site, actor: Actor, shop_id: UUID) -> None:
    if shop_id in actor.shops:
        return
    if "admin" not in actor.roles or not await site.ask(names_of, [shop_id]):
        raise Missing


@get("/api/boarding/board", **route(RUN, summary="Who arrives, stays and leaves, and which nights are taken"))
async def board(
    request: WebRequest,
    site: Given[Site],
    actor: Given[Actor],
    shop: ShopId = None,
    first: First = None,
    days: Days = 14,
) -> Board:
    wanted = shop or next(iter(await site.ask(queries.houses_of, actor.shops)), None)
    if wanted is None:
        raise Missing
    return await services.board(site, wanted, by=actor, first=first, days=days, locale=visit_of(request).locale)


@get("/api/boarding/shops/{shop_id:uuid}/rooms", **route(RUN, summary="The rooms of a house"))
async def rooms(site: Given[Site], actor: Given[Actor], shop_id: House) -> list[RoomView]:
    await _works(site, actor, shop_id)
    return await site.ask(queries.room_views, shop_id)


async def _room(site: Site, shop_id: UUID, room_id: int) -> RoomView:
    return next(one for one in await site.ask(queries.room_views, shop_id) if one.id == room_id)


@post("/api/boarding/shops/{shop_id:uuid}/rooms", **route(EDIT, body=RoomForm, summary="Add rooms of one make"))
async def add_room(site: Given[Site], actor: Given[Actor], shop_id: House, form: Given[RoomForm]) -> RoomView:
    room_id = await site.do(services.save_room, shop_id, form, by=actor)
    return await _room(site, shop_id, room_id)


@put("/api/boarding/shops/{shop_id:uuid}/rooms/{room_id:int}", **route(EDIT, body=RoomForm, summary="Change rooms"))
async def change_room(
    site: Given[Site], actor: Given[Actor], shop_id: House, room_id: FromPath[int], form: Given[RoomForm]
) -> RoomView:
    """409 ``room_taken`` with the stays that the change would leave without a room."""
    await site.do(services.save_room, shop_id, form, by=actor, room_id=room_id)
    return await _room(site, shop_id, room_id)


@post(
    "/api/boarding/shops/{shop_id:uuid}/rooms/{room_id:int}/closures",
    **route(EDIT, body=CloseRoom, summary="Nights in which rooms are not let"),
)
async def close_room(
    site: Given[Site], actor: Given[Actor], shop_id: House, room_id: FromPath[int], form: Given[CloseRoom]
) -> dict[str, UUID]:
    """409 ``room_taken`` with the stays that lie there."""
    return {"id": await site.do(services.close_room, shop_id, room_id, form, by=actor)}


@delete("/api/boarding/shops/{shop_id:uuid}/closures/{closure:uuid}", **route(EDIT, summary="Let these nights again"))
async def open_room(site: Given[Site], actor: Given[Actor], shop_id: House, closure: FromPath[UUID]) -> None:
    await site.do(services.open_room, shop_id, closure, by=actor)


@get("/api/boarding/shops/{shop_id:uuid}/seasons", **route(RUN, summary="Nights that cost more or less"))
async def seasons(site: Given[Site], actor: Given[Actor], shop_id: House) -> list[SeasonView]:
    await _works(site, actor, shop_id)
    return await site.ask(queries.season_views, shop_id)


@post("/api/boarding/shops/{shop_id:uuid}/seasons", **route(EDIT, body=SeasonForm, summary="Add a season"))
async def add_season(site: Given[Site], actor: Given[Actor], shop_id: House, form: Given[SeasonForm]) -> SeasonView:
    season_id = await site.do(services.save_season, shop_id, form, by=actor)
    return next(one for one in await site.ask(queries.season_views, shop_id) if one.id == season_id)


@delete("/api/boarding/shops/{shop_id:uuid}/seasons/{season_id:uuid}", **route(EDIT, summary="Remove a season"))
async def drop_season(site: Given[Site], actor: Given[Actor], shop_id: House, season_id: FromPath[UUID]) -> None:
    await site.do(services.drop_season, shop_id, season_id, by=actor)


async def _subject(site: Site, actor: Actor, stay_id: UUID) -> Subject:
    found = await services.seen_by_staff(site, stay_id, by=actor)
    return Subject(title=found.names or found.title, href=f"/sell/boarding/stays/{stay_id}")


async def _seen(site: Site, actor: Actor, stay_id: UUID) -> None:
    found = await site.ask(queries.stay_of, stay_id)
    if found is None or found.shop_id not in actor.shops:
        await services.family_stay(site, stay_id, by=actor)


_PHOTOS = Doors(
    gallery=services.STAY_PHOTOS,
    page="/sell/boarding/stays/{owner_id:uuid}/photos",
    api="/api/boarding/stays/{owner_id:uuid}/photos",
    permission=RUN,
    subject=_subject,
    check_seen=_seen,
)

handlers: tuple[Any, ...] = (
    board,
    rooms,
    add_room,
    change_room,
    close_room,
    open_room,
    seasons,
    add_season,
    drop_season,
    *_PHOTOS.handlers,
)
