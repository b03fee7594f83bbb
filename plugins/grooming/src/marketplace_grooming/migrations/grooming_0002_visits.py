"""visits, what was found and agreed, report cards, differing prices."""

import sqlalchemy as sa
from alembic import op

from marketplace_kit.kernel.database import UtcDateTime, Uuid

revision = "grooming_0002"
down_revision = "grooming_0001"
branch_labels = None
depends_on = ("scheduling_0001", "pets_0001", "web_0002")

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


KEPT = {
    # What was asked and what was answered, for which amount: changed by nobody while the visit is there.
    "grooming_extra": (
        ("visit_id", "what", "amount", "currency", "minutes", "proposed_at"),
        "grooming_visit",
        "visit_id",
    ),
    "grooming_consent": (
        ("extra_id", "agreed", "amount", "minutes", "way", "operator", "at"),
        "grooming_extra",
        "extra_id",
    ),
    "grooming_evaluation": (("shop_id", "pet_id", "result", "notes", "at"), "pets_pet", "pet_id"),
}


def _keep(table: str, columns: tuple[str, ...], owner: str, own: str) -> list[str]:
    name = f"{table}_append_only"
    changed = f"BEFORE UPDATE OF {', '.join(columns)} ON {table}"
    gone = f"BEFORE DELETE ON {table}"
    alive = f"EXISTS (SELECT 1 FROM {owner} WHERE id = OLD.{own})"  # noqa: S608 - names of this file
    if op.get_bind().dialect.name == "postgresql":
        refuse = f"RAISE EXCEPTION USING ERRCODE = 'restrict_violation', MESSAGE = '{name}'"
        body = f"BEGIN IF TG_OP = 'UPDATE' OR {alive} THEN {refuse}; END IF; RETURN OLD; END"
        return [
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$",
            f"CREATE TRIGGER {name}_update {changed} FOR EACH ROW EXECUTE FUNCTION {name}()",
            f"CREATE TRIGGER {name}_delete {gone} FOR EACH ROW EXECUTE FUNCTION {name}()",
        ]
    refuse = f"BEGIN SELECT RAISE(ABORT, '{name}'); END"
    return [
        f"CREATE TRIGGER {name}_update {changed} {refuse}",
        f"CREATE TRIGGER {name}_delete {gone} WHEN {alive} {refuse}",
    ]


