"""What the room of reviews does for that of scheduling, which lies below it: the facility
:class:`marketplace_kit.scheduling.services.rated.Ratings`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.reviews.queries import staff_ratings
from marketplace_kit.scheduling.services.rated import StaffRating


class StaffRatings:
    """How those who served customers are rated, from published reviews alone."""

    async def of(self, connection: AsyncConnection, resource_ids: Collection[int]) -> Mapping[int, StaffRating]:
        """In one statement."""
        found = await staff_ratings(connection, resource_ids)
        return {id_: StaffRating(one.average, one.count) for id_, one in found.items() if one.average is not None}
