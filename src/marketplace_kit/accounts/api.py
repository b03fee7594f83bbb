"""REST: /api/auth and /api/users."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import get, post, put
from litestar.connection import Request
from litestar.params import FromPath, QueryParameter
from litestar.response import Response

from marketplace_kit.accounts import queries, schemas, services
from marketplace_kit.accounts.domain import ROLES
from marketplace_kit.accounts.services.bearer import tokens_for
from marketplace_kit.kernel.errors import Invalid, Missing, Problem
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.web.context import Given, visit_of
from marketplace_kit.web.identity import clear_session_cookie, set_session_cookie
from marketplace_kit.web.paging import CursorText, Limit, Page
from marketplace_kit.web.routing import PUBLIC, SIGNED_IN, route

AnyRequest = Request[Any, Any, Any]
RoleFilter = Annotated[
    str | None, QueryParameter(pattern="^({})$".format("|".join(ROLES)), description="Only people with this role.")
]


def _network_address(request: AnyRequest) -> str:
    return request.client.host if request.client else ""


def _keep_no_answer(request: AnyRequest) -> None:
    """An answer with secrets in it is not stored for repeats, whatever idempotency key came with the request."""
    visit_of(request).once = ""


# These three take JSON alone, which no other site's page can send, and trust no cookie: programs that keep cookies
# can use them.
@post(
    "/api/auth/register",
    **route(PUBLIC, body=schemas.NewPerson, csrf=False, summary="Register; a mail follows"),
    status_code=202,
)
async def register(request: AnyRequest, site: Given[Site], form: Given[schemas.NewPerson]) -> schemas.Accepted:
    """The same answer whether or not somebody has this address."""
    await services.register(site, form, address=_network_address(request))
    return schemas.Accepted()


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
    if not form.email and not form.phone:
        raise Invalid(Problem("email", "contact_needed", N_("Please give an e-mail address or a phone number.")))
    opened = await services.sign_in(
        site,
        email=form.email,
        phone=form.phone,
        password=form.password,
        agent=request.headers.get("user-agent", ""),
        address=_network_address(request),
        instead_of=actor.session_id if visit_of(request).by_cookie else None,
    )
    _keep_no_answer(request)
    tokens = tokens_for(site, opened)
    me = await _me(site, opened.person_id)
    answer = schemas.SignedInAnswer(
        access_token=tokens.access_token, expires_in=tokens.expires_in, refresh_token=tokens.refresh_token, user=me
    )
    response = Response(answer, headers={"Cache-Control": "no-store"})
    set_session_cookie(response, site, opened.cookie)
    return response


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


@get("/api/users/profile", **route(SIGNED_IN, summary="My profile"))
async def profile(site: Given[Site], actor: Given[Actor]) -> schemas.Me:
    return await _me(site, actor.person_id)


@put("/api/users/profile", **route(SIGNED_IN, body=schemas.Profile, summary="Change my profile"))
async def change_profile(site: Given[Site], actor: Given[Actor], form: Given[schemas.Profile]) -> schemas.Me:
    await site.do(services.change_profile, form, by=actor)
    return await _me(site, actor.person_id)


@get("/api/users", **route("accounts.administer", summary="All people, newest first"))
async def users(
    site: Given[Site], role: RoleFilter = None, cursor: CursorText = None, limit: Limit = 20
) -> Page[schemas.PersonRow]:
    return await site.ask(queries.people, wanted_role=role, cursor=cursor, limit=limit)


async def _me(site: Site, person_id: Any) -> schemas.Me:
    found = await site.ask(queries.person_named, person_id)
    if found is None:
        raise Missing
    return found


handlers = (register, login, refresh, logout, session, me, verify_email, profile, change_profile, users)
