"""Selling: a vendor's shops and listings, and the form that a kind's declaration makes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

import attrs
from litestar import get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Response

from marketplace_kit.kernel.errors import Forbidden, Invalid, Missing, Problem, StaleVersion
from marketplace_kit.kernel.fields import Choice, Field, fields_of
from marketplace_kit.kernel.hooks import Actor, ListingKind
from marketplace_kit.kernel.ids import secret_token
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import LOCALES, N_
from marketplace_kit.listings import queries, services
from marketplace_kit.listings.domain import DRAFT, MAY_EDIT, PENDING_REVIEW, ShopNotOpen
from marketplace_kit.listings.pages.cards import kind_chips, translator
from marketplace_kit.listings.queries import active_kinds
from marketplace_kit.listings.schemas import ListingView, Offer, OwnListing, read_attributes, read_change, read_draft
from marketplace_kit.listings.schemas.drafts import PREFIX
from marketplace_kit.listings.services.reviewing import process_of
from marketplace_kit.shops.domain import SHOP
from marketplace_kit.shops.queries import own_shops
from marketplace_kit.shops.schemas import OwnShop
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.forms import FormState, errors_of, shown_value
from marketplace_kit.web.paging import CursorText
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import SIGNED_IN, route

PAGE_OF = 50
Raw = Mapping[str, str | list[str]]
KindName = Annotated[str, QueryParameter(max_length=80)]
AT_ONCE = Field(N_("Publish it at once"), name="publish_now", type=bool, required=False)
_DONE = {
    "publish": N_("It is published: everybody can see it now."),
    "unpublish": N_("It is a draft again: only you can see it."),
    "archive": N_("It is archived."),
    "submit": N_("It is sent, and shown as soon as somebody has looked at it."),
    "withdraw": N_("It is a draft again: only you can see it."),
}


@get("/sell", **route(SIGNED_IN), include_in_schema=False)
async def sell_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], cursor: CursorText = None
) -> Response[str]:
    """Context: shops (with their states), listings (with state, label and moves), next_href. Slot ``sell_after``."""
    person_id = _person(actor)
    kinds = active_kinds(site)
    shops = await site.ask(own_shops, person_id)
    own = await site.ask(
        queries.own_listings, person_id, kinds, cursor=cursor, limit=PAGE_OF, locale=visit_of(request).locale
    )
    said = translator(request)
    rows = [_row(listing, kinds.get(listing.kind), said) for listing in own.items]
    return await page(
        request,
        "listings/sell.html",
        page_title=N_("Selling"),
        shops=[(shop, SHOP.state(shop.state)) for shop in shops],
        rows=rows,
        next_href=f"/sell?cursor={own.next}" if own.next else "",
        first_href="/sell" if cursor else "",
    )


def _row(listing: OwnListing, kind: ListingKind | None, said: Callable[[str], str]) -> dict[str, Any]:
    """One listing of the vendor's list with what can be done with it. Without its plugin it can only be put away."""
    process = process_of(kind)
    moves = [move for move in process.moves(listing.state, MAY_EDIT) if kind is not None or move.verb == "archive"]
    return {
        "listing": listing,
        "kind": said(kind.label) if kind else listing.kind,
        "state": process.state(listing.state),
        "moves": [m for m in moves if m.verb in _DONE and not (m.verb == "submit" and listing.state == DRAFT)],
    }


@get("/sell/listings/new", **route("listings.create"), include_in_schema=False)
async def choose_kind_page(request: WebRequest, site: Given[Site], actor: Given[Actor]) -> Response[str]:
    """Context: kinds, has_shop."""
    shops = await _shops_to_fill(site, actor)
    kinds = kind_chips(request, active_kinds(site), {})
    return await page(
        request, "listings/choose_kind.html", page_title=N_("What do you offer?"), kinds=kinds, has_shop=bool(shops)
    )


@get("/sell/listings/new/{kind:str}", **route("listings.create"), include_in_schema=False)
async def new_listing_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], kind: FromPath[str]
) -> Response[Any]:
    return await _new_page(request, site, actor, _kind(site, kind))


