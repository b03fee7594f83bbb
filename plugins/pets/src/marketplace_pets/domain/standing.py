"""How a pet stands with a protocol: a pure function of the protocol, the doses, the birth and the day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import attrs

from marketplace_kit.kernel.texts import N_
from marketplace_pets.domain.lists import AWAITING, REFUSED, VERIFIED
from marketplace_pets.domain.protocols import Protocol
from marketplace_pets.domain.refusals import IntervalTooShort, TooYoung
from marketplace_pets.domain.values import Badge, Birth, DoseGiven, Standing, Window

SOON = 30
"""So many days before the end a protection is “due soon”."""
OFFSETS = (-30, -7, 0, 14)
"""When reminders go out, in days from the due day."""


def counted(protocol: Protocol, doses: Iterable[DoseGiven], birth: Birth) -> list[DoseGiven]:
    """The doses that count, oldest first: of this protocol, not refused, not too early by age or interval. A vet's
    override counts whatever the rules say; history that breaks them does not.
    """
    kept: list[DoseGiven] = []
    own = (d for d in doses if d.protocol == protocol.name and d.state != REFUSED)
    for dose in sorted(own, key=lambda d: (d.given_on, str(d.dose_id))):
        last = kept[-1].given_on if kept else None
        if dose.override_reason or _fault(protocol, dose.given_on, last, birth) is None:
            kept.append(dose)
    return kept


def _fault(protocol: Protocol, day: date, last: date | None, birth: Birth) -> TooYoung | IntervalTooShort | None:
    age = birth.oldest(day)
    if age is not None and age < protocol.min_age:
        return TooYoung(earliest=(day + timedelta(days=protocol.min_age - age)).isoformat())
    if last is not None and (day - last).days < max(1, protocol.min_interval):
        return IntervalTooShort(earliest=(last + timedelta(days=max(1, protocol.min_interval))).isoformat())
    return None


def check_dose(protocol: Protocol, doses: Iterable[DoseGiven], birth: Birth, given_on: date) -> None:
    """Refuses :class:`TooYoung` and :class:`IntervalTooShort` (to the counted dose before), naming the earliest day."""
    before = [d for d in counted(protocol, doses, birth) if d.given_on <= given_on]
    fault = _fault(protocol, given_on, before[-1].given_on if before else None, birth)
    if fault is not None:
        raise fault


@attrs.frozen(kw_only=True)
class Cover:
    """A span of protection: from the dose that made it to its last good day. ``waits`` says that it came first or late,
    so that a shop may want some days to pass.
    """

    dose: DoseGiven
    until: date
    next_on: date
    waits: bool


def covers(protocol: Protocol, doses: Sequence[DoseGiven], birth: Birth) -> list[Cover]:
    """The protections that counted doses gave, oldest first."""
    made: list[Cover] = []
    in_series, needed, boosted = 0, 0, False
    for dose in doses:
        late = not made or dose.given_on > made[-1].until
        if not made:
            in_series += 1
            needed = needed or _needed(protocol, dose, birth)
            if in_series < needed or not _grown(protocol.closing_age, dose, birth):
                continue
        boosted = boosted or not protocol.booster_age or _grown(protocol.booster_age, dose, birth)
        made.append(_cover(protocol, dose, birth, boosted=boosted, waits=late))
    return made


def _cover(protocol: Protocol, dose: DoseGiven, birth: Birth, *, boosted: bool, waits: bool) -> Cover:
    if protocol.steps:
        until = protocol.step_after(dose.given_on, birth.oldest(dose.given_on))
    else:
        until = protocol.years_after(dose.given_on, protocol.valid_years if boosted else protocol.series_years)
    until = dose.valid_until or until
    booster_on = None if boosted else birth.day_of(protocol.booster_age)
    return Cover(dose=dose, until=until, next_on=min(until, booster_on) if booster_on else until, waits=waits)


def _needed(protocol: Protocol, first: DoseGiven, birth: Birth) -> int:
    """How many doses the series has: fewer for a pet that begins it grown up."""
    return protocol.series_late if _grown(protocol.closing_age, first, birth) else protocol.series


def _grown(age: int, dose: DoseGiven, birth: Birth) -> bool:
    """Whether the pet surely had this age at the dose; a pet of unknown age is taken as grown up."""
    known = birth.youngest(dose.given_on)
    return not age or known is None or known >= age


def standing(protocol: Protocol, doses: Iterable[DoseGiven], birth: Birth, day: date) -> Standing:
    """How the pet stands on ``day``. Doses given later than that day take no part."""
    known = counted(protocol, (d for d in doses if d.given_on <= day), birth)
    last = known[-1].given_on if known else None
    made = Standing(
        protocol=protocol.name,
        version=protocol.version,
        state="not_started",
        counted=len(known),
        last_on=last,
        estimated=birth.estimated,
    )
    spans = covers(protocol, known, birth)
    if spans:
        return _covered(made, spans[-1], day)
    return _under_way(made, protocol, known, birth, day)


def _covered(made: Standing, cover: Cover, day: date) -> Standing:
    if day > cover.until:
        since = cover.until + timedelta(days=1)
        return attrs.evolve(made, state="overdue", until=cover.until, due_on=cover.next_on, since=since)
    soon = day >= cover.next_on - timedelta(days=SOON)
    return attrs.evolve(made, state="due_soon" if soon else "current", until=cover.until, due_on=cover.next_on)


def _under_way(made: Standing, protocol: Protocol, known: Sequence[DoseGiven], birth: Birth, day: date) -> Standing:
    window = _window(protocol, known, birth)
    made = attrs.evolve(made, window=window, due_on=window.opens if window else None)
    if not known:
        return made
    if window is not None and day > window.closes:
        return attrs.evolve(made, state="overdue", since=window.closes + timedelta(days=1))
    reached = len(known) >= _needed(protocol, known[0], birth)
    return attrs.evolve(made, state="series_incomplete" if reached else "in_series")


def _window(protocol: Protocol, known: Sequence[DoseGiven], birth: Birth) -> Window | None:
    """When the next dose of a series may be given; an estimated birth makes it wider."""
    if not known:
        opens, closes = birth.day_of(protocol.min_age), birth.day_of(protocol.first_by or protocol.min_age)
        if opens is None or closes is None:
            return None
        slack = timedelta(days=birth.slack)
        return Window(opens - slack, closes + slack)
    last = known[-1].given_on
    opens = last + timedelta(days=max(1, protocol.min_interval))
    closing = len(known) + 1 >= _needed(protocol, known[0], birth)
    grown_on = birth.day_of(protocol.closing_age + birth.slack)
    if closing and grown_on is not None:
        opens = max(opens, grown_on)
    room = max(0, protocol.max_interval - protocol.min_interval)
    closes = max(last + timedelta(days=protocol.max_interval), opens + timedelta(days=room))
    return Window(opens, closes)


def badge(protocol: Protocol, doses: Sequence[DoseGiven], birth: Birth, day: date) -> Badge:
    """Red: missing, over, or without proof. Yellow: ends within 30 days, or waits to be checked. Green otherwise."""
    proved = standing(protocol, [d for d in doses if d.state == VERIFIED], birth, day)
    waiting = standing(protocol, [d for d in doses if d.state in (VERIFIED, AWAITING)], birth, day)
    stated = standing(protocol, doses, birth, day)
    code, tone, text = _said(proved, waiting, stated, day)
    until = proved.until or waiting.until or stated.until
    facts = {"until": until.isoformat()} if until else {}
    return Badge(protocol=protocol.name, label=protocol.label, tone=tone, text=text, facts=facts, code=code)


def _said(proved: Standing, waiting: Standing, stated: Standing, day: date) -> tuple[str, str, str]:
    if proved.protected and proved.until is not None:
        if (proved.until - day).days <= SOON:
            return "ends_soon", "warn", N_("Ends soon, on {until}")
        return "valid", "good", N_("Valid until {until}")
    if waiting.protected:
        return "awaiting_check", "warn", N_("Waits to be checked")
    if stated.protected:
        return "no_proof", "bad", N_("Stated until {until}, proof missing")
    if stated.until is not None:
        return "expired", "bad", N_("Ran out on {until}")
    if stated.counted:
        return "in_series", "bad", N_("Series not complete")
    return "missing", "bad", N_("Missing")
