"""Which page stands at which address, and what the home page asks on top of what the rooms below know."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.site import Site
from marketplace_kit.listings.tables import search_table as search
from marketplace_kit.shops.tables import shop_table as shop

HOME = "/-/page/home"


class PageTree:
    """The addresses of content pages and the internal routes that serve them: what the page resolver asks for each
    request.
    """

    def __init__(self, pages: Mapping[str, str] | None = None) -> None:
        self._pages = {"/": HOME} if pages is None else dict(pages)

    async def resolve(self, site: Site, path: str) -> str | None:
        return self._pages.get(path)


async def categories_with_offers(connection: AsyncConnection, city_id: str = "") -> frozenset[str]:
    """The categories whose shops offer something there, or anywhere. The index holds what open shops have published."""
    offers = sa.exists().where(search.c.shop_id == shop.c.id)
    statement = sa.select(shop.c.category_id).distinct().where(shop.c.category_id.is_not(None), offers)
    if city_id:
        statement = statement.where(shop.c.city_id == city_id)
    return frozenset((await connection.execute(statement)).scalars())
