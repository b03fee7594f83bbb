"""REST: /api/auth - registering, proving addresses, signing in, what secures an account."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from litestar import delete, get, post
from litestar.connection import Request
from litestar.params import FromPath
from litestar.response import Response

from marketplace_kit.accounts import queries, schemas, services
from marketplace_kit.accounts.services.asking import network_address, prove_phone
from marketplace_kit.accounts.services.bearer import tokens_for
from marketplace_kit.kernel.errors import Invalid, Missing, Problem, SignInNeeded
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.web.context import Given, visit_of
from marketplace_kit.web.identity import clear_session_cookie, set_session_cookie
from marketplace_kit.web.routing import PUBLIC, SIGNED_IN, route

AnyRequest = Request[Any, Any, Any]
ON_THE_PHONE = "check_your_phone"


def _keep_no_answer(request: AnyRequest) -> None:
    """An answer with secrets in it is not stored for repeats, whatever idempotency key came with the request."""
    visit_of(request).once = ""


# These take JSON alone, which no other site's page can send, and trust no cookie: programs that keep cookies
# can use them.
@post(
    "/api/auth/register",
    **route(PUBLIC, body=schemas.NewPerson, csrf=False, summary="Register; a mail follows"),
    status_code=202,
)
async def register(request: AnyRequest, site: Given[Site], form: Given[schemas.NewPerson]) -> schemas.Accepted:
    """The same answer whether or not somebody has this address."""
    await services.register(site, form, address=network_address(request))
    return schemas.Accepted() if form.email else schemas.Accepted(status=ON_THE_PHONE)


@post(
    "/api/auth/login",
    **route(
        PUBLIC, body=schemas.Credentials, csrf=False, summary="Sign in: a cookie for browsers, tokens for programs"
    ),
    status_code=200,
)
async def login(
    request: AnyRequest, site: Given[Site], actor: Given[Actor], form: Given[schemas.Credentials]
) -> Response[schemas.SignedInAnswer]:
    """Answers a bearer token (10 minutes) and a refresh token, and sets the sign-in cookie."""
    one_contact(form)
    opened = await services.sign_in(
        site,
        email=form.email,
        phone=form.phone,
        password=form.password,
        **_asked_from(request, actor),
    )
    return await _signed_in(request, site, opened)


@post(
    "/api/auth/sign-in-code",
    **route(PUBLIC, body=schemas.Reach, csrf=False, summary="Sign in without a password: a code by phone or mail"),
    status_code=202,
)
async def ask_sign_in_code(request: AnyRequest, site: Given[Site], form: Given[schemas.Reach]) -> schemas.Accepted:
    """The same answer whether or not somebody has this address."""
    email, phone = one_contact(form)
    await services.ask_sign_in_code(site, email=email or None, phone=phone or None, address=network_address(request))
    return schemas.Accepted() if email else schemas.Accepted(status=ON_THE_PHONE)


@post(
    "/api/auth/sign-in-code/confirm",
    **route(PUBLIC, body=schemas.CodeSignIn, csrf=False, summary="Sign in with the code that was sent"),
    status_code=200,
)
async def confirm_sign_in_code(
    request: AnyRequest, site: Given[Site], actor: Given[Actor], form: Given[schemas.CodeSignIn]
) -> Response[schemas.SignedInAnswer]:
    """Answers as signing in with a password does. Five tries for a code, which works once, for ten minutes."""
    email, phone = one_contact(form)
    opened = await services.sign_in_by_code(
        site,
        email=email or None,
        phone=phone or None,
        code=form.code,
        **_asked_from(request, actor),
    )
    return await _signed_in(request, site, opened)


@post(
    "/api/auth/refresh",
    **route(PUBLIC, body=schemas.RefreshRequest, csrf=False, summary="New tokens for a refresh token, once"),
    status_code=200,
)
async def refresh(
    request: AnyRequest, site: Given[Site], form: Given[schemas.RefreshRequest]
) -> Response[schemas.Tokens]:
    """A refresh token works once; using one again ends the whole sign-in."""
    _keep_no_answer(request)
    return Response(await services.refresh(site, form.refresh_token), headers={"Cache-Control": "no-store"})


@post("/api/auth/logout", **route(SIGNED_IN, summary="Sign out"), status_code=204)
async def logout(site: Given[Site], actor: Given[Actor]) -> Response[None]:
    """Ends this sign-in: its cookie, bearer and refresh tokens."""
    if actor.session_id:
        await site.do(services.sign_out, actor.session_id)
    response = Response(None, status_code=204)
    clear_session_cookie(response, site)
    return response


@get("/api/auth/session", **route(PUBLIC, summary="Whether the asker is signed in"))
async def session(site: Given[Site], actor: Given[Actor]) -> schemas.SessionState:
    if actor.person_id is None:
        return schemas.SessionState(authenticated=False)
    listed = await site.ask(queries.sign_ins_of, actor.person_id, site.clock.now(), actor.session_id)
    current = next((s for s in listed if s.current), None)
    return schemas.SessionState(authenticated=True, user=await _me(site, actor.person_id), session=current)


@get("/api/auth/me", **route(SIGNED_IN, summary="Who I am"))
async def me(site: Given[Site], actor: Given[Actor]) -> schemas.Me:
    return await _me(site, actor.person_id)


@get("/api/auth/verify-email/{token:str}", **route(PUBLIC, summary="Prove an e-mail address, for programs"))
async def verify_email(site: Given[Site], token: FromPath[str]) -> schemas.Verified:
    """Mails lead to a page whose button does this: scanners of mail open every link."""
    await site.do(services.verify_email, token)
    return schemas.Verified()


@post(
    "/api/auth/resend-verification",
    **route(PUBLIC, body=schemas.Reach, csrf=False, summary="Send the link or code that proves an address once more"),
    status_code=202,
)
async def resend_verification(request: AnyRequest, site: Given[Site], form: Given[schemas.Reach]) -> schemas.Accepted:
    """The same answer whether or not somebody has this address."""
    email, phone = one_contact(form)
    if email:
        await services.resend_verification(site, email, address=network_address(request))
        return schemas.Accepted()
    await services.ask_phone_code(site, phone, address=network_address(request))
    return schemas.Accepted(status=ON_THE_PHONE)


@post(
    "/api/auth/correct-email",
    **route(PUBLIC, body=schemas.Correction, csrf=False, summary="Registered with a mistyped address: another one"),
    status_code=202,
)
async def correct_email(request: AnyRequest, site: Given[Site], form: Given[schemas.Correction]) -> schemas.Accepted:
    """The same answer whether or not that was done."""
    given = msgspec.structs.asdict(form)
    await services.correct_email(site, **given, address=network_address(request))
    return schemas.Accepted()


@post(
    "/api/auth/verify-phone",
    **route(PUBLIC, body=schemas.PhoneProof, csrf=False, summary="Prove a phone number with the code sent to it"),
    status_code=200,
)
async def verify_phone(
    request: AnyRequest, site: Given[Site], actor: Given[Actor], form: Given[schemas.PhoneProof]
) -> schemas.Verified:
    """Before signing in, or to change to this number. Five tries for a code, which works once, for ten minutes."""
    await prove_phone(site, actor, form, address=network_address(request))
    return schemas.Verified()


@post(
    "/api/auth/password-reset",
    **route(PUBLIC, body=schemas.Reach, csrf=False, summary="Forgot the password: a link by mail, or a code by phone"),
    status_code=202,
)
async def password_reset(request: AnyRequest, site: Given[Site], form: Given[schemas.Reach]) -> schemas.Accepted:
    """The same answer whether or not somebody has this address."""
    email, phone = one_contact(form)
    await services.ask_reset(site, email=email or None, phone=phone or None, address=network_address(request))
    return schemas.Accepted() if email else schemas.Accepted(status=ON_THE_PHONE)


@post(
    "/api/auth/password-reset/confirm",
    **route(PUBLIC, body=schemas.ResetProof, csrf=False, summary="Set a new password; every sign-in ends"),
    status_code=204,
)
async def confirm_reset(request: AnyRequest, site: Given[Site], form: Given[schemas.ResetProof]) -> None:
    """With the token of the mail's link, or with the phone and the code sent to it."""
    if form.token:
        await services.reset_password(site, form.token, form.password)
    elif form.phone and form.code:
        address = network_address(request)
        await services.reset_by_phone(site, form.phone, form.code, form.password, address=address)
    else:
        raise Invalid(Problem("token", "required", N_("Please give the token of the link, or a phone and its code.")))


