"""Pages of orders: details and confirm, my orders, a guest's page, the shop's inbox and desk."""

from marketplace_kit.orders.pages.announcing import handlers as announcing
from marketplace_kit.orders.pages.guests import handlers as guests
from marketplace_kit.orders.pages.mine import handlers as mine
from marketplace_kit.orders.pages.ordering import handlers as ordering
from marketplace_kit.orders.pages.paying import handlers as paying
from marketplace_kit.orders.pages.selling import handlers as selling
from marketplace_kit.orders.pages.wishing import handlers as wishing

handlers = (*ordering, *mine, *guests, *selling, *paying, *announcing, *wishing)

__all__ = ["handlers"]
