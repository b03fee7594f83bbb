"""Pages for those who administer people: the list, and one person with what may be done."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import get, post
from litestar.connection import Request
from litestar.params import FromPath, PathParameter, QueryParameter
from litestar.response import Response

from marketplace_kit.accounts import queries, services
from marketplace_kit.accounts.domain import ROLES, LastAdmin, OwnAccount, shown_phone
from marketplace_kit.accounts.services.asking import details_of
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.web.context import Given
from marketplace_kit.web.paging import CursorText
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import route

AnyRequest = Request[Any, Any, Any]
ADMINISTER = "accounts.administer"
RoleName = Annotated[str, PathParameter(max_length=20)]
LIST = "/admin/people"
_ROLE = f"{LIST}/{{person_id:uuid}}/roles/{{role_name:str}}"
Words = Annotated[str, QueryParameter(max_length=100, required=False)]
ROLE_NAMES = {
    "customer": N_("Customer"),
    "vendor": N_("Vendor"),
    "operator": N_("Operator"),
    "admin": N_("Admin"),
}
STAGE_NAMES = {
    "prospect": N_("Prospect"),
    "lead": N_("Lead"),
    "waiting": N_("On a waiting list"),
    "reserved": N_("Has a reservation"),
    "owner": N_("Owner"),
}


@get(LIST, **route(ADMINISTER), include_in_schema=False)
async def people_page(
    request: AnyRequest, site: Given[Site], q: Words = "", role: Words = "", cursor: CursorText = None
) -> Response[str]:
    wanted = role if role in ROLES else ""
    found = await site.ask(queries.people, q=q, wanted_role=wanted or None, cursor=cursor)
    asked = {k: v for k, v in (("q", q), ("role", wanted)) if v}
    return await page(
        request,
        "accounts/admin_people.html",
        page_title=N_("People"),
        people=found.items,
        phones={p.id: shown_phone(p.phone) for p in found.items if p.phone},
        next_href=f"{LIST}?{urlencode(asked | {'cursor': found.next})}" if found.next else "",
        roles=ROLE_NAMES,
        stages=STAGE_NAMES,
        q=q,
        role=wanted,
    )


@get(f"{LIST}/{{person_id:uuid}}", **route(ADMINISTER), include_in_schema=False)
async def person_page(
    request: AnyRequest, site: Given[Site], actor: Given[Actor], person_id: FromPath[UUID]
) -> Response[str]:
    """The look is written to the person's own access log."""
    found = await details_of(site, person_id, by=actor)
    return await page(
        request,
        "accounts/admin_person.html",
        page_title=N_("Person"),
        person=found,
        phone=shown_phone(found.phone) if found.phone else "",
        roles=ROLE_NAMES,
        stages=STAGE_NAMES,
        own=person_id == actor.person_id,
    )


def _back(request: AnyRequest, person_id: UUID, message: str, *, tone: str = "good") -> Response[Any]:
    return see_other(request, f"{LIST}/{person_id}", message, tone=tone)


@post(
    f"{_ROLE}/give",
    **route(ADMINISTER),
    include_in_schema=False,
    status_code=200,
)
async def give_role(
    request: AnyRequest, site: Given[Site], actor: Given[Actor], person_id: FromPath[UUID], role_name: RoleName
) -> Response[Any]:
    await site.do(services.give_role, person_id, role_name, by=actor)
    return _back(request, person_id, N_("The role is given."))


@post(
    f"{_ROLE}/take",
    **route(ADMINISTER),
    include_in_schema=False,
    status_code=200,
)
async def take_role(
    request: AnyRequest, site: Given[Site], actor: Given[Actor], person_id: FromPath[UUID], role_name: RoleName
) -> Response[Any]:
    try:
        await site.do(services.take_role, person_id, role_name, by=actor)
    except LastAdmin as refused:
        return _back(request, person_id, refused.text, tone="bad")
    return _back(request, person_id, N_("The role is taken away, and the person is signed out."))


@post(f"{LIST}/{{person_id:uuid}}/deactivate", **route(ADMINISTER), include_in_schema=False, status_code=200)
async def deactivate(
    request: AnyRequest, site: Given[Site], actor: Given[Actor], person_id: FromPath[UUID]
) -> Response[Any]:
    try:
        await site.do(services.deactivate, person_id, by=actor)
    except (LastAdmin, OwnAccount) as refused:
        return _back(request, person_id, refused.text, tone="bad")
    return _back(request, person_id, N_("The account is closed, and the person is signed out."))


@post(f"{LIST}/{{person_id:uuid}}/reactivate", **route(ADMINISTER), include_in_schema=False, status_code=200)
async def reactivate(
    request: AnyRequest, site: Given[Site], actor: Given[Actor], person_id: FromPath[UUID]
) -> Response[Any]:
    await site.do(services.reactivate, person_id, by=actor)
    return _back(request, person_id, N_("The account is open again."))


@post(f"{LIST}/{{person_id:uuid}}/sign-out", **route(ADMINISTER), include_in_schema=False, status_code=200)
async def end_sign_ins(
    request: AnyRequest, site: Given[Site], actor: Given[Actor], person_id: FromPath[UUID]
) -> Response[Any]:
    await site.do(services.end_sign_ins, person_id, by=actor)
    return _back(request, person_id, N_("The person is signed out everywhere."))


handlers = (people_page, person_page, give_role, take_role, deactivate, reactivate, end_sign_ins)
