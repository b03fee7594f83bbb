"""Documents on a client's card: the list, one more, reading one, removing one; what a shop shares with the client."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from marketplace_kit.crm import queries, services
from marketplace_kit.crm.domain import KEEP, SEE, DocumentsFull
from marketplace_kit.crm.pages.cards import CARD, kept_card
from marketplace_kit.crm.pages.shown import LIST
from marketplace_kit.crm.schemas import ClientCard, NewDocument
from marketplace_kit.crm.services.asking import reader_for
from marketplace_kit.kernel.errors import DomainError, Invalid, Problem
from marketplace_kit.kernel.fields import parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.web import private_files
from marketplace_kit.web.context import Given, WebRequest
from marketplace_kit.web.errors import STATUS
from marketplace_kit.web.forms import form_state
from marketplace_kit.web.media import SpaceUsedUp
from marketplace_kit.web.private_files import ACCEPTED, FIELD, LARGEST_REQUEST, FileTooLarge, FileType
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import SIGNED_IN, route

DOCUMENTS = CARD + "/documents"
_REFUSED = (Invalid, FileTooLarge, FileType, DocumentsFull, SpaceUsedUp)


@get(DOCUMENTS, **route(SEE), include_in_schema=False)
async def documents_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], client_id: FromPath[UUID]
) -> Response[str]:
    card = await kept_card(site, actor, client_id, SEE)
    return await _documents(request, site, actor, card)


async def _documents(
    request: WebRequest, site: Site, actor: Actor, card: ClientCard, refused: DomainError | None = None, raw: Any = None
) -> Response[str]:
    """Context: card, documents (ClientDocuments), form, action, path, may_keep, accepted, field."""
    problem = refused
    if refused is not None and not isinstance(refused, Invalid):
        problem = Invalid(Problem(FIELD, refused.code, refused.text, refused.facts))
    status = STATUS[refused.kind] if refused else 200
    reader, _ = await reader_for(site, actor, card.id)
    here = f"{LIST}/{card.id}"
    return await page(
        request,
        "crm/documents.html",
        status=422 if isinstance(refused, FileTooLarge) else status,  # the script takes no form out of a 413
        page_title=N_("Documents"),
        nav_slot="vendor",
        card=card,
        documents=await site.ask(queries.documents_of, card.id),
        form=form_state(request, NewDocument, raw, problem if isinstance(problem, Invalid) else None),
        action=f"{here}/documents",
        path=here,
        may_keep=services.holds(site, reader.roles, KEEP),
        accepted=ACCEPTED,
        field=FIELD,
    )


@post(DOCUMENTS, **route(KEEP), include_in_schema=False, status_code=200, request_max_body_size=LARGEST_REQUEST)
async def add(request: WebRequest, site: Given[Site], actor: Given[Actor], client_id: FromPath[UUID]) -> Response[Any]:
    card = await kept_card(site, actor, client_id)
    file, raw = await private_files.posted(request)
    known: dict[str, str] = {name: text for name, text in raw.items() if name in ("title", "visibility")}
    try:
        sent = await private_files.taken(file, site, actor)
        await services.keep_document(site, card.id, sent, parse(NewDocument, known, "form"), by=actor)
    except _REFUSED as refused:
        return await _documents(request, site, actor, card, refused, known)
    return see_other(request, f"{LIST}/{card.id}/documents", N_("The document is kept."))


@get(DOCUMENTS + "/{document_id:uuid}", **route(SEE), include_in_schema=False)
async def read(
    site: Given[Site], actor: Given[Actor], client_id: FromPath[UUID], document_id: FromPath[UUID]
) -> Response[bytes]:
    row = await site.do(services.read_document, client_id, document_id, by=actor)
    return await private_files.answer(site, row.key, row.media_type, row.file_name)


@post(DOCUMENTS + "/{document_id:uuid}/remove", **route(KEEP), include_in_schema=False, status_code=200)
async def remove(
    request: WebRequest,
    site: Given[Site],
    actor: Given[Actor],
    client_id: FromPath[UUID],
    document_id: FromPath[UUID],
) -> Response[Any]:
    await site.do(services.remove_document, client_id, document_id, by=actor)
    return see_other(request, f"{LIST}/{client_id}/documents", N_("The document is removed."))


@get("/account/documents/{document_id:uuid}", **route(SIGNED_IN), include_in_schema=False)
async def own(site: Given[Site], actor: Given[Actor], document_id: FromPath[UUID]) -> Response[bytes]:
    """What a shop shares with the person whom it is about; the address stands in their export."""
    row = await site.do(services.own_document, document_id, by=actor)
    return await private_files.answer(site, row.key, row.media_type, row.file_name)


handlers = (documents_page, add, read, remove, own)
