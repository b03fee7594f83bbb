"""Serving static files: by their hashed names, kept by browsers for a year."""

from __future__ import annotations

from litestar import get
from litestar.params import FromPath
from litestar.response import Response

from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.site import Site
from marketplace_kit.web.assets import Assets
from marketplace_kit.web.context import Given
from marketplace_kit.web.routing import PUBLIC, route


@get(["/static/{name:path}"], **route(PUBLIC), include_in_schema=False, sync_to_thread=False)
def static_file(site: Given[Site], name: FromPath[str]) -> Response[bytes]:
    """A file of the kit or a plugin; 404 for any name that was not read at boot."""
    asset = site.facility(Assets).by_url.get(f"/static/{name.lstrip('/')}")
    if asset is None:
        raise Missing
    return Response(
        asset.content, media_type=asset.content_type, headers={"Cache-Control": "public, max-age=31536000, immutable"}
    )


handlers = (static_file,)
