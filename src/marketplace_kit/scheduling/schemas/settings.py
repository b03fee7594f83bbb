"""What an operator or a shop sets for all appointments."""

from __future__ import annotations

from typing import Annotated

from marketplace_kit.kernel.fields import Field, Form
from marketplace_kit.kernel.texts import N_


class SchedulingSettings(Form):
    """How appointments are handled on this site."""

    hold_minutes: Annotated[int, Field(N_("Minutes a chosen time is kept"), min=1, max=60)] = 10
    payment_minutes: Annotated[int, Field(N_("Minutes to pay for a kept time"), min=5, max=1440)] = 15
    answer_hours: Annotated[int, Field(N_("Hours in which a shop answers a request"), min=1, max=168)] = 12
    missed_limit: Annotated[
        int, Field(N_("Missed appointments after which a prepayment is asked for (0: never)"), min=0, max=20)
    ] = 2
    missed_days: Annotated[int, Field(N_("… within so many days"), min=1, max=730)] = 90
    most_holds: Annotated[int, Field(N_("Times kept for one person at once"), min=1, max=50)] = 3


class MissedRule(Form):
    """After how many missed visits a shop asks for a prepayment online."""

    limit: Annotated[
        int,
        Field(N_("Missed visits after which booking online takes a prepayment"), hint=N_("0: never"), min=0, max=20),
    ]
    days: Annotated[int, Field(N_("Within so many days"), unit=N_("days"), min=1, max=730)]
