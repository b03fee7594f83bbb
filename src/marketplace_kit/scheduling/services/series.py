"""Changing what repeats: this appointment alone, or this one and all that follow.

Each date is an appointment and an order of its own, so each is moved or cancelled by the verbs of its order, with all
that these refuse (:class:`~marketplace_kit.scheduling.services.desk.Booker`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.audit import audit
from marketplace_kit.kernel.errors import DomainError, Missing
from marketplace_kit.kernel.fields import Field, Form
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_kit.scheduling.domain.windows import instant_of
from marketplace_kit.scheduling.services.desk import Booker
from marketplace_kit.scheduling.services.planning import instant_in, local
from marketplace_kit.scheduling.services.repeating import ALL, EACH, SeriesConflicts, SeriesDate
from marketplace_kit.scheduling.tables import appointment_table as appointment
from marketplace_kit.scheduling.tables.following import series_date_table as dates
from marketplace_kit.scheduling.tables.following import series_table as series
from marketplace_kit.shops.domain.hours import DAY
from marketplace_kit.shops.services import roles_in

ONE, LATER = "one", "later"
_SCOPES = ((ONE, N_("This appointment only")), (LATER, N_("This one and all that follow")))
SCOPE = Field(N_("Which"), choices=_SCOPES)
MODE = Field(N_("If one of them is not possible"), choices=((EACH, N_("Do the others")), (ALL, N_("Change nothing"))))


class CancelSeries(Form):
    """Cancel one appointment of a series, or it and all that follow."""

    scope: Annotated[str, SCOPE] = ONE
    reason: Annotated[str, Field(N_("The reason"), long=True, max_length=500)] = ""
    mode: Annotated[str, MODE] = EACH


class MoveSeries(Form):
    """Another time: for one appointment of a series, or in the same way for it and all that follow."""

    starts_at: Annotated[str, Field(N_("New time"), format="instant", max_length=40)]
    staff: Annotated[int | None, Field(N_("By whom"), min=1)] = None
    scope: Annotated[str, SCOPE] = ONE
    mode: Annotated[str, MODE] = EACH


class SeriesChange(msgspec.Struct, frozen=True, kw_only=True):
    """What became of it: ``done`` with their new times, ``conflicts`` with a refusal's code; ``dropped`` or moved along
    are so many dates that were only planned.
    """

    done: list[SeriesDate]
    conflicts: list[SeriesDate]
    planned: int = 0


class Occurrence(msgspec.Struct, frozen=True, kw_only=True):
    """One date of a series, for a page."""

    appointment_id: UUID
    day: date
    minute: int


async def cancel_series(uow: UnitOfWork, appointment_id: UUID, form: CancelSeries, *, by: Actor) -> SeriesChange:
    """Cancel it, or it and all that follow: then no more dates become appointments either. Refuses :class:`Missing` to
    strangers and for what is in no series, and :class:`SeriesConflicts` with nothing changed if all was asked for.
    """
    first, side = await _held(uow, appointment_id, by)
    chosen = await _chosen(uow, first, form.scope)

    async def cancel(row: Any) -> SeriesDate:
        await _booker(uow).act(uow, row.id, "cancel", {"reason": form.reason}, by=by, side=side)
        return _told(row)

    found = await _each(uow, chosen, cancel, form.mode)
    if form.scope == ONE:
        return found
    gone = sa.update(dates).where(*_planned_from(first)).values(state="dropped").returning(dates.c.day)
    planned = len((await uow.session.execute(gone)).all())
    ended = sa.update(series).where(series.c.id == first.series_id, series.c.ended_at.is_(None))
    await uow.session.execute(ended.values(ended_at=uow.at))
    await audit(
        uow, by=by, act="scheduling.cancel_series", on=f"series:{first.series_id}", facts={"day": str(_day(first))}
    )
    return msgspec.structs.replace(found, planned=planned)


async def move_series(uow: UnitOfWork, appointment_id: UUID, form: MoveSeries, *, by: Actor) -> SeriesChange:
    """Move it, or it and all that follow by as many days and to the same time on the wall; dates that were only planned
    go along. Refuses as :func:`cancel_series` does.
    """
    first, side = await _held(uow, appointment_id, by)
    start = local(first.zone, instant_in(form.starts_at))
    shift, minute = start.date() - first.local_date, start.hour * 60 + start.minute
    chosen = await _chosen(uow, first, form.scope)

    async def move(row: Any) -> SeriesDate:
        day = row.local_date + shift
        at = instant_in(form.starts_at) if row.id == first.id else instant_of(row.zone, day.toordinal() * DAY + minute)
        if at is None:
            return SeriesDate(day=day, starts_at=None, appointment_id=row.id, reason="no_such_slot")
        asked = {"starts_at": local(row.zone, at).isoformat(), "staff": form.staff}
        await _booker(uow).act(uow, row.id, "reschedule", asked, by=by, side=side)
        return SeriesDate(day=day, starts_at=local(row.zone, at), appointment_id=row.id)

    # The last ones first when it goes to later days: each leaves its place before the one before it comes there.
    order = sorted(chosen, key=lambda row: row.starts_s, reverse=shift > timedelta(0))
    found = await _each(uow, order, move, form.mode)
    if form.scope == ONE:
        return found
    planned = await _shift_planned(uow, first, shift, minute)
    facts = {"days": shift.days, "minute": minute}
    await audit(uow, by=by, act="scheduling.move_series", on=f"series:{first.series_id}", facts=facts)
    return msgspec.structs.replace(found, planned=planned)


def _booker(uow: UnitOfWork) -> Booker:
    return uow.site.facility(Booker)


async def _held(uow: UnitOfWork, appointment_id: UUID, by: Actor) -> tuple[Any, str]:
    """The appointment, its series held until the end, and as what somebody acts: its customer, or the shop."""
    row = (await uow.session.execute(sa.select(appointment).where(appointment.c.id == appointment_id))).first()
    if row is None or row.series_id is None or by.person_id is None:
        raise Missing
    side = "customer" if row.person_id == by.person_id else "shop"
    if side == "shop" and not await roles_in(uow, row.shop_id, by=by):
        raise Missing
    await uow.session.execute(sa.select(series.c.id).where(series.c.id == row.series_id).with_for_update())
    return row, side


async def _chosen(uow: UnitOfWork, first: Any, scope: str) -> Sequence[Any]:
    if scope == ONE:
        return [first]
    wanted = sa.select(appointment).where(*_later(first)).order_by(appointment.c.starts_s)
    return (await uow.session.execute(wanted)).all()


def _later(first: Any) -> tuple[sa.ColumnElement[bool], ...]:
    """This one and those that follow it, as far as they take place."""
    a = appointment.c
    return (a.series_id == first.series_id, a.starts_s >= first.starts_s, a.effect == "keeps")


def _planned_from(first: Any) -> tuple[sa.ColumnElement[bool], ...]:
    return (dates.c.series_id == first.series_id, dates.c.state == "planned", dates.c.day >= _day(first))


def _day(row: Any) -> date:
    found: date = row.local_date
    return found


def _told(row: Any, reason: str = "", alternatives: Sequence[str] = ()) -> SeriesDate:
    return SeriesDate(
        day=_day(row),
        starts_at=local(row.zone, row.starts_s),
        appointment_id=row.id,
        reason=reason,
        alternatives=list(alternatives),
    )


async def _each(
    uow: UnitOfWork, rows: Sequence[Any], act: Callable[[Any], Awaitable[SeriesDate]], mode: str
) -> SeriesChange:
    """Each in a savepoint: one that is refused leaves no trace, and those before it stay as they were changed."""
    done: list[SeriesDate] = []
    conflicts: list[SeriesDate] = []
    for row in rows:
        try:
            async with uow.session.begin_nested():
                told = await act(row)
        except DomainError as refused:
            if len(rows) == 1:
                raise
            near = [str(one) for one in refused.facts.get("alternatives", ())][:3]
            told = _told(row, refused.code, near)
        (conflicts if told.reason else done).append(told)
    if mode == ALL and conflicts:
        raise SeriesConflicts(conflicts=msgspec.to_builtins(conflicts))
    done.sort(key=lambda one: one.day)
    return SeriesChange(done=done, conflicts=sorted(conflicts, key=lambda one: one.day))


async def _shift_planned(uow: UnitOfWork, first: Any, shift: timedelta, minute: int) -> int:
    """Planned dates go along; where one falls on a date that the series has already, that one stays."""
    mine = dates.c.series_id == first.series_id
    rows = (await uow.session.execute(sa.select(dates).where(*_planned_from(first)))).all()
    await uow.session.execute(sa.delete(dates).where(*_planned_from(first)))
    taken = set((await uow.session.execute(sa.select(dates.c.day).where(mine))).scalars())
    moved: list[Mapping[str, Any]] = []
    for row in rows:
        day = row.day + shift
        at = instant_of(first.zone, day.toordinal() * DAY + minute)
        if day not in taken:
            taken.add(day)
            moved.append({"series_id": row.series_id, "day": day, "state": "planned", "starts_s": at, "minute": minute})
    if moved:
        await uow.session.execute(sa.insert(dates), moved)
    return len(moved)


async def occurrences(connection: AsyncConnection, appointment_id: UUID) -> list[Occurrence]:
    """The appointment and those of its series that follow it and take place; empty where it is in none."""
    own = sa.select(appointment.c.series_id, appointment.c.starts_s).where(appointment.c.id == appointment_id)
    first = (await connection.execute(own)).first()
    if first is None or first.series_id is None:
        return []
    a = appointment.c
    wanted = sa.select(a.id, a.local_date, a.local_time).where(*_later(first)).order_by(a.starts_s)
    rows = await connection.execute(wanted)
    return [Occurrence(appointment_id=r.id, day=r.local_date, minute=r.local_time) for r in rows]
