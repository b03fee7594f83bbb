"""Orders, their lines and their timeline, which the database lets nobody change; drafts and guests' links."""

import sqlalchemy as sa
from alembic import op

from marketplace_kit.kernel import dialects
from marketplace_kit.kernel.database import Json, UtcDateTime, Uuid

revision = "orders_0001"
down_revision = None
branch_labels = ("orders",)
depends_on = "listings_0001"

APPEND_ONLY = ("order_event", "order_payment")


def upgrade() -> None:
    op.create_table(
        "order_head",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("shop_id", Uuid, nullable=False),
        sa.Column("customer_id", Uuid, nullable=True),
        sa.Column("contact_name", sa.String(length=200), nullable=False),
        sa.Column("contact_phone", sa.String(length=20), nullable=True),
        sa.Column("contact_email", sa.String(length=254), nullable=True),
        sa.Column("contact_locale", sa.String(length=5), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("total_amount", sa.BigInteger(), nullable=False),
        sa.Column("total_currency", sa.String(length=3), nullable=False),
        sa.Column("paid_amount", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("placed_by", Uuid, nullable=True),
        sa.Column("by_staff", sa.Boolean(), nullable=False),
        sa.Column("consent_text", sa.String(length=500), nullable=True),
        sa.Column("consent_version", sa.String(length=40), nullable=True),
        sa.Column("consent_at", UtcDateTime, nullable=True),
        sa.Column("checkout_id", Uuid, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "customer_id IS NOT NULL OR by_staff OR (contact_name <> '' AND "
            "(contact_phone IS NOT NULL OR contact_email IS NOT NULL))",
            name=op.f("ck_order_head_contact"),
        ),
        sa.CheckConstraint(
            "status IN ('pending', 'accepted', 'in_progress', 'completed', 'cancelled')",
            name=op.f("ck_order_head_status"),
        ),
        sa.CheckConstraint("(consent_at IS NULL) = (consent_version IS NULL)", name=op.f("ck_order_head_consent")),
        sa.CheckConstraint("consent_at IS NOT NULL OR by_staff", name=op.f("ck_order_head_agreed")),
        sa.CheckConstraint("total_amount >= 0", name=op.f("ck_order_head_total")),
        sa.CheckConstraint("paid_amount >= 0", name=op.f("ck_order_head_paid")),
        sa.ForeignKeyConstraint(["customer_id"], ["person.id"], name=op.f("fk_order_head_customer_id")),
        sa.ForeignKeyConstraint(["placed_by"], ["person.id"], name=op.f("fk_order_head_placed_by")),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_order_head_shop_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_head")),
        sa.UniqueConstraint("number", name=op.f("uq_order_head_number")),
    )
    op.create_index(op.f("ix_order_head_checkout_id"), "order_head", ["checkout_id"], unique=False)
    op.create_index("ix_order_head_contact_phone", "order_head", ["contact_phone"], unique=False)
    op.create_index("ix_order_head_customer", "order_head", ["customer_id", "created_at", "id"], unique=False)
    op.create_index("ix_order_head_placed_by", "order_head", ["placed_by"], unique=False)
    op.create_index("ix_order_head_shop", "order_head", ["shop_id", "created_at", "id"], unique=False)
    op.create_index("ix_order_head_shop_status", "order_head", ["shop_id", "status", "created_at", "id"], unique=False)
    op.create_index(
        "ix_order_head_shop_unpaid",
        "order_head",
        ["shop_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("paid_amount < total_amount"),
        sqlite_where=sa.text("paid_amount < total_amount"),
    )
    op.create_table(
        "order_draft",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("shop_id", Uuid, nullable=False),
        sa.Column("person_id", Uuid, nullable=True),
        sa.Column("visitor", sa.String(length=64), nullable=False),
        sa.Column("by_staff", sa.Boolean(), nullable=False),
        sa.Column("back", sa.String(length=500), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("until", UtcDateTime, nullable=False),
        sa.Column("dropped_at", UtcDateTime, nullable=True),
        sa.Column("swept_at", UtcDateTime, nullable=True),
        sa.Column("order_id", Uuid, nullable=True),
        sa.ForeignKeyConstraint(
            ["order_id"], ["order_head.id"], name=op.f("fk_order_draft_order_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_order_draft_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_order_draft_shop_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_draft")),
        sa.UniqueConstraint("digest", name=op.f("uq_order_draft_digest")),
        sa.UniqueConstraint("order_id", name=op.f("uq_order_draft_order_id")),
    )
    op.create_index(op.f("ix_order_draft_person_id"), "order_draft", ["person_id"], unique=False)
    op.create_index(op.f("ix_order_draft_until"), "order_draft", ["until"], unique=False)
    op.create_index(op.f("ix_order_draft_visitor"), "order_draft", ["visitor"], unique=False)
    op.create_table(
        "order_line",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("order_id", Uuid, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("tab", sa.String(length=10), nullable=False),
        sa.Column("process_version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("listing_id", Uuid, nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_amount", sa.BigInteger(), nullable=False),
        sa.Column("total_amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("due_now_amount", sa.BigInteger(), nullable=True),
        sa.Column("parts", Json, nullable=False),
        sa.Column("facts", Json, nullable=False),
        sa.Column("options", Json, nullable=False),
        sa.Column("choice", Json, nullable=False),
        sa.Column("starts_at", UtcDateTime, nullable=True),
        sa.Column("ends_at", UtcDateTime, nullable=True),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("due_verb", sa.String(length=40), nullable=True),
        sa.Column("due_at", UtcDateTime, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "stage IN ('pending', 'accepted', 'in_progress', 'completed', 'cancelled')",
            name=op.f("ck_order_line_stage"),
        ),
        sa.CheckConstraint("tab IN ('products', 'services')", name=op.f("ck_order_line_tab")),
        sa.CheckConstraint("(due_verb IS NULL) = (due_at IS NULL)", name=op.f("ck_order_line_due")),
        sa.CheckConstraint("quantity >= 1", name=op.f("ck_order_line_quantity")),
        sa.CheckConstraint(
            "starts_at IS NULL OR ends_at IS NULL OR starts_at <= ends_at", name=op.f("ck_order_line_times")
        ),
        sa.CheckConstraint(
            "unit_amount >= 0 AND total_amount = unit_amount * quantity", name=op.f("ck_order_line_total")
        ),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_order_line_listing_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["order_head.id"], name=op.f("fk_order_line_order_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_line")),
        sa.UniqueConstraint("order_id", "position", name=op.f("uq_order_line_order_id_position")),
    )
    op.create_index(
        "ix_order_line_due",
        "order_line",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("due_at IS NOT NULL"),
        sqlite_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index(op.f("ix_order_line_listing_id"), "order_line", ["listing_id"], unique=False)
    op.create_table(
        "order_link",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("order_id", Uuid, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.Column("revoked_at", UtcDateTime, nullable=True),
        sa.ForeignKeyConstraint(
            ["order_id"], ["order_head.id"], name=op.f("fk_order_link_order_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_link")),
        sa.UniqueConstraint("digest", name=op.f("uq_order_link_digest")),
    )
    op.create_index(op.f("ix_order_link_order_id"), "order_link", ["order_id"], unique=False)
    op.create_table(
        "order_draft_line",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("draft_id", Uuid, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("listing_id", Uuid, nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("options", Json, nullable=False),
        sa.Column("choice", Json, nullable=False),
        sa.Column("promise", Json, nullable=False),
        sa.CheckConstraint("quantity >= 1", name=op.f("ck_order_draft_line_quantity")),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["order_draft.id"], name=op.f("fk_order_draft_line_draft_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_order_draft_line_listing_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_draft_line")),
        sa.UniqueConstraint("draft_id", "position", name=op.f("uq_order_draft_line_draft_id_position")),
    )
    op.create_index(op.f("ix_order_draft_line_listing_id"), "order_draft_line", ["listing_id"], unique=False)
    op.create_table(
        "order_event",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("order_id", Uuid, nullable=False),
        sa.Column("line_id", Uuid, nullable=True),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("actor_kind", sa.String(length=10), nullable=False),
        sa.Column("actor_id", Uuid, nullable=True),
        sa.Column("verb", sa.String(length=40), nullable=False),
        sa.Column("before", sa.String(length=40), nullable=False),
        sa.Column("after", sa.String(length=40), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("facts", Json, nullable=False),
        sa.CheckConstraint(
            "actor_kind IN ('customer', 'guest', 'staff', 'system')", name=op.f("ck_order_event_actor_kind")
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["order_line.id"], name=op.f("fk_order_event_line_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["order_head.id"], name=op.f("fk_order_event_order_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_event")),
    )
    op.create_index(op.f("ix_order_event_actor_id"), "order_event", ["actor_id"], unique=False)
    op.create_index(op.f("ix_order_event_line_id"), "order_event", ["line_id"], unique=False)
    op.create_index("ix_order_event_order", "order_event", ["order_id", "at", "id"], unique=False)
    op.create_table(
        "order_payment",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("order_id", Uuid, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("paid_before", sa.BigInteger(), nullable=False),
        sa.Column("paid_after", sa.BigInteger(), nullable=False),
        sa.Column("total_amount", sa.BigInteger(), nullable=False),
        sa.Column("means", sa.String(length=10), nullable=False),
        sa.Column("reference", sa.String(length=80), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=True),
        sa.Column("by_id", Uuid, nullable=True),
        sa.Column("undoes", Uuid, nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.CheckConstraint(
            "position >= 1 AND (position > 1 OR paid_before = 0)", name=op.f("ck_order_payment_position")
        ),
        sa.CheckConstraint(
            "amount <> 0 AND paid_after = paid_before + amount AND paid_before >= 0", name=op.f("ck_order_payment_sum")
        ),
        sa.CheckConstraint(
            "paid_after >= 0 AND (amount < 0 OR paid_after <= total_amount)",
            name=op.f("ck_order_payment_within_total"),
        ),
        sa.CheckConstraint("undoes IS NULL OR (amount < 0 AND reason <> '')", name=op.f("ck_order_payment_undone")),
        sa.CheckConstraint("source <> 'desk' OR amount > 0 OR undoes IS NOT NULL", name=op.f("ck_order_payment_desk")),
        sa.CheckConstraint("means IN ('cash', 'terminal', 'transfer', 'online')", name=op.f("ck_order_payment_means")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["order_head.id"], name=op.f("fk_order_payment_order_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["undoes"], ["order_payment.id"], name=op.f("fk_order_payment_undoes"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_payment")),
        sa.UniqueConstraint("key", name=op.f("uq_order_payment_key")),
        sa.UniqueConstraint("order_id", "position", name=op.f("uq_order_payment_order_id_position")),
        sa.UniqueConstraint("undoes", name=op.f("uq_order_payment_undoes")),
    )
    op.create_index(op.f("ix_order_payment_by_id"), "order_payment", ["by_id"], unique=False)
    for table in APPEND_ONLY:
        for statement in dialects.append_only(op.get_bind().dialect.name, table)[0]:
            op.execute(statement)


def downgrade() -> None:
    for table in APPEND_ONLY:
        for statement in dialects.append_only(op.get_bind().dialect.name, table)[1]:
            op.execute(statement)
    op.drop_index(op.f("ix_order_payment_by_id"), table_name="order_payment")
    op.drop_table("order_payment")
    op.drop_index("ix_order_event_order", table_name="order_event")
    op.drop_index(op.f("ix_order_event_line_id"), table_name="order_event")
    op.drop_index(op.f("ix_order_event_actor_id"), table_name="order_event")
    op.drop_table("order_event")
    op.drop_index(op.f("ix_order_draft_line_listing_id"), table_name="order_draft_line")
    op.drop_table("order_draft_line")
    op.drop_index(op.f("ix_order_link_order_id"), table_name="order_link")
    op.drop_table("order_link")
    op.drop_index(op.f("ix_order_line_listing_id"), table_name="order_line")
    op.drop_index(
        "ix_order_line_due",
        table_name="order_line",
        postgresql_where=sa.text("due_at IS NOT NULL"),
        sqlite_where=sa.text("due_at IS NOT NULL"),
    )
    op.drop_table("order_line")
    op.drop_index(op.f("ix_order_draft_visitor"), table_name="order_draft")
    op.drop_index(op.f("ix_order_draft_until"), table_name="order_draft")
    op.drop_index(op.f("ix_order_draft_person_id"), table_name="order_draft")
    op.drop_table("order_draft")
    op.drop_index(
        "ix_order_head_shop_unpaid",
        table_name="order_head",
        postgresql_where=sa.text("paid_amount < total_amount"),
        sqlite_where=sa.text("paid_amount < total_amount"),
    )
    op.drop_index("ix_order_head_shop_status", table_name="order_head")
    op.drop_index("ix_order_head_shop", table_name="order_head")
    op.drop_index("ix_order_head_placed_by", table_name="order_head")
    op.drop_index("ix_order_head_customer", table_name="order_head")
    op.drop_index("ix_order_head_contact_phone", table_name="order_head")
    op.drop_index(op.f("ix_order_head_checkout_id"), table_name="order_head")
    op.drop_table("order_head")
