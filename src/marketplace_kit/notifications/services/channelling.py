"""What the settings make of the channels, for the doctor."""

from __future__ import annotations

from collections.abc import Iterator

from marketplace_kit.kernel.settings import Settings
from marketplace_kit.notifications.schemas import MailSettings, NotificationSettings
from marketplace_kit.notifications.services.folder import is_folder
from marketplace_kit.notifications.services.pushing import push_missing
from marketplace_kit.notifications.services.telegramming import telegram_missing


def channels_found(settings: Settings) -> Iterator[tuple[str, bool, str]]:
    """Each channel, whether its messages are kept as files, and what it lacks to send (empty: nothing)."""
    own = settings.of(NotificationSettings)
    no_login = "" if own.sms_login and own.sms_password else "notifications.sms_login or sms_password is not set"
    found = {
        "email": (settings.of(MailSettings).url, ""),
        "sms": (own.sms_url, no_login),
        "push": (own.push_url, push_missing(own)),
        "telegram": (own.telegram_url, telegram_missing(own)),
    }
    for name, (url, missing) in found.items():
        kept = is_folder(url)
        yield name, kept, "" if kept else missing
