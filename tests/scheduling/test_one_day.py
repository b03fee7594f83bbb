"""One member of staff's day, whatever happens to it in whatever order: the real services beside a model of it.

The machine of Hypothesis chooses the acts and their order. For each the model says beforehand whether it goes through,
and after each the live claims are those of the model: no two of them over each other, every live appointment with
exactly its own, every finished one with none beyond its end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import attrs
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.errors import DomainError
from marketplace_kit.kernel.hooks.lines import Customer, Wish
from marketplace_kit.scheduling import services
from marketplace_kit.scheduling.domain.process import NewTime, Summary
from marketplace_kit.scheduling.schemas import Break
from marketplace_kit.scheduling.tables import appointment_table
from marketplace_kit.testing.sites import Sites
from tests.scheduling.salons import Salon
from tests.scheduling.test_at_once import overlaps

OPENS = datetime(2026, 3, 3, 4, tzinfo=UTC)
"""Nine o'clock in Atyrau."""
LENGTHS, AFTER = (30, 60, 90), 10
TIMES = st.sampled_from([f"{hour:02}:{minute:02}" for hour in range(9, 15) for minute in (0, 30)])
REACH = 600
"""A service of ten minutes to tidy up, in seconds."""


@attrs.define
class Taken:
    """What the model knows to be taken. A hold is over at ``until``."""

    from_s: int
    to_s: int
    until: datetime | None = None


