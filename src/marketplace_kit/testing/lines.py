"""A line kind that promises without a table of its own: for tests of orders, and to read before one writes a kind.

``Workshop()`` is a plugin with a listing kind ``workshop.repair`` that is ordered by lines of kind ``workshop.visit``.
Its places are kept in memory: what a transaction takes back stays taken here, which a real kind must not do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from typing_extensions import override

from marketplace_kit.kernel.errors import DomainError
from marketplace_kit.kernel.fields import Field, Form
from marketplace_kit.kernel.hooks import (
    LineKind,
    ListingKind,
    Moved,
    Moving,
    Part,
    Plugin,
    PluginInfo,
    Promise,
    Wish,
    hookimpl,
)
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.process import Process, Stage, State, Timer, Tone, Transition

REPAIR, VISIT = "workshop.repair", "workshop.visit"
REQUESTED, CONFIRMED, RUNNING, DONE = "requested", "confirmed", "running", "done"
CANCELLED, EXPIRED = "cancelled", "expired"


class PlaceTaken(DomainError):
    code = "place_taken"
    text = "This place is taken."


class VisitChoice(Form, frozen=True, kw_only=True):
    """Which thing is to be repaired, at which hour of the day; each thing makes a line of its own."""

    thing: Annotated[str, Field("What is to be repaired", max_length=60)] = "bicycle"
    hour: Annotated[int, Field("Hour", min=0, max=23)] = 10


class Why(Form, frozen=True, kw_only=True):
    reason: Annotated[str, Field("Reason", max_length=500, long=True)]


class MaybeWhy(Form, frozen=True, kw_only=True):
    reason: Annotated[str, Field("Reason", max_length=500, long=True)] = ""


class NewHour(Form, frozen=True, kw_only=True):
    hour: Annotated[int, Field("Hour", min=0, max=23)]


PROCESS = Process(
    "workshop.visit",
    states=(
        State(REQUESTED, "Waiting for the shop to confirm", Tone.WARN, stage=Stage.PENDING),
        State(CONFIRMED, "Confirmed", Tone.INFO, stage=Stage.ACCEPTED),
        State(RUNNING, "In progress", Tone.INFO, stage=Stage.IN_PROGRESS),
        State(DONE, "Done", Tone.GOOD, terminal=True, stage=Stage.COMPLETED),
        State(CANCELLED, "Cancelled", Tone.BAD, terminal=True, stage=Stage.CANCELLED),
        State(EXPIRED, "Time ran out", Tone.BAD, terminal=True, stage=Stage.CANCELLED),
    ),
    transitions=(
        Transition("confirm", (REQUESTED,), CONFIRMED, ("owner", "staff"), "Confirm"),
        Transition("decline", (REQUESTED,), CANCELLED, ("owner", "staff"), "Decline", asks=Why),
        Transition("move", (REQUESTED,), REQUESTED, ("customer", "staff"), "Change the time", asks=NewHour),
        Transition("remove", (CONFIRMED,), CONFIRMED, ("customer", "staff"), "Change the time", asks=NewHour),
        Transition("start", (CONFIRMED,), RUNNING, ("owner", "staff"), "Start"),
        Transition("finish", (RUNNING,), DONE, ("owner", "staff"), "Finish"),
        Transition("cancel", (REQUESTED, CONFIRMED), CANCELLED, ("customer", "staff"), "Cancel", asks=MaybeWhy),
        Transition("expire", (REQUESTED,), EXPIRED, ("system",), "Let it run out"),
    ),
    timers=(Timer(REQUESTED, timedelta(hours=12), "expire"),),
)


class Places:
    """A :class:`~marketplace_kit.kernel.hooks.Capacity` with so many places in each hour; ``refuse`` makes the next
    move fail.
    """

    def __init__(self, places: int = 1, price: int = 500_000) -> None:
        self.places, self.price = places, price
        self.taken: dict[UUID, int] = {}
        self.refuse: DomainError | None = None

    async def quote(self, site: Any, wishes: Sequence[Wish]) -> Sequence[Promise]:
        return [self._promise(site.clock.now(), wish, wish.choice) for wish in wishes]

    async def hold(self, uow: Any, wishes: Sequence[Wish], until: datetime) -> Sequence[Promise]:
        return self._take(uow, wishes)

    async def drop(self, uow: Any, line_ids: Sequence[UUID]) -> None:
        for line_id in line_ids:
            self.taken.pop(line_id, None)

    async def reserve(self, uow: Any, wishes: Sequence[Wish]) -> Sequence[Promise]:
        return self._take(uow, wishes)

    async def move(self, uow: Any, moving: Moving) -> Moved:
        if self.refuse is not None:
            raise self.refuse
        if moving.after in (CANCELLED, EXPIRED):
            self.taken.pop(moving.line_id, None)
        if isinstance(moving.asked, NewHour):
            self._one(moving.line_id, moving.asked.hour)
            starts = self._at(uow.at, moving.asked.hour)
            return Moved(facts={"hour": moving.asked.hour}, starts_at=starts, ends_at=starts + timedelta(hours=1))
        return Moved()

    def _take(self, uow: Any, wishes: Sequence[Wish]) -> list[Promise]:
        for wish in wishes:
            choice: Any = wish.choice
            self._one(wish.line_id, choice.hour)
        return [self._promise(uow.at, wish, wish.choice) for wish in wishes]

    def _one(self, line_id: UUID, hour: int) -> None:
        others = sum(1 for other, at in self.taken.items() if at == hour and other != line_id)
        if others >= self.places:
            raise PlaceTaken(hour=hour)
        self.taken[line_id] = hour

    def _promise(self, now: datetime, wish: Wish, choice: Any) -> Promise:
        unit, starts = Money(self.price, "KZT"), self._at(now, choice.hour)
        return Promise(
            title=f"Repair of a {choice.thing}",
            unit_price=unit,
            parts=(Part(text="Work", amount=unit),),
            facts={"thing": choice.thing, "hour": choice.hour},
            starts_at=starts,
            ends_at=starts + timedelta(hours=1),
            policy="Free to cancel until it is begun.",
        )

    @staticmethod
    def _at(now: datetime, hour: int) -> datetime:
        return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1, hours=hour)


class Workshop(Plugin):
    """Repairs things; each instance has places of its own."""

    info = PluginInfo(name="workshop", version="1", label="Workshop", summary="For tests of orders.")

    def __init__(self, places: int = 1) -> None:
        self.capacity = Places(places)

    @hookimpl
    @override
    def mk_listing_kinds(self) -> Sequence[ListingKind]:
        return (ListingKind(name=REPAIR, label="Repair", plural="Repairs", line=VISIT),)

    @hookimpl
    @override
    def mk_line_kinds(self) -> Sequence[LineKind]:
        visit = LineKind(
            name=VISIT,
            label="Visit",
            process=PROCESS,
            capacity=self.capacity,
            choice=VisitChoice,
            one_line_per="thing",
        )
        return (visit,)


def wished(listing_id: UUID, *things: str, hour: int = 10) -> Mapping[str, Any]:
    """One line of the API's bodies: these things, at this hour."""
    return {"listing_id": str(listing_id), "choice": {"thing": list(things) or ["bicycle"], "hour": hour}}
