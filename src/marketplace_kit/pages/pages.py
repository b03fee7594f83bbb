"""The home page."""

from __future__ import annotations

from collections.abc import Sequence

from litestar import get
from litestar.response import Response

from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import Site
from marketplace_kit.listings.pages import shown_cards
from marketplace_kit.listings.pages.cards import kind_chips
from marketplace_kit.listings.queries import Criteria, active_kinds, browse, counts_by_kind
from marketplace_kit.pages.queries import HOME, categories_with_offers
from marketplace_kit.places.queries import categories
from marketplace_kit.places.schemas import CategoryView
from marketplace_kit.places.services import current_city
from marketplace_kit.shops.queries import shop_list
from marketplace_kit.shops.schemas import ShopFilter
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.rendering import page
from marketplace_kit.web.routing import PUBLIC, route

NEWEST_LISTINGS, SHOPS = 8, 4


@get(HOME, **route(PUBLIC), include_in_schema=False)
async def home_page(request: WebRequest, site: Given[Site], actor: Given[Actor]) -> Response[str]:
    """Context: city (the chosen one or none), categories (in which something is offered there), chips (kinds with
    counts), cards (newest listings), shops (the newest). Slot ``home``.

    Five statements, whatever there is to show; one more for a chosen city.
    """
    kinds, locale = active_kinds(site), visit_of(request).locale
    city = await current_city(request)
    here = city.id if city else ""
    criteria = Criteria(person_id=actor.person_id, city=here or None)
    newest = await site.ask(browse, criteria, kinds, limit=NEWEST_LISTINGS)
    counts = await site.ask(counts_by_kind, criteria, kinds)
    offered = await site.ask(categories, locale=locale, city_id=here)
    filled = await site.ask(categories_with_offers, here)
    shops = await site.ask(shop_list, ShopFilter(city=here), limit=SHOPS, now=site.clock.now(), locale=locale)
    return await page(
        request,
        "pages/home.html",
        heading=site.settings.of(SiteSettings).name,
        city=city,
        categories=narrow([one for one in offered if one.id in filled]),
        chips=kind_chips(request, kinds, counts),
        cards=shown_cards(request, newest.items, kinds),
        shops=shops.items,
    )


def narrow(offered: Sequence[CategoryView]) -> list[CategoryView]:
    """The categories that a person looks for: those without narrower ones."""
    parents = {one.parent for one in offered}
    return [one for one in offered if one.id not in parents]


handlers = (home_page,)
