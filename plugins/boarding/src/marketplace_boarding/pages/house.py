"""The house on pages: its plan, one stay with all that is done with it, the sheet of a day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Response

from marketplace_boarding import queries, services
from marketplace_boarding.domain import IN_HOUSE, LIVE, STAY, Guest, clock
from marketplace_boarding.schemas import CareForm, DayCard, NewEntry, Stay
from marketplace_boarding.schemas.forms import ENTRY_KINDS, OUTCOMES
from marketplace_boarding.services import STAFF_ROLES
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

RUN = "boarding.run_house"
HOME = "/sell/boarding"
DAYS = 14
ShopChoice = Annotated[str, QueryParameter(name="shop", max_length=40, required=False)]
DayChoice = Annotated[date | None, QueryParameter(required=False)]
Id = FromPath[UUID]
QUICK = ("start", "finish")
"""What a card does at once; everything else asks first, on a page."""
NOT_NOW = N_("That is not possible any more. This is how it stands now.")
_AT_FIELD = {
    "capacity_full": "leaves",
    "bad_dates": "leaves",
    "already_logged": "time",
    "note_required": "note",
    "reason_required": "gate_note",
}


def problem_of(refused: DomainError, form: type[Form]) -> Invalid:
    """A refusal at the field of a form that it is about, else above the form."""
    if isinstance(refused, Invalid):
        return refused
    field = _AT_FIELD.get(refused.code, "")
    at = field if field in form.__struct_fields__ else ""
    return Invalid(Problem(at, refused.code, refused.text, refused.facts))


async def chosen_house(request: WebRequest, site: Site, actor: Actor, chosen: str) -> tuple[ShopView | None, list[Any]]:
    """The shop that somebody works on now: those with rooms before others. Refuses :class:`Missing`."""
    if actor.person_id is None:
        raise Missing
    locale = visit_of(request).locale
    shops = list(await site.ask(own_shops, actor.person_id, locale=locale))
    houses = await site.ask(queries.houses_of, [s.id for s in shops])
    if houses:
        shops = [s for s in shops if s.id in houses or str(s.id) == chosen]
    first = next(iter(houses), None) or next((s.id for s in shops), None)
    wanted = next((s.id for s in shops if str(s.id) == chosen), None) if chosen else first
    if wanted is None:
        if chosen:
            raise Missing
        return None, []
    return await site.ask(shop_by_id, wanted, person_id=actor.person_id, locale=locale), shops


def _moves(state: str) -> Any:
    return STAY.moves(state, STAFF_ROLES)


@get(HOME, **route(RUN), include_in_schema=False)
async def board_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop: ShopChoice = "", first: DayChoice = None
) -> Response[Any]:
    """Context: shop, shops, board, groups (title, (stay, state, codes, quick, asks)), earlier, later, topic, here."""
    found, shops = await chosen_house(request, site, actor, shop)
    if found is None:
        return see_other(request, "/sell/shop/new", N_("First open a shop."), tone="info")
    locale = visit_of(request).locale
    board = await services.board(site, found.id, by=actor, first=first, days=DAYS, locale=locale)
    say = site.texts.gettext
    shown = (*board.arriving, *board.staying, *board.leaving)
    words = await pets.said_codes(site, locale, {code for one in shown for code in one.codes})
    groups = [
        (
            title,
            [
                (
                    one,
                    STAY.state(one.state),
                    [words[code] for code in one.codes],
                    [(t.verb, say(locale, t.text)) for t in _moves(one.state) if t.verb in QUICK],
                    [(t.verb, say(locale, t.text)) for t in _moves(one.state) if t.verb in ("check_in", "pick_up")],
                )
                for one in listed
            ],
        )
        for title, listed in (
            (N_("Arriving"), board.arriving),
            (N_("Staying"), board.staying),
            (N_("Leaving today"), board.leaving),
        )
    ]
    return await page(
        request,
        "boarding/board.html",
        page_title=N_("Pet hotel"),
        shop=found,
        shops=shops,
        board=board,
        groups=groups,
        earlier=f"{HOME}?shop={found.id}&first={board.first - timedelta(days=7)}",
        later=f"{HOME}?shop={found.id}&first={board.first + timedelta(days=7)}",
        topics=f"shop:{found.id}:orders",
        here=f"{HOME}?shop={found.id}" + (f"&first={first}" if first else ""),
        nav_slot="vendor",
        may_edit=actor.may("boarding.edit_house"),
    )


@get("/sell/boarding/stays/{stay_id:uuid}", **route(RUN), include_in_schema=False)
async def stay_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], stay_id: Id, day: DayChoice = None
) -> Response[str]:
    stay = await services.seen_by_staff(site, stay_id, by=actor)
    return await _stay_page(request, site, actor, stay, day)


async def _stay_page(
    request: WebRequest,
    site: Site,
    actor: Actor,
    stay: Stay,
    day: date | None = None,
    forms: Mapping[str, tuple[Any, Invalid]] | None = None,
    status: int = 200,
) -> Response[str]:
    """Context: stay, state, line (the order's, or none), moves (verb, text, asks), codes, gates, sheet, day, earlier,
    later, entry_forms (by guest), card_form, care_forms (by guest), kinds, outcomes, inside.
    """
    given, locale = forms or {}, visit_of(request).locale
    today = services.today_in(stay.zone, site.clock.now())
    shown = day or max(min(today, stay.leaves), stay.arrives)
    sheet = await services.day_sheet(site, stay, shown)
    at = await site.ask(services.offered, site, stay.listing_id, locale=locale)
    gates = []
    for guest in stay.guests if stay.state in LIVE else ():
        first = min(max(stay.arrives, today), stay.leaves)
        gate = await site.ask(services.gate_of, guest.pet_id, at.lodging, first, stay.leaves)
        named = Guest(name=guest.name, species=guest.species, pet_id=guest.pet_id)
        gates.append(services.gate_view(site, locale, named, gate))

    def state_of(form: type[Form], name: str, known: Any = None) -> Any:
        raw, refused = given.get(name, (known, None))
        return form_state(request, form, raw, refused)

    base = f"{HOME}/stays/{stay.id}"
    return await page(
        request,
        "boarding/stay.html",
        status=status,
        page_title=stay.title,
        stay=stay,
        state=STAY.state(stay.state),
        line=await site.ask(line_of, stay.id),
        moves=[(t.verb, site.texts.gettext(locale, t.text), t.asks is not NoFields) for t in _moves(stay.state)],
        codes=list((await pets.said_codes(site, locale, {c for g in stay.guests for c in g.codes.split()})).values()),
        gates=[one for one in gates if not one.met],
        sheet=sheet,
        day=shown,
        today=today,
        earlier=f"{base}?day={shown - timedelta(days=1)}" if shown > stay.arrives else "",
        later=f"{base}?day={shown + timedelta(days=1)}" if shown < stay.leaves else "",
        entry_forms={g.id: state_of(NewEntry, f"entry-{g.id}", {"kind": "walk"}) for g in stay.guests},
        care_forms={g.id: state_of(CareForm, f"care-{g.id}", _care(g)) for g in stay.guests},
        card_form=state_of(DayCard, "card"),
        kinds=dict(ENTRY_KINDS),
        outcomes=dict(OUTCOMES),
        inside=stay.state in IN_HOUSE and shown == today,
        live=stay.state in LIVE,
        hours=(clock(stay.arrive_minute), clock(stay.leave_minute)),
        base=base,
        nav_slot="vendor",
    )


def _care(guest: Any) -> dict[str, str]:
    return {name: getattr(guest, name) for name in CareForm.__struct_fields__}


@get("/sell/boarding/stays/{stay_id:uuid}/{verb:str}", **route(RUN), include_in_schema=False)
async def verb_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], stay_id: Id, verb: FromPath[str]
) -> Response[Any]:
    stay = await services.seen_by_staff(site, stay_id, by=actor)
    return await _verb_page(request, site, stay, verb)


async def _verb_page(
    request: WebRequest, site: Site, stay: Stay, verb: str, raw: Any = None, refused: DomainError | None = None
) -> Response[Any]:
    """Context: stay, state, form, action, text, rooms (for another room)."""
    transition = next((t for t in _moves(stay.state) if t.verb == verb), None)
    if transition is None:
        return see_other(request, f"{HOME}/stays/{stay.id}", NOT_NOW, tone="warn")
    known = raw
    if known is None:
        known = {
            "phone": stay.phone,
            "collector": stay.collector,
            "arrives": stay.arrives.isoformat(),
            "leaves": stay.leaves.isoformat(),
            "room": stay.room,
        }
        known = {k: v for k, v in known.items() if k in transition.asks.__struct_fields__}
    at = await site.ask(services.offered, site, stay.listing_id) if verb == "move_room" else None
    return await page(
        request,
        "boarding/verb.html",
        status=STATUS[refused.kind] if refused else 200,
        page_title=transition.text,
        stay=stay,
        state=STAY.state(stay.state),
        form=form_state(request, transition.asks, known, problem_of(refused, transition.asks) if refused else None),
        action=f"{HOME}/stays/{stay.id}/{verb}",
        text=site.texts.gettext(visit_of(request).locale, transition.text),
        rooms=[room.label(lane) for room in at.rooms for _, lane in room.spots] if at else [],
        nav_slot="vendor",
    )


@post("/sell/boarding/stays/{stay_id:uuid}/{verb:str}", **route(RUN), include_in_schema=False, status_code=200)
async def do_verb(
    request: WebRequest, site: Given[Site], actor: Given[Actor], stay_id: Id, verb: FromPath[str]
) -> Response[Any]:
    """Every change goes through the order's own verb; back to the plan, or to the form with what was wrong."""
    stay = await services.seen_by_staff(site, stay_id, by=actor)
    raw = await posted_raw(request)
    on_board = raw.pop("board", "")
    back = f"{HOME}?shop={stay.shop_id}" if on_board else f"{HOME}/stays/{stay_id}"
    try:
        await site.do(act, stay_id, verb, raw, by=actor, side="shop", source="form")
    except (InvalidTransition, VersionConflict):
        return see_other(request, back, NOT_NOW, tone="warn")
    except DomainError as refused:
        if isinstance(refused, Missing):
            raise
        return await _verb_page(request, site, stay, verb, raw, refused)
    return see_other(request, back, N_("Done."))


@post("/sell/boarding/stays/{stay_id:uuid}/do/{what:str}", **route(RUN), include_in_schema=False, status_code=200)
async def do_more(
    request: WebRequest, site: Given[Site], actor: Given[Actor], stay_id: Id, what: FromPath[str]
) -> Response[Any]:
    """``entry``, ``care``, ``card``: what is written of a stay beside its states. ``guest`` names whose."""
    stay = await services.seen_by_staff(site, stay_id, by=actor)
    raw = await posted_raw(request)
    guest = next((g for g in stay.guests if str(g.id) == raw.get("guest", "")), None)
    raw.pop("guest", None)
    forms: dict[str, type[Form]] = {"entry": NewEntry, "care": CareForm, "card": DayCard}
    if what not in forms or (what != "card" and guest is None):
        raise Missing
    name = what if guest is None or what == "card" else f"{what}-{guest.id}"
    try:
        if what == "card":
            today = services.today_in(stay.zone, site.clock.now())
            await site.do(services.send_card, stay_id, today, parse(DayCard, raw, "form").text, by=actor)
        elif what == "care" and guest is not None:
            await site.do(services.set_care, guest.id, parse(CareForm, raw, "form"), by=actor)
        elif guest is not None:
            await site.do(services.log, stay_id, guest.id, parse(NewEntry, raw, "form"), by=actor)
    except DomainError as refused:
        if isinstance(refused, Missing):
            raise
        problem = problem_of(refused, forms[what])
        return await _stay_page(request, site, actor, stay, None, {name: (raw, problem)}, STATUS[refused.kind])
    return see_other(request, f"{HOME}/stays/{stay_id}#sheet", N_("Saved."))


handlers = (board_page, stay_page, verb_page, do_verb, do_more)
