"""The sheet of every day: what was eaten, given and seen; what is late; the card that the family is sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from marketplace_boarding import queries
from marketplace_boarding.domain import (
    IN_HOUSE,
    AlreadyLogged,
    DayTold,
    IncidentNoted,
    MedicineMissed,
    NotePlease,
    NothingToTell,
    NotStaying,
    NotTimes,
    clock,
    minutes_in,
)
from marketplace_boarding.schemas import (
    BoardingSettings,
    DaySheet,
    Due,
    EntryView,
    GuestView,
    NewEntry,
    SheetGuest,
    Stay,
)
from marketplace_boarding.schemas.forms import INCIDENT, MEAL, MEDICINE, REFUSED, SKIPPED
from marketplace_boarding.services.house import staffed
from marketplace_boarding.services.moving import instant, today_in
from marketplace_boarding.tables import (
    entry_table,
    guest_table,
    missed_table,
    report_table,
    stay_photo_table,
    stay_table,
)
from marketplace_kit.kernel.errors import Invalid, Missing, Problem
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_kit.web.galleries import Gallery

e, g, t, m = entry_table.c, guest_table.c, report_table.c, missed_table.c
TIME_NEEDED = N_("Please write for which hour it was due.")


def times_of(text: str) -> list[int]:
    """Times that were stored; what an older rule let through is no time."""
    try:
        return minutes_in(text)
    except NotTimes:
        return []


async def log(uow: UnitOfWork, stay_id: UUID, guest_id: UUID, form: NewEntry, *, by: Actor) -> UUID:
    """Write a line into today's sheet. A meal or a medicine of an hour is written once: the database refuses the second
    one, so that nobody is given a dose twice.

    Refuses :class:`Missing` to strangers, :class:`NotStaying`, :class:`AlreadyLogged`, :class:`NotePlease` for an
    incident or a medicine that was not given.
    """
    stay = await staffed(uow, stay_id, by=by, hold=True)
    if stay.state not in IN_HOUSE:
        raise NotStaying(state=stay.state)
    mine = sa.select(g.id).where(g.id == guest_id, g.stay_id == stay_id)
    if (await uow.session.execute(mine)).first() is None:
        raise Missing
    if form.kind == MEDICINE and not form.time:
        raise Invalid(Problem("time", "required", TIME_NEEDED))
    silent = not form.note.strip()
    if silent and (form.kind == INCIDENT or (form.kind == MEDICINE and form.outcome in (REFUSED, SKIPPED))):
        raise NotePlease
    entry_id = new_id()
    row: dict[str, Any] = {
        "id": entry_id,
        "stay_id": stay_id,
        "guest_id": guest_id,
        "day": today_in(stay.zone, uow.at),
        "kind": form.kind,
        "minute": minutes_in(form.time)[0] if form.time and form.kind in (MEAL, MEDICINE) else None,
        "outcome": form.outcome or ("done" if form.kind in (MEAL, MEDICINE) else ""),
        "said": form.note.strip(),
        "at": uow.at,
        "by_name": by.name[:120],
        "by_person_id": by.person_id,
    }
    due = ["guest_id", "day", "kind", "minute"]
    made = uow.site.database.insert(entry_table).values(row).on_conflict_do_nothing(index_elements=due)
    if (await uow.session.execute(made.returning(e.id))).first() is None:
        raise AlreadyLogged(**await _by_whom(uow, row, stay.zone))
    if form.kind == INCIDENT:
        whose = {"order_id": stay.order_id, "shop_id": stay.shop_id, "person_id": stay.person_id}
        uow.record(IncidentNoted(entry_id=entry_id, stay_id=stay_id, **whose))
    uow.touch(f"shop:{stay.shop_id}:orders")
    uow.touch(f"order:{stay.order_id}")
    return entry_id


async def _by_whom(uow: UnitOfWork, row: dict[str, Any], zone: str) -> dict[str, str]:
    same = [e[name] == row[name] for name in ("guest_id", "day", "kind", "minute")]
    known = (await uow.session.execute(sa.select(e.by_name, e.at).where(*same))).one()
    return {"by": known.by_name, "time": f"{known.at.astimezone(ZoneInfo(zone)):%H:%M}"}


async def day_sheet(site: Site, stay: Stay, day: date) -> DaySheet:
    """What a day asks for and what was done; two statements."""
    entries = await site.ask(queries.entries_of, [stay.id], day)
    reports = await site.ask(queries.report_days, stay.id)
    limit = timedelta(minutes=site.settings.of(BoardingSettings).missed_minutes)
    now = site.clock.now()
    guests = []
    for guest in stay.guests:
        own = [one for one in entries if one.guest_id == guest.id]
        due = due_on(stay, guest, day, own, now, limit)
        shown = {one.entry.id for one in due if one.entry}
        guests.append(SheetGuest(guest=guest, due=due, entries=[one for one in own if one.id not in shown]))
    report = next((one for one in reports if one.day == day), None)
    return DaySheet(stay_id=stay.id, day=day, guests=guests, report=report)


def due_on(
    stay: Stay, guest: GuestView, day: date, entries: Sequence[EntryView], now: datetime, limit: timedelta
) -> list[Due]:
    """The meals and medicines of a day, each with what stands of it in the sheet."""
    found = []
    for kind, what, times in ((MEAL, guest.food, guest.food_times), (MEDICINE, guest.medicine, guest.medicine_times)):
        for minute in times_of(times):
            at = instant(day, minute, stay.zone)
            if stay.checked_in_at is None or at < stay.checked_in_at or (stay.left_at and at > stay.left_at):
                continue
            entry = next((one for one in entries if one.kind == kind and one.time == clock(minute)), None)
            found.append((minute, Due(kind=kind, time=clock(minute), what=what, late=now > at + limit, entry=entry)))
    return [due for _, due in sorted(found, key=lambda one: (one[0], one[1].kind))]


async def send_card(uow: UnitOfWork, stay_id: UUID, day: date, text: str, *, by: Actor | None) -> bool:
    """Send the family the card of a day, once; whether it was sent now. ``by`` is ``None`` for the system. Refuses
    :class:`NothingToTell` for a day without a line and without words.
    """
    stay: Any
    if by is None:
        stay = (await uow.session.execute(sa.select(stay_table).where(stay_table.c.id == stay_id))).one()
    else:
        stay = await staffed(uow, stay_id, by=by)
    lines = sa.select(e.id).where(e.stay_id == stay_id, e.day == day).limit(1)
    if not text.strip() and (await uow.session.execute(lines)).first() is None:
        raise NothingToTell
    row = {
        "stay_id": stay_id,
        "day": day,
        "text": text.strip(),
        "told_at": uow.at,
        "by_person_id": by.person_id if by else None,
    }
    made = uow.site.database.insert(report_table).values(row).on_conflict_do_nothing(index_elements=["stay_id", "day"])
    if (await uow.session.execute(made.returning(t.day))).first() is None:
        return False
    whose = {"order_id": stay.order_id, "shop_id": stay.shop_id, "person_id": stay.person_id}
    uow.record(DayTold(stay_id=stay_id, day=day, **whose))
    uow.touch(f"order:{stay.order_id}")
    return True


# --- what the system looks after -----------------------------------------------------------------------------------


async def watch(uow: UnitOfWork) -> int:
    """Raise medicines that were missed, each once; how many."""
    limit = timedelta(minutes=uow.site.settings.of(BoardingSettings).missed_minutes)
    raised = 0
    for stay, day, entries in await _today(uow):
        raised += await _raise_missed(uow, stay, day, entries, limit)
    return raised


async def send_due_cards(uow: UnitOfWork) -> int:
    """In the evening, by the clock of each house: send the cards of the day that nobody sent; how many."""
    hour, sent = uow.site.settings.of(BoardingSettings).card_hour, 0
    for stay, day, entries in await _today(uow):
        if entries and uow.at.astimezone(ZoneInfo(stay.zone)).hour >= hour:
            sent += await send_card(uow, stay.id, day, "", by=None)
    return sent


async def _today(uow: UnitOfWork) -> list[tuple[Stay, date, list[EntryView]]]:
    """Every stay in some house with what stands in the sheet of its day; three statements."""
    connection = await uow.connection()
    stays = await queries.in_house(connection)
    entries = await queries.entries_of(connection, [stay.id for stay in stays])
    found = []
    for stay in stays:
        day, own = today_in(stay.zone, uow.at), {guest.id for guest in stay.guests}
        found.append((stay, day, [one for one in entries if one.day == day and one.guest_id in own]))
    return found


async def _raise_missed(uow: UnitOfWork, stay: Stay, day: date, entries: Sequence[EntryView], limit: timedelta) -> int:
    raised = 0
    for guest in stay.guests:
        for due in due_on(stay, guest, day, entries, uow.at, limit):
            if due.kind != MEDICINE or not due.late or due.entry is not None:
                continue
            minute = minutes_in(due.time)[0]
            row = {"guest_id": guest.id, "day": day, "minute": minute, "at": uow.at}
            made = uow.site.database.insert(missed_table).values(row)
            made = made.on_conflict_do_nothing(index_elements=["guest_id", "day", "minute"])
            if (await uow.session.execute(made.returning(m.minute))).first() is not None:
                missed = MedicineMissed(
                    stay_id=stay.id, guest_id=guest.id, shop_id=stay.shop_id, day=day, minute=minute
                )
                uow.record(missed)
                raised += 1
    return raised


async def _photographed(uow: UnitOfWork, stay_id: UUID, by: Actor) -> UUID:
    """The photos of all stays take the house's share of the storage."""
    stay = await staffed(uow, stay_id, by=by, hold=True)
    shop_id: UUID = stay.shop_id
    return shop_id


STAY_PHOTOS = Gallery(table=stay_photo_table, owner=stay_table, access=_photographed)
