"""Timetables, standings and what is due: pure rules."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from marketplace_pets.domain import Birth, DoseGiven, IntervalTooShort, PetCard, Protocols, TooYoung, standing
from marketplace_pets.domain.breeds import BREEDS, found
from marketplace_pets.domain.care import plan
from marketplace_pets.domain.gate import months_after
from marketplace_pets.domain.standing import check_dose
from marketplace_pets.domain.weights import change_of, is_alerting

pytestmark = pytest.mark.one_engine
KNOWN = Protocols()
BORN = date(2026, 9, 12)
BIRTH = Birth(on=BORN)
CORE = KNOWN["dog_core"]


def at(days: int) -> date:
    return BORN + timedelta(days=days)


def dose(on: date, protocol: str = "dog_core", **more: object) -> DoseGiven:
    given = {"dose_id": uuid4(), "pet_id": UUID(int=1), "protocol": protocol, "protocol_version": 1, "given_on": on}
    return DoseGiven(**(given | more))


def test_sixteen_weeks_are_day_112() -> None:
    series = [dose(at(56)), dose(at(84)), dose(at(111))]
    assert standing(CORE, series, BIRTH, at(112)).state == "series_incomplete"
    assert standing(CORE, [*series[:2], dose(at(112))], BIRTH, at(113)).state == "current"


def test_the_window_of_the_closing_dose_opens_at_the_later_of_interval_and_day_112() -> None:
    early = standing(CORE, [dose(at(56)), dose(at(84))], BIRTH, at(90))
    assert (early.state, early.window and early.window.opens) == ("in_series", at(112))
    late = standing(CORE, [dose(at(56)), dose(at(105))], BIRTH, at(106))
    assert late.window
    assert late.window.opens == at(119)


def test_a_series_whose_window_ran_out_is_overdue_from_the_next_day() -> None:
    now = standing(CORE, [dose(at(56))], BIRTH, at(85))
    assert (now.state, now.since) == ("overdue", at(85))
    assert standing(CORE, [dose(at(56))], BIRTH, at(84)).state == "in_series"


def test_after_the_series_the_booster_of_26_weeks_is_due_then_three_years_pass() -> None:
    series = [dose(at(56)), dose(at(84)), dose(at(112))]
    closed = standing(CORE, series, BIRTH, at(120))
    assert (closed.due_on, closed.until) == (at(182), date(2028, 1, 2))
    early = standing(CORE, [*series, dose(at(170))], BIRTH, at(171))
    assert early.due_on == at(182)
    boosted = standing(CORE, [*series, dose(at(182))], BIRTH, at(183))
    assert (boosted.state, boosted.due_on) == ("current", date(2030, 3, 13))


def test_a_grown_dog_needs_two_doses() -> None:
    adult = Birth(on=date(2020, 1, 1))
    one = standing(CORE, [dose(date(2026, 1, 1))], adult, date(2026, 1, 10))
    two = standing(CORE, [dose(date(2026, 1, 1)), dose(date(2026, 1, 22))], adult, date(2026, 2, 1))
    assert (one.state, two.state, two.until) == ("in_series", "current", date(2029, 1, 22))


def test_a_dose_too_soon_or_too_young_names_the_earliest_day() -> None:
    with pytest.raises(TooYoung) as young:
        check_dose(CORE, [], BIRTH, at(41))
    assert young.value.facts["earliest"] == at(42).isoformat()
    with pytest.raises(IntervalTooShort) as soon:
        check_dose(CORE, [dose(at(56))], BIRTH, at(69))
    assert soon.value.facts["earliest"] == at(70).isoformat()
    check_dose(CORE, [dose(at(56))], BIRTH, at(70))


def test_history_that_broke_a_rule_is_not_counted_and_a_vets_override_is() -> None:
    early = dose(at(30), historical=True)
    assert standing(CORE, [early], BIRTH, at(60)).counted == 0
    assert standing(CORE, [dose(at(30), override_reason="outbreak")], BIRTH, at(60)).counted == 1


def test_the_29th_of_february_becomes_the_28th() -> None:
    born = Birth(on=date(2026, 1, 1))
    now = standing(KNOWN["rabies"], [dose(date(2028, 2, 29), "rabies")], born, date(2028, 3, 1))
    assert now.until == date(2029, 2, 28)


def test_the_last_thirty_days_are_due_soon_and_the_last_day_is_good() -> None:
    rabies, given = KNOWN["rabies"], [dose(date(2026, 12, 5), "rabies")]
    states = [
        standing(rabies, given, BIRTH, day).state
        for day in (date(2027, 11, 4), date(2027, 11, 5), date(2027, 12, 5), date(2027, 12, 6))
    ]
    assert states == ["current", "due_soon", "due_soon", "overdue"]


def test_an_estimated_birth_widens_the_window_and_says_so() -> None:
    guess = Birth(on=BORN, precision="month")
    exact, wide = standing(CORE, [], BIRTH, at(10)), standing(CORE, [], guess, at(10))
    assert exact.window
    assert wide.window
    assert (wide.estimated, exact.window.opens - wide.window.opens) == (True, timedelta(days=15))


def test_what_is_due_has_reasons_and_the_dead_have_nothing_due() -> None:
    pet = PetCard(pet_id=UUID(int=1), name="Buddy", species="dog", birth=Birth(on=date(2024, 1, 1)))
    given = [dose(date(2026, 2, 1), "rabies")]
    visits = [date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 2)]
    due = plan(pet, given, KNOWN, date(2027, 1, 10), weighed_on=date(2027, 1, 1), groomed_on=visits)
    assert [d.due_on for d in due] == sorted(d.due_on for d in due)
    assert {d.reason for d in due} == {"dose_due", "deworming_due", "grooming_due"}
    assert {d.reason: d.due_on for d in due}["grooming_due"] == date(2027, 1, 2)
    dead = PetCard(pet_id=pet.pet_id, name="Buddy", species="dog", state="deceased", deceased_on=date(2027, 1, 1))
    assert plan(dead, given, KNOWN, date(2027, 1, 10)) == []


def test_changes_of_weight_are_in_thousandths_and_growing_is_no_alarm() -> None:
    assert (change_of(11_000, 12_400), change_of(12_400, 11_000)) == (-113, 127)
    assert is_alerting(11_000, 12_400, None)
    assert not is_alerting(6_000, 5_000, 90)
    assert is_alerting(4_400, 5_000, 90)
    assert (is_alerting(9_000, 10_000, 999), is_alerting(9_010, 10_000, 999)) == (True, False)


def test_breeds_have_names_in_three_languages() -> None:
    counts = {species: sum(b.species == species for b in BREEDS.values()) for species in ("dog", "cat")}
    assert counts["dog"] >= 60
    assert counts["cat"] >= 25
    assert all(len(b.names) == 3 and all(b.names.values()) for b in BREEDS.values())
    assert [b.id for b in found("dog", "төбет", "kk")] == ["tobet"]
    assert BREEDS["siberian-husky"].coat == "double"


def test_calendar_months_end_where_the_month_does() -> None:
    assert months_after(date(2026, 10, 31), 4) == date(2027, 2, 28)
    assert months_after(date(2027, 3, 31), -1) == date(2027, 2, 28)
    assert months_after(date(2026, 12, 15), 12) == date(2027, 12, 15)
