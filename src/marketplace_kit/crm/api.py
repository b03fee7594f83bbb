"""REST: /api/customers - a shop's clients, their notes, tags and what happened (seeds 001)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import delete, get, post, put
from litestar.params import FromPath, QueryParameter
from litestar.response import Response

from marketplace_kit.crm import queries, services
from marketplace_kit.crm.domain import EXPORT, KEEP, LONGEST_TITLE, SEE, VISIBILITIES
from marketplace_kit.crm.schemas import (
    Activity,
    BlacklistForm,
    ClientCard,
    ClientChange,
    ClientDocument,
    ClientRow,
    FollowUpForm,
    HistoryLine,
    Narrowed,
    NewCustomer,
    NewDocument,
    NewNote,
    Preferences,
    TagList,
    WhoseForm,
)
from marketplace_kit.crm.services.asking import reader_for, reader_of, wanted_of
from marketplace_kit.kernel.errors import Invalid, Problem
from marketplace_kit.kernel.fields import parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.registry import Registry
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.orders.queries.kinds import Words
from marketplace_kit.web import private_files
from marketplace_kit.web.bodies import sent_raw
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.paging import CursorText, Limit, Page
from marketplace_kit.web.parameters import refuse_unknown
from marketplace_kit.web.routing import route

Shop = Annotated[UUID, QueryParameter(description="Whose clients.")]
Text = Annotated[
    str, QueryParameter(name="q", max_length=100, description="Beginning of a name, 4+ digits of a phone, or a tag.")
]
Tag = Annotated[str, QueryParameter(max_length=60)]
Show = Annotated[
    Literal["", "new", "regular", "lost", "missed", "blocked", "birthday", "follow_up"],
    QueryParameter(
        description="`birthday`: within 7 days; `follow_up`: to be thought of by today; `blocked`: who may not book "
        "online freely."
    ),
]
Staff = Annotated[int | None, QueryParameter(ge=1, description="Served by this resource.")]
Service = Annotated[UUID | None, QueryParameter(description="Had this listing.")]
Spent = Annotated[int | None, QueryParameter(ge=1, description="What all came to at least, in minor units.")]
Since = Annotated[date | None, QueryParameter(description="Last visit on this day or later.")]
Until = Annotated[date | None, QueryParameter(description="Last visit on this day or before.")]
_TAGS = N_("Please send a list of at most 20 tags, each of at most 40 letters.")


def _had(
    site: Site, staff: int | None, service: UUID | None, spent: int | None, since: date | None, until: date | None
) -> Narrowed:
    currency = site.settings.of(SiteSettings).currency
    return Narrowed(
        staff=staff,
        service=str(service or ""),
        spent=Money.stored(spent, currency) if spent else None,
        since=since,
        until=until,
    )


@get("/api/customers", **route(SEE, summary="A shop's clients, those first who were there last"))
async def customers(
    request: WebRequest,
    site: Given[Site],
    actor: Given[Actor],
    shop: Shop,
    q: Text = "",
    tag: Tag = "",
    show: Show = "",
    staff: Staff = None,
    service: Service = None,
    spent: Spent = None,
    since: Since = None,
    until: Until = None,
    cursor: CursorText = None,
    limit: Limit = 20,
) -> Page[ClientRow]:
    """404 for a shop where one does not work. Without the right to see contacts phones are masked and not searched."""
    refuse_unknown(request)
    reader = await reader_of(site, actor, shop)
    had = _had(site, staff, service, spent, since, until)
    wanted = wanted_of(site, shop, contacts=reader.contacts, q=q, tag=tag, show=show, had=had)
    return await site.ask(queries.clients_of, wanted, cursor=cursor, limit=limit)


@get(
    "/api/customers.csv",
    **route(EXPORT, summary="A shop's clients as a CSV file; in the audit trail"),
    media_type="text/csv",
)
async def customers_csv(
    request: WebRequest,
    site: Given[Site],
    actor: Given[Actor],
    shop: Shop,
    q: Text = "",
    tag: Tag = "",
    show: Show = "",
    staff: Staff = None,
    service: Service = None,
    spent: Spent = None,
    since: Since = None,
    until: Until = None,
) -> Response[str]:
    refuse_unknown(request)
    reader = await reader_of(site, actor, shop)
    had = _had(site, staff, service, spent, since, until)
    wanted = wanted_of(site, shop, contacts=reader.contacts, q=q, tag=tag, show=show, had=had)
    text = await services.export_clients(site, wanted, by=actor)
    return Response(text, media_type=services.CSV, headers=services.CSV_HEADERS)


@post("/api/customers", **route(KEEP, body=NewCustomer, summary="Write a client down"))
async def add(site: Given[Site], actor: Given[Actor], form: Given[NewCustomer]) -> ClientCard:
    """409 `client_exists` with `client_id` where the phone has an entry."""
    made = await site.do(services.add_client, UUID(form.shop), form, by=actor)
    return await services.card_for(site, actor, made.id, noted=False)


@get("/api/customers/{client_id:uuid}", **route(SEE, summary="All that a shop knows of a client"))
async def customer(site: Given[Site], actor: Given[Actor], client_id: FromPath[UUID]) -> ClientCard:
    """That it was read is noted, and shown to the person. A merged entry answers with the one that it went into."""
    return await services.card_for(site, actor, client_id)


@put("/api/customers/{client_id:uuid}", **route(KEEP, body=ClientChange, summary="Change a client"))
async def change(
    site: Given[Site], actor: Given[Actor], client_id: FromPath[UUID], form: Given[ClientChange]
) -> ClientCard:
    """What is left out is not known any more. 409 `client_exists`, `version_conflict`."""
    await site.do(services.change_client, client_id, form, by=actor)
    return await services.card_for(site, actor, client_id, noted=False)


@delete("/api/customers/{client_id:uuid}", **route(EXPORT, summary="Forget a client"))
async def forget(site: Given[Site], actor: Given[Actor], client_id: FromPath[UUID]) -> None:
    """Name, phone, notes and tags go for good; orders stay."""
    await site.do(services.forget_client, client_id, by=actor)


@post("/api/customers/{client_id:uuid}/notes", **route(KEEP, body=NewNote, summary="Write a note about a client"))
async def write_note(
    site: Given[Site], actor: Given[Actor], client_id: FromPath[UUID], form: Given[NewNote]
) -> ClientCard:
    """Nothing written is changed: with `corrects` it takes the place of an earlier note, which stays readable."""
    await site.do(services.add_note, client_id, form, by=actor)
    return await services.card_for(site, actor, client_id, noted=False)


def _tags_schema(_: Registry) -> dict[str, Any]:
    (schema,), defs = msgspec.json.schema_components([TagList])
    return dict(defs["TagList"]) if "TagList" in defs else dict(schema)


@put(
    "/api/customers/{client_id:uuid}/tags",
    **route(KEEP, summary="Set the tags of a client", openapi_body=_tags_schema),
)
async def set_tags(
    request: WebRequest, site: Given[Site], actor: Given[Actor], client_id: FromPath[UUID]
) -> ClientCard:
    """All that there shall be; two spellings of one tag are one."""
    try:
        wanted = msgspec.convert(await sent_raw(request), TagList)
    except msgspec.ValidationError as wrong:
        raise Invalid(Problem("tags", "not_tags", _TAGS)) from wrong
    await site.do(services.set_tags, client_id, wanted.tags, by=actor)
    return await services.card_for(site, actor, client_id, noted=False)


@get("/api/customers/{client_id:uuid}/activity", **route(SEE, summary="What happened with a client, newest first"))
async def activity(
    request: WebRequest,
    site: Given[Site],
    actor: Given[Actor],
    client_id: FromPath[UUID],
    cursor: CursorText = None,
    limit: Limit = 20,
) -> Page[Activity]:
    """Orders and what became of them, notes, merges."""
    refuse_unknown(request)
    _, whole = await reader_for(site, actor, client_id)
    words = Words.of(site, visit_of(request).locale)
    return await site.ask(queries.activity_of, whole, words, cursor=cursor, limit=limit)


@get("/api/customers/{client_id:uuid}/history", **route(SEE, summary="What a client had, newest first"))
async def history(
    request: WebRequest,
    site: Given[Site],
    actor: Given[Actor],
    client_id: FromPath[UUID],
    cursor: CursorText = None,
    limit: Limit = 20,
) -> Page[HistoryLine]:
    refuse_unknown(request)
    _, whole = await reader_for(site, actor, client_id)
    words = Words.of(site, visit_of(request).locale)
    return await site.ask(queries.history_of, whole, words, cursor=cursor, limit=limit)


@put(
    "/api/customers/{client_id:uuid}/preferences",
    **route(KEEP, body=Preferences, summary="What a client likes, and what must be minded"),
)
async def set_preferences(
    site: Given[Site], actor: Given[Actor], client_id: FromPath[UUID], form: Given[Preferences]
) -> ClientCard:
    """What is left out is not known any more."""
    await site.do(services.set_preferences, client_id, form, by=actor)
    return await services.card_for(site, actor, client_id, noted=False)


@put(
    "/api/customers/{client_id:uuid}/follow-up",
    **route(KEEP, body=FollowUpForm, summary="A day on which to think of a client"),
)
async def follow_up(
    site: Given[Site], actor: Given[Actor], client_id: FromPath[UUID], form: Given[FollowUpForm]
) -> ClientCard:
    """Whoever asks is told on that day. 422 `day_over`."""
    await site.do(services.follow_up, client_id, form, by=actor)
    return await services.card_for(site, actor, client_id, noted=False)


@delete("/api/customers/{client_id:uuid}/follow-up", **route(KEEP, summary="It is done: think of them no more"))
async def follow_up_done(site: Given[Site], actor: Given[Actor], client_id: FromPath[UUID]) -> None:
    await site.do(services.follow_up_done, client_id, by=actor)


@put(
    "/api/customers/{client_id:uuid}/booking",
    **route(KEEP, body=BlacklistForm, summary="How a client may book online"),
)
async def mark(
    site: Given[Site], actor: Given[Actor], client_id: FromPath[UUID], form: Given[BlacklistForm]
) -> ClientCard:
    """`block`, `prepay_only` or `allow`, in this shop, by every phone that is known of the client."""
    await site.do(services.mark_client, client_id, form, by=actor)
    return await services.card_for(site, actor, client_id, noted=False)


@post(
    "/api/customers/{client_id:uuid}/merge/{other_id:uuid}",
    **route(KEEP, summary="Join another entry with this one", openapi_body=None),
    status_code=200,
)
async def merge(
    site: Given[Site], actor: Given[Actor], client_id: FromPath[UUID], other_id: FromPath[UUID]
) -> ClientCard:
    """Nothing is lost: `merged[].merge_id` undoes it. 409 `same_client`."""
    await site.do(services.merge_clients, client_id, other_id, by=actor)
    return await services.card_for(site, actor, client_id, noted=False)


@delete("/api/customers/merges/{merge_id:uuid}", **route(KEEP, summary="Part two entries that were joined"))
async def undo_merge(site: Given[Site], actor: Given[Actor], merge_id: FromPath[UUID]) -> None:
    """409 `merge_moved_on` where it was undone, or the kept entry was joined with a third one since."""
    await site.do(services.undo_merge, merge_id, by=actor)


@put("/api/orders/{order_id:uuid}/customer", **route(KEEP, body=WhoseForm, summary="Say whose order it was"))
async def whose(site: Given[Site], actor: Given[Actor], order_id: FromPath[UUID], form: Given[WhoseForm]) -> ClientCard:
    """Of this one order only; the phone finds the client, or makes one. In the audit trail."""
    client_id = await site.do(services.set_client, order_id, form, by=actor)
    return await services.card_for(site, actor, client_id, noted=False)


def _file_schema(_: Registry) -> dict[str, Any]:
    return {
        "title": "NewClientDocument",
        "type": "object",
        "properties": {
            private_files.FIELD: {"type": "string", "format": "binary"},
            "title": {"type": "string", "maxLength": LONGEST_TITLE},
            "visibility": {"type": "string", "enum": list(VISIBILITIES)},
        },
        "required": [private_files.FIELD],
    }


_DOCUMENTS = "/api/customers/{client_id:uuid}/documents"


@get(_DOCUMENTS, **route(SEE, summary="What is kept of a client as files"))
async def documents(site: Given[Site], actor: Given[Actor], client_id: FromPath[UUID]) -> list[ClientDocument]:
    card = await services.card_for(site, actor, client_id, noted=False)
    return await site.ask(queries.documents_of, card.id)


@post(
    _DOCUMENTS,
    **route(KEEP, summary="Keep a file with a client", openapi_body=_file_schema, openapi_media="multipart/form-data"),
    request_max_body_size=private_files.LARGEST_REQUEST,
)
async def add_document(
    request: WebRequest, site: Given[Site], actor: Given[Actor], client_id: FromPath[UUID]
) -> ClientDocument:
    """Multipart: `document` (a PDF, JPEG, PNG or WebP of at most 10 MB), `title`, `visibility`. 413 `file_too_large`;
    422 `file_type`; 409 `documents_full`, `space_used_up`.
    """
    await services.card_for(site, actor, client_id, noted=False)
    file, raw = await private_files.posted(request)
    sent = await private_files.taken(file, site, actor)
    form = parse(NewDocument, {name: raw[name] for name in ("title", "visibility") if name in raw}, "form")
    made = await services.keep_document(site, client_id, sent, form, by=actor)
    card = await services.card_for(site, actor, client_id, noted=False)
    return next(one for one in await site.ask(queries.documents_of, card.id) if one.id == made)


@get(_DOCUMENTS + "/{document_id:uuid}", **route(SEE, summary="Read a client's document; the look is written down"))
async def read_document(
    site: Given[Site], actor: Given[Actor], client_id: FromPath[UUID], document_id: FromPath[UUID]
) -> Response[bytes]:
    row = await site.do(services.read_document, client_id, document_id, by=actor)
    return await private_files.answer(site, row.key, row.media_type, row.file_name)


@delete(_DOCUMENTS + "/{document_id:uuid}", **route(KEEP, summary="Remove a client's document"))
async def remove_document(
    site: Given[Site], actor: Given[Actor], client_id: FromPath[UUID], document_id: FromPath[UUID]
) -> None:
    await site.do(services.remove_document, client_id, document_id, by=actor)


handlers: tuple[Any, ...] = (
    customers,
    customers_csv,
    add,
    customer,
    change,
    forget,
    write_note,
    set_tags,
    set_preferences,
    follow_up,
    follow_up_done,
    activity,
    history,
    mark,
    merge,
    undo_merge,
    whose,
    documents,
    add_document,
    read_document,
    remove_document,
)
