"""An order's status follows from its lines."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from marketplace_kit.kernel.hooks import Due
from marketplace_kit.kernel.process import Stage
from marketplace_kit.orders.domain import STEPS, Deadline, due_in, status_of, step_of
from marketplace_kit.testing.lines import DONE, PROCESS, REQUESTED
from marketplace_kit.testing.sites import MONDAY_MORNING

lines = st.lists(st.sampled_from(list(Stage)), min_size=1, max_size=6)
RANK = {stage: number for number, stage in enumerate(STEPS)}


@given(lines, st.randoms(use_true_random=False))
def test_the_order_of_the_lines_does_not_matter(stages: list[Stage], chance: object) -> None:
    turned = list(stages)
    chance.shuffle(turned)
    assert status_of(turned) == status_of(stages)


@given(lines)
def test_what_is_cancelled_counts_only_where_everything_is(stages: list[Stage]) -> None:
    left = [s for s in stages if s is not Stage.CANCELLED]
    assert status_of(stages) == (status_of(left) if left else Stage.CANCELLED)


@given(lines, st.integers(0, 5), st.sampled_from(STEPS))
def test_a_line_that_goes_on_never_takes_the_order_back(stages: list[Stage], which: int, to: Stage) -> None:
    at = which % len(stages)
    if stages[at] is Stage.CANCELLED or RANK[to] < RANK[stages[at]]:
        return
    moved = [*stages[:at], to, *stages[at + 1 :]]
    assert RANK[status_of(moved)] >= RANK[status_of(stages)]


@given(lines)
def test_it_is_finished_exactly_when_every_line_is(stages: list[Stage]) -> None:
    ends = {Stage.COMPLETED, Stage.CANCELLED}
    assert (status_of(stages) in ends) == all(s in ends for s in stages)


def test_a_half_done_order_is_in_progress() -> None:
    assert status_of([Stage.COMPLETED, Stage.PENDING]) == Stage.IN_PROGRESS
    assert status_of([Stage.PENDING, Stage.ACCEPTED]) == Stage.PENDING
    assert step_of(Stage.CANCELLED) == 0


def test_a_state_is_due_by_its_timer_unless_its_kind_says_otherwise() -> None:
    timer = due_in(PROCESS, REQUESTED, MONDAY_MORNING, None)
    assert timer == Deadline("expire", MONDAY_MORNING + timedelta(hours=12))
    sooner = Due(verb="expire", at=MONDAY_MORNING + timedelta(hours=2))
    assert due_in(PROCESS, REQUESTED, MONDAY_MORNING, sooner) == sooner
    assert due_in(PROCESS, DONE, MONDAY_MORNING, sooner) is None
