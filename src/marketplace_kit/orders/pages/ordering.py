"""From choosing to ordering: what is wanted is kept, then details are given and the order is confirmed."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

import attrs
from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from marketplace_kit.accounts.queries import contact_of
from marketplace_kit.kernel.errors import DomainError, Invalid, Problem
from marketplace_kit.kernel.fields import fields_of, parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.orders import queries, services
from marketplace_kit.orders.domain import DraftGone, HoldExpired, PriceChanged
from marketplace_kit.orders.pages.showing import line_template, minutes_left, said, unlisted
from marketplace_kit.orders.queries.kinds import Words
from marketplace_kit.orders.schemas import Details, DraftView, Wished
from marketplace_kit.shops.domain import ConsentRequired
from marketplace_kit.shops.services import consent_words, with_consent
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.errors import STATUS
from marketplace_kit.web.forms import form_state
from marketplace_kit.web.rendering import is_local, page, see_other
from marketplace_kit.web.routing import PUBLIC, route

Raw = dict[str, str | list[str]]
_OPTIONS, _CHOICE = "options.", "choice."
_MOST_VALUES = 50
_LONGEST_QUERY = 4000
_LISTING = N_("Please choose what you want to order.")
_QUANTITY = N_("Please enter a whole number from 1 to 999.")


def _one(raw: Raw, name: str) -> str:
    value = raw.get(name, "")
    return value if isinstance(value, str) else value[-1]


def _many(value: str | list[str]) -> list[str]:
    return [v for v in ([value] if isinstance(value, str) else value) if v][:_MOST_VALUES]


def wished_of(raw: Raw) -> Wished:
    """What a page's form asks for: ``listing``, ``quantity``, ``options.<group>``, ``choice.<field>``. Refuses
    :class:`Invalid`.
    """
    try:
        listing_id = UUID(_one(raw, "listing"))
    except ValueError:
        raise Invalid(Problem("listing", "required", _LISTING)) from None
    quantity = _one(raw, "quantity") or "1"
    if not (quantity.isascii() and quantity.isdigit() and 1 <= int(quantity[:4]) <= 999 and len(quantity) <= 3):
        raise Invalid(Problem("quantity", "not_a_number", _QUANTITY))
    return Wished(
        listing_id=listing_id,
        quantity=int(quantity),
        options={n.removeprefix(_OPTIONS): _many(v) for n, v in raw.items() if n.startswith(_OPTIONS) and _many(v)},
        choice={n.removeprefix(_CHOICE): v for n, v in raw.items() if n.startswith(_CHOICE)},
    )


@post("/order/begin", **route(PUBLIC), include_in_schema=False, status_code=200)
async def begin(request: WebRequest, site: Given[Site], actor: Given[Actor]) -> Response[Any]:
    """Keep what was chosen and go on to the details; a refusal goes back to where it was chosen, and says why."""
    raw = await posted_raw(request)
    back = _one(raw, "back")
    if not is_local(back):
        back = "/listings"
        if (listing := _one(raw, "listing")).replace("-", "").isalnum():
            back = f"/listings/{listing}"
    try:
        await services.slow_down(site, actor, request.client.host if request.client else "")
        token = await site.do(
            services.begin,
            [wished_of(raw)],
            by=actor,
            source="form",
            visitor=visit_of(request).visitor,
            back=back,
            by_staff=_one(raw, "by_staff") in ("1", "true", "on"),
        )
    except DomainError as refused:
        return see_other(request, with_choice(back, raw), said(request, refused), tone="bad")
    return see_other(request, f"/order/draft/{token}")


def with_choice(back: str, raw: Raw) -> str:
    """Where it was chosen, with what was chosen: that page shows it again, and what is nearest to it."""
    path, _, query = back.partition("?")
    known = parse_qsl(query)
    names = {name for name, _ in known}
    known += [
        (name, one)
        for name, value in raw.items()
        if name.startswith((_CHOICE, _OPTIONS)) and name not in names
        for one in _many(value)
    ]
    asked = urlencode(known)
    return f"{path}?{asked}" if asked and len(asked) <= _LONGEST_QUERY else back


@get("/order/draft/{token:str}", **route(PUBLIC), include_in_schema=False)
async def draft_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], token: FromPath[str]
) -> Response[Any]:
    """Context: draft (a DraftView), lines, form, minutes, sign_in_path, action, expired, way_back."""
    found = await _draft(site, actor, token)
    if found.order_id is not None:
        return await _to_order(request, site, actor, found.order_id, found.by_staff)
    return await _draft_page(request, site, actor, token, found)


async def _draft(site: Site, actor: Actor, token: str) -> DraftView:
    found = await site.ask(queries.draft_of, token, viewer=actor, now=site.clock.now())
    if found is None:
        raise DraftGone
    return found


async def _known(site: Site, actor: Actor) -> dict[str, Any]:
    """What the account knows already."""
    contact = await site.ask(contact_of, actor.person_id) if actor.person_id else None
    return {"phone": contact.phone or "" if contact and contact.phone_verified else ""}


async def _draft_page(
    request: WebRequest,
    site: Site,
    actor: Actor,
    token: str,
    found: DraftView,
    raw: Raw | None = None,
    refused: DomainError | None = None,
) -> Response[Any]:
    kind = services.details_form(actor, by_staff=found.by_staff)
    values: Any = raw or ({} if found.by_staff else await _known(site, actor))
    problems = refused if isinstance(refused, Invalid) else None
    if isinstance(refused, ConsentRequired):
        problems = Invalid(Problem("consent", refused.code, refused.text))
    locale = visit_of(request).locale
    words, form = Words.of(site, locale), form_state(request, kind, values, problems)
    response = await page(
        request,
        "orders/draft.html",
        status=STATUS[refused.kind] if refused else 200,
        page_title=N_("Details and confirmation"),
        draft=found,
        lines=[(line, line_template(words, line.kind)) for line in found.lines],
        form=attrs.evolve(form, fields=with_consent(form.fields, consent_words(site, locale, found.shop))),
        action=f"/order/draft/{token}",
        minutes=minutes_left(site, found.until),
        refusal=said(request, refused) if refused and problems is None else "",
        renew=isinstance(refused, PriceChanged),
        way_back=found.back or f"/shops/{found.shop.slug}",
        guest=not actor.signed_in and not found.by_staff,
        gone=isinstance(refused, HoldExpired),
    )
    return unlisted(response)


@post("/order/draft/{token:str}", **route(PUBLIC), include_in_schema=False, status_code=200)
async def confirm(request: WebRequest, site: Given[Site], actor: Given[Actor], token: FromPath[str]) -> Response[Any]:
    """Place the order. Sent twice, it is placed once; a price that changed meanwhile is shown before anything else."""
    found = await _draft(site, actor, token)
    raw = await posted_raw(request)
    if found.order_id is not None:
        return await _to_order(request, site, actor, found.order_id, found.by_staff)
    try:
        await services.slow_down(site, actor, request.client.host if request.client else "")
        details = _details(actor, found, raw)
        placed = await site.do(services.place, token, details, by=actor, total=_total(raw))
    except PriceChanged as changed:
        await site.do(services.renew, token, by=actor)
        return await _draft_page(request, site, actor, token, await _draft(site, actor, token), raw, changed)
    except DomainError as refused:
        return await _draft_page(request, site, actor, token, found, raw, refused)
    return await _to_order(request, site, actor, placed.order_id, found.by_staff, said_first=True)


def _details(actor: Actor, found: DraftView, raw: Raw) -> Details:
    form = services.details_form(actor, by_staff=found.by_staff)
    known = {field.name for field in fields_of(form)}
    return parse(form, {name: value for name, value in raw.items() if name in known}, "form")


def _total(raw: Raw) -> int | None:
    given = _one(raw, "total")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 18 else None


async def _to_order(
    request: WebRequest, site: Site, actor: Actor, order_id: UUID, by_staff: bool, *, said_first: bool = False
) -> Response[Any]:
    """To the order's page: a member's, the shop's, or by the link that the guest was sent too."""
    message = N_("Thank you: your order is placed.") if said_first else ""
    words = Words.of(site, visit_of(request).locale)
    found = await site.ask(queries.order_page, words, viewer=actor, order_id=order_id)
    if found is not None:
        side = "/sell/orders" if by_staff or found.my_side == "shop" else "/orders"
        return see_other(request, f"{side}/{found.number}", message)
    link_id = await site.ask(services.link_of, order_id, site.clock.now())
    if link_id is None:
        raise DraftGone
    return see_other(request, f"/o/{services.plain_link(site, link_id)}", message)


@post("/order/draft/{token:str}/renew", **route(PUBLIC), include_in_schema=False, status_code=200)
async def renew(request: WebRequest, site: Given[Site], actor: Given[Actor], token: FromPath[str]) -> Response[Any]:
    """Keep it for some minutes more, if it is still there to be kept."""
    try:
        await site.do(services.renew, token, by=actor)
    except DraftGone:
        raise
    except DomainError as refused:
        found = await _draft(site, actor, token)
        return see_other(request, found.back or f"/shops/{found.shop.slug}", said(request, refused), tone="bad")
    return see_other(request, f"/order/draft/{token}", N_("It is kept for you again."))


@post("/order/draft/{token:str}/drop", **route(PUBLIC), include_in_schema=False, status_code=200)
async def drop(request: WebRequest, site: Given[Site], actor: Given[Actor], token: FromPath[str]) -> Response[Any]:
    """Let go of it and go back to choose again."""
    found = await _draft(site, actor, token)
    await site.do(services.drop, token, by=actor)
    return see_other(request, found.back or f"/shops/{found.shop.slug}", N_("It is kept no longer."), tone="info")


handlers = (begin, draft_page, confirm, renew, drop)
