"""What customers think of those who work here. The room of reviews, which lies above, knows: a facility that the
assembly wires.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol

import attrs
import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.site import Site
from marketplace_kit.scheduling.schemas import SlotsView


@attrs.frozen
class StaffRating:
    """The mean of so many published reviews."""

    average: float
    count: int


class Ratings(Protocol):
    """Knows how those who work for shops are rated."""

    async def of(self, connection: AsyncConnection, resource_ids: Collection[int]) -> Mapping[int, StaffRating]:
        """Of those who were rated, in one statement."""
        ...


async def staff_ratings(site: Site, resource_ids: Collection[int]) -> Mapping[int, StaffRating]:
    """By the resource's number; who was never rated is not there."""
    ratings: Ratings | None = site.facilities.get(Ratings)
    if ratings is None or not resource_ids:
        return {}
    return await site.ask(ratings.of, resource_ids)


async def with_ratings(site: Site, view: SlotsView) -> SlotsView:
    """Free times, with how each who can be chosen is rated."""
    known = await staff_ratings(site, [one.id for one in view.staff])
    rated = [
        msgspec.structs.replace(one, rating_average=known[one.id].average, rating_count=known[one.id].count)
        if one.id in known
        else one
        for one in view.staff
    ]
    return msgspec.structs.replace(view, staff=rated)
