"""Pages: register, sign in, prove an address, set a new password."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote, unquote

from litestar import get, post
from litestar.connection import Request
from litestar.params import FromPath, QueryParameter
from litestar.response import Response

from marketplace_kit.accounts import schemas, services
from marketplace_kit.accounts.domain import CodeNotValid, LinkNotValid, SignInRefused
from marketplace_kit.accounts.services.asking import network_address, prove_phone
from marketplace_kit.accounts.services.samples import DEMO_PASSWORD, PEOPLE
from marketplace_kit.kernel.errors import DomainError, Invalid, Problem
from marketplace_kit.kernel.fields import parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, visit_of
from marketplace_kit.web.forms import form_state
from marketplace_kit.web.identity import clear_session_cookie, is_secure, is_signed, set_session_cookie, sign
from marketplace_kit.web.limits import TooMany
from marketplace_kit.web.rendering import is_local, page, see_other
from marketplace_kit.web.routing import PUBLIC, route

AnyRequest = Request[Any, Any, Any]
Next = Annotated[str, QueryParameter(name="next", max_length=500, required=False)]
_DOORS = ("/sign-in", "/sign-out", "/register", "/verify", "/password-reset", "/reset")
HOME, _PHONE = "/", "mk_phone"


def safe_next(path: str) -> str:
    """Where to go afterwards: a path of this site, never another one and never back to a door."""
    return path if is_local(path) and not path.startswith(_DOORS) else HOME


def as_problem(refused: DomainError, field: str = "") -> Invalid:
    """A refusal of the whole act, shown at ``field`` or at the top of the form, with what was typed kept."""
    if isinstance(refused, Invalid):
        return refused
    return Invalid(Problem("" if isinstance(refused, TooMany) else field, refused.code, refused.text, refused.facts))


def status_of(refused: DomainError) -> int:
    return 429 if isinstance(refused, TooMany) else 422


def remember_phone(request: AnyRequest, phone: str) -> None:
    """Keep the number that a code was sent to for the next form: in a signed cookie, for no address may show it."""
    visit = visit_of(request)
    value = f"{phone}.{sign(visit.site, _PHONE, phone)}"
    secure = "; Secure" if is_secure(visit.site) else ""
    visit.cookies.append(f"{_PHONE}={quote(value)}; Path=/; HttpOnly; SameSite=Lax; Max-Age=900{secure}")


def remembered_phone(request: AnyRequest) -> str:
    """That number; empty if there is none, or if somebody else wrote the cookie."""
    phone, _, signature = unquote(request.cookies.get(_PHONE, "")).partition(".")
    return phone if phone and is_signed(visit_of(request).site, _PHONE, phone, signature) else ""


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
        is_email = "@" in form.contact
        opened = await services.sign_in(
            site,
            email=form.contact if is_email else None,
            phone=None if is_email else form.contact,
            password=form.password,
            agent=request.headers.get("user-agent", ""),
            address=network_address(request),
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
        contact = parse(schemas.ReachForm, raw, "form").contact
        email, phone = (contact, None) if "@" in contact else (None, contact)
        await services.ask_reset(site, email=email, phone=phone, address=network_address(request))
    except (Invalid, TooMany) as refused:
        return await _ask_reset_page(request, raw, refused)
    if phone:
        remember_phone(request, phone)
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
    return _unreferred(shown)


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
        return _unreferred(gone)
    return _unreferred(_signed_out(request, site))


handlers = (
    register_page,
    register,
    registered_page,
    sign_in_page,
    sign_in,
    sign_out,
    verify_page,
    verify,
    verify_phone_page,
    verify_phone,
    send_code_again,
    resend_page,
    resend,
    correct_email,
    ask_reset_page,
    ask_reset,
    reset_asked_page,
    reset_by_phone_page,
    reset_by_phone,
    reset_page,
    reset,
)
