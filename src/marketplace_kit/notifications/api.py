"""REST: /api/notifications for oneself, /api/admin/notices for those who look after the site. A person sees their own
notices; anybody else's are not there.
"""

from __future__ import annotations

import hmac
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import delete, get, post, put
from litestar.params import FromPath, QueryParameter

from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.registry import Registry
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import LOCALES
from marketplace_kit.notifications import queries, schemas, services
from marketplace_kit.notifications.domain import EVERY_CHANNEL, MAY_READ_LOG, MAY_WORD
from marketplace_kit.notifications.queries import types_of
from marketplace_kit.web.bodies import MalformedBody, sent_raw
from marketplace_kit.web.context import Given, WebRequest
from marketplace_kit.web.paging import CursorText, Limit, Page
from marketplace_kit.web.routing import PUBLIC, SIGNED_IN, route

UnreadOnly = Annotated[bool, QueryParameter(description="Only those not read yet.")]
Category = Annotated[
    Literal["", "orders", "services", "messages", "system"], QueryParameter(description="Only of this category.")
]
Channel = Annotated[str, QueryParameter(max_length=40, description="A channel's name; empty: all.")]
State = Annotated[
    Literal["", "pending", "sent", "failed", "skipped"], QueryParameter(name="state", description="Only in this state.")
]
Type = Annotated[str, QueryParameter(name="type", max_length=80, description="A notice's name; empty: all.")]
Locale = Annotated[Literal["kk", "ru", "en"], QueryParameter(description="The language of the texts.")]


# ── one's own ────────────────────────────────────────────────────────────────────────────────────


@get("/api/notifications", **route(SIGNED_IN, summary="My notices, newest first"))
async def notices(
    site: Given[Site],
    actor: Given[Actor],
    unread: UnreadOnly = False,
    category: Category = "",
    cursor: CursorText = None,
    limit: Limit = 20,
) -> Page[schemas.NoticeView]:
    types = types_of(site.registry, category)
    return await site.ask(queries.notices_of, _own(actor), unread_only=unread, types=types, cursor=cursor, limit=limit)


@get("/api/notifications/unread/{user_id:uuid}", **route(SIGNED_IN, summary="My unread notices and their number"))
async def unread_notices(
    site: Given[Site], actor: Given[Actor], user_id: FromPath[UUID], cursor: CursorText = None, limit: Limit = 20
) -> schemas.UnreadNotices:
    if user_id != actor.person_id:
        raise Missing
    return await site.ask(queries.unread_of, user_id, cursor=cursor, limit=limit)


@put("/api/notifications/mark-read/{notice_id:uuid}", **route(SIGNED_IN, summary="Mark one of my notices read"))
async def mark_read(site: Given[Site], actor: Given[Actor], notice_id: FromPath[UUID]) -> schemas.NoticeView:
    await site.do(services.mark_read, notice_id, by=actor)
    return await site.ask(queries.notice_named, notice_id, _own(actor))


@post("/api/notifications/mark-all-read", **route(SIGNED_IN, summary="Mark all my notices read"), status_code=200)
async def mark_all_read(site: Given[Site], actor: Given[Actor]) -> schemas.Marked:
    return schemas.Marked(marked=await site.do(services.mark_all_read, by=actor))


@delete("/api/notifications/{notice_id:uuid}", **route(SIGNED_IN, summary="Dismiss one of my notices"))
async def dismiss(site: Given[Site], actor: Given[Actor], notice_id: FromPath[UUID]) -> None:
    await site.do(services.dismiss, notice_id, by=actor)


@post(
    "/api/notifications/register-device",
    **route(SIGNED_IN, body=schemas.NewDevice, summary="Have push messages sent to this device"),
)
async def register_device(site: Given[Site], actor: Given[Actor], form: Given[schemas.NewDevice]) -> schemas.DeviceRow:
    device_id = await site.do(services.register_device, form, by=actor)
    return next(d for d in await site.ask(queries.devices_of, _own(actor)) if d.id == device_id)


