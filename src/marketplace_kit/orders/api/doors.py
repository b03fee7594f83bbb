"""REST: /api/orders for customers and guests, /api/shops/{id}/orders for those who look after a shop's orders."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from litestar import delete, get, post, put
from litestar.params import FromPath, QueryParameter
from litestar.response import Response

from marketplace_kit.kernel.errors import Invalid, Missing, Problem, SignInNeeded
from marketplace_kit.kernel.fields import fields_of, parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.process import Stage
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.orders import queries, services
from marketplace_kit.orders.domain import ADMIN, SEE_SHOP, DraftGone, ManageLinkInvalid
from marketplace_kit.orders.domain.paid import FILTERS, TAKE
from marketplace_kit.orders.queries import Wanted
from marketplace_kit.orders.queries.kinds import Words
from marketplace_kit.orders.schemas import (
    Begun,
    Details,
    DraftView,
    NewDraft,
    NewOrder,
    OrderRow,
    OrderStats,
    OrderView,
    PaidForm,
    Placed,
    StatusChange,
    Tracking,
    UndoForm,
    body_schema,
    read_body,
)
from marketplace_kit.shops.queries import names_of
from marketplace_kit.shops.services import consent_words, own_shop
from marketplace_kit.web.bodies import sent_raw
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.paging import CursorText, Limit, Page
from marketplace_kit.web.parameters import refuse_unknown
from marketplace_kit.web.routing import PUBLIC, SIGNED_IN, route

Tab = Annotated[str, QueryParameter(max_length=10, description="`products` or `services`; empty: both.")]
Status = Annotated[str, QueryParameter(max_length=20, description="A status, or `open` for all not finished.")]
Text = Annotated[str, QueryParameter(name="q", max_length=200, description="A number, a name or a phone number.")]
Token = Annotated[str, QueryParameter(max_length=200, description="A guest's manage token.")]
Day = Annotated[date | None, QueryParameter(description="A day in the shop's zone.")]
PaidText = Annotated[str, QueryParameter(name="paid", max_length=20, description="`unpaid`, `paid`, `to_return`.")]
_NOT_A_CHOICE = N_("Please choose one of the offered answers.")
_LONGEST_SPAN = 366
_SPAN = N_("Please ask for at most {most} days, the first before the last.")


def words_of(request: WebRequest, site: Site) -> Words:
    return Words.of(site, visit_of(request).locale)


def wanted(tab: str, status: str, text: str = "", paid: str = "") -> Wanted:
    """A list's filters. Refuses :class:`Invalid`."""
    problems = []
    if tab not in ("", "products", "services"):
        problems.append(Problem("tab", "not_a_choice", _NOT_A_CHOICE))
    if status not in ("", "open", *Stage):
        problems.append(Problem("status", "not_a_choice", _NOT_A_CHOICE))
    if paid not in ("", *FILTERS):
        problems.append(Problem("paid", "not_a_choice", _NOT_A_CHOICE))
    if problems:
        raise Invalid(*problems)
    return Wanted(tab=tab, status=status, text=text, paid=paid)


async def _view(
    request: WebRequest, site: Site, actor: Actor, order_id: UUID, token: str = "", side: str = ""
) -> OrderView:
    opened = await site.ask(queries.order_by_link, token, site.clock.now()) if token else None
    if token and opened != order_id:
        raise ManageLinkInvalid
    found = await site.ask(
        queries.order_page, words_of(request, site), viewer=actor, order_id=order_id, by_link=opened, side=side
    )
    if found is None:
        raise Missing
    return found


def details_of(actor: Actor, given: NewOrder, *, by_staff: bool) -> Details:
    """The details that come with an order, checked as the page's form is. Refuses :class:`Invalid`."""
    form = services.details_form(actor, by_staff=by_staff)
    raw = {
        "name": given.name,
        "phone": given.phone,
        "email": given.email,
        "note": given.note,
        "consent": given.consent,
    }
    names = {field.name for field in fields_of(form)}
    return parse(form, {name: value for name, value in raw.items() if name in names and value is not None})


