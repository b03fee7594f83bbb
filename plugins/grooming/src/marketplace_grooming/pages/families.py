"""What a family sees of a visit: how far it is, what is asked of it, the report card."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Response

from marketplace_grooming import queries, services
from marketplace_grooming.domain import VISIT
from marketplace_grooming.domain.cards import COAT_STATES, EAR_STATES, MOODS, NAIL_STATES, SKIN_STATES
from marketplace_grooming.domain.process import AHEAD
from marketplace_grooming.schemas import Answer, CardView, Visit
from marketplace_kit.kernel.errors import DomainError, Invalid, Missing, Problem
from marketplace_kit.kernel.fields import parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.ids import digest
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.shops.queries import shop_by_id
from marketplace_kit.web import htmx
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.errors import STATUS
from marketplace_kit.web.forms import form_state
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import PUBLIC, route

Key = Annotated[str, QueryParameter(max_length=64, required=False)]
_WORDS = (
    ("mood", N_("Mood"), dict(MOODS)),
    ("coat", N_("Coat"), dict(COAT_STATES)),
    ("skin", N_("Skin"), dict(SKIN_STATES)),
    ("ears", N_("Ears"), dict(EAR_STATES)),
    ("nails", N_("Nails"), dict(NAIL_STATES)),
)


def _unlisted(response: Response[Any]) -> Response[Any]:
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def _findings(card: CardView | None) -> list[tuple[str, str]]:
    if card is None:
        return []
    found = ((label, words.get(getattr(card, name), "")) for name, label, words in _WORDS if getattr(card, name))
    return list(found)


def _bill(visit: Visit, agreed: list[Any]) -> Money:
    total = visit.price
    for one in agreed:
        total = total + one.price
    return total


@get("/grooming/visits/{visit_id:uuid}", **route(PUBLIC), include_in_schema=False)
async def visit_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], visit_id: FromPath[UUID], key: Key = ""
) -> Response[Any]:
    """Context: booked, state, lacks (what is still missing, in words), asked ((extra, address of the answer)), agreed,
    total, card, findings, shop, again. A piece of the order's page for htmx, else a page of its own.
    """
    visit = await services.family_visit(site, visit_id, by=actor, key=key)
    locale = visit_of(request).locale
    shop = await site.ask(shop_by_id, visit.shop_id, person_id=actor.person_id, locale=locale)
    extras = await site.ask(queries.extras_of, visit_id)
    try:
        card = await services.shown_card(site, visit_id, published=True)
    except Missing:
        card = None
    agreed = [one for one in extras if one.state == "agreed"]
    again = f"/book/{visit.listing_id}" + (f"?choice.pet={visit.pet_id}" if visit.pet_id else "")
    lacks: list[str] = []
    if visit.state in AHEAD and not visit.gate_note:
        service = await site.ask(services.service_of, site, visit.listing_id)
        found = await site.ask(services.lacking, site, visit, service, shop.zone if shop else "UTC")
        lacks = [services.said_refusal(site, locale, lack) for lack in found]
    context: dict[str, Any] = {
        "lacks": lacks,
        "booked": visit,
        "state": VISIT.state(visit.state),
        "asked": [(one, services.consent_path(site, one.id)) for one in extras if one.state == "proposed"],
        "agreed": agreed,
        "total": _bill(visit, agreed),
        "card": card,
        "findings": _findings(card),
        "shop": shop,
        "zone": shop.zone if shop else "UTC",
        "again": again,
    }
    if htmx.is_partial(request):
        return _unlisted(await page(request, "grooming/told.html", **context))
    topic = f"order:{visit.order_id}" if actor.signed_in else ""
    here = f"/grooming/visits/{visit_id}" + (f"?key={key}" if key else "")
    response = await page(request, "grooming/told_page.html", page_title=visit.title, topic=topic, here=here, **context)
    return _unlisted(response)


@get("/grooming/extras/{token:str}", **route(PUBLIC), include_in_schema=False)
async def consent_page(request: WebRequest, site: Given[Site], actor: Given[Actor], token: FromPath[str]) -> Any:
    """Looking changes nothing."""
    return await _consent_page(request, site, actor, token)


async def _consent_page(
    request: WebRequest, site: Site, actor: Actor, token: str, raw: Any = None, refused: DomainError | None = None
) -> Response[Any]:
    """Context: extra, booked, shop, operator, form, action, photos."""
    extra = await site.ask(queries.extra_by_digest, digest(token))
    visit = await site.ask(queries.visit_of, extra.visit_id) if extra else None
    if extra is None or visit is None:
        raise Missing
    shop = await site.ask(shop_by_id, visit.shop_id, person_id=actor.person_id, locale=visit_of(request).locale)
    problem = refused if isinstance(refused, Invalid) else None
    if refused is not None and problem is None:
        problem = Invalid(Problem("", refused.code, refused.text, refused.facts))
    response = await page(
        request,
        "grooming/consent.html",
        status=STATUS[refused.kind] if refused else 200,
        page_title=N_("Do you agree?"),
        extra=extra,
        booked=visit,
        shop=shop,
        operator=services.operator_text(shop) if shop else "",
        form=form_state(request, Answer, raw if raw is not None else {"name": actor.name}, problem),
        action=f"/grooming/extras/{token}",
        photos=await site.ask(services.EXTRA_PHOTOS.view, extra.id),
    )
    return _unlisted(response)


@post("/grooming/extras/{token:str}", **route(PUBLIC), include_in_schema=False, status_code=200)
async def answer(request: WebRequest, site: Given[Site], actor: Given[Actor], token: FromPath[str]) -> Response[Any]:
    """The pressed button is the answer; the name says whose."""
    raw = await posted_raw(request)
    try:
        given = parse(Answer, {"name": raw.get("name", "")}, "form")
        agreed = raw.get("answer", "") == "yes"
        await site.do(services.answer_by_link, token, agreed=agreed, name=given.name, by=actor)
    except DomainError as refused:
        if isinstance(refused, Missing):
            raise
        return await _consent_page(request, site, actor, token, raw, refused)
    return see_other(request, f"/grooming/extras/{token}", N_("Thank you. The salon knows your answer."))


handlers = (visit_page, consent_page, answer)
