"""What is due: computed from what is known, each line with a machine reason."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from statistics import median

from marketplace_kit.kernel.texts import N_
from marketplace_pets.domain.lists import FOLLOW_UP, GROOMING, SEE_VET
from marketplace_pets.domain.protocols import Protocols
from marketplace_pets.domain.standing import standing
from marketplace_pets.domain.values import Booked, DoseGiven, Due, FollowUp, PetCard

AHEAD = 60
"""The plan looks so many days ahead."""
WEIGH_EVERY, WEIGH_GROWING = 180, 30
GROOM_AT_FIRST = 42
"""Six weeks: the middle of what groomers advise, until the pet's own rhythm is known."""
REASONS = (
    ("weight_check", N_("Weigh the pet")),
    ("grooming_due", N_("Time for the groomer")),
    ("medication_runs_out", N_("Medicines that run out")),
    (FOLLOW_UP, N_("Visits that a shop asked for")),
    (SEE_VET, N_("Showing the pet to a vet")),
)
"""What a family may want to hear nothing of, beside single timetables."""
_ASKED = {FOLLOW_UP: N_("Come again: {what}"), SEE_VET: N_("A vet should have a look")}
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
    booked: Iterable[Booked] = (),
    follow_ups: Sequence[FollowUp] = (),
) -> list[Due]:
    """What is due within 60 days or overdue, soonest first. ``running_out`` are medicines with their last day,
    ``muted`` what the family does not want to hear of; what is ``booked`` for that day or later is not said again.
    """
    if not pet.alive:
        return []
    found = [*_doses(pet, doses, protocols, day), *_weighing(pet, weighed_on, day)]
    found += [*_grooming(groomed_on, follow_ups, day), *_asked(follow_ups, day)]
    found += [
        Due(reason="medication_runs_out", text=N_("{what} runs out"), facts={"what": what}, due_on=on, overdue=on < day)
        for what, on in running_out
    ]
    soon = day + timedelta(days=AHEAD)
    ahead = [b for b in booked if b.on >= day]
    open_ones = (d for d in found if not any(b.sees_to(d) for b in ahead))
    heard = (d for d in open_ones if d.due_on <= soon and d.key not in muted)
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


def _grooming(groomed_on: Sequence[date], follow_ups: Sequence[FollowUp], day: date) -> Iterable[Due]:
    """As the groomer advised after the last visit, else by the pet's own rhythm: the median of the last three gaps
    between visits.
    """
    visits = sorted(set(groomed_on))
    advised = [f for f in follow_ups if f.kind == GROOMING and (not visits or f.said_on >= visits[-1])]
    if advised:
        due_on = max(advised, key=lambda f: (f.said_on, f.follow_up_id)).due_on
    elif visits:
        gaps = [(later - earlier).days for earlier, later in pairwise(visits)][-3:]
        due_on = visits[-1] + timedelta(days=round(median(gaps)) if gaps else GROOM_AT_FIRST)
    else:
        return
    yield Due(reason="grooming_due", text=N_("Time for the groomer"), facts={}, due_on=due_on, overdue=due_on < day)


def _asked(follow_ups: Sequence[FollowUp], day: date) -> Iterable[Due]:
    for one in follow_ups:
        if one.kind in _ASKED:
            yield Due(
                reason=one.kind,
                text=_ASKED[one.kind],
                facts={"what": one.what},
                due_on=one.due_on,
                overdue=one.due_on < day,
                shop_id=one.shop_id,
                follow_up_id=one.follow_up_id,
            )