@post(
    "/api/orders/drafts",
    **route(PUBLIC, summary="Keep something until it is ordered", openapi_body=body_schema(NewDraft)),
)
async def begin(request: WebRequest, site: Given[Site], actor: Given[Actor]) -> Begun:
    """Answers a secret `token`. What is scarce is kept until `draft.until`; 409 as the kind refuses (`slot_taken`)."""
    given = read_body(NewDraft, await sent_raw(request))
    await services.slow_down(site, actor, request.client.host if request.client else "")
    token = await site.do(
        services.begin, given.lines, by=actor, visitor=visit_of(request).visitor, by_staff=given.by_staff
    )
    return Begun(token=token, draft=await _draft(site, actor, token))


async def _draft(site: Site, actor: Actor, token: str) -> DraftView:
    found = await site.ask(queries.draft_of, token, viewer=actor, now=site.clock.now())
    if found is None:
        raise DraftGone
    words = "" if found.by_staff else consent_words(site, actor.locale, found.shop)
    return msgspec.structs.replace(found, consent=words)


@get("/api/orders/drafts/{token:str}", **route(PUBLIC, summary="What a draft keeps, and until when"))
async def draft(site: Given[Site], actor: Given[Actor], token: FromPath[str]) -> DraftView:
    return await _draft(site, actor, token)


@delete("/api/orders/drafts/{token:str}", **route(PUBLIC, summary="Let go of a draft"))
async def drop(site: Given[Site], actor: Given[Actor], token: FromPath[str]) -> None:
    await site.do(services.drop, token, by=actor)


@post("/api/orders/create", **route(PUBLIC, summary="Place an order", openapi_body=body_schema(NewOrder)))
async def create(request: WebRequest, site: Given[Site], actor: Given[Actor]) -> Response[Placed]:
    """From a draft's token, or with its lines. 201; placing a draft again answers the same order with 200. 400
    `consent_required`; 409 `tax_id_required`, `price_changed`, `hold_expired`, and as the kind refuses.
    """
    given = read_body(NewOrder, await sent_raw(request))
    await services.slow_down(site, actor, request.client.host if request.client else "")
    if given.draft:
        kept = await _draft(site, actor, given.draft)
        details = details_of(actor, given, by_staff=kept.by_staff)
        placed = await site.do(services.place, given.draft, details, by=actor, total=given.total)
    else:
        if not given.lines:
            raise Invalid(Problem("lines", "required", N_("Please fill this in.")))
        placed = await site.do(
            services.place_now,
            given.lines,
            details_of(actor, given, by_staff=given.by_staff),
            by=actor,
            by_staff=given.by_staff,
            visitor=visit_of(request).visitor,
            total=given.total,
        )
    token = services.plain_link(site, placed.link_id) if placed.link_id else ""
    side = "shop" if given.by_staff else ""
    shown = await _view(request, site, actor, placed.order_id, "" if actor.signed_in else token, side)
    return Response(Placed(order=shown, manage_token=token), status_code=200 if placed.again else 201)


@get("/api/orders", **route(SIGNED_IN, summary="My orders, newest first"))
async def mine(
    request: WebRequest,
    site: Given[Site],
    actor: Given[Actor],
    tab: Tab = "",
    status: Status = "",
    paid: PaidText = "",
    cursor: CursorText = None,
    limit: Limit = 20,
) -> Page[OrderRow]:
    refuse_unknown(request)
    return await _list(request, site, actor.person_id, wanted(tab, status, paid=paid), cursor, limit)


@get("/api/orders/user/{user_id:uuid}", **route(SIGNED_IN, summary="A person's orders (S3 getUserOrders)"))
async def of_user(
    request: WebRequest,
    site: Given[Site],
    actor: Given[Actor],
    user_id: FromPath[UUID],
    tab: Tab = "",
    status: Status = "",
    cursor: CursorText = None,
    limit: Limit = 20,
) -> Page[OrderRow]:
    """Only one's own: anybody else's are 404."""
    refuse_unknown(request)
    if actor.person_id != user_id:
        raise Missing
    return await _list(request, site, user_id, wanted(tab, status), cursor, limit)


