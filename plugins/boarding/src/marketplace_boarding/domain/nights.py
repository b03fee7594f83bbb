"""Nights: which they are, what they cost, which of them are free. Pure functions of dates.

A stay covers the half-open nights ``[arrives, leaves)``: the day of leaving is free for the next guest.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence, Set
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import attrs

from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.texts import N_

Spot = tuple[int, int]
"""A place: the resource and its lane."""
Taken = Mapping[Spot, Set[date]]
"""The nights that are taken at each place."""
_ROOMY = 10**9
_LOOK_BACK = 30


def nights_of(arrives: date, leaves: date) -> list[date]:
    """The dates on which the nights of a stay begin."""
    return [arrives + timedelta(days=n) for n in range((leaves - arrives).days)]


def piece_of(night: date, zone: str) -> tuple[int, int]:
    """What a night takes of its place, in epoch seconds: its whole date by the clock of the place."""
    place = ZoneInfo(zone)
    begins = datetime.combine(night, time(), place)
    return int(begins.timestamp()), int(datetime.combine(night + timedelta(days=1), time(), place).timestamp())


def pieces_of(nights: Sequence[date], zone: str) -> list[tuple[int, int]]:
    return [piece_of(night, zone) for night in nights]


@attrs.frozen(kw_only=True)
class Season:
    """From ``first`` to ``last`` night, both included, a night costs ``percent`` more (less, if negative)."""

    name: str
    first: date
    last: date
    percent: int


@attrs.frozen(kw_only=True)
class Rates:
    """What a night costs. Percentages are of ``base``; each further pet in the room has its own rate."""

    base: Money
    further_percent: int = 50
    holiday_percent: int = 0
    late_percent: int = 50


@attrs.frozen(kw_only=True)
class NightPrice:
    """One night and what makes its price."""

    night: date
    base: Money
    further: Money
    holiday: Money
    season: Money
    season_name: str = ""

    @property
    def total(self) -> Money:
        return self.base + self.further + self.holiday + self.season


def percent_of(amount: Money, percent: int) -> Money:
    """A share, rounded half up to the minor unit."""
    share = (abs(amount.amount * percent) * 2 + 100) // 200
    return Money(-share if percent < 0 else share, amount.currency)


def price_of(night: date, pets: int, rates: Rates, seasons: Sequence[Season], holidays: Collection[date]) -> NightPrice:
    """What a night costs for so many pets in one room. Of seasons that overlap the last named one counts; a public
    holiday counts by the date on which the night begins.
    """
    season = next((s for s in reversed(seasons) if s.first <= night <= s.last), None)
    return NightPrice(
        night=night,
        base=rates.base,
        further=percent_of(rates.base, rates.further_percent) * (pets - 1),
        holiday=percent_of(rates.base, rates.holiday_percent if night in holidays else 0),
        season=percent_of(rates.base, season.percent if season else 0),
        season_name=season.name if season else "",
    )


NIGHTS, FURTHER, HOLIDAYS, SEASON = (
    N_("Nights: {count}"),
    N_("Further pets: {count}"),
    N_("Public holidays, nights: {count}"),
    N_("{name}, nights: {count}"),
)


@attrs.frozen(kw_only=True)
class Reason:
    """One line of an explanation: a message id with its facts, and what it adds."""

    text: str
    amount: Money
    facts: Mapping[str, Any] = attrs.field(factory=dict)


def reasons_of(prices: Sequence[NightPrice], pets: int) -> list[Reason]:
    """Why the nights cost what they cost, in few lines."""
    if not prices:
        return []
    zero = Money.zero(prices[0].base.currency)
    found = [Reason(text=NIGHTS, amount=_sum([p.base for p in prices], zero), facts={"count": len(prices)})]
    if further := _sum([p.further for p in prices], zero):
        found.append(Reason(text=FURTHER, amount=further, facts={"count": pets - 1}))
    off = [p for p in prices if p.holiday]
    if off:
        found.append(Reason(text=HOLIDAYS, amount=_sum([p.holiday for p in off], zero), facts={"count": len(off)}))
    for name in dict.fromkeys(p.season_name for p in prices if p.season):
        those = [p for p in prices if p.season_name == name and p.season]
        amount = _sum([p.season for p in those], zero)
        found.append(Reason(text=SEASON, amount=amount, facts={"name": name, "count": len(those)}))
    return found


def _sum(amounts: Sequence[Money], zero: Money) -> Money:
    total = zero
    for amount in amounts:
        total = total + amount
    return total


# --- rooms ---------------------------------------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class Room:
    """Rooms of one make: ``places`` of them stand beside each other and are taken one by one. ``max_grams`` is the
    heaviest pet that they take; none is any.
    """

    resource_id: int
    name: str
    places: int = 1
    max_pets: int = 1
    max_grams: int | None = None
    rank: int = 0

    @property
    def spots(self) -> list[Spot]:
        return [(self.resource_id, lane) for lane in range(self.places)]

    def label(self, lane: int) -> str:
        """How people call one of its places."""
        return self.name if self.places == 1 else f"{self.name} {lane + 1}"


@attrs.frozen(kw_only=True)
class Party:
    """Who wants a room: so many pets of one family, the heaviest of them."""

    pets: int
    grams: int | None = None

    def fits(self, room: Room) -> bool:
        """A pet of unknown weight fits where nobody asks for it."""
        heavy = room.max_grams is not None and (self.grams is None or self.grams > room.max_grams)
        return self.pets <= room.max_pets and not heavy


def choose(rooms: Sequence[Room], party: Party, nights: Sequence[date], taken: Taken) -> list[Spot]:
    """The places that are free in all these nights, the least wasteful first: no larger than need be, then the one
    that leaves the smallest gap before.
    """
    wanted = set(nights)
    found = [
        (
            (room.max_pets, room.max_grams or _ROOMY, _gap(taken.get(spot, frozenset()), nights[0]), room.rank, spot),
            spot,
        )
        for room in rooms
        if party.fits(room)
        for spot in room.spots
        if not wanted & taken.get(spot, frozenset())
    ]
    return [spot for _, spot in sorted(found)]


def _gap(taken: Set[date], first: date) -> int:
    """How many nights before are free, as far as it matters."""
    for back in range(1, _LOOK_BACK):
        if first - timedelta(days=back) in taken:
            return back - 1
    return _LOOK_BACK


def free_places(rooms: Sequence[Room], party: Party, night: date, taken: Taken) -> int:
    """How many places such guests could have in a night."""
    spots = (spot for room in rooms if party.fits(room) for spot in room.spots)
    return sum(1 for spot in spots if night not in taken.get(spot, frozenset()))


def full_nights(rooms: Sequence[Room], party: Party, nights: Sequence[date], taken: Taken) -> list[date]:
    """The nights in which no place is free; where each has one but no single room has all, those that the best room
    lacks.
    """
    full = [night for night in nights if not free_places(rooms, party, night, taken)]
    if full:
        return full
    lacking = [
        [night for night in nights if night in taken.get(spot, frozenset())]
        for room in rooms
        if party.fits(room)
        for spot in room.spots
    ]
    return min(lacking, key=len, default=list(nights))


@attrs.frozen(kw_only=True)
class Movable:
    """A stay that nobody has promised a certain room to yet: its guests have not come."""

    line_id: UUID
    party: Party
    nights: tuple[date, ...]
    spot: Spot


def deal(
    rooms: Sequence[Room], party: Party, nights: Sequence[date], taken: Taken, movable: Sequence[Movable]
) -> tuple[Spot, dict[UUID, Spot]] | None:
    """Room for one more by moving those who have not come: its place, and the new places of those that move. ``None``
    if dealing in order of arrival finds none. ``taken`` includes what the movable ones take.
    """
    fixed: dict[Spot, set[date]] = {spot: set(known) for spot, known in taken.items()}
    for one in movable:
        fixed.get(one.spot, set()).difference_update(one.nights)
    waiting: list[tuple[date, str, Movable | None]] = [(m.nights[0], str(m.line_id), m) for m in movable]
    waiting.append((nights[0], "", None))
    placed: dict[UUID, Spot] = {}
    own: Spot | None = None
    for _, _, other in sorted(waiting, key=lambda w: (w[0], w[1])):
        who, when = (party, tuple(nights)) if other is None else (other.party, other.nights)
        spots = choose(rooms, who, when, fixed)
        if not spots:
            return None
        spot = spots[0]
        fixed.setdefault(spot, set()).update(when)
        if other is None:
            own = spot
        elif spot != other.spot:
            placed[other.line_id] = spot
    return (own, placed) if own is not None else None
