"""How a service is booked, and who performs it."""

from __future__ import annotations

from typing import Annotated

import msgspec

from marketplace_kit.kernel.fields import Field, Form
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.texts import N_

_GRIDS = (
    ("grid", N_("Every so many minutes")),
    ("fixed", N_("At fixed times")),
    ("no_gaps", N_("Only where no gap is left")),
)


_CONFIRMATIONS = (("instant", N_("At once")), ("by_shop", N_("The shop confirms each")))


_PREPAY = (
    ("none", N_("Nothing")),
    ("fixed", N_("A fixed sum")),
    ("percent", N_("A share in percent")),
    ("all", N_("The whole price")),
)


class ServiceRule(Form):
    """How a service is booked."""

    minutes: Annotated[int | None, Field(N_("Duration"), unit=N_("minutes"), min=5, max=1440)] = None
    before: Annotated[int, Field(N_("Minutes before"), hint=N_("To prepare"), min=0, max=600)] = 0
    after: Annotated[int, Field(N_("Minutes after"), hint=N_("To tidy up"), min=0, max=600)] = 0
    lead_minutes: Annotated[int, Field(N_("Minutes ahead at least"), min=0, max=43200)] = 60
    horizon_days: Annotated[int, Field(N_("Days ahead at most"), min=0, max=730)] = 60
    step: Annotated[int, Field(N_("Minutes between starts"), min=5, max=1440)] = 15
    mode: Annotated[str, Field(N_("When visits begin"), choices=_GRIDS)] = "grid"
    fixed_times: Annotated[str, Field(N_("Fixed times"), hint=N_("Like 10:00, 12:30, 17:00"), max_length=300)] = ""
    confirmation: Annotated[str, Field(N_("Confirmation"), choices=_CONFIRMATIONS)] = "instant"
    needs: Annotated[
        str,
        Field(
            N_("What it needs"),
            hint=N_("Like staff:colouring, room:massage. Empty: one member of staff."),
            max_length=300,
        ),
    ] = ""
    places: Annotated[int, Field(N_("Places per start"), hint=N_("For classes and groups"), min=1, max=500)] = 1
    cutoff_hours: Annotated[int, Field(N_("Hours before which it can be cancelled or moved"), min=0, max=720)] = 6
    moves: Annotated[int, Field(N_("How often it can be moved"), min=0, max=20)] = 2
    max_open: Annotated[int, Field(N_("Open visits per customer at most"), min=0, max=100)] = 10
    prepay: Annotated[str, Field(N_("Prepayment"), choices=_PREPAY)] = "none"
    prepay_amount: Annotated[int, Field(N_("Sum in tenge, or percent"), min=0, max=100_000_000)] = 0
    late_fee_percent: Annotated[int, Field(N_("Fee for a late cancellation, percent"), min=0, max=100)] = 0
    missed_fee_percent: Annotated[int, Field(N_("Fee for a missed visit, percent"), min=0, max=100)] = 0
    policy_text: Annotated[str, Field(N_("Rules that the customer reads"), long=True, max_length=1000)] = ""
    bookable_online: Annotated[bool, Field(N_("Can be booked online"))] = True
    version: Annotated[int | None, Field(N_("Version"), min=1)] = None


class Performer(msgspec.Struct, frozen=True, kw_only=True):
    """Who or what performs a service, with minutes and price of its own where they differ."""

    resource_id: int
    minutes: int | None = None
    price: Money | None = None
