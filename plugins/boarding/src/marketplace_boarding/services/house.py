"""The house for those who work there: its rooms, its seasons, its plan of who stays where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_boarding import queries
from marketplace_boarding.domain import KIND, LINE, LIVE, STAY, Room, RoomTaken, clock, nights_of, pieces_of
from marketplace_boarding.domain.process import EXPECTED, IN_HOUSE
from marketplace_boarding.schemas import (
    Board,
    BoardCell,
    BoardRow,
    BoardStay,
    CloseRoom,
    RoomForm,
    RoomView,
    SeasonForm,
    Stay,
)
from marketplace_boarding.services.moving import today_in
from marketplace_boarding.tables import room_table, season_table, stay_table
from marketplace_kit.kernel.errors import Invalid, Missing, Problem, StaleVersion
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.process import InvalidTransition
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_kit.listings.queries import active_kinds, listing_page
from marketplace_kit.orders.services import Acted, act
from marketplace_kit.scheduling.queries import Occupied
from marketplace_kit.scheduling.schemas import LODGING, ResourceForm
from marketplace_kit.scheduling.services import Place, occupy, save_resource, vacate
from marketplace_kit.shops.queries import opening_of
from marketplace_kit.shops.services import access_shop, roles_in

r, y, s = room_table.c, stay_table.c, season_table.c
STAFF_ROLES = ("staff", "owner")
_KEEPERS = ("owner", "staff", "admin")
BACKWARDS = N_("The end lies before the beginning.")
NOT_A_LODGING = N_("Please choose one of your lodgings.")
NAME_TAKEN = N_("Another room is called so.")
MOST_DAYS = 92


async def staffed(uow: UnitOfWork, stay_id: UUID, *, by: Actor, hold: bool = False) -> Any:
    """A stay for somebody who works in its house, held until the unit ends if asked. Refuses :class:`Missing`."""
    wanted = sa.select(stay_table).where(y.id == stay_id)
    row = (await uow.session.execute(wanted.with_for_update() if hold else wanted)).first()
    if row is None or not await roles_in(uow, row.shop_id, by=by):
        raise Missing
    return row


async def seen_by_staff(site: Site, stay_id: UUID, *, by: Actor) -> Stay:
    """The same for looking."""
    stay = await site.ask(queries.stay_of, stay_id)
    if stay is None or (stay.shop_id not in by.shops and "admin" not in by.roles):
        raise Missing
    return stay


# --- rooms and seasons ---------------------------------------------------------------------------------------------


async def save_room(uow: UnitOfWork, shop_id: UUID, form: RoomForm, *, by: Actor, room_id: int | None = None) -> int:
    """Make or change rooms of one make; their id. Refuses :class:`StaleVersion`, and :class:`RoomTaken` where guests
    are booked whom the change would leave without a room.
    """
    await access_shop(uow, shop_id, by=by, roles=_KEEPERS)
    listing_id = await _lodging(uow, shop_id, form.listing)
    if room_id is not None:
        await _held(uow, shop_id, room_id, form)
    await _check_name(uow, shop_id, form.name, room_id)
    as_resource = ResourceForm(
        kind=LODGING, name=form.name, lanes=form.places, public=False, active=form.active, rank=form.rank
    )
    resource_id = await save_resource(uow, shop_id, as_resource, by=by, resource_id=room_id)
    values: dict[str, Any] = {
        "listing_id": listing_id,
        "name": form.name,
        "places": form.places,
        "max_pets": form.max_pets,
        "max_grams": form.max_kg * 1000 if form.max_kg else None,
        "rank": form.rank,
        "active": form.active,
    }
    if room_id is None:
        made = sa.insert(room_table).values(resource_id=resource_id, shop_id=shop_id, **values)
        await uow.session.execute(made)
        return resource_id
    changed = sa.update(room_table).where(r.resource_id == room_id)
    await uow.session.execute(changed.values(**values, version=r.version + 1))
    return room_id


async def _lodging(uow: UnitOfWork, shop_id: UUID, text: str) -> UUID:
    """The listing by which rooms are let, if it is one of the shop's lodgings."""
    try:
        listing_id = UUID(text)
    except ValueError:
        raise Invalid(Problem("listing", "not_a_choice", NOT_A_LODGING)) from None
    admin = Actor(roles=frozenset({"admin"}))
    found = await listing_page(await uow.connection(), listing_id, active_kinds(uow.site), viewer=admin)
    if found is None or found.kind != KIND or found.shop.id != shop_id:
        raise Invalid(Problem("listing", "not_a_choice", NOT_A_LODGING))
    return listing_id


