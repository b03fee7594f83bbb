"""Pages: the terms and the privacy policy, as they are agreed to."""

from __future__ import annotations

from typing import Any

from litestar import get
from litestar.connection import Request
from litestar.response import Response

from marketplace_kit.accounts.domain import PRIVACY, TERMS
from marketplace_kit.accounts.services import document
from marketplace_kit.kernel.site import Site
from marketplace_kit.web.context import Given, visit_of
from marketplace_kit.web.rendering import page
from marketplace_kit.web.routing import PUBLIC, route

AnyRequest = Request[Any, Any, Any]


@get("/terms", **route(PUBLIC), include_in_schema=False)
async def terms(request: AnyRequest, site: Given[Site]) -> Response[str]:
    return await _shown(request, site, TERMS)


@get("/privacy", **route(PUBLIC), include_in_schema=False)
async def privacy(request: AnyRequest, site: Given[Site]) -> Response[str]:
    return await _shown(request, site, PRIVACY)


async def _shown(request: AnyRequest, site: Site, name: str) -> Response[str]:
    found = document(site, name, visit_of(request).locale)
    return await page(request, "accounts/document.html", page_title=found.title, document=found)


handlers = (terms, privacy)
