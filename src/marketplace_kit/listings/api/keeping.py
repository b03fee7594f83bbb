"""A shop's own listings, from the draft to the archive."""

from __future__ import annotations

from uuid import UUID

from litestar import get, post, put
from litestar.params import FromPath

from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.listings import queries, services
from marketplace_kit.listings.queries import active_kinds
from marketplace_kit.listings.schemas import (
    ListingView,
    OptionsView,
    listing_change_schema,
    new_listing_schema,
    read_change,
    read_draft,
)
from marketplace_kit.listings.schemas.options import options_schema, read_options
from marketplace_kit.web.bodies import sent_raw
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.parameters import refuse_unknown
from marketplace_kit.web.routing import PUBLIC, route


@get("/api/listings/{listing_id:uuid}", **route(PUBLIC, summary="One listing"))
async def listing(request: WebRequest, listing_id: FromPath[UUID]) -> ListingView:
    """A draft is there for whoever works for its shop. `title` is in the reader's language or in the nearest one that
    there is: `language`.
    """
    return await view_of(request, listing_id)


async def view_of(request: WebRequest, listing_id: UUID) -> ListingView:
    """A listing as whoever asks may see it, in their language."""
    visit = visit_of(request)
    found = await visit.site.ask(
        queries.listing_page, listing_id, active_kinds(visit.site), viewer=visit.actor, locale=visit.locale
    )
    if found is None:
        raise Missing
    return found


@post(
    "/api/listings",
    **route("listings.create", openapi_body=new_listing_schema, summary="Make a draft in one of one's shops"),
)
async def create(request: WebRequest, site: Given[Site], actor: Given[Actor]) -> ListingView:
    """The body's `attributes` are those of its `kind`. Every problem of both is answered at once. `title` and
    `description` are in `language`; `titles` and `descriptions` say the same in others.
    """
    draft = read_draft(active_kinds(site), await sent_raw(request), locale=visit_of(request).locale)
    made = await site.do(services.create_from, draft, by=actor)
    return await view_of(request, made.id)


@put(
    "/api/listings/{listing_id:uuid}",
    **route("listings.create", openapi_body=listing_change_schema, summary="Change a listing"),
)
async def edit(request: WebRequest, site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID]) -> ListingView:
    """`version` is the one that was read; 409 `version_conflict` if somebody was faster. `title` and `description` are
    in `language`, without one in the language in which they were answered; what the others say stays unless `titles`
    and `descriptions` are sent.
    """
    known = await view_of(request, listing_id)
    if not known.may_edit:
        raise Missing
    change = read_change(active_kinds(site)[known.kind], await sent_raw(request), locale=known.language)
    await site.do(
        services.edit, listing_id, version=change.version, offer=change.offer, attributes=change.attributes, by=actor
    )
    return await view_of(request, listing_id)


@get("/api/listings/{listing_id:uuid}/options", **route(PUBLIC, summary="What can be chosen of a listing"))
async def options(
    request: WebRequest, site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID]
) -> OptionsView:
    """In order. `name` is in the language asked for, `names` are all there are."""
    refuse_unknown(request)
    return _options(await view_of(request, listing_id))


def _options(listing: ListingView) -> OptionsView:
    return OptionsView(version=listing.version, groups=listing.options)


@put(
    "/api/listings/{listing_id:uuid}/options",
    **route("listings.create", openapi_body=options_schema, summary="Set what can be chosen of a listing"),
)
async def set_options(
    request: WebRequest, site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID]
) -> OptionsView:
    """The whole set takes the place of the one before; what is sent with its `id` stays the same one. `version` is the
    listing's as it was read; 409 `version_conflict` if somebody was faster.
    """
    version, groups = read_options(await sent_raw(request))
    await site.do(services.set_options, listing_id, version=version, groups=groups, by=actor)
    return _options(await view_of(request, listing_id))


@post(
    "/api/listings/{listing_id:uuid}/publish",
    **route("listings.create", summary="Show a listing to everybody"),
    status_code=200,
)
async def publish(
    request: WebRequest, site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID]
) -> ListingView:
    """409 `shop_not_open` while the shop waits for approval or is closed."""
    await site.do(services.publish, listing_id, by=actor)
    return await view_of(request, listing_id)


@post(
    "/api/listings/{listing_id:uuid}/unpublish",
    **route("listings.create", summary="Take a listing back to draft"),
    status_code=200,
)
async def unpublish(
    request: WebRequest, site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID]
) -> ListingView:
    await site.do(services.unpublish, listing_id, by=actor)
    return await view_of(request, listing_id)


@post(
    "/api/listings/{listing_id:uuid}/archive",
    **route("listings.create", summary="Put a listing away for good"),
    status_code=200,
)
async def archive(
    request: WebRequest, site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID]
) -> ListingView:
    await site.do(services.archive, listing_id, by=actor)
    return await view_of(request, listing_id)


handlers = (
    listing,
    create,
    edit,
    options,
    set_options,
    publish,
    unpublish,
    archive,
)
