"""Who keeps a pet: giving it away, and letting others take part."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from marketplace_kit.kernel.errors import Missing, SignInNeeded
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.ids import digest, human_code, new_id
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_kit.web.identity import sign
from marketplace_kit.web.limits import limit
from marketplace_pets import queries
from marketplace_pets.domain import PetDeceased, PetTransferred, lists
from marketplace_pets.domain.refusals import CodeNotValid
from marketplace_pets.schemas import Offered, PetsSettings
from marketplace_pets.services import sharing
from marketplace_pets.services.access import access_pet
from marketplace_pets.services.timeline import note
from marketplace_pets.tables import co_keeper_table, keepership_table, pet_table, transfer_table

_CODE_LENGTH = 10
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
t = transfer_table.c


def _stored(code: str) -> str:
    plain = code.upper().replace("-", "").replace(" ", "")
    return digest(plain.replace("O", "0").replace("I", "1").replace("L", "1"))


def code_of(site: Site, offer_id: UUID) -> str:
    """The code of an offer that is sent to a phone: derived, so that neither a row nor a job holds it."""
    left, code = int(sign(site, "pets.claim", str(offer_id)), 16), ""
    while len(code) < _CODE_LENGTH:
        left, place = divmod(left, len(_LETTERS))
        code += _LETTERS[place]
    return code


def shown_code(code: str) -> str:
    """As people read it: two groups of five."""
    return f"{code[:5]}-{code[5:]}"


async def offer(
    uow: UnitOfWork, pet_id: UUID, *, right: str = lists.KEEPER, by: Actor, phone: str = "", locale: str = ""
) -> Offered:
    """Offer somebody the pet (or, with another right, a part in it). The answer has the code, which is stored nowhere:
    tell it to nobody else. A new offer of the pet takes the place of the one before. With a ``phone`` the code is one
    that can be made again for a text message to it (:func:`code_of`). Refuses :class:`PetDeceased`, and whoever is not
    the keeper.
    """
    tied = await access_pet(uow, pet_id, by=by, wanted=lists.KEEPER)
    if tied.row.state == lists.DECEASED:
        raise PetDeceased
    if right == lists.KEEPER:
        await _withdraw(uow, t.pet_id == pet_id, t.right == lists.KEEPER)
    offer_id = new_id()
    code = code_of(uow.site, offer_id) if phone else human_code(_CODE_LENGTH)
    ends = uow.at + timedelta(days=uow.site.settings.of(PetsSettings).transfer_days)
    row = {
        "id": offer_id,
        "pet_id": pet_id,
        "right": right,
        "digest": _stored(code),
        "offered_by_id": by.person_id,
        "offered_at": uow.at,
        "ends_at": ends,
        "phone": phone,
        "locale": locale,
    }
    await uow.session.execute(sa.insert(transfer_table).values(row))
    return Offered(id=offer_id, code=shown_code(code), right=right, ends_at=ends)


async def withdraw(uow: UnitOfWork, pet_id: UUID, offer_id: UUID, *, by: Actor) -> None:
    """Take an offer back; one that was taken up or has ended stays as it is."""
    await access_pet(uow, pet_id, by=by, wanted=lists.KEEPER)
    await _withdraw(uow, t.id == offer_id, t.pet_id == pet_id)


async def _withdraw(uow: UnitOfWork, *which: sa.ColumnElement[bool]) -> None:
    still = sa.update(transfer_table).where(*which, t.accepted_at.is_(None), t.withdrawn_at.is_(None))
    await uow.session.execute(still.values(withdrawn_at=uow.at, phone=""))


async def accept(uow: UnitOfWork, code: str, *, by: Actor) -> UUID:
    """Take up an offer by its code; answers the pet. Of two that are quick one gets it. Refuses :class:`SignInNeeded`,
    :class:`CodeNotValid` (unknown, used, withdrawn, over, or one's own offer).
    """
    if by.person_id is None:
        raise SignInNeeded
    taken = (
        sa.update(transfer_table)
        .where(
            t.digest == _stored(code),
            t.accepted_at.is_(None),
            t.withdrawn_at.is_(None),
            t.ends_at > uow.at,
            t.offered_by_id != by.person_id,
        )
        .values(accepted_at=uow.at, accepted_by_id=by.person_id, phone="")
    )
    row = (await uow.session.execute(taken.returning(t.pet_id, t.right))).first()
    if row is None:
        raise CodeNotValid
    if row.right == lists.KEEPER:
        shop_id = await _written_down_by(uow, row.pet_id)
        await hand_over(uow, row.pet_id, to=by.person_id, how=lists.CLAIM if shop_id else "transfer")
        if shop_id is not None:
            await sharing.grant_after_claim(uow, row.pet_id, shop_id, by=by)
    else:
        await _let_in(uow, row.pet_id, by.person_id, row.right)
    pet_id: UUID = row.pet_id
    return pet_id


async def _written_down_by(uow: UnitOfWork, pet_id: UUID) -> UUID | None:
    """The shop that wrote the pet down for a family which was not here yet."""
    keeper = await queries.keeper_of(await uow.session.connection(), pet_id)
    return keeper.shop_id if keeper is not None and keeper.how == lists.WALK_IN else None


async def take_up(site: Site, code: str, *, by: Actor) -> UUID:
    """The same, with tries counted: twenty an hour. Refuses :class:`TooMany`."""
    await limit(site, "pets.accept", str(by.person_id), most=20, per=timedelta(hours=1))
    return await site.do(accept, code, by=by)


async def hand_over(uow: UnitOfWork, pet_id: UUID, *, to: UUID, how: str = "transfer") -> None:
    """Move the keepership: the record goes along, what was the old family's alone (contacts, insurance, co-keepers,
    grants) does not. For other plugins' handovers too: whether it may be is theirs to have checked. Refuses
    :class:`Missing`, :class:`PetDeceased`, and a person who keeps it already as :class:`CodeNotValid`.
    """
    connection = await uow.session.connection()
    tied = await queries.tie(connection, pet_id, None, (), lock=True)
    keeper = await queries.keeper_of(connection, pet_id)
    if tied is None or keeper is None:
        raise Missing
    if tied.row.state == lists.DECEASED:
        raise PetDeceased
    if keeper.person_id == to:
        raise CodeNotValid
    p, c = pet_table.c, co_keeper_table.c
    if not await _move(uow, pet_id, to, how):
        raise CodeNotValid
    for joined in await queries.joined_to(connection, pet_id):
        await _move(uow, joined, to, how)
        await sharing.end_all(uow, joined, "keeper_changed")
    private = dict.fromkeys(("emergency_name", "emergency_phone", "may_collect", "home_vet", "insurance"), "")
    await uow.session.execute(
        sa.update(pet_table).where(p.id == pet_id).values(version=p.version + 1, reminders=True, **private)
    )
    await uow.session.execute(sa.delete(co_keeper_table).where(c.pet_id == pet_id))
    await _withdraw(uow, t.pet_id == pet_id)
    await sharing.end_all(uow, pet_id, "keeper_changed")
    await note(uow, pet_id, kind="transfer", title=N_("Moved to a new family"), shop_id=keeper.shop_id)
    moved = PetTransferred(pet_id=pet_id, from_person=keeper.person_id, from_shop=keeper.shop_id, to_person=to)
    uow.record(moved)


async def _move(uow: UnitOfWork, pet_id: UUID, to: UUID, how: str) -> bool:
    """Close the open keepership and open the next; whether there was one to close."""
    k = keepership_table.c
    closed = sa.update(keepership_table).where(k.pet_id == pet_id, k.until.is_(None)).values(until=uow.at)
    if (await uow.session.execute(closed.returning(k.id))).first() is None:
        return False
    opened = {"id": new_id(), "pet_id": pet_id, "person_id": to, "since": uow.at, "how": how}
    await uow.session.execute(sa.insert(keepership_table).values(opened))
    return True


async def _let_in(uow: UnitOfWork, pet_id: UUID, person_id: UUID, right: str) -> None:
    tied = await queries.tie(await uow.session.connection(), pet_id, person_id, (), lock=True)
    if tied is None or tied.right == lists.KEEPER:
        raise CodeNotValid
    values = {"pet_id": pet_id, "person_id": person_id, "right": right, "since": uow.at}
    row = uow.site.database.insert(co_keeper_table).values(values)
    changed = row.on_conflict_do_update(index_elements=["pet_id", "person_id"], set_={"right": right})
    await uow.session.execute(changed)


async def let_go(uow: UnitOfWork, pet_id: UUID, person_id: UUID, *, by: Actor) -> None:
    """End somebody's part in a pet: the keeper does, or they themselves. Refuses :class:`Missing`."""
    own = person_id == by.person_id
    await access_pet(uow, pet_id, by=by, wanted="view" if own else lists.KEEPER)
    c = co_keeper_table.c
    gone = sa.delete(co_keeper_table).where(c.pet_id == pet_id, c.person_id == person_id).returning(c.person_id)
    if (await uow.session.execute(gone)).first() is None:
        raise Missing
