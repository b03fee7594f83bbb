"""What is added to a pet's record, and read by its family."""

from __future__ import annotations

from litestar import delete, get, post
from litestar.params import FromPath

from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.web.context import Given, WebRequest
from marketplace_kit.web.paging import CursorText, Limit, Page
from marketplace_kit.web.routing import PUBLIC, SIGNED_IN, route
from marketplace_pets import services
from marketplace_pets.api.asking import Id, Why, locale_of
from marketplace_pets.domain import grams_of
from marketplace_pets.schemas import (
    DosesView,
    EntryView,
    Made,
    NewAllergy,
    NewBehaviourAt,
    NewCondition,
    NewDoseAt,
    NewProtocolVersion,
    NewWeightAt,
    ProtocolView,
    Reasoned,
    Verdict,
    WaitingDose,
    WeightView,
)
from marketplace_pets.services import showing
from marketplace_pets.services.access import CHECK, PROTOCOLS


@get("/api/pets/doses/waiting", **route(CHECK, summary="Doses that wait for your shops to check them"))
async def waiting(site: Given[Site], actor: Given[Actor]) -> list[WaitingDose]:
    return await showing.waiting_pile(site, actor)


@post(
    "/api/pets/doses/{dose_id:uuid}/verify",
    **route(CHECK, body=Verdict, summary="Accept the proof of a dose, or not"),
    status_code=204,
)
async def verify(site: Given[Site], actor: Given[Actor], dose_id: Id, form: Given[Verdict]) -> None:
    """Refused as `not_shared`, `already_checked`, `reason_required`."""
    accepted = form.verdict == "verified"
    await site.do(services.verify_dose, dose_id, accepted=accepted, reason=form.reason, by=actor)


@get("/api/pets/protocols", **route(PUBLIC, summary="Timetables of vaccinations and deworming, every version"))
async def protocols(request: WebRequest, site: Given[Site]) -> list[ProtocolView]:
    return await showing.protocol_list(site, locale_of(request))


@post(
    "/api/pets/protocols/{name:str}",
    **route(PROTOCOLS, body=NewProtocolVersion, summary="Put a new version of a timetable into force"),
)
async def revise(
    site: Given[Site], actor: Given[Actor], name: FromPath[str], form: Given[NewProtocolVersion]
) -> dict[str, int]:
    return {"version": await site.do(services.revise_protocol, name, form, by=actor)}


@get("/api/pets/{pet_id:uuid}/weights", **route(SIGNED_IN, summary="Weighings, oldest first"))
async def weights(
    request: WebRequest, site: Given[Site], actor: Given[Actor], pet_id: Id, why: Why = ""
) -> list[WeightView]:
    """For a shop: by a grant for `weight`, noted in the family's log; else 403 `not_shared`."""
    if await showing.is_family(site, pet_id, by=actor):
        return await showing.weight_history(site, pet_id, by=actor)
    found = await showing.read_for_shop(site, pet_id, "weight", by=actor, why=why, locale=locale_of(request))
    return found.weights


@post("/api/pets/{pet_id:uuid}/weights", **route(SIGNED_IN, body=NewWeightAt, summary="Add a weighing"))
async def add_weight(site: Given[Site], actor: Given[Actor], pet_id: Id, form: Given[NewWeightAt]) -> Made:
    """Refused as `weight_implausible` with the range; staff of a shop confirm it with a reason."""
    return Made(
        id=await site.do(
            services.record_weight,
            pet_id,
            grams=grams_of(form.kg),
            by=actor,
            shop_id=services.shop_of(form.shop_id, actor),
            at=services.weighed_at(site, form.on),
            method=form.method,
            body_condition=form.body_condition,
            reason=form.reason,
        )
    )


@post(
    "/api/pets/{pet_id:uuid}/weights/{weight_id:uuid}/mistake",
    **route(SIGNED_IN, body=Reasoned, summary="Say that a weighing was a mistake"),
    status_code=204,
)
async def mistake(site: Given[Site], actor: Given[Actor], pet_id: Id, weight_id: Id, form: Given[Reasoned]) -> None:
    await site.do(services.mark_mistake, pet_id, weight_id, reason=form.reason, by=actor)


