"""One-time codes for phones, and for signing in by mail: six digits, ten minutes, five tries, once.

A code is derived from its row's id with the site's secret, so that the job that sends the message can tell it at every
try, while no row, job or notice ever holds it. The row keeps a keyed digest: six digits alone would be guessed from a
plain one in a second.
"""

from __future__ import annotations

import unicodedata
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from marketplace_kit.accounts.domain import CODE_AGAIN_AFTER, CODE_TRIES, TOKEN_LASTS, PhoneCodeAsked
from marketplace_kit.accounts.schemas import AccountSettings
from marketplace_kit.accounts.services.tokens import Used
from marketplace_kit.accounts.tables import token_table as token
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.web.identity import sign
from marketplace_kit.web.limits import limit

_PER_PHONE, _PER_ADDRESS, _TRIES = 5, 30, 30


def plain_code(site: Site, token_id: UUID) -> str:
    """The code itself, for the message that is about to leave. Never store it."""
    return f"{int(sign(site, 'accounts.one_time_code', str(token_id))[:15], 16) % 1_000_000:06}"


def _kept(site: Site, token_id: UUID, code: str) -> str:
    return sign(site, "accounts.code", f"{token_id}:{code}")


async def may_ask_code(site: Site, phone: str, *, address: str, by_mail: bool = False) -> None:
    """Count one wish for a code, whether or not anybody has the number. Refuses :class:`TooMany`: one a minute and five
    in six hours for a number, thirty an hour for a network address, and the site's own limit for all together, which
    mails do not use up: they cost nothing.
    """
    in_all = site.settings.of(AccountSettings).codes_per_hour
    await limit(site, "accounts.code.again", phone, most=1, per=CODE_AGAIN_AFTER)
    await limit(site, "accounts.code.address", address, most=_PER_ADDRESS, per=timedelta(hours=1))
    await limit(site, "accounts.code.phone", phone, most=_PER_PHONE, per=timedelta(hours=6))
    if not by_mail:
        await limit(site, "accounts.code", "", most=in_all, per=timedelta(hours=1))


async def may_try_code(site: Site, phone: str, *, address: str) -> None:
    """Count one try to use a code; it is counted for numbers that nobody has as well."""
    await limit(site, "accounts.code.tries.address", address, most=_TRIES, per=timedelta(minutes=10))
    await limit(site, "accounts.code.tries.phone", phone, most=_TRIES, per=timedelta(hours=1))


async def ask_code(uow: UnitOfWork, person_id: UUID, purpose: str, phone: str) -> UUID:
    """A new code for ``phone``; those sent before are dead. The message leaves after the commit."""
    before = sa.and_(token.c.subject == phone, token.c.purpose == purpose, token.c.used_at.is_(None))
    await uow.session.execute(sa.update(token).where(before).values(used_at=uow.at))
    token_id = new_id()
    values = {
        "id": token_id,
        "person_id": person_id,
        "purpose": purpose,
        "subject": phone,
        "digest": _kept(uow.site, token_id, plain_code(uow.site, token_id)),
        "created_at": uow.at,
        "expires_at": uow.at + TOKEN_LASTS[purpose],
    }
    await uow.session.execute(sa.insert(token).values(values))
    uow.record(PhoneCodeAsked(person_id=person_id, token_id=token_id, purpose=purpose))
    return token_id


async def use_code(uow: UnitOfWork, phone: str, purpose: str, code: str, person_id: UUID | None = None) -> Used | None:
    """Try a code: one statement counts the try and burns the code if it fits, so that of many at once one succeeds.

    Answers ``None`` for one that does not fit instead of refusing: the try must stay counted, so the unit must commit.
    """
    digits = "".join(c for c in unicodedata.normalize("NFKC", code) if c.isdigit())
    live = sa.and_(
        token.c.subject == phone,
        token.c.purpose == purpose,
        token.c.used_at.is_(None),
        token.c.expires_at > uow.at,
        token.c.tries < CODE_TRIES,
    )
    if person_id is not None:
        live = sa.and_(live, token.c.person_id == person_id)
    ids = (await uow.session.execute(sa.select(token.c.id).where(live))).scalars().all()
    if not ids:
        return None
    fitting = [_kept(uow.site, token_id, digits) for token_id in ids]
    statement = (
        sa.update(token)
        .where(token.c.id.in_(ids), live)
        .values(tries=token.c.tries + 1, used_at=sa.case((token.c.digest.in_(fitting), uow.at), else_=sa.null()))
        .returning(token.c.person_id, token.c.subject, token.c.used_at)
    )
    used = [row for row in await uow.session.execute(statement) if row.used_at is not None]
    return Used(used[0].person_id, used[0].subject) if used else None
