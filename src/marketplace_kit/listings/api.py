"""REST: /api/listings, /api/listing-kinds, /api/favorites."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar import delete, get, post, put
from litestar.params import FromPath, QueryParameter

from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.fields import json_schema
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.money import LARGEST
from marketplace_kit.kernel.site import Site
from marketplace_kit.listings import queries, services
from marketplace_kit.listings.queries import Criteria, active_kinds
from marketplace_kit.listings.schemas import (
    FavouriteState,
    Found,
    KindView,
    ListingCard,
    ListingView,
    listing_change_schema,
    new_listing_schema,
    read_change,
    read_draft,
)
from marketplace_kit.web.bodies import sent_raw
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.paging import CursorText, Limit, Page
from marketplace_kit.web.parameters import refuse_unknown
from marketplace_kit.web.routing import PUBLIC, SIGNED_IN, route

Kind = Annotated[str | None, QueryParameter(max_length=80, description="Only this kind.")]
Words = Annotated[str, QueryParameter(max_length=200, description="Only what holds each of these words.")]
Price = Annotated[int | None, QueryParameter(ge=0, lt=LARGEST, description="Minor units, inclusive.")]
OfShop = Annotated[UUID | None, QueryParameter(description="Only this shop's.")]
OnlyFavourites = Annotated[
    bool, QueryParameter(description="Only the asker's favourites; of a stranger there are none.")
]


@get("/api/listings", **route(PUBLIC, summary="What shops offer, newest first"))
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
    cursor: CursorText = None,
    limit: Limit = 20,
) -> Found:
    """`counts` names how many of each kind fit all filters but `kind`. A parameter that is not listed here is
    refused.
    """
    refuse_unknown(request)
    criteria = Criteria(
        kind=kind,
        text=q,
        price_min=price_min,
        price_max=price_max,
        shop_id=shop,
        only_favourites=favourites,
        person_id=actor.person_id,
    )
    kinds = active_kinds(site)
    found = await site.ask(queries.browse, criteria, kinds, cursor=cursor, limit=limit)
    counts = await site.ask(queries.counts_by_kind, criteria, kinds)
    return Found(items=found.items, next=found.next, counts=counts)


@get("/api/listings/{listing_id:uuid}", **route(PUBLIC, summary="One listing"))
async def listing(site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID]) -> ListingView:
    """A draft is there for whoever works for its shop."""
    return await _view(site, actor, listing_id)


async def _view(site: Site, actor: Actor, listing_id: UUID) -> ListingView:
    found = await site.ask(queries.listing_page, listing_id, active_kinds(site), viewer=actor)
    if found is None:
        raise Missing
    return found


@post(
    "/api/listings",
    **route("listings.create", openapi_body=new_listing_schema, summary="Make a draft in one of one's shops"),
)
async def create(request: WebRequest, site: Given[Site], actor: Given[Actor]) -> ListingView:
    """The body's `attributes` are those of its `kind`. Every problem of both is answered at once."""
    draft = read_draft(active_kinds(site), await sent_raw(request))
    made = await site.do(services.create_from, draft, by=actor)
    return await _view(site, actor, made.id)


@put(
    "/api/listings/{listing_id:uuid}",
    **route("listings.create", openapi_body=listing_change_schema, summary="Change a listing"),
)
async def edit(request: WebRequest, site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID]) -> ListingView:
    """`version` is the one that was read; 409 `stale_version` if somebody was faster."""
    known = await _view(site, actor, listing_id)
    if not known.may_edit:
        raise Missing
    change = read_change(active_kinds(site)[known.kind], await sent_raw(request))
    await site.do(
        services.edit, listing_id, version=change.version, offer=change.offer, attributes=change.attributes, by=actor
    )
    return await _view(site, actor, listing_id)


@post(
    "/api/listings/{listing_id:uuid}/publish",
    **route("listings.create", summary="Show a listing to everybody"),
    status_code=200,
)
async def publish(site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID]) -> ListingView:
    """409 `shop_not_open` while the shop waits for approval or is closed."""
    await site.do(services.publish, listing_id, by=actor)
    return await _view(site, actor, listing_id)


@post(
    "/api/listings/{listing_id:uuid}/unpublish",
    **route("listings.create", summary="Take a listing back to draft"),
    status_code=200,
)
async def unpublish(site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID]) -> ListingView:
    await site.do(services.unpublish, listing_id, by=actor)
    return await _view(site, actor, listing_id)


@post(
    "/api/listings/{listing_id:uuid}/archive",
    **route("listings.create", summary="Put a listing away for good"),
    status_code=200,
)
async def archive(site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID]) -> ListingView:
    await site.do(services.archive, listing_id, by=actor)
    return await _view(site, actor, listing_id)


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
    return await site.ask(queries.favourites, actor.person_id, active_kinds(site), cursor=cursor, limit=limit)


@delete("/api/favorites/{listing_id:uuid}", **route(SIGNED_IN, summary="Let go of a favourite"), status_code=204)
async def unfavourite(site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID]) -> None:
    """Letting go of what is no favourite is no fault."""
    await site.do(services.unfavourite, listing_id, by=actor)


handlers = (
    listings,
    listing,
    create,
    edit,
    publish,
    unpublish,
    archive,
    kinds,
    toggle_favourite,
    favourites,
    unfavourite,
)
