"""What is paid of an order: the forms of the desk, and how its readers see it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from marketplace_kit.kernel.fields import Field, Form
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.texts import N_
from marketplace_kit.orders.domain.paid import AT_THE_DESK, CASH, MEANS

_MEANS = tuple((name, MEANS[name]) for name in AT_THE_DESK)


class PaidForm(Form, frozen=True, kw_only=True):
    """Money that the shop was given in person: all that is left to pay, or a part of it."""

    amount: Annotated[Money, Field(N_("Sum"), hint=N_("All that is left, or a part of it."), min=1)]
    means: Annotated[str, Field(N_("Paid by"), choices=_MEANS)] = CASH
    reference: Annotated[
        str,
        Field(
            N_("Number of the operation"),
            hint=N_("As it stands on the terminal's slip or in the bank's message. Not needed for cash."),
            max_length=80,
        ),
    ] = ""


class UndoForm(Form, frozen=True, kw_only=True):
    """Why a payment is taken back."""

    reason: Annotated[str, Field(N_("Reason"), hint=N_("The other side reads it."), max_length=500, long=True)] = ""


class PaymentView(msgspec.Struct, frozen=True, kw_only=True):
    """One payment of an order. The number of the operation, the reason and who took it are told to the shop only."""

    id: UUID
    at: datetime
    amount: Money
    means: str
    means_text: str
    undone: bool = False
    undone_at: datetime | None = None
    reason: str = ""
    reference: str = ""
    by: str = ""
    source: str = ""


class PaidView(msgspec.Struct, frozen=True, kw_only=True):
    """What is paid of an order. ``state`` is ``unpaid``, ``part_paid``, ``paid``, ``to_return`` or ``nothing_due``."""

    state: str
    text: str
    tone: str
    paid: Money
    left: Money
    to_return: Money
    payments: list[PaymentView] = []
