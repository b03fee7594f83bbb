"""Bearer tokens for programs: a short-lived JWT that is checked against its sign-in at each request, and a refresh
token that is good for one use. Using one twice means that it was stolen: the whole sign-in ends.
"""

from __future__ import annotations

import hmac
from uuid import UUID

import attrs
import jwt
import sqlalchemy as sa
from jwt.types import Options

from marketplace_kit.accounts.domain import ACCESS_LASTS, RefreshRefused
from marketplace_kit.accounts.queries import recognise
from marketplace_kit.accounts.schemas import Tokens
from marketplace_kit.accounts.services.sign_ins import OpenSession, add_refresh_token, mark_seen, sign_out
from marketplace_kit.accounts.tables import refresh_table as refresh_row
from marketplace_kit.kernel.ids import digest, secret_token
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import Site, UnitOfWork

_ALGORITHM = "HS256"
_AUDIENCE = "marketplace-api"
_CLAIMS = ("iss", "aud", "sub", "sid", "epo", "iat", "exp")


@attrs.frozen
class Claims:
    """What an access token says; true only as far as its sign-in still stands."""

    person_id: UUID
    session_id: UUID
    epoch: int


def tokens_for(site: Site, opened: OpenSession) -> Tokens:
    """What a program gets for a sign-in just begun."""
    access = _access_token(site, opened.person_id, opened.session_id, opened.epoch)
    return Tokens(access_token=access, expires_in=int(ACCESS_LASTS.total_seconds()), refresh_token=opened.refresh_token)


def _access_token(site: Site, person_id: UUID, session_id: UUID, epoch: int) -> str:
    now = site.clock.now()
    claims = {
        "iss": site.settings.of(SiteSettings).public_url,
        "aud": _AUDIENCE,
        "sub": str(person_id),
        "sid": str(session_id),
        "epo": epoch,
        "iat": int(now.timestamp()),
        "exp": int((now + ACCESS_LASTS).timestamp()),
    }
    return jwt.encode(claims, _key(site), algorithm=_ALGORITHM)


def read_access_token(site: Site, token: str) -> Claims | None:
    """The claims of a token that we made and that has not expired; ``None`` for anything else."""
    # Time is compared here, by the site's clock: the library would ask the system's.
    options: Options = {"require": list(_CLAIMS), "verify_exp": False, "verify_iat": False, "verify_nbf": False}
    issuer = site.settings.of(SiteSettings).public_url
    try:
        found = jwt.decode(
            token, _key(site), algorithms=[_ALGORITHM], audience=_AUDIENCE, issuer=issuer, options=options
        )
        expires, epoch = found["exp"], found["epo"]
        if type(expires) is not int or type(epoch) is not int or expires <= site.clock.now().timestamp():
            return None
        return Claims(UUID(found["sub"]), UUID(found["sid"]), epoch)
    except (jwt.InvalidTokenError, ValueError, TypeError, AttributeError):
        return None


def _key(site: Site) -> bytes:
    return hmac.digest(site.settings.of(SiteSettings).secret.encode(), b"accounts.access_token", "sha256")


async def refresh(site: Site, plain: str) -> Tokens:
    """New tokens for a refresh token, which is then used up. Refuses :class:`RefreshRefused`."""
    fresh = await site.do(_rotate, plain)
    if fresh is None:
        raise RefreshRefused
    return fresh


async def _rotate(uow: UnitOfWork, plain: str) -> Tokens | None:
    """``None`` instead of a refusal: what a reuse ends must be stored, and a refusal would undo it."""
    mine = sa.and_(
        refresh_row.c.digest == digest(plain), refresh_row.c.used_at.is_(None), refresh_row.c.expires_at > uow.at
    )
    statement = sa.update(refresh_row).where(mine).values(used_at=uow.at).returning(refresh_row.c.sign_in_id)
    session_id = (await uow.session.execute(statement)).scalar_one_or_none()
    if session_id is None:
        await _end_if_used_before(uow, plain)
        return None
    found = await recognise(await uow.session.connection(), uow.at, session_id=session_id)
    if found is None:
        return None
    next_one = secret_token()
    expires = sa.select(refresh_row.c.expires_at).where(refresh_row.c.digest == digest(plain))
    await add_refresh_token(uow, session_id, next_one, (await uow.session.execute(expires)).scalar_one())
    await mark_seen(uow, session_id)
    access = _access_token(uow.site, found.person_id, session_id, found.epoch)
    return Tokens(access_token=access, expires_in=int(ACCESS_LASTS.total_seconds()), refresh_token=next_one)


async def _end_if_used_before(uow: UnitOfWork, plain: str) -> None:
    used = sa.and_(refresh_row.c.digest == digest(plain), refresh_row.c.used_at.is_not(None))
    session_id = (await uow.session.execute(sa.select(refresh_row.c.sign_in_id).where(used))).scalar_one_or_none()
    if session_id is not None:
        await sign_out(uow, session_id)
