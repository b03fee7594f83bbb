"""What the calendar says of money. The room of orders, which lies above, knows what is paid: a facility that the
assembly wires.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol
from uuid import UUID

import attrs
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.site import Site


@attrs.frozen(kw_only=True)
class PaidMark:
    """How an order stands with its money, said in a reader's language. ``settled``: nothing is left to pay; ``begun``:
    something was paid. ``pay_path`` is the page on which the shop marks it as paid, empty where nothing is left.
    """

    text: str
    settled: bool
    begun: bool
    pay_path: str = ""


class Purse(Protocol):
    """Knows what is paid of orders."""

    async def marks(
        self, connection: AsyncConnection, site: Site, order_ids: Collection[UUID], locale: str
    ) -> Mapping[UUID, PaidMark]:
        """In one statement, whatever their number."""
        ...

    async def earned(self, connection: AsyncConnection, line_ids: Collection[UUID]) -> Mapping[UUID, Money]:
        """What these lines of orders cost; in one statement."""
        ...


async def paid_marks(site: Site, order_ids: Collection[UUID], locale: str) -> Mapping[UUID, PaidMark]:
    """Of each of these orders; nothing on a site that takes no orders."""
    purse: Purse | None = site.facilities.get(Purse)
    if purse is None or not order_ids:
        return {}
    return await site.ask(purse.marks, site, order_ids, locale)


async def earned_by(site: Site, line_ids: Collection[UUID]) -> Mapping[UUID, Money]:
    """What appointments cost, by their id; nothing on a site that takes no orders."""
    purse: Purse | None = site.facilities.get(Purse)
    if purse is None or not line_ids:
        return {}
    return await site.ask(purse.earned, line_ids)
