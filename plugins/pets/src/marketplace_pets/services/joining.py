"""Two records that turn out to be of one animal: joined by a ledger, and separated again. No row is rewritten."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from marketplace_kit.kernel.database import violated
from marketplace_kit.kernel.errors import Invalid, Missing, Problem
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_pets import queries
from marketplace_pets.domain import AlreadyJoined, NotTheSame, PetCard, check_reason, lists
from marketplace_pets.services.access import access_pet
from marketplace_pets.services.timeline import note
from marketplace_pets.tables import merge_table

m = merge_table.c
JOINED = N_("Joined with another record of the same animal")
SEPARATED = N_("Separated from a record that it was joined with")


async def join(uow: UnitOfWork, kept_id: UUID, other_id: UUID, *, why: str, by: Actor) -> UUID:
    """Say that two records are of one animal; answers the line of the ledger. From then on the kept one shows what is
    in both, and the other is in no list any more.

    Refuses whoever does not keep both, :class:`NotTheSame` for animals of different kinds, :class:`AlreadyJoined` where
    one of them is joined already (the database says so, however quick two are), :class:`ReasonRequired`.
    """
    reason = check_reason(why)
    if kept_id == other_id:
        raise NotTheSame
    held = {}
    for pet_id in sorted((kept_id, other_id)):  # always in this order: two that join crosswise wait for each other
        held[pet_id] = await access_pet(uow, pet_id, by=by, wanted=lists.KEEPER)
    connection = await uow.session.connection()
    if held[kept_id].row.species != held[other_id].row.species:
        raise NotTheSame
    if await queries.root_of(connection, kept_id) != kept_id or await queries.joined_to(connection, other_id):
        raise AlreadyJoined
    ledger_id: UUID = new_id()
    row = {
        "id": ledger_id,
        "kept_id": kept_id,
        "gone_id": other_id,
        "why": reason,
        "at": uow.at,
        "by_person_id": by.person_id,
    }
    try:
        async with uow.session.begin_nested():
            await uow.session.execute(sa.insert(merge_table).values(row))
    except IntegrityError as taken:
        raise (AlreadyJoined if violated(taken) == "uq_pets_merge_gone" else taken) from taken
    await note(uow, kept_id, kind="joined", title=JOINED, by_person_id=by.person_id, key=f"pets.joined:{ledger_id}")
    return ledger_id


async def separate(uow: UnitOfWork, kept_id: UUID, other_id: UUID, *, by: Actor) -> None:
    """They were two after all: each shows its own again. Refuses :class:`Missing` where they are not joined."""
    await access_pet(uow, kept_id, by=by, wanted=lists.KEEPER)
    undone = (
        sa.update(merge_table)
        .where(m.kept_id == kept_id, m.gone_id == other_id, m.undone_at.is_(None))
        .values(undone_at=uow.at, undone_by_id=by.person_id)
    )
    ledger_id = (await uow.session.execute(undone.returning(m.id))).scalar_one_or_none()
    if ledger_id is None:
        raise Missing
    key = f"pets.separated:{ledger_id}"
    await note(uow, kept_id, kind="joined", title=SEPARATED, by_person_id=by.person_id, key=key)


def other_pet(text: str) -> UUID:
    """The record that a form names. Refuses :class:`Invalid`."""
    try:
        return UUID(text)
    except ValueError as wrong:
        raise Invalid(Problem("other", "not_a_choice", N_("Please choose the other record."))) from wrong


async def may_be_joined(site: Site, pet_id: UUID, *, by: Actor) -> list[PetCard]:
    """The other records of the same kind of animal that the asker keeps, by name."""
    if by.person_id is None:
        return []
    own = [card for card, right in await site.ask(queries.pets_of, by.person_id, by.shops) if right == lists.KEEPER]
    found = {card.pet_id: card for card in (*own, *await site.ask(queries.written_down, by.shops))}
    kept = (await site.ask(queries.cards, (pet_id,))).get(pet_id)
    return [card for card in found.values() if kept and card.pet_id != pet_id and card.species == kept.species]
