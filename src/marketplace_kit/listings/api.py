"""REST: /api/listings, /api/listing-kinds, /api/favorites."""

from __future__ import annotations

from typing import Annotated, Any, Literal, cast
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from litestar import delete, get, post, put
from litestar.params import FromPath, QueryParameter
from litestar.response import Response

from marketplace_kit.kernel.errors import Invalid, Missing, Problem
from marketplace_kit.kernel.fields import json_schema
from marketplace_kit.kernel.fields.reading import TEXTS
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.money import LARGEST
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import Site
from marketplace_kit.listings import queries, services
from marketplace_kit.listings.domain import ADMIN, MAY_EDIT
from marketplace_kit.listings.queries import Criteria, active_kinds
from marketplace_kit.listings.queries.kinds import Kinds
from marketplace_kit.listings.schemas import (
    FacetView,
    FavouriteState,
    Found,
    KindView,
    ListingCard,
    ListingView,
    OptionsView,
    Verdict,
    WaitingListing,
    listing_change_schema,
    new_listing_schema,
    read_change,
    read_draft,
)
from marketplace_kit.listings.schemas.facets import LARGEST_RADIUS_M, facets_of, minute, read_facets, read_place
from marketplace_kit.listings.schemas.menus import MenuSectionView, MenuView, days_of, menu_schema, read_menu
from marketplace_kit.listings.schemas.options import options_schema, read_options
from marketplace_kit.listings.schemas.sheets import ImportReport
from marketplace_kit.listings.services.moderating import MODERATE
from marketplace_kit.places.domain import named
from marketplace_kit.shops.services import visible_shop
from marketplace_kit.web.bodies import sent_raw
from marketplace_kit.web.context import Given, WebRequest, site_of, visit_of
from marketplace_kit.web.csrf import WrongContentType
from marketplace_kit.web.paging import CursorText, Limit, Page
from marketplace_kit.web.parameters import declared_parameters, refuse_unknown
from marketplace_kit.web.routing import PUBLIC, SIGNED_IN, route

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
    found = await queries.search(site, criteria, kinds, cursor=cursor, limit=limit)
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


@get("/api/listings/{listing_id:uuid}", **route(PUBLIC, summary="One listing"))
async def listing(
    request: WebRequest, site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID]
) -> ListingView:
    """A draft is there for whoever works for its shop."""
    return await _view(site, actor, listing_id, visit_of(request).locale)


async def _view(site: Site, actor: Actor, listing_id: UUID, locale: str = "") -> ListingView:
    wanted = locale or actor.locale
    found = await site.ask(queries.listing_page, listing_id, active_kinds(site), viewer=actor, locale=wanted)
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


