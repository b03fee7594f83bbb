"""HTTP clients that speak to an application in the same process, over no socket."""

from __future__ import annotations

from typing import Any

import httpx

from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import Site


def open_client(app: Any, site: Site, **headers: str) -> httpx.AsyncClient:
    """A browser of its own: its cookies are nobody else's. An error of the application is an answer, as for anybody."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx.AsyncClient(
        transport=transport, base_url=site.settings.of(SiteSettings).public_url, headers=headers, timeout=30
    )
