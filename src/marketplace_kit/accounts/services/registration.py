"""Registering and proving an address - without ever telling who else is registered."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from marketplace_kit.accounts.domain import VERIFY_EMAIL, Person, Registered, RegisteredAgain, check_password, lookup_of
from marketplace_kit.accounts.schemas import NewPerson
from marketplace_kit.accounts.services.passwords import Passwords
from marketplace_kit.accounts.services.people import CONTACTS, new_person, person_of, record_consent, store_new
from marketplace_kit.accounts.services.tokens import end_tokens, use_token
from marketplace_kit.accounts.tables import person_table
from marketplace_kit.kernel.database import violated
from marketplace_kit.kernel.errors import Invalid, Problem
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_kit.web.limits import limit

# Each registration may send a mail to somebody who did not ask for it: few per address, some per network address.
_MAILS, _MAILS_PER = 3, timedelta(hours=6)
_TRIES, _TRIES_PER = 30, timedelta(hours=1)


async def register(site: Site, given: NewPerson, *, address: str) -> None:
    """Take a registration. Whether the address is known changes nothing that the asker can see, only which mail leaves.

    Refuses a form without any address or without the terms accepted, a common password, and too many tries.
    """
    _check(given)
    contact = lookup_of(given.email) if given.email else given.phone or ""
    await limit(site, "accounts.register.address", address, most=_TRIES, per=_TRIES_PER)
    await limit(site, "accounts.register.contact", contact, most=_MAILS, per=_MAILS_PER)
    hashed = await site.facility(Passwords).hash(given.password)
    for last_try in (False, True):
        try:
            await site.do(_enrol, given, hashed)
            return
        except IntegrityError as refused:
            # Somebody registered the same address in the same moment: the second look finds them.
            if last_try or violated(refused) not in CONTACTS:
                raise


def _check(given: NewPerson) -> None:
    problems = []
    if not given.email and not given.phone:
        problems.append(Problem("email", "contact_needed", N_("Please give an e-mail address or a phone number.")))
    if not given.accept_terms:
        problems.append(Problem("accept_terms", "must_accept", N_("Without your agreement we cannot open an account.")))
    try:
        check_password(given.password, given.email, given.phone, given.name)
    except Invalid as common:
        problems += common.problems
    if problems:
        raise Invalid(*problems)


async def _enrol(uow: UnitOfWork, given: NewPerson, hashed: str) -> None:
    person = new_person(given, hashed, uow)
    by_email = await _known(uow, person_table.c.email_lookup == person.email_lookup) if person.email else None
    by_phone = await _known(uow, person_table.c.phone == person.phone) if person.phone else None
    known = by_email if person.email else by_phone
    if known is None:
        if by_phone is not None:
            # The number is somebody else's until this person proves it; saying so would tell who is registered.
            person.phone = None
        await store_new(uow, person)
        uow.record(Registered(person_id=person.id))
    elif known.active and not known.confirmed:
        await end_tokens(uow, known.id, VERIFY_EMAIL)
        await record_consent(uow, known.id)
        uow.record(known.register_anew(name=given.name, password_hash=hashed, locale=person.locale))
    elif known.active:
        uow.record(RegisteredAgain(person_id=known.id))


async def _known(uow: UnitOfWork, which: sa.ColumnElement[bool]) -> Person | None:
    found: Person | None = (await uow.session.execute(sa.select(Person).where(which))).scalar_one_or_none()
    return found


async def verify_email(uow: UnitOfWork, token: str) -> None:
    """Prove an address with the token that was sent to it. Refuses :class:`LinkNotValid`."""
    used = await use_token(uow, token, VERIFY_EMAIL)
    person = await person_of(uow, used.person_id)
    event = person.verify_email(used.subject, uow.at)
    if event is not None:
        uow.record(event)
