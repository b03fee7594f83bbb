"""Reminders: rows written in the transaction that books, moves or changes; each leaves once, if it is still true."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import msgspec
import sqlalchemy as sa

from marketplace_kit.kernel import prepared
from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.jobs import Work
from marketplace_kit.kernel.outgoing import Outgoing
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.notifications.schemas import NotificationSettings
from marketplace_kit.scheduling.domain import NobodyToRemind, RemindedAlready
from marketplace_kit.scheduling.domain.reminders import SENT, SKIPPED, VOID, WAITING, Quiet, planned
from marketplace_kit.scheduling.queries.following import WILL_COME, Followed, followed
from marketplace_kit.scheduling.services.desk import is_agreed
from marketplace_kit.scheduling.services.notices import REMINDER
from marketplace_kit.scheduling.services.telling import tell_customer
from marketplace_kit.scheduling.tables import appointment_reminder_table as reminder
from marketplace_kit.scheduling.tables import appointment_table as appointment
from marketplace_kit.scheduling.tables.following import answer_table as answer
from marketplace_kit.shops.domain import ADMIN, OWNER, STAFF
from marketplace_kit.shops.services import access_shop

REMIND = "scheduling.remind"
AGAIN_AFTER = timedelta(hours=1)


class Remind(msgspec.Struct, frozen=True, kw_only=True):
    """The job's payload: which row, and nothing about anybody."""

    appointment_id: UUID
    version: int
    offset: int


async def plan_reminders(
    uow: UnitOfWork,
    appointment_id: UUID,
    *,
    version: int,
    starts_s: int,
    zone: str,
    live: bool = True,
    shifted_s: int = 0,
) -> None:
    """Write the reminders of an appointment as it is from this transaction on; those of earlier versions are void.

    Call it wherever an appointment is made or gets another version, with ``live=False`` once it is over or off. What
    should have left already is skipped; one that was sent for this very start is not sent again. ``shifted_s``: the
    clock was changed by so much, and the start is the same on the wall.
    """
    mine = reminder.c.appointment_id == appointment_id
    known: dict[int, list[tuple[datetime, str]]] = {}
    if version > 1:
        rows = await uow.session.execute(
            sa.select(reminder.c.offset_minutes, reminder.c.due_at, reminder.c.state).where(mine)
        )
        for row in rows:
            due = row.due_at + timedelta(seconds=shifted_s)
            known.setdefault(row.offset_minutes, []).append((due, row.state))
        outdated = sa.and_(mine, reminder.c.version != version, reminder.c.state == WAITING)
        await uow.session.execute(sa.update(reminder).where(outdated).values(state=VOID))
    if not live:
        return
    fresh = _reminders(uow, uow, appointment_id, version=version, starts_s=starts_s, zone=zone, known=known)
    await prepared.insert(await uow.session.connection(), fresh)


def first_reminders(
    uow: UnitOfWork, outgoing: Outgoing, appointment_id: UUID, *, starts_s: int, zone: str
) -> prepared.New:
    """The reminders of an appointment that is being made: rows that its caller stores with it, and with what goes
    out.
    """
    return _reminders(uow, outgoing, appointment_id, version=1, starts_s=starts_s, zone=zone, known={})


def _reminders(
    uow: UnitOfWork,
    asking: UnitOfWork | Outgoing,
    appointment_id: UUID,
    *,
    version: int,
    starts_s: int,
    zone: str,
    known: dict[int, list[tuple[datetime, str]]],
) -> prepared.New:
    start = datetime.fromtimestamp(starts_s, UTC)
    found = planned(start, uow.at, quiet=_quiet(uow.site, zone), known=known)
    for one in found:
        if one.state == WAITING:
            share = Remind(appointment_id=appointment_id, version=version, offset=one.offset)
            key = f"{REMIND}:{appointment_id}:{version}:{one.offset}"
            asking.enqueue(REMIND, share, key=key, run_at=one.due)
    rows = [
        {
            "appointment_id": appointment_id,
            "version": version,
            "offset_minutes": one.offset,
            "due_at": one.due,
            "state": one.state,
        }
        for one in found
    ]
    return prepared.New(reminder, rows, unless=("appointment_id", "version", "offset_minutes"))


