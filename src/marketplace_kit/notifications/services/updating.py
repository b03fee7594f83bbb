"""News about an order that its shop sends by hand (S4 5.4.2): notices like any other. The room of orders sends them."""

from __future__ import annotations

from marketplace_kit.kernel.hooks import Notice
from marketplace_kit.kernel.texts import N_
from marketplace_kit.notifications.domain import ORDER_UPDATES

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
