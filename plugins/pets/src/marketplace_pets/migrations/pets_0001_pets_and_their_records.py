"""pets and their records."""

import sqlalchemy as sa
from alembic import op

from marketplace_kit.kernel.database import Json, UtcDateTime, Uuid

revision = "pets_0001"
down_revision = None
branch_labels = ("pets",)
depends_on = ("accounts_0001", "shops_0001", "web_0002")

# What a row said stays said: these columns never change, and the row goes only with its pet.
KEPT = {
    "pets_weight": ("pet_id", "grams", "at", "recorded_at", "source", "method", "body_condition", "reason"),
    "pets_dose": (
        "pet_id",
        "protocol",
        "protocol_version",
        "given_on",
        "product",
        "lot",
        "manufacturer",
        "valid_until",
        "source",
        "historical",
        "override_reason",
        "recorded_at",
    ),
    "pets_read": ("pet_id", "shop_id", "scope", "why", "at", "grant_id"),
}


def _keep(table: str, columns: tuple[str, ...]) -> list[str]:
    name = f"{table}_append_only"
    changed = f"BEFORE UPDATE OF {', '.join(columns)} ON {table}"
    gone = f"BEFORE DELETE ON {table}"
    alive = "EXISTS (SELECT 1 FROM pets_pet WHERE id = OLD.pet_id)"
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
        "pets_pet",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("species", sa.String(length=10), nullable=False),
        sa.Column("breed", sa.String(length=40), server_default="", nullable=False),
        sa.Column("crossbred", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("breed_other", sa.String(length=40), server_default="", nullable=False),
        sa.Column("sex", sa.String(length=20), server_default="", nullable=False),
        sa.Column("born", sa.Date(), nullable=True),
        sa.Column("born_precision", sa.String(length=10), server_default="exact", nullable=False),
        sa.Column("colour", sa.String(length=60), server_default="", nullable=False),
        sa.Column("coat", sa.String(length=10), server_default="", nullable=False),
        sa.Column("size_class", sa.String(length=10), server_default="", nullable=False),
        sa.Column("diet", sa.String(length=500), server_default="", nullable=False),
        sa.Column("feeding_times", sa.String(length=100), server_default="", nullable=False),
        sa.Column("insurance", sa.String(length=200), server_default="", nullable=False),
        sa.Column("emergency_name", sa.String(length=120), server_default="", nullable=False),
        sa.Column("emergency_phone", sa.String(length=20), server_default="", nullable=False),
        sa.Column("may_collect", sa.String(length=300), server_default="", nullable=False),
        sa.Column("home_vet", sa.String(length=200), server_default="", nullable=False),
        sa.Column("reminders", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("state", sa.String(length=10), server_default="active", nullable=False),
        sa.Column("deceased_on", sa.Date(), nullable=True),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("cover", sa.String(length=60), nullable=True),
        sa.CheckConstraint("(state = 'deceased') = (deceased_on IS NOT NULL)", name=op.f("ck_pets_pet_deceased")),
        sa.CheckConstraint("born_precision IN ('exact', 'month', 'year')", name=op.f("ck_pets_pet_precision")),
        sa.CheckConstraint("name <> ''", name=op.f("ck_pets_pet_name")),
        sa.CheckConstraint(
            "sex IN ('', 'male', 'female', 'male_neutered', 'female_spayed')", name=op.f("ck_pets_pet_sex")
        ),
        sa.CheckConstraint(
            "species IN ('dog', 'cat', 'rabbit', 'ferret', 'rodent', 'bird', 'reptile', 'horse', 'other')",
            name=op.f("ck_pets_pet_species"),
        ),
        sa.CheckConstraint("state IN ('active', 'inactive', 'deceased')", name=op.f("ck_pets_pet_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pets_pet")),
    )
    op.create_table(
        "pets_photo",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("pets_pet_id", Uuid, nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("alt", sa.String(length=300), nullable=False),
        sa.Column("by_id", Uuid, nullable=True),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.CheckConstraint("rank >= 0 AND rank < 12", name=op.f("ck_pets_photo_rank")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_pets_photo_by_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["key"], ["media.key"], name=op.f("fk_pets_photo_key"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["pets_pet_id"], ["pets_pet.id"], name=op.f("fk_pets_photo_pets_pet_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pets_photo")),
        sa.UniqueConstraint("pets_pet_id", "rank", name=op.f("uq_pets_photo_pets_pet_id_rank")),
    )
    op.create_index(op.f("ix_pets_photo_by_id"), "pets_photo", ["by_id"], unique=False)
    op.create_index(op.f("ix_pets_photo_key"), "pets_photo", ["key"], unique=False)
    op.create_table(
        "pets_keepership",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("pet_id", Uuid, nullable=False),
        sa.Column("person_id", Uuid, nullable=True),
        sa.Column("shop_id", Uuid, nullable=True),
        sa.Column("since", UtcDateTime, nullable=False),
        sa.Column("until", UtcDateTime, nullable=True),
        sa.Column("how", sa.String(length=10), nullable=False),
        sa.CheckConstraint(
            "how IN ('birth', 'transfer', 'claim', 'return', 'walk_in')", name=op.f("ck_pets_keepership_how")
        ),
        sa.CheckConstraint("(person_id IS NULL) <> (shop_id IS NULL)", name=op.f("ck_pets_keepership_keeper")),
        sa.CheckConstraint("until IS NULL OR until >= since", name=op.f("ck_pets_keepership_forwards")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_pets_keepership_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["pet_id"], ["pets_pet.id"], name=op.f("fk_pets_keepership_pet_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_pets_keepership_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pets_keepership")),
    )
    op.create_index(op.f("ix_pets_keepership_person_id"), "pets_keepership", ["person_id"], unique=False)
    op.create_index(op.f("ix_pets_keepership_pet_id"), "pets_keepership", ["pet_id"], unique=False)
    op.create_index(op.f("ix_pets_keepership_shop_id"), "pets_keepership", ["shop_id"], unique=False)
    op.create_index(
        "uq_pets_keepership_open",
        "pets_keepership",
        ["pet_id"],
        unique=True,
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_table(
        "pets_co_keeper",
        sa.Column("pet_id", Uuid, nullable=False),
        sa.Column("person_id", Uuid, nullable=False),
        sa.Column("right", sa.String(length=10), nullable=False),
        sa.Column("since", UtcDateTime, nullable=False),
        sa.CheckConstraint("\"right\" IN ('view', 'book', 'manage')", name=op.f("ck_pets_co_keeper_right")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_pets_co_keeper_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["pet_id"], ["pets_pet.id"], name=op.f("fk_pets_co_keeper_pet_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("pet_id", "person_id", name=op.f("pk_pets_co_keeper")),
    )
    op.create_index(op.f("ix_pets_co_keeper_person_id"), "pets_co_keeper", ["person_id"], unique=False)
    op.create_table(
        "pets_mark",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("pet_id", Uuid, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("value", sa.String(length=40), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=True),
        sa.Column("site", sa.String(length=80), server_default="", nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("by_person_id", Uuid, nullable=True),
        sa.CheckConstraint("kind <> 'chip' OR length(value) = 15", name=op.f("ck_pets_mark_chip")),
        sa.CheckConstraint(
            "kind IN ('chip', 'old_chip', 'tattoo', 'registration', 'passport')", name=op.f("ck_pets_mark_kind")
        ),
        sa.ForeignKeyConstraint(
            ["by_person_id"], ["person.id"], name=op.f("fk_pets_mark_by_person_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["pet_id"], ["pets_pet.id"], name=op.f("fk_pets_mark_pet_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pets_mark")),
    )
    op.create_index(op.f("ix_pets_mark_by_person_id"), "pets_mark", ["by_person_id"], unique=False)
    op.create_index(op.f("ix_pets_mark_pet_id"), "pets_mark", ["pet_id"], unique=False)
    op.create_index(
        "uq_pets_mark_live_chip",
        "pets_mark",
        ["value"],
        unique=True,
        sqlite_where=sa.text("kind = 'chip' AND live"),
        postgresql_where=sa.text("kind = 'chip' AND live"),
    )
    op.create_table(
        "pets_weight",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("pet_id", Uuid, nullable=False),
        sa.Column("grams", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("recorded_at", UtcDateTime, nullable=False),
        sa.Column("by_person_id", Uuid, nullable=True),
        sa.Column("shop_id", Uuid, nullable=True),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("body_condition", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=500), server_default="", nullable=False),
        sa.Column("mistake_at", UtcDateTime, nullable=True),
        sa.Column("mistake_reason", sa.String(length=500), server_default="", nullable=False),
        sa.CheckConstraint("source IN ('owner', 'breeder', 'vet')", name=op.f("ck_pets_weight_source")),
        sa.CheckConstraint("body_condition BETWEEN 1 AND 9", name=op.f("ck_pets_weight_body_condition")),
        sa.CheckConstraint("grams > 0 AND grams / 10 * 10 = grams", name=op.f("ck_pets_weight_grams")),
        sa.ForeignKeyConstraint(
            ["by_person_id"], ["person.id"], name=op.f("fk_pets_weight_by_person_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["pet_id"], ["pets_pet.id"], name=op.f("fk_pets_weight_pet_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_pets_weight_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pets_weight")),
    )
    op.create_index(op.f("ix_pets_weight_by_person_id"), "pets_weight", ["by_person_id"], unique=False)
    op.create_index("ix_pets_weight_pet_id_at", "pets_weight", ["pet_id", "at"], unique=False)
    op.create_index(op.f("ix_pets_weight_shop_id"), "pets_weight", ["shop_id"], unique=False)
    op.create_table(
        "pets_allergy",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("pet_id", Uuid, nullable=False),
        sa.Column("substance", sa.String(length=120), nullable=False),
        sa.Column("is_class", sa.Boolean(), nullable=False),
        sa.Column("reaction", sa.String(length=300), nullable=False),
        sa.Column("severity", sa.String(length=10), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("by_person_id", Uuid, nullable=True),
        sa.Column("shop_id", Uuid, nullable=True),
        sa.Column("ended_at", UtcDateTime, nullable=True),
        sa.Column("ended_reason", sa.String(length=500), server_default="", nullable=False),
        sa.CheckConstraint("severity IN ('mild', 'moderate', 'severe')", name=op.f("ck_pets_allergy_severity")),
        sa.ForeignKeyConstraint(
            ["by_person_id"], ["person.id"], name=op.f("fk_pets_allergy_by_person_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["pet_id"], ["pets_pet.id"], name=op.f("fk_pets_allergy_pet_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_pets_allergy_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pets_allergy")),
    )
    op.create_index(op.f("ix_pets_allergy_by_person_id"), "pets_allergy", ["by_person_id"], unique=False)
    op.create_index(op.f("ix_pets_allergy_pet_id"), "pets_allergy", ["pet_id"], unique=False)
    op.create_index(op.f("ix_pets_allergy_shop_id"), "pets_allergy", ["shop_id"], unique=False)
    op.create_table(
        "pets_condition",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("pet_id", Uuid, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("what", sa.String(length=120), nullable=False),
        sa.Column("details", sa.String(length=500), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("runs_out_on", sa.Date(), nullable=True),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("by_person_id", Uuid, nullable=True),
        sa.Column("shop_id", Uuid, nullable=True),
        sa.Column("ended_at", UtcDateTime, nullable=True),
        sa.Column("ended_reason", sa.String(length=500), server_default="", nullable=False),
        sa.CheckConstraint("kind IN ('problem', 'medication')", name=op.f("ck_pets_condition_kind")),
        sa.ForeignKeyConstraint(
            ["by_person_id"], ["person.id"], name=op.f("fk_pets_condition_by_person_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["pet_id"], ["pets_pet.id"], name=op.f("fk_pets_condition_pet_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_pets_condition_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pets_condition")),
    )
    op.create_index(op.f("ix_pets_condition_by_person_id"), "pets_condition", ["by_person_id"], unique=False)
    op.create_index(op.f("ix_pets_condition_pet_id"), "pets_condition", ["pet_id"], unique=False)
    op.create_index(op.f("ix_pets_condition_shop_id"), "pets_condition", ["shop_id"], unique=False)
    op.create_table(
        "pets_behaviour",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("pet_id", Uuid, nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("comment", sa.String(length=300), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("by_person_id", Uuid, nullable=True),
        sa.Column("shop_id", Uuid, nullable=True),
        sa.Column("ended_at", UtcDateTime, nullable=True),
        sa.ForeignKeyConstraint(
            ["by_person_id"], ["person.id"], name=op.f("fk_pets_behaviour_by_person_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["pet_id"], ["pets_pet.id"], name=op.f("fk_pets_behaviour_pet_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_pets_behaviour_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pets_behaviour")),
    )
    op.create_index(op.f("ix_pets_behaviour_by_person_id"), "pets_behaviour", ["by_person_id"], unique=False)
    op.create_index(op.f("ix_pets_behaviour_shop_id"), "pets_behaviour", ["shop_id"], unique=False)
    op.create_index(
        "uq_pets_behaviour_open",
        "pets_behaviour",
        ["pet_id", "code"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "pets_protocol",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rules", Json, nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("by_person_id", Uuid, nullable=True),
        sa.CheckConstraint("version >= 2", name=op.f("ck_pets_protocol_version")),
        sa.ForeignKeyConstraint(
            ["by_person_id"], ["person.id"], name=op.f("fk_pets_protocol_by_person_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("name", "version", name=op.f("pk_pets_protocol")),
    )
    op.create_index(op.f("ix_pets_protocol_by_person_id"), "pets_protocol", ["by_person_id"], unique=False)
    op.create_table(
        "pets_dose",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("pet_id", Uuid, nullable=False),
        sa.Column("protocol", sa.String(length=40), nullable=False),
        sa.Column("protocol_version", sa.Integer(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("product", sa.String(length=120), nullable=False),
        sa.Column("lot", sa.String(length=40), nullable=False),
        sa.Column("manufacturer", sa.String(length=120), nullable=False),
        sa.Column("vet", sa.String(length=120), nullable=False),
        sa.Column("clinic", sa.String(length=160), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("certificate", sa.String(length=80), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("historical", sa.Boolean(), nullable=False),
        sa.Column("override_reason", sa.String(length=500), nullable=False),
        sa.Column("recorded_at", UtcDateTime, nullable=False),
        sa.Column("by_person_id", Uuid, nullable=True),
        sa.Column("shop_id", Uuid, nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("checked_at", UtcDateTime, nullable=True),
        sa.Column("checked_by_id", Uuid, nullable=True),
        sa.Column("checked_shop_id", Uuid, nullable=True),
        sa.Column("check_reason", sa.String(length=500), server_default="", nullable=False),
        sa.Column("cover", sa.String(length=60), nullable=True),
        sa.CheckConstraint("source IN ('owner', 'breeder', 'vet')", name=op.f("ck_pets_dose_source")),
        sa.CheckConstraint(
            "state IN ('self_declared', 'awaiting_check', 'verified', 'refused')", name=op.f("ck_pets_dose_state")
        ),
        sa.CheckConstraint(
            "state NOT IN ('verified', 'refused') OR checked_at IS NOT NULL", name=op.f("ck_pets_dose_checked")
        ),
        sa.CheckConstraint("valid_until IS NULL OR valid_until >= given_on", name=op.f("ck_pets_dose_forwards")),
        sa.ForeignKeyConstraint(
            ["by_person_id"], ["person.id"], name=op.f("fk_pets_dose_by_person_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["checked_by_id"], ["person.id"], name=op.f("fk_pets_dose_checked_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["checked_shop_id"], ["shop.id"], name=op.f("fk_pets_dose_checked_shop_id")),
        sa.ForeignKeyConstraint(["pet_id"], ["pets_pet.id"], name=op.f("fk_pets_dose_pet_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_pets_dose_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pets_dose")),
    )
    op.create_index(op.f("ix_pets_dose_by_person_id"), "pets_dose", ["by_person_id"], unique=False)
    op.create_index(op.f("ix_pets_dose_checked_by_id"), "pets_dose", ["checked_by_id"], unique=False)
    op.create_index(op.f("ix_pets_dose_checked_shop_id"), "pets_dose", ["checked_shop_id"], unique=False)
    op.create_index("ix_pets_dose_pet_id_given_on", "pets_dose", ["pet_id", "given_on"], unique=False)
    op.create_index(op.f("ix_pets_dose_shop_id"), "pets_dose", ["shop_id"], unique=False)
    op.create_index("ix_pets_dose_state", "pets_dose", ["state", "recorded_at"], unique=False)
    op.create_table(
        "pets_dose_photo",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("pets_dose_id", Uuid, nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("alt", sa.String(length=300), nullable=False),
        sa.Column("by_id", Uuid, nullable=True),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.CheckConstraint("rank >= 0 AND rank < 12", name=op.f("ck_pets_dose_photo_rank")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_pets_dose_photo_by_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["key"], ["media.key"], name=op.f("fk_pets_dose_photo_key"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["pets_dose_id"], ["pets_dose.id"], name=op.f("fk_pets_dose_photo_pets_dose_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pets_dose_photo")),
        sa.UniqueConstraint("pets_dose_id", "rank", name=op.f("uq_pets_dose_photo_pets_dose_id_rank")),
    )
    op.create_index(op.f("ix_pets_dose_photo_by_id"), "pets_dose_photo", ["by_id"], unique=False)
    op.create_index(op.f("ix_pets_dose_photo_key"), "pets_dose_photo", ["key"], unique=False)
    op.create_table(
        "pets_grant",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("pet_id", Uuid, nullable=False),
        sa.Column("shop_id", Uuid, nullable=False),
        sa.Column("scopes", sa.String(length=120), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("starts_at", UtcDateTime, nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("revoked_at", UtcDateTime, nullable=True),
        sa.Column("revoked_why", sa.String(length=40), server_default="", nullable=False),
        sa.Column("origin", sa.String(length=10), nullable=False),
        sa.Column("booking", sa.String(length=80), nullable=True),
        sa.Column("by_person_id", Uuid, nullable=True),
        sa.CheckConstraint("(origin = 'booking') = (booking IS NOT NULL)", name=op.f("ck_pets_grant_booking")),
        sa.CheckConstraint("origin IN ('booking', 'owner')", name=op.f("ck_pets_grant_origin")),
        sa.ForeignKeyConstraint(
            ["by_person_id"], ["person.id"], name=op.f("fk_pets_grant_by_person_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["pet_id"], ["pets_pet.id"], name=op.f("fk_pets_grant_pet_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_pets_grant_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pets_grant")),
        sa.UniqueConstraint("booking", name=op.f("uq_pets_grant_booking")),
    )
    op.create_index(op.f("ix_pets_grant_by_person_id"), "pets_grant", ["by_person_id"], unique=False)
    op.create_index(op.f("ix_pets_grant_pet_id"), "pets_grant", ["pet_id"], unique=False)
    op.create_index("ix_pets_grant_shop_id_pet_id", "pets_grant", ["shop_id", "pet_id"], unique=False)
    op.create_table(
        "pets_read",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("pet_id", Uuid, nullable=False),
        sa.Column("shop_id", Uuid, nullable=False),
        sa.Column("by_person_id", Uuid, nullable=True),
        sa.Column("scope", sa.String(length=20), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("grant_id", Uuid, nullable=True),
        sa.CheckConstraint(
            "grant_id IS NOT NULL OR (scope = 'emergency' AND why <> '')", name=op.f("ck_pets_read_leave")
        ),
        sa.ForeignKeyConstraint(
            ["by_person_id"], ["person.id"], name=op.f("fk_pets_read_by_person_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["grant_id"], ["pets_grant.id"], name=op.f("fk_pets_read_grant_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["pet_id"], ["pets_pet.id"], name=op.f("fk_pets_read_pet_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_pets_read_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pets_read")),
    )
    op.create_index(op.f("ix_pets_read_by_person_id"), "pets_read", ["by_person_id"], unique=False)
    op.create_index(op.f("ix_pets_read_grant_id"), "pets_read", ["grant_id"], unique=False)
    op.create_index("ix_pets_read_pet_id_at", "pets_read", ["pet_id", "at"], unique=False)
    op.create_index(op.f("ix_pets_read_shop_id"), "pets_read", ["shop_id"], unique=False)
    op.create_table(
        "pets_timeline",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("pet_id", Uuid, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("facts", Json, nullable=False),
        sa.Column("shop_id", Uuid, nullable=True),
        sa.Column("by_person_id", Uuid, nullable=True),
        sa.Column("scope", sa.String(length=20), nullable=False),
        sa.Column("link", sa.String(length=200), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=True),
        sa.Column("written_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(
            ["by_person_id"], ["person.id"], name=op.f("fk_pets_timeline_by_person_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["pet_id"], ["pets_pet.id"], name=op.f("fk_pets_timeline_pet_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_pets_timeline_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pets_timeline")),
        sa.UniqueConstraint("key", name=op.f("uq_pets_timeline_key")),
    )
    op.create_index(op.f("ix_pets_timeline_by_person_id"), "pets_timeline", ["by_person_id"], unique=False)
    op.create_index("ix_pets_timeline_pet_id_at", "pets_timeline", ["pet_id", "at"], unique=False)
    op.create_index(op.f("ix_pets_timeline_shop_id"), "pets_timeline", ["shop_id"], unique=False)
    op.create_table(
        "pets_transfer",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("pet_id", Uuid, nullable=False),
        sa.Column("right", sa.String(length=10), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("offered_by_id", Uuid, nullable=False),
        sa.Column("offered_at", UtcDateTime, nullable=False),
        sa.Column("ends_at", UtcDateTime, nullable=False),
        sa.Column("accepted_by_id", Uuid, nullable=True),
        sa.Column("accepted_at", UtcDateTime, nullable=True),
        sa.Column("withdrawn_at", UtcDateTime, nullable=True),
        sa.Column("phone", sa.String(length=20), server_default="", nullable=False),
        sa.Column("locale", sa.String(length=10), server_default="", nullable=False),
        sa.CheckConstraint("\"right\" IN ('keeper', 'view', 'book', 'manage')", name=op.f("ck_pets_transfer_right")),
        sa.CheckConstraint("accepted_at IS NULL OR withdrawn_at IS NULL", name=op.f("ck_pets_transfer_ended_once")),
        sa.ForeignKeyConstraint(
            ["accepted_by_id"], ["person.id"], name=op.f("fk_pets_transfer_accepted_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["offered_by_id"], ["person.id"], name=op.f("fk_pets_transfer_offered_by_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["pet_id"], ["pets_pet.id"], name=op.f("fk_pets_transfer_pet_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pets_transfer")),
        sa.UniqueConstraint("digest", name=op.f("uq_pets_transfer_digest")),
    )
    op.create_index(op.f("ix_pets_transfer_accepted_by_id"), "pets_transfer", ["accepted_by_id"], unique=False)
    op.create_index(op.f("ix_pets_transfer_offered_by_id"), "pets_transfer", ["offered_by_id"], unique=False)
    op.create_index(op.f("ix_pets_transfer_pet_id"), "pets_transfer", ["pet_id"], unique=False)
    op.create_index(
        "uq_pets_transfer_open",
        "pets_transfer",
        ["pet_id"],
        unique=True,
        sqlite_where=sa.text("\"right\" = 'keeper' AND accepted_at IS NULL AND withdrawn_at IS NULL"),
        postgresql_where=sa.text("\"right\" = 'keeper' AND accepted_at IS NULL AND withdrawn_at IS NULL"),
    )
    op.create_table(
        "pets_reminder",
        sa.Column("pet_id", Uuid, nullable=False),
        sa.Column("protocol", sa.String(length=40), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.CheckConstraint("state IN ('sent', 'skipped')", name=op.f("ck_pets_reminder_state")),
        sa.CheckConstraint("days IN (-30, -7, 0, 14)", name=op.f("ck_pets_reminder_days")),
        sa.ForeignKeyConstraint(["pet_id"], ["pets_pet.id"], name=op.f("fk_pets_reminder_pet_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("pet_id", "protocol", "due_on", "days", name=op.f("pk_pets_reminder")),
    )
    op.create_table(
        "pets_mute",
        sa.Column("pet_id", Uuid, nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("by_person_id", Uuid, nullable=True),
        sa.ForeignKeyConstraint(
            ["by_person_id"], ["person.id"], name=op.f("fk_pets_mute_by_person_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["pet_id"], ["pets_pet.id"], name=op.f("fk_pets_mute_pet_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("pet_id", "reason", name=op.f("pk_pets_mute")),
    )
    op.create_index(op.f("ix_pets_mute_by_person_id"), "pets_mute", ["by_person_id"], unique=False)
    op.create_table(
        "pets_merge",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("kept_id", Uuid, nullable=False),
        sa.Column("gone_id", Uuid, nullable=False),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("by_person_id", Uuid, nullable=True),
        sa.Column("undone_at", UtcDateTime, nullable=True),
        sa.Column("undone_by_id", Uuid, nullable=True),
        sa.CheckConstraint("kept_id <> gone_id", name=op.f("ck_pets_merge_two")),
        sa.CheckConstraint("why <> ''", name=op.f("ck_pets_merge_why")),
        sa.ForeignKeyConstraint(
            ["by_person_id"], ["person.id"], name=op.f("fk_pets_merge_by_person_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["undone_by_id"], ["person.id"], name=op.f("fk_pets_merge_undone_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["gone_id"], ["pets_pet.id"], name=op.f("fk_pets_merge_gone_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["kept_id"], ["pets_pet.id"], name=op.f("fk_pets_merge_kept_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pets_merge")),
    )
    op.create_index(op.f("ix_pets_merge_by_person_id"), "pets_merge", ["by_person_id"], unique=False)
    op.create_index(op.f("ix_pets_merge_undone_by_id"), "pets_merge", ["undone_by_id"], unique=False)
    op.create_index(op.f("ix_pets_merge_kept_id"), "pets_merge", ["kept_id"], unique=False)
    op.create_index(
        "uq_pets_merge_gone",
        "pets_merge",
        ["gone_id"],
        unique=True,
        sqlite_where=sa.text("undone_at IS NULL"),
        postgresql_where=sa.text("undone_at IS NULL"),
    )
    for table, columns in KEPT.items():
        for statement in _keep(table, columns):
            op.execute(statement)


def downgrade() -> None:
    op.drop_table("pets_merge")
    op.drop_table("pets_mute")
    op.drop_table("pets_reminder")
    op.drop_table("pets_transfer")
    op.drop_table("pets_timeline")
    op.drop_table("pets_read")
    op.drop_table("pets_grant")
    op.drop_table("pets_dose_photo")
    op.drop_table("pets_dose")
    op.drop_table("pets_protocol")
    op.drop_table("pets_behaviour")
    op.drop_table("pets_condition")
    op.drop_table("pets_allergy")
    op.drop_table("pets_weight")
    op.drop_table("pets_mark")
    op.drop_table("pets_co_keeper")
    op.drop_table("pets_keepership")
    op.drop_table("pets_photo")
    op.drop_table("pets_pet")
    if op.get_bind().dialect.name == "postgresql":
        for table in KEPT:
            op.execute(f"DROP FUNCTION {table}_append_only()")
