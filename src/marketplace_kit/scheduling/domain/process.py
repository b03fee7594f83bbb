"""The life of an appointment, and what each state of a line does to the time that was claimed for it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from marketplace_kit.kernel.fields import Field, Form
from marketplace_kit.kernel.process import BrokenProcess, Process, Stage, State, Tone, Transition
from marketplace_kit.kernel.texts import N_

HELD, REQUESTED, CONFIRMED = "held", "requested", "confirmed"
ON_THE_WAY, CHECKED_IN, IN_PROGRESS = "on_the_way", "checked_in", "in_progress"
COMPLETED, CANCELLED, EXPIRED, NO_SHOW = "completed", "cancelled", "expired", "no_show"


class Effect(StrEnum):
    """What a state does to the claims: it keeps them, shortens them to what was really used, or lets them go."""

    KEEPS = "keeps"
    SHORTENS = "shortens"
    LETS_GO = "lets_go"


class Reason(Form):
    """Why."""

    reason: Annotated[str, Field(N_("The reason"), long=True, max_length=500)] = ""


class DeclineReason(Form):
    """Why not: the customer reads it."""

    reason: Annotated[str, Field(N_("The reason"), long=True, max_length=500)]


class NewTime(Form):
    """Another time, and perhaps somebody else."""

    starts_at: Annotated[str, Field(N_("New time"), format="instant", max_length=40)]
    staff: Annotated[int | None, Field(N_("By whom"), min=1)] = None
    reason: Annotated[str, Field(N_("The reason"), max_length=500)] = ""


class Summary(Form):
    """What was done, and what the customer should know."""

    summary: Annotated[str, Field(N_("What was done"), long=True, max_length=2000)] = ""
    care: Annotated[str, Field(N_("What to do next"), long=True, max_length=2000)] = ""


class NewEnd(Form):
    """When it will be done, as it looks now."""

    eta: Annotated[str, Field(N_("Expected time"), format="instant", max_length=40)]


_SHOP = ("staff", "owner")
APPOINTMENT = Process(
    "scheduling.appointment",
    states=(
        State(REQUESTED, N_("Waiting for the shop to confirm"), Tone.WARN, stage=Stage.PENDING),
        State(HELD, N_("Kept for you: pay to confirm"), Tone.WARN, stage=Stage.PENDING),
        State(CONFIRMED, N_("Booking confirmed"), Tone.GOOD, stage=Stage.ACCEPTED),
        State(ON_THE_WAY, N_("On the way"), Tone.INFO, stage=Stage.ACCEPTED),
        State(CHECKED_IN, N_("You are checked in"), Tone.INFO, stage=Stage.ACCEPTED),
        State(IN_PROGRESS, N_("Visit in progress"), Tone.INFO, stage=Stage.IN_PROGRESS),
        State(COMPLETED, N_("Visit completed"), Tone.GOOD, terminal=True, stage=Stage.COMPLETED),
        State(CANCELLED, N_("Booking cancelled"), Tone.BAD, terminal=True, stage=Stage.CANCELLED),
        State(EXPIRED, N_("Booking expired"), Tone.NEUTRAL, terminal=True, stage=Stage.CANCELLED),
        State(NO_SHOW, N_("Missed"), Tone.BAD, stage=Stage.CANCELLED),
    ),
    transitions=(
        Transition("confirm", (REQUESTED,), CONFIRMED, _SHOP, N_("Confirm")),
        Transition("ask_payment", (REQUESTED,), HELD, _SHOP, N_("Confirm once it is paid")),
        Transition("decline", (REQUESTED,), CANCELLED, _SHOP, N_("Decline"), asks=DeclineReason),
        Transition("propose", (REQUESTED,), REQUESTED, _SHOP, N_("Propose another time"), asks=NewTime),
        Transition("accept", (REQUESTED,), CONFIRMED, ("customer",), N_("Take the proposed time")),
        Transition("settle", (HELD,), CONFIRMED, ("system", *_SHOP), N_("Confirm without payment")),
        Transition("expire", (HELD, REQUESTED), EXPIRED, ("system",), N_("Let it expire")),
        *(
            Transition("reschedule", (at,), at, ("customer", *_SHOP), N_("Choose another time"), asks=NewTime)
            for at in (REQUESTED, CONFIRMED)
        ),
        *(
            Transition("delay", (at,), at, _SHOP, N_("It will be later"), asks=NewEnd)
            for at in (CONFIRMED, ON_THE_WAY, CHECKED_IN, IN_PROGRESS)
        ),
        Transition("cancel", (HELD, REQUESTED, CONFIRMED), CANCELLED, ("customer", *_SHOP), N_("Cancel"), asks=Reason),
        Transition("cancel", (ON_THE_WAY, CHECKED_IN), CANCELLED, _SHOP, N_("Cancel"), asks=Reason),
        Transition(
            "check_in", (CONFIRMED,), CHECKED_IN, ("customer", *_SHOP), N_("I am here"), staff_text=N_("Check in")
        ),
        Transition("undo_check_in", (CHECKED_IN,), CONFIRMED, _SHOP, N_("Not here yet")),
        Transition("set_out", (CONFIRMED,), ON_THE_WAY, _SHOP, N_("Set out")),
        Transition("start", (CONFIRMED, ON_THE_WAY, CHECKED_IN), IN_PROGRESS, _SHOP, N_("Start")),
        Transition("finish", (IN_PROGRESS,), COMPLETED, _SHOP, N_("Finish"), asks=Summary),
        Transition("miss", (CONFIRMED,), NO_SHOW, _SHOP, N_("Did not come")),
        Transition("undo_miss", (NO_SHOW,), CONFIRMED, _SHOP, N_("Came after all")),
    ),
)

EFFECTS: Mapping[str, Effect] = {
    **dict.fromkeys((REQUESTED, HELD, CONFIRMED, ON_THE_WAY, CHECKED_IN, IN_PROGRESS), Effect.KEEPS),
    COMPLETED: Effect.SHORTENS,
    **dict.fromkeys((CANCELLED, EXPIRED, NO_SHOW), Effect.LETS_GO),
}


def check_effects(process: Process, effects: Mapping[str, Effect]) -> None:
    """Raise :class:`BrokenProcess` unless every state says what becomes of the time, and no finished one keeps it."""
    names = {s.name for s in process.states}
    wrong = [f"state {n} does not say what becomes of its time" for n in sorted(names - effects.keys())]
    wrong += [f"effect for unknown state {n}" for n in sorted(effects.keys() - names)]
    wrong += [
        f"finished state {s.name} keeps its time"
        for s in process.states
        if s.terminal and effects.get(s.name) == Effect.KEEPS
    ]
    if wrong:
        raise BrokenProcess(f"process {process.name}: " + "; ".join(wrong))
