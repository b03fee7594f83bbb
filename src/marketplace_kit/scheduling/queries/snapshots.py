"""What a plan is made of: what is read of a shop at one moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

import attrs

from marketplace_kit.scheduling.domain.offers import STAFF
from marketplace_kit.scheduling.domain.travel import Van
from marketplace_kit.scheduling.domain.windows import Working
from marketplace_kit.scheduling.queries.services import Service
from marketplace_kit.shops.domain.hours import Opening


@attrs.frozen(kw_only=True)
class Resource:
    id: int
    kind: str
    name: str
    lanes: int
    skills: frozenset[str]
    public: bool
    about: str
    photo: str | None
    working: Working


@attrs.frozen(kw_only=True)
class Own:
    """What differs when this one performs a service."""

    minutes: int | None = None
    price_amount: int | None = None


class Held(NamedTuple):
    """A claim that was held for a line. ``over``: its time ran out before it was let go."""

    resource_id: int
    from_s: int
    to_s: int
    live: bool
    over: bool
    kind: str


@attrs.frozen(kw_only=True)
class Plan:
    """``has_staff``: whether the shop has a member of staff at all, active or not. ``dead`` are the resources of which
    a hold is over that nobody has taken away yet. ``held`` is what was held for the lines that it was read without.
    ``vans`` go to the customers, if one of the services needs that.
    """

    services: Mapping[UUID, Service]
    resources: Mapping[int, Resource]
    performers: Mapping[UUID, Mapping[int, Own]]
    opening: Opening
    claims: Mapping[int, Sequence[tuple[int, int, int]]]
    has_staff: bool = True
    dead: frozenset[int] = frozenset()
    held: Mapping[UUID, Sequence[Held]] = attrs.field(factory=dict)
    vans: Mapping[int, Van] = attrs.field(factory=dict)

    @property
    def lacks_staff(self) -> bool:
        """Somebody is needed, and the shop has never had anybody."""
        return not self.has_staff and any(n.kind == STAFF for one in self.services.values() for n in one.rule.needs)

    @property
    def zone(self) -> str:
        return self.opening.zone
