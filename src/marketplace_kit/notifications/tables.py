"""The tables of notices. One notice has one delivery for each channel: the constraint says so."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace_kit.kernel.database import Json, UtcDateTime, Uuid, metadata
from marketplace_kit.notifications.domain import DeliveryState, DeviceKind, ReadStatus

notice_table = sa.Table(
    "notice",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("user_id", Uuid, sa.ForeignKey("person.id", ondelete="CASCADE"), nullable=False),
    sa.Column("order_id", Uuid, index=True),
    sa.Column("type", sa.String(80), nullable=False),
    sa.Column("subject", sa.String(300), nullable=False),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("link", sa.String(500), nullable=False),
    sa.Column("token_id", Uuid),
    sa.Column("in_app", sa.Boolean, nullable=False),
    sa.Column("read_status", sa.String(10), nullable=False),
    sa.Column("timestamp", UtcDateTime, nullable=False),
    sa.Column("key", sa.String(200), nullable=False, unique=True),
    sa.Column("dismissed_at", UtcDateTime),
    sa.Column("attachment", Json),
    sa.CheckConstraint("read_status IN ({})".format(", ".join(f"'{s}'" for s in ReadStatus)), name="read_status"),
    sa.Index("ix_notice_user_id_id", "user_id", "id"),
    sa.Index("ix_notice_unread", "user_id", "read_status", "in_app", "id"),
)

delivery_table = sa.Table(
    "notice_delivery",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("notice_id", Uuid, sa.ForeignKey("notice.id", ondelete="CASCADE"), nullable=False),
    sa.Column("channel", sa.String(40), nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("error", sa.String(200)),
    sa.Column("sent_at", UtcDateTime),
    # Wording of its own, where somebody gave this channel one; the notice's otherwise.
    sa.Column("subject", sa.String(300)),
    sa.Column("body", sa.Text),
    sa.Column("resent", sa.Integer, nullable=False, server_default="0"),
    sa.UniqueConstraint("notice_id", "channel"),
    sa.CheckConstraint("state IN ({})".format(", ".join(f"'{s}'" for s in DeliveryState)), name="state"),
    sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent"),
    sa.Index("ix_notice_delivery_state_id", "state", "id"),
    sa.Index("ix_notice_delivery_channel_id", "channel", "id"),
)

preference_table = sa.Table(
    "notice_preference",
    metadata,
    sa.Column("person_id", Uuid, sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("notice", sa.String(80), primary_key=True),
    sa.Column("channel", sa.String(40), primary_key=True),
    sa.Column("wanted", sa.Boolean, nullable=False),
    sa.Column("chosen_at", UtcDateTime, nullable=False),
)

quiet_table = sa.Table(
    "notice_quiet_hours",
    metadata,
    sa.Column("person_id", Uuid, sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    # Minutes after midnight in the zone; both absent: this person wants no quiet hours.
    sa.Column("quiet_from", sa.SmallInteger),
    sa.Column("quiet_until", sa.SmallInteger),
    sa.Column("zone", sa.String(64), nullable=False),
    sa.Column("chosen_at", UtcDateTime, nullable=False),
    sa.CheckConstraint("(quiet_from IS NULL) = (quiet_until IS NULL)", name="both"),
    sa.CheckConstraint("quiet_from BETWEEN 0 AND 1439 AND quiet_until BETWEEN 0 AND 1439", name="minutes"),
)

text_table = sa.Table(
    "notice_text",
    metadata,
    sa.Column("notice", sa.String(80), primary_key=True),
    sa.Column("locale", sa.String(5), primary_key=True),
    sa.Column("channel", sa.String(40), primary_key=True),  # empty: every channel without wording of its own
    sa.Column("subject", sa.String(300), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("changed_at", UtcDateTime, nullable=False),
)

device_table = sa.Table(
    "notice_device",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("person_id", Uuid, sa.ForeignKey("person.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("endpoint", sa.String(1000), nullable=False),
    sa.Column("endpoint_digest", sa.String(64), nullable=False, unique=True),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("p256dh", sa.String(200)),
    sa.Column("auth", sa.String(100)),
    sa.Column("label", sa.String(100), nullable=False),
    sa.Column("added_at", UtcDateTime, nullable=False),
    sa.CheckConstraint("kind IN ({})".format(", ".join(f"'{k}'" for k in DeviceKind)), name="kind"),
    sa.CheckConstraint("(kind = 'web') = (p256dh IS NOT NULL AND auth IS NOT NULL)", name="keys"),
)

telegram_table = sa.Table(
    "notice_telegram",
    metadata,
    sa.Column("person_id", Uuid, sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("chat_id", sa.BigInteger, nullable=False, unique=True),
    sa.Column("linked_at", UtcDateTime, nullable=False),
)

telegram_code_table = sa.Table(
    "notice_telegram_code",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("person_id", Uuid, sa.ForeignKey("person.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("expires_at", UtcDateTime, nullable=False, index=True),
)

TABLES = tuple(
    t.name
    for t in (
        notice_table,
        delivery_table,
        preference_table,
        quiet_table,
        text_table,
        device_table,
        telegram_table,
        telegram_code_table,
    )
)
