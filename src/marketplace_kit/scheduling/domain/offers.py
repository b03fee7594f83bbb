"""Who could do a thing, and when: from roles to be filled to starts that can be chosen.

Several wishes of one order are done in turn, in one block by one member of staff, or together, each by another.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from marketplace_kit.scheduling.domain.slots import Pattern, full, joint, offered
from marketplace_kit.scheduling.domain.travel import Rounds
from marketplace_kit.scheduling.domain.windows import Window

STAFF = "staff"


@attrs.frozen
class Need:
    """A role: ``staff`` who can colour, a ``room`` for massage."""

    kind: str = STAFF
    skills: frozenset[str] = frozenset()


@attrs.frozen(kw_only=True)
class Able:
    """A resource that could fill a role. ``claims`` are (lane, from, to) of what lives; ``works`` the seconds that it
    takes for each wish of the role. ``rounds``: it goes to the customer.
    """

    id: int
    lanes: int = 1
    windows: Sequence[Window] = ()
    claims: Sequence[tuple[int, int, int]] = ()
    works: tuple[int, ...] = ()
    rounds: Rounds | None = None


@attrs.frozen(kw_only=True)
class Role:
    """Something needed for the wishes with these numbers. ``before`` and ``after`` of the pattern lie around the whole
    block. ``places``: how many may begin at the same time, for a class.
    """

    wishes: tuple[int, ...]
    need: Need
    able: tuple[Able, ...]
    pattern: Pattern
    places: int = 1

    def starts(self, first: int, last: int, zone: str) -> dict[int, list[int]]:
        """Start → the ids of those who are free then."""
        found: dict[int, list[int]] = {}
        for one in self.able:
            for start in self._of(one, first, last, zone):
                found.setdefault(start, []).append(one.id)
        return found

    def _of(self, one: Able, first: int, last: int, zone: str) -> list[int]:
        work = sum(one.works)
        if one.rounds is not None:
            return one.rounds.starts(self.pattern, work, first, last)
        if self.places > 1:
            listed = offered(one.windows, (), self.pattern, work, first=first, last=last, zone=zone)
            return [s for s in listed if self.places_left(one, s) > 0]
        busy = full(((c[1], c[2]) for c in one.claims), one.lanes)
        return offered(one.windows, busy, self.pattern, work, first=first, last=last, zone=zone)

    def places_left(self, one: Able, start: int) -> int:
        """How many more may begin then: a class that began at another time leaves no place."""
        begins, ends = start - self.pattern.before, start + sum(one.works) + self.pattern.after
        within = [c for c in one.claims if c[1] < ends and c[2] > begins]
        if any((c[1], c[2]) != (begins, ends) for c in within):
            return 0
        return max(min(self.places, one.lanes) - len(within), 0)

    def empty(self) -> Role:
        """The same, were nothing taken."""
        return attrs.evolve(
            self, able=tuple(attrs.evolve(a, claims=(), rounds=a.rounds and a.rounds.idle()) for a in self.able)
        )

    @property
    def travels(self) -> bool:
        return any(one.rounds is not None for one in self.able)

    def at_once(self) -> Role:
        """The same, were every way without length."""
        return attrs.evolve(
            self, able=tuple(attrs.evolve(a, rounds=a.rounds and a.rounds.at_once()) for a in self.able)
        )


def free(roles: Sequence[Role], first: int, last: int, zone: str) -> dict[int, list[list[int]]]:
    """Starts at which every role can be filled: start → for each role, who could."""
    return joint([role.starts(first, last, zone) for role in roles])
