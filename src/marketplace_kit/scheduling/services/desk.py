"""What this room asks of the room of orders, which lies above it: facilities that the assembly wires."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import attrs
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.hooks import Actor, Glance
from marketplace_kit.kernel.process import Stage
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.listings.queries.titles import title_in
from marketplace_kit.scheduling.queries.following import Followed


@attrs.frozen(kw_only=True)
class Reached:
    """How the customer of an order is reached, and where they look after it. ``path`` is a page of this site (with the
    secret of a guest's link: never store it), ``shop_path`` the shop's; ``facts`` are the line's own; ``note`` is what
    was last said of the line (a reason, a summary), ``number`` what the order is called, ``title`` what the line is
    (“Bath: Rex”, where the listing is a bath).
    """

    name: str = ""
    phone: str = ""
    email: str = ""
    locale: str = ""
    path: str = ""
    shop_path: str = ""
    facts: Mapping[str, Any] = attrs.field(factory=dict)
    note: str = ""
    number: str = ""
    title: str = ""


class Desk(Protocol):
    """What is known of an appointment by the order that it belongs to."""

    async def titles(self, connection: AsyncConnection, line_ids: Collection[UUID]) -> Mapping[UUID, str]:
        """What lines are called; in one statement, whatever their number."""
        ...

    async def reach(
        self, connection: AsyncConnection, site: Site, order_id: UUID, line_id: UUID, now: datetime
    ) -> Reached | None: ...


@attrs.frozen(kw_only=True)
class Caller:
    """Somebody at the counter or on the telephone, as far as is known. Nothing of it has to be."""

    name: str = ""
    phone: str = ""
    note: str = ""


class Booker(Protocol):
    """Books appointments that this room asks for: each an order of its own, with everything that follows. Refuses
    whatever stands against it and stores nothing then.
    """

    async def book_like(self, uow: UnitOfWork, line_id: UUID, starts_at: str, *, by: Actor, by_staff: bool) -> UUID:
        """One more like another, at another start; the id of the new line."""
        ...

    async def book_guest(
        self,
        uow: UnitOfWork,
        listing_id: UUID,
        choice: Mapping[str, Any],
        caller: Caller,
        *,
        by: Actor,
        overbook: str = "",
    ) -> UUID:
        """An order that the shop writes down itself; the id of its line. ``overbook``: why also at a time that is
        taken.
        """
        ...

    async def act(
        self, uow: UnitOfWork, line_id: UUID, verb: str, asked: Mapping[str, Any], *, by: Actor, side: str
    ) -> None:
        """A verb of the line's process, by its ``customer`` or the ``shop``."""
        ...


@attrs.frozen(kw_only=True)
class Retimed:
    """A line whose time on the wall is what it was while its instant is another: the law of the clock was changed.
    ``facts`` replace those of the same name; ``deadline`` (was, is): what was due then is due at the other moment.
    """

    line_id: UUID
    starts_at: datetime
    ends_at: datetime
    facts: Mapping[str, Any]
    deadline: tuple[datetime, datetime]


class Timekeeper(Protocol):
    """Keeps what orders know of a time in step with it."""

    async def hold(self, uow: UnitOfWork, order_ids: Sequence[UUID]) -> None:
        """Nobody acts on these orders until the commit: orders are held before what stands behind their lines."""
        ...

    async def retimed(self, uow: UnitOfWork, lines: Sequence[Retimed]) -> None:
        """A line that no order knows is passed over."""
        ...

    async def retimed_drafts(self, uow: UnitOfWork, zone: str, by: Mapping[UUID, int]) -> None:
        """What somebody is about to order, by so many seconds for each line."""
        ...


async def reached_by(connection: AsyncConnection, site: Site, order_id: UUID, line_id: UUID) -> Reached:
    """As the order alone knows it; nothing without one."""
    desk: Desk | None = site.facilities.get(Desk)
    found = None if desk is None else await desk.reach(connection, site, order_id, line_id, site.clock.now())
    return found or Reached()


async def reach(connection: AsyncConnection, site: Site, one: Followed) -> Reached:
    """As the order knows it; without an order, as the appointment does."""
    desk: Desk | None = site.facilities.get(Desk)
    found = None if desk is None else await desk.reach(connection, site, one.order_id, one.id, site.clock.now())
    if found is None:
        found = Reached(name=one.contact_name, phone=one.contact_phone)
    usual = site.settings.of(SiteSettings).locale
    return attrs.evolve(
        found,
        name=found.name or one.contact_name or one.person_name,
        locale=one.locale or found.locale or usual,
    )


def called(one: Any, locale: str, line_title: str) -> str:
    """What an appointment is called in a language; what its line says beyond the listing's own title (whom it is for:
    “Bath: Rex”) is said behind that.
    """
    said = title_in(one, locale)
    return said + line_title.removeprefix(one.title) if line_title.startswith(one.title) else said


async def titles_of(site: Site, line_ids: Collection[UUID]) -> Mapping[UUID, str]:
    """What appointments are called by their orders; nothing on a site that takes none."""
    desk: Desk | None = site.facilities.get(Desk)
    if desk is None or not line_ids:
        return {}
    return await site.ask(desk.titles, line_ids)


def stage_of(site: Site, kind: str, state: str, effect: str) -> Stage:
    """How far an appointment is, whatever its kind's process calls that."""
    known = site.registry.line_kinds.get(kind)
    if known is not None:
        for process in (known.process, *known.older):
            for one in process.states:
                if one.name == state and one.stage is not None:
                    return one.stage
    return {"lets_go": Stage.CANCELLED, "shortens": Stage.COMPLETED}.get(effect, Stage.ACCEPTED)


def waits_for_money(site: Site, one: Followed) -> bool:
    """The time is kept until it is paid: a payment is what its process waits for."""
    known = site.registry.line_kinds.get(one.kind)
    return known is not None and any(t.verb == "settle" for t in known.process.moves(one.state))


class Standing(Protocol):
    """An appointment as far as its process is asked about it."""

    @property
    def id(self) -> UUID: ...
    @property
    def kind(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def effect(self) -> str: ...


def verbs_of(
    site: Site, one: Standing, facts: Mapping[str, Any], roles: Collection[str] = ("customer",)
) -> dict[str, str | None]:
    """What its customer (or whoever has these ``roles``) may do with it by its process: each with why not at this
    moment, or ``None``. ``facts`` are those of its line.
    """
    known = site.registry.line_kinds.get(one.kind)
    if known is None:
        return {}
    glance = Glance(
        line_id=one.id,
        state=one.state,
        stage=stage_of(site, one.kind, one.state, one.effect),
        facts=facts,
        roles=frozenset(roles),
        now=site.clock.now(),
    )
    return {t.verb: known.not_now(glance, t.verb) for t in known.process.moves(one.state, glance.roles)}


def is_agreed(site: Site, one: Followed) -> bool:
    """It takes place and has not begun: both sides have said yes."""
    return one.effect == "keeps" and stage_of(site, one.kind, one.state, one.effect) is Stage.ACCEPTED
