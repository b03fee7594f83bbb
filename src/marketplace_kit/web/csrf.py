"""Cross-site request forgery: a token bound to the sign-in (or to the anonymous visitor), and a look at where the
request came from.

Asked of every unsafe request that a browser's cookie could have signed. Programs with a bearer token carry no cookie
and
need none. A route may opt out with ``csrf=False`` (signed webhooks), never by its path.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from litestar.connection import Request
from litestar.enums import RequestEncodingType

from marketplace_kit.kernel.errors import DomainError, Kind
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.web.context import Connection, Visit, visit_of
from marketplace_kit.web.identity import is_signed, sign

SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}
FIELD, HEADER = "csrf_token", "x-csrf-token"
_FORMS = {RequestEncodingType.URL_ENCODED.value, RequestEncodingType.MULTI_PART.value}


class CsrfFailed(DomainError):
    code = "csrf_failed"
    kind = Kind.FORBIDDEN
    text = "This form has grown old or came from another site. Please load the page again and repeat."


class WrongContentType(DomainError):
    code = "wrong_content_type"
    kind = Kind.MALFORMED
    text = "Send this as {expected}."


def token_for(visit: Visit) -> str:
    """The token for this visit's forms."""
    return sign(visit.site, "csrf", _holder(visit))


def _holder(visit: Visit) -> str:
    return f"session:{visit.actor.session_id}" if visit.actor.session_id else f"visitor:{visit.visitor}"


async def check(request: Request[Any, Any, Any]) -> None:
    """Refuse an unsafe request that this site's own page did not send."""
    if request.method in SAFE or request.route_handler.opt.get("csrf") is False:
        return
    visit = visit_of(request)
    if visit.actor.signed_in and not visit.by_cookie:
        return
    if not same_origin(request, visit):
        raise CsrfFailed
    if visit.is_api and not visit.by_cookie:
        return  # no cookie signed it: nothing can be forged; the route's own permission decides
    if not _token_fits(await _sent_token(request), visit):
        raise CsrfFailed


def _token_fits(token: str, visit: Visit) -> bool:
    return bool(token) and is_signed(visit.site, "csrf", _holder(visit), token)


async def _sent_token(request: Request[Any, Any, Any]) -> str:
    if header := request.headers.get(HEADER):
        return header
    if request.content_type[0] in _FORMS:
        value = (await request.form()).get(FIELD)
        return value if isinstance(value, str) else ""
    return ""


def same_origin(connection: Connection, visit: Visit) -> bool:
    """Whether the browser says the request came from this site (Fetch Metadata, else Origin); silence is accepted,
    the token decides.
    """
    fetch_site = connection.headers.get("sec-fetch-site")
    if fetch_site is not None and fetch_site not in {"same-origin", "none"}:
        return False
    origin = connection.headers.get("origin")
    if origin is None:
        return True
    allowed = {urlsplit(visit.site.settings.of(SiteSettings).public_url).netloc, connection.headers.get("host", "")}
    return origin != "null" and urlsplit(origin).netloc in allowed
