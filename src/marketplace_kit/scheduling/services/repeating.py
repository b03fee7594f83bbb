"""Appointments that repeat: a rule in wall time, whose dates become ordinary appointments twelve weeks ahead.

Booking makes an order, and orders lie above this room: :class:`~marketplace_kit.scheduling.services.desk.Booker`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.audit import audit
from marketplace_kit.kernel.errors import DomainError, Invalid, Kind, Missing, Problem
from marketplace_kit.kernel.fields import Field, Form
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.jobs import Work
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_kit.scheduling.domain import TooFar
from marketplace_kit.scheduling.domain.series import AHEAD, LAST, MONTHLY, MOST, WEEKLY, Rule
from marketplace_kit.scheduling.services.desk import Booker
from marketplace_kit.scheduling.services.planning import local
from marketplace_kit.scheduling.tables import appointment_table as appointment
from marketplace_kit.scheduling.tables.following import series_date_table as dates
from marketplace_kit.scheduling.tables.following import series_table as series
from marketplace_kit.shops.services import roles_in

MATERIALISE = "scheduling.materialise"
EACH, ALL = "each_that_fits", "all_or_nothing"
SKIPPED_BY_THE_CLOCK = "no_such_slot"
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NAMES = (N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"), N_("Sunday"))
_AT_ONCE = 20


class SeriesConflicts(DomainError):
    """``conflicts`` lists what stands against which date; nothing was booked."""

    code = "series_conflicts"
    kind = Kind.CONFLICT
    text = N_("Not all of these times are free. Nothing was booked.")


class RepeatForm(Form):
    """How an appointment repeats. It begins with the first date after the appointment itself."""

    freq: Annotated[str, Field(N_("How often"), choices=((WEEKLY, N_("Every week")), (MONTHLY, N_("Every month"))))] = (
        WEEKLY
    )
    every: Annotated[int, Field(N_("Every so many weeks or months"), hint=N_("2: every second one"), min=1, max=52)] = 1
    weekdays: Annotated[
        tuple[str, ...],
        Field(
            N_("On these days"),
            hint=N_("None: the day of the week of this appointment"),
            choices=tuple(zip(_DAYS, _NAMES, strict=True)),
        ),
    ] = ()
    count: Annotated[
        int | None, Field(N_("How many times"), hint=N_("This appointment counts as the first."), min=2, max=MOST)
    ] = None
    until: Annotated[date | None, Field(N_("Or until"))] = None
    mode: Annotated[
        str,
        Field(
            N_("If a time is taken"),
            choices=((EACH, N_("Book the others")), (ALL, N_("Book nothing"))),
        ),
    ] = EACH


class SeriesDate(msgspec.Struct, frozen=True, kw_only=True):
    """One date of a series. ``reason`` is a refusal's code, ``alternatives`` are up to three free starts near it."""

    day: date
    starts_at: datetime | None
    appointment_id: UUID | None = None
    reason: str = ""
    alternatives: list[str] = []


