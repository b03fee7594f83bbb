"""REST: /api/scheduling, what can be booked and when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated
from uuid import UUID

from litestar import get
from litestar.params import QueryParameter

from marketplace_kit.kernel.errors import Invalid, Problem
from marketplace_kit.kernel.fields.reading import TEXTS
from marketplace_kit.kernel.hooks import Actor, Customer
from marketplace_kit.kernel.site import Site
from marketplace_kit.scheduling import services
from marketplace_kit.scheduling.schemas import MonthView, SlotsView, Where
from marketplace_kit.scheduling.services.rated import with_ratings
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.parameters import UnknownParameter, declared_parameters
from marketplace_kit.web.routing import PUBLIC, route

OPTIONS = "options."
Listing = Annotated[str, QueryParameter(name="listing", max_length=40)]
Day = Annotated[str, QueryParameter(name="day", max_length=10, required=False, description="Today's if left out.")]
Days = Annotated[int, QueryParameter(name="days", ge=1, le=62, required=False)]
Staff = Annotated[int | None, QueryParameter(name="staff", ge=1, required=False, description="A resource's id.")]
Count = Annotated[int, QueryParameter(name="count", ge=1, le=10, required=False, description="So many in one visit.")]
Together = Annotated[bool, QueryParameter(name="together", required=False, description="At once instead of in turn.")]
PointText = Annotated[
    str, QueryParameter(name="point", max_length=80, required=False, description="Latitude, longitude of a home visit.")
]
District = Annotated[
    str, QueryParameter(name="district", max_length=20, required=False, description="One of the answer's `areas`.")
]


@get("/api/scheduling/slots", **route(PUBLIC, summary="Starts that can be booked"))
async def slots(
    request: WebRequest,
    site: Given[Site],
    actor: Given[Actor],
    listing: Listing,
    day: Day = "",
    days: Days = 7,
    staff: Staff = None,
    count: Count = 1,
    together: Together = False,
    point: PointText = "",
    district: District = "",
) -> SlotsView:
    """Choose of the listing's groups with `options.<group>` (may be repeated). Times carry the place's offset; a day
    without slots says why in its `state`, a start that cannot be chosen is not `bookable` and says why in its `reason`.
    A visit at home is asked for with where: a `point` ("47.1068, 51.9166") or a `district`, a number of `areas`.
    """
    chosen = _options(request)
    listing_id, first = _listing(listing), _day(day)
    wishes = await services.blank_wishes(site, listing_id, count, chosen)
    found = await services.slots_for(
        site,
        listing_id,
        wishes,
        first,
        days,
        staff,
        options=chosen,
        together=together,
        customer=_customer(actor),
        where=Where(point=point, district=district),
        locale=visit_of(request).locale,
    )
    return await with_ratings(site, found)


@get("/api/scheduling/days", **route(PUBLIC, summary="Dates with free times"))
async def days_of_month(
    request: WebRequest,
    site: Given[Site],
    actor: Given[Actor],
    listing: Listing,
    day: Day = "",
    days: Days = 31,
    staff: Staff = None,
    count: Count = 1,
    together: Together = False,
    point: PointText = "",
    district: District = "",
) -> MonthView:
    """For each date: `free`, `few`, `none` (all taken), `closed`, `too_soon`, `beyond`, or `needs_prepayment` where
    whoever asks has to pay before.
    """
    chosen = _options(request)
    listing_id, first = _listing(listing), _day(day)
    wishes = await services.blank_wishes(site, listing_id, count, chosen)
    return await services.month_for(
        site,
        listing_id,
        wishes,
        first,
        days,
        staff,
        options=chosen,
        together=together,
        customer=_customer(actor),
        where=Where(point=point, district=district),
    )


def _customer(actor: Actor) -> Customer | None:
    return Customer(person_id=actor.person_id) if actor.person_id else None


def _options(request: WebRequest) -> Mapping[str, tuple[str, ...]]:
    known = declared_parameters(request)
    given = request.query_params
    unknown = sorted(name for name in set(given) - known if not name.startswith(OPTIONS))
    if unknown:
        raise UnknownParameter(names=", ".join(unknown)[:200], known=sorted(known))
    chosen = {name.removeprefix(OPTIONS): tuple(given.getall(name)) for name in given if name.startswith(OPTIONS)}
    return {group: ids for group, ids in chosen.items() if group}


def _listing(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Invalid(Problem("listing", "wrong_type", TEXTS["wrong_type"])) from None


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = date.min
    if not 2000 <= found.year <= 2200:
        raise Invalid(Problem("day", "not_a_date", TEXTS["not_a_date"]))
    return found


handlers = (slots, days_of_month)
