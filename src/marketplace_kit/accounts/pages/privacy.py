"""Pages: what is kept about me, what I agreed to, who looked - and taking it along, or having it forgotten."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import attrs
from litestar import get, post
from litestar.connection import Request
from litestar.params import FromPath, PathParameter
from litestar.response import Response

from marketplace_kit.accounts import queries, schemas, services
from marketplace_kit.accounts.domain import (
    CONSENTS,
    REGISTERING,
    ErasureBlocked,
    ExportUnderWay,
    LastAdmin,
    PasswordNeeded,
)
from marketplace_kit.accounts.pages.doors import as_problem, status_of
from marketplace_kit.accounts.services.asking import consents_for, export_content, own_id
from marketplace_kit.kernel.errors import DomainError, Invalid
from marketplace_kit.kernel.fields import parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, visit_of
from marketplace_kit.web.forms import form_state
from marketplace_kit.web.identity import clear_session_cookie
from marketplace_kit.web.limits import TooMany
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import SIGNED_IN, route

AnyRequest = Request[Any, Any, Any]
Purpose = Annotated[str, PathParameter(max_length=40)]
PAGE = "/account/privacy"


@attrs.frozen
class Kept:
    """What a part of the site keeps about people, in words, and of which sorts it is."""

    label: str
    said: str
    sorts: tuple[str, ...]


_SORTS = {
    "identity": N_("who you are"),
    "contact": N_("how to reach you"),
    "content": N_("what you wrote"),
    "trace": N_("what you did here"),
    "secret": N_("what proves that it is you"),
}


def kept_by(site: Site, locale: str) -> list[Kept]:
    """Every part of the site that declares personal data, and what it says of it."""
    plugins, gettext = {info.name: info for info in site.registry.plugins.values()}, site.texts.gettext
    sorts: dict[str, set[str]] = {}
    for name, data in site.registry.personal_data.items():
        sorts.setdefault(name.split(".")[0], set()).update(data.columns.values())
    found = []
    for name, kinds in sorts.items():
        info = plugins.get(name)
        label, said = (info.label, info.personal_data) if info else (name, "")
        words = tuple(gettext(locale, text) for sort, text in _SORTS.items() if sort in kinds)
        found.append(Kept(gettext(locale, label), gettext(locale, said) if said else "", words))
    return found


@get(PAGE, **route(SIGNED_IN), include_in_schema=False)
async def privacy_page(request: AnyRequest, site: Given[Site], actor: Given[Actor]) -> Response[str]:
    return await _privacy_page(request, site, actor)


async def _privacy_page(
    request: AnyRequest, site: Site, actor: Actor, refused: DomainError | None = None
) -> Response[str]:
    person_id, locale = own_id(actor), visit_of(request).locale
    consents = await consents_for(site, actor)
    given = {c.purpose: c for c in consents.current}
    blockers = refused.facts["blockers"] if isinstance(refused, ErasureBlocked) else ()
    problem = as_problem(refused, "password") if refused and not blockers else None
    return await page(
        request,
        "accounts/privacy.html",
        status=409 if blockers else status_of(refused) if refused else 200,
        page_title=N_("Privacy"),
        kept=kept_by(site, locale),
        consents=[(purpose, about, given.get(purpose), purpose in REGISTERING) for purpose, about in CONSENTS.items()],
        history=[(row, CONSENTS[row.purpose].label) for row in consents.history if row.purpose in CONSENTS],
        offers=services.document(site, "marketing", locale),
        exports=await site.ask(queries.exports_of, person_id, site.clock.now()),
        accesses=(await site.ask(queries.accesses_of, person_id, limit=50)).items,
        form=form_state(request, schemas.Erasure, None, problem),
        blockers=[site.texts.render(locale, b["text"], b["facts"]) for b in blockers],
    )


@post(f"{PAGE}/consents/{{purpose:str}}/give", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def give_consent(request: AnyRequest, site: Given[Site], actor: Given[Actor], purpose: Purpose) -> Response[Any]:
    await site.do(services.give_consent, purpose, by=actor, locale=visit_of(request).locale, way="privacy_page")
    return see_other(request, PAGE, N_("Saved."))


@post(f"{PAGE}/consents/{{purpose:str}}/withdraw", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def withdraw_consent(
    request: AnyRequest, site: Given[Site], actor: Given[Actor], purpose: Purpose
) -> Response[Any]:
    await site.do(services.withdraw_consent, purpose, by=actor, locale=visit_of(request).locale, way="privacy_page")
    return see_other(request, PAGE, N_("Your consent is taken back."))


@post(f"{PAGE}/export", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def ask_export(request: AnyRequest, site: Given[Site], actor: Given[Actor]) -> Response[Any]:
    try:
        await site.do(services.ask_export, by=actor)
    except ExportUnderWay as already:
        return see_other(request, PAGE, already.text, tone="info")
    return see_other(request, PAGE, N_("Your file is being made. We tell you when it is ready."))


@get(f"{PAGE}/export/{{export_id:uuid}}", **route(SIGNED_IN), include_in_schema=False)
async def fetch_export(site: Given[Site], actor: Given[Actor], export_id: FromPath[UUID]) -> Response[bytes]:
    content, headers = await export_content(site, actor, export_id)
    return Response(content, media_type="application/json", headers=headers)


@post(f"{PAGE}/erase", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def erase(request: AnyRequest, site: Given[Site], actor: Given[Actor]) -> Response[Any]:
    raw = await posted_raw(request)
    try:
        await services.prove_password(site, parse(schemas.Erasure, raw, "form").password, by=actor)
        await site.do(services.erase_me, by=actor)
    except (Invalid, PasswordNeeded, TooMany, ErasureBlocked, LastAdmin) as refused:
        return await _privacy_page(request, site, actor, refused)
    response = see_other(request, "/", N_("Your account and what belonged to it are erased."))
    clear_session_cookie(response, site)
    return response


handlers = (privacy_page, give_consent, withdraw_consent, ask_export, fetch_export, erase)
