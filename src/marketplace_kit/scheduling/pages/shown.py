"""Appointments and breaks as the vendor's pages draw them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import attrs

from marketplace_kit.accounts.domain import shown_phone
from marketplace_kit.kernel.hooks import LineKind
from marketplace_kit.kernel.process import Process, Stage, State, Tone, Transition
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.scheduling.pages.wording import said_day
from marketplace_kit.scheduling.queries.diary import Block, Visit
from marketplace_kit.scheduling.services.desk import called, verbs_of
from marketplace_kit.scheduling.services.purse import PaidMark
from marketplace_kit.shops.domain.contacts import whatsapp_link
from marketplace_kit.web.context import WebRequest, visit_of

ORIGINS = {"online": (N_("online"), "globe"), "staff": (N_("by the shop"), "shop"), "import": (N_("imported"), "plug")}
ORDER_PAGE = "/sell/orders/{order_id}"
VERB_PAGE = "/sell/orders/{order_id}/lines/{line_id}/{verb}"
"""Where a verb of an order's line is asked for; the orders room answers both."""
RESCHEDULE = "reschedule"
ACCEPTING, DECLINING = ("confirm", "accept"), ("decline",)
_ANSWERS_NOTHING = {RESCHEDULE, "cancel"}
STAFF = frozenset({"owner", "staff"})


@attrs.frozen(kw_only=True)
class Act:
    """Something that staff may do, as a button."""

    text: str
    href: str
    tone: str = "quiet"

    def __iter__(self) -> Any:
        return iter((self.text, self.href, self.tone))


@attrs.frozen(kw_only=True)
class Shown:
    """One appointment. ``acts`` are what staff may do now; ``move_href`` is where it is moved, if it can be: as the
    version that was seen.
    """

    id: UUID
    day: str
    at: str
    until: str
    from_s: int
    to_s: int
    customer: str
    title: str
    staff: str
    staff_id: int | None
    state: State
    state_text: str
    tone: str
    origin: str
    origin_icon: str
    marks: tuple[str, ...]
    href: str
    move_href: str = ""
    acts: tuple[Act, ...] = ()
    waits: bool = False
    cancelled: bool = False
    is_block: bool = False


@attrs.frozen(kw_only=True)
class ShownBlock:
    """A break, or time that is busy elsewhere."""

    id: UUID
    day: str
    at: str
    until: str
    from_s: int
    to_s: int
    staff_id: int
    what: str
    reason: str
    href: str
    is_block: bool = True


