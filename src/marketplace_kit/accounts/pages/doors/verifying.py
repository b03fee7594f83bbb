"""Prove an e-mail address or a phone, and correct a mistyped one."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from marketplace_kit.accounts import schemas, services
from marketplace_kit.accounts.domain import CodeNotValid, LinkNotValid
from marketplace_kit.accounts.pages.doors.passing import (
    AnyRequest,
    Next,
    as_problem,
    remember_phone,
    remembered_phone,
    safe_next,
    status_of,
    unreferred,
)
from marketplace_kit.accounts.services.asking import network_address, prove_phone
from marketplace_kit.kernel.errors import DomainError, Invalid
from marketplace_kit.kernel.fields import parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given
from marketplace_kit.web.forms import form_state
from marketplace_kit.web.limits import TooMany
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import PUBLIC, route


@get("/verify/{token:str}", **route(PUBLIC), include_in_schema=False)
async def verify_page(request: AnyRequest, token: FromPath[str]) -> Response[str]:
    """A button, and no act on GET: scanners of mail open every link."""
    return unreferred(
        await page(
            request, "accounts/verify.html", page_title=N_("Confirm your e-mail address"), action=f"/verify/{token}"
        )
    )


# The secret in the address is the proof, no cookie is; and from a page without referrer browsers send "Origin: null".
@post("/verify/{token:str}", **route(PUBLIC, csrf=False), include_in_schema=False, status_code=200)
async def verify(request: AnyRequest, site: Given[Site], token: FromPath[str]) -> Response[Any]:
    try:
        await site.do(services.verify_email, token)
    except LinkNotValid:
        return unreferred(
            await page(
                request, "accounts/link_not_valid.html", status=404, page_title=N_("This link leads nowhere any more")
            )
        )
    return unreferred(see_other(request, "/sign-in", N_("Your address is confirmed. You can sign in now.")))


@get("/verify-phone", **route(PUBLIC), include_in_schema=False)
async def verify_phone_page(request: AnyRequest, next_path: Next = "") -> Response[str]:
    return await _verify_phone_page(request, next_path)


async def _verify_phone_page(
    request: AnyRequest, next_path: str, raw: Any = None, refused: DomainError | None = None
) -> Response[str]:
    phone = remembered_phone(request)
    state = form_state(
        request, schemas.PhoneProof, raw or {"phone": phone}, as_problem(refused, "code") if refused else None
    )
    return await page(
        request,
        "accounts/verify_phone.html",
        status=status_of(refused) if refused else 200,
        page_title=N_("Confirm your phone number"),
        form=state,
        again=form_state(request, schemas.PhoneForm, {"phone": phone}),
        next_path=safe_next(next_path),
    )


@post("/verify-phone", **route(PUBLIC), include_in_schema=False, status_code=200)
async def verify_phone(request: AnyRequest, site: Given[Site], actor: Given[Actor]) -> Response[Any]:
    raw = await posted_raw(request)
    next_path = str(raw.pop("next", ""))
    try:
        form = parse(schemas.PhoneProof, raw, "form")
        await prove_phone(site, actor, form, address=network_address(request))
    except (Invalid, CodeNotValid, TooMany) as refused:
        return await _verify_phone_page(request, next_path, raw, refused)
    if actor.signed_in:
        return see_other(request, "/account/security", N_("Your number is confirmed."))
    target = f"/sign-in?next={quote(safe_next(next_path), safe='/')}"
    return see_other(request, target, N_("Your number is confirmed. You can sign in now."))


@post("/verify-phone/again", **route(PUBLIC), include_in_schema=False, status_code=200)
async def send_code_again(request: AnyRequest, site: Given[Site]) -> Response[Any]:
    """Says the same whether or not anybody registered with the number."""
    raw = await posted_raw(request)
    next_path = str(raw.pop("next", ""))
    try:
        form = parse(schemas.PhoneForm, raw, "form")
        await services.ask_phone_code(site, form.phone, address=network_address(request))
    except (Invalid, TooMany) as refused:
        return await _verify_phone_page(request, next_path, {"phone": raw.get("phone", "")}, refused)
    remember_phone(request, form.phone)
    return see_other(
        request,
        f"/verify-phone?next={quote(safe_next(next_path), safe='/')}",
        N_("If somebody registered with this number, another code is on its way to it."),
    )


@get("/verify-email/again", **route(PUBLIC), include_in_schema=False)
async def resend_page(request: AnyRequest) -> Response[str]:
    return await _resend_page(request)


async def _resend_page(
    request: AnyRequest,
    raw: Any = None,
    refused: DomainError | None = None,
    *,
    correction: Any = None,
    correction_refused: DomainError | None = None,
) -> Response[str]:
    wrong = refused or correction_refused
    return await page(
        request,
        "accounts/resend.html",
        status=status_of(wrong) if wrong else 200,
        page_title=N_("No mail arrived?"),
        form=form_state(request, schemas.EmailForm, raw, as_problem(refused) if refused else None),
        correction=form_state(
            request, schemas.Correction, correction, as_problem(correction_refused) if correction_refused else None
        ),
    )


_ON_ITS_WAY = N_("If somebody registered with this address and has not confirmed it, a mail is on its way to it.")


@post("/verify-email/again", **route(PUBLIC), include_in_schema=False, status_code=200)
async def resend(request: AnyRequest, site: Given[Site]) -> Response[Any]:
    raw = await posted_raw(request)
    try:
        form = parse(schemas.EmailForm, raw, "form")
        await services.resend_verification(site, form.email, address=network_address(request))
    except (Invalid, TooMany) as refused:
        return await _resend_page(request, raw, refused)
    return see_other(request, "/verify-email/again", _ON_ITS_WAY)


@post("/verify-email/correct", **route(PUBLIC), include_in_schema=False, status_code=200)
async def correct_email(request: AnyRequest, site: Given[Site]) -> Response[Any]:
    raw = await posted_raw(request)
    try:
        form = parse(schemas.Correction, raw, "form")
        given = {"email": form.email, "password": form.password, "new_email": form.new_email}
        await services.correct_email(site, **given, address=network_address(request))
    except (Invalid, TooMany) as refused:
        return await _resend_page(request, correction=raw, correction_refused=refused)
    return see_other(request, "/verify-email/again", _ON_ITS_WAY)


handlers = (
    verify_page,
    verify,
    verify_phone_page,
    verify_phone,
    send_code_again,
    resend_page,
    resend,
    correct_email,
)
