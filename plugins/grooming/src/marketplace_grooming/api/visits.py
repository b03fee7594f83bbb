"""The salon's day for programs: board, states, extras and their consents, report cards."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from litestar import delete, get, post, put
from litestar.params import FromPath, QueryParameter

from marketplace_grooming import queries, services
from marketplace_grooming.schemas import (
    Answer,
    Billed,
    Board,
    CardForm,
    CardView,
    Differing,
    EvaluationForm,
    ExtraView,
    ForThisPet,
    InPerson,
    Moved,
    NewExtra,
    NewExtraView,
    SetStatus,
    Visit,
)
from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.fields import parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.ids import digest
from marketplace_kit.kernel.site import Site
from marketplace_kit.web.bodies import sent_raw
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.gallery_doors import Doors, Subject
from marketplace_kit.web.routing import PUBLIC, SIGNED_IN, route

BOARD, PRICES = "grooming.run_board", "grooming.edit_prices"
ShopId = Annotated[UUID | None, QueryParameter(name="shop", required=False, description="Your first shop if left out.")]
Key = Annotated[str, QueryParameter(max_length=64, required=False, description="A guest's key from their order.")]
Instead = Annotated[
    UUID | None, QueryParameter(name="instead_of", required=False, description="The proposal whose amount changes.")
]
VisitId = FromPath[UUID]


@get("/api/grooming/board", **route(BOARD, summary="Today's visits by state"))
async def board(request: WebRequest, site: Given[Site], actor: Given[Actor], shop: ShopId = None) -> Board:
    wanted = shop or min(actor.shops, default=None)
    if wanted is None:
        raise Missing
    return await services.board(site, wanted, by=actor, locale=visit_of(request).locale)


@get("/api/grooming/visits/{visit_id:uuid}", **route(BOARD, summary="A visit at your salon"))
async def visit(site: Given[Site], actor: Given[Actor], visit_id: VisitId) -> Visit:
    return await services.seen_by_staff(site, visit_id, by=actor)


@put(
    "/api/grooming/visits/{visit_id:uuid}/status",
    **route(BOARD, body=SetStatus, summary="Bring a visit to its next state"),
)
async def set_status(request: WebRequest, site: Given[Site], actor: Given[Actor], visit_id: VisitId) -> Moved:
    """Whatever else the body has goes with the way there: ``weight``, ``gate_note`` … of a check-in, ``summary`` of the
    end of the work, a ``reason``. What does not follow is 409 ``invalid_transition`` with ``allowed``; the gate refuses
    a check-in as it refuses a booking.
    """
    raw = await sent_raw(request)
    form = parse(SetStatus, {k: raw.pop(k) for k in ("status", "version") if k in raw})
    acted = await site.do(services.bring_to, visit_id, form.status, raw, by=actor, version=form.version)
    return Moved(id=visit_id, state=acted.after, version=acted.version)


@get("/api/grooming/visits/{visit_id:uuid}/extras", **route(SIGNED_IN, summary="What was found, and the answers"))
async def extras(site: Given[Site], actor: Given[Actor], visit_id: VisitId) -> list[ExtraView]:
    found = await site.ask(queries.visit_of, visit_id)
    if found is None:
        raise Missing
    if found.shop_id not in actor.shops:
        await services.family_visit(site, visit_id, by=actor)
    return await site.ask(queries.extras_of, visit_id)


@post(
    "/api/grooming/visits/{visit_id:uuid}/extras",
    **route(BOARD, body=NewExtra, summary="Propose an extra to the owner"),
)
async def propose(
    site: Given[Site], actor: Given[Actor], visit_id: VisitId, form: Given[NewExtra], instead_of: Instead = None
) -> NewExtraView:
    extra_id = await site.do(services.propose, visit_id, form, by=actor, instead_of=instead_of)
    return NewExtraView(id=extra_id, consent_path=services.consent_path(site, extra_id))


@post(
    "/api/grooming/visits/{visit_id:uuid}/extras/{extra_id:uuid}/consent",
    **route(BOARD, body=InPerson, summary="Note what the owner said in person"),
    status_code=200,
)
async def note_consent(
    site: Given[Site], actor: Given[Actor], visit_id: VisitId, extra_id: FromPath[UUID], form: Given[InPerson]
) -> ExtraView:
    return await site.do(services.answer_in_person, extra_id, agreed=form.agreed, name=form.name, by=actor)


@post(
    "/api/grooming/visits/{visit_id:uuid}/extras/{extra_id:uuid}/charge",
    **route(BOARD, summary="Put an extra on the bill"),
    status_code=200,
)
async def charge(site: Given[Site], actor: Given[Actor], visit_id: VisitId, extra_id: FromPath[UUID]) -> Billed:
    """409 ``charge_not_consented`` with the amount unless the owner agreed to it. What was agreed to is on the bill by
    itself.
    """
    return Billed(total=await site.do(services.charge, extra_id, by=actor))


@delete(
    "/api/grooming/visits/{visit_id:uuid}/extras/{extra_id:uuid}",
    **route(BOARD, summary="Take a proposal back"),
)
async def withdraw(site: Given[Site], actor: Given[Actor], visit_id: VisitId, extra_id: FromPath[UUID]) -> None:
    await site.do(services.withdraw, extra_id, by=actor)


@get("/api/grooming/extras/{token:str}", **route(PUBLIC, summary="A proposal, by the owner's link"))
async def proposal(site: Given[Site], token: FromPath[str]) -> ExtraView:
    found = await site.ask(queries.extra_by_digest, digest(token))
    if found is None:
        raise Missing
    return found


@post(
    "/api/grooming/extras/{token:str}/consent",
    **route(PUBLIC, body=Answer, summary="The owner's answer, by the link"),
    status_code=200,
)
async def consent(site: Given[Site], actor: Given[Actor], token: FromPath[str], form: Given[Answer]) -> ExtraView:
    """Kept with name, time and amount; 409 ``already_answered`` for a second one."""
    return await site.do(services.answer_by_link, token, agreed=form.agreed, name=form.name, by=actor)


@get("/api/grooming/report-cards/{visit_id:uuid}", **route(PUBLIC, summary="A visit's report card"))
async def card(site: Given[Site], actor: Given[Actor], visit_id: VisitId, key: Key = "") -> CardView:
    """404 for the family until it is published; the salon sees its newest draft."""
    return await services.card_for(site, visit_id, by=actor, key=key)


@put(
    "/api/grooming/report-cards/{visit_id:uuid}",
    **route(BOARD, body=CardForm, summary="Write or change the draft of a report card"),
)
async def write_card(site: Given[Site], actor: Given[Actor], visit_id: VisitId, form: Given[CardForm]) -> CardView:
    await site.do(services.write_card, visit_id, form, by=actor)
    return await services.shown_card(site, visit_id, published=False)


@post(
    "/api/grooming/report-cards/{visit_id:uuid}/publish",
    **route(BOARD, summary="Show the report card to the family"),
    status_code=200,
)
async def publish_card(site: Given[Site], actor: Given[Actor], visit_id: VisitId) -> CardView:
    await site.do(services.publish_card, visit_id, by=actor)
    return await services.shown_card(site, visit_id, published=True)


@put(
    "/api/grooming/visits/{visit_id:uuid}/override",
    **route(BOARD, body=ForThisPet, summary="What this service takes for this pet from now on"),
    status_code=204,
)
async def remember(site: Given[Site], actor: Given[Actor], visit_id: VisitId, form: Given[ForThisPet]) -> None:
    await site.do(services.remember_for_pet, visit_id, form, by=actor)


@put(
    "/api/grooming/listings/{listing_id:uuid}/differing",
    **route(PRICES, body=Differing, summary="A price or time of a breed or a groomer"),
    status_code=204,
)
async def differ(site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID], form: Given[Differing]) -> None:
    await site.do(services.set_differing, listing_id, form, by=actor)


@post(
    "/api/grooming/visits/{visit_id:uuid}/evaluation",
    **route(BOARD, body=EvaluationForm, summary="What you found when you met the pet"),
    status_code=204,
)
async def evaluate(site: Given[Site], actor: Given[Actor], visit_id: VisitId, form: Given[EvaluationForm]) -> None:
    """Appended; the latest counts at the gate of services that ask for it."""
    await site.do(services.evaluate, visit_id, form, by=actor)


async def _subject(site: Site, actor: Actor, visit_id: UUID) -> Subject:
    found = await services.seen_by_staff(site, visit_id, by=actor)
    return Subject(title=found.pet_name, href=f"/sell/grooming/visits/{visit_id}")


async def _seen(site: Site, actor: Actor, visit_id: UUID) -> None:
    await services.card_for(site, visit_id, by=actor)


async def _extra_subject(site: Site, actor: Actor, extra_id: UUID) -> Subject:
    visit_id = await site.ask(queries.visit_of_extra, extra_id)
    if visit_id is None:
        raise Missing
    return await _subject(site, actor, visit_id)


async def _extra_seen(site: Site, actor: Actor, extra_id: UUID) -> None:
    visit_id = await site.ask(queries.visit_of_extra, extra_id)
    if visit_id is None:
        raise Missing
    found = await site.ask(queries.visit_of, visit_id)
    if found is None or found.shop_id not in actor.shops:
        await services.family_visit(site, visit_id, by=actor)


def _doors(name: str, gallery: Any) -> tuple[Any, ...]:
    return Doors(
        gallery=gallery,
        page=f"/sell/grooming/visits/{{owner_id:uuid}}/{name}",
        api=f"/api/grooming/visits/{{owner_id:uuid}}/{name}",
        permission=BOARD,
        subject=_subject,
        check_seen=_seen,
    ).handlers


_EXTRA_DOORS = Doors(
    gallery=services.EXTRA_PHOTOS,
    page="/sell/grooming/extras/{owner_id:uuid}/photos",
    api="/api/grooming/proposals/{owner_id:uuid}/photos",
    permission=BOARD,
    subject=_extra_subject,
    check_seen=_extra_seen,
)

handlers: tuple[Any, ...] = (
    board,
    visit,
    set_status,
    extras,
    propose,
    note_consent,
    charge,
    withdraw,
    proposal,
    consent,
    card,
    write_card,
    publish_card,
    remember,
    differ,
    evaluate,
    *_doors("before", services.BEFORE),
    *_doors("after", services.AFTER),
    *_EXTRA_DOORS.handlers,
)