class Showing:
    """Turns what the database knows into what a page says, in the reader's language and the shop's time."""

    def __init__(
        self,
        request: WebRequest,
        site: Site,
        zone: str,
        names: Mapping[int, str],
        paid: Mapping[UUID, PaidMark] | None = None,
        titles: Mapping[UUID, str] | None = None,
    ) -> None:
        visit = visit_of(request)
        self.site, self.locale, self.zone, self.names = site, visit.locale, ZoneInfo(zone), names
        self.paid, self.titles = paid or {}, titles or {}
        self.now = site.clock.now().astimezone(self.zone)

    def say(self, text: str, **facts: Any) -> str:
        found = self.site.texts.gettext(self.locale, text)
        return found % facts if facts else found

    def ngettext(self, one: str, more: str, number: int) -> str:
        return self.site.texts.ngettext(self.locale, one, more, number) % {"num": number}

    def local(self, at_s: int) -> datetime:
        return datetime.fromtimestamp(at_s, self.zone)

    def day(self, at_s: int) -> str:
        return said_day(self.local(at_s).date(), self.locale, today=self.now.date())

    def visit(self, one: Visit, *, acts: str = "", facts: Mapping[str, Any] | None = None) -> Shown:
        """``acts``: ``all`` that staff may do now, by the ``facts`` of the line, only the ``answers`` to who waits, or
        none.
        """
        kind = line_kind(self.site, one.kind)
        state = state_of(kind, one.state)
        moves = staff_moves(kind, one.state)
        origin, icon = ORIGINS.get(one.origin, ORIGINS["online"])
        can_move = any(move.verb == RESCHEDULE for move in moves)
        waits = one.state in waiting_states(self.site)
        return Shown(
            id=one.id,
            day=self.day(one.starts_s),
            at=f"{self.local(one.starts_s):%H:%M}",
            until=f"{self.local(one.ends_s):%H:%M}",
            from_s=one.starts_s,
            to_s=one.ends_s,
            customer=one.customer or self.say(N_("Guest")),
            title=called(one, self.locale, self.titles.get(one.id, "")),
            staff=self.names.get(one.staff_id or 0, ""),
            staff_id=one.staff_id,
            state=state,
            state_text=self.say(state.text),
            tone=str(state.tone),
            origin=self.say(origin),
            origin_icon=icon,
            marks=tuple(self._marks(one)),
            href=f"/sell/calendar/{one.id}",
            move_href=f"{verb_href(one, RESCHEDULE)}?version={one.version}" if can_move else "",
            acts=self._acts(one, moves, acts, facts or {}),
            waits=waits,
            cancelled=state.terminal and state.stage is Stage.CANCELLED,
        )

    def _marks(self, one: Visit) -> list[str]:
        marks = [self.say(N_("new customer"))] if one.is_new else []
        if one.will_come and one.effect == "keeps":
            marks.append(self.say(N_("will come")))
        if one.staff_matters:
            marks.append(self.say(N_("wants this person")))
        if one.overbooked:
            marks.append(self.say(N_("overbooked")))
        if one.collides:
            marks.append(self.say(N_("overlaps since the clock was changed")))
        if one.note:
            marks.append(self.say(N_("has a note")))
        money = self.paid.get(one.order_id)
        if money is not None and (money.begun or (one.effect == "shortens" and not money.settled)):
            marks.append(money.text)
        if one.proposed_s:
            at = f"{self.day(one.proposed_s)}, {self.local(one.proposed_s):%H:%M}"
            marks.append(self.say(N_("proposed: %(time)s"), time=at))
        return marks

    def _acts(self, one: Visit, moves: Sequence[Transition], which: str, facts: Mapping[str, Any]) -> tuple[Act, ...]:
        """What goes on comes first, the one thing to do next as the first of all; what ends it comes last."""
        if not which:
            return ()
        open_ = verbs_of(self.site, one, facts, STAFF)
        shown = [m for m in moves if open_.get(m.verb) is None and (which == "all" or m.verb not in _ANSWERS_NOTHING)]
        kind = line_kind(self.site, one.kind)
        ranked = sorted(shown, key=lambda m: _rank(kind, one.state, m))
        return tuple(self._act(one, m, _rank(kind, one.state, m), first=n == 0) for n, m in enumerate(ranked))

    def _act(self, one: Visit, move: Transition, rank: int, *, first: bool) -> Act:
        tone = "danger" if rank == ENDS else "primary" if first and rank == GOES_ON else "quiet"
        return Act(text=self.say(move.label(STAFF)), href=verb_href(one, move.verb), tone=tone)

    def block(self, one: Block) -> ShownBlock:
        what = N_("Break") if one.kind == "break" else N_("Busy elsewhere")
        return ShownBlock(
            id=one.id,
            day=self.day(one.from_s),
            at=f"{self.local(one.from_s):%H:%M}",
            until=f"{self.local(one.to_s):%H:%M}",
            from_s=one.from_s,
            to_s=one.to_s,
            staff_id=one.resource_id,
            what=self.say(what),
            reason=one.reason,
            href=f"/sell/calendar/breaks/{one.id}",
        )


def line_kind(site: Site, name: str) -> LineKind | None:
    """The kind of an appointment's line; none while the plugin that brought it is away."""
    return dict(site.registry.line_kinds.items()).get(name)


def waiting_states(site: Site) -> tuple[str, ...]:
    """The states of all kinds in which the shop is asked for its word."""
    found = {
        move_from
        for kind in site.registry.line_kinds.values()
        for move in kind.process.transitions
        if move.verb in (*ACCEPTING, *DECLINING) and not STAFF.isdisjoint(move.who)
        for move_from in move.sources
        if kind.process.state(move_from).stage is Stage.PENDING
    }
    return tuple(sorted(found))


def state_of(kind: LineKind | None, name: str) -> State:
    """What a state says; its bare name where nobody knows it any more."""
    try:
        return _process(kind).state(name)
    except KeyError:
        return State(name, name, Tone.NEUTRAL)


def staff_moves(kind: LineKind | None, state: str) -> tuple[Transition, ...]:
    """What those who work for the shop may do now."""
    return () if kind is None else kind.process.moves(state, STAFF)


def _process(kind: LineKind | None) -> Process:
    if kind is None:
        raise KeyError
    return kind.process


def ways_to(phone: str) -> list[tuple[str, str]]:
    """How somebody with this number is reached; nothing is sent by opening one."""
    if not phone:
        return []
    link = whatsapp_link(phone)
    return [(shown_phone(phone), f"tel:{phone}"), *([("WhatsApp", link)] if link else [])]


GOES_ON, ASIDE, ENDS = 0, 1, 2


def _rank(kind: LineKind | None, state: str, move: Transition) -> int:
    """Whether a move brings a visit on, leaves it where it is (or puts it back), or ends it without one."""
    if state_of(kind, move.target).stage is Stage.CANCELLED:
        return ENDS
    order = [s.name for s in _process(kind).states]
    return GOES_ON if order.index(move.target) > order.index(state) else ASIDE


def verb_href(one: Visit, verb: str) -> str:
    """Where staff do this: on the order's page."""
    return VERB_PAGE.format(order_id=one.order_id, line_id=one.id, verb=verb)
