"""Proving that a phone is one's own. A number belongs to whoever proved it; a claim takes nobody's place."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from marketplace_kit.accounts.domain import CHANGE_PHONE, VERIFY_PHONE, CodeNotValid, Person, RegisteredAgain
from marketplace_kit.accounts.services.codes import ask_code, may_ask_code, may_try_code, use_code
from marketplace_kit.accounts.services.people import person_of
from marketplace_kit.accounts.services.tokens import Used
from marketplace_kit.accounts.tables import person_table
from marketplace_kit.kernel.database import violated
from marketplace_kit.kernel.site import Site, UnitOfWork


async def ask_phone_code(site: Site, phone: str, *, address: str) -> None:
    """Send another code to a number that somebody registered with. The same for a number that nobody has."""
    await may_ask_code(site, phone, address=address)
    await site.do(_ask_again, phone)


async def _ask_again(uow: UnitOfWork, phone: str) -> None:
    claimed = sa.select(Person).where(
        person_table.c.phone == phone,
        person_table.c.phone_verified_at.is_(None),
        person_table.c.deactivated_at.is_(None),
    )
    newest = (await uow.session.execute(claimed.order_by(person_table.c.id.desc()).limit(1))).scalar_one_or_none()
    if newest is not None and await owner_of(uow, phone) is None:
        await ask_code(uow, newest.id, VERIFY_PHONE, phone)


async def verify_phone(site: Site, phone: str, code: str, *, address: str) -> None:
    """Prove a number with the code that was sent to it. Refuses :class:`CodeNotValid` for whatever reason."""
    await may_try_code(site, phone, address=address)
    try:
        proved = await site.do(_prove, phone, code)
    except IntegrityError as refused:
        if violated(refused) != "uq_person_phone":
            raise
        raise CodeNotValid from refused  # somebody else proved it in the same moment
    if not proved:
        raise CodeNotValid


async def _prove(uow: UnitOfWork, phone: str, code: str) -> bool:
    used = await use_code(uow, phone, VERIFY_PHONE, code) or await use_code(uow, phone, CHANGE_PHONE, code)
    return used is not None and await take_phone(uow, used)


async def take_phone(uow: UnitOfWork, used: Used) -> bool:
    """The number becomes the prover's; others who only claimed it lose it. False if somebody proved it before."""
    person = await person_of(uow, used.person_id)
    owner = await owner_of(uow, used.subject)
    if not person.active or (owner is not None and owner.id != person.id):
        return False
    await free_phone(uow, used.subject, but=person.id)
    event = person.own_phone(used.subject, uow.at)
    if event is not None:
        uow.record(event)
    await uow.session.flush()
    return True


async def free_phone(uow: UnitOfWork, phone: str, *, but: UUID) -> None:
    """Whoever claimed this number without proving it has it no more; with nothing else to be reached by, they end."""
    others = sa.select(Person).where(
        person_table.c.phone == phone, person_table.c.phone_verified_at.is_(None), person_table.c.id != but
    )
    for other in (await uow.session.execute(others)).scalars():
        if other.email is None:
            other.forget(uow.at)
        else:
            other.phone = None
    await uow.session.flush()


async def owner_of(uow: UnitOfWork, phone: str) -> Person | None:
    """Who proved this number."""
    proved = sa.select(Person).where(person_table.c.phone == phone, person_table.c.phone_verified_at.is_not(None))
    found: Person | None = (await uow.session.execute(proved)).scalar_one_or_none()
    return found


async def tell_phone_owner(uow: UnitOfWork, owner: Person) -> None:
    """Somebody else wants this number: its owner hears of it, the asker does not."""
    uow.record(RegisteredAgain(person_id=owner.id, by="phone"))
