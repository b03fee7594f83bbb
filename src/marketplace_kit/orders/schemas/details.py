"""What is filled in with an order, and how a site takes orders: forms."""

from __future__ import annotations

from typing import Annotated

from marketplace_kit.kernel.fields import Field, Form
from marketplace_kit.kernel.texts import N_
from marketplace_kit.shops.domain import AGREEING

_NOTE = Field(N_("A note for the shop"), max_length=1000, long=True)
_AGREE = Field(AGREEING)


class MemberDetails(Form, frozen=True, kw_only=True):
    """What somebody with an account adds to an order."""

    phone: Annotated[
        str, Field(N_("Phone for questions about this order"), format="phone", max_length=20, autocomplete="tel")
    ] = ""
    note: Annotated[str, _NOTE] = ""
    consent: Annotated[bool, _AGREE] = False


class GuestDetails(Form, frozen=True, kw_only=True):
    """Who orders without an account."""

    name: Annotated[str, Field(N_("Your name"), max_length=200, autocomplete="name")]
    phone: Annotated[
        str,
        Field(
            N_("Phone"),
            hint=N_("We send you a link by which you can look after your order."),
            format="phone",
            max_length=20,
            autocomplete="tel",
        ),
    ]
    email: Annotated[str, Field(N_("E-mail"), format="email", max_length=254, autocomplete="email")] = ""
    note: Annotated[str, _NOTE] = ""
    consent: Annotated[bool, _AGREE] = False


class StaffDetails(Form, frozen=True, kw_only=True):
    """For whom the shop writes an order down. Without a phone number it is never joined with anybody's account; without
    a name it is a guest's.
    """

    name: Annotated[str, Field(N_("Customer's name"), max_length=200, hint=N_("Empty: a guest."))] = ""
    phone: Annotated[str, Field(N_("Phone"), format="phone", max_length=20)] = ""
    email: Annotated[str, Field(N_("E-mail"), format="email", max_length=254)] = ""
    note: Annotated[str, _NOTE] = ""


Details = MemberDetails | GuestDetails | StaffDetails


class OrderSettings(Form, frozen=True, kw_only=True):
    """How the site takes orders."""

    hold_minutes: Annotated[
        int, Field("Minutes for which something is kept for somebody who is about to order it", min=1, max=120)
    ] = 10
    guests: Annotated[bool, Field("Guests may order without an account")] = True


class CancelForm(Form, frozen=True, kw_only=True):
    """Why a whole order is cancelled."""

    reason: Annotated[str, Field(N_("Reason"), hint=N_("The other side reads it."), max_length=500, long=True)] = ""
