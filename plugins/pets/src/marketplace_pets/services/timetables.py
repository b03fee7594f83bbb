"""Later versions of vaccination timetables, written by a vet of this site."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from marketplace_kit.kernel.audit import audit
from marketplace_kit.kernel.errors import Forbidden, Invalid, Missing, Problem
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_pets import queries
from marketplace_pets.domain.protocols import FIGURES
from marketplace_pets.schemas import NewProtocolVersion
from marketplace_pets.services.access import PROTOCOLS
from marketplace_pets.tables import protocol_table

_STEP = re.compile(r"(\d{1,5}):(\d{1,4})")


async def revise_protocol(uow: UnitOfWork, name: str, form: NewProtocolVersion, *, by: Actor) -> int:
    """Put a new version of a timetable into force; answers its number. Doses keep the version they were given by.
    Refuses :class:`Missing` for a name that is not shipped, and figures that contradict each other.
    """
    if not by.may(PROTOCOLS):
        raise Forbidden
    known = await queries.protocols(await uow.session.connection())
    if name not in known:
        raise Missing
    before = known[name]
    rules: dict[str, Any] = {f: v if (v := getattr(form, f)) is not None else getattr(before, f) for f in FIGURES}
    rules["steps"] = _steps(form.steps) if before.steps and form.steps.strip() else before.steps
    _check(rules)
    row = {
        "name": name,
        "version": before.version + 1,
        "rules": rules,
        "source": form.source,
        "dated": form.dated,
        "at": uow.at,
        "by_person_id": by.person_id,
    }
    await uow.session.execute(sa.insert(protocol_table).values(row))
    await audit(uow, by=by, act=PROTOCOLS, on=f"protocol:{name}", facts={"version": before.version + 1})
    return before.version + 1


def _steps(text: str) -> list[tuple[int, int]]:
    """``49:14, 182:30`` is: up to 49 days of age every 14 days, up to 182 every 30. Ages grow."""
    found = [_STEP.fullmatch(part.strip()) for part in text.split(",")]
    steps = [(int(one[1]), int(one[2])) for one in found if one is not None]
    ages = [age for age, _ in steps]
    if len(steps) < len(found) or ages != sorted(set(ages)) or any(days < 1 for _, days in steps):
        raise Invalid(
            Problem("steps", "malformed", N_("Please write growing ages, each with its days: 49:14, 182:30."))
        )
    return steps


def _check(rules: Mapping[str, Any]) -> None:
    if rules["max_interval"] and rules["max_interval"] < rules["min_interval"]:
        raise Invalid(
            Problem("max_interval", "too_small", N_("The longest interval is not shorter than the shortest."))
        )
    if rules["closing_age"] and rules["closing_age"] < rules["min_age"]:
        raise Invalid(Problem("closing_age", "too_small", N_("The series does not close before it may begin.")))
