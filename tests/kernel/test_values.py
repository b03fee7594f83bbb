"""Ids, clocks, refusals."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace_kit.kernel.clock import SetClock, SystemClock
from marketplace_kit.kernel.errors import DomainError, Invalid, Problem, filled
from marketplace_kit.kernel.ids import digest, human_code, new_id, secret_token

pytestmark = pytest.mark.one_engine


def test_ids_are_uuid_version_7_and_never_repeat() -> None:
    ids = [new_id() for _ in range(20_000)]
    assert len(set(ids)) == len(ids)
    assert {(i.version, i.variant) for i in ids} == {(7, "specified in RFC 4122")}


def test_ids_sort_by_when_they_were_made() -> None:
    ids = []
    for _ in range(200):
        ids.append(new_id())
        for _ in range(50):
            pass
    assert all(earlier < later for earlier, later in pairwise(ids))


def test_an_id_says_when_it_was_made() -> None:
    seconds = (new_id().int >> 80) / 1000
    assert abs(seconds - datetime.now(UTC).timestamp()) < 5


def test_a_code_for_people_has_no_letters_that_are_misread() -> None:
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4000}", human_code(4000))


def test_a_token_is_secret_and_only_its_digest_is_stored() -> None:
    one, other = secret_token(), secret_token()
    assert one != other
    assert len(one) >= 43
    assert re.fullmatch("[0-9a-f]{64}", digest(one))
    assert digest(one) != digest(other)


def test_the_systems_clock_speaks_utc() -> None:
    assert SystemClock().now().utcoffset() == timedelta(0)


def test_a_set_clock_stands_still_until_it_is_moved() -> None:
    clock = SetClock(datetime(2026, 3, 2, 11, tzinfo=timezone(timedelta(hours=5))))
    assert clock.now() == clock.now() == datetime(2026, 3, 2, 6, tzinfo=UTC)
    assert clock.advance(timedelta(hours=-1)) == clock.now() == datetime(2026, 3, 2, 5, tzinfo=UTC)


def test_a_clock_refuses_a_time_without_a_zone() -> None:
    naive = datetime(2026, 3, 2)  # noqa: DTZ001 - what is refused
    with pytest.raises(ValueError, match="aware"):
        SetClock(naive)
    with pytest.raises(ValueError, match="aware"):
        SetClock(datetime(2026, 3, 2, tzinfo=UTC)).set(naive)


class TooFar(DomainError):
    code = "too_far"
    text = "{place} is {km} km away."


def test_a_refusal_reads_as_a_sentence_with_its_facts() -> None:
    assert str(TooFar(place="Oral", km=500)) == "Oral is 500 km away."
    assert str(TooFar(place="Oral")) == "Oral is … km away."
    assert not isinstance(TooFar(), ValueError)


@pytest.mark.parametrize(
    "text",
    ["{name.__class__}", "{name!r}", "{name:>9999999}", "{name[0]}", "{0}", "{}", "{", "}", "100 % {", "{{name}}"],
)
def test_a_text_reaches_nothing_but_the_facts_by_name(text: str) -> None:
    assert "str" not in filled(text, {"name": "x"})
    assert len(filled(text, {"name": "x"})) <= len(text)


@given(st.text(max_size=60), st.text(max_size=10))
def test_filling_changes_nothing_but_the_places_and_never_raises(text: str, fact: str) -> None:
    assert filled(text.replace("{", "("), {"name": fact}) == text.replace("{", "(")
    plain = text.replace("{", "(").replace("}", ")")
    assert filled(f"{plain}{{name}}{text}", {"name": fact}).startswith(f"{plain}{fact}")


def test_problems_of_an_inner_form_carry_the_way_to_it() -> None:
    inner = Invalid(Problem("breed", "required", "…"), Problem("", "wrong_type", "…"))
    assert [p.field for p in inner.under("attributes").problems] == ["attributes.breed", "attributes"]