@post(
    "/api/auth/password",
    **route(SIGNED_IN, body=schemas.PasswordChange, summary="Another password; every other sign-in ends"),
    status_code=200,
)
async def change_password(
    request: AnyRequest, site: Given[Site], actor: Given[Actor], form: Given[schemas.PasswordChange]
) -> Response[schemas.SignedInAnswer]:
    """Answers new tokens, for those sent with this request are dead as well."""
    opened = await services.change_password(
        site,
        current=form.current_password,
        password=form.password,
        by=actor,
        agent=request.headers.get("user-agent", ""),
        address=network_address(request),
    )
    return await _signed_in(request, site, opened, cookie=visit_of(request).by_cookie)


@post(
    "/api/auth/email",
    **route(SIGNED_IN, body=schemas.EmailChange, summary="Another e-mail address, once the link sent to it is used"),
    status_code=202,
)
async def change_email(site: Given[Site], actor: Given[Actor], form: Given[schemas.EmailChange]) -> schemas.Accepted:
    await services.change_email(site, email=form.email, password=form.password, by=actor)
    return schemas.Accepted()


@post(
    "/api/auth/phone",
    **route(SIGNED_IN, body=schemas.PhoneChange, summary="Another phone number, once the code sent to it is used"),
    status_code=202,
)
async def change_phone(
    request: AnyRequest, site: Given[Site], actor: Given[Actor], form: Given[schemas.PhoneChange]
) -> schemas.Accepted:
    address = network_address(request)
    await services.change_phone(site, phone=form.phone, password=form.password, by=actor, address=address)
    return schemas.Accepted(status=ON_THE_PHONE)


