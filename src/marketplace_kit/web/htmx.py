"""The one place that reads and writes htmx 4 headers."""

from __future__ import annotations

from typing import Any

from litestar.connection import ASGIConnection


def is_partial(connection: ASGIConnection[Any, Any, Any, Any]) -> bool:
    """Whether htmx asks for a fragment; a request that wants the whole page says ``HX-Request-Type: full``."""
    headers = connection.headers
    return headers.get("hx-request") == "true" and headers.get("hx-request-type") != "full"


def from_open_page(connection: ASGIConnection[Any, Any, Any, Any]) -> bool:
    """Whether a page that somebody has before them asks, for all of itself or a part; else an address was followed."""
    return bool(connection.headers.get("hx-request") == "true")


VARY = "HX-Request, HX-Request-Type"