@get("/api/listings/{listing_id:uuid}/options", **route(PUBLIC, summary="What can be chosen of a listing"))
async def options(
    request: WebRequest, site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID]
) -> OptionsView:
    """In order. `name` is in the language asked for, `names` are all there are."""
    refuse_unknown(request)
    return _options(await _view(site, actor, listing_id, visit_of(request).locale))


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
    listing's as it was read; 409 `stale_version` if somebody was faster.
    """
    version, groups = read_options(await sent_raw(request))
    await site.do(services.set_options, listing_id, version=version, groups=groups, by=actor)
    return _options(await _view(site, actor, listing_id, visit_of(request).locale))


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


@get("/api/admin/listings", **route(MODERATE, summary="Listings that wait to be looked at, longest waiting first"))
async def waiting(
    request: WebRequest,
    site: Given[Site],
    of_state: Annotated[
        Literal["pending_review", "published", "taken_down"], QueryParameter(name="state", description="In this state.")
    ] = "pending_review",
    cursor: CursorText = None,
    limit: Limit = 20,
) -> Page[WaitingListing]:
    """With `state` those that are published or were taken down, newest first."""
    refuse_unknown(request)
    return await site.ask(queries.waiting_listings, state=of_state, cursor=cursor, limit=limit)


@post(
    "/api/admin/listings/{listing_id:uuid}/approve",
    **route(MODERATE, summary="Publish a listing that waited"),
    status_code=200,
)
async def approve(site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID]) -> ListingView:
    await site.do(services.approve, listing_id, by=actor)
    return await _view(site, actor, listing_id)


@post(
    "/api/admin/listings/{listing_id:uuid}/reject",
    **route(MODERATE, body=Verdict, summary="Send a listing that waited back, with the reason"),
    status_code=200,
)
async def reject(
    site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID], form: Given[Verdict]
) -> ListingView:
    await site.do(services.reject, listing_id, form.reason, by=actor)
    return await _view(site, actor, listing_id)


@post(
    "/api/admin/listings/{listing_id:uuid}/take-down",
    **route(MODERATE, body=Verdict, summary="Take a published listing off the site, with the reason"),
    status_code=200,
)
async def take_down(
    site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID], form: Given[Verdict]
) -> ListingView:
    await site.do(services.take_down, listing_id, form.reason, by=actor)
    return await _view(site, actor, listing_id)


@get(
    "/api/shops/{shop_id:uuid}/listings.csv",
    **route("listings.create", summary="A shop's listings as CSV"),
    media_type="text/csv",
)
async def export_csv(site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]) -> Response[str]:
    """UTF-8 with its mark. Cells that a sheet would take for formulas are led by an apostrophe, which an import takes
    away again.
    """
    text = await services.export_listings(site, shop_id, by=actor)
    headers = {"Content-Disposition": 'attachment; filename="listings.csv"', "Cache-Control": "private, no-store"}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


@post(
    "/api/shops/{shop_id:uuid}/listings/import",
    **route("listings.create", summary="Make and change listings from CSV: all lines or none"),
    status_code=200,
)
async def import_csv(
    request: WebRequest,
    site: Given[Site],
    actor: Given[Actor],
    shop_id: FromPath[UUID],
    dry_run: Annotated[bool, QueryParameter(description="Only say what would happen.")] = False,
) -> ImportReport:
    """The body is the file, as `text/csv`. Lines with an id change that listing, others are new drafts. Every problem
    of every line is answered at once (`field` is `line:column`), and nothing is stored then.
    """
    if request.content_type[0] != "text/csv":
        raise WrongContentType(expected="text/csv")
    return await services.import_listings(site, shop_id, await request.body(), by=actor, dry_run=dry_run)


@get("/api/shops/{shop_id:uuid}/menu", **route(PUBLIC, summary="A shop's menu: sections with listings, in order"))
async def menu(request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]) -> MenuView:
    """Sections are named in the language asked for. What stands in no section is among the shop's listings only."""
    refuse_unknown(request)
    return await _menu(request, site, actor, shop_id)


async def _menu(request: WebRequest, site: Site, actor: Actor, shop_id: UUID) -> MenuView:
    locale = visit_of(request).locale
    shop = await visible_shop(site, actor, shop_id, locale)
    inside = shop.my_role in MAY_EDIT or ADMIN in actor.roles
    version, sections = await site.ask(queries.menu_of, shop_id)
    now = minute(site.clock.now())
    window = await site.ask(
        queries.shop_window, shop_id, active_kinds(site), person_id=actor.person_id, now=now, limit=1
    )
    shown = {section.id: cards for section, cards in window.sections}
    wall = now.astimezone(ZoneInfo(shop.zone))
    return MenuView(
        version=version,
        sections=[
            MenuSectionView(
                id=section.id,
                name=named(section.names, locale),
                names=dict(section.names),
                days=days_of(section),
                hours=str(section.hours) if section.hours else "",
                served=section.served_at(wall),
                listing_ids=list(section.listings) if inside else [card.id for card in shown.get(section.id, ())],
                listings=shown.get(section.id, []),
            )
            for section in sections
        ],
    )


@put(
    "/api/shops/{shop_id:uuid}/menu",
    **route("listings.create", openapi_body=menu_schema, summary="Arrange a shop's menu"),
)
async def set_menu(request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]) -> MenuView:
    """The whole menu takes the place of the one before; what is sent with its `id` stays the same section. `version` is
    the one that was read; 409 `stale_version` if somebody was faster.
    """
    version, sections = read_menu(await sent_raw(request))
    await site.do(services.set_menu, shop_id, version=version, sections=sections, by=actor)
    return await _menu(request, site, actor, shop_id)


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
    options,
    set_options,
    publish,
    unpublish,
    archive,
    kinds,
    toggle_favourite,
    favourites,
    unfavourite,
    waiting,
    approve,
    reject,
    take_down,
    export_csv,
    import_csv,
    menu,
    set_menu,
)
