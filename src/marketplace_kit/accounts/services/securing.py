"""A forgotten password, another password, another address: whoever does it proves who they are, and is told of it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from marketplace_kit.accounts.domain import (
    CHANGE_EMAIL,
    CHANGE_PHONE,
    RESET_BY_PHONE,
    RESET_PASSWORD,
    SIGN_IN_BY_MAIL,
    SIGN_IN_BY_PHONE,
    VERIFY_EMAIL,
    VERIFY_PHONE,
    CodeNotValid,
    ContactChangeAsked,
    EmailChangeAsked,
    LinkNotValid,
    PasswordNeeded,
    PasswordResetAsked,
    Person,
    Registered,
    RegisteredAgain,
    check_password,
    lookup_of,
)
from marketplace_kit.accounts.queries import password_of
from marketplace_kit.accounts.services.codes import ask_code, may_ask_code, may_try_code, use_code
from marketplace_kit.accounts.services.passwords import Passwords
from marketplace_kit.accounts.services.people import person_of
from marketplace_kit.accounts.services.phones import owner_of, take_phone, tell_phone_owner
from marketplace_kit.accounts.services.registration import may_mail
from marketplace_kit.accounts.services.sign_ins import OpenSession, open_session
from marketplace_kit.accounts.services.tokens import end_tokens, issue_token, use_token
from marketplace_kit.accounts.tables import person_table, sign_in_table
from marketplace_kit.kernel.database import violated
from marketplace_kit.kernel.errors import Forbidden
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.web.limits import limit

_RESETS, _DAY = 5, timedelta(days=1)
_ADDRESS, _HOUR = 30, timedelta(hours=1)
_PROOFS, _PROOFS_PER = 10, timedelta(minutes=5)


async def ask_reset(site: Site, *, email: str | None = None, phone: str | None = None, address: str) -> None:
    """Somebody forgot their password: a link by mail, or a code to a proved phone. The same for a stranger."""
    contact = lookup_of(email) if email else phone or ""
    await limit(site, "accounts.reset.address", address, most=_ADDRESS, per=_HOUR)
    await limit(site, "accounts.reset.contact", contact, most=_RESETS, per=_DAY)
    if email:
        await site.do(_ask_reset_by_mail, contact)
    else:
        await may_ask_code(site, contact, address=address)
        await site.do(_ask_reset_by_phone, contact)


async def _ask_reset_by_mail(uow: UnitOfWork, lookup: str) -> None:
    found = await uow.session.execute(sa.select(Person).where(person_table.c.email_lookup == lookup))
    person = found.scalar_one_or_none()
    if person is not None and person.active:
        await end_tokens(uow, person.id, RESET_PASSWORD)
        uow.record(PasswordResetAsked(person_id=person.id))


async def _ask_reset_by_phone(uow: UnitOfWork, phone: str) -> None:
    person = await owner_of(uow, phone)
    if person is not None and person.active:
        await ask_code(uow, person.id, RESET_BY_PHONE, phone)


async def reset_password(site: Site, token: str, password: str) -> None:
    """Set a new password with the link of a mail; every sign-in ends. Refuses :class:`LinkNotValid`, a common one."""
    check_password(password)
    hashed = await site.facility(Passwords).hash(password)
    await site.do(_reset, token, hashed)


async def _reset(uow: UnitOfWork, token: str, hashed: str) -> None:
    used = await use_token(uow, token, RESET_PASSWORD)
    person = await person_of(uow, used.person_id)
    if not person.active or person.email_lookup != used.subject:
        raise LinkNotValid
    # Who opened the link reads the mails of this address.
    proved = person.verify_email(used.subject, uow.at)
    if proved is not None:
        uow.record(proved)
    await _set_password(uow, person, hashed)


async def reset_by_phone(site: Site, phone: str, code: str, password: str, *, address: str) -> None:
    """Set a new password with the code that was sent to one's phone; every sign-in ends. Refuses
    :class:`CodeNotValid`, a common password.
    """
    check_password(password, phone)
    await may_try_code(site, phone, address=address)
    hashed = await site.facility(Passwords).hash(password)
    if not await site.do(_reset_by_code, phone, code, hashed):
        raise CodeNotValid


async def _reset_by_code(uow: UnitOfWork, phone: str, code: str, hashed: str) -> bool:
    used = await use_code(uow, phone, RESET_BY_PHONE, code)
    if used is None:
        return False
    person = await person_of(uow, used.person_id)
    if not person.active or person.phone != phone or person.phone_verified_at is None:
        return False
    await _set_password(uow, person, hashed)
    return True


async def _set_password(uow: UnitOfWork, person: Person, hashed: str) -> None:
    """The new password; sign-ins and whatever could set another one are dead."""
    uow.record(person.set_password(hashed))
    dead = (RESET_PASSWORD, RESET_BY_PHONE, CHANGE_EMAIL, CHANGE_PHONE, SIGN_IN_BY_PHONE, SIGN_IN_BY_MAIL)
    await end_tokens(uow, person.id, *dead)
    await uow.session.flush()
    mine = sa.and_(sign_in_table.c.person_id == person.id, sign_in_table.c.ended_at.is_(None))
    await uow.session.execute(sa.update(sign_in_table).where(mine).values(ended_at=uow.at))


async def prove_password(site: Site, password: str, *, by: Actor) -> str:
    """Whoever sits there knows the password; answers its hash. Refuses :class:`PasswordNeeded`, too many tries."""
    if by.person_id is None or by.real_person_id not in (None, by.person_id):
        raise Forbidden  # whoever acts in somebody's name changes neither password nor address
    await limit(site, "accounts.reauthenticate", str(by.person_id), most=_PROOFS, per=_PROOFS_PER)
    stored = await site.ask(password_of, by.person_id)
    checked = await site.facility(Passwords).check(password, stored)
    if stored is None or not checked.fits:
        raise PasswordNeeded
    return stored


async def change_password(
    site: Site, *, current: str, password: str, by: Actor, agent: str, address: str
) -> OpenSession:
    """Another password. All sign-ins end; the one that asked goes on under a new id."""
    check_password(password, by.name)
    stored = await prove_password(site, current, by=by)
    hashed = await site.facility(Passwords).hash(password)
    return await site.do(_change_password, by.person_id, stored, hashed, agent, address)


async def _change_password(
    uow: UnitOfWork, person_id: UUID | None, stored: str, hashed: str, agent: str, address: str
) -> OpenSession:
    person = await person_of(uow, person_id)
    if person.password_hash != stored:
        raise PasswordNeeded
    await _set_password(uow, person, hashed)
    return await open_session(uow, person.id, agent=agent, address=address)


async def change_email(site: Site, *, email: str, password: str, by: Actor) -> None:
    """Ask for another e-mail address: it becomes one's own once the link sent to it is used; the old one is told now.

    Says nothing of whether somebody has that address; its owner would be told.
    """
    stored = await prove_password(site, password, by=by)
    await may_mail(site, lookup_of(email))
    await limit(site, "accounts.change_email", str(by.person_id), most=_RESETS, per=_DAY)
    await site.do(_change_email, by.person_id, stored, email)


async def _change_email(uow: UnitOfWork, person_id: UUID | None, stored: str, email: str) -> None:
    person = await person_of(uow, person_id)
    if person.password_hash != stored:
        raise PasswordNeeded
    found = await uow.session.execute(sa.select(Person).where(person_table.c.email_lookup == lookup_of(email)))
    owner = found.scalar_one_or_none()
    if owner is not None and owner.id == person.id:
        if person.email_verified_at is None:
            await end_tokens(uow, person.id, VERIFY_EMAIL)
            uow.record(Registered(person_id=person.id))
        return
    uow.record(ContactChangeAsked(person_id=person.id, what="email"))
    if owner is not None and owner.email_verified_at is not None:
        uow.record(RegisteredAgain(person_id=owner.id))
        return
    await end_tokens(uow, person.id, CHANGE_EMAIL)
    token_id = await issue_token(uow, person.id, CHANGE_EMAIL, email)
    uow.record(EmailChangeAsked(person_id=person.id, token_id=token_id))


async def change_phone(site: Site, *, phone: str, password: str, by: Actor, address: str) -> None:
    """Ask for another number: it becomes one's own once the code sent to it is typed in; the old address is told."""
    stored = await prove_password(site, password, by=by)
    await may_ask_code(site, phone, address=address)
    await site.do(_change_phone, by.person_id, stored, phone)


