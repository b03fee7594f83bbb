"""Refusals as answers: RFC 9457 problem documents for programs, friendly pages for people. Only here do kinds meet
status codes.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

import msgspec
import structlog
from litestar.connection import Request
from litestar.exceptions import HTTPException, ValidationException
from litestar.response import Response
from sqlalchemy.exc import DBAPIError, IntegrityError

from marketplace_kit.kernel.database import is_bad_value, violated
from marketplace_kit.kernel.errors import DomainError, Invalid, Kind, SignInNeeded
from marketplace_kit.kernel.fields.reading import TEXTS
from marketplace_kit.kernel.files import StorageFull, is_full
from marketplace_kit.kernel.site import ValueRefused
from marketplace_kit.kernel.texts import N_
from marketplace_kit.web import htmx
from marketplace_kit.web.context import Visit, visit_of
from marketplace_kit.web.rendering import render_page
from marketplace_kit.web.resolver import prefixed

log = structlog.get_logger(__name__)
STATUS = {
    Kind.MALFORMED: 400,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.MISSING: 404,
    Kind.CONFLICT: 409,
    Kind.TOO_LARGE: 413,
    Kind.INVALID: 422,
    Kind.THROTTLED: 429,
    Kind.UNAVAILABLE: 503,
    Kind.FULL: 507,
}
PROBLEM = "application/problem+json"
_HTTP_CODES = {
    400: ("malformed_request", N_("The request could not be understood.")),
    401: ("sign_in_required", N_("Please sign in first.")),
    403: ("not_permitted", N_("You may not do that.")),
    404: ("not_found", N_("We could not find that.")),
    405: ("method_not_allowed", N_("That cannot be done here.")),
    413: ("too_large", N_("That is too large.")),
    415: ("unsupported_media_type", N_("This kind of content is not taken here.")),
}
_LACKING = re.compile(r"Missing required \w+ parameter '([\w.-]+)'")
"""How the framework says that a query parameter is not there."""
_FAULT = ("internal_error", N_("Something went wrong on our side. It has been noted."))


class ProblemField(msgspec.Struct, frozen=True):
    """One thing wrong with one field of what was sent."""

    field: str
    code: str
    text: str


class ProblemDocument(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """RFC 9457. ``code`` is stable; ``title`` and ``detail`` are for people and may be reworded."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    instance: str
    request_id: str
    problems: list[ProblemField] = []
    facts: dict[str, Any] = {}


def answer(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """The exception handler of the whole site."""
    return answer_to(visit_of(request), error, htmx.is_partial(request), request.method)


def answer_to(visit: Visit, error: Exception, partial: bool = False, method: str = "GET") -> Response[Any]:
    """The answer to whatever went wrong in a visit, before or behind the router."""
    if isinstance(error, DomainError):
        return refusal(visit, error, partial, method)
    if isinstance(error, DBAPIError) and is_bad_value(error):
        return refusal(visit, ValueRefused(), partial, method)
    if isinstance(error, HTTPException) and error.status_code < 500:
        return _http(visit, error)
    if isinstance(error, RecursionError):
        return _answer(visit, 400, *_HTTP_CODES[400])
    if is_full(error):
        log.error("storage.full", request_id=visit.request_id, path=visit.public_path)
        return refusal(visit, StorageFull(), partial, method)
    constraint = violated(error) if isinstance(error, IntegrityError) else ""
    log.error(
        "request.failed", request_id=visit.request_id, path=visit.public_path, constraint=constraint, exc_info=error
    )
    if constraint:
        return _answer(visit, 409, "conflict", N_("Someone was faster, or this exists already. Look again and retry."))
    return _answer(visit, 500, *_FAULT)


def refusal(visit: Visit, error: DomainError, partial: bool = False, method: str = "GET") -> Response[Any]:
    """The answer to a refusal of the domain."""
    status = STATUS[error.kind]
    if isinstance(error, SignInNeeded) and not visit.is_api:
        return _sign_in(visit, partial, method)
    text = visit.site.texts.render(visit.locale, error.text, error.facts)
    problems = error.problems if isinstance(error, Invalid) else ()
    listed = [ProblemField(p.field, p.code, visit.site.texts.render(visit.locale, p.text, p.facts)) for p in problems]
    facts = {k: v for k, v in error.facts.items() if isinstance(v, str | int | list | bool | None)}
    response = _answer(visit, status, error.code, text, listed, facts, translated=True)
    if "retry_after" in error.facts:
        response.headers["Retry-After"] = str(error.facts["retry_after"])
    return response


def _sign_in(visit: Visit, partial: bool, method: str) -> Response[Any]:
    """A page's visitor is led to the sign-in and back; a fragment's whole page is, never a form inside a card."""
    back = prefixed(visit.prefix, visit.public_path if method == "GET" and not partial else "/")
    target = f"/sign-in?next={quote(back, safe='/')}"
    if partial:
        return Response(b"", status_code=401, headers={"HX-Redirect": target})
    return Response(b"", status_code=303, headers={"Location": target})


def _http(visit: Visit, error: HTTPException) -> Response[Any]:
    code, text = _HTTP_CODES.get(error.status_code, _HTTP_CODES[400])
    listed = []
    if isinstance(error, ValidationException) and isinstance(error.extra, list):
        listed = [ProblemField(str(e.get("key", "")), "invalid", str(e.get("message", ""))[:300]) for e in error.extra]
    elif missing := _LACKING.match(error.detail):
        listed = [ProblemField(missing[1], "required", visit.site.texts.gettext(visit.locale, TEXTS["required"]))]
    response = _answer(visit, error.status_code, code, text, listed)
    for name in ("Allow", "allow"):
        if error.headers and name in error.headers:
            response.headers["Allow"] = error.headers[name]
    return response


def _answer(
    visit: Visit,
    status: int,
    code: str,
    text: str,
    problems: list[ProblemField] | None = None,
    facts: dict[str, Any] | None = None,
    *,
    translated: bool = False,
) -> Response[Any]:
    detail = text if translated else visit.site.texts.gettext(visit.locale, text)
    if not visit.is_api:
        page = render_page(
            visit, "error.html", status=status, page_title=detail, code=code, what=detail, request_id=visit.request_id
        )
        page.headers["HX-Retarget"] = "#notice"
        return page
    document = ProblemDocument(
        type=f"urn:marketplace-kit:problem:{code}",
        title=detail,
        status=status,
        code=code,
        detail=detail,
        instance=visit.public_path,
        request_id=visit.request_id,
        problems=problems or [],
        facts=facts or {},
    )
    return Response(msgspec.json.encode(document), status_code=status, media_type=PROBLEM)
