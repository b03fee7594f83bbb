"""Which notices by which channel, the link of a mail that ends one, devices and Telegram."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from marketplace_kit.kernel.errors import Invalid
from marketplace_kit.kernel.fields import parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.process import State, Tone
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.notifications import queries, schemas, services
from marketplace_kit.notifications.pages.paths import CATEGORY_LABELS, LIST, PREFERENCES, AnyRequest, own
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given
from marketplace_kit.web.forms import form_state
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import PUBLIC, SIGNED_IN, route

STATES = {
    "unverified": State("unverified", N_("not confirmed yet"), Tone.WARN),
    "missing": State("missing", N_("not set up"), Tone.NEUTRAL),
}
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


@get(PREFERENCES, **route(SIGNED_IN), include_in_schema=False)
async def preferences_page(request: AnyRequest, site: Given[Site], actor: Given[Actor]) -> Response[str]:
    return await _preferences_page(request, site, actor)


async def _preferences_page(
    request: AnyRequest, site: Site, actor: Actor, raw: Any = None, refused: Invalid | None = None
) -> Response[str]:
    person_id = own(actor)
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
    person_id, ticked = own(actor), _ticked(raw)
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
    chat = own(actor).int % 2**40
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


handlers = (
    stop_page,
    stop,
    preferences_page,
    save_preferences,
    remove_device,
    link_telegram,
    pretend_telegram,
    pretend_start,
    unlink_telegram,
)
