"""The life of a visit: from the booking to the hour when the pet is fetched, and what each state does to the time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from marketplace_kit.kernel.fields import Field, Form
from marketplace_kit.kernel.process import Process, Stage, State, Tone, Transition
from marketplace_kit.kernel.texts import N_
from marketplace_kit.scheduling.domain.process import (
    CANCELLED,
    EXPIRED,
    HELD,
    NO_SHOW,
    REQUESTED,
    DeclineReason,
    Effect,
    NewEnd,
    NewTime,
    Reason,
    Summary,
)

LINE = "grooming.visit"
EXPECTED, ON_HOLD, READY, PICKED_UP = "expected", "on_hold", "ready_for_pickup", "picked_up"
CHECKED_IN, IN_PROGRESS = "checked_in", "in_progress"
HERE = (CHECKED_IN, IN_PROGRESS, ON_HOLD, READY)
"""The pet is in the salon."""
AT_WORK = (CHECKED_IN, IN_PROGRESS, ON_HOLD)
"""Something may still be found and proposed."""
AHEAD = (REQUESTED, HELD, EXPECTED)
CHARGE = "charge"


class CheckIn(Form, frozen=True, kw_only=True):
    """What is asked when the pet is handed over. Nothing but the gate's note is ever necessary."""

    phone: Annotated[
        str, Field(N_("The owner's telephone today"), format="phone", max_length=20, private=True, autocomplete="off")
    ] = ""
    collector: Annotated[str, Field(N_("Who collects the pet"), max_length=120, private=True)] = ""
    weight: Annotated[
        str,
        Field(
            N_("What the scales say"),
            unit=N_("kg"),
            pattern=r"\d{1,3}([.,]\d{1,2})?",
            max_length=7,
            hint=N_("Kept in the pet's record; the agreed price stays."),
        ),
    ] = ""
    food: Annotated[str, Field(N_("Food"), max_length=300)] = ""
    medicine: Annotated[str, Field(N_("Medicine"), max_length=300)] = ""
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


class Charge(Form):
    """Which extra goes on the bill."""

    extra: Annotated[str, Field(N_("Extra"), max_length=40)]


_SHOP = ("staff", "owner")
VISIT = Process(
    "grooming.visit",
    states=(
        State(REQUESTED, N_("Waiting for the shop to confirm"), Tone.WARN, stage=Stage.PENDING),
        State(HELD, N_("Kept for you: pay to confirm"), Tone.WARN, stage=Stage.PENDING),
        State(EXPECTED, N_("Booked"), Tone.GOOD, stage=Stage.ACCEPTED),
        State(CHECKED_IN, N_("In the salon"), Tone.INFO, stage=Stage.ACCEPTED),
        State(IN_PROGRESS, N_("Being groomed"), Tone.INFO, stage=Stage.IN_PROGRESS),
        State(ON_HOLD, N_("Paused"), Tone.WARN, stage=Stage.IN_PROGRESS),
        State(READY, N_("Ready to be picked up"), Tone.GOOD, stage=Stage.IN_PROGRESS),
        State(PICKED_UP, N_("Picked up"), Tone.NEUTRAL, terminal=True, stage=Stage.COMPLETED),
        State(CANCELLED, N_("Cancelled"), Tone.BAD, terminal=True, stage=Stage.CANCELLED),
        State(EXPIRED, N_("Time ran out"), Tone.NEUTRAL, terminal=True, stage=Stage.CANCELLED),
        State(NO_SHOW, N_("Missed"), Tone.BAD, stage=Stage.CANCELLED),
    ),
    transitions=(
        Transition("confirm", (REQUESTED,), EXPECTED, _SHOP, N_("Confirm")),
        Transition("ask_payment", (REQUESTED,), HELD, _SHOP, N_("Confirm once it is paid")),
        Transition("decline", (REQUESTED,), CANCELLED, _SHOP, N_("Decline"), asks=DeclineReason),
        Transition("propose", (REQUESTED,), REQUESTED, _SHOP, N_("Propose another time"), asks=NewTime),
        Transition("accept", (REQUESTED,), EXPECTED, ("customer",), N_("Take the proposed time")),
        Transition("settle", (HELD,), EXPECTED, ("system", *_SHOP), N_("Confirm without payment")),
        Transition("expire", (HELD, REQUESTED), EXPIRED, ("system",), N_("Let it expire")),
        *(
            Transition("reschedule", (at,), at, ("customer", *_SHOP), N_("Choose another time"), asks=NewTime)
            for at in (REQUESTED, EXPECTED)
        ),
        Transition("arrive", (EXPECTED,), EXPECTED, ("customer",), N_("I am here")),
        Transition("check_in", (EXPECTED,), CHECKED_IN, _SHOP, N_("Check in"), asks=CheckIn),
        Transition("undo_check_in", (CHECKED_IN,), EXPECTED, _SHOP, N_("Not here yet")),
        Transition("start", (CHECKED_IN,), IN_PROGRESS, _SHOP, N_("Start")),
        Transition("pause", (IN_PROGRESS,), ON_HOLD, ("system", *_SHOP), N_("Pause")),
        Transition("resume", (ON_HOLD,), IN_PROGRESS, ("system", *_SHOP), N_("Go on")),
        Transition("finish", (IN_PROGRESS,), READY, _SHOP, N_("Ready"), asks=Summary),
        Transition("pick_up", (READY,), PICKED_UP, _SHOP, N_("Picked up")),
        *(
            Transition("delay", (at,), at, ("system", *_SHOP), N_("It will be later"), asks=NewEnd)
            for at in (EXPECTED, CHECKED_IN, IN_PROGRESS, ON_HOLD)
        ),
        *(Transition(CHARGE, (at,), at, ("system",), N_("Put on the bill"), asks=Charge) for at in HERE),
        Transition(
            "cancel", (HELD, REQUESTED, EXPECTED), CANCELLED, ("system", "customer", *_SHOP), N_("Cancel"), asks=Reason
        ),
        Transition("miss", (EXPECTED,), NO_SHOW, _SHOP, N_("Did not come")),
        Transition("undo_miss", (NO_SHOW,), EXPECTED, _SHOP, N_("Came after all")),
    ),
)
EFFECTS: Mapping[str, Effect] = {
    **dict.fromkeys((REQUESTED, HELD, EXPECTED, CHECKED_IN, IN_PROGRESS, ON_HOLD), Effect.KEEPS),
    # The table is free as soon as the work is done; the pet may wait for its family.
    **dict.fromkeys((READY, PICKED_UP), Effect.SHORTENS),
    **dict.fromkeys((CANCELLED, EXPIRED, NO_SHOW), Effect.LETS_GO),
}
