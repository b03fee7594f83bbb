"""Timetables for a vet of the site: what is in force, what was before, and a new version."""

from __future__ import annotations

from typing import Any

from litestar import get, post
from litestar.params import FromPath

from marketplace_kit.kernel.errors import Invalid, Missing
from marketplace_kit.kernel.fields import parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, WebRequest
from marketplace_kit.web.forms import form_state
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import route
from marketplace_pets import services
from marketplace_pets.domain.protocols import FIGURES
from marketplace_pets.pages.families import Answer, locale_of
from marketplace_pets.schemas import NewProtocolVersion
from marketplace_pets.services import showing
from marketplace_pets.services.access import PROTOCOLS

HOME = "/admin/pets/protocols"


@get(HOME, **route(PROTOCOLS), include_in_schema=False)
async def protocols(request: WebRequest, site: Given[Site]) -> Answer:
    found = await showing.protocol_list(site, locale_of(request))
    return await page(
        request,
        "pets/protocols.html",
        page_title=N_("Timetables of vaccinations"),
        protocols=[p for p in found if p.in_force],
        nav_slot="admin",
    )


@get(HOME + "/{name:str}", **route(PROTOCOLS), include_in_schema=False)
async def one(request: WebRequest, site: Given[Site], name: FromPath[str]) -> Answer:
    return await _one(request, site, name)


async def _one(request: WebRequest, site: Site, name: str, raw: Any = None, refused: Invalid | None = None) -> Answer:
    """Context: versions (the newest first), form, action."""
    versions = [p for p in await showing.protocol_list(site, locale_of(request)) if p.name == name]
    if not versions:
        raise Missing
    now = versions[0]
    known = {f: str(getattr(now, f)) for f in (*FIGURES, "steps")}
    return await page(
        request,
        "pets/protocol.html",
        status=422 if refused else 200,
        page_title=now.label,
        versions=versions,
        form=form_state(request, NewProtocolVersion, raw if raw is not None else known, refused),
        action=f"{HOME}/{name}",
        nav_slot="admin",
    )


@post(HOME + "/{name:str}", **route(PROTOCOLS), include_in_schema=False, status_code=200)
async def revise(request: WebRequest, site: Given[Site], actor: Given[Actor], name: FromPath[str]) -> Answer:
    raw = await posted_raw(request)
    try:
        await site.do(services.revise_protocol, name, parse(NewProtocolVersion, raw, "form"), by=actor)
    except Invalid as refused:
        return await _one(request, site, name, raw, refused)
    return see_other(
        request, f"{HOME}/{name}", N_("The new version is in force. Doses keep the one they were given by.")
    )


handlers = (protocols, one, revise)
