"""Favourites."""

from __future__ import annotations

from uuid import UUID

from litestar import delete, get, post
from litestar.params import FromPath

from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.listings import queries, services
from marketplace_kit.listings.queries import active_kinds
from marketplace_kit.listings.schemas import (
    FavouriteState,
    ListingCard,
)
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.paging import CursorText, Limit, Page
from marketplace_kit.web.parameters import refuse_unknown
from marketplace_kit.web.routing import SIGNED_IN, route


@post(
    "/api/favorites/toggle/{listing_id:uuid}",
    **route(SIGNED_IN, summary="Press the heart of a listing"),
    status_code=200,
)
async def toggle_favourite(site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID]) -> FavouriteState:
    return await site.do(services.toggle_favourite, listing_id, by=actor)


@get("/api/favorites", **route(SIGNED_IN, summary="My favourites that can be seen, last made first"))
async def favourites(
    request: WebRequest, site: Given[Site], actor: Given[Actor], cursor: CursorText = None, limit: Limit = 20
) -> Page[ListingCard]:
    refuse_unknown(request)
    if actor.person_id is None:
        raise Missing
    return await site.ask(
        queries.favourites,
        actor.person_id,
        active_kinds(site),
        cursor=cursor,
        limit=limit,
        locale=visit_of(request).locale,
    )


@delete("/api/favorites/{listing_id:uuid}", **route(SIGNED_IN, summary="Let go of a favourite"), status_code=204)
async def unfavourite(site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID]) -> None:
    """Letting go of what is no favourite is no fault."""
    await site.do(services.unfavourite, listing_id, by=actor)


handlers = (
    toggle_favourite,
    favourites,
    unfavourite,
)
