"""REST: /api/admin/people - for those who administer people."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar import delete, get, post, put
from litestar.params import FromPath, PathParameter, QueryParameter

from marketplace_kit.accounts import queries, schemas, services
from marketplace_kit.accounts.api.users import RoleFilter
from marketplace_kit.accounts.services.asking import details_of, person_details
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.web.context import Given
from marketplace_kit.web.paging import CursorText, Limit, Page
from marketplace_kit.web.routing import route

ADMINISTER = "accounts.administer"
SearchText = Annotated[
    str, QueryParameter(max_length=100, description="The beginning of a name, an e-mail address or a phone number.")
]
RoleName = Annotated[str, PathParameter(max_length=20)]
ROOT = "/api/admin/people"


@get(ROOT, **route(ADMINISTER, summary="People, by name, address, phone or role"))
async def people(
    site: Given[Site], q: SearchText = "", role: RoleFilter = None, cursor: CursorText = None, limit: Limit = 20
) -> Page[schemas.PersonRow]:
    return await site.ask(queries.people, q=q, wanted_role=role, cursor=cursor, limit=limit)


@get(f"{ROOT}/{{person_id:uuid}}", **route(ADMINISTER, summary="One person; the look is written to their access log"))
async def person(site: Given[Site], actor: Given[Actor], person_id: FromPath[UUID]) -> schemas.PersonDetails:
    return await details_of(site, person_id, by=actor)


@put(f"{ROOT}/{{person_id:uuid}}/roles/{{role_name:str}}", **route(ADMINISTER, summary="Give a role"))
async def give_role(
    site: Given[Site], actor: Given[Actor], person_id: FromPath[UUID], role_name: RoleName
) -> schemas.PersonDetails:
    await site.do(services.give_role, person_id, role_name, by=actor)
    return await person_details(site, person_id)


@delete(
    f"{ROOT}/{{person_id:uuid}}/roles/{{role_name:str}}",
    **route(ADMINISTER, summary="Take a role away; the person is signed out everywhere"),
    status_code=200,
)
async def take_role(
    site: Given[Site], actor: Given[Actor], person_id: FromPath[UUID], role_name: RoleName
) -> schemas.PersonDetails:
    await site.do(services.take_role, person_id, role_name, by=actor)
    return await person_details(site, person_id)


@post(
    f"{ROOT}/{{person_id:uuid}}/deactivate",
    **route(ADMINISTER, summary="Close an account; the person is signed out everywhere"),
    status_code=200,
)
async def deactivate(site: Given[Site], actor: Given[Actor], person_id: FromPath[UUID]) -> schemas.PersonDetails:
    await site.do(services.deactivate, person_id, by=actor)
    return await person_details(site, person_id)


@post(f"{ROOT}/{{person_id:uuid}}/reactivate", **route(ADMINISTER, summary="Open a closed account"), status_code=200)
async def reactivate(site: Given[Site], actor: Given[Actor], person_id: FromPath[UUID]) -> schemas.PersonDetails:
    await site.do(services.reactivate, person_id, by=actor)
    return await person_details(site, person_id)


@delete(
    f"{ROOT}/{{person_id:uuid}}/sessions", **route(ADMINISTER, summary="Sign a person out everywhere"), status_code=200
)
async def end_sign_ins(site: Given[Site], actor: Given[Actor], person_id: FromPath[UUID]) -> schemas.PersonDetails:
    await site.do(services.end_sign_ins, person_id, by=actor)
    return await person_details(site, person_id)


handlers = (people, person, give_role, take_role, deactivate, reactivate, end_sign_ins)
