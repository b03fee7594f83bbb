"""Pages: register, sign in, confirm an address, the account."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from litestar import get, post
from litestar.connection import Request
from litestar.params import FromPath, QueryParameter
from litestar.response import Response

from marketplace_kit.accounts import queries, schemas, services
from marketplace_kit.accounts.domain import LinkNotValid, SignInRefused
from marketplace_kit.accounts.services.samples import DEMO_PASSWORD, PEOPLE
from marketplace_kit.kernel.errors import DomainError, Invalid, Problem
from marketplace_kit.kernel.fields import parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, visit_of
from marketplace_kit.web.forms import form_state
from marketplace_kit.web.identity import clear_session_cookie, set_session_cookie
from marketplace_kit.web.limits import TooMany
from marketplace_kit.web.rendering import is_local, page, see_other
from marketplace_kit.web.routing import PUBLIC, SIGNED_IN, route

AnyRequest = Request[Any, Any, Any]
Next = Annotated[str, QueryParameter(name="next", max_length=500, required=False)]
HOME = "/"


def _network_address(request: AnyRequest) -> str:
    return request.client.host if request.client else ""


def safe_next(path: str) -> str:
    """Where to go afterwards: a path of this site, never another one and never back to a door."""
    return path if is_local(path) and not path.startswith(("/sign-in", "/sign-out", "/register")) else HOME


def _as_problem(refused: DomainError, field: str = "") -> Invalid:
    """A refusal of the whole act, shown at the top of the form with what was typed kept."""
    return (
        refused if isinstance(refused, Invalid) else Invalid(Problem(field, refused.code, refused.text, refused.facts))
    )


def _status(refused: DomainError) -> int:
    return 429 if isinstance(refused, TooMany) else 422


@get("/register", **route(PUBLIC), include_in_schema=False)
async def register_page(request: AnyRequest, actor: Given[Actor], next_path: Next = "") -> Response[Any]:
    if actor.signed_in:
        return see_other(request, safe_next(next_path))
    return await _register_page(request, next_path)


async def _register_page(
    request: AnyRequest, next_path: str, raw: Any = None, refused: DomainError | None = None
) -> Response[str]:
    state = form_state(request, schemas.RegisterForm, raw, _as_problem(refused) if refused else None)
    status = _status(refused) if refused else 200
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
        await services.register(site, _new_person(form, visit_of(request).locale), address=_network_address(request))
    except (Invalid, TooMany) as refused:
        return await _register_page(request, next_path, raw, _on_contact(refused))
    return see_other(request, f"/register/done?next={quote(safe_next(next_path), safe='/')}")


def _new_person(form: schemas.RegisterForm, locale: str) -> schemas.NewPerson:
    is_email = "@" in form.contact
    return schemas.NewPerson(
        name=form.name,
        email=form.contact if is_email else None,
        phone=None if is_email else form.contact,
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


@get("/sign-in", **route(PUBLIC), include_in_schema=False)
async def sign_in_page(request: AnyRequest, actor: Given[Actor], next_path: Next = "") -> Response[Any]:
    if actor.signed_in:
        return see_other(request, safe_next(next_path))
    return await _sign_in_page(request, next_path)


async def _sign_in_page(
    request: AnyRequest, next_path: str, raw: Any = None, refused: DomainError | None = None
) -> Response[str]:
    context: dict[str, Any] = {
        "form": form_state(request, schemas.SignInForm, raw, _as_problem(refused) if refused else None),
        "next_path": safe_next(next_path),
        "demo_people": [(email, role) for email, _, role, _ in PEOPLE],
        "demo_password": DEMO_PASSWORD,
    }
    status = _status(refused) if refused else 200
    return await page(request, "accounts/sign_in.html", status=status, page_title=N_("Sign in"), **context)


@post("/sign-in", **route(PUBLIC), include_in_schema=False, status_code=200)
async def sign_in(request: AnyRequest, site: Given[Site], actor: Given[Actor]) -> Response[Any]:
    """Back to where the visitor came from, with a sign-in of a new id."""
    raw = await posted_raw(request)
    next_path = str(raw.pop("next", ""))
    try:
        form = parse(schemas.SignInForm, raw, "form")
        is_email = "@" in form.contact
        opened = await services.sign_in(
            site,
            email=form.contact if is_email else None,
            phone=None if is_email else form.contact,
            password=form.password,
            agent=request.headers.get("user-agent", ""),
            address=_network_address(request),
            instead_of=actor.session_id,
        )
    except (Invalid, SignInRefused, TooMany) as refused:
        return await _sign_in_page(request, next_path, raw, refused)
    response = see_other(request, safe_next(next_path))
    set_session_cookie(response, site, opened.cookie)
    return response


@post("/sign-out", **route(PUBLIC), include_in_schema=False, status_code=200)
async def sign_out(request: AnyRequest, site: Given[Site], actor: Given[Actor]) -> Response[Any]:
    """Signing out twice is no fault."""
    if actor.session_id:
        await site.do(services.sign_out, actor.session_id)
    response = see_other(request, HOME, N_("You are signed out."))
    clear_session_cookie(response, site)
    return response


@get("/verify/{token:str}", **route(PUBLIC), include_in_schema=False)
async def verify_page(request: AnyRequest, token: FromPath[str]) -> Response[str]:
    """A button, and no act on GET: scanners of mail open every link."""
    return _unreferred(
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
        return _unreferred(
            await page(
                request, "accounts/link_not_valid.html", status=404, page_title=N_("This link leads nowhere any more")
            )
        )
    return _unreferred(see_other(request, "/sign-in", N_("Your address is confirmed. You can sign in now.")))


def _unreferred(response: Response[Any]) -> Response[Any]:
    """No other page may learn the address of this one: it holds a secret."""
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@get("/account", **route(SIGNED_IN), include_in_schema=False)
async def account_page(request: AnyRequest, site: Given[Site], actor: Given[Actor]) -> Response[str]:
    return await _account_page(request, site, actor)


async def _account_page(
    request: AnyRequest, site: Site, actor: Actor, raw: Any = None, refused: Invalid | None = None
) -> Response[str]:
    assert actor.person_id is not None  # noqa: S101 - the guard let nobody else in
    me = await site.ask(queries.person_named, actor.person_id)
    sessions = await site.ask(queries.sign_ins_of, actor.person_id, site.clock.now(), actor.session_id)
    known = {"name": me.name, "locale": me.locale} if me else {}
    state = form_state(request, schemas.Profile, raw or known, refused)
    title = N_("My account")
    return await page(
        request,
        "accounts/account.html",
        status=422 if refused else 200,
        page_title=title,
        form=state,
        me=me,
        sessions=sessions,
    )


@post("/account/profile", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def change_profile(request: AnyRequest, site: Given[Site], actor: Given[Actor]) -> Response[Any]:
    raw = await posted_raw(request)
    try:
        await site.do(services.change_profile, parse(schemas.Profile, raw, "form"), by=actor)
    except Invalid as refused:
        return await _account_page(request, site, actor, raw, refused)
    return see_other(request, "/account", N_("Saved."))


@post("/account/sessions/{session_id:uuid}/end", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def end_session(
    request: AnyRequest, site: Given[Site], actor: Given[Actor], session_id: FromPath[UUID]
) -> Response[Any]:
    await site.do(services.end_session, session_id, by=actor)
    return see_other(request, "/account", N_("That device is signed out."))


@post("/account/sessions/end-others", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def end_other_sessions(request: AnyRequest, site: Given[Site], actor: Given[Actor]) -> Response[Any]:
    await site.do(services.end_other_sessions, by=actor)
    return see_other(request, "/account", N_("All other devices are signed out."))


handlers = (
    register_page,
    register,
    registered_page,
    sign_in_page,
    sign_in,
    sign_out,
    verify_page,
    verify,
    account_page,
    change_profile,
    end_session,
    end_other_sessions,
)