@post("/sell/listings/new/{kind:str}", **route("listings.create"), include_in_schema=False, status_code=200)
async def new_listing(
    request: WebRequest, site: Given[Site], actor: Given[Actor], kind: FromPath[str]
) -> Response[Any]:
    """Make a draft, or make it and publish it at once. While the shop is not open it stays a draft."""
    declared = _kind(site, kind)
    raw = await posted_raw(request)
    given = {k: v for k, v in raw.items() if k != AT_ONCE.name}
    try:
        draft = read_draft({kind: declared}, {"kind": kind, **given}, "form", locale=visit_of(request).locale)
    except Invalid as refused:
        return await _new_page(request, site, actor, declared, raw, refused)
    if not raw.get(AT_ONCE.name):
        made = await site.do(services.create_from, draft, by=actor)
        return see_other(request, f"/listings/{made.id}", N_("Your draft is saved."))
    try:
        made = await site.do(services.create_from, draft, by=actor, publish_it=True)
        if made.state == PENDING_REVIEW:
            return see_other(request, f"/listings/{made.id}", _DONE["submit"])
    except ShopNotOpen as closed:
        made = await site.do(services.create_from, draft, by=actor)
        return see_other(request, f"/listings/{made.id}", closed.text, tone="warn")
    return see_other(request, f"/listings/{made.id}", _DONE["publish"])


async def _new_page(
    request: WebRequest,
    site: Site,
    actor: Actor,
    kind: ListingKind,
    raw: Raw | None = None,
    refused: Invalid | None = None,
) -> Response[Any]:
    shops = await _shops_to_fill(site, actor)
    if not shops:
        return see_other(request, "/sell/shop/new", N_("First open a shop."), tone="info")
    language = _language(raw, visit_of(request).locale)
    fields = (_shop_field(shops), *_fields(kind, language), AT_ONCE)
    blank = {f.name: shown_value(f.default) for f in _fields(kind, language)} | {AT_ONCE.name: True}
    values: dict[str, Any] = {"shop_id": str(shops[0].id), **(raw or blank)}
    return await page(
        request,
        "listings/new.html",
        status=422 if refused else 200,
        page_title=N_("New listing"),
        kind_label=translator(request)(kind.label),
        form=_form(request, fields, values, refused),
        language=language,
        action=f"/sell/listings/new/{kind.name}",
    )


@get("/sell/listings/{listing_id:uuid}/edit", **route("listings.create"), include_in_schema=False)
async def edit_listing_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID]
) -> Response[str]:
    return await _edit_page(request, site, await editable(request, listing_id))


@post("/sell/listings/{listing_id:uuid}/edit", **route("listings.create"), include_in_schema=False, status_code=200)
async def edit_listing(
    request: WebRequest, site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID]
) -> Response[Any]:
    known = await editable(request, listing_id)
    raw = await posted_raw(request)
    try:
        change = read_change(active_kinds(site)[known.kind], raw, "form", locale=known.language)
        await site.do(
            services.edit,
            listing_id,
            version=change.version,
            offer=change.offer,
            attributes=change.attributes,
            by=actor,
        )
    except (Invalid, StaleVersion) as refused:
        return await _edit_page(request, site, await editable(request, listing_id), raw, refused)
    return see_other(request, f"/listings/{listing_id}", N_("Saved."))


async def _edit_page(
    request: WebRequest,
    site: Site,
    known: ListingView,
    raw: Raw | None = None,
    refused: Invalid | StaleVersion | None = None,
) -> Response[str]:
    """After a conflict the form keeps what was typed and carries the newest version: saving again is then meant."""
    kind, language = active_kinds(site)[known.kind], _language(raw, known.language)
    stale = isinstance(refused, StaleVersion)
    problem = Invalid(Problem("", refused.code, refused.text)) if isinstance(refused, StaleVersion) else refused
    return await page(
        request,
        "listings/edit.html",
        status=409 if stale else 422 if refused else 200,
        page_title=N_("Change the listing"),
        listing=known,
        form=_form(request, _fields(kind, language), raw or _known(kind, known), problem),
        language=language,
        action=f"/sell/listings/{known.id}/edit",
    )


