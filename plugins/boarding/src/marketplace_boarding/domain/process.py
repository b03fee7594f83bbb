"""The life of a stay: from the booking to the hour when the family fetches its pets."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from marketplace_kit.kernel.fields import Field, Form
from marketplace_kit.kernel.process import Process, Stage, State, Tone, Transition
from marketplace_kit.kernel.texts import N_
from marketplace_kit.scheduling.domain.process import DeclineReason, Reason

KIND, LINE = "boarding.lodging", "boarding.stay"
REQUESTED, HELD, EXPECTED = "requested", "held", "expected"
CHECKED_IN, STAYING, READY, PICKED_UP = "checked_in", "in_progress", "ready_for_pickup", "picked_up"
CANCELLED, EXPIRED, NO_SHOW = "cancelled", "expired", "no_show"
AHEAD = (REQUESTED, HELD, EXPECTED)
IN_HOUSE = (CHECKED_IN, STAYING, READY)
LIVE = (*AHEAD, *IN_HOUSE)
"""The room is theirs."""


class NewDates(Form, frozen=True, kw_only=True):
    """Other nights."""

    arrives: Annotated[date, Field(N_("Arriving"))]
    leaves: Annotated[date, Field(N_("Leaving"))]
    reason: Annotated[str, Field(N_("The reason"), max_length=500)] = ""


class NewLeaving(Form, frozen=True, kw_only=True):
    """Another day of leaving: later is longer, earlier is shorter."""

    leaves: Annotated[date, Field(N_("Leaving"))]
    reason: Annotated[str, Field(N_("The reason"), max_length=500)] = ""


class NewRoom(Form, frozen=True, kw_only=True):
    """Another room, for the nights that are left."""

    room: Annotated[str, Field(N_("Room"), max_length=40, hint=N_("The room's name, as the plan of the house has it."))]


class CheckIn(Form, frozen=True, kw_only=True):
    """What is asked when the pets are handed over. Nothing but the gate's note is ever necessary."""

    phone: Annotated[
        str, Field(N_("The owner's telephone today"), format="phone", max_length=20, private=True, autocomplete="off")
    ] = ""
    collector: Annotated[str, Field(N_("Who collects the pet"), max_length=120, private=True)] = ""
    belongings: Annotated[str, Field(N_("Belongings"), max_length=300, hint=N_("Lead, toy, blanket …"))] = ""
    gate_note: Annotated[
        str,
        Field(
            N_("Why the pet may come in although a proof is missing"),
            max_length=500,
            private=True,
            hint=N_("Only if something is missing; it is noted with your name."),
        ),
    ] = ""


class PickUp(Form, frozen=True, kw_only=True):
    """Handing the pets back."""

    waive_late: Annotated[
        bool, Field(N_("Do not charge late collecting"), hint=N_("Otherwise it is charged after the hour of leaving."))
    ] = False


_SHOP = ("staff", "owner")
_BOTH = ("customer", *_SHOP)
STAY = Process(
    LINE,
    states=(
        State(REQUESTED, N_("Waiting for the shop to confirm"), Tone.WARN, stage=Stage.PENDING),
        State(HELD, N_("Kept for you: pay to confirm"), Tone.WARN, stage=Stage.PENDING),
        State(EXPECTED, N_("Booked"), Tone.GOOD, stage=Stage.ACCEPTED),
        State(CHECKED_IN, N_("Arrived"), Tone.INFO, stage=Stage.ACCEPTED),
        State(STAYING, N_("Staying"), Tone.INFO, stage=Stage.IN_PROGRESS),
        State(READY, N_("Ready to be picked up"), Tone.GOOD, stage=Stage.IN_PROGRESS),
        State(PICKED_UP, N_("Picked up"), Tone.NEUTRAL, terminal=True, stage=Stage.COMPLETED),
        State(CANCELLED, N_("Cancelled"), Tone.BAD, terminal=True, stage=Stage.CANCELLED),
        State(EXPIRED, N_("Time ran out"), Tone.NEUTRAL, terminal=True, stage=Stage.CANCELLED),
        State(NO_SHOW, N_("Did not come"), Tone.BAD, terminal=True, stage=Stage.CANCELLED),
    ),
    transitions=(
        Transition("confirm", (REQUESTED,), EXPECTED, _SHOP, N_("Confirm")),
        Transition("ask_payment", (REQUESTED,), HELD, _SHOP, N_("Confirm once it is paid")),
        Transition("decline", (REQUESTED,), CANCELLED, _SHOP, N_("Decline"), asks=DeclineReason),
        Transition("settle", (HELD,), EXPECTED, ("system", *_SHOP), N_("Mark as paid")),
        Transition("expire", (HELD, REQUESTED), EXPIRED, ("system",), N_("Let it expire")),
        Transition("check_in", (EXPECTED,), CHECKED_IN, _SHOP, N_("Check in"), asks=CheckIn),
        *(
            Transition("change_dates", (at,), at, _BOTH, N_("Choose other days"), asks=NewDates)
            for at in (REQUESTED, EXPECTED)
        ),
        Transition("undo_check_in", (CHECKED_IN,), EXPECTED, _SHOP, N_("Not here yet")),
        Transition("start", (CHECKED_IN,), STAYING, _SHOP, N_("Settled in")),
        *(
            Transition("change_leaving", (at,), at, _BOTH, N_("Stay longer or shorter"), asks=NewLeaving)
            for at in (CHECKED_IN, STAYING)
        ),
        *(
            Transition("move_room", (at,), at, _SHOP, N_("Another room"), asks=NewRoom)
            for at in (REQUESTED, EXPECTED, CHECKED_IN, STAYING)
        ),
        Transition("finish", (STAYING,), READY, _SHOP, N_("Ready to go home")),
        Transition("pick_up", (STAYING, READY), PICKED_UP, _SHOP, N_("Picked up"), asks=PickUp),
        Transition("cancel", AHEAD, CANCELLED, ("system", *_BOTH), N_("Cancel"), asks=Reason),
        Transition("miss", (EXPECTED,), NO_SHOW, _SHOP, N_("Did not come")),
    ),
)
