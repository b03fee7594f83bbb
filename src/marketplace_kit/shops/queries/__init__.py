"""Reads of shops. What is imported from here stays; how it is read may change."""

from __future__ import annotations

from marketplace_kit.shops.queries.admin import admin_shops
from marketplace_kit.shops.queries.around import around_shop
from marketplace_kit.shops.queries.finding import shop_list
from marketplace_kit.shops.queries.opening import day_list, opening_of, shop_hours, week_texts
from marketplace_kit.shops.queries.people import (
    admins,
    export,
    members_of,
    own_shops,
    owners_of,
    public_members,
    shop_ids_of,
)
from marketplace_kit.shops.queries.views import names_of, shop_by_id, shop_page, slug_now

__all__ = [
    "admin_shops",
    "admins",
    "around_shop",
    "day_list",
    "export",
    "members_of",
    "names_of",
    "opening_of",
    "own_shops",
    "owners_of",
    "public_members",
    "shop_by_id",
    "shop_hours",
    "shop_ids_of",
    "shop_list",
    "shop_page",
    "slug_now",
    "week_texts",
]
