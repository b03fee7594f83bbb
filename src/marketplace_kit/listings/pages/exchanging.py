"""A shop's listings as a file: taking it away, and bringing one with a look at what it would do first."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath
from litestar.response import Response

from marketplace_kit.kernel.errors import DomainError, Forbidden, Invalid, Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.listings import services
from marketplace_kit.listings.schemas.sheets import MOST_BYTES, decoded
from marketplace_kit.shops.queries import shop_by_id
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import route


@get("/sell/shop/{shop_id:uuid}/listings.csv", **route("listings.create"), include_in_schema=False)
async def export_file(site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]) -> Response[str]:
    return as_file(await services.export_listings(site, shop_id, by=actor))


def as_file(text: str) -> Response[str]:
    headers = {"Content-Disposition": 'attachment; filename="listings.csv"', "Cache-Control": "private, no-store"}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


@get("/sell/shop/{shop_id:uuid}/import", **route("listings.create"), include_in_schema=False)
async def import_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]
) -> Response[str]:
    """Context: shop, report (an ImportReport or none), sheet (the text looked at), problem."""
    await services.export_listings(site, shop_id, by=actor)
    return await _page(request, site, actor, shop_id)


async def _page(
    request: WebRequest, site: Site, actor: Actor, shop_id: UUID, report: Any = None, sheet: str = "", problem: str = ""
) -> Response[str]:
    shop = await site.ask(shop_by_id, shop_id, person_id=actor.person_id, admin="admin" in actor.roles)
    return await page(
        request,
        "listings/import.html",
        status=422 if problem or (report and report.problems) else 200,
        page_title=N_("Listings from a file"),
        shop=shop,
        action=f"/sell/shop/{shop_id}/import",
        export_href=f"/sell/shop/{shop_id}/listings.csv",
        report=report,
        sheet=sheet,
        problem=problem,
    )


@post("/sell/shop/{shop_id:uuid}/import", **route("listings.create"), include_in_schema=False, status_code=200)
async def import_file(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]
) -> Response[Any]:
    """First a look at what the file would do; the page that shows it posts the same text once more to do it."""
    sent = await request.form()
    file, text = sent.get("file"), sent.get("sheet")
    sheet = str(text or "")
    try:
        if isinstance(file, UploadFile):
            sheet = decoded(await file.read(MOST_BYTES + 1))
        report = await services.import_listings(site, shop_id, sheet, by=actor, dry_run=not sent.get("store"))
    except Invalid:  # the shop changed since the look: look again
        report = await services.import_listings(site, shop_id, sheet, by=actor, dry_run=True)
    except (Missing, Forbidden):
        raise
    except DomainError as refused:
        visit = visit_of(request)
        return await _page(
            request, site, actor, shop_id, problem=site.texts.render(visit.locale, refused.text, refused.facts)
        )
    if report.dry_run:
        return await _page(request, site, actor, shop_id, report, sheet)
    return see_other(request, "/sell", N_("The file is taken over: new listings are drafts."))


handlers = (export_file, import_page, import_file)
