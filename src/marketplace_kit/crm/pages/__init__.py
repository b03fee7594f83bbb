"""HTML of clients."""

from marketplace_kit.crm.pages import cards, lists, merging, orders

handlers = (*lists.handlers, *cards.handlers, *merging.handlers, *orders.handlers)

__all__ = ["handlers"]
