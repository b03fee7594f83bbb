"""A shop's own codes of behaviour."""

from __future__ import annotations

from litestar import delete, get, post
from litestar.params import FromPath

from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.web.context import Given
from marketplace_kit.web.routing import route
from marketplace_pets import services
from marketplace_pets.schemas import CodeMade, CodeView, NewCodeAt
from marketplace_pets.services.access import CODES, READ


@get("/api/pets/behaviour-codes", **route(READ, summary="Your shops' own codes of behaviour"))
async def codes(site: Given[Site], actor: Given[Actor]) -> list[CodeView]:
    return await services.code_list(site, actor)


@post("/api/pets/behaviour-codes", **route(CODES, body=NewCodeAt, summary="Add a code of behaviour to your list"))
async def add_code(site: Given[Site], actor: Given[Actor], form: Given[NewCodeAt]) -> CodeMade:
    """With a `skill`, only staff who have it are offered for a pet with that code, at this shop."""
    shop_id = services.own_shop(form.shop_id, actor)
    return CodeMade(code=await site.do(services.add_code, form, shop_id=shop_id, by=actor))


@delete("/api/pets/behaviour-codes/{code:str}", **route(CODES, summary="Take a code from your list"))
async def end_code(site: Given[Site], actor: Given[Actor], code: FromPath[str]) -> None:
    """Pets that have it keep it."""
    await site.do(services.end_code, code, by=actor)


handlers = (codes, add_code, end_code)