async def _list(
    request: WebRequest, site: Site, person_id: UUID | None, asked: Wanted, cursor: str | None, limit: int
) -> Page[OrderRow]:
    if person_id is None:
        raise SignInNeeded
    return await site.ask(queries.orders_of, person_id, words_of(request, site), asked, cursor=cursor, limit=limit)


@get("/api/orders/{order_id:uuid}", **route(PUBLIC, summary="One order with its lines and timeline"))
async def order(
    request: WebRequest, site: Given[Site], actor: Given[Actor], order_id: FromPath[UUID], token: Token = ""
) -> OrderView:
    """For its customer, its shop, and whoever holds its manage token. `moves` of a line are what may be done now."""
    return await _view(request, site, actor, order_id, token)


@get("/api/orders/{order_id:uuid}/tracking", **route(PUBLIC, summary="How far an order is (S3 trackOrder)"))
async def tracking(
    request: WebRequest, site: Given[Site], actor: Given[Actor], order_id: FromPath[UUID], token: Token = ""
) -> Tracking:
    return queries.tracking_of(await _view(request, site, actor, order_id, token), words_of(request, site))


@put(
    "/api/orders/{order_id:uuid}/status",
    **route(PUBLIC, summary="Bring an order to a status", openapi_body=body_schema(StatusChange)),
)
async def set_status(
    request: WebRequest, site: Given[Site], actor: Given[Actor], order_id: FromPath[UUID], token: Token = ""
) -> OrderView:
    """All its open lines, by whichever verb leads there and the asker may do. 409 `invalid_transition` with `from`,
    `to`, `allowed`; 409 `version_conflict` when `version` is not the present one.
    """
    _known(actor, token)
    given = read_body(StatusChange, await sent_raw(request))
    await site.do(
        services.set_status,
        order_id,
        given.status,
        by=actor,
        reason=given.reason,
        version=given.version,
        token=token,
    )
    return await _view(request, site, actor, order_id, token)


def _known(actor: Actor, token: str) -> None:
    if not actor.signed_in and not token:
        raise SignInNeeded


@post(
    "/api/orders/{order_id:uuid}/lines/{line_id:uuid}/{verb:str}",
    **route(PUBLIC, summary="Do a verb of a line's process"),
    status_code=200,
)
async def act(
    request: WebRequest,
    site: Given[Site],
    actor: Given[Actor],
    order_id: FromPath[UUID],
    line_id: FromPath[UUID],
    verb: FromPath[str],
    token: Token = "",
) -> OrderView:
    """The body is the form that the verb asks for (`moves[].asks`), and `version` of the line if it shall be that one:
    409 `version_conflict` else.
    """
    _known(actor, token)
    raw = await sent_raw(request) if await request.body() else {}
    version = raw.pop("version", None)
    if version is not None and type(version) is not int:
        raise Invalid(Problem("version", "wrong_type", N_("This is not the kind of value that belongs here.")))
    shown = await _view(request, site, actor, order_id, token)
    if all(line.id != line_id for line in shown.lines):
        raise Missing
    await site.do(services.act, line_id, verb, raw, by=actor, version=version, token=token)
    return await _view(request, site, actor, order_id, token)


@post(
    "/api/orders/{order_id:uuid}/again",
    **route(PUBLIC, summary="Order the same once more: a new draft", openapi_body=None),
)
async def again(
    request: WebRequest, site: Given[Site], actor: Given[Actor], order_id: FromPath[UUID], token: Token = ""
) -> Begun:
    """409 `not_offered` if none of it is offered any more."""
    await services.slow_down(site, actor, request.client.host if request.client else "")
    await _view(request, site, actor, order_id, token, "customer")
    made = await site.do(services.begin_again, order_id, by=actor, visitor=visit_of(request).visitor)
    return Begun(token=made, draft=await _draft(site, actor, made))


