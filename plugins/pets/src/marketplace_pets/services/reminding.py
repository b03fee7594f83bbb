"""Reminders of doses: each key (pet, protocol, due day, offset) goes out once, however often the job runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from uuid import UUID

import sqlalchemy as sa

from marketplace_kit.accounts.queries import contact_of
from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.notifications.services import notify
from marketplace_kit.web.formats import day as shown_day
from marketplace_pets import queries
from marketplace_pets.domain import DoseGiven, PetCard, Protocols
from marketplace_pets.domain.care import REASONS, due_days
from marketplace_pets.domain.standing import OFFSETS
from marketplace_pets.services.access import access_pet, today
from marketplace_pets.services.digesting import told_of
from marketplace_pets.tables import mute_table, reminder_table

AT_ONCE = 100
Key = tuple[UUID, str, date, int]


def keys_of(card: PetCard, doses: Sequence[DoseGiven], protocols: Protocols, day: date) -> list[Key]:
    """Every reminder that is known for a pet today."""
    found = due_days(card, doses, protocols, day)
    return [(card.pet_id, name, due_on, offset) for name, due_on in found for offset in OFFSETS]


def day_of(key: Key) -> date:
    """The day on which a reminder goes out."""
    return key[2] + timedelta(days=key[3])


async def skip_past(uow: UnitOfWork, pet_id: UUID) -> None:
    """After the record changed: what should have gone out before today never will."""
    connection = await uow.session.connection()
    card = (await queries.cards(connection, (pet_id,))).get(pet_id)
    if card is None:
        return
    doses = (await queries.doses_of(connection, (pet_id,))).get(pet_id, [])
    day = today(uow.site, uow.at)
    known = keys_of(card, doses, await queries.protocols(connection), day)
    for key in known:
        if day_of(key) < day:
            await _store(uow, key, "skipped")


async def _store(uow: UnitOfWork, key: Key, state: str) -> bool:
    """Whether the key was new."""
    values = dict(zip(("pet_id", "protocol", "due_on", "days"), key, strict=True))
    row = uow.site.database.insert(reminder_table).values(**values, state=state, at=uow.at).on_conflict_do_nothing()
    return (await uow.session.execute(row.returning(reminder_table.c.pet_id))).first() is not None


async def mute(uow: UnitOfWork, pet_id: UUID, reason: str, *, by: Actor) -> None:
    """Hear no more of one reason: a timetable (``rabies``), or ``weight_check``, ``grooming_due``,
    ``medication_runs_out``. Doing it again changes nothing. Refuses :class:`Missing` for a reason that nobody gives.
    """
    await access_pet(uow, pet_id, by=by)
    if reason not in await queries.protocols(await uow.session.connection()) and reason not in dict(REASONS):
        raise Missing
    values = {"pet_id": pet_id, "reason": reason, "at": uow.at, "by_person_id": by.person_id}
    row = uow.site.database.insert(mute_table).values(values).on_conflict_do_nothing()
    await uow.session.execute(row)


async def unmute(uow: UnitOfWork, pet_id: UUID, reason: str, *, by: Actor) -> None:
    """Hear of it again; what was past in the meantime is not made up for."""
    await access_pet(uow, pet_id, by=by)
    t = mute_table.c
    await uow.session.execute(sa.delete(mute_table).where(t.pet_id == pet_id, t.reason == reason))
    await skip_past(uow, pet_id)


async def remind(site: Site) -> int:
    """Send what is due today, or was due while nobody looked; how many went out. A pet's reminders are one unit."""
    sent, after = 0, None
    while True:
        cards = await site.ask(queries.to_remind, after, AT_ONCE)
        if not cards:
            return sent
        after = cards[-1].pet_id
        for card, keys in await _due(site, cards):
            sent += await site.do(_send, card.pet_id, keys)


async def _due(site: Site, cards: Sequence[PetCard]) -> Iterable[tuple[PetCard, list[Key]]]:
    ids = [card.pet_id for card in cards]
    doses = await site.ask(queries.doses_of, ids)
    known = await site.ask(queries.protocols)
    there = await site.ask(queries.reminded, ids)
    muted = await site.ask(queries.muted_of, ids)
    day = today(site)
    found = []
    for card in cards:
        keys = keys_of(card, doses.get(card.pet_id, []), known, day)
        unheard = muted.get(card.pet_id, ())
        if due := [k for k in keys if day_of(k) <= day and k not in there and k[1] not in unheard]:
            found.append((card, due))
    return found


async def _send(uow: UnitOfWork, pet_id: UUID, keys: Sequence[Key]) -> int:
    """The pet is looked at again: a dose or a death may have come in between."""
    connection = await uow.session.connection()
    card = (await queries.cards(connection, (pet_id,))).get(pet_id)
    if card is None or card.keeper_id is None:
        return 0
    doses = (await queries.doses_of(connection, (pet_id,))).get(pet_id, [])
    known = await queries.protocols(connection)
    muted = (await queries.muted_of(connection, (pet_id,))).get(pet_id, ())
    valid = {k for k in keys_of(card, doses, known, today(uow.site, uow.at)) if k[1] not in muted}
    sent = 0
    for key in keys:
        if key in valid and await _store(uow, key, "sent"):
            await _tell(uow, card, known, key)
            await told_of(uow, pet_id, key[1])
            sent += 1
    return sent


async def _tell(uow: UnitOfWork, card: PetCard, protocols: Protocols, key: Key) -> None:
    _, name, due_on, offset = key
    assert card.keeper_id is not None  # noqa: S101 - asked before
    contact = await contact_of(await uow.session.connection(), card.keeper_id)
    locale = contact.locale if contact else "en"
    await notify(
        uow,
        to=card.keeper_id,
        notice="pets.dose_overdue" if offset > 0 else "pets.dose_due",
        facts={
            "pet": card.name,
            "what": uow.site.texts.gettext(locale, protocols[name].label),
            "day": shown_day(due_on, locale),
        },
        link=f"/pets/{card.pet_id}",
        key=f"pets.reminder:{card.pet_id}:{name}:{due_on}:{offset}",
    )
