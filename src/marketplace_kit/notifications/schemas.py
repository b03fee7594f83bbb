"""What goes over the wire, and the settings of mail."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import attrs
import msgspec

from marketplace_kit.accounts.schemas import Contact
from marketplace_kit.kernel.fields import Field, Form
from marketplace_kit.kernel.hooks import Message
from marketplace_kit.kernel.texts import N_
from marketplace_kit.notifications.domain import DeliveryState, QuietHours, ReadStatus


class MailSettings(Form):
    """``[mail]``: how mail leaves. A folder takes each mail as a file: nothing leaves the machine."""

    url: Annotated[
        str,
        Field(
            N_("Mail server"),
            hint=N_("smtp://user:password@host:587, smtp+tls://host:465 or file:folder"),
            max_length=500,
            private=True,
        ),
    ] = "file:outbox"
    sender: Annotated[str, Field(N_("Sender's address"), format="email", max_length=254)] = "marketplace@example.kz"


_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9]"
_ZONE = Field(N_("Time zone"), hint=N_("Asia/Almaty, for example."), max_length=64)


class NotificationSettings(Form):
    """``[notifications]``: quiet hours, and how SMS, push messages and Telegram leave.

    A folder takes each message as a file: nothing leaves the machine.
    """

    quiet_from: Annotated[
        str,
        Field(
            N_("Quiet hours begin"),
            pattern=_TIME,
            hint=N_("For everybody who chose nothing else; the same as the end: no quiet hours."),
        ),
    ] = "22:00"
    quiet_until: Annotated[str, Field(N_("Quiet hours end"), pattern=_TIME)] = "08:00"
    sms_url: Annotated[
        str,
        Field(
            N_("SMS gateway"),
            hint=N_("The address before send.php of a gateway that speaks SMSC's protocol, or file:folder"),
            max_length=500,
        ),
    ] = "file:outbox/sms"
    sms_login: Annotated[str, Field(N_("Login at the SMS gateway"), max_length=100)] = ""
    sms_password: Annotated[
        str, Field(N_("Password at the SMS gateway"), format="password", max_length=200, private=True)
    ] = ""
    sms_sender: Annotated[str, Field(N_("Sender's name of SMS"), max_length=20)] = ""
    push_url: Annotated[str, Field(N_("Push messages"), hint=N_("webpush: or file:folder"), max_length=500)] = (
        "file:outbox/push"
    )
    push_private_key: Annotated[
        str,
        Field(
            N_("Private key of push messages"),
            hint=N_("VAPID (RFC 8292), base64url. Never change it: browsers accept the first one only."),
            format="password",
            max_length=500,
            private=True,
        ),
    ] = ""
    push_subject: Annotated[
        str,
        Field(N_("Contact for push services"), hint=N_("mailto: or https:, as some of them insist"), max_length=200),
    ] = "mailto:marketplace@example.kz"
    push_hosts: Annotated[
        str,
        Field(
            N_("Push services"),
            hint=N_("Hosts we may call, by commas; *. stands for subdomains."),
            max_length=500,
        ),
    ] = "fcm.googleapis.com,*.push.services.mozilla.com,*.push.apple.com,*.notify.windows.com"
    push_gateway: Annotated[
        str,
        Field(
            N_("Gateway for phone apps"),
            hint=N_("The address of a gorush server's /api/push, which speaks to Apple and Google."),
            max_length=500,
        ),
    ] = ""
    telegram_url: Annotated[
        str, Field(N_("Telegram"), hint=N_("https://api.telegram.org or file:folder"), max_length=500)
    ] = "file:outbox/telegram"
    telegram_token: Annotated[
        str, Field(N_("Token of the Telegram bot"), format="password", max_length=200, private=True)
    ] = ""
    telegram_bot: Annotated[str, Field(N_("Name of the Telegram bot"), pattern=r"[A-Za-z0-9_]*", max_length=64)] = ""


class QuietForm(Form):
    """When nothing may ring that can wait."""

    quiet: Annotated[bool, Field(N_("Hold messages back at night"))] = False
    quiet_from: Annotated[str, Field(N_("From"), pattern=_TIME, hint=N_("22:00, for example."))] = "22:00"
    quiet_until: Annotated[str, Field(N_("Until"), pattern=_TIME)] = "08:00"
    zone: Annotated[str, _ZONE] = ""


class NewDevice(Form, frozen=True, kw_only=True):
    """A device that wants push messages: a browser's subscription (address and both keys) or a phone's token."""

    platform: Annotated[
        str,
        Field(
            N_("Kind"), choices=(("web", N_("Browser")), ("android", N_("Android phone")), ("ios", N_("iPhone, iPad")))
        ),
    ] = "web"
    token: Annotated[
        str, Field(N_("Token or address"), min_length=10, max_length=1000, hint=N_("A browser's is its endpoint."))
    ]
    p256dh: Annotated[str | None, Field(N_("Public key of the browser"), pattern=r"[A-Za-z0-9_=-]{80,100}")] = None
    auth: Annotated[str | None, Field(N_("Secret of the browser"), pattern=r"[A-Za-z0-9_=-]{20,40}")] = None
    label: Annotated[str | None, Field(N_("Name of the device"), max_length=100)] = None


class TextForm(Form):
    """The wording of a notice in one language."""

    subject: Annotated[str, Field(N_("Subject line"), max_length=300)]
    body: Annotated[str, Field(N_("Text"), long=True, max_length=4000)]


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """Whether one kind of notice comes over one channel. ``fixed``: it cannot be turned off."""

    notice: str
    channel: str
    wanted: bool
    fixed: bool = False


class ChannelState(msgspec.Struct, frozen=True, kw_only=True):
    """A channel, and whether it reaches this person: ``ready``, ``unverified`` or ``missing``."""

    name: str
    state: str


class Preferences(msgspec.Struct, frozen=True, kw_only=True):
    """What a person may choose about notices. Times are ``HH:MM`` in the zone; null: no quiet hours."""

    channels: list[ChannelState]
    choices: list[Choice]
    quiet_from: str | None
    quiet_until: str | None
    zone: str
    locale: str


class ChangedChoice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    notice: str
    channel: str
    wanted: bool


class ChangedQuiet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    quiet_from: str | None
    quiet_until: str | None
    zone: str | None = None


class ChangedPreferences(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is named is changed, the rest stays."""

    choices: list[ChangedChoice] = []
    quiet: ChangedQuiet | None = None


