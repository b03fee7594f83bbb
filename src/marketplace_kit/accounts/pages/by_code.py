"""Pages: sign in with a code instead of a password."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, unquote

from litestar import get, post
from litestar.response import Response

from marketplace_kit.accounts import schemas, services
from marketplace_kit.accounts.domain import CodeNotValid
from marketplace_kit.accounts.pages.doors import (
    AnyRequest,
    Next,
    as_problem,
    asked_from,
    let_in,
    reached_by,
    safe_next,
    status_of,
)
from marketplace_kit.accounts.services.asking import network_address
from marketplace_kit.kernel.errors import DomainError, Invalid
from marketplace_kit.kernel.fields import parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, visit_of
from marketplace_kit.web.forms import form_state
from marketplace_kit.web.identity import is_secure, is_signed, sign
from marketplace_kit.web.limits import TooMany
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import PUBLIC, route

_CONTACT = "mk_contact"


def _remember(request: AnyRequest, contact: str) -> None:
    """Keep the address that a code was sent to for the next form: in a signed cookie, for no address may show it."""
    site = visit_of(request).site
    secure = "; Secure" if is_secure(site) else ""
    value = quote(f"{contact}|{sign(site, _CONTACT, contact)}", safe="")
    visit_of(request).cookies.append(f"{_CONTACT}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=900{secure}")


def _remembered(request: AnyRequest) -> str:
    contact, _, signature = unquote(request.cookies.get(_CONTACT, "")).rpartition("|")
    return contact if contact and is_signed(visit_of(request).site, _CONTACT, contact, signature) else ""


@get("/sign-in/code", **route(PUBLIC), include_in_schema=False)
async def ask_code_page(request: AnyRequest, actor: Given[Actor], next_path: Next = "") -> Response[Any]:
    if actor.signed_in:
        return see_other(request, safe_next(next_path))
    return await _ask_code_page(request, next_path)


async def _ask_code_page(
    request: AnyRequest, next_path: str, raw: Any = None, refused: DomainError | None = None
) -> Response[str]:
    """Context: form, next_path."""
    return await page(
        request,
        "accounts/ask_sign_in_code.html",
        status=status_of(refused) if refused else 200,
        page_title=N_("Sign in with a code"),
        form=form_state(request, schemas.ReachForm, raw, as_problem(refused) if refused else None),
        next_path=safe_next(next_path),
    )


@post("/sign-in/code", **route(PUBLIC), include_in_schema=False, status_code=200)
async def ask_code(request: AnyRequest, site: Given[Site]) -> Response[Any]:
    """Goes on alike for everybody."""
    raw = await posted_raw(request)
    next_path = str(raw.pop("next", ""))
    try:
        contact = parse(schemas.ReachForm, raw, "form").contact
        await services.ask_sign_in_code(site, **reached_by(contact), address=network_address(request))
    except (Invalid, TooMany) as refused:
        return await _ask_code_page(request, next_path, raw, refused)
    _remember(request, contact)
    return see_other(request, f"/sign-in/code/enter?next={quote(safe_next(next_path), safe='/')}")


@get("/sign-in/code/enter", **route(PUBLIC), include_in_schema=False)
async def enter_code_page(request: AnyRequest, actor: Given[Actor], next_path: Next = "") -> Response[Any]:
    if actor.signed_in:
        return see_other(request, safe_next(next_path))
    return await _enter_code_page(request, next_path)


async def _enter_code_page(
    request: AnyRequest, next_path: str, raw: Any = None, refused: DomainError | None = None
) -> Response[str]:
    """Context: form, next_path."""
    known = raw or {"contact": _remembered(request)}
    return await page(
        request,
        "accounts/enter_sign_in_code.html",
        status=status_of(refused) if refused else 200,
        page_title=N_("Sign in with a code"),
        form=form_state(request, schemas.CodeSignInForm, known, as_problem(refused, "code") if refused else None),
        next_path=safe_next(next_path),
    )


@post("/sign-in/code/enter", **route(PUBLIC), include_in_schema=False, status_code=200)
async def enter_code(request: AnyRequest, site: Given[Site], actor: Given[Actor]) -> Response[Any]:
    """Back to where the visitor came from, with a sign-in of a new id."""
    raw = await posted_raw(request)
    next_path = str(raw.pop("next", ""))
    try:
        form = parse(schemas.CodeSignInForm, raw, "form")
        who = reached_by(form.contact) | asked_from(request, actor)
        opened = await services.sign_in_by_code(site, code=form.code, **who)
    except (Invalid, CodeNotValid, TooMany) as refused:
        return await _enter_code_page(request, next_path, raw, refused)
    return let_in(request, site, opened, next_path)


handlers = (ask_code_page, ask_code, enter_code_page, enter_code)
