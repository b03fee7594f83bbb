"""Signing in without a password: a code goes to an address that was proved before, and whoever types it in owns it.

Only proved addresses get one. An address that was merely claimed belongs to nobody yet: whoever registered it may be
a stranger who knows the password.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from marketplace_kit.accounts.domain import SIGN_IN_BY_MAIL, SIGN_IN_BY_PHONE, CodeNotValid, Person, lookup_of
from marketplace_kit.accounts.services.codes import ask_code, may_ask_code, may_try_code, use_code
from marketplace_kit.accounts.services.phones import owner_of
from marketplace_kit.accounts.services.sign_ins import OpenSession, open_session, sign_out
from marketplace_kit.accounts.tables import person_table
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.web.limits import limit

_TRIES_OF_ALL, _PER = 1000, timedelta(minutes=5)


async def ask_sign_in_code(site: Site, *, email: str | None = None, phone: str | None = None, address: str) -> None:
    """Send a code to sign in with. The same for an address that nobody has. Refuses :class:`TooMany`."""
    contact, purpose = _means(email, phone)
    await may_ask_code(site, contact, address=address, by_mail=purpose == SIGN_IN_BY_MAIL)
    await site.do(_ask, contact, purpose)


async def _ask(uow: UnitOfWork, contact: str, purpose: str) -> None:
    person = await _owner(uow, contact, purpose)
    if person is not None:
        await ask_code(uow, person.id, purpose, contact)


async def sign_in_by_code(
    site: Site,
    *,
    email: str | None = None,
    phone: str | None = None,
    code: str,
    agent: str,
    address: str,
    instead_of: UUID | None = None,
) -> OpenSession:
    """Begin a sign-in with the code that was sent; ``instead_of`` is the one this browser had before, which ends.
    Refuses :class:`CodeNotValid` for whatever reason, and too many tries.
    """
    contact, purpose = _means(email, phone)
    await limit(site, "accounts.sign_in", "", most=_TRIES_OF_ALL, per=_PER)
    await may_try_code(site, contact, address=address)
    opened = await site.do(_begin, contact, purpose, code, agent=agent, address=address, instead_of=instead_of)
    if opened is None:
        raise CodeNotValid
    return opened


async def _begin(
    uow: UnitOfWork, contact: str, purpose: str, code: str, *, agent: str, address: str, instead_of: UUID | None
) -> OpenSession | None:
    """None instead of a refusal: the try must stay counted, so the unit must commit."""
    used = await use_code(uow, contact, purpose, code)
    person = await _owner(uow, contact, purpose) if used is not None else None
    if used is None or person is None or person.id != used.person_id:
        return None
    if instead_of:
        await sign_out(uow, instead_of)
    return await open_session(uow, person.id, agent=agent, address=address)


async def _owner(uow: UnitOfWork, contact: str, purpose: str) -> Person | None:
    """Who proved this address and has an open account."""
    if purpose == SIGN_IN_BY_PHONE:
        person = await owner_of(uow, contact)
    else:
        proved = sa.and_(person_table.c.email_lookup == contact, person_table.c.email_verified_at.is_not(None))
        person = (await uow.session.execute(sa.select(Person).where(proved))).scalar_one_or_none()
    return person if person is not None and person.active else None


def _means(email: str | None, phone: str | None) -> tuple[str, str]:
    return (lookup_of(email), SIGN_IN_BY_MAIL) if email else (phone or "", SIGN_IN_BY_PHONE)
