"""Register."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from litestar import get, post
from litestar.response import Response

from marketplace_kit.accounts import schemas, services
from marketplace_kit.accounts.pages.doors.passing import (
    AnyRequest,
    Next,
    as_problem,
    reached_by,
    remember_phone,
    safe_next,
    status_of,
)
from marketplace_kit.accounts.services.asking import network_address
from marketplace_kit.kernel.errors import DomainError, Invalid, Problem
from marketplace_kit.kernel.fields import parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, visit_of
from marketplace_kit.web.forms import form_state
from marketplace_kit.web.limits import TooMany
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import PUBLIC, route


@get("/register", **route(PUBLIC), include_in_schema=False)
async def register_page(request: AnyRequest, actor: Given[Actor], next_path: Next = "") -> Response[Any]:
    if actor.signed_in:
        return see_other(request, safe_next(next_path))
    return await _register_page(request, next_path)


async def _register_page(
    request: AnyRequest, next_path: str, raw: Any = None, refused: DomainError | None = None
) -> Response[str]:
    state = form_state(request, schemas.RegisterForm, raw, as_problem(refused) if refused else None)
    status = status_of(refused) if refused else 200
    return await page(
        request,
        "accounts/register.html",
        status=status,
        page_title=N_("Register"),
        form=state,
        next_path=safe_next(next_path),
    )


@post("/register", **route(PUBLIC), include_in_schema=False, status_code=200)
async def register(request: AnyRequest, site: Given[Site]) -> Response[Any]:
    raw = await posted_raw(request)
    next_path = str(raw.pop("next", ""))
    try:
        form = parse(schemas.RegisterForm, raw, "form")
        given = _new_person(form, visit_of(request).locale)
        await services.register(site, given, address=network_address(request), way="registration_page")
    except (Invalid, TooMany) as refused:
        return await _register_page(request, next_path, raw, _on_contact(refused))
    if given.phone:
        remember_phone(request, given.phone)
        return see_other(request, f"/verify-phone?next={quote(safe_next(next_path), safe='/')}")
    return see_other(request, f"/register/done?next={quote(safe_next(next_path), safe='/')}")


def _new_person(form: schemas.RegisterForm, locale: str) -> schemas.NewPerson:
    return schemas.NewPerson(
        name=form.name,
        **reached_by(form.contact),
        password=form.password,
        accept_terms=form.accept_terms,
        locale=locale,
    )


def _on_contact(refused: DomainError) -> DomainError:
    """The page has one field for both kinds of address."""
    if not isinstance(refused, Invalid):
        return refused
    return Invalid(
        *(Problem("contact", p.code, p.text, p.facts) if p.field in {"email", "phone"} else p for p in refused.problems)
    )


@get("/register/done", **route(PUBLIC), include_in_schema=False)
async def registered_page(request: AnyRequest, next_path: Next = "") -> Response[str]:
    """What happens next; the same for everybody."""
    return await page(
        request, "accounts/registered.html", page_title=N_("One step more"), next_path=safe_next(next_path)
    )


handlers = (
    register_page,
    register,
    registered_page,
)
