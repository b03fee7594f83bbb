"""What a shop is, how it is reached, what it promises, where it stands."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from marketplace_kit.kernel.errors import DomainError
from marketplace_kit.kernel.fields import Choice
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.places.queries import categories, cities
from marketplace_kit.shops import services
from marketplace_kit.shops.pages.keeping.steps import own_shop, save, state_of, step
from marketplace_kit.shops.schemas import (
    NewShop,
    ShopAddress,
    ShopChange,
    ShopContacts,
    ShopPolicies,
    ShopProfile,
    ShopView,
)
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.routing import SIGNED_IN, route


@get("/sell/shop/{shop_id:uuid}/edit", **route(SIGNED_IN), include_in_schema=False)
async def edit_shop_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]
) -> Response[str]:
    return await _edit_shop_page(request, site, await own_shop(request, site, actor, shop_id))


async def _edit_shop_page(
    request: WebRequest, site: Site, shop: ShopView, raw: Any = None, refused: DomainError | None = None
) -> Response[str]:
    """After a conflict the form keeps what was typed and carries the newest version: saving again is then meant."""
    known = {"name": shop.name, "about": shop.about, "city": shop.city, "phone": shop.phone or ""}
    return await step(
        request, shop, "edit", N_("Change the shop's page"), state_of(request, NewShop, raw or known, refused), refused
    )


@post("/sell/shop/{shop_id:uuid}/edit", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def edit_shop(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]
) -> Response[Any]:
    return await save(request, site, actor, shop_id, ShopChange, services.edit_shop, _edit_shop_page, to="")


@get("/sell/shop/{shop_id:uuid}/profile", **route(SIGNED_IN), include_in_schema=False)
async def profile_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]
) -> Response[str]:
    return await _profile_page(request, site, await own_shop(request, site, actor, shop_id))


async def _profile_page(
    request: WebRequest, site: Site, shop: ShopView, raw: Any = None, refused: DomainError | None = None
) -> Response[str]:
    known = {"name": shop.name, "category": shop.category_id or "", "tax_id": shop.tax_id or ""}
    known |= {f"about_{language}": shop.abouts.get(language, "") for language in ("kk", "ru", "en")}
    found = await site.ask(categories, locale=visit_of(request).locale, city_id=shop.city_id or "")
    names = {one.id: one.name for one in found}
    above = {one.parent for one in found}
    choices = tuple(
        Choice(one.id, f"{names[one.parent]} · {one.name}" if one.parent in names else one.name)
        for one in found
        if one.id not in above
    )
    form = state_of(request, ShopProfile, raw or known, refused, category=choices)
    return await step(request, shop, "profile", N_("Name and texts"), form, refused)


@post("/sell/shop/{shop_id:uuid}/profile", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def set_profile(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]
) -> Response[Any]:
    return await save(request, site, actor, shop_id, ShopProfile, services.set_profile, _profile_page)


@get("/sell/shop/{shop_id:uuid}/contacts", **route(SIGNED_IN), include_in_schema=False)
async def contacts_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]
) -> Response[str]:
    return await _contacts_page(request, site, await own_shop(request, site, actor, shop_id))


async def _contacts_page(
    request: WebRequest, site: Site, shop: ShopView, raw: Any = None, refused: DomainError | None = None
) -> Response[str]:
    known = {name: getattr(shop, name) for name in ("phone", "whatsapp", "telegram", "instagram")}
    known |= {"city": shop.city_id, "address": shop.address, "directions": shop.directions}
    known |= {"lat": shop.lat, "lon": shop.lon}
    known = {name: "" if value is None else value for name, value in known.items()}
    found = await site.ask(cities, locale=visit_of(request).locale)
    choices = tuple(Choice(one.id, one.name) for one in found if one.enabled or one.id == shop.city_id)
    form = state_of(request, ShopContacts, raw or known, refused, city=choices)
    return await step(request, shop, "contacts", N_("Contacts and address"), form, refused)


@post("/sell/shop/{shop_id:uuid}/contacts", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def set_contacts(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]
) -> Response[Any]:
    return await save(request, site, actor, shop_id, ShopContacts, services.set_contacts, _contacts_page)


@get("/sell/shop/{shop_id:uuid}/policies", **route(SIGNED_IN), include_in_schema=False)
async def policies_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]
) -> Response[str]:
    return await _policies_page(request, site, await own_shop(request, site, actor, shop_id))


async def _policies_page(
    request: WebRequest, site: Site, shop: ShopView, raw: Any = None, refused: DomainError | None = None
) -> Response[str]:
    known = {f"policies_{language}": shop.all_policies.get(language, "") for language in ("kk", "ru", "en")}
    return await step(
        request, shop, "policies", N_("Rules"), state_of(request, ShopPolicies, raw or known, refused), refused
    )


@post("/sell/shop/{shop_id:uuid}/policies", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def set_policies(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]
) -> Response[Any]:
    return await save(request, site, actor, shop_id, ShopPolicies, services.set_policies, _policies_page)


@get("/sell/shop/{shop_id:uuid}/address", **route(SIGNED_IN), include_in_schema=False)
async def address_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]
) -> Response[str]:
    return await _address_page(request, site, await own_shop(request, site, actor, shop_id))


async def _address_page(
    request: WebRequest, site: Site, shop: ShopView, raw: Any = None, refused: DomainError | None = None
) -> Response[str]:
    form = state_of(request, ShopAddress, raw or {"slug": shop.slug}, refused)
    return await step(request, shop, "address", N_("Address of the page"), form, refused)


@post("/sell/shop/{shop_id:uuid}/address", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def rename_address(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]
) -> Response[Any]:
    return await save(
        request,
        site,
        actor,
        shop_id,
        ShopAddress,
        services.rename_address,
        _address_page,
        said=N_("Saved. The old address leads to the new one."),
        left_out=("version",),
    )


handlers = (
    edit_shop_page,
    edit_shop,
    profile_page,
    set_profile,
    contacts_page,
    set_contacts,
    policies_page,
    set_policies,
    address_page,
    rename_address,
)
