"""The home page."""

from __future__ import annotations

from litestar import get
from litestar.response import Response

from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import Site
from marketplace_kit.listings.pages import shown_cards
from marketplace_kit.listings.pages.cards import kind_chips
from marketplace_kit.listings.queries import Criteria, active_kinds, browse, counts_by_kind
from marketplace_kit.pages.queries import HOME
from marketplace_kit.shops.queries import shop_list
from marketplace_kit.web.context import Given, WebRequest
from marketplace_kit.web.rendering import page
from marketplace_kit.web.routing import PUBLIC, route

NEWEST_LISTINGS, NEWEST_SHOPS = 8, 4


@get(HOME, **route(PUBLIC), include_in_schema=False)
async def home_page(request: WebRequest, site: Given[Site], actor: Given[Actor]) -> Response[str]:
    """Context: chips (kinds with counts), cards (newest listings), shops (newest). Slot ``home``.

    Three statements, whatever there is to show.
    """
    kinds = active_kinds(site)
    criteria = Criteria(person_id=actor.person_id)
    newest = await site.ask(browse, criteria, kinds, limit=NEWEST_LISTINGS)
    counts = await site.ask(counts_by_kind, criteria, kinds)
    shops = await site.ask(shop_list, limit=NEWEST_SHOPS)
    return await page(
        request,
        "pages/home.html",
        heading=site.settings.of(SiteSettings).name,
        chips=kind_chips(request, kinds, counts),
        cards=shown_cards(request, newest.items, kinds),
        shops=shops.items,
    )


handlers = (home_page,)
