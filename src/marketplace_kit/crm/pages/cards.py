"""One client: what the shop knows, what they had, notes, tags, who may book; changing it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from marketplace_kit.crm import queries, services
from marketplace_kit.crm.domain import EXPORT, KEEP, SEE, ClientExists
from marketplace_kit.crm.pages.shown import LIST, MARKS, STATES, as_problem, client_form
from marketplace_kit.crm.queries.lists import readable
from marketplace_kit.crm.schemas import (
    CHANNEL_CHOICES,
    LOCALES,
    BlacklistForm,
    ClientCard,
    ClientChange,
    NewNote,
    Preferences,
    TagsForm,
)
from marketplace_kit.crm.services.asking import reader_for
from marketplace_kit.kernel.errors import DomainError, Forbidden, Invalid, Missing, StaleVersion
from marketplace_kit.kernel.fields import Form, fields_of, parse, read_view
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.process import State, Tone
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.orders.queries.kinds import Words
from marketplace_kit.shops.domain.contacts import whatsapp_link
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.errors import STATUS
from marketplace_kit.web.forms import FormState, form_state
from marketplace_kit.web.paging import CursorText
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import route

PAGE_OF = 20
CARD = LIST + "/{client_id:uuid}"


@get(CARD, **route(SEE), include_in_schema=False)
async def card_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], client_id: FromPath[UUID], cursor: CursorText = None
) -> Response[Any]:
    """A merged card leads to the one that it went into."""
    card = await services.card_for(site, actor, client_id)
    if card.id != client_id:
        return see_other(request, f"{LIST}/{card.id}")
    return await _card_page(request, site, actor, card, cursor=cursor)


async def _card_page(
    request: WebRequest,
    site: Site,
    actor: Actor,
    card: ClientCard,
    *,
    cursor: str | None = None,
    raw: Any = None,
    refused: Invalid | None = None,
) -> Response[str]:
    """Context: card (a ClientCard), state, mark, phone and links ((name, href)) of those who see contacts, known
    ((label, text)), history ((HistoryLine, state)), liked ((label, text)), note and tags (forms), may_keep, may_forget,
    again (the address that books again), next_href, first_href.
    """
    locale = visit_of(request).locale
    reader, _ = await reader_for(site, actor, card.id)
    history = await site.ask(queries.history_of, card.id, Words.of(site, locale), cursor=cursor, limit=PAGE_OF)
    here = f"{LIST}/{card.id}"
    tagging = raw is not None and "tags" in raw
    return await page(
        request,
        "crm/card.html",
        status=422 if refused else 200,
        page_title=card.name or N_("A client without a name"),
        nav_slot="vendor",
        card=card,
        state=STATES[card.figures.state],
        mark=MARKS.get(card.mark),
        phone=readable(card.phone),
        links=_links(card),
        language=dict(LOCALES).get(card.locale, ""),
        channel=dict(CHANNEL_CHOICES).get(card.channel, ""),
        merged=[(one, readable(one.phone)) for one in card.merged],
        history=[(one, State("", one.status_text, Tone(one.tone))) for one in history.items],
        note=form_state(request, NewNote, None if tagging else raw, None if tagging else refused),
        tags=form_state(
            request, TagsForm, raw if tagging else {"tags": ", ".join(card.tags)}, refused if tagging else None
        ),
        may_keep=services.holds(site, reader.roles, KEEP),
        may_forget=services.holds(site, reader.roles, EXPORT),
        liked=liked_of(request, card),
        again=f"/sell/calendar/guest?shop={card.shop_id}&again={card.again}" if card.again else "",
        path=here,
        back=f"{LIST}?shop={card.shop_id}",
        next_href=f"{here}?cursor={history.next}#history" if history.next else "",
        first_href=here if cursor else "",
    )


def liked_of(request: WebRequest, card: ClientCard) -> list[tuple[str, str]]:
    """(label, text) of each preference that is known, in the reader's words; what is not asked for any more is left
    out.
    """
    visit = visit_of(request)
    known = {field.name for field in fields_of(Preferences)}
    form = parse(Preferences, {name: value for name, value in card.preferences.items() if name in known})
    say = visit.site.texts.gettext
    return [(say(visit.locale, field.label), text) for field, text in read_view(form, lambda t: say(visit.locale, t))]


def _links(card: ClientCard) -> list[tuple[str, str]]:
    """Ways to reach a client; nothing is sent by opening one."""
    if not card.contacts:
        return []
    found = []
    if card.phone:
        found.append((readable(card.phone), f"tel:{card.phone}"))
        if link := whatsapp_link(card.phone):
            found.append(("WhatsApp", link))
    if card.email:
        found.append((card.email, f"mailto:{card.email}"))
    return found


async def kept_card(site: Site, actor: Actor, client_id: UUID, permission: str = KEEP) -> ClientCard:
    """A card that somebody may change: not noted as read once more."""
    reader, _ = await reader_for(site, actor, client_id)
    if not services.holds(site, reader.roles, permission):
        raise Forbidden
    return await services.card_for(site, actor, client_id, noted=False)


@post(CARD + "/notes", **route(KEEP), include_in_schema=False, status_code=200)
async def write_note(
    request: WebRequest, site: Given[Site], actor: Given[Actor], client_id: FromPath[UUID]
) -> Response[Any]:
    raw = await posted_raw(request)
    try:
        await site.do(services.add_note, client_id, parse(NewNote, raw, "form"), by=actor)
    except Invalid as refused:
        card = await kept_card(site, actor, client_id)
        return await _card_page(request, site, actor, card, raw=raw, refused=refused)
    return see_other(request, f"{LIST}/{client_id}#notes", N_("The note is written down."))


@get(CARD + "/notes/{note_id:uuid}", **route(KEEP), include_in_schema=False)
async def note_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], client_id: FromPath[UUID], note_id: FromPath[UUID]
) -> Response[str]:
    return await _note_page(request, site, actor, client_id, note_id)


async def _note_page(
    request: WebRequest,
    site: Site,
    actor: Actor,
    client_id: UUID,
    note_id: UUID,
    raw: Any = None,
    refused: Invalid | None = None,
) -> Response[str]:
    card = await kept_card(site, actor, client_id)
    note = next((one for one in card.notes if one.id == note_id), None)
    if note is None:
        raise Missing
    known = {"content": note.content, "visibility": note.visibility}
    return await form_page(
        request,
        card,
        form_state(request, NewNote, raw or known, refused),
        title=N_("Correct a note"),
        action=f"{LIST}/{card.id}/notes/{note_id}",
        refused=refused,
        hidden={"corrects": str(note_id)},
        intro=N_("What was written before stays readable below the new text."),
    )


@post(CARD + "/notes/{note_id:uuid}", **route(KEEP), include_in_schema=False, status_code=200)
async def correct_note(
    request: WebRequest, site: Given[Site], actor: Given[Actor], client_id: FromPath[UUID], note_id: FromPath[UUID]
) -> Response[Any]:
    raw = await posted_raw(request)
    try:
        await site.do(services.add_note, client_id, parse(NewNote, raw | {"corrects": str(note_id)}, "form"), by=actor)
    except Invalid as refused:
        return await _note_page(request, site, actor, client_id, note_id, raw, refused)
    return see_other(request, f"{LIST}/{client_id}#notes", N_("The note is corrected."))


@post(CARD + "/tags", **route(KEEP), include_in_schema=False, status_code=200)
async def write_tags(
    request: WebRequest, site: Given[Site], actor: Given[Actor], client_id: FromPath[UUID]
) -> Response[Any]:
    raw = await posted_raw(request)
    try:
        form = parse(TagsForm, raw, "form")
        await site.do(services.set_tags, client_id, form.tags.split(","), by=actor)
    except Invalid as refused:
        card = await kept_card(site, actor, client_id)
        return await _card_page(request, site, actor, card, raw={"tags": raw.get("tags", "")}, refused=refused)
    return see_other(request, f"{LIST}/{client_id}", N_("The tags are kept."))


async def form_page(
    request: WebRequest,
    card: ClientCard,
    form: FormState,
    *,
    title: str,
    action: str,
    refused: DomainError | None = None,
    hidden: dict[str, str] | None = None,
    intro: str = "",
    exists: str = "",
    submit: str = N_("Save"),
) -> Response[str]:
    """Context: form, action, submit, back, hidden, intro, exists (the card that has the phone)."""
    hidden = hidden or {}
    return await page(
        request,
        "crm/form.html",
        status=STATUS[refused.kind] if refused else 200,
        page_title=title,
        nav_slot="vendor",
        form=type(form)(
            fields=tuple(f for f in form.fields if f.name not in hidden),
            values=form.values,
            errors=form.errors,
            idempotency_key=form.idempotency_key,
            prefix=form.prefix,
        ),
        action=action,
        submit=submit,
        back=f"{LIST}/{card.id}",
        about=card.name,
        hidden=hidden,
        intro=intro,
        exists=exists,
    )


@get(CARD + "/edit", **route(KEEP), include_in_schema=False)
async def edit_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], client_id: FromPath[UUID]
) -> Response[str]:
    return await _edit_page(request, site, await _own(site, actor, client_id))


async def _own(site: Site, actor: Actor, client_id: UUID) -> ClientCard:
    card = await kept_card(site, actor, client_id)
    if not card.contacts:
        raise Forbidden
    return card


async def _edit_page(
    request: WebRequest,
    site: Site,
    card: ClientCard,
    raw: Any = None,
    refused: Invalid | None = None,
    *,
    shown: DomainError | None = None,
) -> Response[str]:
    known: Any = raw
    if raw is None:
        known = {name: getattr(card, name) for name in ("name", "phone", "email", "locale", "channel", "staff_id")}
        known["birthday"] = card.birthday.isoformat() if card.birthday else ""
    version = str((raw or {}).get("version") or card.version)
    exists = ""
    if isinstance(shown, ClientExists):
        exists = f"{LIST}/{shown.facts['client_id']}"
    if isinstance(shown, StaleVersion):
        version = str(card.version)
    return await form_page(
        request,
        card,
        await client_form(request, site, ClientChange, card.shop_id, known, refused),
        title=N_("Change the client"),
        action=f"{LIST}/{card.id}/edit",
        refused=shown or refused,
        hidden={"version": version},
        exists=exists,
    )


@post(CARD + "/edit", **route(KEEP), include_in_schema=False, status_code=200)
async def edit(request: WebRequest, site: Given[Site], actor: Given[Actor], client_id: FromPath[UUID]) -> Response[Any]:
    raw = await posted_raw(request)
    card = await _own(site, actor, client_id)
    try:
        await site.do(services.change_client, client_id, parse(ClientChange, raw, "form"), by=actor)
    except Invalid as refused:
        return await _edit_page(request, site, card, raw, refused)
    except (ClientExists, StaleVersion) as refused:
        field = "phone" if isinstance(refused, ClientExists) else "name"
        return await _edit_page(request, site, card, raw, as_problem(refused, field), shown=refused)
    return see_other(request, f"{LIST}/{card.id}", N_("Saved."))


@get(CARD + "/mark", **route(KEEP), include_in_schema=False)
async def mark_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], client_id: FromPath[UUID]
) -> Response[str]:
    card = await kept_card(site, actor, client_id)
    known = {"mode": card.mark or "prepay_only", "reason": card.mark_reason}
    return await _mark_page(request, card, known)


async def _mark_page(request: WebRequest, card: ClientCard, raw: Any, refused: Invalid | None = None) -> Response[str]:
    return await form_page(
        request,
        card,
        form_state(request, BlacklistForm, raw, refused),
        title=N_("Online booking of this client"),
        action=f"{LIST}/{card.id}/mark",
        refused=refused,
        intro=N_("It holds for online booking in this shop only. The client is told the shop's phone, not the reason."),
    )


@post(CARD + "/mark", **route(KEEP), include_in_schema=False, status_code=200)
async def mark(request: WebRequest, site: Given[Site], actor: Given[Actor], client_id: FromPath[UUID]) -> Response[Any]:
    raw = await posted_raw(request)
    card = await kept_card(site, actor, client_id)
    try:
        await site.do(services.mark_client, client_id, parse(BlacklistForm, raw, "form"), by=actor)
    except Invalid as refused:
        return await _mark_page(request, card, raw, refused)
    return see_other(request, f"{LIST}/{card.id}", N_("Online booking of this client is set."))


class Nothing(Form):
    """Asks for nothing but a yes."""


@get(CARD + "/forget", **route(EXPORT), include_in_schema=False)
async def forget_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], client_id: FromPath[UUID]
) -> Response[str]:
    card = await kept_card(site, actor, client_id, EXPORT)
    return await form_page(
        request,
        card,
        form_state(request, Nothing),
        title=N_("Forget this client?"),
        action=f"{LIST}/{card.id}/forget",
        intro=N_("Name, phone, notes, tags and marks are erased for good. Orders stay in the books."),
        submit=N_("Forget the client"),
    )


@post(CARD + "/forget", **route(EXPORT), include_in_schema=False, status_code=200)
async def forget(
    request: WebRequest, site: Given[Site], actor: Given[Actor], client_id: FromPath[UUID]
) -> Response[Any]:
    card = await kept_card(site, actor, client_id, EXPORT)
    await site.do(services.forget_client, client_id, by=actor)
    return see_other(request, f"{LIST}?shop={card.shop_id}", N_("The client is forgotten."))


handlers = (
    card_page,
    write_note,
    note_page,
    correct_note,
    write_tags,
    edit_page,
    edit,
    mark_page,
    mark,
    forget_page,
    forget,
)