def _quiet(site: Site, zone: str) -> Quiet:
    """The site's quiet hours, by the clock of the place."""
    settings = site.settings.of(NotificationSettings)
    return Quiet(
        begins=time.fromisoformat(settings.quiet_from), ends=time.fromisoformat(settings.quiet_until), zone=zone
    )


async def remind(work: Work, share: Remind) -> None:
    """Tell the customer, once: the row is taken by a conditional update in the transaction that writes the message."""
    async with work.finish() as uow:
        one = await followed(await uow.session.connection(), share.appointment_id)
        true = one is not None and _still_true(uow, one, share) and not await _overtaken(uow, share)
        state = SENT if true else SKIPPED
        row = sa.and_(
            reminder.c.appointment_id == share.appointment_id,
            reminder.c.version == share.version,
            reminder.c.offset_minutes == share.offset,
            reminder.c.state == WAITING,
        )
        taken = sa.update(reminder).where(row).values(state=state).returning(reminder.c.due_at)
        if (await uow.session.execute(taken)).first() is None or state != SENT or one is None:
            return
        await tell_customer(uow, one, REMINDER, offset=share.offset)


def _still_true(uow: UnitOfWork, one: Followed, share: Remind) -> bool:
    """It takes place, as it was when this was planned, and has not begun."""
    return one.version == share.version and is_agreed(uow.site, one) and one.starts_s > uow.at.timestamp()


async def remind_now(uow: UnitOfWork, appointment_id: UUID, *, by: Actor) -> None:
    """By hand, by whoever works there: at once, beside those that leave by themselves, not twice in an hour. Refuses
    :class:`Missing` to strangers, :class:`RemindedAlready`, and :class:`NobodyToRemind` where it would reach nobody.
    """
    one = await followed(await uow.session.connection(), appointment_id)
    if one is None:
        raise Missing
    await access_shop(uow, one.shop_id, by=by, roles=(OWNER, STAFF, ADMIN))
    # Two who press it at once are told apart here: the second sees what the first has written.
    await uow.session.execute(sa.select(appointment.c.id).where(appointment.c.id == one.id).with_for_update())
    mine = sa.and_(reminder.c.appointment_id == one.id, reminder.c.offset_minutes < 0)
    last = (await uow.session.execute(sa.select(sa.func.max(reminder.c.due_at)).where(mine))).scalar()
    if last is not None and uow.at - last < AGAIN_AFTER:
        raise RemindedAlready(again_at=(last + AGAIN_AFTER).isoformat())
    if not is_agreed(uow.site, one) or one.starts_s <= uow.at.timestamp():
        raise NobodyToRemind
    number = -int(uow.at.timestamp()) // 60
    if not await tell_customer(uow, one, REMINDER, offset=number):
        raise NobodyToRemind
    row = {"appointment_id": one.id, "version": one.version, "offset_minutes": number, "due_at": uow.at, "state": SENT}
    await uow.session.execute(sa.insert(reminder).values(row))


async def _overtaken(uow: UnitOfWork, share: Remind) -> bool:
    """The next one is due as well (nobody worked for hours): that one is enough."""
    next_ = sa.select(reminder.c.offset_minutes).where(
        reminder.c.appointment_id == share.appointment_id,
        reminder.c.version == share.version,
        reminder.c.offset_minutes < share.offset,
        reminder.c.offset_minutes >= 0,  # one by hand takes nothing from those that were planned
        reminder.c.state.in_((WAITING, SENT)),
        reminder.c.due_at <= uow.at,
    )
    return (await uow.session.execute(next_.limit(1))).first() is not None


async def say_will_come(uow: UnitOfWork, appointment_id: UUID, *, by: Actor | None = None) -> None:
    """Note that the customer said they will come; saying it twice changes nothing. The caller has checked who it is.

    Refuses :class:`Missing` for one that does not take place any more.
    """
    one = await followed(await uow.session.connection(), appointment_id)
    if one is None or not is_agreed(uow.site, one) or one.starts_s <= uow.at.timestamp():
        raise Missing
    values = {"answer": WILL_COME, "starts_s": one.starts_s, "at": uow.at}
    statement = uow.site.database.insert(answer).values(appointment_id=appointment_id, **values)
    await uow.session.execute(statement.on_conflict_do_update(index_elements=["appointment_id"], set_=values))
    uow.touch(f"shop:{one.shop_id}:calendar")
