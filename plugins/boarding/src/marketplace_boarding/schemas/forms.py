"""Forms: a lodging as it is offered, a stay as it is wished for, the sheet of a day."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from marketplace_boarding.domain import Rates
from marketplace_kit.kernel.fields import Field, Form
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.texts import N_
from marketplace_pets.domain import BEHAVIOUR_CHOICES, PROTOCOL_CHOICES, SPECIES, Requirements

_CLOCK = r"([01]?\d|2[0-3]):[0-5]\d"
PERCENT = N_("per cent")
MEAL, MEDICINE, WALK, TOILET, MOOD, NOTE, INCIDENT = "meal", "medicine", "walk", "toilet", "mood", "note", "incident"
ENTRY_KINDS = (
    (MEAL, N_("Meal")),
    (MEDICINE, N_("Medicine")),
    (WALK, N_("Walk")),
    (TOILET, N_("Toilet")),
    (MOOD, N_("Mood")),
    (NOTE, N_("Note")),
    (INCIDENT, N_("Incident")),
)
DONE, PARTLY, REFUSED, SKIPPED = "done", "partly", "refused", "skipped"
OUTCOMES = (
    (DONE, N_("All of it")),
    (PARTLY, N_("Part of it")),
    (REFUSED, N_("Did not want it")),
    (SKIPPED, N_("Was not given")),
)


class Lodging(Form, frozen=True, kw_only=True):
    """Rooms that are let by the night. The price of the listing is that of a night for one pet."""

    species: Annotated[tuple[str, ...], Field(N_("For"), choices=SPECIES, filterable=True)]
    includes: Annotated[
        str, Field(N_("What is included"), long=True, max_length=1000, hint=N_("Walks, food, camera, heated floor …"))
    ] = ""
    max_pets: Annotated[int, Field(N_("Pets of one family in a room"), min=1, max=10)] = 1
    max_kg: Annotated[int | None, Field(N_("Heaviest pet"), unit=N_("kg"), min=1, max=130, filterable=True)] = None
    further_percent: Annotated[
        int, Field(N_("Each further pet costs"), unit=PERCENT, min=0, max=100, hint=N_("Of the price of a night"))
    ] = 50
    holiday_percent: Annotated[
        int, Field(N_("Public holidays cost more by"), unit=PERCENT, min=0, max=300, hint=N_("Of the price of a night"))
    ] = 0
    medicine_price: Annotated[
        Money | None,
        Field(N_("Giving a medicine, each time"), min=0, hint=N_("Only what was really given is charged.")),
    ] = None
    late_percent: Annotated[
        int,
        Field(
            N_("Late collecting costs"),
            unit=PERCENT,
            min=0,
            max=100,
            hint=N_("Once, of the price of a night, after the hour of leaving"),
        ),
    ] = 50
    arrive_from: Annotated[str, Field(N_("Pets arrive from"), pattern=_CLOCK, max_length=5)] = "10:00"
    arrive_until: Annotated[str, Field(N_("Pets arrive until"), pattern=_CLOCK, max_length=5)] = "20:00"
    leave_by: Annotated[str, Field(N_("Pets are collected by"), pattern=_CLOCK, max_length=5)] = "12:00"
    min_nights: Annotated[int, Field(N_("Fewest nights"), min=1, max=30)] = 1
    max_nights: Annotated[int, Field(N_("Most nights"), min=1, max=180)] = 60
    ahead_days: Annotated[int, Field(N_("Bookable ahead"), unit=N_("days"), min=1, max=730)] = 365
    by_shop: Annotated[bool, Field(N_("We confirm each booking ourselves"))] = False
    deposit_nights: Annotated[
        int, Field(N_("Deposit, in nights"), min=0, max=7, hint=N_("To be paid before the booking holds; 0: none"))
    ] = 0
    cancel_hours: Annotated[
        int, Field(N_("The deposit is kept if cancelled later than"), unit=N_("hours before"), min=0, max=720)
    ] = 48
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
    parasite_months: Annotated[
        int, Field(N_("A treatment against parasites within"), unit=N_("months"), min=0, max=24)
    ] = 0
    min_age_months: Annotated[int, Field(N_("Youngest age"), unit=N_("months"), min=0, max=60)] = 0
    refuses: Annotated[tuple[str, ...], Field(N_("Pets that are not taken"), choices=BEHAVIOUR_CHOICES)] = ()
    proof_later: Annotated[
        bool, Field(N_("Take bookings while a proof waits to be checked"), hint=N_("It is looked at on the day."))
    ] = False

    def rates(self, night: Money) -> Rates:
        """What the night of a listing's price costs by the rules of the lodging."""
        return Rates(
            base=night,
            further_percent=self.further_percent,
            holiday_percent=self.holiday_percent,
            late_percent=self.late_percent,
        )

    @property
    def requirements(self) -> Requirements:
        """What the gate asks of a pet."""
        return Requirements(
            protocols=self.requires,
            waiting_days=self.waiting_days,
            parasite_months=self.parasite_months,
            min_age_months=self.min_age_months,
            refused_behaviours=self.refuses,
            species=self.species,
        )