class DeviceRow(msgspec.Struct, frozen=True, kw_only=True):
    """A device that gets push messages. Its address and keys are told to nobody."""

    id: UUID
    platform: str
    label: str
    added_at: datetime


class PushKey(msgspec.Struct, frozen=True, kw_only=True):
    """The site's public key for push subscriptions (VAPID); empty where it sends none to browsers."""

    public_key: str


class DeliveryRow(msgspec.Struct, frozen=True, kw_only=True):
    """One message of the log: never its text, and its receiver only by id and name."""

    id: UUID
    notice_id: UUID
    user_id: UUID
    person: str
    type: str
    channel: str
    state: str
    attempts: int
    error: str | None
    timestamp: datetime
    sent_at: datetime | None


class TextRow(msgspec.Struct, frozen=True, kw_only=True):
    """The wording of a notice as it leaves now; ``edited``: somebody changed it, ``declared`` is what it would be."""

    notice: str
    locale: str
    channel: str
    subject: str
    body: str
    edited: bool
    declared_subject: str
    declared_body: str
    places: list[str]


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """A wording with sample facts."""

    subject: str
    body: str


class Linked(msgspec.Struct, frozen=True, kw_only=True):
    """Where a person opens the chat with the bot; the link works once, for an hour."""

    link: str


class NoticeView(msgspec.Struct, frozen=True, kw_only=True):
    """A notice as its receiver sees it."""

    id: UUID
    user_id: UUID
    order_id: UUID | None
    type: str
    subject: str
    message: str
    link: str
    read_status: ReadStatus
    timestamp: datetime


class UnreadNotices(msgspec.Struct, frozen=True, kw_only=True):
    """How many are unread, and the newest of them; ``next`` is the cursor of older ones."""

    count: int
    items: list[NoticeView]
    next: str | None = None


class Marked(msgspec.Struct, frozen=True, kw_only=True):
    """How many notices became read."""

    marked: int


@attrs.frozen(kw_only=True)
class OptionalMessage(Message):
    """A message that its receiver may stop; ``stop_link`` is where."""

    stop_link: str


class Receiver(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a notice is for: how to reach them, what they chose for this kind by channel, and their quiet hours.

    ``quiet_chosen``: they chose hours of their own, or none (``quiet`` is ``None`` then); else the site's hold.
    """

    contact: Contact
    chosen: dict[str, bool]
    quiet_chosen: bool
    quiet: QuietHours | None


class Reached(msgspec.Struct, frozen=True, kw_only=True):
    """By what a person can be reached, and their quiet hours."""

    contact: Contact
    devices: int
    telegram: bool
    quiet_chosen: bool
    quiet: QuietHours | None


class PushAddress(msgspec.Struct, frozen=True, kw_only=True):
    """Where one device's push messages go; the keys are a browser's."""

    id: UUID
    kind: str
    endpoint: str
    p256dh: str | None
    auth: str | None


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery when its turn comes: the notice, the receiver as they are now, what they chose (``None``: nothing)."""

    delivery_id: UUID
    state: DeliveryState
    channel: str
    wanted: bool | None
    quiet_chosen: bool
    quiet: QuietHours | None
    receiver: Contact
    type: str
    subject: str
    message: str
    link: str
    token_id: UUID | None
    attachment: dict[str, str] | None = None
