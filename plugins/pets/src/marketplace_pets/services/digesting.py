"""One message for each keeper with what came up in the care plans of its pets; nothing is told twice in four weeks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

from marketplace_kit.accounts.queries import contact_of
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.notifications.services import notify
from marketplace_kit.web.formats import day as shown_day
from marketplace_pets import queries
from marketplace_pets.domain import Due, PetCard
from marketplace_pets.services.access import today
from marketplace_pets.services.showing.care import care_data
from marketplace_pets.services.showing.wording import worded
from marketplace_pets.tables import told_table

NOTICE = "pets.digest"
AT_ONCE = 100
SOON = timedelta(days=14)
AGAIN = timedelta(days=28)
MOST = 10
t = told_table.c


async def send_digests(site: Site) -> int:
    """Tell every keeper who wants reminders what is due within two weeks or overdue; how many messages went out.

    A line that was told within four weeks (a reminder of its own counts) is left out; without a new one there is no
    message. Run twice, or by two at once, each line goes out once.
    """
    sent, after = 0, None
    while True:
        keepers = await site.ask(queries.keepers_to_remind, after, AT_ONCE)
        if not keepers:
            return sent
        after = keepers[-1]
        cards = await site.ask(queries.kept_by, keepers)
        plans = await _plans(site, [card for found in cards.values() for card in found])
        for person_id, found in cards.items():
            if any(plans[card.pet_id] for card in found):
                sent += await site.do(_send, person_id, found, plans)


async def _plans(site: Site, cards: Sequence[PetCard]) -> dict[UUID, list[Due]]:
    day = today(site)
    care = await site.ask(care_data, [card.pet_id for card in cards], day)
    return {card.pet_id: [d for d in care.plan_of(card, day) if d.due_on <= day + SOON] for card in cards}


async def _send(uow: UnitOfWork, person_id: UUID, cards: Sequence[PetCard], plans: Mapping[UUID, Sequence[Due]]) -> int:
    """The pets are looked at again: one may have died or moved in between."""
    connection = await uow.session.connection()
    contact = await contact_of(connection, person_id)
    if contact is None:
        return 0
    now = await queries.cards(connection, [card.pet_id for card in cards])
    told: list[tuple[PetCard, list[Due]]] = []
    for card in cards:
        known = now.get(card.pet_id)
        if known is None or not known.alive or known.keeper_id != person_id:
            continue
        new = [due for due in plans[card.pet_id] if await mark_told(uow, card.pet_id, due.key)]
        if new:
            told.append((known, new))
    if not told:
        return 0
    await notify(
        uow,
        to=person_id,
        notice=NOTICE,
        facts={"pets": ", ".join(card.name for card, _ in told), "lines": _said(uow.site, told, contact.locale)},
        link=f"/pets/{told[0][0].pet_id}" if len(told) == 1 else "/pets",
        key=f"{NOTICE}:{person_id}:{uow.at.isoformat()}",
    )
    return 1


def _said(site: Site, told: Sequence[tuple[PetCard, Sequence[Due]]], locale: str) -> str:
    """A sentence for each pet; so many lines as fit a short message."""
    left, sentences = MOST, []
    for card, dues in told:
        lines = [_line(site, due, locale) for due in dues[:left]]
        left -= len(lines)
        if lines:
            sentences.append(f"{card.name}: {'; '.join(lines)}.")
    return " ".join(sentences)


def _line(site: Site, due: Due, locale: str) -> str:
    day: date = due.due_on
    return f"{worded(site, locale, due.text, due.facts)}, {shown_day(day, locale)}"


async def mark_told(uow: UnitOfWork, pet_id: UUID, key: str) -> bool:
    """Whether this was not told within four weeks; from now on it is."""
    row = uow.site.database.insert(told_table).values(pet_id=pet_id, key=key, at=uow.at)
    fresh = row.on_conflict_do_update(
        index_elements=["pet_id", "key"], set_={"at": uow.at}, where=t.at <= uow.at - AGAIN
    )
    return (await uow.session.execute(fresh.returning(t.pet_id))).first() is not None


async def told_of(uow: UnitOfWork, pet_id: UUID, key: str) -> None:
    """Another message said it: the digest need not."""
    row = uow.site.database.insert(told_table).values(pet_id=pet_id, key=key, at=uow.at)
    await uow.session.execute(row.on_conflict_do_update(index_elements=["pet_id", "key"], set_={"at": uow.at}))
