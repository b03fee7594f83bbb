"""Signing in and out. A sign-in is a row: a new id and a new secret each time, of which only the digest is kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import attrs
import sqlalchemy as sa

from marketplace_kit.accounts.domain import SIGN_IN_LONGEST, Person, SignInRefused, lookup_of
from marketplace_kit.accounts.queries import stored_password
from marketplace_kit.accounts.schemas import AccountSettings
from marketplace_kit.accounts.services.passwords import Passwords
from marketplace_kit.accounts.services.people import person_of
from marketplace_kit.accounts.tables import person_table, refresh_table
from marketplace_kit.accounts.tables import sign_in_table as sign_in_row
from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.ids import digest, new_id, secret_token
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.web.limits import limit

_PER = timedelta(minutes=5)
_TRIES_OF_ALL = 1000


@attrs.frozen(kw_only=True)
class OpenSession:
    """A sign-in just begun, with its secrets in plain for the last time."""

    person_id: UUID
    session_id: UUID
    epoch: int
    cookie: str
    refresh_token: str
    ends_at: datetime


async def sign_in(
    site: Site,
    *,
    email: str | None = None,
    phone: str | None = None,
    password: str,
    agent: str,
    address: str,
    instead_of: UUID | None = None,
) -> OpenSession:
    """Begin a sign-in; ``instead_of`` is the one this browser had before, which ends.

    Refuses :class:`SignInRefused` alike and after the same work for an unknown address, a wrong password, and an
    account that is not confirmed yet; too many tries of one person, one network address or all together.
    """
    lookup = lookup_of(email) if email else None
    settings = site.settings.of(AccountSettings)
    await limit(site, "accounts.sign_in", "", most=_TRIES_OF_ALL, per=_PER)
    await limit(site, "accounts.sign_in.address", address, most=settings.sign_ins_per_address, per=_PER)
    await limit(site, "accounts.sign_in.person", lookup or phone or "", most=settings.sign_ins_per_person, per=_PER)
    stored = await site.ask(stored_password, lookup, phone)
    checked = await site.facility(Passwords).check(password, stored.password_hash if stored else None)
    if stored is None or not checked.fits or not stored.usable:
        raise SignInRefused
    return await site.do(
        _begin,
        stored.person_id,
        stored.password_hash,
        better=checked.better,
        agent=agent,
        address=address,
        instead_of=instead_of,
    )


async def _begin(
    uow: UnitOfWork,
    person_id: UUID,
    checked: str | None,
    *,
    better: str | None,
    agent: str,
    address: str,
    instead_of: UUID | None,
) -> OpenSession:
    """Open the session, unless the password was changed since it was checked."""
    found = await uow.session.execute(sa.select(Person).where(person_table.c.id == person_id).with_for_update())
    person: Person | None = found.scalar_one_or_none()
    if person is None or person.password_hash != checked:
        raise SignInRefused
    if better:
        person.password_hash = better
    if instead_of:
        await sign_out(uow, instead_of)
    return await open_session(uow, person_id, agent=agent, address=address)


async def open_session(uow: UnitOfWork, person_id: UUID, *, agent: str = "", address: str = "") -> OpenSession:
    """A new sign-in for a person who has proved who they are. Refuses :class:`SignInRefused` for a deactivated one."""
    person = await person_of(uow, person_id)
    if not person.active:
        raise SignInRefused
    cookie, refresh, session_id, ends_at = secret_token(), secret_token(), new_id(), uow.at + SIGN_IN_LONGEST
    values = {
        "id": session_id,
        "person_id": person_id,
        "digest": digest(cookie),
        "epoch": person.epoch,
        "agent": _printable(agent)[:200],
        "address": address[:45],
        "created_at": uow.at,
        "seen_at": uow.at,
        "ends_at": ends_at,
    }
    await uow.session.execute(sa.insert(sign_in_row).values(values))
    await add_refresh_token(uow, session_id, refresh, ends_at)
    return OpenSession(
        person_id=person_id,
        session_id=session_id,
        epoch=person.epoch,
        cookie=cookie,
        refresh_token=refresh,
        ends_at=ends_at,
    )


async def add_refresh_token(uow: UnitOfWork, session_id: UUID, plain: str, expires_at: datetime) -> None:
    values = {"digest": digest(plain), "sign_in_id": session_id, "created_at": uow.at, "expires_at": expires_at}
    await uow.session.execute(sa.insert(refresh_table).values(values))


async def sign_out(uow: UnitOfWork, session_id: UUID) -> None:
    """End a sign-in: its cookie, its bearer and its refresh tokens are dead at the next request."""
    await uow.session.execute(_ending(uow, sign_in_row.c.id == session_id))


async def end_session(uow: UnitOfWork, session_id: UUID, *, by: Actor) -> None:
    """End one of one's own sign-ins. Refuses :class:`Missing` for anybody else's."""
    mine = sa.and_(sign_in_row.c.id == session_id, sign_in_row.c.person_id == by.person_id)
    if (await uow.session.execute(_ending(uow, mine).returning(sign_in_row.c.id))).first() is None:
        raise Missing


async def end_other_sessions(uow: UnitOfWork, *, by: Actor) -> None:
    """End all of one's own sign-ins but this one."""
    others = sa.and_(sign_in_row.c.person_id == by.person_id, sign_in_row.c.id != by.session_id)
    await uow.session.execute(_ending(uow, others))


async def sign_out_everywhere(uow: UnitOfWork, person_id: UUID) -> None:
    """End every sign-in and bearer token of a person, this one included."""
    (await person_of(uow, person_id)).end_all_sign_ins()
    await uow.session.execute(_ending(uow, sign_in_row.c.person_id == person_id))


async def mark_seen(uow: UnitOfWork, session_id: UUID) -> None:
    """Note that a sign-in is in use."""
    await uow.session.execute(sa.update(sign_in_row).where(sign_in_row.c.id == session_id).values(seen_at=uow.at))


def _ending(uow: UnitOfWork, which: sa.ColumnElement[bool]) -> sa.Update:
    return sa.update(sign_in_row).where(which, sign_in_row.c.ended_at.is_(None)).values(ended_at=uow.at)


def _printable(text: str) -> str:
    return "".join(c for c in text if c.isprintable())
