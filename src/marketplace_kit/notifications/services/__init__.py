"""Telling people things. Other rooms and plugins import from here."""

from marketplace_kit.notifications.services.delivering import Deliver, deliver
from marketplace_kit.notifications.services.greeting import confirm_address, tell_owner, welcome
from marketplace_kit.notifications.services.notifying import notify
from marketplace_kit.notifications.services.preferring import check_stop_link, prefer, stop, stop_link
from marketplace_kit.notifications.services.privacy import erase
from marketplace_kit.notifications.services.reading import mark_all_read, mark_read

__all__ = [
    "Deliver",
    "check_stop_link",
    "confirm_address",
    "deliver",
    "erase",
    "mark_all_read",
    "mark_read",
    "notify",
    "prefer",
    "stop",
    "stop_link",
    "tell_owner",
    "welcome",
]
