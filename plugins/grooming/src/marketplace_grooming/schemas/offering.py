"""What is declared of a grooming service, and what the doors take and give."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, TypeAlias
from uuid import UUID

import msgspec

from marketplace_grooming.domain import BANDS, COATS, HEAVIEST, SPECIES, PriceList, Surcharge, Tariff
from marketplace_kit.kernel.fields import Field, Form
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.texts import N_
from marketplace_pets.domain import BEHAVIOUR_CHOICES, PROTOCOL_CHOICES, Requirements

Minutes: TypeAlias = int | None
MINUTES = N_("minutes")
MOST_MINUTES = 600
SURCHARGED = ("double", "curly", "wire", "long")
"""Coats that may cost more."""


PetName = Annotated[str, Field(N_("Name of your pet"), max_length=60)]
Phone = Annotated[str, Field(N_("Your telephone number"), format="phone", private=True, autocomplete="tel")]
Note = Annotated[
    str, Field(N_("Anything the groomer should know"), long=True, max_length=500, hint=N_("Tangles, fears, age …"))
]


class GroomingService(Form):
    """A service whose price and time depend on the size of the pet. A size without a price is not taken."""

    species: Annotated[tuple[str, ...], Field(N_("For"), choices=SPECIES, filterable=True)]
    coat: Annotated[str, Field(N_("Coat"), choices=COATS, filterable=True)] = "any"
    includes: Annotated[
        str, Field(N_("What is included"), long=True, max_length=1000, hint=N_("Bath, drying, nails, ears, cut …"))
    ] = ""
    home_visit: Annotated[bool, Field(N_("The groomer comes to your home"), filterable=True)] = False
    price_mini: Annotated[Money | None, Field(N_("Price: mini, up to 5 kg"))] = None
    minutes_mini: Annotated[Minutes, Field(N_("Time: mini, up to 5 kg"), unit=MINUTES, min=5, max=MOST_MINUTES)] = None
    price_small: Annotated[Money | None, Field(N_("Price: small, 5 to 10 kg"))] = None
    minutes_small: Annotated[Minutes, Field(N_("Time: small, 5 to 10 kg"), unit=MINUTES, min=5, max=MOST_MINUTES)] = (
        None
    )
    price_medium: Annotated[Money | None, Field(N_("Price: medium, 10 to 25 kg"))] = None
    minutes_medium: Annotated[
        Minutes, Field(N_("Time: medium, 10 to 25 kg"), unit=MINUTES, min=5, max=MOST_MINUTES)
    ] = None
    price_large: Annotated[Money | None, Field(N_("Price: large, 25 to 45 kg"))] = None
    minutes_large: Annotated[Minutes, Field(N_("Time: large, 25 to 45 kg"), unit=MINUTES, min=5, max=MOST_MINUTES)] = (
        None
    )
    price_giant: Annotated[Money | None, Field(N_("Price: giant, over 45 kg"))] = None
    minutes_giant: Annotated[Minutes, Field(N_("Time: giant, over 45 kg"), unit=MINUTES, min=5, max=MOST_MINUTES)] = (
        None
    )

    price_double: Annotated[Money | None, Field(N_("Surcharge: double coat"))] = None
    minutes_double: Annotated[Minutes, Field(N_("More time: double coat"), unit=MINUTES, min=0, max=MOST_MINUTES)] = (
        None
    )
    price_curly: Annotated[Money | None, Field(N_("Surcharge: curly coat"))] = None
    minutes_curly: Annotated[Minutes, Field(N_("More time: curly coat"), unit=MINUTES, min=0, max=MOST_MINUTES)] = None
    price_wire: Annotated[Money | None, Field(N_("Surcharge: wire coat"))] = None
    minutes_wire: Annotated[Minutes, Field(N_("More time: wire coat"), unit=MINUTES, min=0, max=MOST_MINUTES)] = None
    price_long: Annotated[Money | None, Field(N_("Surcharge: long coat"))] = None
    minutes_long: Annotated[Minutes, Field(N_("More time: long coat"), unit=MINUTES, min=0, max=MOST_MINUTES)] = None
    requires: Annotated[
        tuple[str, ...],
        Field(
            N_("Proofs that must be valid"),
            choices=PROTOCOL_CHOICES,
            hint=N_("Only proofs that staff have checked count."),
        ),
    ] = ()
    waiting_days: Annotated[
        int, Field(N_("Days to wait after a first or late dose"), unit=N_("days"), min=0, max=60)
    ] = 0
    min_age_months: Annotated[int, Field(N_("Youngest age"), unit=N_("months"), min=0, max=60)] = 0
    refuses: Annotated[tuple[str, ...], Field(N_("Pets that are not taken"), choices=BEHAVIOUR_CHOICES)] = ()
    proof_later: Annotated[
        bool, Field(N_("Take bookings while a proof waits to be checked"), hint=N_("It is looked at on the day."))
    ] = False
    evaluation: Annotated[
        str,
        Field(
            N_("Pets that you have not met yet"),
            choices=(
                ("", N_("May come")),
                ("warn", N_("May come; staff and family are told that you have not met")),
                ("block", N_("May not come before an evaluation")),
            ),
            hint=N_("An evaluation is a visit at which you meet the pet; offer it as a service of its own."),
        ),
    ] = ""
    evaluation_days: Annotated[
        int,
        Field(
            N_("An evaluation lasts for so long without a visit"),
            unit=N_("days"),
            min=0,
            max=1000,
            hint=N_("0: for ever."),
        ),
    ] = 0
    unanswered: Annotated[
        str,
        Field(
            N_("If the owner does not answer about an extra"),
            choices=(
                ("hold", N_("Pause the work until there is an answer")),
                ("without", N_("Go on without the extra")),
            ),
        ),
    ] = "hold"
    answer_minutes: Annotated[int, Field(N_("Wait for an answer"), unit=MINUTES, min=5, max=240)] = 30

    @property
    def coats(self) -> dict[str, Surcharge]:
        """What each coat adds."""
        named = ((c, getattr(self, f"price_{c}"), getattr(self, f"minutes_{c}")) for c in SURCHARGED)
        return {c: Surcharge(price=price, minutes=minutes or 0) for c, price, minutes in named if price or minutes}

    @property
    def requirements(self) -> Requirements:
        """What the gate asks of a pet."""
        return Requirements(
            protocols=self.requires,
            waiting_days=self.waiting_days,
            min_age_months=self.min_age_months,
            refused_behaviours=self.refuses,
            evaluation=self.evaluation == "block",
            species=self.species,
        )

    @property
    def price_list(self) -> PriceList:
        """The bands that have a price."""
        found = ((b, getattr(self, f"price_{b.name}"), getattr(self, f"minutes_{b.name}")) for b in BANDS)
        return PriceList({b.name: Tariff(b, price, minutes) for b, price, minutes in found if price is not None})


class AskPrice(Form):
    """What a page asks for a quote."""

    weight: Annotated[
        str, Field(N_("Weight of your pet"), unit=N_("kg"), pattern=r"\d{1,3}([.,]\d{1,3})?", max_length=7)
    ]


class Compare(AskPrice):
    """What the comparison of groomers asks."""

    species: Annotated[str, Field(N_("Your pet is among"), choices=SPECIES)] = "dog"


class AskForCall(Form):
    """A visitor asks the groomer to ring back."""

    pet_name: PetName
    weight_grams: Annotated[int, Field(N_("Weight in grams"), min=1, max=HEAVIEST)]
    phone: Phone
    note: Note = ""


class AskForCallOnPage(AskPrice):
    """The same as a page asks it: the weight in kilograms, as people know it."""

    pet_name: PetName
    phone: Phone
    note: Note = ""


class GroomingSettings(Form):
    """``[grooming]``"""

    requests_per_hour: Annotated[
        int, Field(N_("Call-backs a visitor may ask for in an hour"), min=1, max=100, runtime=True)
    ] = 5
    requests_kept_days: Annotated[
        int,
        Field(
            N_("Call-back requests are kept for"),
            unit=N_("days"),
            min=1,
            max=365,
            runtime=True,
            hint=N_("Afterwards name, number and note are removed."),
        ),
    ] = 30
    look_ahead_hour: Annotated[
        int,
        Field(
            N_("Hour at which pets of today and tomorrow are looked through"),
            min=0,
            max=23,
            runtime=True,
            hint=N_("Families and salons are told then what is still missing."),
        ),
    ] = 8
    weight_fresh_days: Annotated[
        int,
        Field(
            N_("A weight is believed for"),
            unit=N_("days"),
            min=1,
            max=1000,
            runtime=True,
            hint=N_("Afterwards the size of the breed decides, and the pet is weighed at check-in."),
        ),
    ] = 180


class QuoteLine(msgspec.Struct, frozen=True, kw_only=True):
    """One reason for a price, in the reader's words."""

    text: str
    price: Money
    minutes: int


class GateView(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a pet may come: ``missing`` are codes of what keeps it out, ``texts`` the same in words; ``awaiting`` are
    proofs that wait to be checked; ``warnings`` (in words) keep nobody out.
    """

    met: bool
    missing: list[str] = []
    texts: list[str] = []
    awaiting: list[str] = []
    warnings: list[str] = []


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    """What a service costs for one pet, and how long it takes; ``minutes`` is null where the groomer left that open.

    ``lines`` explain it. ``weigh_at_check_in``: no fresh weight is known, the size is that of the breed. ``gate`` is
    there for a pet with a record.
    """

    listing_id: UUID
    weight_grams: int | None
    band: str
    price: Money
    minutes: int | None
    lines: list[QuoteLine] = []
    weigh_at_check_in: bool = False
    pet_id: UUID | None = None
    pet_name: str = ""
    gate: GateView | None = None


class QuoteRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A call-back that somebody waits for; ``called_at`` is null until the groomer rang."""

    id: UUID
    listing_id: UUID
    listing_title: str
    pet_name: str
    weight_grams: int
    phone: str
    note: str
    asked_at: datetime
    called_at: datetime | None


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a call-back request."""

    id: UUID
