"""Clients of shops. Other rooms and plugins import from here."""

from marketplace_kit.crm.services.access import check_shop, holds, sees_contacts
from marketplace_kit.crm.services.asking import card_for, order_client, shops_of
from marketplace_kit.crm.services.exporting import CSV, CSV_HEADERS, export_clients
from marketplace_kit.crm.services.keeping import (
    add_client,
    add_note,
    change_client,
    mark_client,
    set_client,
    set_tags,
)
from marketplace_kit.crm.services.knowing import adopt, catch_up, know, know_moved, know_order
from marketplace_kit.crm.services.merging import merge_clients, undo_merge
from marketplace_kit.crm.services.papers import keep_document, own_document, read_document, remove_document
from marketplace_kit.crm.services.privacy import erase, forget_client, note_read
from marketplace_kit.crm.services.wishing import (
    FOLLOW_UP,
    follow_up,
    follow_up_done,
    set_preferences,
    tell_follow_ups,
)

__all__ = [
    "CSV",
    "CSV_HEADERS",
    "FOLLOW_UP",
    "add_client",
    "add_note",
    "adopt",
    "card_for",
    "catch_up",
    "change_client",
    "check_shop",
    "erase",
    "export_clients",
    "follow_up",
    "follow_up_done",
    "forget_client",
    "holds",
    "keep_document",
    "know",
    "know_moved",
    "know_order",
    "mark_client",
    "merge_clients",
    "note_read",
    "order_client",
    "own_document",
    "read_document",
    "remove_document",
    "sees_contacts",
    "set_client",
    "set_preferences",
    "set_tags",
    "shops_of",
    "tell_follow_ups",
    "undo_merge",
]
