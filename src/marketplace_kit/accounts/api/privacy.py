"""REST: /api/users - one's consents, the file with everything, who looked, and the end of it."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from litestar import delete, get, post, put
from litestar.connection import Request
from litestar.params import FromPath, PathParameter
from litestar.response import Response

from marketplace_kit.accounts import queries, schemas, services
from marketplace_kit.accounts.services.asking import consents_for, export_content, own_id
from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.web.context import Given, visit_of
from marketplace_kit.web.identity import clear_session_cookie
from marketplace_kit.web.paging import CursorText, Limit, Page
from marketplace_kit.web.routing import SIGNED_IN, route

AnyRequest = Request[Any, Any, Any]
Purpose = Annotated[str, PathParameter(max_length=40)]


@get("/api/users/consents", **route(SIGNED_IN, summary="What I agreed to"))
async def consents(site: Given[Site], actor: Given[Actor]) -> schemas.Consents:
    return await consents_for(site, actor)


@put("/api/users/consents/{purpose:str}", **route(SIGNED_IN, summary="Agree to a purpose"))
async def give_consent(
    request: AnyRequest, site: Given[Site], actor: Given[Actor], purpose: Purpose
) -> schemas.Consents:
    await site.do(services.give_consent, purpose, by=actor, locale=visit_of(request).locale, way="api")
    return await consents_for(site, actor)


@delete("/api/users/consents/{purpose:str}", **route(SIGNED_IN, summary="Take a consent back"), status_code=200)
async def withdraw_consent(
    request: AnyRequest, site: Given[Site], actor: Given[Actor], purpose: Purpose
) -> schemas.Consents:
    await site.do(services.withdraw_consent, purpose, by=actor, locale=visit_of(request).locale, way="api")
    return await consents_for(site, actor)


@get("/api/users/exports", **route(SIGNED_IN, summary="The files with everything that is kept about me"))
async def exports(site: Given[Site], actor: Given[Actor]) -> schemas.ExportList:
    return schemas.ExportList(await site.ask(queries.exports_of, own_id(actor), site.clock.now()))


@post(
    "/api/users/exports",
    **route(SIGNED_IN, summary="Ask for such a file; a notice tells when it is there"),
    status_code=202,
)
async def ask_export(site: Given[Site], actor: Given[Actor]) -> schemas.ExportRow:
    export_id = await site.do(services.ask_export, by=actor)
    for one in await site.ask(queries.exports_of, own_id(actor), site.clock.now()):
        if one.id == export_id:
            return one
    raise Missing


@get("/api/users/exports/{export_id:uuid}", **route(SIGNED_IN, summary="Fetch such a file"))
async def fetch_export(site: Given[Site], actor: Given[Actor], export_id: FromPath[UUID]) -> Response[bytes]:
    content, headers = await export_content(site, actor, export_id)
    return Response(content, media_type="application/json", headers=headers)


@get("/api/users/access-log", **route(SIGNED_IN, summary="Who of the staff looked at my data"))
async def access_log(
    site: Given[Site], actor: Given[Actor], cursor: CursorText = None, limit: Limit = 20
) -> Page[schemas.AccessRow]:
    return await site.ask(queries.accesses_of, own_id(actor), cursor=cursor, limit=limit)


@post(
    "/api/users/erase",
    **route(SIGNED_IN, body=schemas.Erasure, summary="Erase me, for good"),
    status_code=204,
)
async def erase(site: Given[Site], actor: Given[Actor], form: Given[schemas.Erasure]) -> Response[None]:
    """Refused (409 ``erasure_blocked``) while something has to be settled; ``blockers`` lists it."""
    await services.prove_password(site, form.password, by=actor)
    await site.do(services.erase_me, by=actor)
    response = Response(None, status_code=204)
    clear_session_cookie(response, site)
    return response


handlers = (
    consents,
    give_consent,
    withdraw_consent,
    exports,
    ask_export,
    fetch_export,
    access_log,
    erase,
)
