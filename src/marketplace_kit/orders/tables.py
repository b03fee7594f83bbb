"""The tables of orders, and where :class:`Order` and :class:`Line` are mapped."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace_kit.kernel.database import Json, UtcDateTime, Uuid, mapper, metadata
from marketplace_kit.kernel.process import Stage
from marketplace_kit.orders.domain import ACTOR_KINDS, Line, Order
from marketplace_kit.orders.domain.paid import DESK, MEANS
from marketplace_kit.orders.domain.wishes import LONGEST as LONGEST_WISH
from marketplace_kit.orders.domain.wishes import STATES

_STAGES = ", ".join(f"'{stage}'" for stage in Stage)
_MEANS = ", ".join(f"'{means}'" for means in MEANS)
_REQUEST_STATES = ", ".join(f"'{state}'" for state in STATES)
_ACTORS = ", ".join(f"'{kind}'" for kind in ACTOR_KINDS)

order_table = sa.Table(
    "order_head",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("number", sa.String(12), nullable=False, unique=True),
    sa.Column("shop_id", Uuid, sa.ForeignKey("shop.id", ondelete="RESTRICT"), nullable=False),
    sa.Column("customer_id", Uuid, sa.ForeignKey("person.id")),
    sa.Column("contact_name", sa.String(200), nullable=False),
    sa.Column("contact_phone", sa.String(20)),
    sa.Column("contact_email", sa.String(254)),
    sa.Column("contact_locale", sa.String(5), nullable=False),
    sa.Column("status", sa.String(20), nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("total_amount", sa.BigInteger, nullable=False),
    sa.Column("total_currency", sa.String(3), nullable=False),
    sa.Column("paid_amount", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("note", sa.String(1000), nullable=False),
    sa.Column("placed_by", Uuid, sa.ForeignKey("person.id")),
    sa.Column("by_staff", sa.Boolean, nullable=False),
    sa.Column("consent_text", sa.String(500)),
    sa.Column("consent_version", sa.String(40)),
    sa.Column("consent_at", UtcDateTime),
    sa.Column("checkout_id", Uuid, index=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.CheckConstraint(f"status IN ({_STAGES})", name="status"),
    sa.CheckConstraint("total_amount >= 0", name="total"),
    sa.CheckConstraint("paid_amount >= 0", name="paid"),
    # Somebody with an account, or a name with a way to be reached; whom the staff writes down may have none.
    sa.CheckConstraint(
        "customer_id IS NOT NULL OR by_staff OR (contact_name <> '' AND "
        "(contact_phone IS NOT NULL OR contact_email IS NOT NULL))",
        name="contact",
    ),
    sa.CheckConstraint("(consent_at IS NULL) = (consent_version IS NULL)", name="consent"),
    sa.CheckConstraint("consent_at IS NOT NULL OR by_staff", name="agreed"),
    sa.Index("ix_order_head_customer", "customer_id", "created_at", "id"),
    sa.Index("ix_order_head_shop", "shop_id", "created_at", "id"),
    sa.Index("ix_order_head_shop_status", "shop_id", "status", "created_at", "id"),
    sa.Index(
        "ix_order_head_shop_unpaid",
        "shop_id",
        "created_at",
        "id",
        postgresql_where=sa.text("paid_amount < total_amount"),
        sqlite_where=sa.text("paid_amount < total_amount"),
    ),
    # By what a person who proves a number is given the orders that were made with it.
    sa.Index("ix_order_head_contact_phone", "contact_phone"),
    sa.Index("ix_order_head_placed_by", "placed_by"),
)

line_table = sa.Table(
    "order_line",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("order_id", Uuid, sa.ForeignKey("order_head.id", ondelete="RESTRICT"), nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("kind", sa.String(80), nullable=False),
    sa.Column("tab", sa.String(10), nullable=False),
    sa.Column("process_version", sa.Integer, nullable=False),
    sa.Column("status", sa.String(40), nullable=False),
    sa.Column("stage", sa.String(20), nullable=False),
    sa.Column("listing_id", Uuid, sa.ForeignKey("listing.id", ondelete="RESTRICT"), nullable=False, index=True),
    sa.Column("title", sa.String(300), nullable=False),
    # The same by language, as it was called when it was ordered; empty where nobody said.
    sa.Column("titles", Json, nullable=False, server_default="{}"),
    sa.Column("quantity", sa.Integer, nullable=False),
    sa.Column("unit_amount", sa.BigInteger, nullable=False),
    sa.Column("total_amount", sa.BigInteger, nullable=False),
    sa.Column("currency", sa.String(3), nullable=False),
    sa.Column("due_now_amount", sa.BigInteger),
    sa.Column("parts", Json, nullable=False),
    sa.Column("facts", Json, nullable=False),
    sa.Column("options", Json, nullable=False),
    sa.Column("choice", Json, nullable=False),
    sa.Column("starts_at", UtcDateTime),
    sa.Column("ends_at", UtcDateTime),
    sa.Column("policy", sa.Text, nullable=False),
    sa.Column("due_verb", sa.String(40)),
    sa.Column("due_at", UtcDateTime),
    sa.Column("version", sa.Integer, nullable=False),
    sa.UniqueConstraint("order_id", "position"),
    sa.CheckConstraint(f"stage IN ({_STAGES})", name="stage"),
    sa.CheckConstraint("tab IN ('products', 'services')", name="tab"),
    sa.CheckConstraint("quantity >= 1", name="quantity"),
    sa.CheckConstraint("unit_amount >= 0 AND total_amount = unit_amount * quantity", name="total"),
    sa.CheckConstraint("(due_verb IS NULL) = (due_at IS NULL)", name="due"),
    sa.CheckConstraint("starts_at IS NULL OR ends_at IS NULL OR starts_at <= ends_at", name="times"),
    sa.Index(
        "ix_order_line_due",
        "due_at",
        postgresql_where=sa.text("due_at IS NOT NULL"),
        sqlite_where=sa.text("due_at IS NOT NULL"),
    ),
)

event_table = sa.Table(
    "order_event",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("order_id", Uuid, sa.ForeignKey("order_head.id", ondelete="RESTRICT"), nullable=False),
    sa.Column("line_id", Uuid, sa.ForeignKey("order_line.id", ondelete="RESTRICT"), index=True),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("actor_kind", sa.String(10), nullable=False),
    # Names are looked up when the timeline is read: a row that stays for ever holds none.
    sa.Column("actor_id", Uuid, index=True),
    sa.Column("verb", sa.String(40), nullable=False),
    sa.Column("before", sa.String(40), nullable=False),
    sa.Column("after", sa.String(40), nullable=False),
    sa.Column("note", sa.String(1000), nullable=False),
    sa.Column("facts", Json, nullable=False),
    sa.CheckConstraint(f"actor_kind IN ({_ACTORS})", name="actor_kind"),
    sa.Index("ix_order_event_order", "order_id", "at", "id"),
)
"""The timeline: one row for each change. The database refuses to change or remove a row."""

payment_table = sa.Table(
    "order_payment",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("order_id", Uuid, sa.ForeignKey("order_head.id", ondelete="RESTRICT"), nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("currency", sa.String(3), nullable=False),
    sa.Column("paid_before", sa.BigInteger, nullable=False),
    sa.Column("paid_after", sa.BigInteger, nullable=False),
    sa.Column("total_amount", sa.BigInteger, nullable=False),
    sa.Column("means", sa.String(10), nullable=False),
    sa.Column("reference", sa.String(80), nullable=False),
    sa.Column("source", sa.String(20), nullable=False),
    sa.Column("key", sa.String(80), unique=True),
    sa.Column("by_id", Uuid, index=True),
    sa.Column("undoes", Uuid, sa.ForeignKey("order_payment.id", ondelete="RESTRICT"), unique=True),
    sa.Column("reason", sa.String(500), nullable=False),
    # Each row stands on the one before it, and two cannot stand on the same: nothing is taken twice, whoever is quick.
    sa.UniqueConstraint("order_id", "position"),
    sa.CheckConstraint("position >= 1 AND (position > 1 OR paid_before = 0)", name="position"),
    sa.CheckConstraint("amount <> 0 AND paid_after = paid_before + amount AND paid_before >= 0", name="sum"),
    sa.CheckConstraint("paid_after >= 0 AND (amount < 0 OR paid_after <= total_amount)", name="within_total"),
    sa.CheckConstraint("undoes IS NULL OR (amount < 0 AND reason <> '')", name="undone"),
    sa.CheckConstraint(f"source <> '{DESK}' OR amount > 0 OR undoes IS NOT NULL", name="desk"),
    sa.CheckConstraint(f"means IN ({_MEANS})", name="means"),
)
"""What is paid of an order: one row for each payment, one for each that is taken back. The database refuses to change
or remove a row. ``total_amount`` is what was to be paid at that moment.
"""

_OPEN_REQUEST = sa.text("state = 'open'")
change_request_table = sa.Table(
    "order_change_request",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("order_id", Uuid, sa.ForeignKey("order_head.id", ondelete="RESTRICT"), nullable=False),
    sa.Column("line_id", Uuid, sa.ForeignKey("order_line.id", ondelete="RESTRICT"), index=True),
    sa.Column("asked_at", UtcDateTime, nullable=False),
    # Names are looked up, as the timeline's are.
    sa.Column("asked_by", Uuid, index=True),
    sa.Column("text", sa.String(LONGEST_WISH), nullable=False),
    sa.Column("starts_at", UtcDateTime),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("answer", sa.String(LONGEST_WISH), nullable=False),
    sa.Column("answered_at", UtcDateTime),
    sa.Column("answered_by", Uuid, index=True),
    sa.CheckConstraint(f"state IN ({_REQUEST_STATES})", name="state"),
    sa.CheckConstraint("(state = 'open') = (answered_at IS NULL)", name="answered"),
    sa.CheckConstraint("text <> ''", name="text"),
    # One question at a time.
    sa.Index(
        "uq_order_change_request_open",
        "order_id",
        unique=True,
        postgresql_where=_OPEN_REQUEST,
        sqlite_where=_OPEN_REQUEST,
    ),
    sa.Index("ix_order_change_request_order", "order_id", "asked_at", "id"),
)
"""What customers asked to have changed, and what the shop answered; nothing of the order follows from a row."""

draft_table = sa.Table(
    "order_draft",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("digest", sa.String(64), nullable=False, unique=True),
    sa.Column("shop_id", Uuid, sa.ForeignKey("shop.id", ondelete="CASCADE"), nullable=False),
    sa.Column("person_id", Uuid, sa.ForeignKey("person.id", ondelete="CASCADE"), index=True),
    sa.Column("visitor", sa.String(64), nullable=False, index=True),
    sa.Column("by_staff", sa.Boolean, nullable=False),
    sa.Column("back", sa.String(500), nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("until", UtcDateTime, nullable=False, index=True),
    sa.Column("dropped_at", UtcDateTime),
    sa.Column("swept_at", UtcDateTime),
    sa.Column("order_id", Uuid, sa.ForeignKey("order_head.id", ondelete="SET NULL"), unique=True),
)
"""What somebody is about to order. Its line ids are those that the order's lines will have."""

