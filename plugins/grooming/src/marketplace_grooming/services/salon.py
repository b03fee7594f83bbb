"""The salon's day: who may work on a visit, the board, and the verbs by where they lead."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from marketplace_grooming import queries
from marketplace_grooming.domain import VISIT
from marketplace_grooming.domain.process import CHECKED_IN, EXPECTED, HERE, IN_PROGRESS, ON_HOLD, PICKED_UP, READY
from marketplace_grooming.schemas import Board, BoardColumn, BoardVisit, Visit
from marketplace_grooming.tables import visit_table
from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.process import InvalidTransition
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.orders.services import Acted, act
from marketplace_kit.shops.queries import shop_by_id
from marketplace_kit.shops.services import roles_in

v = visit_table.c
COLUMNS = (EXPECTED, CHECKED_IN, IN_PROGRESS, ON_HOLD, READY, PICKED_UP)
STAFF_ROLES = ("staff", "owner")


async def staffed(uow: UnitOfWork, visit_id: UUID, *, by: Actor) -> Any:
    """A visit for somebody who works in its salon. Refuses :class:`Missing` to everybody else."""
    row = (await uow.session.execute(sa.select(visit_table).where(v.id == visit_id))).first()
    if row is None or not await roles_in(uow, row.shop_id, by=by):
        raise Missing
    return row


async def seen_by_staff(site: Site, visit_id: UUID, *, by: Actor) -> Visit:
    """The same for looking."""
    visit = await site.ask(queries.visit_of, visit_id)
    if visit is None or (visit.shop_id not in by.shops and "admin" not in by.roles):
        raise Missing
    return visit


async def board(site: Site, shop_id: UUID, *, by: Actor, locale: str = "en") -> Board:
    """The visits of today and those still in the salon, by state, in two statements. Refuses :class:`Missing`."""
    if shop_id not in by.shops and "admin" not in by.roles:
        raise Missing
    shop = await site.ask(shop_by_id, shop_id, person_id=by.person_id, locale=locale)
    if shop is None:
        raise Missing
    zone, now = ZoneInfo(shop.zone), site.clock.now()
    begins = datetime.combine(now.astimezone(zone).date(), time(), zone)
    found = await site.ask(queries.board_of, shop_id, begins, begins + timedelta(days=1))
    cards: dict[str, list[BoardVisit]] = {state: [] for state in COLUMNS}
    for visit, asks in found:
        if visit.state in cards:
            cards[visit.state].append(_card(site, visit, asks, now, locale))
    columns = [
        BoardColumn(state=state, text=site.texts.gettext(locale, VISIT.state(state).text), visits=cards[state])
        for state in COLUMNS
    ]
    return Board(shop_id=shop_id, columns=columns)


def _card(site: Site, visit: Visit, asks: int, now: datetime, locale: str) -> BoardVisit:
    state = VISIT.state(visit.state)
    inside = visit.checked_in_at if visit.state in HERE else None
    return BoardVisit(
        id=visit.id,
        pet_name=visit.pet_name,
        species=visit.species,
        title=visit.title.removesuffix(f": {visit.pet_name}"),
        state=visit.state,
        state_text=site.texts.gettext(locale, state.text),
        tone=str(state.tone),
        codes=visit.codes.split(),
        staff=visit.staff_name,
        starts_at=visit.starts_at,
        eta=visit.eta,
        minutes_in=int((now - inside).total_seconds() // 60) if inside else None,
        is_here=visit.here_at is not None,
        weigh=visit.weigh,
        review_band=visit.review_band,
        asks=asks,
        verbs=[t.verb for t in VISIT.moves(visit.state, STAFF_ROLES)],
    )


async def bring_to(
    uow: UnitOfWork,
    visit_id: UUID,
    status: str,
    asked: Mapping[str, Any] | None = None,
    *,
    by: Actor,
    version: int | None = None,
) -> Acted:
    """Bring a visit to a state by the verb that leads there from where it is. Refuses :class:`Missing` to strangers and
    :class:`InvalidTransition` with the states that are ``allowed``.
    """
    visit = await staffed(uow, visit_id, by=by)
    moves = VISIT.moves(visit.state, STAFF_ROLES)
    verb = next((t.verb for t in moves if t.target == status and t.target != visit.state), None)
    if verb is None:
        allowed = sorted({t.target for t in moves} - {visit.state})
        raise InvalidTransition(**{"verb": status, "from": visit.state, "to": status, "allowed": allowed})
    return await act(uow, visit_id, verb, asked, by=by, version=version, side="shop")
