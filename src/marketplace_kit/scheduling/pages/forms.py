"""What the pages of a shop's staff and rules have in common: forms with the choices that only the database knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from marketplace_kit.kernel.errors import DomainError, Invalid, Problem, StaleVersion
from marketplace_kit.kernel.fields import Form
from marketplace_kit.kernel.money import Money, NotAnAmount
from marketplace_kit.kernel.texts import N_
from marketplace_kit.scheduling.queries.editing import Performed
from marketplace_kit.shops.domain import InUse
from marketplace_kit.web.context import WebRequest
from marketplace_kit.web.formats import money
from marketplace_kit.web.forms import FormState, form_state, shown_value

SAVED = N_("Saved.")
NOT_MINUTES = N_("Please enter whole minutes, for example 45.")
NOT_MONEY = N_("Please enter an amount of money, for example 8 000.")
Raw = Mapping[str, Any]


@attrs.frozen(kw_only=True)
class Refused:
    """A form that was not taken: which, what was typed, why."""

    form: str
    raw: Raw
    why: DomainError


def as_invalid(refused: DomainError | None) -> Invalid | None:
    """A refusal as problems of a form; appointments in the way are named."""
    if refused is None or isinstance(refused, Invalid):
        return refused
    if isinstance(refused, InUse):
        return refused.as_invalid()
    return Invalid(Problem("", refused.code, refused.text, refused.facts))


def status_of(refused: DomainError | None) -> int:
    return 200 if refused is None else 409 if isinstance(refused, StaleVersion | InUse) else 422


def state_for(
    request: WebRequest, form: type[Form], values: Raw | None, refused: DomainError | None, **choices: Any
) -> FormState:
    """The form with the choices that only the database knows, without its version (which stands beside it)."""
    state = form_state(request, form, values, as_invalid(refused))
    fields = tuple(
        attrs.evolve(f, choices=choices[f.name]) if f.name in choices else f
        for f in state.fields
        if f.name != "version"
    )
    return attrs.evolve(state, fields=fields)


def work_row(one: Performed, key: str, title: str, raw: Raw | None) -> dict[str, Any]:
    """A row of "what they do"; what was typed stays."""
    if raw is None:
        does, minutes, price = one.does, one.minutes or "", shown_value(one.price)
    else:
        does = key in _many(raw.get("does"))
        minutes, price = raw.get(f"minutes.{key}", ""), raw.get(f"price.{key}", "")
    usual = money(one.usual_price) if one.usual_price else ""
    return {"id": key, "title": title, "usual": usual, "does": does, "minutes": minutes, "price": price}


def _many(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value] if value else []


def read_performers(raw: Raw) -> dict[str, tuple[int | None, Money | None]]:
    """Who or what was ticked, with minutes and price of its own. Refuses :class:`Invalid` with every problem."""
    found: dict[str, tuple[int | None, Money | None]] = {}
    problems = []
    for key in _many(raw.get("does")):
        minutes, price = str(raw.get(f"minutes.{key}", "")).strip(), str(raw.get(f"price.{key}", "")).strip()
        own = int(minutes) if minutes.isascii() and minutes.isdigit() and len(minutes) <= 4 else None
        if minutes and not (own and own <= 1440):
            problems.append(Problem(f"minutes.{key}", "not_minutes", NOT_MINUTES))
        try:
            sum_ = Money.of(price, "KZT") if price else None
        except NotAnAmount:
            sum_ = None
            problems.append(Problem(f"price.{key}", "not_an_amount", NOT_MONEY))
        if sum_ is not None and sum_.amount < 0:
            problems.append(Problem(f"price.{key}", "not_an_amount", NOT_MONEY))
        found[key] = (own, sum_)
    if problems:
        raise Invalid(*problems)
    return found
