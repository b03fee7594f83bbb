"""The kinds of lines that this site offers, and the words for what was stored by any of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import attrs

from marketplace_kit.kernel.fields import fields_of, json_schema
from marketplace_kit.kernel.hooks import Glance, LineKind
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.process import Process, Stage, State, Transition
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.kernel.translated import named
from marketplace_kit.orders.domain import STAGES
from marketplace_kit.orders.domain.paid import MEANS, PAY
from marketplace_kit.orders.schemas import MoveView, NotNow
from marketplace_kit.web.formats import money

Say = Callable[[str], str]
GUEST = N_("Guest")
_PAID, _TAKEN_BACK = N_("Paid: {amount} ({means})"), N_("Payment taken back: {amount} ({means})")


def active_line_kinds(site: Site) -> dict[str, LineKind]:
    """Those whose plugin takes part at this moment."""
    kinds = site.registry.line_kinds
    return {name: kind for name, kind in kinds.items() if site.hooks.is_active(kinds.owner(name))}


@attrs.frozen
class Words:
    """Says what lines are in one language, at one moment. What a plugin that is gone had called its states is said by
    their stage.
    """

    declared: Mapping[str, LineKind]
    active: Mapping[str, LineKind]
    say: Say
    now: datetime
    locale: str

    @classmethod
    def of(cls, site: Site, locale: str) -> Words:
        def say(text: str) -> str:
            return site.texts.gettext(locale, text)

        return cls(site.registry.line_kinds, active_line_kinds(site), say, site.clock.now(), locale)

    def customer(self, name: str, customer_id: UUID | None) -> str:
        """Whom an order is for. Who gave no name is a guest; of somebody who has left nothing is said."""
        return name or ("" if customer_id is not None else self.say(GUEST))

    def title(self, line: Any) -> str:
        """What a line (a row) is called."""
        return named(line.titles, self.locale) or str(line.title)

    def process(self, kind: str, version: int) -> Process | None:
        found = self.declared.get(kind)
        return found.process_of(version) if found else None

    def state(self, kind: str, version: int, state: str, stage: str) -> State:
        process = self.process(kind, version)
        known = {s.name: s for s in process.states} if process else {}
        return known.get(state) or STAGES[Stage(stage)]

    def choice(self, line: Any, roles: Iterable[str]) -> dict[str, Any]:
        """What was asked for; what is private in that (where somebody lives) is for its customer alone."""
        chosen: dict[str, Any] = line.choice
        declared = self.declared.get(line.kind)
        if declared is None or "customer" in roles:
            return chosen
        private = {field.name for field in fields_of(declared.choice) if field.private}
        return {name: value for name, value in chosen.items() if name not in private}

    def moves(self, line: Any, roles: Iterable[str]) -> tuple[list[MoveView], list[NotNow]]:
        """What somebody in these roles may do to a line (a row) now, and what is said of the rest; nothing while its
        plugin is switched off.
        """
        process, kind = self.process(line.kind, line.process_version), self.active.get(line.kind)
        if process is None or kind is None or all(s.name != line.status for s in process.states):
            return [], []
        glance = self.glance(line, roles)
        moves, not_now = [], []
        for move in process.moves(line.status, glance.roles):
            why = kind.not_now(glance, move.verb)
            if why is None:
                moves.append(self._move(process, move, glance.roles))
            elif why:
                not_now.append(NotNow(verb=move.verb, text=self.say(why)))
        return moves, not_now

    def glance(self, line: Any, roles: Iterable[str], *, by_link: bool = False) -> Glance:
        """A line (a row or a view) as its kind is asked about it."""
        return Glance(
            line_id=line.id,
            state=line.status,
            stage=Stage(line.stage),
            facts=line.facts,
            roles=frozenset(roles),
            now=self.now,
            by_link=by_link,
        )

    def _move(self, process: Process, move: Transition, roles: Iterable[str]) -> MoveView:
        asks: dict[str, Any] = json_schema(move.asks) if move.asks.__struct_fields__ else {}
        stage = process.state(move.target).stage or Stage.PENDING
        return MoveView(verb=move.verb, text=self.say(move.label(roles)), target=move.target, stage=stage, asks=asks)

    def verb(self, kind: str, version: int, verb: str, after: str, stage: str) -> str:
        """What happened, as a timeline says it: the state that it led to."""
        return self.say(self.state(kind, version, after, stage).text)

    def paid(self, verb: str, facts: Mapping[str, Any]) -> str:
        """What happened with an order's money, as its timeline says it."""
        amount = Money.stored(abs(facts["amount"]), facts["currency"])
        text = self.say(_PAID if verb == PAY else _TAKEN_BACK)
        return text.format(amount=money(amount), means=self.say(MEANS[facts["means"]]))
