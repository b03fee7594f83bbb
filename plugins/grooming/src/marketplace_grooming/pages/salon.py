"""The salon's day on pages: the board, the wall of the waiting room, one visit with all that is done with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Response

from marketplace_grooming import queries, services
from marketplace_grooming.domain import VISIT
from marketplace_grooming.domain.process import AT_WORK, CHARGE
from marketplace_grooming.schemas import CardForm, EvaluationForm, ForThisPet, InPerson, NewExtra, Visit
from marketplace_grooming.schemas.visits import RESULTS
from marketplace_grooming.services.salon import STAFF_ROLES
from marketplace_kit.kernel.errors import DomainError, Invalid, Missing, Problem
from marketplace_kit.kernel.fields import Form, NoFields, parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.process import InvalidTransition
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.orders.domain import VersionConflict
from marketplace_kit.orders.queries import line_of
from marketplace_kit.orders.services import act
from marketplace_kit.shops.queries import own_shops, shop_by_id
from marketplace_kit.shops.schemas import ShopView
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.errors import STATUS
from marketplace_kit.web.forms import form_state
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import route
from marketplace_pets import services as pets

BOARD = "grooming.run_board"
HOME = "/sell/grooming/board"
ShopChoice = Annotated[str, QueryParameter(name="shop", max_length=40, required=False)]
Id = FromPath[UUID]
QUICK = ("start", "pause", "resume", "finish", "pick_up")
"""What a card does at once; everything else asks first, on a page."""
NOT_NOW = N_("That is not possible any more. This is how it stands now.")
NOT_A_CLOCK = N_("Write a time like 14:30.")


async def _shop(request: WebRequest, site: Site, actor: Actor, chosen: str) -> tuple[ShopView | None, list[Any]]:
    if actor.person_id is None:
        raise Missing
    shops = await site.ask(own_shops, actor.person_id, locale=visit_of(request).locale)
    salons = await site.ask(queries.salons_of, [s.id for s in shops]) if len(shops) > 1 else []
    if salons:
        shops = [s for s in shops if s.id in salons or str(s.id) == chosen]
    first = next(iter(salons), None) or next((s.id for s in shops), None)
    wanted = next((s.id for s in shops if str(s.id) == chosen), None) if chosen else first
    if wanted is None:
        if chosen:
            raise Missing
        return None, []
    locale = visit_of(request).locale
    return await site.ask(shop_by_id, wanted, person_id=actor.person_id, locale=locale), list(shops)


@get(HOME, **route(BOARD), include_in_schema=False)
async def board_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop: ShopChoice = ""
) -> Response[Any]:
    """Context: shop, shops, columns: (state, visits); each visit with codes in words, verbs done at once and asked."""
    found, shops = await _shop(request, site, actor, shop)
    if found is None:
        return see_other(request, "/sell/shop/new", N_("First open a shop."), tone="info")
    locale = visit_of(request).locale
    board = await services.board(site, found.id, by=actor, locale=locale)
    say = site.texts.gettext
    words = await pets.said_codes(
        site, locale, {code for column in board.columns for v in column.visits for code in v.codes}
    )
    columns = [
        (
            VISIT.state(column.state),
            [
                (
                    one,
                    [words[code] for code in one.codes],
                    [(t.verb, say(locale, t.text)) for t in _moves(one.state) if t.verb in QUICK],
                    [(t.verb, say(locale, t.text)) for t in _moves(one.state) if t.verb == "check_in"],
                )
                for one in column.visits
            ],
        )
        for column in board.columns
    ]
    return await page(
        request,
        "grooming/board.html",
        page_title=N_("Salon board"),
        shop=found,
        shops=shops,
        columns=columns,
        topic=f"shop:{found.id}:orders",
        here=f"{HOME}?shop={found.id}",
        nav_slot="vendor",
        empty=not any(visits for _, visits in columns),
    )


def _moves(state: str) -> Any:
    return VISIT.moves(state, STAFF_ROLES)


@get("/sell/grooming/wall", **route(BOARD), include_in_schema=False)
async def wall_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop: ShopChoice = ""
) -> Response[Any]:
    """For the screen of the waiting room: names of pets and how far they are, nothing else. Context: shop, rows."""
    found, _ = await _shop(request, site, actor, shop)
    if found is None:
        raise Missing
    board = await services.board(site, found.id, by=actor, locale=visit_of(request).locale)
    inside = [one for column in board.columns for one in column.visits if one.state in (*AT_WORK, "ready_for_pickup")]
    return await page(
        request,
        "grooming/wall.html",
        page_title=N_("Waiting room"),
        shop=found,
        rows=[(one.pet_name, VISIT.state(one.state)) for one in inside],
        topic=f"shop:{found.id}:orders",
        here=f"/sell/grooming/wall?shop={found.id}",
    )


@get("/sell/grooming/visits/{visit_id:uuid}", **route(BOARD), include_in_schema=False)
async def visit_page(request: WebRequest, site: Given[Site], actor: Given[Actor], visit_id: Id) -> Response[str]:
    visit = await services.seen_by_staff(site, visit_id, by=actor)
    return await _visit_page(request, site, actor, visit)


async def _visit_page(
    request: WebRequest,
    site: Site,
    actor: Actor,
    visit: Visit,
    forms: Mapping[str, tuple[Any, Invalid | None]] | None = None,
    status: int = 200,
) -> Response[str]:
    """Context: booked, state, line (the order's, or none), extras, card, last (visits of the pet), moves (verb, text),
    extra_form, answer_form, card_form, pet_form, evaluation_form, met (the latest evaluation), results, codes, gate,
    zone.
    """
    given = forms or {}
    locale = visit_of(request).locale
    line = await site.ask(line_of, visit.id)
    shop = await site.ask(shop_by_id, visit.shop_id, person_id=actor.person_id, locale=locale)
    at = await services.offered(site, visit.listing_id, locale=locale)
    card = await site.ask(queries.card_of, visit.id, published=False)
    met = None
    if visit.pet_id is not None:
        today = services.day_in(site.clock.now(), shop.zone if shop else "UTC")
        days = at.service.evaluation_days
        met = await site.ask(queries.evaluation_of, visit.shop_id, visit.pet_id, today, days)
    extras = await site.ask(queries.extras_of, visit.id)
    last = await site.ask(queries.last_visits, [visit.shop_id], visit.pet_id) if visit.pet_id else []
    day = services.day_in(site.clock.now(), shop.zone if shop else "UTC")
    gate = await site.ask(services.gate_of, visit.pet_id, at.service, day, visit.shop_id)
    moves = [t for t in _moves(visit.state) if t.verb != CHARGE]

    def state_of(form: type[Form], name: str, known: Any = None) -> Any:
        raw, refused = given.get(name, (known, None))
        return form_state(request, form, raw, refused)

    real = next((one.real_minutes for one in last if one.real_minutes), None)
    return await page(
        request,
        "grooming/visit.html",
        status=status,
        page_title=visit.title,
        booked=visit,
        state=VISIT.state(visit.state),
        line=line,
        zone=shop.zone if shop else "UTC",
        shop=shop,
        extras=[(one, f"{services.consent_path(site, one.id)}") for one in extras],
        card=card,
        last=[one for one in last if one.id != visit.id],
        moves=[(t.verb, site.texts.gettext(locale, t.text), bool(t.asks is not NoFields)) for t in moves],
        may_propose=visit.state in AT_WORK,
        codes=list((await pets.said_codes(site, locale, visit.codes.split())).values()),
        gate=services.gate_view(site, locale, gate),
        met=met,
        results=dict(RESULTS),
        evaluation_form=state_of(EvaluationForm, "evaluation"),
        extra_form=state_of(NewExtra, "extra"),
        answer_form=state_of(InPerson, "answer"),
        card_form=state_of(CardForm, "card", _of_card(card)),
        pet_form=state_of(ForThisPet, "pet", {"minutes": str(real)} if real else None),
        real=real,
        nav_slot="vendor",
    )


def _of_card(card: Any) -> Any:
    if card is None:
        return None
    known = {name: getattr(card, name) for name in CardForm.__struct_fields__}
    return {k: "" if v is None else v for k, v in known.items()}


@get("/sell/grooming/visits/{visit_id:uuid}/{verb:str}", **route(BOARD), include_in_schema=False)
async def verb_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], visit_id: Id, verb: FromPath[str]
) -> Response[Any]:
    visit = await services.seen_by_staff(site, visit_id, by=actor)
    return await _verb_page(request, site, visit, verb)


async def _verb_page(
    request: WebRequest, site: Site, visit: Visit, verb: str, raw: Any = None, refused: DomainError | None = None
) -> Response[Any]:
    """Context: booked, text, form, action, back."""
    transition = next((t for t in _moves(visit.state) if t.verb == verb and verb != CHARGE), None)
    if transition is None:
        return see_other(request, f"/sell/grooming/visits/{visit.id}", NOT_NOW, tone="warn")
    problem = refused if isinstance(refused, Invalid) else None
    if refused is not None and problem is None:
        problem = Invalid(Problem("", refused.code, refused.text, refused.facts))
    known = raw
    if known is None and verb == "check_in":
        known = {"phone": visit.phone, "collector": visit.collector}
    return await page(
        request,
        "grooming/verb.html",
        status=STATUS[refused.kind] if refused else 200,
        page_title=transition.text,
        booked=visit,
        state=VISIT.state(visit.state),
        form=form_state(request, transition.asks, known, problem),
        action=f"/sell/grooming/visits/{visit.id}/{verb}",
        text=site.texts.gettext(visit_of(request).locale, transition.text),
        nav_slot="vendor",
    )


@post("/sell/grooming/visits/{visit_id:uuid}/{verb:str}", **route(BOARD), include_in_schema=False, status_code=200)
async def do_verb(
    request: WebRequest, site: Given[Site], actor: Given[Actor], visit_id: Id, verb: FromPath[str]
) -> Response[Any]:
    """Every change goes through the order's own verb; back to the board, or to the form with what was wrong."""
    visit = await services.seen_by_staff(site, visit_id, by=actor)
    raw = await posted_raw(request)
    on_board = raw.pop("board", "")
    back = f"{HOME}?shop={visit.shop_id}" if on_board else f"/sell/grooming/visits/{visit_id}"
    clock = raw.pop("clock", None)
    if verb == CHARGE:
        raise Missing
    try:
        if verb == "delay" and isinstance(clock, str):
            raw["eta"] = await _eta(site, visit, actor, clock)
        await site.do(act, visit_id, verb, raw, by=actor, side="shop", source="form")
    except (InvalidTransition, VersionConflict):
        return see_other(request, back, NOT_NOW, tone="warn")
    except DomainError as refused:
        if isinstance(refused, Missing):
            raise
        if verb in QUICK or clock is not None:
            first = refused.problems[0] if isinstance(refused, Invalid) and refused.problems else refused
            told = site.texts.render(visit_of(request).locale, first.text, first.facts)
            return see_other(request, back, told, tone="bad")
        return await _verb_page(request, site, visit, verb, raw, refused)
    home = verb in ("check_in", *QUICK) and not on_board
    return see_other(request, f"{HOME}?shop={visit.shop_id}" if home and verb == "check_in" else back, N_("Done."))


async def _eta(site: Site, visit: Visit, actor: Actor, clock: str) -> str:
    """A clock time of today as the instant that it names; one that is over today is tomorrow's."""
    shop = await site.ask(shop_by_id, visit.shop_id, person_id=actor.person_id)
    zone = ZoneInfo(shop.zone if shop else "UTC")
    now = site.clock.now().astimezone(zone)
    try:
        hour, minute = (int(part) for part in clock.replace(".", ":").split(":", 1))
        at = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    except ValueError:
        raise Invalid(Problem("eta", "not_a_time", NOT_A_CLOCK)) from None
    late: datetime = at if at > now else at + timedelta(days=1)
    return late.isoformat()


@post("/sell/grooming/visits/{visit_id:uuid}/do/{what:str}", **route(BOARD), include_in_schema=False, status_code=200)
async def do_more(
    request: WebRequest, site: Given[Site], actor: Given[Actor], visit_id: Id, what: FromPath[str]
) -> Response[Any]:
    """``extra``, ``card``, ``publish``, ``pet``, ``evaluation``: what is written down of a visit beside its states."""
    visit = await services.seen_by_staff(site, visit_id, by=actor)
    raw = await posted_raw(request)
    back = f"/sell/grooming/visits/{visit_id}"
    try:
        if what == "extra":
            await site.do(services.propose, visit_id, parse(NewExtra, raw, "form"), by=actor)
        elif what == "card":
            await site.do(services.write_card, visit_id, parse(CardForm, raw, "form"), by=actor)
        elif what == "evaluation":
            await site.do(services.evaluate, visit_id, parse(EvaluationForm, raw, "form"), by=actor)
        elif what == "publish":
            await site.do(services.publish_card, visit_id, by=actor)
        elif what == "pet":
            await site.do(services.remember_for_pet, visit_id, parse(ForThisPet, raw, "form"), by=actor)
        else:
            raise Missing
    except DomainError as refused:
        if isinstance(refused, Missing):
            raise
        problem = refused if isinstance(refused, Invalid) else Invalid(Problem("", refused.code, refused.text))
        status = STATUS[refused.kind]
        return await _visit_page(request, site, actor, visit, {what: (raw, problem)}, status)
    return see_other(request, f"{back}#{what}", N_("Saved."))


@post("/sell/grooming/extras/{extra_id:uuid}/{what:str}", **route(BOARD), include_in_schema=False, status_code=200)
async def do_extra(
    request: WebRequest, site: Given[Site], actor: Given[Actor], extra_id: Id, what: FromPath[str]
) -> Response[Any]:
    """``consent`` (what the owner said in person) and ``withdraw``."""
    visit_id = await site.ask(queries.visit_of_extra, extra_id)
    if visit_id is None:
        raise Missing
    visit = await services.seen_by_staff(site, visit_id, by=actor)
    raw = await posted_raw(request)
    back = f"/sell/grooming/visits/{visit_id}#extra"
    try:
        if what == "consent":
            said = parse(InPerson, raw, "form")
            await site.do(services.answer_in_person, extra_id, agreed=said.agreed, name=said.name, by=actor)
        elif what == "withdraw":
            await site.do(services.withdraw, extra_id, by=actor)
        else:
            raise Missing
    except Invalid as refused:
        return await _visit_page(request, site, actor, visit, {"answer": (raw, refused)}, 422)
    except DomainError as refused:
        if isinstance(refused, Missing):
            raise
        told = site.texts.render(visit_of(request).locale, refused.text, refused.facts)
        return see_other(request, back, told, tone="bad")
    return see_other(request, back, N_("Noted."))


handlers = (board_page, wall_page, visit_page, verb_page, do_verb, do_more, do_extra)
