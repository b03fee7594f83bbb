"""What a shop tells the customer of an order by hand."""

from __future__ import annotations

from typing import Annotated

from marketplace_kit.kernel.fields import Field, Form
from marketplace_kit.kernel.texts import N_
from marketplace_kit.orders.domain import STAGES

_ID = r"[0-9a-fA-F-]{32,36}"


class News(Form, frozen=True, kw_only=True):
    """News about an order. Without a message the predefined text is sent."""

    type: Annotated[
        str,
        Field(
            N_("Kind of news"),
            choices=(
                ("status_update", N_("News about an order")),
                ("queue_update", N_("News from the queue")),
                ("completion", N_("Order completed")),
                ("cancellation", N_("Order cancelled")),
                ("delay", N_("Order delayed")),
            ),
        ),
    ] = "status_update"
    message: Annotated[
        str,
        Field(
            N_("Message"),
            hint=N_("Left empty, the customer reads how the order stands, or whose turn is next."),
            long=True,
            max_length=1000,
        ),
    ] = ""


class OrderUpdate(News, frozen=True, kw_only=True):
    """The same over the wire: to whom, of which order. ``status`` is the one that it is thought to have."""

    user_id: Annotated[str, Field(N_("Person"), pattern=_ID)]
    order_id: Annotated[str, Field(N_("Order"), pattern=_ID)]
    status: Annotated[
        str, Field(N_("Status"), choices=tuple((str(stage), state.text) for stage, state in STAGES.items()))
    ] = ""
