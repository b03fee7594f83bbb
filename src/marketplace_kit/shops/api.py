"""REST: /api/shops for everybody and for those who work there, /api/admin/shops for those who look after the site."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import delete, get, post, put
from litestar.params import FromPath, QueryParameter

from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.shops import queries, services
from marketplace_kit.shops.domain import ADMIN, OPEN
from marketplace_kit.shops.schemas import (
    AdminShop,
    DraftShop,
    Member,
    MemberChange,
    NewMember,
    Reason,
    Setup,
    ShopAddress,
    ShopCard,
    ShopChange,
    ShopContacts,
    ShopDay,
    ShopHours,
    ShopPolicies,
    ShopProfile,
    ShopView,
    ShopWeek,
)
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.paging import CursorText, Limit, Page
from marketplace_kit.web.parameters import refuse_unknown
from marketplace_kit.web.routing import PUBLIC, SIGNED_IN, route

City = Annotated[str, QueryParameter(name="city", max_length=60, required=False)]
Category = Annotated[str, QueryParameter(name="category", max_length=60, required=False)]
Text = Annotated[str, QueryParameter(name="q", max_length=200, required=False)]
Degrees = Annotated[str, QueryParameter(max_length=30, required=False, description="Degrees, WGS 84.")]
Radius = Annotated[str, QueryParameter(name="radius_km", max_length=10, required=False, description="At most 100.")]
OpenNow = Annotated[bool, QueryParameter(name="open_now", required=False)]
Sort = Annotated[Literal["", "newest", "distance", "name", "rating"], QueryParameter(name="sort", required=False)]
State = Annotated[str, QueryParameter(name="state", max_length=20, required=False)]


@get("/api/shops", **route(PUBLIC, summary="Open shops, newest first, or nearest to a point"))
async def shops(
    request: WebRequest,
    site: Given[Site],
    city: City = "",
    category: Category = "",
    q: Text = "",
    lat: Degrees = "",
    lon: Degrees = "",
    radius_km: Radius = "",
    open_now: OpenNow = False,
    sort: Sort = "",
    cursor: CursorText = None,
    limit: Limit = 20,
) -> Page[ShopCard]:
    """With `lat` and `lon` each has its `distance_km` and the nearest come first."""
    refuse_unknown(request)
    wanted = services.filter_of(city, category, q, lat, lon, radius_km, open_now, sort)
    locale = visit_of(request).locale
    return await site.ask(queries.shop_list, wanted, cursor=cursor, limit=limit, now=site.clock.now(), locale=locale)


@get("/api/shops/{slug:str}", **route(PUBLIC, summary="One shop"))
async def shop(request: WebRequest, site: Given[Site], actor: Given[Actor], slug: FromPath[str]) -> ShopView:
    """By its address, or by the id that a listing or an order names. A shop that is not open is there for its members
    and admins only. A former address answers as the new one.
    """
    if shop_id := _as_id(slug):
        return await _answer(request, site, actor, shop_id)
    asked: dict[str, Any] = {
        "person_id": actor.person_id,
        "admin": ADMIN in actor.roles,
        "locale": visit_of(request).locale,
    }
    found = await site.ask(queries.shop_page, slug, **asked)
    if found is None and (now := await site.ask(queries.slug_now, slug)):
        found = await site.ask(queries.shop_page, now, **asked)
    if found is None:
        raise Missing
    return found


@post("/api/shops", **route("shops.open", body=DraftShop, summary="Begin a shop"))
async def start_shop(request: WebRequest, site: Given[Site], actor: Given[Actor], form: Given[DraftShop]) -> ShopView:
    """The asker owns it. It is a draft until it goes live (`POST /api/shops/{id}/go-live`)."""
    return await _answer(request, site, actor, (await site.do(services.start_shop, form, by=actor)).id)


@put("/api/shops/{shop_id:uuid}", **route(SIGNED_IN, body=ShopChange, summary="Change a shop's page"))
async def edit_shop(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID], form: Given[ShopChange]
) -> ShopView:
    """`version` is the one that was read; 409 `version_conflict` if somebody was faster."""
    await site.do(services.edit_shop, shop_id, form, by=actor)
    return await _answer(request, site, actor, shop_id)


@put("/api/shops/{shop_id:uuid}/profile", **route(SIGNED_IN, body=ShopProfile, summary="Name, category, texts, tax id"))
async def set_profile(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID], form: Given[ShopProfile]
) -> ShopView:
    """422 `tax_id_invalid` names `length`, `digits` or `checksum` as its `reason`."""
    await site.do(services.set_profile, shop_id, form, by=actor)
    return await _answer(request, site, actor, shop_id)


@put("/api/shops/{shop_id:uuid}/contacts", **route(SIGNED_IN, body=ShopContacts, summary="Phone, links, place"))
async def set_contacts(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID], form: Given[ShopContacts]
) -> ShopView:
    await site.do(services.set_contacts, shop_id, form, by=actor)
    return await _answer(request, site, actor, shop_id)


@put("/api/shops/{shop_id:uuid}/policies", **route(SIGNED_IN, body=ShopPolicies, summary="The shop's rules"))
async def set_policies(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID], form: Given[ShopPolicies]
) -> ShopView:
    await site.do(services.set_policies, shop_id, form, by=actor)
    return await _answer(request, site, actor, shop_id)


@put("/api/shops/{shop_id:uuid}/address", **route(SIGNED_IN, body=ShopAddress, summary="Change a shop's address"))
async def rename_address(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID], form: Given[ShopAddress]
) -> ShopView:
    """The part of the address that names the shop. The former one leads to it for ever."""
    await site.do(services.rename_address, shop_id, form, by=actor)
    return await _answer(request, site, actor, shop_id)


@get("/api/shops/{shop_id:uuid}/hours", **route(PUBLIC, summary="When a shop is open"))
async def hours(request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]) -> ShopHours:
    """The week, today, whether it is open now and when that changes, holidays and dates of the coming 60 days."""
    found = await _answer(request, site, actor, shop_id)
    return await _hours(request, site, found)


async def _hours(request: WebRequest, site: Site, found: ShopView) -> ShopHours:
    locale, trading = visit_of(request).locale, found.state == OPEN
    said = await site.ask(queries.shop_hours, found.id, now=site.clock.now(), locale=locale, trading=trading)
    if said is None:
        raise Missing
    return said


@put("/api/shops/{shop_id:uuid}/hours", **route(SIGNED_IN, body=ShopWeek, summary="Set the hours of the week"))
async def set_hours(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID], form: Given[ShopWeek]
) -> ShopHours:
    """Each weekday as people write it: `09:00-13:00, 14:00-19:00`."""
    await site.do(services.set_week, shop_id, form, by=actor)
    return await _hours(request, site, await _answer(request, site, actor, shop_id))


@put("/api/shops/{shop_id:uuid}/days/{day:date}", **route(SIGNED_IN, body=ShopDay, summary="Other hours on one date"))
async def set_day(
    request: WebRequest,
    site: Given[Site],
    actor: Given[Actor],
    shop_id: FromPath[UUID],
    day: FromPath[date],
    form: Given[ShopDay],
) -> ShopHours:
    """Wins over the week and over holidays. Empty `hours` mean closed."""
    await site.do(services.set_day, shop_id, day, form, by=actor)
    return await _hours(request, site, await _answer(request, site, actor, shop_id))


@delete(
    "/api/shops/{shop_id:uuid}/days/{day:date}",
    **route(SIGNED_IN, summary="A date is like every other again"),
    status_code=200,
)
async def clear_day(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID], day: FromPath[date]
) -> ShopHours:
    await site.do(services.clear_day, shop_id, day, by=actor)
    return await _hours(request, site, await _answer(request, site, actor, shop_id))


@get("/api/shops/{shop_id:uuid}/setup", **route(SIGNED_IN, summary="How far a shop has come"))
async def setup(request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]) -> Setup:
    await services.own_shop(site, actor, shop_id, visit_of(request).locale)
    found = await site.ask(services.setup_of, shop_id, site, visit_of(request).locale)
    if found is None:
        raise Missing
    return found


async def _moved(request: WebRequest, site: Site, actor: Actor, shop_id: UUID, verb: str, reason: str = "") -> ShopView:
    await site.do(services.move_shop, shop_id, verb, by=actor, reason=reason)
    return await _answer(request, site, actor, shop_id)


@post("/api/shops/{shop_id:uuid}/go-live", **route(SIGNED_IN, summary="Open a shop to customers"), status_code=200)
async def go_live(request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]) -> ShopView:
    """422 `not_ready_to_go_live` lists everything that is `missing`, each with the page that asks for it."""
    return await _moved(request, site, actor, shop_id, "submit")


@post("/api/shops/{shop_id:uuid}/pause", **route(SIGNED_IN, summary="Pause a shop"), status_code=200)
async def pause_shop(request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]) -> ShopView:
    """Nothing new is taken; what was agreed goes on."""
    return await _moved(request, site, actor, shop_id, "pause")


@post("/api/shops/{shop_id:uuid}/resume", **route(SIGNED_IN, summary="Go on after a pause"), status_code=200)
async def resume_shop(request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]) -> ShopView:
    return await _moved(request, site, actor, shop_id, "resume")


@post("/api/shops/{shop_id:uuid}/approve", **route("shops.approve", summary="Approve a shop"), status_code=200)
async def approve_shop(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]
) -> ShopView:
    return await _moved(request, site, actor, shop_id, "approve")


@post("/api/shops/{shop_id:uuid}/close", **route(SIGNED_IN, summary="Close a shop"), status_code=200)
async def close_shop(request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]) -> ShopView:
    """Its listings are no longer shown. Nothing is removed."""
    return await _moved(request, site, actor, shop_id, "close")


@post("/api/shops/{shop_id:uuid}/reopen", **route(SIGNED_IN, summary="Open a closed shop again"), status_code=200)
async def reopen_shop(request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]) -> ShopView:
    return await _moved(request, site, actor, shop_id, "reopen")


@get("/api/shops/{shop_id:uuid}/members", **route(SIGNED_IN, summary="Who works for a shop"))
async def members(request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]) -> list[Member]:
    await services.own_shop(site, actor, shop_id, visit_of(request).locale)
    return await site.ask(queries.members_of, shop_id)


@post("/api/shops/{shop_id:uuid}/members", **route(SIGNED_IN, body=NewMember, summary="Let somebody work for a shop"))
async def invite_member(
    site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID], form: Given[NewMember]
) -> list[Member]:
    """Somebody who is registered, by e-mail or phone. They are told."""
    await site.do(services.invite_member, shop_id, form, by=actor)
    return await site.ask(queries.members_of, shop_id)


@put(
    "/api/shops/{shop_id:uuid}/members/{person_id:uuid}",
    **route(SIGNED_IN, body=MemberChange, summary="Change what somebody does in a shop"),
)
async def change_member(
    site: Given[Site],
    actor: Given[Actor],
    shop_id: FromPath[UUID],
    person_id: FromPath[UUID],
    form: Given[MemberChange],
) -> list[Member]:
    """409 `last_owner` if nobody would own the shop any more."""
    await site.do(services.change_member, shop_id, person_id, form, by=actor)
    return await site.ask(queries.members_of, shop_id)


@delete(
    "/api/shops/{shop_id:uuid}/members/{person_id:uuid}",
    **route(SIGNED_IN, summary="Somebody no longer works for a shop"),
)
async def remove_member(
    site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID], person_id: FromPath[UUID]
) -> None:
    """409 `in_use` with the `appointments` that lie ahead of them; 409 `last_owner`."""
    await site.do(services.remove_member, shop_id, person_id, by=actor)


@get("/api/admin/shops", **route("shops.approve", summary="All shops, those that wait for approval first"))
async def admin_shops(
    request: WebRequest,
    site: Given[Site],
    in_state: State = "",
    q: Text = "",
    cursor: CursorText = None,
    limit: Limit = 50,
) -> Page[AdminShop]:
    refuse_unknown(request)
    locale = visit_of(request).locale
    return await site.ask(queries.admin_shops, state=in_state, text=q, cursor=cursor, limit=limit, locale=locale)


@post(
    "/api/admin/shops/{shop_id:uuid}/{verb:str}",
    **route("shops.approve", body=Reason, summary="approve, reject, suspend, reinstate, hide or show a shop"),
    status_code=200,
)
async def admin_move(
    request: WebRequest,
    site: Given[Site],
    actor: Given[Actor],
    shop_id: FromPath[UUID],
    verb: FromPath[str],
    form: Given[Reason],
) -> ShopView:
    """`reject` and `suspend` want a `reason`, which the owner reads (422 `reason_required`)."""
    if verb not in ADMIN_VERBS:
        raise Missing
    return await _moved(request, site, actor, shop_id, verb, form.reason)


ADMIN_VERBS = ("approve", "reject", "suspend", "reinstate", "hide", "show")


def _as_id(name: str) -> UUID | None:
    """One route for both: the router would not come back from a place for ids to one for addresses."""
    try:
        return UUID(name)
    except ValueError:
        return None


async def _answer(request: WebRequest, site: Site, actor: Actor, shop_id: UUID) -> ShopView:
    return await services.visible_shop(site, actor, shop_id, visit_of(request).locale)


handlers = (
    shops,
    shop,
    start_shop,
    edit_shop,
    set_profile,
    set_contacts,
    set_policies,
    rename_address,
    hours,
    set_hours,
    set_day,
    clear_day,
    setup,
    go_live,
    pause_shop,
    resume_shop,
    approve_shop,
    close_shop,
    reopen_shop,
    members,
    invite_member,
    change_member,
    remove_member,
    admin_shops,
    admin_move,
)
