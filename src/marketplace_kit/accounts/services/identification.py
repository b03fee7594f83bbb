"""Who is asking: what the front door calls for each request that carries a cookie or a bearer token."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.accounts.domain import SEEN_AGAIN_AFTER
from marketplace_kit.accounts.queries import recognise
from marketplace_kit.accounts.schemas import Recognised
from marketplace_kit.accounts.services.bearer import read_access_token
from marketplace_kit.accounts.services.passwords import Passwords
from marketplace_kit.accounts.services.sign_ins import mark_seen
from marketplace_kit.kernel.errors import DomainError
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.ids import digest
from marketplace_kit.kernel.site import Site
from marketplace_kit.web.identity import Identifier

log = structlog.get_logger(__name__)
ShopsOf = Callable[[AsyncConnection, UUID], Awaitable[frozenset[UUID]]]
"""Names the shops that a person works for; the shops room knows, assembly hands it over."""
_Found: TypeAlias = tuple[Recognised | None, frozenset[UUID]]
_NOBODY: _Found = (None, frozenset())


class SignInIdentifier:
    """Looks the sign-in up at every request, so that ending it, a lost role or a deactivation count at once."""

    def __init__(self, shops_of: ShopsOf | None = None) -> None:
        self._shops_of = shops_of

    async def identify(self, site: Site, cookie: str | None, bearer: str | None) -> Actor | None:
        found, shops = await self._recognised(site, cookie, bearer)
        if found is None:
            return None
        if site.clock.now() - found.seen_at >= SEEN_AGAIN_AFTER:
            await self._note_use(site, found)
        return Actor(
            person_id=found.person_id,
            name=found.name,
            roles=found.roles,
            permissions=permissions_of(site, found.roles),
            shops=shops,
            locale=found.locale,
            session_id=found.session_id,
        )

    async def _recognised(self, site: Site, cookie: str | None, bearer: str | None) -> _Found:
        now = site.clock.now()
        if bearer is None:
            return await site.ask(self._who, now, digest=digest(cookie)) if cookie else _NOBODY
        claims = read_access_token(site, bearer)
        if claims is None:
            return _NOBODY
        found, shops = await site.ask(self._who, now, session_id=claims.session_id)
        honest = found is not None and (found.person_id, found.epoch) == (claims.person_id, claims.epoch)
        return (found, shops) if honest else _NOBODY

    async def _who(
        self, connection: AsyncConnection, now: datetime, *, digest: str | None = None, session_id: UUID | None = None
    ) -> _Found:
        """Both reads on one connection: this is asked for every page."""
        found = await recognise(connection, now, digest=digest, session_id=session_id)
        if found is None or self._shops_of is None:
            return found, frozenset()
        return found, await self._shops_of(connection, found.person_id)

    async def _note_use(self, site: Site, found: Recognised) -> None:
        try:
            await site.do(mark_seen, found.session_id)
        except DomainError:  # a busy database must not turn a reader away; the next request notes it
            log.warning("sign_in.use_not_noted", session=str(found.session_id))


def permissions_of(site: Site, roles: frozenset[str]) -> frozenset[str]:
    """What these roles may do on this site."""
    return frozenset(name for name, p in site.registry.permissions.items() if not roles.isdisjoint(p.roles))


def provide(site: Site, shops_of: ShopsOf | None = None) -> None:
    """Furnish a site with what this room offers to the floors below; assembly calls it once."""
    site.facilities[Passwords] = Passwords()
    site.facilities[Identifier] = SignInIdentifier(shops_of)
