"""HTML of clients."""

from marketplace_kit.crm.pages import cards, lists, merging, orders, papers, wishes

handlers = (*lists.handlers, *cards.handlers, *merging.handlers, *wishes.handlers, *orders.handlers, *papers.handlers)

__all__ = ["handlers"]
