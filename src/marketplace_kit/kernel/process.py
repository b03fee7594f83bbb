"""Processes: a state machine as data, checked at boot, drawn in the documentation, spoken in the customer's words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum

import attrs

from marketplace_kit.kernel.errors import DomainError, Kind
from marketplace_kit.kernel.fields import Form, NoFields


class Stage(StrEnum):
    """How far an order is, whatever it is an order of (S4 5.3.2). Every state of an order's line stands for one."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class Tone(StrEnum):
    """How a state feels to the one who reads it; a badge shows it by colour, icon and words together."""

    NEUTRAL = "neutral"
    INFO = "info"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


class InvalidTransition(DomainError):
    code = "invalid_transition"
    kind = Kind.CONFLICT
    text = "“{verb}” is not possible in the state “{from}”."


class BrokenProcess(Exception):
    """A declared process that cannot be lived in. Stops the boot; lists everything that is wrong."""


@attrs.frozen
class State:
    """``name`` is stored, ``text`` is what the customer reads (an English message id). ``stage`` is what it means to
    the order, for states of an order's line.
    """

    name: str
    text: str
    tone: Tone = Tone.NEUTRAL
    terminal: bool = False
    stage: Stage | None = None


@attrs.frozen
class Transition:
    """``who`` names the roles that may do it: ``owner``, ``staff``, ``customer``, ``system``. ``text`` labels its
    button, ``staff_text`` that of the staff where they would say it otherwise; ``asks`` is the form to be filled in
    with it (a reason, a new time).
    """

    verb: str
    sources: tuple[str, ...]
    target: str
    who: tuple[str, ...]
    text: str
    asks: type[Form] = NoFields
    staff_text: str = ""

    def label(self, roles: Iterable[str]) -> str:
        """What the button says to somebody in these roles; to who is both, as to a customer."""
        return self.text if "customer" in roles else self.staff_text or self.text


@attrs.frozen
class Timer:
    """After so long in a state, the system does the verb."""

    state: str
    after: timedelta
    verb: str


@attrs.frozen
class Process:
    """States and moves under a name and a version; what began under a version ends under it. The first state is the
    start.
    """

    name: str
    states: tuple[State, ...]
    transitions: tuple[Transition, ...]
    timers: tuple[Timer, ...] = ()
    version: int = 1

    @property
    def start(self) -> State:
        return self.states[0]

    def state(self, name: str) -> State:
        for state in self.states:
            if state.name == name:
                return state
        raise KeyError(f"process {self.name} has no state {name!r}")

    def moves(self, state: str, roles: Iterable[str] | None = None) -> tuple[Transition, ...]:
        """The transitions open from here, to anyone or to somebody with one of ``roles``."""
        held = None if roles is None else set(roles)
        return tuple(t for t in self.transitions if state in t.sources and (held is None or not held.isdisjoint(t.who)))

    def move(self, state: str, verb: str, roles: Iterable[str] | None = None) -> State:
        """The state after ``verb``. Refuses :class:`InvalidTransition`, naming what would have been allowed."""
        return self.state(self.transition(state, verb, roles).target)

    def transition(self, state: str, verb: str, roles: Iterable[str] | None = None) -> Transition:
        """The way that ``verb`` leads from here. Refuses :class:`InvalidTransition` likewise."""
        open_moves = self.moves(state, roles)
        for transition in open_moves:
            if transition.verb == verb:
                return transition
        to = next((t.target for t in self.transitions if t.verb == verb), "")
        facts = {"verb": verb, "from": state, "to": to, "allowed": sorted({t.verb for t in open_moves})}
        raise InvalidTransition(**facts)

    def texts(self) -> tuple[str, ...]:
        """Every wording a person may read, for the check that all languages have it."""
        said = (text for t in self.transitions for text in (t.text, t.staff_text) if text)
        return (*(s.text for s in self.states), *said)

    def check(self) -> None:
        """Raise :class:`BrokenProcess` unless every state can be reached and every unfinished one can be left."""
        wrong = [*self._name_faults(), *self._shape_faults()] if self.states else ["it has no states"]
        if wrong:
            raise BrokenProcess(f"process {self.name}: " + "; ".join(wrong))

    def _name_faults(self) -> list[str]:
        names = [s.name for s in self.states]
        known = set(names)
        faults = [f"state {n} is declared twice" for n in sorted(known) if names.count(n) > 1]
        for t in self.transitions:
            faults += [f"{t.verb} names unknown state {n}" for n in {*t.sources, t.target} - known]
        verbs = {(source, t.verb) for t in self.transitions for source in t.sources}
        if len(verbs) != sum(len(t.sources) for t in self.transitions):
            faults.append("a verb leads two ways from one state")
        faults += [f"nobody may {t.verb}" for t in self.transitions if not t.who]
        faults += [fault for timer in self.timers for fault in self._timer_faults(timer)]
        faults += [f"state {s.name} has no wording" for s in self.states if not s.text.strip()]
        return faults

    def _timer_faults(self, timer: Timer) -> list[str]:
        moves = [t for t in self.moves(timer.state) if t.verb == timer.verb]
        if not moves:
            return [f"timer {timer.verb} is no move from {timer.state}"]
        faults = (
            [] if "system" in moves[0].who else [f"timer {timer.verb} from {timer.state} is not the system's to do"]
        )
        return (
            faults if timer.after > timedelta(0) else [*faults, f"timer {timer.verb} from {timer.state} is due at once"]
        )

    def _shape_faults(self) -> list[str]:
        faults = []
        reached, frontier = {self.start.name}, [self.start.name]
        while frontier:
            for t in self.moves(frontier.pop()):
                if t.target not in reached:
                    reached.add(t.target)
                    frontier.append(t.target)
        for state in self.states:
            if state.name not in reached:
                faults.append(f"state {state.name} cannot be reached")
            leaves = bool(self.moves(state.name))
            if state.terminal and leaves:
                faults.append(f"terminal state {state.name} can be left")
            if not state.terminal and not leaves:
                faults.append(f"state {state.name} has no way out")
        return faults

    def mermaid(self) -> str:
        """The process as a Mermaid state diagram, for the documentation."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.start.name}"]
        lines += [f"    {s.name} : {s.text}" for s in self.states]
        lines += [f"    {source} --> {t.target} : {t.verb}" for t in self.transitions for source in t.sources]
        lines += [f"    {s.name} --> [*]" for s in self.states if s.terminal]
        return "\n".join(lines)
