"""REST: /api/listings, /api/listing-kinds, /api/favorites."""

from __future__ import annotations

from marketplace_kit.listings.api import browsing, favourites, keeping, menus, moderating, sheets

handlers = (
    *browsing.handlers,
    *keeping.handlers,
    *moderating.handlers,
    *sheets.handlers,
    *menus.handlers,
    *favourites.handlers,
)