class SeriesView(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a series: ``planned`` dates become appointments twelve weeks before, or as soon as the service can
    be booked so far ahead.
    """

    id: UUID
    like_id: UUID
    zone: str
    ended: bool
    booked: list[SeriesDate]
    conflicts: list[SeriesDate]
    planned: list[SeriesDate]


async def repeat(uow: UnitOfWork, appointment_id: UUID, form: RepeatForm, *, by: Actor) -> SeriesView:
    """Repeat an appointment by a rule, for its customer or for somebody of the shop.

    ``each_that_fits`` books what is free and answers the conflicts; ``all_or_nothing`` refuses
    :class:`SeriesConflicts`. Refuses :class:`Missing` to strangers and :class:`Invalid` where no date follows.
    """
    wanted = sa.select(appointment).where(appointment.c.id == appointment_id).with_for_update()
    like = (await uow.session.execute(wanted)).first()
    if like is None:
        raise Missing
    by_staff = bool(await roles_in(uow, like.shop_id, by=by))
    if by.person_id is None or not (by_staff or like.person_id == by.person_id):
        raise Missing
    by_staff = by_staff and like.person_id != by.person_id
    rule = _rule(form, like)
    starts = [(day, at) for day, at in rule.starts() if day > like.local_date]
    if not starts:
        raise Invalid(Problem("count", "no_dates", N_("Say how many times, or until when.")))
    series_id = new_id()
    values = {
        "id": series_id,
        "shop_id": like.shop_id,
        "person_id": like.person_id,
        "like_id": like.id,
        "freq": rule.freq,
        "every": rule.every,
        "weekdays": list(rule.weekdays),
        "nth": rule.nth,
        "first_day": rule.first,
        "minute": rule.minute,
        "zone": rule.zone,
        "by_staff": by_staff,
        "made_by": by.person_id,
        "made_at": uow.at,
    }
    await uow.session.execute(sa.insert(series).values(values))
    rows = [{"series_id": series_id, "day": day, "state": "planned", "starts_s": at} for day, at in starts]
    await uow.session.execute(sa.insert(dates), rows)
    mine = sa.update(appointment).where(appointment.c.id == like.id)
    await uow.session.execute(mine.values(series_id=series_id))
    found = []
    for day, at in starts:
        found.append(await _book(uow, series_id, like.id, day, at, like.zone, by=by, by_staff=by_staff))
    conflicts = [told for state, told in found if state == "conflict"]
    if form.mode == ALL and conflicts:
        raise SeriesConflicts(conflicts=msgspec.to_builtins(conflicts))
    await audit(uow, by=by, act="scheduling.repeat", on=f"appointment:{like.id}", facts={"dates": len(starts)})
    return SeriesView(
        id=series_id,
        like_id=like.id,
        zone=like.zone,
        ended=False,
        booked=[told for state, told in found if state == "booked"],
        conflicts=conflicts,
        planned=[told for state, told in found if state == "planned"],
    )


def _rule(form: RepeatForm, like: Any) -> Rule:
    if form.count is None and form.until is None:
        raise Invalid(Problem("count", "required", N_("Say how many times, or until when.")))
    weekdays = tuple(sorted(_DAYS.index(name) for name in form.weekdays))
    day: date = like.local_date
    nth = 0
    if form.freq == MONTHLY:
        nth = (day.day - 1) // 7 + 1
        nth = LAST if nth == 5 else nth  # the fifth one is what people call the last
    return Rule(
        first=day,
        minute=like.local_time,
        zone=like.zone,
        freq=form.freq,
        every=form.every,
        weekdays=weekdays,
        nth=nth,
        count=form.count,
        until=form.until,
    )


async def _book(
    uow: UnitOfWork, series_id: UUID, like_id: UUID, day: date, at: int | None, zone: str, *, by: Actor, by_staff: bool
) -> tuple[str, SeriesDate]:
    """Try one date; what is too far ahead stays planned."""
    starts_at = None if at is None else local(zone, at)
    told = SeriesDate(day=day, starts_at=starts_at)
    if at is None or starts_at is None:
        return await _note(uow, series_id, msgspec.structs.replace(told, reason=SKIPPED_BY_THE_CLOCK), "conflict")
    if starts_at > uow.at + AHEAD:
        return "planned", told
    booker = uow.site.facility(Booker)
    try:
        # What was written on the way to a refusal is taken back; what was booked before stays.
        async with uow.session.begin_nested():
            line_id = await booker.book_like(uow, like_id, starts_at.isoformat(), by=by, by_staff=by_staff)
    except TooFar:
        return "planned", told
    except DomainError as refused:
        near = [str(one) for one in refused.facts.get("alternatives", ())][:3]
        return await _note(
            uow, series_id, msgspec.structs.replace(told, reason=refused.code, alternatives=near), "conflict"
        )
    mine = sa.update(appointment).where(appointment.c.id == line_id)
    await uow.session.execute(mine.values(series_id=series_id))
    return await _note(uow, series_id, msgspec.structs.replace(told, appointment_id=line_id), "booked")


async def _note(uow: UnitOfWork, series_id: UUID, told: SeriesDate, state: str) -> tuple[str, SeriesDate]:
    row = sa.and_(dates.c.series_id == series_id, dates.c.day == told.day)
    values = {"state": state, "appointment_id": told.appointment_id, "reason": told.reason[:60]}
    await uow.session.execute(sa.update(dates).where(row).values(values))
    return state, told


async def end_series(uow: UnitOfWork, series_id: UUID, *, by: Actor) -> int:
    """No more dates become appointments; how many were dropped. What is booked stays: each is cancelled by itself."""
    held = (await uow.session.execute(sa.select(series).where(series.c.id == series_id).with_for_update())).first()
    if held is None or by.person_id is None:
        raise Missing
    if held.person_id != by.person_id and not await roles_in(uow, held.shop_id, by=by):
        raise Missing
    await uow.session.execute(sa.update(series).where(series.c.id == series_id).values(ended_at=uow.at))
    left = sa.and_(dates.c.series_id == series_id, dates.c.state == "planned")
    gone = await uow.session.execute(sa.update(dates).where(left).values(state="dropped").returning(dates.c.day))
    await audit(uow, by=by, act="scheduling.end_series", on=f"series:{series_id}")
    return len(gone.all())


# ── the job ──────────────────────────────────────────────────────────────────────────────────────


async def materialise(work: Work) -> int:
    """Book the dates whose time has come, each in a transaction of its own; how many were looked at."""
    due = await work.site.ask(_due, work.site.clock.now() + AHEAD)
    for series_id, day in due:
        await work.site.do(_materialise_one, series_id, day)
    return len(due)


async def _due(connection: AsyncConnection, until: datetime) -> list[tuple[UUID, date]]:
    wanted = (
        sa.select(dates.c.series_id, dates.c.day)
        .join_from(dates, series, series.c.id == dates.c.series_id)
        .where(dates.c.state == "planned", dates.c.starts_s <= int(until.timestamp()), series.c.ended_at.is_(None))
        .order_by(dates.c.starts_s)
        .limit(_AT_ONCE * 10)
    )
    return [(row.series_id, row.day) for row in await connection.execute(wanted)]


async def _materialise_one(uow: UnitOfWork, series_id: UUID, day: date) -> None:
    """The series is held, so that of two runners one books; the other finds the date booked."""
    held = (await uow.session.execute(sa.select(series).where(series.c.id == series_id).with_for_update())).first()
    mine = sa.and_(dates.c.series_id == series_id, dates.c.day == day)
    row = (await uow.session.execute(sa.select(dates).where(mine))).first()
    if held is None or held.ended_at is not None or row is None or row.state != "planned":
        return
    if row.starts_s is not None and row.starts_s <= uow.at.timestamp():
        await _note(uow, series_id, SeriesDate(day=day, starts_at=None, reason="too_soon"), "conflict")
        return
    by = Actor(person_id=held.made_by if held.by_staff else held.person_id)
    await _book(uow, series_id, held.like_id, day, row.starts_s, held.zone, by=by, by_staff=held.by_staff)


# ── reads ────────────────────────────────────────────────────────────────────────────────────────


async def series_of(connection: AsyncConnection, person_id: UUID) -> list[SeriesView]:
    """A person's series with their dates, newest first; two statements."""
    mine = sa.select(series).where(series.c.person_id == person_id).order_by(series.c.made_at.desc()).limit(50)
    heads = (await connection.execute(mine)).all()
    listed = sa.select(dates).where(dates.c.series_id.in_([h.id for h in heads])).order_by(dates.c.day)
    by_series: dict[UUID, list[Any]] = {}
    for row in (await connection.execute(listed)).all() if heads else ():
        by_series.setdefault(row.series_id, []).append(row)
    return [_view(head, by_series.get(head.id, ())) for head in heads]


def _view(head: Any, rows: Sequence[Any]) -> SeriesView:
    def those(state: str) -> list[SeriesDate]:
        return [
            SeriesDate(
                day=row.day,
                starts_at=None if row.starts_s is None else local(head.zone, row.starts_s),
                appointment_id=row.appointment_id,
                reason=row.reason,
            )
            for row in rows
            if row.state == state
        ]

    return SeriesView(
        id=head.id,
        like_id=head.like_id,
        zone=head.zone,
        ended=head.ended_at is not None,
        booked=those("booked"),
        conflicts=those("conflict"),
        planned=those("planned"),
    )


EVERY = timedelta(hours=6)
