"""The desk: an order is marked as paid, and a mark is taken back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from marketplace_kit.kernel.errors import DomainError, Invalid, Missing, Problem
from marketplace_kit.kernel.fields import parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.orders import services
from marketplace_kit.orders.domain.paid import TAKE, AlreadyPaid, AlreadyUndone, NothingDue
from marketplace_kit.orders.pages.selling import DOOR
from marketplace_kit.orders.pages.showing import badge, said
from marketplace_kit.orders.schemas import OrderView, PaidForm, PaymentView, UndoForm
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, WebRequest
from marketplace_kit.web.errors import STATUS
from marketplace_kit.web.forms import form_state, shown_value
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import route

_PAY = DOOR.path + "/{key:str}/pay"
_UNDO = DOOR.path + "/{key:str}/payments/{payment_id:uuid}/undo"


async def _desk_page(
    request: WebRequest,
    order: OrderView,
    form: type[PaidForm] | type[UndoForm],
    raw: Any,
    refused: DomainError | None = None,
    payment: PaymentView | None = None,
) -> Response[str]:
    """Context: see the template."""
    base = DOOR.base(order, "")
    problem = refused
    if refused is not None and not isinstance(refused, Invalid):
        problem = Invalid(Problem("", refused.code, refused.text, refused.facts))
    return await page(
        request,
        "orders/pay.html",
        status=STATUS[refused.kind] if refused else 200,
        page_title=N_("Take the payment back") if payment else N_("Mark as paid"),
        order=order,
        state=badge(order.paid.text, order.paid.tone),
        payment=payment,
        form=form_state(request, form, raw, problem if isinstance(problem, Invalid) else None),
        action=f"{base}/payments/{payment.id}/undo" if payment else f"{base}/pay",
        base=base,
    )


@get(_PAY, **route(TAKE), include_in_schema=False)
async def pay_page(request: WebRequest, site: Given[Site], actor: Given[Actor], key: FromPath[str]) -> Response[Any]:
    order = await DOOR.find(request, site, actor, key)
    if not order.paid.left.amount:
        return see_other(request, DOOR.base(order, key), order.paid.text, tone="info")
    filled = {"amount": shown_value(order.paid.left), "means": "cash", "reference": ""}
    return await _desk_page(request, order, PaidForm, filled)


@post(_PAY, **route(TAKE), include_in_schema=False, status_code=200)
async def pay(request: WebRequest, site: Given[Site], actor: Given[Actor], key: FromPath[str]) -> Response[Any]:
    order = await DOOR.find(request, site, actor, key)
    raw = await posted_raw(request)
    try:
        await site.do(services.mark_paid, order.id, parse(PaidForm, raw, "form"), by=actor)
    except (AlreadyPaid, NothingDue) as refused:
        return see_other(request, DOOR.base(order, key), said(request, refused), tone="warn")
    except DomainError as refused:
        return await _desk_page(request, await DOOR.find(request, site, actor, key), PaidForm, raw, refused)
    return see_other(request, DOOR.base(order, key), N_("The payment is noted."))


def _payment(order: OrderView, payment_id: UUID) -> PaymentView:
    found = next((one for one in order.paid.payments if one.id == payment_id), None)
    if found is None:
        raise Missing
    return found


@get(_UNDO, **route(TAKE), include_in_schema=False)
async def undo_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], key: FromPath[str], payment_id: FromPath[UUID]
) -> Response[Any]:
    order = await DOOR.find(request, site, actor, key)
    return await _desk_page(request, order, UndoForm, None, payment=_payment(order, payment_id))


@post(_UNDO, **route(TAKE), include_in_schema=False, status_code=200)
async def undo(
    request: WebRequest, site: Given[Site], actor: Given[Actor], key: FromPath[str], payment_id: FromPath[UUID]
) -> Response[Any]:
    order = await DOOR.find(request, site, actor, key)
    payment, raw = _payment(order, payment_id), await posted_raw(request)
    try:
        await site.do(services.unmark_paid, payment_id, parse(UndoForm, raw, "form"), by=actor)
    except AlreadyUndone as refused:
        return see_other(request, DOOR.base(order, key), said(request, refused), tone="warn")
    except DomainError as refused:
        return await _desk_page(request, order, UndoForm, raw, refused, payment)
    return see_other(request, DOOR.base(order, key), N_("The payment is taken back."))


handlers = (pay_page, pay, undo_page, undo)
