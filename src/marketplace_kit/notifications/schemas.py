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
from marketplace_kit.notifications.domain import DeliveryState, ReadStatus


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


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery when its turn comes: the notice, the receiver as they are now, what they chose (``None``: nothing)."""

    delivery_id: UUID
    state: DeliveryState
    channel: str
    wanted: bool | None
    receiver: Contact
    type: str
    subject: str
    message: str
    link: str
    token_id: UUID | None
