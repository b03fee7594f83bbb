"""Registering and proving an address - without ever telling who else is registered."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from marketplace_kit.accounts.domain import (
    CHANGE_EMAIL,
    VERIFY_EMAIL,
    VERIFY_PHONE,
    LinkNotValid,
    Person,
    Registered,
    RegisteredAgain,
    check_password,
    lookup_of,
)
from marketplace_kit.accounts.queries import stored_password
from marketplace_kit.accounts.schemas import NewPerson
from marketplace_kit.accounts.services.codes import ask_code, may_ask_code
from marketplace_kit.accounts.services.consents import record_consent
from marketplace_kit.accounts.services.passwords import Passwords
from marketplace_kit.accounts.services.people import CONTACTS, new_person, person_of, store_new
from marketplace_kit.accounts.services.phones import owner_of, tell_phone_owner
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


async def register(site: Site, given: NewPerson, *, address: str, way: str = "api") -> None:
    """Take a registration. Whether the address is known changes nothing that the asker can see, only which message
    leaves: a mail with a link, or a code to the phone of somebody without an e-mail address.

    Refuses a form without any address or without the terms accepted, a common password, and too many tries.
    """
    _check(given)
    await limit(site, "accounts.register.address", address, most=_TRIES, per=_TRIES_PER)
    if given.email:
        await may_mail(site, lookup_of(given.email))
    else:
        await may_ask_code(site, given.phone or "", address=address)
    hashed = await site.facility(Passwords).hash(given.password)
    for last_try in (False, True):
        try:
            await site.do(_enrol, given, hashed, way)
            return
        except IntegrityError as refused:
            # Somebody registered the same address in the same moment: the second look finds them.
            if last_try or violated(refused) not in CONTACTS:
                raise


async def may_mail(site: Site, lookup: str) -> None:
    """Count one mail that proves an address, whether or not anybody has it. Refuses :class:`TooMany`."""
    await limit(site, "accounts.register.contact", lookup, most=_MAILS, per=_MAILS_PER)


async def resend_verification(site: Site, email: str, *, address: str) -> None:
    """Send the link that proves an address once more. The same for an address that is unknown, or proved already."""
    await limit(site, "accounts.register.address", address, most=_TRIES, per=_TRIES_PER)
    await may_mail(site, lookup_of(email))
    await site.do(_send_again, lookup_of(email))


async def _send_again(uow: UnitOfWork, lookup: str) -> None:
    known = await _known(uow, person_table.c.email_lookup == lookup)
    if known is not None and known.active and known.email_verified_at is None:
        await end_tokens(uow, known.id, VERIFY_EMAIL)
        uow.record(Registered(person_id=known.id))


async def correct_email(site: Site, *, email: str, password: str, new_email: str, address: str) -> None:
    """Somebody who has just registered typed the address wrong: put another one in its place and send the link there.

    Says nothing of whether that was done: not for an unknown or proved address, a wrong password or a taken new one.
    """
    await limit(site, "accounts.register.address", address, most=_TRIES, per=_TRIES_PER)
    await may_mail(site, lookup_of(new_email))
    await limit(site, "accounts.sign_in.person", lookup_of(email), most=10, per=timedelta(minutes=5))
    stored = await site.ask(stored_password, lookup_of(email), None)
    checked = await site.facility(Passwords).check(password, stored.password_hash if stored else None)
    if stored is None or not checked.fits:
        return
    try:
        await site.do(_correct, stored.person_id, lookup_of(email), new_email)
    except IntegrityError as refused:
        if violated(refused) not in CONTACTS:
            raise


async def _correct(uow: UnitOfWork, person_id: UUID, lookup: str, new_email: str) -> None:
    person = await person_of(uow, person_id)
    if not person.active or person.email_lookup != lookup or person.email_verified_at is not None:
        return
    owner = await _known(uow, person_table.c.email_lookup == lookup_of(new_email))
    if owner is not None:
        if owner.id != person.id and owner.email_verified_at is not None:
            uow.record(RegisteredAgain(person_id=owner.id))
        return
    await end_tokens(uow, person_id, VERIFY_EMAIL)
    person.email, person.email_lookup = new_email, lookup_of(new_email)
    uow.record(Registered(person_id=person_id))


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


async def _enrol(uow: UnitOfWork, given: NewPerson, hashed: str, way: str = "api") -> None:
    person = new_person(given, hashed, uow)
    owner = await owner_of(uow, person.phone) if person.phone else None
    if person.email:
        known = await _known(uow, person_table.c.email_lookup == person.email_lookup)
        if owner is not None:
            # The number is somebody else's; saying so would tell who is registered.
            person.phone = None
    else:
        known = owner or await _claimant(uow, person.phone)
    if known is None:
        await store_new(uow, person, way=way)
        uow.record(Registered(person_id=person.id))
    elif known.active and not known.confirmed:
        await end_tokens(uow, known.id, VERIFY_EMAIL)
        await record_consent(uow, known.id, locale=person.locale, way=way)
        uow.record(known.register_anew(name=given.name, password_hash=hashed, locale=person.locale))
    elif known.active and not person.email:
        await tell_phone_owner(uow, known)
        return
    elif known.active and known.email_verified_at is None:
        # Known by a phone that is proved; the mail goes to an address that nobody proved yet.
        await end_tokens(uow, known.id, VERIFY_EMAIL)
        uow.record(Registered(person_id=known.id))
        return
    elif known.active:
        uow.record(RegisteredAgain(person_id=known.id))
        return
    if not person.email and person.phone:
        whose = known or person
        if whose.active:
            await ask_code(uow, whose.id, VERIFY_PHONE, person.phone)


async def _claimant(uow: UnitOfWork, phone: str | None) -> Person | None:
    """Who registered with this number alone and has not proved it."""
    claims = sa.select(Person).where(
        person_table.c.phone == phone, person_table.c.email.is_(None), person_table.c.deactivated_at.is_(None)
    )
    newest = claims.order_by(person_table.c.id.desc()).limit(1)
    found: Person | None = (await uow.session.execute(newest)).scalar_one_or_none()
    return found


async def _known(uow: UnitOfWork, which: sa.ColumnElement[bool]) -> Person | None:
    found: Person | None = (await uow.session.execute(sa.select(Person).where(which))).scalar_one_or_none()
    return found


async def verify_email(uow: UnitOfWork, token: str) -> None:
    """Prove an address with the token that was sent to it: one's first, or the one to change to. Refuses
    :class:`LinkNotValid`.
    """
    used = await use_token(uow, token, VERIFY_EMAIL, CHANGE_EMAIL)
    person = await person_of(uow, used.person_id)
    if used.purpose == VERIFY_EMAIL:
        event = person.verify_email(used.subject, uow.at)
        if event is not None:
            uow.record(event)
        return
    await _free_email(uow, used.subject, person)
    uow.record(person.own_email(used.subject, uow.at))


async def _free_email(uow: UnitOfWork, email: str, prover: Person) -> None:
    """Proving wins: whoever registered with this address and never proved it has it no more."""
    other = await _known(uow, person_table.c.email_lookup == lookup_of(email))
    if other is None or other.id == prover.id:
        return
    if other.email_verified_at is not None:
        raise LinkNotValid
    if other.phone is None:
        other.forget(uow.at)
    else:
        other.email = other.email_lookup = None
    await uow.session.flush()
