"""Reads of orders: a constant number of statements each, shaped for a page or an endpoint."""

from marketplace_kit.orders.queries.details import draft_of, order_by_link, order_page, tracking_of
from marketplace_kit.orders.queries.kinds import active_line_kinds
from marketplace_kit.orders.queries.lines import LineFacts, completed_line_for, line_of
from marketplace_kit.orders.queries.lists import (
    Wanted,
    open_by_tab,
    orders_of,
    orders_of_shops,
    shop_open_count,
    shop_statuses,
)
from marketplace_kit.orders.queries.paying import paid_sums
from marketplace_kit.orders.queries.personal import export, holds
from marketplace_kit.orders.queries.stats import shop_stats
from marketplace_kit.orders.queries.wishes import waiting_requests

__all__ = [
    "LineFacts",
    "Wanted",
    "active_line_kinds",
    "completed_line_for",
    "draft_of",
    "export",
    "holds",
    "line_of",
    "open_by_tab",
    "order_by_link",
    "order_page",
    "orders_of",
    "orders_of_shops",
    "paid_sums",
    "shop_open_count",
    "shop_stats",
    "shop_statuses",
    "tracking_of",
    "waiting_requests",
]
