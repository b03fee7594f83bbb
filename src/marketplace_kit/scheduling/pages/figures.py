"""What those who work for a shop have done in a month."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import get
from litestar.params import FromPath, QueryParameter
from litestar.response import Response

from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.scheduling.pages.months import next_month
from marketplace_kit.scheduling.pages.selling import staffed_shop
from marketplace_kit.scheduling.pages.wording import said_month
from marketplace_kit.scheduling.services.figures import Figures, days_in, figures_of, month_of
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.formats import money
from marketplace_kit.web.rendering import page
from marketplace_kit.web.routing import SIGNED_IN, route

Month = Annotated[str, QueryParameter(name="month", max_length=7, required=False)]


@get("/sell/shop/{shop_id:uuid}/staff/figures", **route(SIGNED_IN), include_in_schema=False)
async def figures_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID], month: Month = ""
) -> Response[str]:
    """Context: shop, month, rows (texts for ui.table), previous, next."""
    locale = visit_of(request).locale
    shop = await staffed_shop(site, actor, shop_id, locale)
    today = site.clock.now().astimezone(ZoneInfo(shop.zone)).date()
    first = month_of(month, today)
    found = await figures_of(site, shop, first, days_in(first), by=actor)
    here = f"/sell/shop/{shop_id}/staff/figures?month="
    return await page(
        request,
        "scheduling/figures.html",
        page_title=N_("What was done"),
        shop=shop,
        month=said_month(first, locale),
        rows=[row(one) for one in found],
        previous=f"{here}{first - timedelta(days=1):%Y-%m}",
        next=f"{here}{next_month(first):%Y-%m}" if next_month(first) <= today else "",
    )


def row(one: Figures) -> tuple[str, ...]:
    """A line of the table; a dash where there is nothing to divide by."""
    stars = f"{one.rating_average:.1f}".replace(".", ",") if one.rating_average is not None else ""
    return (
        one.name,
        str(one.visits),
        money(one.earned) or "–",
        money(one.average) or "–",
        share(one.occupancy),
        share(one.missed_share),
        share(one.again_share),
        f"{stars} ({one.rating_count})" if stars else "–",
    )


def share(value: float | None) -> str:
    return "–" if value is None else f"{round(value * 100)} %"


handlers = (figures_page,)