draft_line_table = sa.Table(
    "order_draft_line",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("draft_id", Uuid, sa.ForeignKey("order_draft.id", ondelete="CASCADE"), nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("kind", sa.String(80), nullable=False),
    sa.Column("listing_id", Uuid, sa.ForeignKey("listing.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("quantity", sa.Integer, nullable=False),
    sa.Column("options", Json, nullable=False),
    sa.Column("choice", Json, nullable=False),
    sa.Column("promise", Json, nullable=False),
    sa.UniqueConstraint("draft_id", "position"),
    sa.CheckConstraint("quantity >= 1", name="quantity"),
)

link_table = sa.Table(
    "order_link",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("digest", sa.String(64), nullable=False, unique=True),
    sa.Column("order_id", Uuid, sa.ForeignKey("order_head.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False),
    sa.Column("revoked_at", UtcDateTime),
)
"""Links by which a guest looks after one order. The token is never stored."""

mapper.map_imperatively(Order, order_table, version_id_col=order_table.c.version)
mapper.map_imperatively(Line, line_table, version_id_col=line_table.c.version)

TABLES = tuple(
    t.name
    for t in (
        order_table,
        line_table,
        event_table,
        payment_table,
        change_request_table,
        draft_table,
        draft_line_table,
        link_table,
    )
)