async def _change_phone(uow: UnitOfWork, person_id: UUID | None, stored: str, phone: str) -> None:
    person = await person_of(uow, person_id)
    if person.password_hash != stored:
        raise PasswordNeeded
    owner = await owner_of(uow, phone)
    if owner is not None and owner.id == person.id:
        return
    uow.record(ContactChangeAsked(person_id=person.id, what="phone"))
    if owner is not None:
        await tell_phone_owner(uow, owner)
        return
    await end_tokens(uow, person.id, CHANGE_PHONE, VERIFY_PHONE)
    await ask_code(uow, person.id, CHANGE_PHONE, phone)


async def confirm_phone(site: Site, *, phone: str, code: str, by: Actor, address: str) -> None:
    """The signed-in person's own code for this number. Refuses :class:`CodeNotValid`."""
    await may_try_code(site, phone, address=address)
    try:
        proved = await site.do(_confirm_phone, phone, code, by.person_id)
    except IntegrityError as refused:
        if violated(refused) != "uq_person_phone":
            raise
        raise CodeNotValid from refused
    if not proved:
        raise CodeNotValid


async def _confirm_phone(uow: UnitOfWork, phone: str, code: str, person_id: UUID | None) -> bool:
    used = await use_code(uow, phone, CHANGE_PHONE, code, person_id)
    used = used or await use_code(uow, phone, VERIFY_PHONE, code, person_id)
    return used is not None and await take_phone(uow, used)
