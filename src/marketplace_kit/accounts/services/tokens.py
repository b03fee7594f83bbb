"""One-time tokens for links: 256 bits, only their digest stored, used once, for one purpose, in time.

A token is derived from its row's id with the site's secret, so that the job that sends the mail can make the link
again at every try, while no row, job or notice ever holds it.
"""

from __future__ import annotations

from uuid import UUID

import attrs
import sqlalchemy as sa

from marketplace_kit.accounts.domain import TOKEN_LASTS, LinkNotValid
from marketplace_kit.accounts.tables import token_table as token
from marketplace_kit.kernel.ids import digest, new_id
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.web.identity import sign


def plain_token(site: Site, token_id: UUID) -> str:
    """The token itself, for the link that is about to leave. Never store it."""
    return sign(site, "accounts.one_time_token", str(token_id))


async def issue_token(uow: UnitOfWork, person_id: UUID, purpose: str, subject: str) -> UUID:
    """A new token's id; ``subject`` is the address that using it proves."""
    token_id = new_id()
    values = {
        "id": token_id,
        "person_id": person_id,
        "purpose": purpose,
        "subject": subject,
        "digest": digest(plain_token(uow.site, token_id)),
        "created_at": uow.at,
        "expires_at": uow.at + TOKEN_LASTS[purpose],
    }
    await uow.session.execute(sa.insert(token).values(values))
    return token_id


@attrs.frozen
class Used:
    """What a token or code was for, now that it is burned."""

    person_id: UUID
    subject: str
    purpose: str = ""


async def use_token(uow: UnitOfWork, plain: str, *purposes: str) -> Used:
    """Burn the token, in one statement, so that of many at once one succeeds. Refuses :class:`LinkNotValid`."""
    statement = (
        sa.update(token)
        .where(
            token.c.digest == digest(plain),
            token.c.purpose.in_(purposes),
            token.c.used_at.is_(None),
            token.c.expires_at > uow.at,
        )
        .values(used_at=uow.at)
        .returning(token.c.person_id, token.c.subject, token.c.purpose)
    )
    found = (await uow.session.execute(statement)).first()
    if found is None:
        raise LinkNotValid
    return Used(found.person_id, found.subject, found.purpose)


async def end_tokens(uow: UnitOfWork, person_id: UUID, *purposes: str) -> None:
    """Links and codes that were sent before are good for nothing from now on."""
    still = sa.and_(token.c.person_id == person_id, token.c.purpose.in_(purposes), token.c.used_at.is_(None))
    await uow.session.execute(sa.update(token).where(still).values(used_at=uow.at))
