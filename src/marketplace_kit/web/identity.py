"""Who is asking: looked up by what the accounts room provides; here stand only the door and the cookies."""

from __future__ import annotations

import hmac
from typing import Any, Protocol

from litestar.datastructures import Cookie
from litestar.response import Response

from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import Site

MAX_AGE = 60 * 60 * 24 * 30
NOBODY = Actor()


class Identifier(Protocol):
    """Finds the person behind a sign-in cookie or a bearer token; ``None`` for a stranger. Registered as a facility."""

    async def identify(self, site: Site, cookie: str | None, bearer: str | None) -> Actor | None: ...


def is_secure(site: Site) -> bool:
    return site.settings.of(SiteSettings).public_url.startswith("https://")


def session_cookie_name(site: Site) -> str:
    """``__Host-`` pins the cookie to this host and to HTTPS (RFC 6265bis §4.1.3.2); plain HTTP can only be a
    development machine.
    """
    return "__Host-mk_session" if is_secure(site) else "mk_session"


def set_session_cookie(response: Response[Any], site: Site, token: str) -> None:
    """Hand the browser its sign-in token: not readable by scripts, not sent along by other sites' forms."""
    response.set_cookie(
        Cookie(
            key=session_cookie_name(site),
            value=token,
            path="/",
            httponly=True,
            secure=is_secure(site),
            samesite="lax",
            max_age=MAX_AGE,
        )
    )


def clear_session_cookie(response: Response[Any], site: Site) -> None:
    response.set_cookie(
        Cookie(
            key=session_cookie_name(site),
            value="",
            path="/",
            httponly=True,
            secure=is_secure(site),
            samesite="lax",
            max_age=0,
        )
    )


def sign(site: Site, purpose: str, value: str) -> str:
    """A keyed digest of ``value`` for one purpose; another purpose's digest never fits."""
    secret = site.settings.of(SiteSettings).secret
    return hmac.digest(secret.encode(), f"{purpose}:{value}".encode(), "sha256").hex()


def is_signed(site: Site, purpose: str, value: str, signature: str) -> bool:
    """Whether we signed this. A signature comes from strangers: it may hold any letter."""
    return hmac.compare_digest(sign(site, purpose, value).encode(), signature.encode("utf-8", "replace"))
