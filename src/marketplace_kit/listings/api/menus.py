"""A shop's menu."""

from __future__ import annotations

from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import get, put
from litestar.params import FromPath

from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.translated import named
from marketplace_kit.listings import queries, services
from marketplace_kit.listings.domain import ADMIN, MAY_EDIT
from marketplace_kit.listings.queries import active_kinds
from marketplace_kit.listings.schemas.facets import minute
from marketplace_kit.listings.schemas.menus import MenuSectionView, MenuView, days_of, menu_schema, read_menu
from marketplace_kit.shops.services import visible_shop
from marketplace_kit.web.bodies import sent_raw
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.parameters import refuse_unknown
from marketplace_kit.web.routing import PUBLIC, route


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
        queries.shop_window, shop_id, active_kinds(site), person_id=actor.person_id, now=now, limit=1, locale=locale
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
    the one that was read; 409 `version_conflict` if somebody was faster.
    """
    version, sections = read_menu(await sent_raw(request))
    await site.do(services.set_menu, shop_id, version=version, sections=sections, by=actor)
    return await _menu(request, site, actor, shop_id)


handlers = (
    menu,
    set_menu,
)
