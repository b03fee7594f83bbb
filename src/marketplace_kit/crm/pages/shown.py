"""What several pages of clients show in the same way."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import attrs

from marketplace_kit.crm.domain import LOST, NEW, REGULAR
from marketplace_kit.crm.queries import staff_of_shop
from marketplace_kit.crm.queries.lists import readable
from marketplace_kit.crm.schemas import ClientRow
from marketplace_kit.kernel.errors import DomainError, Invalid, Problem
from marketplace_kit.kernel.fields import Choice, Form
from marketplace_kit.kernel.process import State, Tone
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.web.context import WebRequest
from marketplace_kit.web.forms import FormState, form_state

LIST = "/sell/clients"
STATES = {
    NEW: State(NEW, N_("New client"), Tone.INFO),
    REGULAR: State(REGULAR, N_("Regular client"), Tone.GOOD),
    LOST: State(LOST, N_("Lost client"), Tone.WARN),
}
MARKS = {
    "block": State("block", N_("Online booking: not possible"), Tone.BAD),
    "prepay_only": State("prepay_only", N_("Online booking: with a prepayment only"), Tone.WARN),
    "allow": State("allow", N_("Online booking: allowed"), Tone.GOOD),
}


@attrs.frozen(kw_only=True)
class ShownClient:
    """A client in a list, with what is drawn of it."""

    row: ClientRow
    state: State
    mark: State | None
    phone: str
    href: str


def shown_row(row: ClientRow) -> ShownClient:
    mark = MARKS.get(row.mark) if row.mark != "allow" else None
    return ShownClient(row=row, state=STATES[row.state], mark=mark, phone=readable(row.phone), href=f"{LIST}/{row.id}")


def as_problem(refused: DomainError, field: str) -> Invalid:
    """A refusal, said at the field that it is about."""
    return Invalid(Problem(field, refused.code, refused.text, refused.facts))


def with_choices(state: FormState, **choices: tuple[Choice, ...]) -> FormState:
    """The form with choices out of the database, and without its version, which stands beside it."""
    fields = tuple(
        attrs.evolve(f, choices=choices[f.name]) if choices.get(f.name) else f
        for f in state.fields
        if f.name != "version"
    )
    return attrs.evolve(state, fields=fields)


async def client_form(
    request: WebRequest, site: Site, form: type[Form], shop_id: UUID, raw: Any = None, refused: Invalid | None = None
) -> FormState:
    """The form of a card, with those who serve clients in this shop. Who has none is not asked for them."""
    staff = await site.ask(staff_of_shop, shop_id)
    state = form_state(request, form, raw, refused)
    if not staff:
        kept = tuple(f for f in state.fields if f.name != "staff_id")
        return with_choices(attrs.evolve(state, fields=kept))
    named = (Choice("", N_("No matter who")), *(Choice(str(number), name) for number, name in staff))
    values = dict(state.values) | {"staff_id": str(state.values.get("staff_id") or "")}
    return with_choices(attrs.evolve(state, values=values), staff_id=named)
