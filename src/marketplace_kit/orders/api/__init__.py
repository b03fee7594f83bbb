"""REST of orders."""

from marketplace_kit.orders.api.announcing import handlers as announcing
from marketplace_kit.orders.api.doors import handlers as doors
from marketplace_kit.orders.api.wishing import handlers as wishing

handlers = (*doors, *announcing, *wishing)

__all__ = ["handlers"]
