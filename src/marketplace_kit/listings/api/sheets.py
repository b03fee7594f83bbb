"""A shop's listings as a file."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Response

from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.listings import services
from marketplace_kit.listings.schemas.sheets import ImportReport
from marketplace_kit.web.context import Given, WebRequest
from marketplace_kit.web.csrf import WrongContentType
from marketplace_kit.web.routing import route


@get(
    "/api/shops/{shop_id:uuid}/listings.csv",
    **route("listings.create", summary="A shop's listings as CSV"),
    media_type="text/csv",
)
async def export_csv(site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]) -> Response[str]:
    """UTF-8 with its mark. Cells that a sheet would take for formulas are led by an apostrophe, which an import takes
    away again.
    """
    text = await services.export_listings(site, shop_id, by=actor)
    headers = {"Content-Disposition": 'attachment; filename="listings.csv"', "Cache-Control": "private, no-store"}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


@post(
    "/api/shops/{shop_id:uuid}/listings/import",
    **route("listings.create", summary="Make and change listings from CSV: all lines or none"),
    status_code=200,
)
async def import_csv(
    request: WebRequest,
    site: Given[Site],
    actor: Given[Actor],
    shop_id: FromPath[UUID],
    dry_run: Annotated[bool, QueryParameter(description="Only say what would happen.")] = False,
) -> ImportReport:
    """The body is the file, as `text/csv`. Lines with an id change that listing, others are new drafts. Every problem
    of every line is answered at once (`field` is `line:column`), and nothing is stored then.
    """
    if request.content_type[0] != "text/csv":
        raise WrongContentType(expected="text/csv")
    return await services.import_listings(site, shop_id, await request.body(), by=actor, dry_run=dry_run)


handlers = (
    export_csv,
    import_csv,
)