@post(
    "/sell/listings/{listing_id:uuid}/{verb:str}", **route("listings.create"), include_in_schema=False, status_code=200
)
async def move_listing(
    request: WebRequest, site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID], verb: FromPath[str]
) -> Response[Any]:
    """Publish, unpublish or archive, and back to the vendor's list."""
    if verb not in _DONE:
        raise Missing
    moved = await site.do(services.move, listing_id, verb, by=actor)
    return see_other(request, "/sell", _DONE["submit" if moved.state == PENDING_REVIEW else verb])


def _kind(site: Site, name: str) -> ListingKind:
    kind = active_kinds(site).get(name)
    if kind is None:
        raise Missing
    return kind


def _person(actor: Actor) -> UUID:
    if actor.person_id is None:
        raise Missing
    return actor.person_id


async def _shops_to_fill(site: Site, actor: Actor) -> list[OwnShop]:
    return [shop for shop in await site.ask(own_shops, _person(actor)) if shop.role in MAY_EDIT]


async def editable(request: WebRequest, listing_id: UUID) -> ListingView:
    """A listing for whoever works on it, as they read it."""
    visit = visit_of(request)
    kinds, actor = active_kinds(visit.site), visit.actor
    found = await visit.site.ask(queries.listing_page, listing_id, kinds, viewer=actor, locale=visit.locale)
    if found is None:
        raise Missing
    if not found.may_edit:
        raise Forbidden if found.shop.id in actor.shops else Missing
    return found


def _language(raw: Raw | None, otherwise: str) -> str:
    """The language in which the form asks for the words before all others."""
    posted = (raw or {}).get("language")
    return posted if isinstance(posted, str) and posted in LOCALES else otherwise


def _fields(kind: ListingKind, language: str) -> tuple[Field, ...]:
    """The common fields, then the kind's own, each under its name in the posted form. The words are asked for in one
    language; the others are put away below.
    """
    offer = {f.name: f for f in fields_of(Offer)}
    words = (attrs.evolve(offer[name], language=language) for name in ("title", "description"))
    others = (offer[name].spread(without=language) for name in ("titles", "descriptions"))
    by_language = (field for pair in zip(*others, strict=True) for field in pair)
    own = (attrs.evolve(f, name=f"{PREFIX}.{f.name}") for f in fields_of(kind.attributes))
    return (*words, *by_language, offer["price"], *own)


def _shop_field(shops: Sequence[OwnShop]) -> Field:
    choices = tuple(Choice(str(shop.id), shop.name) for shop in shops)
    return Field(N_("Shop"), choices=choices, name="shop_id")


def _known(kind: ListingKind, listing: ListingView) -> dict[str, Any]:
    """What is stored, as its controls show it; attributes that no longer fit their declaration start empty."""
    titles, descriptions = listing.titles.texts(), listing.descriptions.texts()
    values = {"title": listing.title, "price": shown_value(listing.price)}
    values["description"] = descriptions.get(listing.language, "")
    values |= {f"titles.{language}": text for language, text in titles.items()}
    values |= {f"descriptions.{language}": text for language, text in descriptions.items()}
    try:
        own = read_attributes(kind.attributes, listing.attributes)
        stored = {f.name: getattr(own, f.name) for f in fields_of(kind.attributes)}
    except Invalid:
        stored = {f.name: f.default for f in fields_of(kind.attributes)}
    return values | {f"{PREFIX}.{name}": shown_value(value) for name, value in stored.items()}


def _form(
    request: WebRequest, fields: tuple[Field, ...], values: Mapping[str, Any], refused: Invalid | None
) -> FormState:
    filled = {f.name: "" for f in fields} | dict(values)
    return FormState(fields=fields, values=filled, errors=errors_of(request, refused), idempotency_key=secret_token())


handlers = (
    sell_page,
    choose_kind_page,
    new_listing_page,
    new_listing,
    edit_listing_page,
    edit_listing,
    move_listing,
)