async def _held(uow: UnitOfWork, shop_id: UUID, room_id: int, form: RoomForm) -> None:
    wanted = sa.select(room_table).where(r.resource_id == room_id, r.shop_id == shop_id).with_for_update()
    row = (await uow.session.execute(wanted)).first()
    if row is None:
        raise Missing
    if form.version is not None and form.version != row.version:
        raise StaleVersion
    lost = sa.and_(y.resource_id == room_id, y.state.in_(LIVE))
    if form.active and str(row.listing_id) == form.listing:
        lost = sa.and_(lost, y.lane >= form.places)
    rows = (await uow.session.execute(sa.select(y.id, y.title, y.arrives).where(lost).limit(50))).all()
    if rows:
        raise RoomTaken(stays=[{"id": str(x.id), "title": x.title, "arrives": x.arrives.isoformat()} for x in rows])


async def _check_name(uow: UnitOfWork, shop_id: UUID, name: str, room_id: int | None) -> None:
    same = sa.select(r.resource_id).where(r.shop_id == shop_id, sa.func.lower(r.name) == name.lower())
    if any(found != room_id for found in (await uow.session.execute(same)).scalars()):
        raise Invalid(Problem("name", "name_taken", NAME_TAKEN))


async def close_room(uow: UnitOfWork, shop_id: UUID, room_id: int, form: CloseRoom, *, by: Actor) -> UUID:
    """Nights in which rooms of a make are not let; the closure's id. Refuses :class:`RoomTaken` with the stays that lie
    there.
    """
    await access_shop(uow, shop_id, by=by, roles=_KEEPERS)
    room = next((x for x in await queries.room_views(await uow.connection(), shop_id) if x.id == room_id), None)
    if room is None:
        raise Missing
    if not 0 <= (form.last - form.first).days < MOST_DAYS:
        raise Invalid(Problem("last", "last", BACKWARDS))
    nights = nights_of(form.first, form.last + timedelta(days=1))
    pieces, closure = pieces_of(nights, await zone_of(await uow.connection(), shop_id)), new_id()
    for lane in range(room.places):
        spot = [Place(room_id, lane)]
        if await occupy(uow, shop_id, closure, spot, pieces, source=LINE, closed=form.reason) is None:
            there = sa.and_(y.resource_id == room_id, y.arrives <= form.last, y.leaves > form.first)
            rows = (await uow.session.execute(sa.select(y.id, y.title).where(there, y.state.in_(LIVE)))).all()
            raise RoomTaken(stays=[{"id": str(row.id), "title": row.title} for row in rows])
    return closure


async def open_room(uow: UnitOfWork, shop_id: UUID, closure: UUID, *, by: Actor) -> None:
    """The closure is off. Refuses :class:`Missing` for anything else than a closure of this house."""
    await access_shop(uow, shop_id, by=by, roles=_KEEPERS)
    if closure not in {one.line_id for one in await closures(await uow.connection(), uow.site, shop_id, uow.at)}:
        raise Missing
    await vacate(uow, closure)


async def closures(connection: AsyncConnection, site: Site, shop_id: UUID, now: datetime) -> list[Occupied]:
    """The nights from today in which rooms are not let."""
    rooms = [as_room(one) for one in await queries.room_views(connection, shop_id)]
    zone = await zone_of(connection, shop_id)
    first = today_in(zone, now)
    _, found = await queries.taken_in(connection, rooms, first, first + timedelta(days=400), zone, now)
    return [one for one in found if one.kind == "break"]


async def save_season(
    uow: UnitOfWork, shop_id: UUID, form: SeasonForm, *, by: Actor, season_id: UUID | None = None
) -> UUID:
    """Nights that cost more or less from now on; what is booked keeps its price."""
    await access_shop(uow, shop_id, by=by, roles=("owner", "admin"))
    if form.last < form.first:
        raise Invalid(Problem("last", "last", BACKWARDS))
    values = {"name": form.name, "first": form.first, "last": form.last, "percent": form.percent}
    if season_id is None:
        season_id = new_id()
        await uow.session.execute(sa.insert(season_table).values(id=season_id, shop_id=shop_id, **values))
        return season_id
    changed = sa.update(season_table).where(s.id == season_id, s.shop_id == shop_id).values(values).returning(s.id)
    if (await uow.session.execute(changed)).first() is None:
        raise Missing
    return season_id


async def drop_season(uow: UnitOfWork, shop_id: UUID, season_id: UUID, *, by: Actor) -> None:
    """The season is off. Refuses :class:`Missing`."""
    await access_shop(uow, shop_id, by=by, roles=("owner", "admin"))
    gone = sa.delete(season_table).where(s.id == season_id, s.shop_id == shop_id).returning(s.id)
    if (await uow.session.execute(gone)).first() is None:
        raise Missing


# --- the plan of the house -----------------------------------------------------------------------------------------


async def zone_of(connection: AsyncConnection, shop_id: UUID) -> str:
    opening = await opening_of(connection, shop_id, date.min + timedelta(days=7))
    return opening[0].zone if opening else "UTC"


def as_room(one: RoomView) -> Room:
    return Room(resource_id=one.id, name=one.name, places=one.places, max_pets=one.max_pets, rank=one.rank)


