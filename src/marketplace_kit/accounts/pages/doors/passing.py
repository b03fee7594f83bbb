"""What every door needs: where to go on, what a refusal looks like, which phone it is about."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote, unquote

from litestar.connection import Request
from litestar.params import QueryParameter
from litestar.response import Response

from marketplace_kit.accounts.services.asking import network_address
from marketplace_kit.accounts.services.sign_ins import OpenSession
from marketplace_kit.kernel.errors import DomainError, Invalid, Problem
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.web.context import visit_of
from marketplace_kit.web.identity import is_secure, is_signed, set_session_cookie, sign
from marketplace_kit.web.limits import TooMany
from marketplace_kit.web.rendering import is_local, see_other

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


def reached_by(contact: str) -> dict[str, str | None]:
    """The one field of a page as the use cases take it: an e-mail address or a phone number."""
    is_email = "@" in contact
    return {"email": contact if is_email else None, "phone": None if is_email else contact}


def asked_from(request: AnyRequest, actor: Actor) -> dict[str, Any]:
    """The browser and network that somebody signs in from, and the sign-in that the new one takes the place of."""
    agent = request.headers.get("user-agent", "")
    return {"agent": agent, "address": network_address(request), "instead_of": actor.session_id}


def let_in(request: AnyRequest, site: Site, opened: OpenSession, next_path: str) -> Response[Any]:
    """Back to where the visitor came from, with the cookie of a new sign-in."""
    response = see_other(request, safe_next(next_path))
    set_session_cookie(response, site, opened.cookie)
    return response


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


def unreferred(response: Response[Any]) -> Response[Any]:
    """No other page may learn the address of this one: it holds a secret."""
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