@get("/api/notifications/devices", **route(SIGNED_IN, summary="The devices that get my push messages"))
async def devices(site: Given[Site], actor: Given[Actor]) -> list[schemas.DeviceRow]:
    return await site.ask(queries.devices_of, _own(actor))


@delete("/api/notifications/devices/{device_id:uuid}", **route(SIGNED_IN, summary="Send this device no more"))
async def remove_device(site: Given[Site], actor: Given[Actor], device_id: FromPath[UUID]) -> None:
    await site.do(services.remove_device, device_id, by=actor)


@get("/api/notifications/push-key", **route(SIGNED_IN, summary="What a browser needs to subscribe to push messages"))
async def push_key(site: Given[Site]) -> schemas.PushKey:
    return schemas.PushKey(public_key=services.push_key_of(site))


@get("/api/notifications/preferences", **route(SIGNED_IN, summary="What I want to be told, how, and my quiet hours"))
async def preferences(site: Given[Site], actor: Given[Actor]) -> schemas.Preferences:
    person_id = _own(actor)
    reached = await site.ask(queries.reached_by, person_id)
    return services.preferences_of(site, reached, await site.ask(queries.choices_of, person_id))


def _preferences_body(_: Registry) -> dict[str, Any]:
    time = {"type": ["string", "null"], "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}
    choice = {"notice": {"type": "string"}, "channel": {"type": "string"}, "wanted": {"type": "boolean"}}
    quiet = {"quiet_from": time, "quiet_until": time, "zone": {"type": ["string", "null"]}}
    listed = {"type": "object", "properties": choice, "required": list(choice), "additionalProperties": False}
    hours = {
        "type": ["object", "null"],
        "properties": quiet,
        "required": ["quiet_from", "quiet_until"],
        "additionalProperties": False,
    }
    parts = {"choices": {"type": "array", "items": listed}, "quiet": hours}
    return {"type": "object", "properties": parts, "additionalProperties": False}


@put(
    "/api/notifications/preferences",
    **route(SIGNED_IN, openapi_body=_preferences_body, summary="Change what I am told, and my quiet hours"),
)
async def change_preferences(request: WebRequest, site: Given[Site], actor: Given[Actor]) -> schemas.Preferences:
    try:
        wish = msgspec.convert(await sent_raw(request), schemas.ChangedPreferences)
    except msgspec.ValidationError as wrong:
        raise MalformedBody(reason=str(wrong)) from wrong
    await site.do(services.change_preferences, wish.choices, wish.quiet, by=actor)
    person_id = _own(actor)
    reached = await site.ask(queries.reached_by, person_id)
    return services.preferences_of(site, reached, await site.ask(queries.choices_of, person_id))


@post("/api/notifications/telegram/link", **route(SIGNED_IN, summary="A link that joins my Telegram chat"))
async def telegram_link(site: Given[Site], actor: Given[Actor]) -> schemas.Linked:
    return schemas.Linked(link=await site.do(services.new_link, by=actor))


@delete("/api/notifications/telegram/link", **route(SIGNED_IN, summary="Send my Telegram chat no more"))
async def telegram_unlink(site: Given[Site], actor: Given[Actor]) -> None:
    await site.do(services.unlink, by=actor)


# Telegram has no sign-in here: the secret that we gave it when we told it this address is the proof.
@post("/api/notifications/telegram", **route(PUBLIC, csrf=False), include_in_schema=False, status_code=200)
async def telegram_update(request: WebRequest, site: Given[Site]) -> dict[str, bool]:
    told = request.headers.get("x-telegram-bot-api-secret-token", "")
    if not hmac.compare_digest(told.encode(), services.webhook_secret(site).encode()):
        raise Missing
    await services.take_update(site, await sent_raw(request))
    return {"ok": True}


# ── staff ────────────────────────────────────────────────────────────────────────────────────────


@get("/api/admin/notices/log", **route(MAY_READ_LOG, summary="What was sent, and how it went"))
async def log(
    site: Given[Site],
    channel: Channel = "",
    in_state: State = "",
    type_: Type = "",
    cursor: CursorText = None,
    limit: Limit = 50,
) -> Page[schemas.DeliveryRow]:
    return await site.ask(queries.log_of, channel=channel, state=in_state, type_=type_, cursor=cursor, limit=limit)


@post(
    "/api/admin/notices/log/{delivery_id:uuid}/resend",
    **route(MAY_READ_LOG, summary="Send a failed message once more"),
    status_code=202,
)
async def resend(site: Given[Site], actor: Given[Actor], delivery_id: FromPath[UUID]) -> None:
    await site.do(services.resend, delivery_id, by=actor)


@get("/api/admin/notices/texts", **route(MAY_WORD, summary="The texts of all notices in one language"))
async def texts(site: Given[Site], locale: Locale = "ru") -> list[schemas.TextRow]:
    edited = await site.ask(queries.all_wordings)
    of_channels = sorted(key for key in edited if key[1] == locale and key[2] != EVERY_CHANNEL)
    named = [(name, EVERY_CHANNEL) for name in site.registry.notices]
    named += [(name, channel) for name, _, channel in of_channels if name in site.registry.notices]
    return [services.text_row(site, site.registry.notices[n], locale, channel, edited) for n, channel in sorted(named)]


TEXT = "/api/admin/notices/texts/{name:str}/{locale:str}"


@put(TEXT, **route(MAY_WORD, body=schemas.TextForm, summary="Word a notice otherwise"))
async def write_text(
    site: Given[Site],
    actor: Given[Actor],
    form: Given[schemas.TextForm],
    name: FromPath[str],
    locale: FromPath[str],
    channel: Channel = "",
) -> schemas.TextRow:
    await site.do(services.write_text, name, locale, channel, form, by=actor)
    return services.text_row(
        site, services.declared_notice(site, name), locale, channel, await site.ask(queries.all_wordings)
    )


@delete(TEXT, **route(MAY_WORD, summary="Back to the declared text"), status_code=200)
async def reset_text(
    site: Given[Site], actor: Given[Actor], name: FromPath[str], locale: FromPath[str], channel: Channel = ""
) -> schemas.TextRow:
    await site.do(services.reset_text, name, locale, channel, by=actor)
    if locale not in LOCALES:
        raise Missing
    return services.text_row(
        site, services.declared_notice(site, name), locale, channel, await site.ask(queries.all_wordings)
    )


@post(
    f"{TEXT}/preview", **route(MAY_WORD, body=schemas.TextForm, summary="Try a text on sample facts"), status_code=200
)
async def preview_text(
    site: Given[Site], form: Given[schemas.TextForm], name: FromPath[str], locale: FromPath[str]
) -> schemas.Preview:
    return services.preview(site, services.check_text(site, name, locale, EVERY_CHANNEL, form), form)


@post("/api/admin/notices/texts/{name:str}/test", **route(MAY_WORD, summary="Send a text to oneself"), status_code=202)
async def send_text_to_oneself(
    site: Given[Site], actor: Given[Actor], name: FromPath[str], channel: Channel = ""
) -> None:
    await site.do(services.send_test, name, channel, by=actor)


def _own(actor: Actor) -> UUID:
    if actor.person_id is None:
        raise Missing
    return actor.person_id


handlers = (
    notices,
    unread_notices,
    mark_read,
    mark_all_read,
    dismiss,
    register_device,
    devices,
    remove_device,
    push_key,
    preferences,
    change_preferences,
    telegram_link,
    telegram_unlink,
    telegram_update,
    log,
    resend,
    texts,
    write_text,
    reset_text,
    preview_text,
    send_text_to_oneself,
)
