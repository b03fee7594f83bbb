"""A forgotten password."""

from __future__ import annotations

from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from marketplace_kit.accounts import schemas, services
from marketplace_kit.accounts.domain import CodeNotValid, LinkNotValid
from marketplace_kit.accounts.pages.doors.passing import (
    AnyRequest,
    as_problem,
    reached_by,
    remember_phone,
    remembered_phone,
    status_of,
    unreferred,
)
from marketplace_kit.accounts.services.asking import network_address
from marketplace_kit.kernel.errors import DomainError, Invalid
from marketplace_kit.kernel.fields import parse
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given
from marketplace_kit.web.forms import form_state
from marketplace_kit.web.identity import clear_session_cookie
from marketplace_kit.web.limits import TooMany
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import PUBLIC, route


@get("/password-reset", **route(PUBLIC), include_in_schema=False)
async def ask_reset_page(request: AnyRequest) -> Response[str]:
    return await _ask_reset_page(request)


async def _ask_reset_page(request: AnyRequest, raw: Any = None, refused: DomainError | None = None) -> Response[str]:
    state = form_state(request, schemas.ReachForm, raw, as_problem(refused) if refused else None)
    status = status_of(refused) if refused else 200
    title = N_("Forgot your password?")
    return await page(request, "accounts/ask_reset.html", status=status, page_title=title, form=state)


@post("/password-reset", **route(PUBLIC), include_in_schema=False, status_code=200)
async def ask_reset(request: AnyRequest, site: Given[Site]) -> Response[Any]:
    """Goes on alike for everybody; by mail there is nothing to do here, by phone a code is to be typed in."""
    raw = await posted_raw(request)
    try:
        reach = reached_by(parse(schemas.ReachForm, raw, "form").contact)
        await services.ask_reset(site, **reach, address=network_address(request))
    except (Invalid, TooMany) as refused:
        return await _ask_reset_page(request, raw, refused)
    if reach["phone"]:
        remember_phone(request, reach["phone"])
        return see_other(request, "/password-reset/code")
    return see_other(request, "/password-reset/done")


@get("/password-reset/done", **route(PUBLIC), include_in_schema=False)
async def reset_asked_page(request: AnyRequest) -> Response[str]:
    return await page(request, "accounts/reset_asked.html", page_title=N_("Look into your mail"))


@get("/password-reset/code", **route(PUBLIC), include_in_schema=False)
async def reset_by_phone_page(request: AnyRequest) -> Response[str]:
    return await _reset_by_phone_page(request)


async def _reset_by_phone_page(
    request: AnyRequest, raw: Any = None, refused: DomainError | None = None
) -> Response[str]:
    known = raw or {"phone": remembered_phone(request)}
    state = form_state(request, schemas.ResetByPhone, known, as_problem(refused, "code") if refused else None)
    status = status_of(refused) if refused else 200
    title = N_("A new password")
    return await page(request, "accounts/reset_by_phone.html", status=status, page_title=title, form=state)


_CHANGED = N_("Your password is changed, and you are signed out everywhere. Sign in with the new one.")


@post("/password-reset/code", **route(PUBLIC), include_in_schema=False, status_code=200)
async def reset_by_phone(request: AnyRequest, site: Given[Site]) -> Response[Any]:
    raw = await posted_raw(request)
    try:
        form = parse(schemas.ResetByPhone, raw, "form")
        await services.reset_by_phone(site, form.phone, form.code, form.password, address=network_address(request))
    except (Invalid, CodeNotValid, TooMany) as refused:
        return await _reset_by_phone_page(request, raw, refused)
    return _signed_out(request, site)


def _signed_out(request: AnyRequest, site: Site) -> Response[Any]:
    response = see_other(request, "/sign-in", _CHANGED)
    clear_session_cookie(response, site)
    return response


@get("/reset/{token:str}", **route(PUBLIC), include_in_schema=False)
async def reset_page(request: AnyRequest, token: FromPath[str]) -> Response[str]:
    """A form, and no act on GET: scanners of mail open every link."""
    return await _reset_page(request, token)


async def _reset_page(request: AnyRequest, token: str, refused: DomainError | None = None) -> Response[str]:
    shown = await page(
        request,
        "accounts/reset.html",
        status=status_of(refused) if refused else 200,
        page_title=N_("A new password"),
        form=form_state(request, schemas.NewPasswordForm, None, as_problem(refused) if refused else None),
        action=f"/reset/{token}",
    )
    return unreferred(shown)


# As with a confirmed address, the secret in the path is the proof.
@post("/reset/{token:str}", **route(PUBLIC, csrf=False), include_in_schema=False, status_code=200)
async def reset(request: AnyRequest, site: Given[Site], token: FromPath[str]) -> Response[Any]:
    try:
        form = parse(schemas.NewPasswordForm, await posted_raw(request), "form")
        await services.reset_password(site, token, form.password)
    except Invalid as refused:
        return await _reset_page(request, token, refused)
    except LinkNotValid:
        title = N_("This link leads nowhere any more")
        gone = await page(request, "accounts/reset_not_valid.html", status=404, page_title=title)
        return unreferred(gone)
    return unreferred(_signed_out(request, site))


handlers = (
    ask_reset_page,
    ask_reset,
    reset_asked_page,
    reset_by_phone_page,
    reset_by_phone,
    reset_page,
    reset,
)
