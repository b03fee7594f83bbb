"""What is due: computed from what is known, each line with a machine reason."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from statistics import median

from marketplace_kit.kernel.texts import N_
from marketplace_pets.domain.protocols import Protocols
from marketplace_pets.domain.standing import standing
from marketplace_pets.domain.values import DoseGiven, Due, PetCard

AHEAD = 60
"""The plan looks so many days ahead."""
WEIGH_EVERY, WEIGH_GROWING = 180, 30
GROOM_AT_FIRST = 42
"""Six weeks: the middle of what groomers advise, until the pet's own rhythm is known."""
REASONS = (
    ("weight_check", N_("Weigh the pet")),
    ("grooming_due", N_("Time for the groomer")),
    ("medication_runs_out", N_("Medicines that run out")),
)
"""What a family may want to hear nothing of, beside single timetables."""
_TEXTS = {
    "vaccine": N_("{what}: next dose"),
    "deworming": N_("{what}: next treatment"),
}


def due_days(pet: PetCard, doses: Sequence[DoseGiven], protocols: Protocols, day: date) -> list[tuple[str, date]]:
    """Per protocol the day that reminders count from. Nothing for the deceased, nothing that was never begun and is not
    for every animal of its kind.
    """
    if not pet.alive:
        return []
    found: list[tuple[str, date]] = []
    for protocol in protocols.of(pet.species):
        now = standing(protocol, doses, pet.birth, day)
        begun = now.counted > 0 or protocol.shown_missing
        if now.due_on is not None and begun:
            found.append((protocol.name, now.due_on))
    return found


def plan(
    pet: PetCard,
    doses: Sequence[DoseGiven],
    protocols: Protocols,
    day: date,
    *,
    weighed_on: date | None = None,
    groomed_on: Sequence[date] = (),
    running_out: Iterable[tuple[str, date]] = (),
    muted: Collection[str] = (),
) -> list[Due]:
    """What is due within 60 days or overdue, soonest first. ``running_out`` are medicines with their last day,
    ``muted`` what the family does not want to hear of.
    """
    if not pet.alive:
        return []
    found = [*_doses(pet, doses, protocols, day), *_weighing(pet, weighed_on, day), *_grooming(groomed_on, day)]
    found += [
        Due(reason="medication_runs_out", text=N_("{what} runs out"), facts={"what": what}, due_on=on, overdue=on < day)
        for what, on in running_out
    ]
    soon = day + timedelta(days=AHEAD)
    heard = (d for d in found if d.due_on <= soon and d.key not in muted)
    return sorted(heard, key=lambda d: (d.due_on, d.reason, d.protocol))


def _doses(pet: PetCard, doses: Sequence[DoseGiven], protocols: Protocols, day: date) -> Iterable[Due]:
    for name, due_on in due_days(pet, doses, protocols, day):
        protocol = protocols[name]
        reason = "deworming_due" if protocol.kind == "deworming" else "dose_due"
        overdue = due_on < day
        if overdue and not any(d.protocol == name for d in doses):
            due_on = day  # never begun: the day of its infancy on which it should have been tells nobody anything
        yield Due(
            reason=reason,
            text=_TEXTS[protocol.kind],
            facts={"what": protocol.label},
            due_on=due_on,
            protocol=name,
            overdue=overdue,
        )


def _weighing(pet: PetCard, weighed_on: date | None, day: date) -> Iterable[Due]:
    if pet.species not in ("dog", "cat", "rabbit", "ferret"):
        return
    age = pet.birth.oldest(day)
    every = WEIGH_GROWING if age is not None and age < 182 else WEIGH_EVERY
    due_on = day if weighed_on is None else weighed_on + timedelta(days=every)
    yield Due(reason="weight_check", text=N_("Weigh the pet"), facts={}, due_on=due_on, overdue=due_on < day)


def _grooming(groomed_on: Sequence[date], day: date) -> Iterable[Due]:
    """By the pet's own rhythm: the median of the last three gaps between visits."""
    visits = sorted(set(groomed_on))
    if not visits:
        return
    gaps = [(later - earlier).days for earlier, later in pairwise(visits)][-3:]
    every = round(median(gaps)) if gaps else GROOM_AT_FIRST
    due_on = visits[-1] + timedelta(days=every)
    yield Due(reason="grooming_due", text=N_("Time for the groomer"), facts={}, due_on=due_on, overdue=due_on < day)
