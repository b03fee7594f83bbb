"""Interest, leads and stages for programs."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar import delete, get, post
from litestar.params import FromPath, QueryParameter

from marketplace_breeder import queries, services
from marketplace_breeder.schemas import Lead, OwnStage, ShowInterest, Shown
from marketplace_kit.kernel.errors import Missing, SignInNeeded
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.web.context import Given
from marketplace_kit.web.routing import SIGNED_IN, route

OneShop = Annotated[UUID | None, QueryParameter(description="Only this kennel's.", required=False)]


@post(
    "/api/breeder/listings/{listing_id:uuid}/interest",
    **route("breeder.show_interest", body=ShowInterest, summary="Tell the kennel that you are interested"),
)
async def show_interest(
    site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID], form: Given[ShowInterest]
) -> Shown:
    """The kennel is told once, however often this is called; ``new`` says whether it was this call."""
    return await services.show_interest(site, listing_id, by=actor, message=form.message)


@delete(
    "/api/breeder/listings/{listing_id:uuid}/interest",
    **route("breeder.show_interest", summary="Be interested no more"),
)
async def take_back(site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID]) -> None:
    await site.do(services.take_back, listing_id, by=actor)


@get("/api/breeder/leads", **route("breeder.see_leads", summary="Who wants an animal of your kennels"))
async def leads(site: Given[Site], actor: Given[Actor], shop_id: OneShop = None) -> list[Lead]:
    """Latest first, of all kennels that you work for or of one; another's answers as missing."""
    if shop_id is not None and shop_id not in actor.shops:
        raise Missing
    return await site.ask(queries.leads_of, actor.shops if shop_id is None else {shop_id})


@get("/api/breeder/stage", **route(SIGNED_IN, summary="How far you have come with each kennel"))
async def stage(site: Given[Site], actor: Given[Actor]) -> OwnStage:
    """``lead`` with a heart or an interest, else ``prospect``; worked out at each call."""
    if actor.person_id is None:
        raise SignInNeeded
    return await site.ask(queries.stage_with_kennels, actor.person_id)


handlers = (show_interest, take_back, leads, stage)
