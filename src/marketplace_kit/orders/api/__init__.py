"""REST of orders."""

from marketplace_kit.orders.api.announcing import handlers as announcing
from marketplace_kit.orders.api.doors import handlers as doors

handlers = (*doors, *announcing)

__all__ = ["handlers"]