async def board(
    site: Site, shop_id: UUID, *, by: Actor, first: date | None = None, days: int = 14, locale: str = "en"
) -> Board:
    """Who comes, stays and goes today, and which nights are taken, in a constant number of statements. Refuses
    :class:`Missing`.
    """
    if shop_id not in by.shops and "admin" not in by.roles:
        raise Missing
    return await site.ask(_board, site, shop_id, first, days, locale)


async def _board(
    connection: AsyncConnection, site: Site, shop_id: UUID, first: date | None, days: int, locale: str
) -> Board:
    zone, now = await zone_of(connection, shop_id), site.clock.now()
    today = today_in(zone, now)
    begin = first or today
    nights = nights_of(begin, begin + timedelta(days=days))
    views = await queries.room_views(connection, shop_id)
    stays = await queries.stays_between(connection, shop_id, min(begin, today), max(nights[-1], today))
    rooms = [as_room(one) for one in views]
    _, found = await queries.taken_in(connection, rooms, nights[0], nights[-1], zone, now)
    cells = _cells(found, {stay.id: stay for stay in stays}, nights, zone)
    free = BoardCell(night=nights[0], what="free")
    rows = [
        BoardRow(
            resource_id=room.resource_id,
            lane=lane,
            room=room.label(lane),
            cells=[cells.get((room.resource_id, lane, night)) or _at(free, night) for night in nights],
        )
        for room, view in zip(rooms, views, strict=True)
        for lane in range(room.places)
        if view.active or any((room.resource_id, lane, night) in cells for night in nights)
    ]
    listed = [(stay, _card(site, stay, locale)) for stay in stays]
    return Board(
        shop_id=shop_id,
        today=today,
        first=begin,
        days=nights,
        arriving=[card for stay, card in listed if stay.state not in IN_HOUSE and stay.arrives <= today],
        staying=[card for stay, card in listed if stay.state in IN_HOUSE and stay.leaves > today],
        leaving=[card for stay, card in listed if stay.state in IN_HOUSE and stay.leaves <= today],
        rows=rows,
        taken=sum(1 for row in rows if row.cells[0].what != "free"),
        places=len(rows),
    )


def _at(cell: BoardCell, night: date) -> BoardCell:
    return BoardCell(night=night, what=cell.what)


def _cells(
    found: Sequence[Occupied], stays: Mapping[UUID, Stay], nights: Sequence[date], zone: str
) -> dict[tuple[int, int, date], BoardCell]:
    begins = {piece: night for night, piece in zip(nights, pieces_of(nights, zone), strict=True)}
    cells: dict[tuple[int, int, date], BoardCell] = {}
    seen: set[tuple[UUID, int, int]] = set()
    for one in found:
        night = begins.get((one.from_s, one.to_s))
        if night is None:
            continue
        stay = stays.get(one.line_id) if one.line_id else None
        what = "closed" if one.kind == "break" else "stay" if stay else "kept"
        key = (one.line_id or one.claim_id, one.resource_id, one.lane)
        cells[one.resource_id, one.lane, night] = BoardCell(
            night=night,
            what=what,
            stay_id=stay.id if stay else None,
            text=stay.names if stay else one.reason,
            begins=key not in seen,
            state=stay.state if stay else "",
        )
        seen.add(key)
    return cells


def _card(site: Site, stay: Stay, locale: str) -> BoardStay:
    state = STAY.state(stay.state)
    codes = sorted({code for guest in stay.guests for code in guest.codes.split()})
    return BoardStay(
        id=stay.id,
        names=stay.names,
        customer=stay.contact_name,
        arrives=stay.arrives,
        leaves=stay.leaves,
        time=clock(stay.arrive_minute if stay.state == EXPECTED else stay.leave_minute),
        room=stay.room,
        state=stay.state,
        state_text=site.texts.gettext(locale, state.text),
        tone=str(state.tone),
        codes=codes,
        verbs=[t.verb for t in STAY.moves(stay.state, STAFF_ROLES)],
        medicine=any(guest.medicine for guest in stay.guests),
    )


async def bring_to(
    uow: UnitOfWork,
    stay_id: UUID,
    status: str,
    asked: Mapping[str, Any] | None = None,
    *,
    by: Actor,
    version: int | None = None,
) -> Acted:
    """Bring a stay to a state by the verb that leads there from where it is. Refuses :class:`Missing` to strangers and
    :class:`InvalidTransition` with the states that are ``allowed``.
    """
    stay = await staffed(uow, stay_id, by=by)
    moves = STAY.moves(stay.state, STAFF_ROLES)
    verb = next((t.verb for t in moves if t.target == status and t.target != stay.state), None)
    if verb is None:
        allowed = sorted({t.target for t in moves} - {stay.state})
        raise InvalidTransition(**{"verb": status, "from": stay.state, "to": status, "allowed": allowed})
    return await act(uow, stay_id, verb, asked, by=by, version=version, side="shop")
