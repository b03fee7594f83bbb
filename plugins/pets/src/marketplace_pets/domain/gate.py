"""Who may come in: a pure check of a pet against what a service asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import attrs

from marketplace_kit.kernel.errors import DomainError
from marketplace_pets.domain import refusals
from marketplace_pets.domain.lists import VERIFIED
from marketplace_pets.domain.protocols import Protocols
from marketplace_pets.domain.standing import Cover, counted, covers
from marketplace_pets.domain.values import BehaviourFlag, DoseGiven, PetCard

NOT_ASKED, PASSED, FAILED, CONDITIONAL = "", "passed", "failed", "conditional"


@attrs.frozen(kw_only=True)
class Requirements:
    """What a service asks of a pet. An empty set lets every living pet in.

    ``protocols`` must be valid through the last day by checked doses; ``waiting_days`` must have passed since a dose
    that was the first or came late; ``parasite_months``: a checked deworming within so many months; ``min_age_months``;
    ``refused_behaviours`` are codes; ``evaluation``: the shop must have met the pet; empty ``species`` is all.
    """

    protocols: tuple[str, ...] = ()
    waiting_days: int = 0
    parasite_months: int = 0
    min_age_months: int = 0
    refused_behaviours: tuple[str, ...] = ()
    evaluation: bool = False
    species: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Lack:
    """One thing that keeps a pet out; ``refusal`` is the same as an exception."""

    refusal: DomainError

    @property
    def code(self) -> str:
        return self.refusal.code

    @property
    def facts(self) -> Mapping[str, Any]:
        return self.refusal.facts


@attrs.frozen(kw_only=True)
class Gate:
    """The answer: ``met``, or everything that is ``missing``. ``awaiting`` are protocols whose proof waits to be
    checked: a shop may accept a booking with them pending and look on the day. ``warnings`` keep nobody out.
    """

    missing: tuple[Lack, ...] = ()
    awaiting: tuple[str, ...] = ()
    warnings: tuple[Lack, ...] = ()

    @property
    def met(self) -> bool:
        return not self.missing

    @property
    def only_waits_for_a_check(self) -> bool:
        """Whether nothing is missing but the look at proofs that are there."""
        lacking = {name for lack in self.missing for name in lack.facts.get("lacking", ())}
        codes = {lack.code for lack in self.missing}
        return codes == {"vaccination_required"} and lacking <= set(self.awaiting)

    def require(self) -> None:
        """Refuses the first thing that is missing, with the others in its fact ``missing``."""
        if self.missing:
            refusal = self.missing[0].refusal
            refusal.facts["missing"] = [lack.code for lack in self.missing]
            raise refusal


def check(
    pet: PetCard,
    asked: Requirements,
    doses: Sequence[DoseGiven],
    behaviours: Sequence[BehaviourFlag],
    first: date,
    last: date,
    protocols: Protocols,
    evaluation: str = NOT_ASKED,
) -> Gate:
    """Whether ``pet`` may come from ``first`` through ``last`` (the day of leaving, included)."""
    lacks: list[DomainError] = []
    if not pet.alive:
        lacks.append(refusals.PetDeceased())
    if asked.species and pet.species not in asked.species:
        lacks.append(refusals.SpeciesNotServed(species=pet.species))
    lacks += _age(pet, asked, first)
    verified = [d for d in doses if d.state == VERIFIED]
    lacks += _vaccinations(pet, asked, verified, first, last, protocols)
    lacks += _parasites(pet, asked, verified, first)
    met_codes = sorted({b.code for b in behaviours} & set(asked.refused_behaviours))
    if met_codes:
        lacks.append(refusals.BehaviourNotAccepted(codes=", ".join(met_codes)))
    if asked.evaluation and evaluation not in (PASSED, CONDITIONAL):
        lacks.append(refusals.EvaluationRequired())
    hopeful = [d for d in doses if d.state in (VERIFIED, "awaiting_check")]
    awaiting = tuple(
        name
        for name in _for(pet, asked, protocols)
        if (now := _cover(pet, name, hopeful, first, protocols)) is not None
        and now.until >= last
        and now.dose.state != VERIFIED
    )
    return Gate(missing=tuple(Lack(refusal=lack) for lack in lacks), awaiting=awaiting)


def months_after(day: date, months: int) -> date:
    """So many calendar months later or earlier; a day that the month lacks becomes its last."""
    total = day.year * 12 + day.month - 1 + months
    year, month = divmod(total, 12)
    following = date(year + (month == 11), 1 if month == 11 else month + 2, 1)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), following - timedelta(days=1))


def _age(pet: PetCard, asked: Requirements, first: date) -> list[DomainError]:
    if not asked.min_age_months or pet.birth.on is None:
        return []
    earliest = months_after(pet.birth.on, asked.min_age_months)
    return [refusals.TooYoung(earliest=earliest.isoformat())] if first < earliest else []


def _for(pet: PetCard, asked: Requirements, protocols: Protocols) -> list[str]:
    """The asked protocols that there are for such an animal: nobody vaccinates a rabbit against kennel cough."""
    return [name for name in asked.protocols if name in protocols and pet.species in protocols[name].species]


def _cover(pet: PetCard, name: str, doses: Sequence[DoseGiven], first: date, protocols: Protocols) -> Cover | None:
    """The protection that is there on the first day, or the last one that was."""
    protocol = protocols[name]
    known = counted(protocol, [d for d in doses if d.given_on <= first], pet.birth)
    spans = covers(protocol, known, pet.birth)
    return max(spans, key=lambda span: span.until) if spans else None


def _vaccinations(
    pet: PetCard,
    asked: Requirements,
    verified: Sequence[DoseGiven],
    first: date,
    last: date,
    protocols: Protocols,
) -> list[DomainError]:
    lacking: list[str] = []
    ending: list[tuple[str, date]] = []
    ready: list[date] = []
    for name in _for(pet, asked, protocols):
        cover = _cover(pet, name, verified, first, protocols)
        if cover is None or cover.until < first:
            lacking.append(name)
        elif cover.until < last:
            ending.append((name, cover.until))
        elif cover.waits and first < (ready_on := cover.dose.given_on + timedelta(days=asked.waiting_days)):
            ready.append(ready_on)
    found: list[DomainError] = []
    if lacking:
        found.append(refusals.VaccinationRequired(protocols=", ".join(lacking), lacking=lacking))
    if ending:
        names, until = ", ".join(name for name, _ in ending), min(day for _, day in ending)
        found.append(
            refusals.VaccinationExpiresDuringStay(protocols=names, until=until.isoformat(), last=last.isoformat())
        )
    if ready:
        found.append(refusals.WaitingDays(earliest=max(ready).isoformat()))
    return found


def _parasites(pet: PetCard, asked: Requirements, verified: Sequence[DoseGiven], first: date) -> list[DomainError]:
    name = f"{pet.species}_deworming"
    if not asked.parasite_months or pet.species not in ("dog", "cat"):
        return []
    since = months_after(first, -asked.parasite_months)
    if any(d.protocol == name and since <= d.given_on <= first for d in verified):
        return []
    return [refusals.VaccinationRequired(protocols=name, lacking=[name])]
