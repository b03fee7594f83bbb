"""Browsing, one listing, and a shop's page. The address is the whole state of a search."""

from __future__ import annotations

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from litestar import get
from litestar.params import FromPath
from litestar.response import Response
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor, LineKind, ListingKind
from marketplace_kit.kernel.hooks.lines import PRODUCTS
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.kernel.translated import named
from marketplace_kit.listings import queries
from marketplace_kit.listings.domain import LISTING, PUBLISHED
from marketplace_kit.listings.pages.asking import SORT_LABELS, Asked, FilterPanel
from marketplace_kit.listings.pages.cards import SectionView, shown_cards, shown_facts, translator
from marketplace_kit.listings.queries import active_kinds
from marketplace_kit.listings.queries.kinds import Kinds
from marketplace_kit.listings.queries.menus import Window
from marketplace_kit.listings.schemas import ListingView
from marketplace_kit.listings.schemas.facets import FREE_LABELS, NEAREST, minute
from marketplace_kit.listings.schemas.menus import said_when
from marketplace_kit.listings.schemas.options import chosen_in
from marketplace_kit.listings.services.picturing import PHOTOS
from marketplace_kit.shops.domain import ADMIN, SHOP
from marketplace_kit.shops.queries import shop_page as shop_at
from marketplace_kit.shops.queries import slug_now
from marketplace_kit.shops.schemas import ShopView
from marketplace_kit.shops.services import SHOP_PHOTOS, Face, face_of
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.htmx import from_open_page
from marketplace_kit.web.paging import CursorText
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import PUBLIC, route

PAGE_OF = 24
_PANELS_KEPT = 12
"""Forms of one set of counts: languages, orders, signed in or not. Prices can be typed in many ways."""


@get("/listings", **route(PUBLIC), include_in_schema=False)
async def listings_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], cursor: CursorText = None
) -> Response[str]:
    """Context: cards, next_href, first_href, panel (a FilterPanel) and what it holds: facets (FacetViews), chips (what
    is chosen, each with the address without it), sorts, asked (what the address says); relax (the way out where nothing
    fits), filtered, total, total_is_exact.

    The address is the same as that of ``/api/listings``, and takes prices as people type them too (``price_from``).
    What of it cannot be understood filters nothing.
    """
    kinds = active_kinds(site)
    asked = Asked(request, kinds, site.settings.of(SiteSettings).currency)
    criteria = asked.criteria(actor, site.clock.now(), site.settings.of(SiteSettings).timezone)
    found = await queries.search(site, criteria, kinds, cursor=cursor, limit=PAGE_OF, locale=visit_of(request).locale)
    said = translator(request)
    panel = _panel(request, found, asked, criteria, kinds, actor)
    return await page(
        request,
        "listings/browse.html",
        page_title=N_("Browse"),
        cards=shown_cards(request, found.page.items, kinds),
        next_href=asked.href(cursor=found.page.next) if found.page.next else "",
        first_href=asked.href() if cursor else "",
        panel=panel,
        facets=panel.facets,
        chips=panel.chips,
        sorts=panel.sorts,
        sort=panel.sort,
        asked=panel.asked,
        search_text=criteria.text,
        relax=[
            (said(asked.label(facet, kinds)), number, asked.without(facet)) for facet, number in found.relax.items()
        ],
        filtered=bool(asked.state),
        total=found.counts.total,
        total_is_exact=found.counts.exact,
        open_now=found.counts.open_now,
    )


def _panel(
    request: WebRequest, found: queries.Searched, asked: Asked, criteria: queries.Criteria, kinds: Kinds, actor: Actor
) -> FilterPanel:
    """The form, made once for each set of counts, language and address, as long as the counts are remembered. Those of
    somebody's favourites are not, so neither is their form.
    """
    locale, said = visit_of(request).locale, translator(request)
    choosing = from_open_page(request)
    key = (locale, actor.signed_in, choosing, criteria.sort, *((name, *values) for name, values in asked.state.items()))
    shown = found.counts.shown
    panel: FilterPanel | None = shown.get(key)
    if panel is None:
        facets = queries.facet_views(found, criteria, kinds, said, locale)
        panel = FilterPanel(
            facets=facets,
            chips=asked.chips(facets, said),
            sorts=[(name, said(label)) for name, label in SORT_LABELS.items() if name != NEAREST or criteria.near],
            sort=criteria.sort,
            asked=asked.state,
            open_now=found.counts.open_now,
            free=[(name, said(label)) for name, label in FREE_LABELS.items()] if not criteria.free else [],
            signed_in=actor.signed_in,
            open=choosing,
        )
        if len(shown) >= _PANELS_KEPT:
            shown.clear()
        shown[key] = panel
    return panel


@get("/search", **route(PUBLIC), include_in_schema=False)
async def search_page(request: WebRequest) -> Response[Any]:
    """The address that people guess: the same search."""
    query = str(request.url.query)
    return see_other(request, f"/listings?{query}" if query else "/listings")


