"""Processes that cannot be lived in do not start."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest

from marketplace_kit.kernel.process import BrokenProcess, InvalidTransition, Process, State, Timer, Tone, Transition

pytestmark = pytest.mark.one_engine

VISIT = Process(
    name="trade.visit",
    states=(
        State("asked", "Asked for", Tone.INFO),
        State("booked", "Booked", Tone.GOOD),
        State("over", "Over", terminal=True),
        State("called_off", "Called off", Tone.BAD, terminal=True),
    ),
    transitions=(
        Transition("accept", ("asked",), "booked", ("staff",), "Accept"),
        Transition("call_off", ("asked", "booked"), "called_off", ("customer", "staff", "system"), "Call off"),
        Transition("finish", ("booked",), "over", ("staff",), "Finish"),
    ),
    timers=(Timer("asked", timedelta(hours=24), "call_off"),),
)


@pytest.mark.parametrize("verb", [t.verb for t in VISIT.transitions])
def test_a_sound_process_passes_and_lacks_no_move(verb: str) -> None:
    VISIT.check()
    left = tuple(t for t in VISIT.transitions if t.verb != verb)
    with pytest.raises(BrokenProcess, match=r"process .*: "):
        changed(transitions=left).check()


def test_a_move_leads_to_the_declared_state() -> None:
    assert VISIT.move("asked", "accept", ["staff"]).name == "booked"


def test_an_illegal_move_names_where_from_where_to_and_what_is_allowed() -> None:
    with pytest.raises(InvalidTransition) as refused:
        VISIT.move("asked", "finish", ["staff"])
    assert refused.value.facts == {"verb": "finish", "from": "asked", "to": "over", "allowed": ["accept", "call_off"]}


def test_a_move_is_not_open_to_a_role_that_may_not_do_it() -> None:
    with pytest.raises(InvalidTransition) as refused:
        VISIT.move("asked", "accept", ["customer"])
    assert refused.value.facts["allowed"] == ["call_off"]


def test_nothing_leads_out_of_a_terminal_state() -> None:
    assert VISIT.moves("over") == ()


def test_a_state_that_is_not_declared_is_a_programming_error() -> None:
    with pytest.raises(KeyError, match=r"trade\.visit has no state 'gone'"):
        VISIT.state("gone")


def changed(**values: object) -> Process:
    return attrs.evolve(VISIT, **values)


FAULTS = {
    "it has no states": changed(states=(), transitions=(), timers=()),
    "state asked is declared twice": changed(states=(*VISIT.states, VISIT.states[0])),
    "reopen names unknown state nowhere": changed(
        transitions=(*VISIT.transitions, Transition("reopen", ("booked",), "nowhere", ("staff",), "Reopen"))
    ),
    "a verb leads two ways from one state": changed(
        transitions=(*VISIT.transitions, Transition("accept", ("asked",), "called_off", ("staff",), "Accept"))
    ),
    "timer finish is no move from asked": changed(timers=(Timer("asked", timedelta(hours=1), "finish"),)),
    "timer accept from asked is not the system's to do": changed(
        timers=(Timer("asked", timedelta(hours=1), "accept"),)
    ),
    "timer call_off from asked is due at once": changed(timers=(Timer("asked", timedelta(0), "call_off"),)),
    "nobody may reopen": changed(
        transitions=(*VISIT.transitions, Transition("reopen", ("booked",), "asked", (), "Reopen"))
    ),
    "state booked has no wording": changed(
        states=tuple(attrs.evolve(s, text=" ") if s.name == "booked" else s for s in VISIT.states)
    ),
    "state lost cannot be reached": changed(states=(*VISIT.states, State("lost", "Lost", terminal=True))),
    "terminal state over can be left": changed(
        transitions=(*VISIT.transitions, Transition("reopen", ("over",), "asked", ("staff",), "Reopen"))
    ),
    "state booked has no way out": changed(
        transitions=(VISIT.transitions[0], Transition("call_off", ("asked",), "called_off", ("system",), "Call off"))
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_process_that_cannot_be_lived_in_is_named_with_its_fault(fault: str) -> None:
    with pytest.raises(BrokenProcess, match=r"trade\.visit") as broken:
        FAULTS[fault].check()
    assert fault in str(broken.value)


def test_all_faults_are_told_at_once() -> None:
    process = changed(states=(*VISIT.states, State("lost", "", terminal=True)))
    with pytest.raises(BrokenProcess, match=r"no wording.*cannot be reached"):
        process.check()


def test_a_process_is_drawn_with_every_state_and_every_move() -> None:
    lines = VISIT.mermaid().splitlines()
    assert lines[:2] == ["stateDiagram-v2", "    [*] --> asked"]
    assert "    booked : Booked" in lines
    assert "    booked --> called_off : call_off" in lines
    assert [line for line in lines if line.endswith("--> [*]")] == ["    over --> [*]", "    called_off --> [*]"]


def test_every_wording_of_a_process_can_be_translated() -> None:
    assert set(VISIT.texts()) == {
        "Asked for", "Booked", "Over", "Called off", "Accept", "Call off", "Finish",
    }  # fmt: skip
