"""Before and during a stay: free nights, quotes, the stay of a family, its sheet."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from litestar import get, post, put
from litestar.params import FromPath, QueryParameter

from marketplace_boarding import queries, services
from marketplace_boarding.domain import NotStaying
from marketplace_boarding.schemas import (
    Availability,
    CareForm,
    DayCard,
    DaySheet,
    EntryView,
    Moved,
    NewEntry,
    Quote,
    ReportView,
    SetStatus,
    Stay,
    StayCard,
    StayChoice,
)
from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.fields import parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.web.bodies import sent_raw
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.routing import PUBLIC, route

RUN = "boarding.run_house"
ListingId = Annotated[UUID, QueryParameter(description="The lodging.")]
First = Annotated[date | None, QueryParameter(required=False, description="The first night; today if left out.")]
Days = Annotated[int, QueryParameter(ge=1, le=100, required=False, description="So many nights.")]
Count = Annotated[int, QueryParameter(ge=1, le=10, required=False, description="So many pets in one room.")]
Pets = Annotated[
    str,
    QueryParameter(max_length=800, description="Ids of your pets, or `species:grams:name`, with semicolons between."),
]
Hour = Annotated[str, QueryParameter(max_length=5, required=False, description="The hour of arriving, like 15:00.")]
Key = Annotated[str, QueryParameter(max_length=64, required=False, description="A guest's key from their order.")]
Arrives = Annotated[date, QueryParameter(description="The day of arriving.")]
Leaves = Annotated[date, QueryParameter(description="The day of leaving; its night is not part of the stay.")]
Day = Annotated[date, QueryParameter(description="The day.")]
SomeDay = Annotated[date | None, QueryParameter(required=False, description="The day; today if left out.")]
StayId = FromPath[UUID]


@get("/api/boarding/availability", **route(PUBLIC, summary="How many rooms are free in each night, and the price"))
async def availability(
    request: WebRequest,
    site: Given[Site],
    actor: Given[Actor],
    listing_id: ListingId,
    first: First = None,
    days: Days = 31,
    pets: Count = 1,
) -> Availability:
    """Nothing of it is promised: a booking asks the house again."""
    locale = visit_of(request).locale
    return await services.availability(site, listing_id, first, days, viewer=actor, locale=locale, count=pets)


@get("/api/boarding/quotes", **route(PUBLIC, summary="What a stay costs for these pets, and why"))
async def quote(
    request: WebRequest,
    site: Given[Site],
    actor: Given[Actor],
    listing_id: ListingId,
    arrives: Arrives,
    leaves: Leaves,
    pets: Pets,
    arrive_at: Hour = "",
) -> Quote:
    """Refused as ``capacity_full`` with the nights, ``bad_dates``, ``bad_hour``, ``too_many_pets``, ``too_heavy``,
    ``weight_unknown``, ``species_not_served``; 404 for a pet that is not yours. The gate of each pet is told.
    """
    raw = {"arrives": arrives.isoformat(), "leaves": leaves.isoformat(), "pets": pets, "arrive_at": arrive_at or None}
    choice = parse(StayChoice, raw)
    return await services.quote_of(site, listing_id, choice, by=actor, locale=visit_of(request).locale)


@get("/api/boarding/stays/{stay_id:uuid}", **route(PUBLIC, summary="A stay as its family sees it"))
async def stay(request: WebRequest, site: Given[Site], actor: Given[Actor], stay_id: StayId, key: Key = "") -> StayCard:
    found = await services.family_stay(site, stay_id, by=actor, key=key)
    return await services.stay_card(site, found, visit_of(request).locale)


@get("/api/boarding/stays/{stay_id:uuid}/reports", **route(PUBLIC, summary="The cards of the days of a stay"))
async def reports(site: Given[Site], actor: Given[Actor], stay_id: StayId, key: Key = "") -> list[ReportView]:
    """Those that the family was sent, the newest first."""
    await services.family_stay(site, stay_id, by=actor, key=key)
    return await site.ask(queries.report_days, stay_id)


@get("/api/boarding/stays/{stay_id:uuid}/diary", **route(PUBLIC, summary="What a day's card tells"))
async def diary(site: Given[Site], actor: Given[Actor], stay_id: StayId, day: Day, key: Key = "") -> list[EntryView]:
    """The lines of a day whose card was sent; 404 for a day that was not told yet."""
    await services.family_stay(site, stay_id, by=actor, key=key)
    if day not in {one.day for one in await site.ask(queries.report_days, stay_id)}:
        raise Missing
    return await site.ask(queries.entries_of, [stay_id], day)


@put(
    "/api/boarding/stays/{stay_id:uuid}/guests/{guest_id:uuid}/care",
    **route(PUBLIC, body=CareForm, summary="How a guest is to be fed and looked after"),
    status_code=204,
)
async def care(
    site: Given[Site],
    actor: Given[Actor],
    stay_id: StayId,
    guest_id: FromPath[UUID],
    form: Given[CareForm],
    key: Key = "",
) -> None:
    """By the family, or by the house. 422 ``not_times`` at the field for times that are none."""
    stays = await site.ask(queries.stay_of, stay_id)
    if stays is None or guest_id not in {guest.id for guest in stays.guests}:
        raise Missing
    inside = stays.shop_id in actor.shops
    if not inside:
        await services.family_stay(site, stay_id, by=actor, key=key)
    await site.do(services.set_care, guest_id, form, by=actor, as_family=not inside)


@get("/api/boarding/stays/{stay_id:uuid}/record", **route(RUN, summary="A stay as the house sees it"))
async def record(site: Given[Site], actor: Given[Actor], stay_id: StayId) -> Stay:
    return await services.seen_by_staff(site, stay_id, by=actor)


@put(
    "/api/boarding/stays/{stay_id:uuid}/status", **route(RUN, body=SetStatus, summary="Bring a stay to its next state")
)
async def set_status(request: WebRequest, site: Given[Site], actor: Given[Actor], stay_id: StayId) -> Moved:
    """Whatever else the body has goes with the way there: ``collector``, ``gate_note`` … of a check-in, ``waive_late``
    of a picking up, a ``reason``. What does not follow is 409 ``invalid_transition`` with ``allowed``. Other days and
    another room are acts of the order's line: ``change_dates``, ``change_leaving``, ``move_room``.
    """
    raw = await sent_raw(request)
    form = parse(SetStatus, {k: raw.pop(k) for k in ("status", "version") if k in raw})
    acted = await site.do(services.bring_to, stay_id, form.status, raw, by=actor, version=form.version)
    return Moved(id=stay_id, state=acted.after, version=acted.version)


@get("/api/boarding/stays/{stay_id:uuid}/day-sheet", **route(RUN, summary="What a day asks for and what was done"))
async def day_sheet(site: Given[Site], actor: Given[Actor], stay_id: StayId, day: SomeDay = None) -> DaySheet:
    found = await services.seen_by_staff(site, stay_id, by=actor)
    return await services.day_sheet(site, found, day or services.today_in(found.zone, site.clock.now()))


@post(
    "/api/boarding/stays/{stay_id:uuid}/guests/{guest_id:uuid}/entries",
    **route(RUN, body=NewEntry, summary="Write a line into today's sheet"),
)
async def log(
    site: Given[Site], actor: Given[Actor], stay_id: StayId, guest_id: FromPath[UUID], form: Given[NewEntry]
) -> EntryView:
    """409 ``already_logged`` for a meal or a medicine of an hour that stands there already; 422 ``note_required`` for
    an incident or a medicine that was not given without a word of why.
    """
    entry_id = await site.do(services.log, stay_id, guest_id, form, by=actor)
    found = await services.seen_by_staff(site, stay_id, by=actor)
    day = services.today_in(found.zone, site.clock.now())
    entries = await site.ask(queries.entries_of, [stay_id], day)
    return next(one for one in entries if one.id == entry_id)


@post(
    "/api/boarding/stays/{stay_id:uuid}/reports",
    **route(RUN, body=DayCard, summary="Send the family today's card"),
)
async def send_card(site: Given[Site], actor: Given[Actor], stay_id: StayId, form: Given[DayCard]) -> ReportView:
    """Once a day: a second one changes nothing and answers the first. 409 ``nothing_to_tell`` without a line."""
    found = await services.seen_by_staff(site, stay_id, by=actor)
    if found.checked_in_at is None:
        raise NotStaying(state=found.state)
    day = services.today_in(found.zone, site.clock.now())
    await site.do(services.send_card, stay_id, day, form.text, by=actor)
    return next(one for one in await site.ask(queries.report_days, stay_id) if one.day == day)


handlers = (
    availability,
    quote,
    stay,
    reports,
    diary,
    care,
    record,
    set_status,
    day_sheet,
    log,
    send_card,
)
