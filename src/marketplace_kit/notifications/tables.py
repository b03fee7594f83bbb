"""The tables of notices. One notice has one delivery for each channel: the constraint says so."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace_kit.kernel.database import UtcDateTime, Uuid, metadata
from marketplace_kit.notifications.domain import DeliveryState, ReadStatus

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
    sa.UniqueConstraint("notice_id", "channel"),
    sa.CheckConstraint("state IN ({})".format(", ".join(f"'{s}'" for s in DeliveryState)), name="state"),
    sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent"),
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

TABLES = (notice_table.name, delivery_table.name, preference_table.name)
