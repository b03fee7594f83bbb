"""Pages of appointments that repeat."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from marketplace_kit.kernel.errors import DomainError, Invalid
from marketplace_kit.kernel.fields import parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.scheduling.pages.following import MINE, VISIT
from marketplace_kit.scheduling.pages.wording import said_day
from marketplace_kit.scheduling.queries.following import Followed
from marketplace_kit.scheduling.services.inviting import visit_for, visit_path
from marketplace_kit.scheduling.services.repeating import RepeatForm, SeriesConflicts, repeat
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.forms import form_state
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import SIGNED_IN, route


@get(f"{VISIT}/repeat", **route(SIGNED_IN), include_in_schema=False)
async def repeat_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], appointment_id: FromPath[UUID]
) -> Response[str]:
    return await _repeat_page(request, await visit_for(site, appointment_id, by=actor))


async def _repeat_page(
    request: WebRequest, one: Followed, raw: Any = None, refused: DomainError | None = None, made: Any = None
) -> Response[str]:
    """Context: one, form, action, taken ((when, why) of what a refusal names), made (a SeriesView with words, or
    none).
    """
    locale, site = visit_of(request).locale, visit_of(request).site
    conflicts = refused.facts["conflicts"] if isinstance(refused, SeriesConflicts) else ()
    invalid = refused if isinstance(refused, Invalid) else None
    taken = [said_day(date.fromisoformat(str(c["day"])), locale) for c in conflicts]
    words = None
    if made is not None:
        words = [
            (site.texts.gettext(locale, title), [said_day(d.day, locale) for d in listed])
            for title, listed in (
                (N_("Booked"), made.booked),
                (N_("Not free"), made.conflicts),
                (N_("Booked later, as soon as it is possible"), made.planned),
            )
            if listed
        ]
    return await page(
        request,
        "scheduling/repeat.html",
        status=200 if refused is None else 409 if conflicts else 422,
        page_title=N_("Repeat this appointment"),
        one=one,
        form=form_state(request, RepeatForm, raw, invalid),
        action=f"{visit_path(one.id)}/repeat",
        back_href=visit_path(one.id),
        taken=taken,
        made=words,
    )


@post(f"{VISIT}/repeat", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def repeat_it(
    request: WebRequest, site: Given[Site], actor: Given[Actor], appointment_id: FromPath[UUID]
) -> Response[Any]:
    one = await visit_for(site, appointment_id, by=actor)
    raw = await posted_raw(request)
    try:
        made = await site.do(repeat, appointment_id, parse(RepeatForm, raw, "form"), by=actor)
    except (Invalid, SeriesConflicts) as refused:
        return await _repeat_page(request, one, raw, refused)
    if made.conflicts:
        return await _repeat_page(request, one, raw, made=made)
    return see_other(request, MINE, N_("Booked. Every date is an appointment of its own."))


handlers = (
    repeat_page,
    repeat_it,
)
