"""REST: POST /api/notifications/send-order-update (seeds 003), by those who work on the order."""

from __future__ import annotations

from uuid import UUID

from litestar import post

from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.notifications.queries import notice_named
from marketplace_kit.notifications.schemas import NoticeView
from marketplace_kit.orders import services
from marketplace_kit.orders.domain import WORK
from marketplace_kit.orders.schemas import OrderUpdate
from marketplace_kit.web.context import Given
from marketplace_kit.web.routing import route


@post(
    "/api/notifications/send-order-update",
    **route(WORK, body=OrderUpdate, summary="Tell the customer of one of your shop's orders how it stands"),
)
async def send_order_update(site: Given[Site], actor: Given[Actor], form: Given[OrderUpdate]) -> NoticeView:
    """Without a `message` the predefined text is sent. 404 for another shop's order and for whoever did not place it;
    422 `message_required` where there is no predefined text, `not_its_status` for a status that it does not have.
    """
    try:
        to, order_id = UUID(form.user_id), UUID(form.order_id)
    except ValueError:
        raise Missing from None
    notice_id = await site.do(services.announce, order_id, form, to=to, status=form.status, by=actor)
    return await site.ask(notice_named, notice_id, to)


handlers = (send_order_update,)
