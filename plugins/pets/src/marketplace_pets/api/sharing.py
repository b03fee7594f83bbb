"""Letting shops read and people take part."""

from __future__ import annotations

from uuid import UUID

from litestar import delete, get, post
from litestar.params import FromPath

from marketplace_kit.kernel.errors import Invalid, Problem
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.web.context import Given, WebRequest
from marketplace_kit.web.paging import CursorText, Limit, Page
from marketplace_kit.web.routing import SIGNED_IN, route
from marketplace_pets import services
from marketplace_pets.api.asking import Id, Why, locale_of
from marketplace_pets.schemas import (
    EmergencyReason,
    GrantView,
    Invitation,
    Made,
    NewGrant,
    NewTransfer,
    Offered,
    ReadView,
    SharedPet,
    SharedView,
    TransferCode,
    WalkInPet,
)
from marketplace_pets.services import showing
from marketplace_pets.services.access import EMERGENCY, READ


@get("/api/pets/shared", **route(READ, summary="Pets that are shared with your shops"))
async def shared(site: Given[Site], actor: Given[Actor]) -> list[SharedPet]:
    return await showing.shared_pets(site, actor)


@post("/api/pets/walk-ins", **route(READ, body=WalkInPet, summary="Write down a pet whose family has no account yet"))
async def write_down(site: Given[Site], actor: Given[Actor], form: Given[WalkInPet]) -> Made:
    """Your shop keeps it until its family takes it over with the code that is sent to `phone`."""
    shop_id = services.own_shop(form.shop_id, actor)
    told = {"name": form.name, "species": form.species, "phone": form.phone}
    return Made(id=await site.do(services.write_down, **told, shop_id=shop_id, by=actor))


@post(
    "/api/pets/{pet_id:uuid}/invitation",
    **route(READ, body=Invitation, summary="Send the code for a pet that you wrote down"),
    status_code=204,
)
async def invite(site: Given[Site], actor: Given[Actor], pet_id: Id, form: Given[Invitation]) -> None:
    """To the telephone of its family; the code before it ends. Nobody at the shop sees it."""
    await services.invite_again(site, pet_id, phone=form.phone, by=actor)


@post("/api/pets/transfers/accept", **route(SIGNED_IN, body=TransferCode, summary="Take up an offer by its code"))
async def accept(site: Given[Site], actor: Given[Actor], form: Given[TransferCode]) -> Made:
    return Made(id=await services.take_up(site, form.code, by=actor))


@get("/api/pets/{pet_id:uuid}/shared/{part:str}", **route(READ, summary="One scope of a pet that is shared with you"))
async def read_scope(
    request: WebRequest,
    site: Given[Site],
    actor: Given[Actor],
    pet_id: Id,
    part: FromPath[str],
    why: Why = "",
) -> SharedView:
    """`identity`, `vaccinations`, `weight`, `allergies`, `behaviour`, `medication` or `medical`."""
    return await showing.read_for_shop(site, pet_id, part, by=actor, why=why, locale=locale_of(request))


@post(
    "/api/pets/{pet_id:uuid}/emergency",
    **route(EMERGENCY, body=EmergencyReason, summary="Open a record in an emergency, without a grant"),
    status_code=200,
)
async def emergency(
    request: WebRequest, site: Given[Site], actor: Given[Actor], pet_id: Id, form: Given[EmergencyReason]
) -> SharedView:
    """Allergies, medicines and chronic problems. 403 `emergency_opening_off` unless the site allows it; the keeper is
    told at once, with the reason.
    """
    shop_id = services.own_shop(form.shop_id, actor)
    found = await services.break_glass(site, pet_id, shop_id=shop_id, why=form.why, by=actor)
    return await showing.shared_view(site, found, locale_of(request))


@get("/api/pets/{pet_id:uuid}/grants", **route(SIGNED_IN, summary="What is and was shared"))
async def grants(site: Given[Site], actor: Given[Actor], pet_id: Id) -> list[GrantView]:
    return await showing.grant_list(site, pet_id, by=actor)


@post("/api/pets/{pet_id:uuid}/grants", **route(SIGNED_IN, body=NewGrant, summary="Let a shop read"))
async def share(site: Given[Site], actor: Given[Actor], pet_id: Id, form: Given[NewGrant]) -> Made:
    return Made(
        id=await site.do(
            services.share,
            pet_id,
            shop_id=_uuid(form.shop_id),
            scopes=form.scopes,
            expires_on=form.expires_on,
            purpose=form.purpose,
            by=actor,
        )
    )


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as wrong:
        raise Invalid(Problem("shop_id", "not_a_choice", services.NO_SUCH_SHOP)) from wrong


@delete("/api/pets/{pet_id:uuid}/grants/{grant_id:uuid}", **route(SIGNED_IN, summary="End a grant at once"))
async def revoke(site: Given[Site], actor: Given[Actor], pet_id: Id, grant_id: Id) -> None:
    await site.do(services.revoke, pet_id, grant_id, by=actor)


@get("/api/pets/{pet_id:uuid}/access-log", **route(SIGNED_IN, summary="Who read what, latest first"))
async def access_log(
    site: Given[Site], actor: Given[Actor], pet_id: Id, cursor: CursorText = None, limit: Limit = 20
) -> Page[ReadView]:
    return await showing.access_log(site, pet_id, by=actor, cursor=cursor, limit=limit)


@post(
    "/api/pets/{pet_id:uuid}/transfers", **route(SIGNED_IN, body=NewTransfer, summary="Offer the pet, or a part in it")
)
async def offer(site: Given[Site], actor: Given[Actor], pet_id: Id, form: Given[NewTransfer]) -> Offered:
    """The code is in this answer only. Who has it takes the offer up at `/api/pets/transfers/accept`."""
    return await site.do(services.offer, pet_id, right=form.right, by=actor)


@delete("/api/pets/{pet_id:uuid}/transfers/{offer_id:uuid}", **route(SIGNED_IN, summary="Take an offer back"))
async def withdraw(site: Given[Site], actor: Given[Actor], pet_id: Id, offer_id: Id) -> None:
    await site.do(services.withdraw, pet_id, offer_id, by=actor)


@delete("/api/pets/{pet_id:uuid}/people/{person_id:uuid}", **route(SIGNED_IN, summary="End somebody's part in a pet"))
async def let_go(site: Given[Site], actor: Given[Actor], pet_id: Id, person_id: Id) -> None:
    await site.do(services.let_go, pet_id, person_id, by=actor)


handlers = (
    emergency,
    write_down,
    invite,
    shared,
    accept,
    read_scope,
    grants,
    share,
    revoke,
    access_log,
    offer,
    withdraw,
    let_go,
)