class StayChoice(Form, frozen=True, kw_only=True):
    """What is asked of somebody who books a stay. ``pets`` are ids of their pets, or ``species:grams:name`` for one
    without a record (``dog:7200:Buddy``), with semicolons between; they share the room.
    """

    arrives: Annotated[date, Field(N_("Arriving"))]
    leaves: Annotated[date, Field(N_("Leaving"))]
    pets: Annotated[str, Field(N_("Pets"), max_length=800)]
    arrive_at: Annotated[str | None, Field(N_("Hour of arriving"), pattern=_CLOCK, max_length=5)] = None
    gate_note: Annotated[
        str, Field(N_("Why the pet may come in although a proof is missing"), max_length=500, private=True)
    ] = ""
    note: Annotated[str, Field(N_("Note for the shop"), long=True, max_length=1000)] = ""


class StayWish(Form, frozen=True, kw_only=True):
    """The same as a page asks for it: days and hour; who comes is ticked beside."""

    arrives: Annotated[date, Field(N_("Arriving"))]
    leaves: Annotated[date, Field(N_("Leaving"))]
    arrive_at: Annotated[str, Field(N_("Hour of arriving"), pattern=_CLOCK, max_length=5)] = ""
    pet_name: Annotated[str, Field(N_("Name of your pet"), max_length=60)] = ""
    species: Annotated[str, Field(N_("Your pet is among"), choices=SPECIES)] = "dog"
    weight: Annotated[
        str, Field(N_("Weight of your pet"), unit=N_("kg"), pattern=r"\d{1,3}([.,]\d{1,3})?", max_length=7)
    ] = ""


class CareForm(Form, frozen=True, kw_only=True):
    """How a guest is to be looked after."""

    food: Annotated[str, Field(N_("Food"), max_length=300, hint=N_("What, and how much each time"))] = ""
    food_times: Annotated[
        str, Field(N_("Feeding times"), max_length=100, hint=N_("With commas between, for example 8:00, 19:00"))
    ] = ""
    medicine: Annotated[str, Field(N_("Medicine"), max_length=300, hint=N_("What, how much, and how"))] = ""
    medicine_times: Annotated[
        str,
        Field(N_("Times of the medicine"), max_length=100, hint=N_("With commas between, for example 8:00, 19:00")),
    ] = ""
    care: Annotated[str, Field(N_("What else should be known"), long=True, max_length=1000)] = ""


class NewEntry(Form, frozen=True, kw_only=True):
    """A line of a day's sheet. ``time`` is the hour for which a meal or a medicine was due."""

    kind: Annotated[str, Field(N_("What"), choices=ENTRY_KINDS)]
    time: Annotated[str, Field(N_("Due at"), pattern=_CLOCK, max_length=5)] = ""
    outcome: Annotated[str, Field(N_("How it went"), choices=OUTCOMES)] = ""
    note: Annotated[str, Field(N_("Note"), max_length=1000)] = ""


class DayCard(Form, frozen=True, kw_only=True):
    """What the family is told of a day, beside its sheet."""

    text: Annotated[str, Field(N_("A few words for the family"), long=True, max_length=2000)] = ""


class RoomForm(Form, frozen=True, kw_only=True):
    """Rooms of one make. ``listing`` is the lodging by which they are let."""

    name: Annotated[str, Field(N_("Name"), max_length=60, hint=N_("Run 1, Cat house …"))]
    listing: Annotated[str, Field(N_("Let as"), max_length=40)]
    places: Annotated[int, Field(N_("How many of them"), min=1, max=100)] = 1
    max_pets: Annotated[int, Field(N_("Pets of one family in a room"), min=1, max=10)] = 1
    max_kg: Annotated[int | None, Field(N_("Heaviest pet"), unit=N_("kg"), min=1, max=130)] = None
    rank: Annotated[int, Field(N_("Place in the list"), min=0, max=1000)] = 0
    active: Annotated[bool, Field(N_("Is let"))] = True
    version: Annotated[int | None, Field(N_("Version"), min=1)] = None


class CloseRoom(Form, frozen=True, kw_only=True):
    """Nights in which a room is not let."""

    first: Annotated[date, Field(N_("First night"))]
    last: Annotated[date, Field(N_("Last night"))]
    reason: Annotated[str, Field(N_("The reason"), max_length=120)] = ""


class SeasonForm(Form, frozen=True, kw_only=True):
    """Nights that cost more, or less."""

    name: Annotated[str, Field(N_("Name"), max_length=60, hint=N_("Summer, New Year …"))]
    first: Annotated[date, Field(N_("First night"))]
    last: Annotated[date, Field(N_("Last night"))]
    percent: Annotated[
        int, Field(N_("Costs more by"), unit=PERCENT, min=-90, max=300, hint=N_("Negative: so much less"))
    ]


class SetStatus(Form, frozen=True, kw_only=True):
    """Where a stay goes next."""

    status: Annotated[str, Field(N_("Status"), max_length=40)]
    version: Annotated[int | None, Field(N_("Version"), min=1)] = None


class BoardingSettings(Form):
    """``[boarding]``"""

    missed_minutes: Annotated[
        int, Field(N_("A medicine is missed after"), unit=N_("minutes"), min=5, max=720, runtime=True)
    ] = 60
    pay_hours: Annotated[int, Field(N_("Hours to pay a deposit"), min=1, max=168, runtime=True)] = 24
    answer_hours: Annotated[int, Field(N_("Hours in which a shop answers a request"), min=1, max=168, runtime=True)] = (
        24
    )
    card_hour: Annotated[
        int,
        Field(
            N_("The day's card is sent at"),
            unit=N_("o'clock"),
            min=12,
            max=23,
            runtime=True,
            hint=N_("By the clock of the shop, if nobody sent it before and something stands in it."),
        ),
    ] = 20
