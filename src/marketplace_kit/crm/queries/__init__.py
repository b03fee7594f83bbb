"""Reads: a shop's clients, one card, what happened, whose order it was. Whatever their length, the number of statements
is the same.
"""

from marketplace_kit.crm.queries.activities import activity_of, history_of
from marketplace_kit.crm.queries.cards import card_of, roles_at, services_of_shop, shop_of, staff_of_shop, whose_order
from marketplace_kit.crm.queries.lists import Wanted, all_clients, clients_of, tags_of_shop
from marketplace_kit.crm.queries.papers import documents_of
from marketplace_kit.crm.queries.personal import export

__all__ = [
    "Wanted",
    "activity_of",
    "all_clients",
    "card_of",
    "clients_of",
    "documents_of",
    "export",
    "history_of",
    "roles_at",
    "services_of_shop",
    "shop_of",
    "staff_of_shop",
    "tags_of_shop",
    "whose_order",
]
