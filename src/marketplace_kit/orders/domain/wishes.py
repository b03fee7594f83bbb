"""Requests to change what was ordered: a question to the shop, which changes nothing until it is answered."""

from __future__ import annotations

from marketplace_kit.kernel.errors import DomainError, Kind
from marketplace_kit.kernel.process import State, Tone
from marketplace_kit.kernel.texts import N_

OPEN, AGREED, DECLINED, WITHDRAWN = "open", "agreed", "declined", "withdrawn"
STATES = (OPEN, AGREED, DECLINED, WITHDRAWN)
LONGEST = 1000
CHANGE = "change"
"""The verb of a request in the timeline."""
REQUESTS = {
    OPEN: State(OPEN, N_("A change is asked for"), Tone.WARN),
    AGREED: State(AGREED, N_("The shop agrees to the change"), Tone.GOOD),
    DECLINED: State(DECLINED, N_("The change is not possible"), Tone.BAD),
    WITHDRAWN: State(WITHDRAWN, N_("The request to change it is taken back"), Tone.NEUTRAL),
}
"""How people read a request, and the row of the timeline that it led to."""


class ChangeAsked(DomainError):
    """One question at a time: the last one waits for its answer."""

    code = "change_asked_already"
    kind = Kind.CONFLICT
    text = N_("The shop has not answered your last request yet. Take it back to ask for something else.")


class NothingToChange(DomainError):
    """All of the order is done or off."""

    code = "nothing_to_change"
    kind = Kind.CONFLICT
    text = N_("There is nothing left of this order that could be changed.")


class AnsweredAlready(DomainError):
    """Somebody was faster: a colleague has answered, or the customer has taken it back."""

    code = "answered_already"
    kind = Kind.CONFLICT
    text = N_("This request was answered or taken back in the meantime.")