class OneDay(RuleBasedStateMachine):
    """Books, holds, moves, cancels, breaks, begins and ends early, and lets time pass."""

    sites: Sites
    holds: Bundle[Wish] = Bundle("holds")
    booked: Bundle[UUID] = Bundle("booked")
    begun: Bundle[UUID] = Bundle("begun")
    breaks: Bundle[UUID] = Bundle("breaks")

    def __init__(self) -> None:
        super().__init__()
        self._runner = asyncio.Runner()
        self._open = AsyncExitStack()
        self.clock = SetClock(OPENS - timedelta(hours=1))
        self.taken: dict[UUID, Taken] = {}
        self.tidied: dict[UUID, int] = {}

    def teardown(self) -> None:
        self._runner.run(self._open.aclose())
        self._runner.close()

    def run(self, doing: Callable[..., Awaitable[Any]], *given: Any, **named: Any) -> Any:
        async def begin() -> Any:
            return await doing(*given, **named)

        return self._runner.run(begin())

    @initialize()
    def a_salon_with_one_chair(self) -> None:
        self.run(self._opened)

    async def _opened(self) -> None:
        site = await self._open.enter_async_context(self.sites.open(environ={"MK_PLUGINS": ""}, clock=self.clock))
        self.salon = await Salon.opened(site, self.clock)
        self.staff = await self.salon.staff()
        rule = {"after": AFTER, "max_open": 0, "cutoff_hours": 0, "moves": 20}
        self.services = [await self.salon.service(f"{n} min", minutes=n, **rule) for n in LENGTHS]

    # ── what the model expects ───────────────────────────────────────────────────────────────────

    def now(self) -> datetime:
        return self.clock.now()

    def live(self) -> dict[UUID, Taken]:
        return {k: t for k, t in self.taken.items() if t.until is None or t.until > self.now()}

    def span(self, time: str, minutes: int) -> tuple[int, int]:
        begins = int(datetime.fromisoformat(self.salon.at(time)).timestamp())
        return begins, begins + minutes * 60 + AFTER * 60

    def fits(self, from_s: int, to_s: int, but: UUID | None = None) -> bool:
        return all(t.to_s <= from_s or t.from_s >= to_s for k, t in self.live().items() if k != but)

    def tried(self, expected: bool, doing: Callable[..., Awaitable[Any]], *given: Any, **named: Any) -> Any:
        """Do it; it has to go through where the model says so, and to be refused where not."""
        try:
            done, refused = self.run(doing, *given, **named), ""
        except DomainError as why:
            done, refused = None, why.code
        assert expected is (not refused), refused or "it went through although the time is taken or over"
        return done

    # ── what happens ─────────────────────────────────────────────────────────────────────────────

    def wish(self, which: int, time: str) -> Wish:
        number = len(self.taken)
        return self.salon.wish(self.services[which], time, customer=Customer(name="Dana", phone=f"+7701{number:07}"))

    @rule(target=booked, which=st.integers(0, 2), time=TIMES)
    def book(self, which: int, time: str) -> Any:
        from_s, to_s = self.span(time, LENGTHS[which])
        free = self.fits(from_s, to_s) and from_s >= self.now().timestamp()
        wish = self.wish(which, time)
        self.tried(free, self.salon.site.do, self.salon.capacity.reserve, [wish])
        if not free:
            return multiple()
        self.taken[wish.line_id] = Taken(from_s, to_s)
        return wish.line_id

    @rule(target=holds, which=st.integers(0, 2), time=TIMES)
    def hold(self, which: int, time: str) -> Any:
        from_s, to_s = self.span(time, LENGTHS[which])
        free = self.fits(from_s, to_s) and from_s >= self.now().timestamp()
        wish, until = self.wish(which, time), self.now() + timedelta(minutes=10)
        self.tried(free, self.salon.site.do, self.salon.capacity.hold, [wish], until)
        if not free:
            return multiple()
        self.taken[wish.line_id] = Taken(from_s, to_s, until + timedelta(seconds=30))
        return wish

    @rule(target=booked, wish=consumes(holds))
    def order_what_was_held(self, wish: Wish) -> Any:
        """While the hold lives it is the booking; afterwards it is tried anew, like anybody's."""
        held = self.taken.pop(wish.line_id)
        assert held.until is not None
        alive = held.until > self.now()
        free = alive or (self.fits(held.from_s, held.to_s) and held.from_s >= self.now().timestamp())
        self.tried(free, self.salon.site.do, self.salon.capacity.reserve, [wish])
        if not free:
            return multiple()
        self.taken[wish.line_id] = Taken(held.from_s, held.to_s)
        return wish.line_id

    @rule(wish=consumes(holds))
    def drop(self, wish: Wish) -> None:
        self.run(self.salon.site.do, self.salon.capacity.drop, [wish.line_id])
        del self.taken[wish.line_id]

    @rule(minutes=st.sampled_from([5, 11, 40]))
    def time_passes(self, minutes: int) -> None:
        self.clock.advance(timedelta(minutes=minutes))

    @precondition(lambda self: any(t.until and t.until <= self.now() for t in self.taken.values()))
    @rule()
    def dead_holds_are_swept(self) -> None:
        self.run(self.salon.site.do, services.sweep_holds)

    @rule(line=booked, time=TIMES)
    def move(self, line: UUID, time: str) -> None:
        mine = self.taken[line]
        minutes = (mine.to_s - mine.from_s) // 60 - AFTER
        from_s, to_s = self.span(time, minutes)
        now = self.now().timestamp()
        free = self.fits(from_s, to_s, but=line) and from_s >= now and mine.from_s >= now
        asked = NewTime(starts_at=self.salon.at(time))
        self.tried(free, self.salon.move, line, "reschedule", asked, role="customer")
        if free:
            self.taken[line] = Taken(from_s, to_s)

    @rule(line=consumes(booked))
    def cancel(self, line: UUID) -> None:
        self.run(self.salon.move, line, "cancel")
        del self.taken[line]

    @rule(target=begun, line=consumes(booked))
    def begin(self, line: UUID) -> UUID:
        self.run(self.salon.move, line, "start")
        return line

    @rule(line=consumes(begun))
    def end(self, line: UUID) -> None:
        """What is done early ends now, with the time to tidy up; done late, it ends as it was planned."""
        self.run(self.salon.move, line, "finish", Summary())
        mine, real = self.taken.pop(line), int(self.now().timestamp()) + REACH
        self.tidied[line] = real
        if mine.from_s < real:
            self.taken[line] = Taken(mine.from_s, min(mine.to_s, real))

    @rule(target=breaks, time=TIMES)
    def take_a_break(self, time: str) -> Any:
        from_s, _ = self.span(time, 0)
        to_s = from_s + 1800
        moment = datetime.fromtimestamp(to_s, UTC).isoformat()
        form = Break(starts_at=self.salon.at(time), ends_at=moment)
        free = self.fits(from_s, to_s)
        made = self.tried(
            free, self.salon.site.do, services.take_break, self.salon.shop_id, self.staff, form, by=self.salon.owner
        )
        if not free:
            return multiple()
        self.taken[made[0]] = Taken(from_s, to_s)
        return made[0]

    @rule(made=consumes(breaks))
    def work_on(self, made: UUID) -> None:
        self.run(self.salon.site.do, services.release_break, self.salon.shop_id, made, by=self.salon.owner)
        del self.taken[made]

    # ── what always holds ────────────────────────────────────────────────────────────────────────

    @invariant()
    def the_claims_are_those_of_the_model(self) -> None:
        if not hasattr(self, "services"):
            return
        claims = self.run(self.salon.claims)
        alive = [row for row in claims if row["hold_until"] is None or row["hold_until"] > self.now()]
        assert overlaps(alive) == 0
        found = [(row["appointment_id"] or row["hold_id"] or row["id"], row["from_s"], row["to_s"]) for row in alive]
        assert sorted(found) == sorted((k, t.from_s, t.to_s) for k, t in self.live().items())
        appointments = self.run(self.salon.sql, sa.select(appointment_table))
        for row in appointments:
            own = [(one["from_s"], one["to_s"]) for one in claims if one["appointment_id"] == row["id"]]
            if row["effect"] == "keeps":
                assert own == [(row["starts_s"], row["ends_s"] + REACH)]
            elif row["effect"] == "lets_go":
                assert own == []
            else:
                assert all(to_s <= self.tidied[row["id"]] for _, to_s in own)


@pytest.mark.one_engine
def test_any_mix_of_acts_leaves_each_visit_its_time_and_nobody_twice(sites: Sites) -> None:
    OneDay.sites = sites
    run_state_machine_as_test(
        OneDay,
        settings=settings(
            max_examples=8,
            stateful_step_count=20,
            deadline=None,
            database=None,
            derandomize=True,
            phases=(Phase.generate,),  # twenty acts can be read; to make them fewer takes minutes
            suppress_health_check=list(HealthCheck),
        ),
    )
