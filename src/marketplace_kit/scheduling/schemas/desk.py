"""What staff write down: breaks, those who walk in, marks of customers."""

from __future__ import annotations

from typing import Annotated

from marketplace_kit.kernel.fields import Field, Form
from marketplace_kit.kernel.texts import N_


class Break(Form):
    """A stretch in which somebody is not to be booked."""

    starts_at: Annotated[str, Field(N_("From"), max_length=40)]
    ends_at: Annotated[str, Field(N_("To"), max_length=40)]
    reason: Annotated[str, Field(N_("The reason"), max_length=200)] = ""


class WalkIn(Form):
    """Somebody who came without an appointment, or called: two clicks, a phone is not needed."""

    starts_at: Annotated[str, Field(N_("Time"), max_length=40)]
    staff: Annotated[int | None, Field(N_("By whom"), min=1)] = None
    name: Annotated[str, Field(N_("Name"), max_length=120)] = ""
    phone: Annotated[str, Field(N_("Phone"), format="phone", max_length=20)] = ""
    note: Annotated[str, Field(N_("Note"), max_length=1000)] = ""
    overbook: Annotated[str, Field(N_("Book it although the time is taken, because"), max_length=300)] = ""


class NewWalkIn(WalkIn, frozen=True, kw_only=True):
    """The same for programs. What the service's kind asks at the counter (a pet, a car) stands beside these."""

    listing_id: Annotated[str, Field(N_("Service"), max_length=40)]


class MarkForm(Form):
    """How bookings of one customer are handled in a shop."""

    phone: Annotated[str, Field(N_("Phone"), format="phone", max_length=20)]
    mode: Annotated[
        str,
        Field(
            N_("Online booking"),
            choices=(
                ("block", N_("Not possible")),
                ("prepay_only", N_("With a prepayment only")),
                ("allow", N_("Allowed")),
            ),
        ),
    ]
    reason: Annotated[str, Field(N_("The reason"), max_length=500)]
