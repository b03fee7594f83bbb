"""What a family sees of a stay: how far it is, how its pets are looked after, the cards of the days."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Response

from marketplace_boarding import queries, services
from marketplace_boarding.domain import LIVE, STAY, clock
from marketplace_boarding.schemas import CareForm, EntryView, GuestView, Stay
from marketplace_boarding.schemas.forms import ENTRY_KINDS, OUTCOMES
from marketplace_kit.kernel.errors import Invalid, Missing
from marketplace_kit.kernel.fields import parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.shops.queries import shop_by_id
from marketplace_kit.web import htmx
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.forms import form_state
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import PUBLIC, route

Key = Annotated[str, QueryParameter(max_length=64, required=False)]
Id = FromPath[UUID]


def unlisted(response: Response[Any]) -> Response[Any]:
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def _suffix(key: str) -> str:
    return f"?key={key}" if key else ""


@get("/boarding/stays/{stay_id:uuid}", **route(PUBLIC), include_in_schema=False)
async def stay_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], stay_id: Id, key: Key = ""
) -> Response[Any]:
    """Context: stay (a StayCard), state, shop, diary ((report, lines)), photos, care ((guest, address)), hours, again.
    A piece of the order's page for htmx, else a page of its own.
    """
    stay = await services.family_stay(site, stay_id, by=actor, key=key)
    locale = visit_of(request).locale
    reports = await site.ask(queries.report_days, stay_id)
    entries = await site.ask(queries.entries_of, [stay_id]) if reports else []
    base = f"/boarding/stays/{stay_id}"
    context: dict[str, Any] = {
        "stay": await services.stay_card(site, stay, locale),
        "state": STAY.state(stay.state),
        "shop": await site.ask(shop_by_id, stay.shop_id, person_id=actor.person_id, locale=locale),
        "diary": [(one, _lines(entries, one.day)) for one in reports],
        "kinds": dict(ENTRY_KINDS),
        "outcomes": dict(OUTCOMES),
        "photos": await site.ask(services.STAY_PHOTOS.view, stay_id),
        "care": [(guest, f"{base}/care/{guest.id}{_suffix(key)}") for guest in stay.guests],
        "may_change": stay.state in LIVE,
        "hours": (clock(stay.arrive_minute), clock(stay.leave_minute)),
        "again": f"/boarding/book/{stay.listing_id}",
    }
    if htmx.is_partial(request):
        return unlisted(await page(request, "boarding/told.html", **context))
    topic = f"order:{stay.order_id}" if actor.signed_in else ""
    here = f"{base}{_suffix(key)}"
    return unlisted(
        await page(request, "boarding/told_page.html", page_title=stay.title, topic=topic, here=here, **context)
    )


def _lines(entries: list[EntryView], day: Any) -> list[EntryView]:
    return [one for one in entries if one.day == day]


async def _guest(site: Site, actor: Actor, stay_id: UUID, guest_id: UUID, key: str) -> tuple[Stay, GuestView]:
    stay = await services.family_stay(site, stay_id, by=actor, key=key)
    guest = next((one for one in stay.guests if one.id == guest_id), None)
    if guest is None:
        raise Missing
    return stay, guest


@get("/boarding/stays/{stay_id:uuid}/care/{guest_id:uuid}", **route(PUBLIC), include_in_schema=False)
async def care_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], stay_id: Id, guest_id: Id, key: Key = ""
) -> Response[Any]:
    stay, guest = await _guest(site, actor, stay_id, guest_id, key)
    return await _care_page(request, stay, guest, key)


async def _care_page(
    request: WebRequest, stay: Stay, guest: GuestView, key: str, raw: Any = None, refused: Invalid | None = None
) -> Response[Any]:
    """Context: guest, form, action, back."""
    known = {name: getattr(guest, name) for name in CareForm.__struct_fields__}
    return unlisted(
        await page(
            request,
            "boarding/care.html",
            status=422 if refused else 200,
            page_title=N_("Food and medicine"),
            guest=guest,
            form=form_state(request, CareForm, raw if raw is not None else known, refused),
            action=f"/boarding/stays/{stay.id}/care/{guest.id}{_suffix(key)}",
            back=f"/boarding/stays/{stay.id}{_suffix(key)}",
        )
    )


@post("/boarding/stays/{stay_id:uuid}/care/{guest_id:uuid}", **route(PUBLIC), include_in_schema=False, status_code=200)
async def set_care(
    request: WebRequest, site: Given[Site], actor: Given[Actor], stay_id: Id, guest_id: Id, key: Key = ""
) -> Response[Any]:
    """What is typed is kept if a time is none."""
    stay, guest = await _guest(site, actor, stay_id, guest_id, key)
    raw = await posted_raw(request)
    try:
        await site.do(services.set_care, guest_id, parse(CareForm, raw, "form"), by=actor, as_family=True)
    except Invalid as refused:
        return await _care_page(request, stay, guest, key, raw, refused)
    return see_other(request, f"/boarding/stays/{stay_id}{_suffix(key)}", N_("Saved. The house sees it."))


handlers = (stay_page, care_page, set_care)
