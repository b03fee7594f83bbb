"""A listing by itself: its life, and how it is searched."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.process import InvalidTransition
from marketplace_kit.listings.domain import LISTING, Archived, Listing, Published, folded

pytestmark = pytest.mark.one_engine
NOW = datetime(2026, 3, 2, 6, tzinfo=UTC)
OWNER = ["owner"]


def listing() -> Listing:
    return Listing(shop_id=new_id(), kind="lamp", title="Lamp", attributes={}, search_text="lamp", created_at=NOW)


def test_what_was_taken_down_is_looked_at_before_it_is_seen_again_and_what_is_archived_stays_so() -> None:
    LISTING.check()
    assert {t.target for t in LISTING.moves("taken_down")} == {"pending_review", "archived"}
    assert {t.verb for t in LISTING.moves("pending_review", OWNER)} == {"withdraw"}
    assert LISTING.moves("archived") == ()


def test_publishing_again_does_not_move_it_to_the_top() -> None:
    lamp = listing()
    assert isinstance(lamp.move(LISTING, "publish", OWNER, NOW), Published)
    lamp.move(LISTING, "unpublish", OWNER, NOW)
    assert isinstance(lamp.move(LISTING, "publish", OWNER, NOW + timedelta(days=3)), Published)
    assert lamp.published_at == NOW


def test_what_is_archived_stays_so() -> None:
    lamp = listing()
    assert isinstance(lamp.move(LISTING, "archive", OWNER, NOW), Archived)
    for verb in ("publish", "unpublish", "archive"):
        with pytest.raises(InvalidTransition) as refused:
            lamp.move(LISTING, verb, OWNER, NOW)
        assert refused.value.facts["allowed"] == []


def test_an_operator_of_the_shop_publishes_nothing() -> None:
    with pytest.raises(InvalidTransition):
        listing().move(LISTING, "publish", ["operator"], NOW)


def test_words_are_found_whatever_their_case_and_letters() -> None:
    assert folded("ЩЕНОК Ёжик", "Әдемі\tКүшік") == "щенок ежик адеми кушик"


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert folded(folded(text)) == folded(text)
