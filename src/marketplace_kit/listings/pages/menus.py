"""A shop's menu where it is arranged: one form for each section, buttons for the order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import attrs
from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from marketplace_kit.kernel.errors import Forbidden, Invalid, Missing, Problem, StaleVersion
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.kernel.translated import named
from marketplace_kit.listings import queries, services
from marketplace_kit.listings.domain import ADMIN, MAY_EDIT, PUBLISHED
from marketplace_kit.listings.domain.menus import MenuSection
from marketplace_kit.listings.pages.arranging import moved, place_of, replaced
from marketplace_kit.listings.schemas.menus import MenuSectionForm, form_values, read_section, said_when
from marketplace_kit.shops.schemas import ShopView
from marketplace_kit.shops.services import own_shop
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.forms import FormState, form_state
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import route

Raw = Mapping[str, str | list[str]]
Sections = tuple[MenuSection, ...]


@attrs.frozen(kw_only=True)
class _Posted:
    """One form of the page: its id there, what it wants, what was typed, the version that was seen."""

    form: str
    act: str
    version: int
    raw: dict[str, Any]


async def _posted(request: WebRequest, form: str) -> _Posted:
    raw: dict[str, Any] = await posted_raw(request)
    act, version = str(raw.pop("act", "save")), str(raw.pop("version", ""))
    return _Posted(form=form, act=act, version=int(version) if version.isdecimal() else -1, raw=raw)


async def _shop(request: WebRequest, site: Site, actor: Actor, shop_id: UUID) -> ShopView:
    shop = await own_shop(site, actor, shop_id, visit_of(request).locale)
    if shop.my_role not in MAY_EDIT and ADMIN not in actor.roles:
        raise Forbidden
    return shop


@get("/sell/shop/{shop_id:uuid}/menu", **route("listings.create"), include_in_schema=False)
async def menu_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]
) -> Response[str]:
    return await _page(request, site, await _shop(request, site, actor, shop_id))


async def _page(
    request: WebRequest,
    site: Site,
    shop: ShopView,
    posted: _Posted | None = None,
    refused: Invalid | StaleVersion | None = None,
) -> Response[str]:
    """After a conflict the page shows what is stored now, and the form what was typed: saving again is then meant."""
    visit = visit_of(request)
    version, sections = await site.ask(queries.menu_of, shop.id)
    offers = await site.ask(queries.offers_of, shop.id, visit_of(request).locale)
    standing = {listing for section in sections for listing in section.listings}

    def state(key: str, known: Mapping[str, Any] | None) -> FormState:
        if posted is None or posted.form != key:
            return form_state(request, MenuSectionForm, known)
        return form_state(request, MenuSectionForm, posted.raw, refused if isinstance(refused, Invalid) else None)

    stale = isinstance(refused, StaleVersion)
    return await page(
        request,
        "listings/edit_menu.html",
        status=409 if stale else 422 if refused else 200,
        page_title=N_("Menu"),
        shop=shop,
        version=version,
        base=f"/sell/shop/{shop.id}/menu",
        sections=[
            {
                "id": section.id,
                "name": named(section.names, visit.locale),
                "when": said_when(section, visit.locale),
                "form": state(f"s-{section.id}", form_values(section)),
                "listings": [
                    (one, offers[one][0], offers[one][1] == PUBLISHED) for one in section.listings if one in offers
                ],
            }
            for section in sections
        ],
        left=[(one, title) for one, (title, _) in offers.items() if one not in standing],
        fresh=state("new", None),
        open_at=posted.form if posted and isinstance(refused, Invalid) else "",
        stale=visit.site.texts.gettext(visit.locale, StaleVersion.text) if stale else "",
    )


@post("/sell/shop/{shop_id:uuid}/menu", **route("listings.create"), include_in_schema=False, status_code=200)
async def add_section(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]
) -> Response[Any]:
    posted = await _posted(request, "new")
    return await _make(
        request, site, actor, shop_id, posted, lambda sections: (*sections, read_section(posted.raw, "form"))
    )


@post(
    "/sell/shop/{shop_id:uuid}/menu/{section_id:uuid}",
    **route("listings.create"),
    include_in_schema=False,
    status_code=200,
)
async def change_section(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID], section_id: FromPath[UUID]
) -> Response[Any]:
    """``act`` is save, up, down, delete, or add (which takes in the ``listing`` that is named)."""
    posted = await _posted(request, f"s-{section_id}")

    def changed(sections: Sections) -> Sections:
        at = place_of(sections, lambda section: section.id == section_id)
        if posted.act == "save":
            return replaced(sections, at, read_section(posted.raw, "form", sections[at]))
        if posted.act == "add":
            listings = (*sections[at].listings, _id(posted.raw.get("listing")))
            return replaced(sections, at, attrs.evolve(sections[at], listings=listings))
        return moved(sections, at, posted.act)

    return await _make(request, site, actor, shop_id, posted, changed)


@post(
    "/sell/shop/{shop_id:uuid}/menu/{section_id:uuid}/{listing_id:uuid}",
    **route("listings.create"),
    include_in_schema=False,
    status_code=200,
)
async def move_listing(
    request: WebRequest,
    site: Given[Site],
    actor: Given[Actor],
    shop_id: FromPath[UUID],
    section_id: FromPath[UUID],
    listing_id: FromPath[UUID],
) -> Response[Any]:
    """``act`` is up, down or delete (out of the section)."""
    posted = await _posted(request, "")

    def changed(sections: Sections) -> Sections:
        at = place_of(sections, lambda section: section.id == section_id)
        listings = sections[at].listings
        here = place_of(listings, lambda one: one == listing_id)
        return replaced(sections, at, attrs.evolve(sections[at], listings=moved(listings, here, posted.act)))

    return await _make(request, site, actor, shop_id, posted, changed)


def _id(given: Any) -> UUID:
    try:
        return UUID(given)
    except (ValueError, TypeError, AttributeError) as wrong:
        raise Missing from wrong


async def _make(
    request: WebRequest,
    site: Site,
    actor: Actor,
    shop_id: UUID,
    posted: _Posted,
    changed: Callable[[Sections], Sections],
) -> Response[Any]:
    """The menu as it is, changed in one place, and put back whole."""
    shop = await _shop(request, site, actor, shop_id)
    _, sections = await site.ask(queries.menu_of, shop_id)
    try:
        new = changed(sections)
        await site.do(services.set_menu, shop_id, version=posted.version, sections=new, by=actor)
    except StaleVersion as stale:
        return await _page(request, site, shop, posted, stale)
    except Invalid as invalid:
        return await _page(request, site, shop, posted, _of_form(invalid))
    return see_other(request, f"/sell/shop/{shop_id}/menu", N_("Saved."))


def _of_form(invalid: Invalid) -> Invalid:
    """Problems of the menu as those of the form that was posted."""
    return Invalid(*(p if "." not in p.field else Problem("", p.code, p.text, p.facts) for p in invalid.problems))


handlers = (menu_page, add_section, change_section, move_listing)
