"""What follows from what a client had: reckoned without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from marketplace_kit.crm.domain import (
    LOST,
    NEW,
    REGULAR,
    Had,
    coming_days,
    digits_of,
    figures_of,
    masked_phone,
    median,
    tag_key,
)
from marketplace_kit.kernel.process import Stage

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def had(days_ago: int, *, order: int = 0, stage: Stage = Stage.COMPLETED, amount: int = 8000, **more: Any) -> Had:
    at = NOW - timedelta(days=days_ago)
    given: dict[str, Any] = {"status": str(stage), "placed_at": at, "starts_at": at} | more
    return Had(order_id=UUID(int=order or days_ago + 1000), stage=stage, amount=amount, **given)


def test_nobody_who_had_nothing_is_lost() -> None:
    figures = figures_of([], NOW)
    assert (figures.visits, figures.spent, figures.average, figures.gap_days, figures.state) == (0, 0, 0, None, NEW)


def test_the_next_visit_is_due_the_median_of_the_last_three_gaps_after_the_last() -> None:
    figures = figures_of([had(d) for d in (100, 90, 60, 40, 10)], NOW)  # gaps 10, 30, 20, 30
    assert figures.gap_days == 25
    assert figures.next_due == (NOW - timedelta(days=10)).date() + timedelta(days=30)
    assert figures.visits == 5


def test_two_things_done_on_one_day_are_one_coming_and_two_visits() -> None:
    figures = figures_of([had(20), had(10), had(10, order=7)], NOW)
    assert (figures.visits, figures.gap_days) == (3, 10)


def test_money_is_what_completed_lines_came_to_and_an_order_is_one_bill() -> None:
    lines = [
        had(400, amount=5000),
        had(30, order=1, amount=8000),
        had(30, order=1, amount=2000, starts_at=None),
        had(5, stage=Stage.CANCELLED, amount=9000),
        had(-3, stage=Stage.ACCEPTED, amount=9000),
    ]
    figures = figures_of(lines, NOW)
    assert (figures.spent, figures.spent_year, figures.average) == (15_000, 10_000, 7_500)
    assert (figures.cancelled, figures.missed) == (1, 0)
    assert figures.next_visit == NOW + timedelta(days=3)


def test_who_did_not_come_did_not_cancel() -> None:
    figures = figures_of([had(5, stage=Stage.CANCELLED, status="no_show")], NOW)
    assert (figures.missed, figures.cancelled, figures.visits) == (1, 0, 0)


@pytest.mark.parametrize(
    ("days", "ahead", "state"),
    [
        ((10,), False, NEW),
        ((20, 10), False, REGULAR),
        ((60,), False, NEW),
        ((61,), False, LOST),
        ((61,), True, NEW),
        ((150, 100), False, REGULAR),  # comes every 50 days: not lost before 100
        ((151, 101), False, LOST),
        ((120, 61), True, REGULAR),
    ],
)
def test_lost_is_who_stays_away_longer_than_sixty_days_and_twice_their_own_gap(
    days: tuple[int, ...], ahead: bool, state: str
) -> None:
    lines = [had(d) for d in days] + ([had(-2, stage=Stage.ACCEPTED)] if ahead else [])
    assert figures_of(lines, NOW).state == state


def test_what_is_typed_to_find_somebody() -> None:
    assert digits_of("8 701 234 56 78") == "77012345678"
    assert digits_of("+7 (701) 234-56-78") == "77012345678"
    assert digits_of("5678") == "5678"
    assert digits_of("567") == ""
    assert digits_of("Аня 5678") == ""
    assert masked_phone("+77012345678") == "+7 701 …78"
    assert tag_key("  ВИП  Клиент ") == tag_key("вип клиент")
    assert median([]) is None


def test_birthdays_go_over_the_end_of_the_year_and_the_29th_of_february() -> None:
    assert coming_days(date(2026, 12, 29))[:4] == [1229, 1230, 1231, 101]
    assert 229 in coming_days(date(2026, 2, 26))
    assert coming_days(date(2028, 2, 28))[:2] == [228, 229]