@get("/api/auth/sessions", **route(SIGNED_IN, summary="Where I am signed in"))
async def sessions(site: Given[Site], actor: Given[Actor]) -> schemas.SessionList:
    return schemas.SessionList(await site.ask(queries.sign_ins_of, _own(actor), site.clock.now(), actor.session_id))


@delete("/api/auth/sessions/{session_id:uuid}", **route(SIGNED_IN, summary="Sign one device out"), status_code=204)
async def end_session(site: Given[Site], actor: Given[Actor], session_id: FromPath[UUID]) -> None:
    await site.do(services.end_session, session_id, by=actor)


@delete("/api/auth/sessions", **route(SIGNED_IN, summary="Sign all other devices out"), status_code=204)
async def end_other_sessions(site: Given[Site], actor: Given[Actor]) -> None:
    await site.do(services.end_other_sessions, by=actor)


def _asked_from(request: AnyRequest, actor: Actor) -> dict[str, Any]:
    """As on the pages; a program's own sign-ins stay, whichever it used to ask."""
    instead_of = actor.session_id if visit_of(request).by_cookie else None
    return {
        "agent": request.headers.get("user-agent", ""),
        "address": network_address(request),
        "instead_of": instead_of,
    }


async def _signed_in(
    request: AnyRequest, site: Site, opened: services.OpenSession, *, cookie: bool = True
) -> Response[schemas.SignedInAnswer]:
    """Tokens and who they are for; browsers get their cookie too."""
    _keep_no_answer(request)
    tokens = tokens_for(site, opened)
    answer = schemas.SignedInAnswer(
        access_token=tokens.access_token,
        expires_in=tokens.expires_in,
        refresh_token=tokens.refresh_token,
        user=await _me(site, opened.person_id),
    )
    response = Response(answer, headers={"Cache-Control": "no-store"})
    if cookie:
        set_session_cookie(response, site, opened.cookie)
    return response


def one_contact(form: schemas.Reach | schemas.Credentials | schemas.CodeSignIn) -> tuple[str, str]:
    """The e-mail address, or else the phone number; one of the two is empty. Refuses a form with neither."""
    if not form.email and not form.phone:
        raise Invalid(Problem("email", "contact_needed", N_("Please give an e-mail address or a phone number.")))
    return form.email or "", "" if form.email else form.phone or ""


def _own(actor: Actor) -> UUID:
    if actor.person_id is None:
        raise SignInNeeded
    return actor.person_id


async def _me(site: Site, person_id: Any) -> schemas.Me:
    found = await site.ask(queries.person_named, person_id)
    if found is None:
        raise Missing
    return found


handlers = (
    register,
    login,
    ask_sign_in_code,
    confirm_sign_in_code,
    refresh,
    logout,
    session,
    me,
    verify_email,
    resend_verification,
    correct_email,
    verify_phone,
    password_reset,
    confirm_reset,
    change_password,
    change_email,
    change_phone,
    sessions,
    end_session,
    end_other_sessions,
)
