"""For those who run the site: the texts of notices."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from litestar import get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Response

from marketplace_kit.kernel.errors import Invalid, Missing
from marketplace_kit.kernel.fields import parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.notifications import queries, schemas, services
from marketplace_kit.notifications.domain import MAY_WORD
from marketplace_kit.notifications.pages.delivered import Channel
from marketplace_kit.notifications.pages.paths import CATEGORY_LABELS, TEXTS, AnyRequest
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given
from marketplace_kit.web.forms import form_state
from marketplace_kit.web.rendering import LANGUAGES, page, see_other
from marketplace_kit.web.routing import route

Locale = Annotated[Literal["kk", "ru", "en"], QueryParameter(description="The language of the texts.")]


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


handlers = (
    texts_page,
    text_page,
    save_text,
)
