"""What is asked at the counter of a shop with a van: where it shall come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from marketplace_kit.kernel.fields import Form, fields_of
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.scheduling.queries.travelling import areas_of_shop
from marketplace_kit.scheduling.schemas import AtHome


class HomeCounter:
    """A caller wants somebody to come: the address, and the part of the town or a point."""

    form: type[Form] = AtHome

    async def known(
        self, connection: Any, site: Site, shop_id: UUID, locale: str
    ) -> Mapping[str, Sequence[tuple[str, str]]] | None:
        """The parts of the town that this shop's vans serve; ``None`` for a shop whose vans go nowhere."""
        areas = await areas_of_shop(connection, shop_id)
        return None if areas is None else {"district": [("", "–"), *areas]}

    async def choose(self, uow: UnitOfWork, shop_id: UUID, told: Any, *, by: Actor) -> Mapping[str, Any]:
        return {field.name: getattr(told, field.name) for field in fields_of(AtHome)}

    async def booked(self, uow: UnitOfWork, shop_id: UUID, line_id: UUID, told: Any, *, phone: str, by: Actor) -> None:
        """Where it goes was noted with the time."""
