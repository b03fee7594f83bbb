"""For those who run the site: what was sent, and sending it again."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import urlencode
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Response

from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.process import State, Tone
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.notifications import queries, services
from marketplace_kit.notifications.domain import MAY_READ_LOG
from marketplace_kit.notifications.pages.paths import LOG, AnyRequest
from marketplace_kit.web.context import Given
from marketplace_kit.web.paging import CursorText
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import route

Channel = Annotated[str, QueryParameter(max_length=40, description="A channel's name; empty: all.")]
InState = Annotated[
    Literal["", "pending", "sent", "failed", "skipped"], QueryParameter(name="state", description="In this state.")
]
Type = Annotated[str, QueryParameter(name="type", max_length=80, description="A notice's name; empty: all.")]
DELIVERY_STATES = {
    s.name: s
    for s in (
        State("pending", N_("On its way"), Tone.INFO),
        State("sent", N_("Sent"), Tone.GOOD),
        State("failed", N_("Given up"), Tone.BAD),
        State("skipped", N_("Not wanted any more"), Tone.NEUTRAL),
    )
}


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
        "all_states": [(s.name, s.text) for s in DELIVERY_STATES.values()],
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


handlers = (
    log_page,
    resend,
)
