"""Requests to change what was ordered: the forms of both sides, and how they are read."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from marketplace_kit.kernel.fields import Field, Form
from marketplace_kit.kernel.texts import N_
from marketplace_kit.orders.domain.wishes import AGREED, DECLINED, LONGEST

_ANSWERS = ((AGREED, N_("Yes, we do it")), (DECLINED, N_("No, that is not possible")))


class ChangeWish(Form, frozen=True, kw_only=True):
    """What a customer would like to have otherwise."""

    text: Annotated[
        str,
        Field(
            N_("What shall be changed"),
            hint=N_("Another time, another service, somebody else. Nothing changes until the shop agrees."),
            long=True,
            max_length=LONGEST,
        ),
    ]
    line_id: Annotated[str, Field(N_("Of what"), max_length=36)] = ""
    starts_at: Annotated[str, Field(N_("At what time instead"), format="instant", max_length=40)] = ""


class ChangeAnswer(Form, frozen=True, kw_only=True):
    """What the shop says to it."""

    answer: Annotated[str, Field(N_("Your answer"), choices=_ANSWERS)]
    text: Annotated[str, Field(N_("A few words to the customer"), long=True, max_length=LONGEST)] = ""


class ChangeRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request to change an order. ``state`` is ``open``, ``agreed``, ``declined`` or ``withdrawn``; ``starts_at`` is
    the time that the customer would like, if they named one.
    """

    id: UUID
    order_id: UUID
    asked_at: datetime
    text: str
    state: str
    state_text: str
    tone: str
    line_id: UUID | None = None
    starts_at: datetime | None = None
    answer: str = ""
    answered_at: datetime | None = None