@delete("/api/orders/{order_id:uuid}/links", **route(SEE_SHOP, summary="End a guest's links to an order (sent astray)"))
async def revoke(site: Given[Site], actor: Given[Actor], order_id: FromPath[UUID]) -> None:
    await site.do(services.revoke_links, order_id, by=actor)


@get("/api/shops/{shop_id:uuid}/orders", **route(SEE_SHOP, summary="A shop's orders, newest first"))
async def of_shop(
    request: WebRequest,
    site: Given[Site],
    actor: Given[Actor],
    shop_id: FromPath[UUID],
    tab: Tab = "",
    status: Status = "",
    q: Text = "",
    paid: PaidText = "",
    cursor: CursorText = None,
    limit: Limit = 20,
) -> Page[OrderRow]:
    refuse_unknown(request)
    if shop_id not in actor.shops:
        known = await site.ask(names_of, [shop_id]) if ADMIN in actor.roles else {}
        if shop_id not in known:
            raise Missing
    asked = wanted(tab, status, q, paid)
    return await site.ask(
        queries.orders_of_shops, [shop_id], words_of(request, site), asked, cursor=cursor, limit=limit
    )


@get("/api/shops/{shop_id:uuid}/orders/stats", **route(SEE_SHOP, summary="Figures of a shop's orders (S3)"))
async def stats(
    request: WebRequest,
    site: Given[Site],
    actor: Given[Actor],
    shop_id: FromPath[UUID],
    since: Day = None,
    until: Day = None,
) -> OrderStats:
    """Counts and sums by status and by day; the last 30 days unless asked otherwise, at most a year."""
    refuse_unknown(request)
    shop = await own_shop(site, actor, shop_id, visit_of(request).locale)
    last = until or site.clock.now().astimezone(ZoneInfo(shop.zone)).date()
    first = since or last - timedelta(days=29)
    if not timedelta(0) <= last - first < timedelta(days=_LONGEST_SPAN):
        raise Invalid(Problem("since", "span_invalid", _SPAN, {"most": _LONGEST_SPAN}))
    currency = site.settings.of(SiteSettings).currency
    return await site.ask(queries.shop_stats, shop_id, since=first, until=last, zone=shop.zone, currency=currency)


@post("/api/orders/{order_id:uuid}/payments", **route(TAKE, body=PaidForm, summary="Mark an order as paid in person"))
async def pay(
    request: WebRequest, site: Given[Site], actor: Given[Actor], order_id: FromPath[UUID], form: Given[PaidForm]
) -> OrderView:
    """All that is left or a part, by `cash`, `terminal` or `transfer`. 409 `already_paid`, `nothing_due`; 422
    `amount_too_large`, `reference_required`.
    """
    await site.do(services.mark_paid, order_id, form, by=actor)
    return await _view(request, site, actor, order_id, side="shop")


@post(
    "/api/orders/{order_id:uuid}/payments/{payment_id:uuid}/undo",
    **route(TAKE, body=UndoForm, summary="Take back a payment that was marked by mistake"),
    status_code=200,
)
async def undo_payment(
    request: WebRequest,
    site: Given[Site],
    actor: Given[Actor],
    order_id: FromPath[UUID],
    payment_id: FromPath[UUID],
    form: Given[UndoForm],
) -> OrderView:
    """Owners at any time, who marked it on the same day. 409 `already_undone`; 422 `reason_required`."""
    shown = await _view(request, site, actor, order_id, side="shop")
    if all(one.id != payment_id for one in shown.paid.payments):
        raise Missing
    await site.do(services.unmark_paid, payment_id, form, by=actor)
    return await _view(request, site, actor, order_id, side="shop")


handlers: tuple[Any, ...] = (
    begin,
    draft,
    drop,
    create,
    mine,
    of_user,
    order,
    tracking,
    set_status,
    act,
    again,
    revoke,
    of_shop,
    stats,
    pay,
    undo_payment,
)
