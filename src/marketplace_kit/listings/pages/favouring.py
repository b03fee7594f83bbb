"""Hearts: pressing one, also before signing in, and the page that gathers them."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Response

from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.listings import queries, services
from marketplace_kit.listings.pages.cards import shown_cards
from marketplace_kit.listings.queries import active_kinds
from marketplace_kit.web import htmx
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.identity import is_signed, sign
from marketplace_kit.web.paging import CursorText
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import PUBLIC, SIGNED_IN, route

PAGE_OF = 24
_PURPOSE = "listings.favourite"
Act = Annotated[str, QueryParameter(max_length=200)]


@post("/listings/{listing_id:uuid}/favourite", **route(PUBLIC), include_in_schema=False, status_code=200)
async def press_heart(
    request: WebRequest, site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID]
) -> Response[Any]:
    """Toggle a favourite and go back to where the heart was. A stranger signs in first and finds it set afterwards."""
    raw = await posted_raw(request)
    if not actor.signed_in:
        finish = f"/listings/{listing_id}/favourite?act={sign(site, _PURPOSE, _who_and_what(request, listing_id))}"
        return see_other(request, f"/sign-in?next={quote(finish, safe='/')}")
    pressed = await site.do(services.toggle_favourite, listing_id, by=actor)
    if htmx.is_partial(request):
        view = await site.ask(
            queries.listing_page, listing_id, active_kinds(site), viewer=actor, locale=visit_of(request).locale
        )
        title = view.title if view else ""
        return await page(request, "listings/heart.html", id=listing_id, title=title, pressed=pressed.is_favourite)
    back = raw.get("back", "")
    return see_other(request, back if isinstance(back, str) and back else f"/listings/{listing_id}")


@get("/listings/{listing_id:uuid}/favourite", **route(SIGNED_IN), include_in_schema=False)
async def finish_heart(
    request: WebRequest, site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID], act: Act = ""
) -> Response[Any]:
    """What a stranger pressed before signing in, done now. ``act`` proves that this browser pressed it: a link that
    somebody else made does nothing but show the listing.
    """
    if is_signed(site, _PURPOSE, _who_and_what(request, listing_id), act):
        await site.do(services.favourite, listing_id, by=actor)
        return see_other(request, f"/listings/{listing_id}", N_("It is among your favourites now."))
    return see_other(request, f"/listings/{listing_id}")


def _who_and_what(request: WebRequest, listing_id: UUID) -> str:
    return f"{visit_of(request).visitor}:{listing_id}"


@get("/account/favourites", **route(SIGNED_IN), include_in_schema=False)
async def favourites_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], cursor: CursorText = None
) -> Response[str]:
    """Context: cards, next_href, first_href."""
    if actor.person_id is None:
        raise Missing
    kinds = active_kinds(site)
    found = await site.ask(
        queries.favourites, actor.person_id, kinds, cursor=cursor, limit=PAGE_OF, locale=visit_of(request).locale
    )
    return await page(
        request,
        "listings/favourites.html",
        page_title=N_("Favourites"),
        cards=shown_cards(request, found.items, kinds),
        next_href=f"/account/favourites?cursor={found.next}" if found.next else "",
        first_href="/account/favourites" if cursor else "",
    )


handlers = (press_heart, finish_heart, favourites_page)
