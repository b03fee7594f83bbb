"""Security headers, on every answer (ASVS 3.4). Nothing loads from another host; no inline script, no inline style."""

from __future__ import annotations

from functools import cache
from typing import Any

from litestar.datastructures import MutableScopeHeaders

from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.web import htmx
from marketplace_kit.web.context import Visit

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


@cache
def policy_of(public_url: str) -> str:
    """The policy of a site's ordinary answers. Some browsers do not read ``'self'`` as covering its own web socket."""
    socket = "ws" + public_url.removeprefix("http").rstrip("/")
    return content_security_policy({"connect-src": (socket,)})


@cache
def _always(public_url: str) -> tuple[tuple[bytes, bytes], ...]:
    """What every answer of a site carries unless it says otherwise itself, ready to be sent."""
    said = _ALWAYS | {"content-security-policy": policy_of(public_url)}
    if public_url.startswith("https://"):
        said["strict-transport-security"] = "max-age=31536000; includeSubDomains"
    return tuple((name.encode(), value.encode()) for name, value in said.items())


def secure(visit: Visit, scope: Any, headers: MutableScopeHeaders) -> None:
    """Set what every answer carries; a page for one person is kept by nobody but that person's eyes."""
    handler = scope.get("route_handler")
    added = handler.opt.get("csp") if handler is not None else None
    if added:
        headers.setdefault("content-security-policy", content_security_policy(added))
    there = {name for name, _ in headers.headers}
    headers.headers += [
        pair for pair in _always(visit.site.settings.of(SiteSettings).public_url) if pair[0] not in there
    ]
    headers.headers.append((b"x-request-id", visit.request_id.encode()))
    is_html = headers.get("content-type", "").startswith("text/html")
    if visit.actor.signed_in or is_html:
        headers.setdefault("cache-control", "private, no-store")
    if is_html:
        headers.setdefault("vary", f"Cookie, Accept-Language, {htmx.VARY}")
        headers.setdefault("content-language", visit.locale)
