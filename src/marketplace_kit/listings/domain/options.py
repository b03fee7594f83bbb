"""What can be chosen of a listing, and what a choice costs. Pure.

Three kinds of groups. Of a *variant* exactly one is chosen; it has the whole price and a number of its own (a pizza of
30 cm, a shirt of size M). Of a *modifier* as many as the group says, each adding its price (a sauce, extra cheese).
An *add-on* is never asked for; it adds its price and its minutes (a design on the nails).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

import attrs

from marketplace_kit.kernel.errors import DomainError, Invalid, Kind, Problem
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.texts import N_

VARIANT, MODIFIER, ADDON = "variant", "modifier", "addon"
MOST_GROUPS, MOST_OPTIONS = 20, 60

REQUIRED = N_("Please choose at least {min} here.")
REQUIRED_ONE = N_("Please choose one.")
TOO_MANY = N_("Please choose at most {max} here.")
UNKNOWN = N_("This is not offered any more. Please choose again.")
UNAVAILABLE = N_("This is sold out at the moment. Please choose something else.")


class PriceOnRequest(DomainError):
    """A listing that names no price, nor does what was chosen of it: nobody can be promised it for a sum."""

    code = "price_on_request"
    kind = Kind.CONFLICT
    text = N_("This has no price of its own. Please ask the shop.")


@attrs.frozen(kw_only=True)
class Option:
    """One answer of a group. ``price`` is the whole price of a variant (``None``: the listing's own) and an addition
    for every other option (``None``: nothing). ``minutes`` are added to the listing's.
    """

    id: UUID = attrs.field(factory=new_id)
    names: Mapping[str, str]
    price: Money | None = None
    minutes: int = 0
    sku: str = ""
    available: bool = True


@attrs.frozen(kw_only=True)
class OptionGroup:
    """``least`` and ``most`` bound how many are chosen; ``most`` is ``None`` where all of them may be. A group without
    options asks nothing yet.
    """

    id: UUID = attrs.field(factory=new_id)
    kind: str
    names: Mapping[str, str]
    least: int = 0
    most: int | None = None
    options: tuple[Option, ...] = ()

    @property
    def one(self) -> bool:
        """Whether no more than one of it can be chosen."""
        return self.most == 1


@attrs.frozen(kw_only=True)
class ChoicePart:
    """One reason for the price. ``names`` of the base price without a variant are empty: it is the listing itself."""

    names: Mapping[str, str]
    amount: Money


@attrs.frozen(kw_only=True)
class Choice:
    """What was chosen: the price of one, of which ``parts`` are the reasons and add up to it; the minutes that it takes
    longer; the variant's ``sku``; the ``options`` by group, each once and in the order of the menu.
    """

    total: Money
    parts: tuple[ChoicePart, ...]
    minutes: int
    sku: str
    options: Mapping[str, tuple[str, ...]]


Chosen = Mapping[str, Sequence[str]]
"""Ids of options by the id of their group. Empty texts (nothing chosen) do not count, what is named twice counts
once.
"""


def price_choice(base: Money | None, groups: Sequence[OptionGroup], chosen: Chosen) -> Choice:
    """What a choice costs. Raises Invalid with every problem, each at ``options.<group>``: ``option_required``,
    ``too_many_options``, ``unknown_option``, ``option_unavailable``; :class:`PriceOnRequest` where there is no price.
    """
    asked = [group for group in groups if group.options]
    given = {str(group): [one for one in dict.fromkeys(map(str, ids)) if one] for group, ids in chosen.items()}
    known = {str(group.id) for group in asked}
    problems = [_problem(group, "unknown_option", UNKNOWN) for group in given if group not in known and given[group]]
    taken: list[tuple[OptionGroup, tuple[Option, ...]]] = []
    for group in asked:
        options, wrong = _taken(group, given.get(str(group.id), []))
        problems += wrong
        taken.append((group, options))
    if problems:
        raise Invalid(*problems)
    return _priced(base, taken)


def _taken(group: OptionGroup, ids: list[str]) -> tuple[tuple[Option, ...], list[Problem]]:
    options = tuple(option for option in group.options if str(option.id) in ids)
    field = str(group.id)
    if len(options) < len(ids):
        return (), [_problem(field, "unknown_option", UNKNOWN)]
    if sold_out := [option for option in options if not option.available]:
        return (), [
            attrs.evolve(_problem(field, "option_unavailable", UNAVAILABLE), facts={"option": str(option.id)})
            for option in sold_out
        ]
    if len(options) < group.least:
        text = REQUIRED_ONE if group.least == 1 else REQUIRED
        facts = {"min": group.least, "given": len(options)}
        return (), [attrs.evolve(_problem(field, "option_required", text), facts=facts)]
    if group.most is not None and len(options) > group.most:
        facts = {"max": group.most, "given": len(options)}
        return (), [attrs.evolve(_problem(field, "too_many_options", TOO_MANY), facts=facts)]
    return options, []


def _problem(group: str, code: str, text: str) -> Problem:
    return Problem(f"options.{group[:80]}", code, text)


def _priced(base: Money | None, taken: list[tuple[OptionGroup, tuple[Option, ...]]]) -> Choice:
    variant = next((options[0] for group, options in taken if group.kind == VARIANT and options), None)
    own = variant.price if variant and variant.price is not None else base
    if own is None:
        raise PriceOnRequest
    nothing = Money.zero(own.currency)
    parts = [ChoicePart(names=variant.names if variant else {}, amount=own)]
    added = [option for group, options in taken if group.kind != VARIANT for option in options]
    parts += [ChoicePart(names=option.names, amount=option.price or nothing) for option in added]
    return Choice(
        total=sum((part.amount for part in parts), start=nothing),
        parts=tuple(parts),
        minutes=sum(option.minutes for _, options in taken for option in options),
        sku=variant.sku if variant else "",
        options={str(group.id): tuple(str(option.id) for option in options) for group, options in taken if options},
    )


@attrs.frozen
class Span:
    """What the price may be by what *has* to be chosen; what is chosen freely only adds to it."""

    lowest: Money | None
    varies: bool


def span_of(base: Money | None, groups: Sequence[OptionGroup]) -> Span:
    """The lowest price at which it can be had now, and whether other choices that have to be made cost more. Where all
    of a group is sold out it counts as if it was there.
    """
    prices = [base] if base is not None else []
    for group in groups:
        if group.kind == VARIANT and group.options:
            own = (option.price if option.price is not None else base for option in _offered(group))
            prices = [price for price in own if price is not None]
    if not prices:
        return Span(None, varies=False)
    lowest, highest = min(prices), max(prices)
    nothing = Money.zero(lowest.currency)
    for group in groups:
        if group.kind == MODIFIER and group.least:
            added = sorted(option.price or nothing for option in _offered(group))
            lowest = sum(added[: group.least], start=lowest)
            highest = sum(added[-group.least :], start=highest)
    return Span(lowest, varies=lowest != highest)


def _offered(group: OptionGroup) -> Sequence[Option]:
    return [option for option in group.options if option.available] or group.options


TOO_MANY_GROUPS = N_("At most {max} groups fit a listing.")
TOO_MANY_IN_ONE = N_("At most {max} options fit a group.")
TWO_VARIANTS = N_("A listing has one group of variants, for each of them has the whole price.")
MIN_ABOVE_MAX = N_("This is less than the least number that has to be chosen.")
SKU_TAKEN = N_("Another option of this group has this article number.")


def check_groups(groups: Sequence[OptionGroup]) -> list[Problem]:
    """What is wrong with a set of groups as a whole, each problem at its place (``groups.1.options.0.sku``)."""
    problems = []
    if len(groups) > MOST_GROUPS:
        problems.append(Problem("groups", "too_many", TOO_MANY_GROUPS, {"max": MOST_GROUPS}))
    variants = [number for number, group in enumerate(groups) if group.kind == VARIANT]
    problems += [Problem(f"groups.{number}.kind", "one_variant_group", TWO_VARIANTS) for number in variants[1:]]
    for number, group in enumerate(groups):
        if group.most is not None and group.most < group.least:
            problems.append(Problem(f"groups.{number}.max", "min_above_max", MIN_ABOVE_MAX))
        if len(group.options) > MOST_OPTIONS:
            problems.append(Problem(f"groups.{number}.options", "too_many", TOO_MANY_IN_ONE, {"max": MOST_OPTIONS}))
        skus: set[str] = set()
        for place, option in enumerate(group.options):
            if option.sku and option.sku in skus:
                problems.append(Problem(f"groups.{number}.options.{place}.sku", "sku_taken", SKU_TAKEN))
            skus.add(option.sku)
    return problems
