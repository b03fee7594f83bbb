"""What is promised of a listing: who archives it must not leave anybody standing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.shops.domain import InUse


class Promises(Protocol):
    """Who knows what was ordered: a facility, because the room of orders lies above this one."""

    async def ahead(self, connection: AsyncConnection, listing_id: UUID, now: datetime) -> Sequence[dict[str, Any]]:
        """What is still to take place of a listing, as :class:`~marketplace_kit.shops.domain.InUse` lists it."""
        ...


async def refuse_if_promised(uow: UnitOfWork, listing_id: UUID) -> None:
    """Refuses :class:`~marketplace_kit.shops.domain.InUse` with what is still to take place."""
    promises: Promises | None = uow.site.facilities.get(Promises)
    ahead = await promises.ahead(await uow.connection(), listing_id, uow.at) if promises is not None else ()
    if ahead:
        raise InUse(appointments=list(ahead))
