"""Browsing, one listing, and a shop's page. The address is the whole state of a search."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import get
from litestar.params import FromPath, QueryParameter
from litestar.response import Response

from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.money import LARGEST, Money, NotAnAmount
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.listings import queries
from marketplace_kit.listings.domain import LISTING
from marketplace_kit.listings.pages.cards import kind_chips, shown_cards, shown_facts, translator
from marketplace_kit.listings.queries import Criteria, active_kinds
from marketplace_kit.listings.schemas import ListingView
from marketplace_kit.shops.domain import ADMIN, SHOP
from marketplace_kit.shops.queries import shop_page as shop_at
from marketplace_kit.web.context import Given, WebRequest
from marketplace_kit.web.paging import CursorText
from marketplace_kit.web.rendering import page
from marketplace_kit.web.routing import PUBLIC, route

PAGE_OF = 24
Text = Annotated[str, QueryParameter(max_length=200)]
Typed = Annotated[str, QueryParameter(max_length=40)]


@get("/listings", **route(PUBLIC), include_in_schema=False)
async def listings_page(
    request: WebRequest,
    site: Given[Site],
    actor: Given[Actor],
    q: Text = "",
    kind: Typed = "",
    price_from: Typed = "",
    price_to: Typed = "",
    favourites: Typed = "",
    cursor: CursorText = None,
) -> Response[str]:
    """Context: cards, next_href, chips, state (what the address says), filtered, total."""
    currency = site.settings.of(SiteSettings).currency
    state = {"q": q, "kind": kind, "price_from": price_from, "price_to": price_to, "favourites": favourites}
    criteria = Criteria(
        kind=kind or None,
        text=q,
        price_min=_amount(price_from, currency),
        price_max=_amount(price_to, currency),
        only_favourites=bool(favourites) and actor.signed_in,
        person_id=actor.person_id,
    )
    kinds = active_kinds(site)
    found = await site.ask(queries.browse, criteria, kinds, cursor=cursor, limit=PAGE_OF)
    counts = await site.ask(queries.counts_by_kind, criteria, kinds)
    return await page(
        request,
        "listings/browse.html",
        page_title=N_("Browse"),
        cards=shown_cards(request, found.items, kinds),
        next_href=_href(state, cursor=found.next) if found.next else "",
        first_href=_href(state) if cursor else "",
        chips=[(chip, _href(state, kind=chip.name)) for chip in kind_chips(request, kinds, counts)],
        all_href=_href(state, kind=""),
        state=state,
        search_text=q,
        filtered=any(state.values()),
        total=sum(counts.values()),
    )


def _amount(typed: str, currency: str) -> int | None:
    """A typed price in minor units; what is no price filters nothing, as an empty field does."""
    try:
        amount = Money.of(typed, currency).amount if typed.strip() else None
    except NotAnAmount:
        return None
    return amount if amount is None or 0 <= amount < LARGEST else None


def _href(state: dict[str, str], **changes: str) -> str:
    query = urlencode({k: v for k, v in (state | changes).items() if v})
    return f"/listings?{query}" if query else "/listings"


@get("/listings/{listing_id:uuid}", **route(PUBLIC), include_in_schema=False)
async def listing_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID]
) -> Response[str]:
    """Context: listing (a ListingView), kind_label, icon, facts, state, snapshot.

    Slots ``listing_actions`` (beside the price) and ``listing_after`` (below the text) get the snapshot: ``listing_id,
    kind, title, description, price, attributes, state, published_at, shop_id, shop_slug, shop_name, is_favourite,
    may_edit, version``.
    """
    kinds = active_kinds(site)
    listing = await site.ask(queries.listing_page, listing_id, kinds, viewer=actor)
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
        snapshot=snapshot_of(listing),
    )


def snapshot_of(listing: ListingView) -> dict[str, Any]:
    """What a panel of a listing's page gets to know."""
    known = msgspec.structs.asdict(listing)
    shop = known.pop("shop")
    return {"listing_id": known.pop("id"), "shop_id": shop.id, "shop_slug": shop.slug, "shop_name": shop.name} | known


@get("/shops/{slug:str}", **route(PUBLIC), include_in_schema=False)
async def shop_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], slug: FromPath[str], cursor: CursorText = None
) -> Response[str]:
    """Context: shop (a ShopView), state, cards, next_href. Slot ``shop_after`` gets ``shop_id, slug, name,
    my_role``.
    """
    shop = await site.ask(shop_at, slug, person_id=actor.person_id, admin=ADMIN in actor.roles)
    if shop is None:
        raise Missing
    kinds = active_kinds(site)
    criteria = Criteria(shop_id=shop.id, person_id=actor.person_id)
    found = await site.ask(queries.browse, criteria, kinds, cursor=cursor, limit=PAGE_OF)
    return await page(
        request,
        "listings/shop.html",
        page_title=shop.name,
        shop=shop,
        state=SHOP.state(shop.state),
        cards=shown_cards(request, found.items, kinds),
        next_href=f"/shops/{slug}?cursor={found.next}" if found.next else "",
        first_href=f"/shops/{slug}" if cursor else "",
    )


handlers = (listings_page, listing_page, shop_page)
