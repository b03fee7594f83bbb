"""Interest and leads for people."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Response

from marketplace_breeder import queries, services
from marketplace_breeder.schemas import Interest, ShowInterest
from marketplace_kit.kernel.errors import Forbidden, Invalid, Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.listings.queries import active_kinds, listing_page
from marketplace_kit.web.bodies import posted, posted_raw
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.forms import form_state
from marketplace_kit.web.identity import is_signed, sign
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import PUBLIC, SIGNED_IN, route

INTEREST = "/breeder/listings/{listing_id:uuid}/interest"
Id = FromPath[UUID]
Act = Annotated[str, QueryParameter(max_length=200)]
Answer = Response[Any]
_PURPOSE = "breeder.interest"


@get(INTEREST, **route(SIGNED_IN), include_in_schema=False)
async def interest(
    site: Given[Site], actor: Given[Actor], request: WebRequest, listing_id: Id, act: Act = ""
) -> Answer:
    """A person's interest in an animal: to be said, to be put in words, to be taken back.

    ``act`` proves that this browser pressed the button before signing in, and does now what was pressed then; a link
    that somebody else made only shows the page.
    """
    if is_signed(site, _PURPOSE, _who_and_what(request, listing_id), act):
        return await _told(site, actor, request, listing_id)
    return await _interest_page(site, actor, request, listing_id)


@post(INTEREST, **route(PUBLIC), include_in_schema=False, status_code=200)
async def show_interest(site: Given[Site], actor: Given[Actor], request: WebRequest, listing_id: Id) -> Answer:
    """Tell the kennel. A stranger signs in first and finds it done afterwards."""
    if not actor.signed_in:
        finish = f"{_at(listing_id)}?act={sign(site, _PURPOSE, _who_and_what(request, listing_id))}"
        return see_other(request, f"/sign-in?next={quote(finish, safe='/')}")
    try:
        said = await posted(request, ShowInterest)
    except Invalid as refused:
        return await _interest_page(site, actor, request, listing_id, await posted_raw(request), refused)
    return await _told(site, actor, request, listing_id, said.message)


async def _told(site: Site, actor: Actor, request: WebRequest, listing_id: UUID, message: str = "") -> Answer:
    if not actor.may("breeder.show_interest"):
        raise Forbidden
    await services.show_interest(site, listing_id, by=actor, message=message)
    return see_other(request, _at(listing_id), N_("The kennel has been told."))


def _at(listing_id: UUID) -> str:
    return f"/breeder/listings/{listing_id}/interest"


def _who_and_what(request: WebRequest, listing_id: UUID) -> str:
    return f"{visit_of(request).visitor}:{listing_id}"


@post(INTEREST + "/withdraw", **route("breeder.show_interest"), include_in_schema=False, status_code=200)
async def take_back(site: Given[Site], actor: Given[Actor], request: WebRequest, listing_id: Id) -> Answer:
    await site.do(services.take_back, listing_id, by=actor)
    return see_other(request, f"/listings/{listing_id}", N_("You are no longer on the kennel's list for this animal."))


@get(INTEREST + "/state", **route(SIGNED_IN), include_in_schema=False)
async def state(site: Given[Site], actor: Given[Actor], request: WebRequest, listing_id: Id) -> Answer:
    """The piece of a listing's page that says whether the kennel knows already."""
    known = await _known(site, actor, listing_id)
    return await page(request, "breeder/state.html", interest=known, listing_id=listing_id)


@get(services.LEADS, **route("breeder.see_leads"), include_in_schema=False)
async def leads(site: Given[Site], actor: Given[Actor], request: WebRequest) -> Answer:
    found = await site.ask(queries.leads_of, actor.shops)
    return await page(request, "breeder/leads.html", page_title=N_("Leads"), leads=found, nav_slot="vendor")


async def _interest_page(
    site: Site,
    actor: Actor,
    request: WebRequest,
    listing_id: UUID,
    given: Any = None,
    refused: Invalid | None = None,
) -> Answer:
    listing = await site.ask(listing_page, listing_id, active_kinds(site), viewer=actor)
    if listing is None or listing.kind not in queries.KINDS:
        raise Missing
    known = await _known(site, actor, listing_id)
    return await page(
        request,
        "breeder/interest.html",
        status=422 if refused else 200,
        page_title=N_("Are you interested?"),
        listing=listing,
        interest=known,
        form=form_state(request, ShowInterest, given or {"message": known.message if known else ""}, refused),
    )


async def _known(site: Site, actor: Actor, listing_id: UUID) -> Interest | None:
    return await site.ask(queries.interest_of, listing_id, actor.person_id) if actor.person_id else None


handlers = (interest, show_interest, take_back, state, leads)
