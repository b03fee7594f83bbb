"""Security headers, on every answer (ASVS 3.4). Nothing loads from another host; no inline script, no inline style."""

from __future__ import annotations

from typing import Any

from litestar.datastructures import MutableScopeHeaders

from marketplace_kit.web import htmx
from marketplace_kit.web.context import Visit
from marketplace_kit.web.identity import is_secure

_POLICY: dict[str, tuple[str, ...]] = {
    "default-src": ("'none'",),
    "script-src": ("'self'",),
    "style-src": ("'self'",),
    "img-src": ("'self'", "data:", "blob:"),
    "font-src": ("'self'",),
    "connect-src": ("'self'",),
    "form-action": ("'self'",),
    "frame-src": ("'self'",),
    "frame-ancestors": ("'none'",),
    "base-uri": ("'none'",),
    "manifest-src": ("'self'",),
    "worker-src": ("'self'",),
}
_ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(self), payment=(self)",
}


def content_security_policy(added: dict[str, tuple[str, ...]] | None = None) -> str:
    """The policy as one header; ``added`` names further hosts by directive, for one plugin's routes."""
    directives = {name: (*sources, *(added or {}).get(name, ())) for name, sources in _POLICY.items()}
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in directives.items())


DEFAULT_POLICY = content_security_policy()


def secure(visit: Visit, scope: Any, headers: MutableScopeHeaders) -> None:
    """Set what every answer carries; a page for one person is kept by nobody but that person's eyes."""
    for name, value in _ALWAYS.items():
        headers.setdefault(name, value)
    handler = scope.get("route_handler")
    added = handler.opt.get("csp") if handler is not None else None
    headers.setdefault("content-security-policy", content_security_policy(added) if added else DEFAULT_POLICY)
    headers["x-request-id"] = visit.request_id
    if is_secure(visit.site):
        headers.setdefault("strict-transport-security", "max-age=31536000; includeSubDomains")
    if visit.actor.signed_in or headers.get("content-type", "").startswith("text/html"):
        headers.setdefault("cache-control", "private, no-store")
    if headers.get("content-type", "").startswith("text/html"):
        headers.setdefault("vary", f"Cookie, Accept-Language, {htmx.VARY}")
        headers.setdefault("content-language", visit.locale)
