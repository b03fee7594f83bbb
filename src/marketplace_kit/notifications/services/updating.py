"""News about an order that staff send by hand (S4 5.4.2): a notice like any other, once for each time it is sent."""

from __future__ import annotations

from uuid import UUID

from marketplace_kit.kernel.audit import audit
from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor, Notice
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_kit.notifications.domain import ORDER_UPDATES
from marketplace_kit.notifications.schemas import OrderUpdate
from marketplace_kit.notifications.services.notifying import notify

SEND = "notifications.send_order_updates"
_SUBJECTS = {
    "status_update": N_("News about your order"),
    "queue_update": N_("News about your place in the queue"),
    "completion": N_("Your order is completed"),
    "cancellation": N_("Your order is cancelled"),
    "delay": N_("Your order is delayed"),
}
_LABELS = {
    "status_update": N_("News about an order"),
    "queue_update": N_("News from the queue"),
    "completion": N_("Order completed"),
    "cancellation": N_("Order cancelled"),
    "delay": N_("Order delayed"),
}
ORDER_NOTICES = tuple(
    Notice(
        name=name,
        label=_LABELS[name],
        subject=_SUBJECTS[name],
        body="{message}",
        category="services" if name == "queue_update" else "orders",
        sample={"message": "…"},
    )
    for name in ORDER_UPDATES
)
"""Named as S4 5.4.1 names the types, so that a notice's ``type`` reads as it does there."""


async def send_order_update(uow: UnitOfWork, update: OrderUpdate, *, by: Actor) -> UUID:
    """Tell a person something about an order. Refuses :class:`Missing` if there is no such active person."""
    try:
        to, order_id = UUID(update.user_id), UUID(update.order_id)
    except ValueError:
        raise Missing from None
    sent = await notify(
        uow,
        to=to,
        notice=update.type,
        facts={"message": update.message},
        link="/account/notices",
        key=f"notifications.order_update:{new_id()}",
        order_id=order_id,
    )
    if sent is None:
        raise Missing
    await audit(uow, by=by, act=SEND, on=f"order:{order_id}", facts={"type": update.type, "notice": str(sent)})
    return sent
