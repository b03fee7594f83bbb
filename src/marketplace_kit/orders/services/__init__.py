"""What people do with orders. Other rooms and plugins import from here; :func:`act` is the one way a line changes."""

from marketplace_kit.orders.services.acting import Acted, act, set_status
from marketplace_kit.orders.services.adopting import adopt
from marketplace_kit.orders.services.announcing import announce
from marketplace_kit.orders.services.beginning import begin, begin_again, drop, renew, sweep_drafts
from marketplace_kit.orders.services.calling_off import call_off
from marketplace_kit.orders.services.due import do_due, do_due_one
from marketplace_kit.orders.services.limiting import slow_down
from marketplace_kit.orders.services.linking import link_of, plain_link, revoke_links
from marketplace_kit.orders.services.paying import mark_paid, record_paid, unmark_paid
from marketplace_kit.orders.services.placing import PlacedOrder, consent_version, details_form, place, place_now
from marketplace_kit.orders.services.privacy import erase
from marketplace_kit.orders.services.samples import Past, ensure_order
from marketplace_kit.orders.services.telling import tell_guest, tell_moved, tell_placed
from marketplace_kit.orders.services.watching import (
    link_topic,
    may_watch_link,
    may_watch_order,
    may_watch_shop,
    order_topic,
    shop_topic,
)
from marketplace_kit.orders.services.wishing import answer_change, ask_change, withdraw_change

__all__ = [
    "Acted",
    "Past",
    "PlacedOrder",
    "act",
    "adopt",
    "announce",
    "answer_change",
    "ask_change",
    "begin",
    "begin_again",
    "call_off",
    "consent_version",
    "details_form",
    "do_due",
    "do_due_one",
    "drop",
    "ensure_order",
    "erase",
    "link_of",
    "link_topic",
    "mark_paid",
    "may_watch_link",
    "may_watch_order",
    "may_watch_shop",
    "order_topic",
    "place",
    "place_now",
    "plain_link",
    "record_paid",
    "renew",
    "revoke_links",
    "set_status",
    "shop_topic",
    "slow_down",
    "sweep_drafts",
    "tell_guest",
    "tell_moved",
    "tell_placed",
    "unmark_paid",
    "withdraw_change",
]
