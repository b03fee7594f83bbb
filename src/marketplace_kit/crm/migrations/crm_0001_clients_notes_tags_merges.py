"""Clients of shops: their cards, orders, notes and tags, and which cards were merged."""

import sqlalchemy as sa
from alembic import op

from marketplace_kit.kernel.database import Json, UtcDateTime, Uuid

revision = "crm_0001"
down_revision = None
branch_labels = ("crm",)
depends_on = ("orders_0001", "scheduling_0001")

Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_KEPT = "client_note_kept"


def _key(table: str, column: str, target: str, ondelete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete)


def upgrade() -> None:
    op.create_table(
        "client",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("shop_id", Uuid, nullable=False),
        sa.Column("person_id", Uuid, nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_folded", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("birthday", sa.Date(), nullable=True),
        sa.Column("birth_md", sa.Integer(), nullable=True),
        sa.Column("staff_id", Number, nullable=True),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("first_seen_at", UtcDateTime, nullable=False),
        sa.Column("last_seen_at", UtcDateTime, nullable=False),
        sa.Column("preferences", Json, server_default="{}", nullable=False),
        sa.Column("follow_up_on", sa.Date(), nullable=True),
        sa.Column("follow_up_what", sa.String(length=300), server_default="", nullable=False),
        sa.Column("follow_up_by", Uuid, nullable=True),
        sa.Column("follow_up_told_at", UtcDateTime, nullable=True),
        sa.Column("merged_into_id", Uuid, nullable=True),
        sa.Column("deleted_at", UtcDateTime, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("substr(phone, 1, 1) = '+'", name=op.f("ck_client_phone")),
        sa.CheckConstraint(
            "deleted_at IS NULL OR (phone IS NULL AND email IS NULL AND name = '')", name=op.f("ck_client_forgotten")
        ),
        sa.CheckConstraint(
            "channel = '' OR channel IN ('phone', 'whatsapp', 'telegram', 'sms', 'email')",
            name=op.f("ck_client_channel"),
        ),
        sa.CheckConstraint("source IN ('order', 'staff')", name=op.f("ck_client_source")),
        sa.CheckConstraint("(birthday IS NULL) = (birth_md IS NULL)", name=op.f("ck_client_birthday")),
        sa.CheckConstraint("merged_into_id <> id", name=op.f("ck_client_merged")),
        sa.CheckConstraint(
            "follow_up_on IS NOT NULL OR (follow_up_what = '' AND follow_up_told_at IS NULL)",
            name=op.f("ck_client_follow_up"),
        ),
        _key("client", "shop_id", "shop", "CASCADE"),
        _key("client", "person_id", "person", "SET NULL"),
        _key("client", "staff_id", "resource", "SET NULL"),
        _key("client", "merged_into_id", "client", "SET NULL"),
        _key("client", "follow_up_by", "person", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client")),
        sa.UniqueConstraint("shop_id", "phone", name="uq_client_shop_phone"),
        sa.UniqueConstraint("shop_id", "person_id", name="uq_client_shop_person"),
    )
    op.create_index(op.f("ix_client_person_id"), "client", ["person_id"])
    op.create_index(op.f("ix_client_staff_id"), "client", ["staff_id"])
    op.create_index(op.f("ix_client_merged_into_id"), "client", ["merged_into_id"])
    op.create_index(op.f("ix_client_follow_up_by"), "client", ["follow_up_by"])
    waiting = sa.text("follow_up_told_at IS NULL AND follow_up_on IS NOT NULL")
    op.create_index("ix_client_follow_up", "client", ["follow_up_on"], postgresql_where=waiting, sqlite_where=waiting)
    op.create_index("ix_client_shop_seen", "client", ["shop_id", "last_seen_at", "id"])
    op.create_table(
        "client_order",
        sa.Column("order_id", Uuid, nullable=False),
        sa.Column("client_id", Uuid, nullable=False),
        sa.Column("set_by", Uuid, nullable=True),
        sa.Column("at", UtcDateTime, nullable=False),
        _key("client_order", "order_id", "order_head", "CASCADE"),
        _key("client_order", "client_id", "client", "CASCADE"),
        _key("client_order", "set_by", "person", "SET NULL"),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_client_order")),
    )
    op.create_index(op.f("ix_client_order_client_id"), "client_order", ["client_id"])
    op.create_index(op.f("ix_client_order_set_by"), "client_order", ["set_by"])
    op.create_table(
        "client_note",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("client_id", Uuid, nullable=False),
        sa.Column("by_id", Uuid, nullable=True),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("visibility", sa.String(length=10), nullable=False),
        sa.Column("corrects_id", Uuid, nullable=True),
        sa.CheckConstraint("visibility IN ('private', 'shareable')", name=op.f("ck_client_note_visibility")),
        sa.CheckConstraint("text <> ''", name=op.f("ck_client_note_text")),
        _key("client_note", "client_id", "client", "CASCADE"),
        _key("client_note", "by_id", "person", "SET NULL"),
        _key("client_note", "corrects_id", "client_note", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_note")),
        sa.UniqueConstraint("corrects_id", name=op.f("uq_client_note_corrects_id")),
    )
    op.create_index(op.f("ix_client_note_by_id"), "client_note", ["by_id"])
    op.create_index("ix_client_note_client", "client_note", ["client_id", "at", "id"])
    _keep_notes()
    op.create_table(
        "client_tag",
        sa.Column("client_id", Uuid, nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("tag", sa.String(length=40), nullable=False),
        sa.CheckConstraint("key <> ''", name=op.f("ck_client_tag_key")),
        _key("client_tag", "client_id", "client", "CASCADE"),
        sa.PrimaryKeyConstraint("client_id", "key", name=op.f("pk_client_tag")),
    )
    op.create_index("ix_client_tag_key", "client_tag", ["key", "client_id"])
    op.create_table(
        "client_merge",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("shop_id", Uuid, nullable=False),
        sa.Column("from_id", Uuid, nullable=False),
        sa.Column("into_id", Uuid, nullable=False),
        sa.Column("moved", Json, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("by_id", Uuid, nullable=True),
        sa.Column("undone_at", UtcDateTime, nullable=True),
        _key("client_merge", "shop_id", "shop", "CASCADE"),
        _key("client_merge", "from_id", "client", "CASCADE"),
        _key("client_merge", "into_id", "client", "CASCADE"),
        _key("client_merge", "by_id", "person", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_merge")),
    )
    op.create_index(op.f("ix_client_merge_shop_id"), "client_merge", ["shop_id"])
    op.create_index(op.f("ix_client_merge_from_id"), "client_merge", ["from_id"])
    op.create_index(op.f("ix_client_merge_by_id"), "client_merge", ["by_id"])
    op.create_index("ix_client_merge_into", "client_merge", ["into_id", "at"])


def _keep_notes() -> None:
    """What was written stays as it was; who wrote it may be forgotten, and all of it be removed."""
    if op.get_bind().dialect.name == "postgresql":
        raising = f"BEGIN RAISE EXCEPTION USING ERRCODE = 'restrict_violation', MESSAGE = '{_KEPT}'; END"
        op.execute(f"CREATE FUNCTION {_KEPT}() RETURNS trigger LANGUAGE plpgsql AS $$ {raising} $$")
        done = f"EXECUTE FUNCTION {_KEPT}()"
    else:
        done = f"BEGIN SELECT RAISE(ABORT, '{_KEPT}'); END"
    op.execute(f"CREATE TRIGGER {_KEPT} BEFORE UPDATE OF text, visibility, at, client_id ON client_note {done}")


def downgrade() -> None:
    op.drop_table("client_merge")
    op.drop_table("client_tag")
    op.drop_table("client_note")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"DROP FUNCTION {_KEPT}()")
    op.drop_table("client_order")
    op.drop_table("client")
