"""What is asked of somebody who books, and what a wish takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import attrs

from marketplace_kit.kernel.fields import Field, Form
from marketplace_kit.kernel.hooks.lines import Part
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.texts import N_


class AtHome(Form):
    """Where somebody shall come: an ``address``, and the point or the part of the town (an area's number)."""

    address: Annotated[
        str, Field(N_("Street and house"), hint=N_("Where we shall come"), max_length=200, private=True)
    ] = ""
    entrance: Annotated[str, Field(N_("Apartment, entrance, floor"), max_length=80, private=True)] = ""
    point: Annotated[
        str, Field(N_("Latitude and longitude"), hint=N_("Like 47.1068, 51.9166"), max_length=80, private=True)
    ] = ""
    district: Annotated[str, Field(N_("Part of the town"), max_length=20)] = ""


class AppointmentChoice(AtHome, frozen=True, kw_only=True):
    """What is asked of somebody who books a time; for a visit at home also where."""

    starts_at: Annotated[str, Field(N_("Time"), max_length=40)]
    staff: Annotated[int | None, Field(N_("By whom"), min=1)] = None
    staff_matters: Annotated[bool, Field(N_("Only this person"))] = False
    together: Annotated[bool, Field(N_("All at the same time"))] = False
    note: Annotated[str, Field(N_("Note for the shop"), long=True, max_length=1000)] = ""


@attrs.frozen(kw_only=True)
class Where:
    """Where somebody shall come, as it is asked before a time is chosen: a ``point`` ("47.1068, 51.9166"), or a
    ``district`` (an area's number).
    """

    point: str = ""
    district: str = ""


@attrs.frozen(kw_only=True)
class Measured:
    """What one wish takes: minutes of work, its price and the reasons for it. ``skills`` are codes that the staff has
    to have beside those that the service needs; ``subject`` is a stable key of what the customer brings (a pet, a car):
    one subject is in one place at a time. ``title`` is what it is called, in the customer's words (the listing's if
    empty); ``titles`` are the same by language.
    """

    minutes: int
    price: Money | None = None
    parts: tuple[Part, ...] = ()
    skills: frozenset[str] = frozenset()
    subject: str = ""
    title: str = ""
    facts: Mapping[str, Any] = attrs.field(factory=dict)
    titles: Mapping[str, str] = attrs.field(factory=dict)
