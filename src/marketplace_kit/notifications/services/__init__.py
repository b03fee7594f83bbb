"""Telling people things. Other rooms and plugins import from here."""

from marketplace_kit.notifications.services.channelling import channels_found
from marketplace_kit.notifications.services.delivering import Deliver, deliver
from marketplace_kit.notifications.services.greeting import confirm_address, tell_owner, welcome
from marketplace_kit.notifications.services.notifying import notify, topic_of
from marketplace_kit.notifications.services.preferring import (
    change_preferences,
    check_stop_link,
    prefer,
    preferences_of,
    stop,
    stop_link,
)
from marketplace_kit.notifications.services.privacy import erase
from marketplace_kit.notifications.services.pushing import push_key_of, register_device, remove_device
from marketplace_kit.notifications.services.quieting import choose_quiet, usual_quiet
from marketplace_kit.notifications.services.reading import dismiss, mark_all_read, mark_read
from marketplace_kit.notifications.services.resending import resend
from marketplace_kit.notifications.services.telegramming import (
    announce_webhook,
    check_pretended,
    link_chat,
    new_link,
    take_update,
    telegram_offered,
    tidy_codes,
    unlink,
    webhook_secret,
)
from marketplace_kit.notifications.services.trying import send_test
from marketplace_kit.notifications.services.updating import ORDER_NOTICES
from marketplace_kit.notifications.services.wording import (
    check_text,
    declared_notice,
    places_of,
    preview,
    reset_text,
    text_row,
    write_text,
)

__all__ = [
    "ORDER_NOTICES",
    "Deliver",
    "announce_webhook",
    "change_preferences",
    "channels_found",
    "check_pretended",
    "check_stop_link",
    "check_text",
    "choose_quiet",
    "confirm_address",
    "declared_notice",
    "deliver",
    "dismiss",
    "erase",
    "link_chat",
    "mark_all_read",
    "mark_read",
    "new_link",
    "notify",
    "places_of",
    "prefer",
    "preferences_of",
    "preview",
    "push_key_of",
    "register_device",
    "remove_device",
    "resend",
    "reset_text",
    "send_test",
    "stop",
    "stop_link",
    "take_update",
    "telegram_offered",
    "tell_owner",
    "text_row",
    "tidy_codes",
    "topic_of",
    "unlink",
    "usual_quiet",
    "webhook_secret",
    "welcome",
    "write_text",
]