def upgrade() -> None:
    op.create_table(
        "grooming_visit",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("order_id", Uuid, nullable=False),
        sa.Column("shop_id", Uuid, nullable=False),
        sa.Column("listing_id", Uuid, nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("person_id", Uuid, nullable=True),
        sa.Column("pet_id", Uuid, nullable=True),
        sa.Column("pet_name", sa.String(length=60), nullable=False),
        sa.Column("species", sa.String(length=20), nullable=False),
        sa.Column("coat", sa.String(length=20), nullable=False),
        sa.Column("band", sa.String(length=10), nullable=False),
        sa.Column("codes", sa.String(length=200), server_default="", nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("starts_at", UtcDateTime, nullable=False),
        sa.Column("ends_at", UtcDateTime, nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("price_amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("staff_id", NUMBER, nullable=True),
        sa.Column("staff_name", sa.String(length=120), nullable=False),
        sa.Column("weigh", sa.Boolean(), nullable=False),
        sa.Column("review_band", sa.String(length=10), server_default="", nullable=False),
        sa.Column("gate_note", sa.String(length=500), server_default="", nullable=False),
        sa.Column("here_at", UtcDateTime, nullable=True),
        sa.Column("checked_in_at", UtcDateTime, nullable=True),
        sa.Column("started_at", UtcDateTime, nullable=True),
        sa.Column("eta", UtcDateTime, nullable=True),
        sa.Column("ready_at", UtcDateTime, nullable=True),
        sa.Column("picked_up_at", UtcDateTime, nullable=True),
        sa.Column("held_at", UtcDateTime, nullable=True),
        sa.Column("phone", sa.String(length=20), server_default="", nullable=False),
        sa.Column("collector", sa.String(length=120), server_default="", nullable=False),
        sa.Column("food", sa.String(length=300), server_default="", nullable=False),
        sa.Column("medicine", sa.String(length=300), server_default="", nullable=False),
        sa.Column("belongings", sa.String(length=300), server_default="", nullable=False),
        sa.Column("grams", sa.Integer(), nullable=True),
        sa.Column("cover", sa.String(length=60), nullable=True),
        sa.CheckConstraint("pet_name <> ''", name=op.f("ck_grooming_visit_pet_name")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_grooming_visit_forwards")),
        sa.CheckConstraint("grams > 0", name=op.f("ck_grooming_visit_grams")),
        sa.CheckConstraint("price_amount >= 0", name=op.f("ck_grooming_visit_price")),
        sa.ForeignKeyConstraint(["id"], ["appointment.id"], name=op.f("fk_grooming_visit_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_grooming_visit_listing_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_grooming_visit_person_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["pet_id"], ["pets_pet.id"], name=op.f("fk_grooming_visit_pet_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_grooming_visit_shop_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grooming_visit")),
    )
    op.create_index("ix_grooming_visit_board", "grooming_visit", ["shop_id", "state", "starts_at"], unique=False)
    op.create_index(op.f("ix_grooming_visit_listing_id"), "grooming_visit", ["listing_id"], unique=False)
    op.create_index(op.f("ix_grooming_visit_order_id"), "grooming_visit", ["order_id"], unique=False)
    op.create_index(op.f("ix_grooming_visit_person_id"), "grooming_visit", ["person_id"], unique=False)
    op.create_index(op.f("ix_grooming_visit_pet_id"), "grooming_visit", ["pet_id"], unique=False)
    op.create_table(
        "grooming_before",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("grooming_visit_id", Uuid, nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("alt", sa.String(length=300), nullable=False),
        sa.Column("by_id", Uuid, nullable=True),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.CheckConstraint("rank >= 0 AND rank < 12", name=op.f("ck_grooming_before_rank")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_grooming_before_by_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["grooming_visit_id"],
            ["grooming_visit.id"],
            name=op.f("fk_grooming_before_grooming_visit_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["key"], ["media.key"], name=op.f("fk_grooming_before_key"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grooming_before")),
        sa.UniqueConstraint("grooming_visit_id", "rank", name=op.f("uq_grooming_before_grooming_visit_id_rank")),
    )
    op.create_index(op.f("ix_grooming_before_by_id"), "grooming_before", ["by_id"], unique=False)
    op.create_index(op.f("ix_grooming_before_key"), "grooming_before", ["key"], unique=False)
    op.create_table(
        "grooming_after",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("grooming_visit_id", Uuid, nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("alt", sa.String(length=300), nullable=False),
        sa.Column("by_id", Uuid, nullable=True),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.CheckConstraint("rank >= 0 AND rank < 12", name=op.f("ck_grooming_after_rank")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_grooming_after_by_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["grooming_visit_id"],
            ["grooming_visit.id"],
            name=op.f("fk_grooming_after_grooming_visit_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["key"], ["media.key"], name=op.f("fk_grooming_after_key"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grooming_after")),
        sa.UniqueConstraint("grooming_visit_id", "rank", name=op.f("uq_grooming_after_grooming_visit_id_rank")),
    )
    op.create_index(op.f("ix_grooming_after_by_id"), "grooming_after", ["by_id"], unique=False)
    op.create_index(op.f("ix_grooming_after_key"), "grooming_after", ["key"], unique=False)
    op.create_table(
        "grooming_extra",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("visit_id", Uuid, nullable=False),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("proposed_at", UtcDateTime, nullable=False),
        sa.Column("proposed_by_id", Uuid, nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("replaces_id", Uuid, nullable=True),
        sa.Column("withdrawn_at", UtcDateTime, nullable=True),
        sa.Column("lapsed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("cover", sa.String(length=60), nullable=True),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_grooming_extra_amount")),
        sa.CheckConstraint("withdrawn_at IS NOT NULL OR NOT lapsed", name=op.f("ck_grooming_extra_lapsed")),
        sa.CheckConstraint("minutes >= 0 AND minutes <= 600", name=op.f("ck_grooming_extra_minutes")),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["person.id"], name=op.f("fk_grooming_extra_proposed_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["grooming_extra.id"], name=op.f("fk_grooming_extra_replaces_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["grooming_visit.id"], name=op.f("fk_grooming_extra_visit_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grooming_extra")),
        sa.UniqueConstraint("digest", name=op.f("uq_grooming_extra_digest")),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_grooming_extra_replaces_id")),
    )
    op.create_index(op.f("ix_grooming_extra_proposed_by_id"), "grooming_extra", ["proposed_by_id"], unique=False)
    op.create_index(op.f("ix_grooming_extra_visit_id"), "grooming_extra", ["visit_id"], unique=False)
    op.create_table(
        "grooming_extra_photo",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("grooming_extra_id", Uuid, nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("alt", sa.String(length=300), nullable=False),
        sa.Column("by_id", Uuid, nullable=True),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.CheckConstraint("rank >= 0 AND rank < 12", name=op.f("ck_grooming_extra_photo_rank")),
        sa.ForeignKeyConstraint(
            ["by_id"], ["person.id"], name=op.f("fk_grooming_extra_photo_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["grooming_extra_id"],
            ["grooming_extra.id"],
            name=op.f("fk_grooming_extra_photo_grooming_extra_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["key"], ["media.key"], name=op.f("fk_grooming_extra_photo_key"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grooming_extra_photo")),
        sa.UniqueConstraint("grooming_extra_id", "rank", name=op.f("uq_grooming_extra_photo_grooming_extra_id_rank")),
    )
    op.create_index(op.f("ix_grooming_extra_photo_by_id"), "grooming_extra_photo", ["by_id"], unique=False)
    op.create_index(op.f("ix_grooming_extra_photo_key"), "grooming_extra_photo", ["key"], unique=False)
    op.create_table(
        "grooming_consent",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("extra_id", Uuid, nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("operator", sa.String(length=300), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("by_person_id", Uuid, nullable=True),
        sa.CheckConstraint("name <> ''", name=op.f("ck_grooming_consent_name")),
        sa.CheckConstraint("way IN ('link', 'in_person')", name=op.f("ck_grooming_consent_way")),
        sa.ForeignKeyConstraint(
            ["by_person_id"], ["person.id"], name=op.f("fk_grooming_consent_by_person_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["extra_id"], ["grooming_extra.id"], name=op.f("fk_grooming_consent_extra_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grooming_consent")),
        sa.UniqueConstraint("extra_id", name=op.f("uq_grooming_consent_extra_id")),
    )
    op.create_index(op.f("ix_grooming_consent_by_person_id"), "grooming_consent", ["by_person_id"], unique=False)
    op.create_table(
        "grooming_evaluation",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("shop_id", Uuid, nullable=False),
        sa.Column("pet_id", Uuid, nullable=False),
        sa.Column("visit_id", Uuid, nullable=True),
        sa.Column("result", sa.String(length=20), nullable=False),
        sa.Column("notes", sa.String(length=1000), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("by_person_id", Uuid, nullable=True),
        sa.CheckConstraint("result IN ('passed', 'failed', 'conditional')", name=op.f("ck_grooming_evaluation_result")),
        sa.CheckConstraint("result = 'passed' OR notes <> ''", name=op.f("ck_grooming_evaluation_notes")),
        sa.ForeignKeyConstraint(
            ["by_person_id"], ["person.id"], name=op.f("fk_grooming_evaluation_by_person_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["pet_id"], ["pets_pet.id"], name=op.f("fk_grooming_evaluation_pet_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f("fk_grooming_evaluation_shop_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["grooming_visit.id"], name=op.f("fk_grooming_evaluation_visit_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grooming_evaluation")),
    )
    op.create_index(op.f("ix_grooming_evaluation_by_person_id"), "grooming_evaluation", ["by_person_id"], unique=False)
    op.create_index(op.f("ix_grooming_evaluation_pet_id"), "grooming_evaluation", ["pet_id"], unique=False)
    op.create_index(op.f("ix_grooming_evaluation_visit_id"), "grooming_evaluation", ["visit_id"], unique=False)
    op.create_index("ix_grooming_evaluation_shop_id", "grooming_evaluation", ["shop_id", "pet_id", "at"], unique=False)
    op.create_table(
        "grooming_card",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("visit_id", Uuid, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("mood", sa.String(length=20), nullable=False),
        sa.Column("coat", sa.String(length=20), nullable=False),
        sa.Column("skin", sa.String(length=20), nullable=False),
        sa.Column("ears", sa.String(length=20), nullable=False),
        sa.Column("nails", sa.String(length=20), nullable=False),
        sa.Column("done", sa.String(length=2000), nullable=False),
        sa.Column("advice", sa.String(length=2000), nullable=False),
        sa.Column("next_weeks", sa.Integer(), nullable=True),
        sa.Column("see_vet", sa.Boolean(), nullable=False),
        sa.Column("written_at", UtcDateTime, nullable=False),
        sa.Column("by_person_id", Uuid, nullable=True),
        sa.Column("published_at", UtcDateTime, nullable=True),
        sa.CheckConstraint("next_weeks BETWEEN 1 AND 52", name=op.f("ck_grooming_card_next_weeks")),
        sa.CheckConstraint("number > 0", name=op.f("ck_grooming_card_number")),
        sa.ForeignKeyConstraint(
            ["by_person_id"], ["person.id"], name=op.f("fk_grooming_card_by_person_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["grooming_visit.id"], name=op.f("fk_grooming_card_visit_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grooming_card")),
        sa.UniqueConstraint("visit_id", "number", name=op.f("uq_grooming_card_visit_id_number")),
    )
    op.create_index(op.f("ix_grooming_card_by_person_id"), "grooming_card", ["by_person_id"], unique=False)
    op.create_index(op.f("ix_grooming_card_visit_id"), "grooming_card", ["visit_id"], unique=False)
    op.create_table(
        "grooming_override",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("listing_id", Uuid, nullable=False),
        sa.Column("pet_id", Uuid, nullable=True),
        sa.Column("resource_id", NUMBER, nullable=True),
        sa.Column("breed", sa.String(length=60), nullable=True),
        sa.Column("price_amount", sa.BigInteger(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("by_person_id", Uuid, nullable=True),
        sa.CheckConstraint(
            "(pet_id IS NOT NULL AND resource_id IS NULL AND breed IS NULL)"
            " OR (pet_id IS NULL AND resource_id IS NOT NULL AND breed IS NULL)"
            " OR (pet_id IS NULL AND resource_id IS NULL AND breed IS NOT NULL)",
            name=op.f("ck_grooming_override_whose"),
        ),
        sa.CheckConstraint("minutes BETWEEN 5 AND 600", name=op.f("ck_grooming_override_minutes")),
        sa.CheckConstraint("price_amount >= 0", name=op.f("ck_grooming_override_price")),
        sa.CheckConstraint(
            "price_amount IS NOT NULL OR minutes IS NOT NULL", name=op.f("ck_grooming_override_says_something")
        ),
        sa.ForeignKeyConstraint(
            ["by_person_id"], ["person.id"], name=op.f("fk_grooming_override_by_person_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_grooming_override_listing_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["pet_id"], ["pets_pet.id"], name=op.f("fk_grooming_override_pet_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_grooming_override_resource_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grooming_override")),
        sa.UniqueConstraint("listing_id", "breed", name=op.f("uq_grooming_override_listing_id_breed")),
        sa.UniqueConstraint("listing_id", "pet_id", name=op.f("uq_grooming_override_listing_id_pet_id")),
        sa.UniqueConstraint("listing_id", "resource_id", name=op.f("uq_grooming_override_listing_id_resource_id")),
    )
    op.create_index(op.f("ix_grooming_override_by_person_id"), "grooming_override", ["by_person_id"], unique=False)
    op.create_index(op.f("ix_grooming_override_pet_id"), "grooming_override", ["pet_id"], unique=False)
    op.create_index(op.f("ix_grooming_override_resource_id"), "grooming_override", ["resource_id"], unique=False)
    for table, (columns, owner, own) in KEPT.items():
        for statement in _keep(table, columns, owner, own):
            op.execute(statement)


def downgrade() -> None:
    op.drop_table("grooming_override")
    op.drop_table("grooming_card")
    op.drop_table("grooming_evaluation")
    op.drop_table("grooming_consent")
    op.drop_table("grooming_extra_photo")
    op.drop_table("grooming_extra")
    op.drop_table("grooming_after")
    op.drop_table("grooming_before")
    op.drop_table("grooming_visit")
    if op.get_bind().dialect.name == "postgresql":
        for table in KEPT:
            op.execute(f"DROP FUNCTION {table}_append_only()")
