"""REST: the brand of the site."""

from __future__ import annotations

from typing import Any

from litestar import delete, get, post, put

from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.pictures import MOST_BYTES
from marketplace_kit.kernel.registry import Registry
from marketplace_kit.kernel.site import Site
from marketplace_kit.operations import schemas, services
from marketplace_kit.operations.domain import ADMINISTER
from marketplace_kit.web.brand import Brand
from marketplace_kit.web.context import Given, WebRequest
from marketplace_kit.web.routing import route
from marketplace_kit.web.uploads import FIELD, LARGEST_UPLOAD, sent_files


def _logo_schema(_: Registry) -> dict[str, Any]:
    picture = {"type": "string", "format": "binary", "description": "JPEG, PNG, WebP, GIF or AVIF; written anew."}
    return {"type": "object", "properties": {FIELD: picture}, "required": [FIELD]}


@get("/api/admin/brand", **route(ADMINISTER, summary="The brand in force, with all its shades"))
async def brand(site: Given[Site]) -> schemas.BrandView:
    return await services.brand_view(site)


@put("/api/admin/brand", **route(ADMINISTER, body=Brand, summary="Wear other colours, corners and letters"))
async def save_brand(site: Given[Site], actor: Given[Actor], form: Given[Brand]) -> schemas.BrandView:
    """The logo stays. Refuses `contrast_too_low` at the colour on which something could not be read, in light or in
    dark, with the nearest one that does (`nearest`).
    """
    await services.save_brand(site, form, by=actor)
    return await services.brand_view(site)


@delete("/api/admin/brand", **route(ADMINISTER, summary="Wear the look's own brand again"), status_code=200)
async def reset_brand(site: Given[Site], actor: Given[Actor]) -> schemas.BrandView:
    await services.reset_brand(site, by=actor)
    return await services.brand_view(site)


@post(
    "/api/admin/brand/logo",
    **route(
        ADMINISTER, openapi_body=_logo_schema, openapi_media="multipart/form-data", summary="Put a logo in the header"
    ),
    status_code=200,
    request_max_body_size=LARGEST_UPLOAD,
)
async def save_logo(request: WebRequest, site: Given[Site], actor: Given[Actor]) -> schemas.BrandView:
    files, _ = await sent_files(request)
    await services.save_logo(site, await files[0].read(MOST_BYTES + 1), by=actor)
    return await services.brand_view(site)


@delete("/api/admin/brand/logo", **route(ADMINISTER, summary="Take the logo away"), status_code=200)
async def remove_logo(site: Given[Site], actor: Given[Actor]) -> schemas.BrandView:
    await services.save_logo(site, None, by=actor)
    return await services.brand_view(site)


handlers = (brand, save_brand, reset_brand, save_logo, remove_logo)
