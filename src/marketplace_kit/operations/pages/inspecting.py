"""For who works on plugins: what takes part in this site, and how the last calls went. Not there in production."""

from __future__ import annotations

import asyncio

from litestar import get
from litestar.response import Response

from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.operations import queries
from marketplace_kit.operations.domain import ADMINISTER
from marketplace_kit.operations.schemas import ExtensionsView
from marketplace_kit.web.context import Given, WebRequest
from marketplace_kit.web.overrides import layers_of
from marketplace_kit.web.rendering import page
from marketplace_kit.web.routing import route

_THERE = "/-/dev/extensions"


async def _extensions(site: Site) -> ExtensionsView:
    folders = [layer.folder for layer in layers_of(site.registry, site.settings)]
    return await asyncio.to_thread(queries.extensions, site, folders)


@get(_THERE, **route(ADMINISTER, development=True), include_in_schema=False)
async def extensions_page(request: WebRequest, site: Given[Site]) -> Response[str]:
    """Context: found (an ExtensionsView)."""
    found = await _extensions(site)
    return await page(request, "operations/extensions.html", page_title=N_("Extensions"), found=found)


@get(f"{_THERE}.json", **route(ADMINISTER, development=True), include_in_schema=False)
async def extensions_json(site: Given[Site]) -> ExtensionsView:
    return await _extensions(site)


handlers = (extensions_page, extensions_json)
