"""Serving static files: by their hashed names, kept by browsers for a year."""

from __future__ import annotations

from litestar import get
from litestar.params import FromPath
from litestar.response import Response

from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.site import Site
from marketplace_kit.web.assets import TYPES, Assets
from marketplace_kit.web.brand import brands_of, mark_of
from marketplace_kit.web.context import Given
from marketplace_kit.web.routing import PUBLIC, route

_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}


@get(["/static/{name:path}"], **route(PUBLIC), include_in_schema=False)
async def static_file(site: Given[Site], name: FromPath[str]) -> Response[bytes]:
    """A file of the kit or a plugin, or a brand that was saved; 404 for any other name."""
    name = name.lstrip("/")
    asset = site.facility(Assets).by_url.get(f"/static/{name}")
    if asset is not None:
        return Response(asset.content, media_type=asset.content_type, headers=_FOR_EVER)
    mark = mark_of(name)
    sheet = await brands_of(site).sheet(site, mark) if mark else None
    if sheet is None:
        raise Missing
    return Response(sheet.css, media_type=TYPES[".css"], headers=_FOR_EVER)


handlers = (static_file,)
