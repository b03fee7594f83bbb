"""Sign in and out."""

from __future__ import annotations

from typing import Any

from litestar import get, post
from litestar.response import Response

from marketplace_kit.accounts import schemas, services
from marketplace_kit.accounts.domain import SignInRefused
from marketplace_kit.accounts.pages.doors.passing import (
    HOME,
    AnyRequest,
    Next,
    as_problem,
    asked_from,
    let_in,
    reached_by,
    safe_next,
    status_of,
)
from marketplace_kit.accounts.services.samples import DEMO_PASSWORD, PEOPLE
from marketplace_kit.kernel.errors import DomainError, Invalid
from marketplace_kit.kernel.fields import parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given
from marketplace_kit.web.forms import form_state
from marketplace_kit.web.identity import clear_session_cookie
from marketplace_kit.web.limits import TooMany
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import PUBLIC, route


@get("/sign-in", **route(PUBLIC), include_in_schema=False)
async def sign_in_page(request: AnyRequest, actor: Given[Actor], next_path: Next = "") -> Response[Any]:
    if actor.signed_in:
        return see_other(request, safe_next(next_path))
    return await _sign_in_page(request, next_path)


async def _sign_in_page(
    request: AnyRequest, next_path: str, raw: Any = None, refused: DomainError | None = None
) -> Response[str]:
    context: dict[str, Any] = {
        "form": form_state(request, schemas.SignInForm, raw, as_problem(refused) if refused else None),
        "next_path": safe_next(next_path),
        "demo_people": [(email, role) for email, _, role, _ in PEOPLE],
        "demo_password": DEMO_PASSWORD,
    }
    status = status_of(refused) if refused else 200
    return await page(request, "accounts/sign_in.html", status=status, page_title=N_("Sign in"), **context)


@post("/sign-in", **route(PUBLIC), include_in_schema=False, status_code=200)
async def sign_in(request: AnyRequest, site: Given[Site], actor: Given[Actor]) -> Response[Any]:
    """Back to where the visitor came from, with a sign-in of a new id."""
    raw = await posted_raw(request)
    next_path = str(raw.pop("next", ""))
    try:
        form = parse(schemas.SignInForm, raw, "form")
        who = reached_by(form.contact) | asked_from(request, actor)
        opened = await services.sign_in(site, password=form.password, **who)
    except (Invalid, SignInRefused, TooMany) as refused:
        return await _sign_in_page(request, next_path, raw, refused)
    return let_in(request, site, opened, next_path)


@post("/sign-out", **route(PUBLIC), include_in_schema=False, status_code=200)
async def sign_out(request: AnyRequest, site: Given[Site], actor: Given[Actor]) -> Response[Any]:
    """Signing out twice is no fault."""
    if actor.session_id:
        await site.do(services.sign_out, actor.session_id)
    response = see_other(request, HOME, N_("You are signed out."))
    clear_session_cookie(response, site)
    return response


handlers = (
    sign_in_page,
    sign_in,
    sign_out,
)
