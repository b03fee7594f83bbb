"""Pages: the notice centre, the bell, preferences, stopping a kind of mail; and for admins texts and the log."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.connection import Request
from litestar.params import FromPath, QueryParameter
from litestar.response import Response

from marketplace_kit.kernel.errors import Invalid, Missing
from marketplace_kit.kernel.fields import parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.process import State, Tone
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.notifications import queries, schemas, services
from marketplace_kit.notifications.domain import MAY_READ_LOG, MAY_WORD
from marketplace_kit.notifications.queries import types_of
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given
from marketplace_kit.web.forms import form_state
from marketplace_kit.web.paging import CursorText
from marketplace_kit.web.rendering import LANGUAGES, page, see_other
from marketplace_kit.web.routing import PUBLIC, SIGNED_IN, route

AnyRequest = Request[Any, Any, Any]
Show = Annotated[Literal["all", "unread"], QueryParameter(description="All, or only the unread.")]
Category = Annotated[
    Literal["", "orders", "services", "messages", "system"], QueryParameter(description="Only of this category.")
]
Channel = Annotated[str, QueryParameter(max_length=40, description="A channel's name; empty: all.")]
InState = Annotated[
    Literal["", "pending", "sent", "failed", "skipped"], QueryParameter(name="state", description="In this state.")
]
Type = Annotated[str, QueryParameter(name="type", max_length=80, description="A notice's name; empty: all.")]
Locale = Annotated[Literal["kk", "ru", "en"], QueryParameter(description="The language of the texts.")]
LIST = "/account/notices"
IN_BELL = 10
PREFERENCES = f"{LIST}/preferences"
TEXTS, LOG = "/admin/notices/texts", "/admin/notices/log"
CATEGORY_LABELS = (
    ("orders", N_("Orders")),
    ("services", N_("Services")),
    ("messages", N_("Messages")),
    ("system", N_("Account and site")),
)

STATES = {
    "unverified": State("unverified", N_("not confirmed yet"), Tone.WARN),
    "missing": State("missing", N_("not set up"), Tone.NEUTRAL),
}
DELIVERY_STATES = {
    s.name: s
    for s in (
        State("pending", N_("On its way"), Tone.INFO),
        State("sent", N_("Sent"), Tone.GOOD),
        State("failed", N_("Given up"), Tone.BAD),
        State("skipped", N_("Not wanted any more"), Tone.NEUTRAL),
    )
}


@get(LIST, **route(SIGNED_IN), include_in_schema=False)
async def notices_page(
    request: AnyRequest,
    site: Given[Site],
    actor: Given[Actor],
    show: Show = "all",
    category: Category = "",
    cursor: CursorText = None,
) -> Response[str]:
    person_id, types = _own(actor), types_of(site.registry, category)
    unread_only = show == "unread"
    found = await site.ask(queries.notices_of, person_id, unread_only=unread_only, types=types, cursor=cursor)
    unread = await site.ask(queries.unread_count, person_id)
    here = f"{LIST}?show={show}" + (f"&category={category}" if category else "")
    context: dict[str, Any] = {
        "notices": found.items,
        "unread": unread,
        "show": show,
        "category": category,
        "categories": CATEGORY_LABELS,
        "here": here,
        "next_href": f"{here}&cursor={found.next}" if found.next else "",
    }
    return await page(request, "notifications/list.html", page_title=N_("Notices"), **context)


@get(f"{LIST}/bell", **route(SIGNED_IN), include_in_schema=False)
async def bell(request: AnyRequest, site: Given[Site], actor: Given[Actor]) -> Response[str]:
    """The fragment that the bell fetches: the number of unread notices and the newest ones."""
    person_id = _own(actor)
    latest = await site.ask(queries.notices_of, person_id, limit=IN_BELL)
    unread = await site.ask(queries.unread_count, person_id)
    return await page(request, "notifications/bell_open.html", notices=latest.items, unread=unread)


@post(f"{LIST}/{{notice_id:uuid}}/open", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def open_notice(
    request: AnyRequest, site: Given[Site], actor: Given[Actor], notice_id: FromPath[UUID]
) -> Response[Any]:
    """Read it and go where it points."""
    return see_other(request, await site.do(services.mark_read, notice_id, by=actor))


@post(f"{LIST}/{{notice_id:uuid}}/read", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def read_notice(
    request: AnyRequest, site: Given[Site], actor: Given[Actor], notice_id: FromPath[UUID]
) -> Response[Any]:
    await site.do(services.mark_read, notice_id, by=actor)
    return see_other(request, LIST)


@post(f"{LIST}/{{notice_id:uuid}}/dismiss", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def dismiss_notice(
    request: AnyRequest, site: Given[Site], actor: Given[Actor], notice_id: FromPath[UUID]
) -> Response[Any]:
    await site.do(services.dismiss, notice_id, by=actor)
    return see_other(request, LIST, N_("The notice is gone from the list."))


@post(f"{LIST}/read-all", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def read_all(request: AnyRequest, site: Given[Site], actor: Given[Actor]) -> Response[Any]:
    await site.do(services.mark_all_read, by=actor)
    return see_other(request, LIST, N_("All notices are marked as read."))


STOP = "/notices/stop/{person_id:uuid}/{type_name:str}/{channel:str}/{signature:str}"


@get(STOP, **route(PUBLIC), include_in_schema=False)
async def stop_page(
    request: AnyRequest,
    site: Given[Site],
    person_id: FromPath[UUID],
    type_name: FromPath[str],
    channel: FromPath[str],
    signature: FromPath[str],
) -> Response[str]:
    """A button, and no act on GET: scanners of mail open every link."""
    services.check_stop_link(site, person_id, type_name, channel, signature)
    label = site.registry.notices[type_name].label
    return await page(
        request, "notifications/stop.html", page_title=N_("Stop messages of this kind"), label=label, done=False
    )


# The signature in the address is the proof; mail programs post without any page of ours (RFC 8058).
@post(STOP, **route(PUBLIC, csrf=False), include_in_schema=False, status_code=200)
async def stop(
    request: AnyRequest,
    site: Given[Site],
    person_id: FromPath[UUID],
    type_name: FromPath[str],
    channel: FromPath[str],
    signature: FromPath[str],
) -> Response[str]:
    await site.do(services.stop, person_id, type_name, channel, signature)
    label = site.registry.notices[type_name].label
    return await page(request, "notifications/stop.html", page_title=N_("Messages stopped"), label=label, done=True)


# ── preferences ──────────────────────────────────────────────────────────────────────────────────


@get(PREFERENCES, **route(SIGNED_IN), include_in_schema=False)
async def preferences_page(request: AnyRequest, site: Given[Site], actor: Given[Actor]) -> Response[str]:
    return await _preferences_page(request, site, actor)


async def _preferences_page(
    request: AnyRequest, site: Site, actor: Actor, raw: Any = None, refused: Invalid | None = None
) -> Response[str]:
    person_id = _own(actor)
    reached = await site.ask(queries.reached_by, person_id)
    known = services.preferences_of(site, reached, await site.ask(queries.choices_of, person_id))
    chosen = {(c.notice, c.channel): c for c in known.choices}
    if raw is not None:
        ticked = _ticked(raw)
        chosen = {k: c if c.fixed else msgspec.structs.replace(c, wanted=k in ticked) for k, c in chosen.items()}
    values = raw or {
        "quiet": known.quiet_from is not None,
        "quiet_from": known.quiet_from or "22:00",
        "quiet_until": known.quiet_until or "08:00",
        "zone": known.zone,
    }
    context: dict[str, Any] = {
        "form": form_state(request, schemas.QuietForm, values, refused),
        "channels": [(c, site.registry.channels[c.name].label, STATES.get(c.state)) for c in known.channels],
        "groups": _grouped(site, chosen),
        "devices": await site.ask(queries.devices_of, person_id),
        "telegram": reached.telegram,
        "telegram_offered": services.telegram_offered(site),
        "push_key": services.push_key_of(site),
    }
    status = 422 if refused else 200
    return await page(
        request, "notifications/preferences.html", status=status, page_title=N_("What you want to be told"), **context
    )


def _grouped(site: Site, chosen: Any) -> list[tuple[str, list[Any]]]:
    """Kinds of notices by category, each with one cell for each channel."""
    registry = site.registry
    groups = []
    for category, label in CATEGORY_LABELS:
        rows = [
            (name, declared.label, [(channel, chosen.get((name, channel))) for channel in registry.channels])
            for name, declared in registry.notices.items()
            if declared.category == category
        ]
        if rows:
            groups.append((label, rows))
    return groups


def _ticked(raw: Any) -> set[tuple[str, str]]:
    given = raw.get("wanted", [])
    listed = [given] if isinstance(given, str) else given
    return {(name, channel) for name, _, channel in (text.partition("/") for text in listed)}


@post(PREFERENCES, **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def save_preferences(request: AnyRequest, site: Given[Site], actor: Given[Actor]) -> Response[Any]:
    """The whole page is sent: a box that is not ticked is a choice too, where it differs from what is so anyway."""
    raw = await posted_raw(request)
    person_id, ticked = _own(actor), _ticked(raw)
    plain = {name: value for name, value in raw.items() if name != "wanted"}
    try:
        form = parse(schemas.QuietForm, plain, "form")
        reached = await site.ask(queries.reached_by, person_id)
        known = services.preferences_of(site, reached, await site.ask(queries.choices_of, person_id))
        changed = [
            schemas.ChangedChoice(c.notice, c.channel, (c.notice, c.channel) in ticked)
            for c in known.choices
            if not c.fixed and c.wanted != ((c.notice, c.channel) in ticked)
        ]
        begins, ends = (form.quiet_from, form.quiet_until) if form.quiet else (None, None)
        await site.do(services.change_preferences, changed, schemas.ChangedQuiet(begins, ends, form.zone), by=actor)
    except Invalid as refused:
        return await _preferences_page(request, site, actor, raw, refused)
    return see_other(request, PREFERENCES, N_("Saved."))


@post(f"{LIST}/devices/{{device_id:uuid}}/remove", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def remove_device(
    request: AnyRequest, site: Given[Site], actor: Given[Actor], device_id: FromPath[UUID]
) -> Response[Any]:
    await site.do(services.remove_device, device_id, by=actor)
    return see_other(request, PREFERENCES, N_("This device gets no more messages."))


@post(f"{LIST}/telegram", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def link_telegram(request: AnyRequest, site: Given[Site], actor: Given[Actor]) -> Response[str]:
    """A page with the link: it leads to another site, which a form may not."""
    link = await site.do(services.new_link, by=actor)
    return await page(request, "notifications/telegram.html", page_title=N_("Join your Telegram chat"), link=link)


@get(f"{LIST}/telegram/{{code:str}}", **route(SIGNED_IN), include_in_schema=False)
async def pretend_telegram(request: AnyRequest, site: Given[Site], code: FromPath[str]) -> Response[str]:
    """Where messages go into a folder, this page stands in for the chat with the bot."""
    services.check_pretended(site)
    return await page(request, "notifications/telegram.html", page_title=N_("Join your Telegram chat"), code=code)


@post(f"{LIST}/telegram/{{code:str}}", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def pretend_start(
    request: AnyRequest, site: Given[Site], actor: Given[Actor], code: FromPath[str]
) -> Response[Any]:
    services.check_pretended(site)
    chat = _own(actor).int % 2**40
    linked = await site.do(services.link_chat, code, chat)
    if linked is None:
        return see_other(
            request, PREFERENCES, N_("This link is not valid any more. Please make a new one."), tone="bad"
        )
    return see_other(request, PREFERENCES, N_("Your Telegram chat is joined."))


@post(f"{LIST}/telegram/unlink", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def unlink_telegram(request: AnyRequest, site: Given[Site], actor: Given[Actor]) -> Response[Any]:
    await site.do(services.unlink, by=actor)
    return see_other(request, PREFERENCES, N_("Nothing is sent to Telegram any more."))


# ── for those who look after the site ────────────────────────────────────────────────────────────


@get(TEXTS, **route(MAY_WORD), include_in_schema=False)
async def texts_page(request: AnyRequest, site: Given[Site], actor: Given[Actor]) -> Response[str]:
    edited = await site.ask(queries.all_wordings)
    by_notice: dict[str, list[str]] = {}
    for name, locale, channel in sorted(edited):
        by_notice.setdefault(name, []).append(f"{locale} {channel}".strip())
    rows = [(name, d.label, d.category, by_notice.get(name, [])) for name, d in site.registry.notices.items()]
    context: dict[str, Any] = {"rows": rows, "categories": dict(CATEGORY_LABELS), "nav_slot": "admin"}
    return await page(request, "notifications/texts.html", page_title=N_("Notice texts"), **context)


TEXT = f"{TEXTS}/{{name:str}}"


@get(TEXT, **route(MAY_WORD), include_in_schema=False)
async def text_page(
    request: AnyRequest, site: Given[Site], name: FromPath[str], locale: Locale = "ru", channel: Channel = ""
) -> Response[str]:
    return await _text_page(request, site, name, locale, channel)


async def _text_page(
    request: AnyRequest,
    site: Site,
    name: str,
    locale: str,
    channel: str,
    raw: Any = None,
    refused: Invalid | None = None,
    shown: schemas.Preview | None = None,
) -> Response[str]:
    declared = services.declared_notice(site, name)
    if channel and channel not in site.registry.channels:
        raise Missing
    row = services.text_row(site, declared, locale, channel, await site.ask(queries.all_wordings))
    here = f"{TEXTS}/{name}?locale={locale}" + (f"&channel={channel}" if channel else "")
    stored = schemas.TextForm(subject=row.subject, body=row.body)
    context: dict[str, Any] = {
        "row": row,
        "label": declared.label,
        "here": here,
        "languages": LANGUAGES,
        "chosen_locale": locale,
        "chosen_channel": channel,
        "all_channels": [(c.name, c.label) for c in site.registry.channels.values()],
        "form": form_state(request, schemas.TextForm, raw or stored, refused),
        "shown": shown or services.preview(site, declared, stored),
        "nav_slot": "admin",
    }
    status = 422 if refused else 200
    return await page(request, "notifications/text.html", status=status, page_title=N_("Notice text"), **context)


@post(TEXT, **route(MAY_WORD), include_in_schema=False, status_code=200)
async def save_text(
    request: AnyRequest,
    site: Given[Site],
    actor: Given[Actor],
    name: FromPath[str],
    locale: Locale = "ru",
    channel: Channel = "",
) -> Response[Any]:
    """Save, look at it with sample facts, send it to oneself, or go back to what was declared: as the button says."""
    raw = await posted_raw(request)
    act = str(raw.pop("act", "save"))
    back = f"{TEXTS}/{name}?locale={locale}" + (f"&channel={channel}" if channel else "")
    if act == "reset":
        await site.do(services.reset_text, name, locale, channel, by=actor)
        return see_other(request, back, N_("The declared text is back."))
    if act == "test":
        await site.do(services.send_test, name, channel, by=actor)
        return see_other(request, back, N_("Sent to you, in your language."))
    try:
        form = parse(schemas.TextForm, raw, "form")
        declared = services.check_text(site, name, locale, channel, form)
        if act == "preview":
            shown = services.preview(site, declared, form)
            return await _text_page(request, site, name, locale, channel, raw, shown=shown)
        await site.do(services.write_text, name, locale, channel, form, by=actor)
    except Invalid as refused:
        return await _text_page(request, site, name, locale, channel, raw, refused)
    return see_other(request, back, N_("Saved. It holds from the next notice on."))


@get(LOG, **route(MAY_READ_LOG), include_in_schema=False)
async def log_page(
    request: AnyRequest,
    site: Given[Site],
    channel: Channel = "",
    in_state: InState = "",
    type_: Type = "",
    cursor: CursorText = None,
) -> Response[str]:
    found = await site.ask(queries.log_of, channel=channel, state=in_state, type_=type_, cursor=cursor)
    asked = urlencode({k: v for k, v in (("channel", channel), ("state", in_state), ("type", type_)) if v})
    context: dict[str, Any] = {
        "deliveries": found.items,
        "chosen": {"channel": channel, "state": in_state, "type": type_},
        "all_channels": [(c.name, c.label) for c in site.registry.channels.values()],
        "all_states": [(s.name, s) for s in DELIVERY_STATES.values()],
        "all_types": sorted((n, d.label) for n, d in site.registry.notices.items()),
        "states": DELIVERY_STATES,
        "labels": {n: d.label for n, d in site.registry.notices.items()},
        "channel_labels": {c.name: c.label for c in site.registry.channels.values()},
        "asked": asked,
        "next_href": f"{LOG}?{asked}&cursor={found.next}".replace("?&", "?") if found.next else "",
        "nav_slot": "admin",
    }
    return await page(request, "notifications/log.html", page_title=N_("Messages sent"), **context)


@post(f"{LOG}/{{delivery_id:uuid}}/resend", **route(MAY_READ_LOG), include_in_schema=False, status_code=200)
async def resend(
    request: AnyRequest, site: Given[Site], actor: Given[Actor], delivery_id: FromPath[UUID]
) -> Response[Any]:
    await site.do(services.resend, delivery_id, by=actor)
    return see_other(request, f"{LOG}?state=pending", N_("The message is on its way again."))


def _own(actor: Actor) -> UUID:
    if actor.person_id is None:
        raise Missing
    return actor.person_id


handlers = (
    notices_page,
    bell,
    open_notice,
    read_notice,
    dismiss_notice,
    read_all,
    stop_page,
    stop,
    preferences_page,
    save_preferences,
    remove_device,
    link_telegram,
    pretend_telegram,
    pretend_start,
    unlink_telegram,
    texts_page,
    text_page,
    save_text,
    log_page,
    resend,
)