@get("/listings/{listing_id:uuid}", **route(PUBLIC), include_in_schema=False)
async def listing_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID]
) -> Response[str]:
    """Context: listing (a ListingView), kind_label, icon, facts, state, snapshot, gallery, orderable, options, chosen.
    What of its options the address names (``options.<group>``) is chosen already.

    Slots ``listing_actions`` (beside the price) and ``listing_after`` (below the text) get the snapshot: ``listing_id,
    kind, title, description, price, attributes, state, published_at, shop_id, shop_slug, shop_name, is_favourite,
    may_edit, version, rating_average, rating_count, line_kind`` (the LineKind by which it is ordered, or none).
    """
    kinds = active_kinds(site)
    locale = visit_of(request).locale
    listing = await site.ask(queries.listing_page, listing_id, kinds, viewer=actor, locale=locale)
    if listing is None:
        raise Missing
    kind = kinds[listing.kind]
    said = translator(request)
    return await page(
        request,
        "listings/listing.html",
        page_title=listing.title,
        listing=listing,
        kind_label=said(kind.label),
        kind_plural=said(kind.plural),
        icon=kind.icon,
        facts=shown_facts(request, kind, listing.attributes),
        state=(kind.process or LISTING).state(listing.state),
        snapshot=snapshot_of(listing) | {"line_kind": _line_kind(site, kind)},
        gallery=await site.ask(PHOTOS.view, listing_id) if listing.photo else None,
        orderable=listing.state == PUBLISHED and _ordered_as_goods(site, kind),
        options=listing.options,
        chosen=chosen_in(request.query_params.multi_items()),
    )


_NOT_TOLD = (
    "moderation_note",
    "language",
    "description_language",
    "titles",
    "descriptions",
    "photo",
    "lowest_price",
    "price_varies",
    "options",
)


def _line_kind(site: Site, kind: ListingKind) -> LineKind | None:
    """By what it is ordered, if that can be done now."""
    lines = site.registry.line_kinds
    known = kind.line in lines and site.hooks.is_active(lines.owner(kind.line))
    return lines[kind.line] if known else None


def _ordered_as_goods(site: Site, kind: ListingKind) -> bool:
    """Whether it is ordered as it stands there; what is done at a time is asked for by whoever gives the times."""
    line = _line_kind(site, kind)
    return line is not None and line.tab == PRODUCTS


def snapshot_of(listing: ListingView) -> dict[str, Any]:
    """What a panel of a listing's page gets to know."""
    known = msgspec.structs.asdict(listing)
    for own in _NOT_TOLD:
        del known[own]
    shop = known.pop("shop")
    return {"listing_id": known.pop("id"), "shop_id": shop.id, "shop_slug": shop.slug, "shop_name": shop.name} | known


@get("/shops/{slug:str}", **route(PUBLIC), include_in_schema=False)
async def shop_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], slug: FromPath[str], cursor: CursorText = None
) -> Response[str]:
    """Context: shop (a ShopView), face (its hours, team and links), state, sections (SectionViews of its menu), cards
    (what stands in none of them), next_href. Slot ``shop_after`` gets
    ``shop_id, slug, name, my_role, rating_average, rating_count``.
    """
    locale, kinds, here_now = visit_of(request).locale, active_kinds(site), minute(site.clock.now())

    async def ask(connection: AsyncConnection) -> tuple[ShopView, Window, Face] | None:
        shop = await shop_at(connection, slug, person_id=actor.person_id, admin=ADMIN in actor.roles, locale=locale)
        if shop is None:
            return None
        window = await queries.shop_window(
            connection,
            shop.id,
            kinds,
            person_id=actor.person_id,
            now=here_now,
            cursor=cursor,
            limit=PAGE_OF,
            locale=locale,
        )
        return shop, window, await face_of(connection, site, shop, locale=locale)

    found = await site.ask(ask)
    if found is None:
        if now := await site.ask(slug_now, slug):
            return Response("", status_code=301, headers={"Location": f"/shops/{now}"})
        raise Missing
    shop, window, face = found
    wall = here_now.astimezone(ZoneInfo(shop.zone))
    return await page(
        request,
        "listings/shop.html",
        page_title=shop.name or shop.slug,
        shop=shop,
        face=face,
        gallery=await site.ask(SHOP_PHOTOS.view, shop.id) if shop.photo else None,
        state=SHOP.state(shop.state),
        sections=[
            SectionView(
                id=section.id,
                name=named(section.names, locale),
                when=said_when(section, locale),
                served=section.served_at(wall),
                cards=shown_cards(request, cards, kinds),
            )
            for section, cards in window.sections
        ],
        cards=shown_cards(request, window.rest.items, kinds),
        next_href=f"/shops/{slug}?cursor={window.rest.next}" if window.rest.next else "",
        first_href=f"/shops/{slug}" if cursor else "",
    )


handlers = (listings_page, search_page, listing_page, shop_page)