@get("/api/pets/{pet_id:uuid}/doses", **route(SIGNED_IN, summary="Doses, newest first, and standings"))
async def doses(request: WebRequest, site: Given[Site], actor: Given[Actor], pet_id: Id, why: Why = "") -> DosesView:
    """For a shop: by a grant for `vaccinations`, noted in the family's log; else 403 `not_shared`."""
    locale = locale_of(request)
    if await showing.is_family(site, pet_id, by=actor):
        return await showing.dose_history(site, pet_id, by=actor, locale=locale)
    found = await showing.read_for_shop(site, pet_id, "vaccinations", by=actor, why=why, locale=locale)
    return DosesView(doses=found.doses, standings=[], badges=found.badges)


@post("/api/pets/{pet_id:uuid}/doses", **route(SIGNED_IN, body=NewDoseAt, summary="Add a dose"))
async def add_dose(site: Given[Site], actor: Given[Actor], pet_id: Id, form: Given[NewDoseAt]) -> Made:
    """Refused as `too_young` or `interval_too_short`, with the earliest day."""
    shop_id = services.shop_of(form.shop_id, actor)
    reason = form.override_reason
    return Made(id=await site.do(services.record_dose, pet_id, form, by=actor, shop_id=shop_id, override_reason=reason))


@get("/api/pets/{pet_id:uuid}/timeline", **route(SIGNED_IN, summary="What happened, latest first"))
async def timeline(
    request: WebRequest,
    site: Given[Site],
    actor: Given[Actor],
    pet_id: Id,
    cursor: CursorText = None,
    limit: Limit = 20,
) -> Page[EntryView]:
    locale = locale_of(request)
    return await showing.history(site, pet_id, by=actor, locale=locale, cursor=cursor, limit=limit)


@post("/api/pets/{pet_id:uuid}/allergies", **route(SIGNED_IN, body=NewAllergy, summary="Add an allergy"))
async def add_allergy(site: Given[Site], actor: Given[Actor], pet_id: Id, form: Given[NewAllergy]) -> Made:
    return Made(id=await site.do(services.add_allergy, pet_id, form, by=actor))


@delete("/api/pets/{pet_id:uuid}/allergies/{entry_id:uuid}", **route(SIGNED_IN, summary="End an allergy"))
async def end_allergy(site: Given[Site], actor: Given[Actor], pet_id: Id, entry_id: Id) -> None:
    await site.do(services.end_allergy, pet_id, entry_id, by=actor)


@post(
    "/api/pets/{pet_id:uuid}/conditions",
    **route(SIGNED_IN, body=NewCondition, summary="Add a chronic problem or a medicine"),
)
async def add_condition(site: Given[Site], actor: Given[Actor], pet_id: Id, form: Given[NewCondition]) -> Made:
    return Made(id=await site.do(services.add_condition, pet_id, form, by=actor))


@delete("/api/pets/{pet_id:uuid}/conditions/{entry_id:uuid}", **route(SIGNED_IN, summary="End a problem or medicine"))
async def end_condition(site: Given[Site], actor: Given[Actor], pet_id: Id, entry_id: Id) -> None:
    await site.do(services.end_condition, pet_id, entry_id, by=actor)


@post(
    "/api/pets/{pet_id:uuid}/behaviours",
    **route(SIGNED_IN, body=NewBehaviourAt, summary="Set a coded warning"),
    status_code=204,
)
async def flag(site: Given[Site], actor: Given[Actor], pet_id: Id, form: Given[NewBehaviourAt]) -> None:
    """With `shop_id` by its staff, who may use a code of that shop."""
    shop_id = services.shop_of(form.shop_id, actor)
    await site.do(services.flag_behaviour, pet_id, form, by=actor, shop_id=shop_id)


@delete("/api/pets/{pet_id:uuid}/behaviours/{code:str}", **route(SIGNED_IN, summary="Take a warning away"))
async def unflag(site: Given[Site], actor: Given[Actor], pet_id: Id, code: FromPath[str]) -> None:
    await site.do(services.unflag_behaviour, pet_id, code, by=actor)


handlers = (
    protocols,
    waiting,
    verify,
    revise,
    weights,
    add_weight,
    mistake,
    doses,
    add_dose,
    timeline,
    add_allergy,
    end_allergy,
    add_condition,
    end_condition,
    flag,
    unflag,
)
