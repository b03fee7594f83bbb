"""What is due and what is booked, what shops ask families to come for, and what nobody wants to hear of."""

from __future__ import annotations

from litestar import delete, get, post, put
from litestar.params import FromPath

from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.web.context import Given, WebRequest
from marketplace_kit.web.routing import SIGNED_IN, route
from marketplace_pets import services
from marketplace_pets.api.asking import Id, locale_of
from marketplace_pets.schemas import BookedView, DueView, FollowUpView, Made, MutedView, NewFollowUpAt
from marketplace_pets.services import showing
from marketplace_pets.services.access import READ


@get("/api/pets/{pet_id:uuid}/care", **route(SIGNED_IN, summary="What is due, soonest first"))
async def care(request: WebRequest, site: Given[Site], actor: Given[Actor], pet_id: Id) -> list[DueView]:
    return await showing.care_plan(site, pet_id, by=actor, locale=locale_of(request))


@get("/api/pets/{pet_id:uuid}/mutes", **route(SIGNED_IN, summary="What you do not want to hear of"))
async def mutes(request: WebRequest, site: Given[Site], actor: Given[Actor], pet_id: Id) -> list[MutedView]:
    return await showing.muted_list(site, pet_id, by=actor, locale=locale_of(request))


@put(
    "/api/pets/{pet_id:uuid}/mutes/{reason:str}",
    **route(SIGNED_IN, summary="Hear no more of one reason"),
    status_code=204,
)
async def mute(site: Given[Site], actor: Given[Actor], pet_id: Id, reason: FromPath[str]) -> None:
    """The `key` of a line of the care plan: a timetable, `weight_check`, `grooming_due`, `medication_runs_out`."""
    await site.do(services.mute, pet_id, reason, by=actor)


@delete("/api/pets/{pet_id:uuid}/mutes/{reason:str}", **route(SIGNED_IN, summary="Hear of it again"))
async def unmute(site: Given[Site], actor: Given[Actor], pet_id: Id, reason: FromPath[str]) -> None:
    await site.do(services.unmute, pet_id, reason, by=actor)


@get("/api/pets/{pet_id:uuid}/booked", **route(SIGNED_IN, summary="What is booked for a pet, soonest first"))
async def booked(site: Given[Site], actor: Given[Actor], pet_id: Id) -> list[BookedView]:
    """For its family. What is booked is not in the care plan."""
    return await showing.booked_list(site, pet_id, by=actor)


@get("/api/pets/follow-ups", **route(READ, summary="Whom your shops asked to come again"))
async def follow_ups(site: Given[Site], actor: Given[Actor]) -> list[FollowUpView]:
    """Soonest first; `booked_on` is null for those who have not booked at that shop."""
    return await showing.follow_up_list(site, actor)


@post(
    "/api/pets/{pet_id:uuid}/follow-ups",
    **route(READ, body=NewFollowUpAt, summary="Ask a family to come again"),
)
async def ask_to_come(site: Given[Site], actor: Given[Actor], pet_id: Id, form: Given[NewFollowUpAt]) -> Made:
    """It stands in the care plan until it is booked, done or taken back. Refused as `not_shared`, `pet_deceased`."""
    shop_id = services.own_shop(form.shop_id, actor)
    return Made(id=await site.do(services.ask_to_come, pet_id, form, by=actor, shop_id=shop_id))


@delete(
    "/api/pets/{pet_id:uuid}/follow-ups/{follow_up_id:uuid}", **route(SIGNED_IN, summary="It is done, or not wanted")
)
async def end_follow_up(site: Given[Site], actor: Given[Actor], pet_id: Id, follow_up_id: Id) -> None:
    """For the family, and for the shop that had asked."""
    await site.do(services.end_follow_up, pet_id, follow_up_id, by=actor)


handlers = (care, mutes, mute, unmute, booked, follow_ups, ask_to_come, end_follow_up)
