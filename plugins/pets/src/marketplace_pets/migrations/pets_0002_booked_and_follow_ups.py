"""What is booked for a pet, and what shops ask its family to come for."""

import sqlalchemy as sa
from alembic import op

from marketplace_kit.kernel.database import UtcDateTime, Uuid

revision = "pets_0002"
down_revision = "pets_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pets_booked",
        sa.Column("booking", sa.String(length=80), nullable=False),
        sa.Column("pet_id", Uuid, nullable=False),
        sa.Column("shop_id", Uuid, nullable=False),
        sa.Column("person_id", Uuid, nullable=True),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("meets", sa.String(length=120), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("link", sa.String(length=200), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.CheckConstraint("title <> ''", name=op.f("ck_pets_booked_title")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_pets_booked_person_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["pet_id"], ["pets_pet.id"], name=op.f("fk_pets_booked_pet_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_pets_booked_shop_id")),
        sa.PrimaryKeyConstraint("booking", name=op.f("pk_pets_booked")),
    )
    for column in ("person_id", "pet_id", "shop_id"):
        op.create_index(op.f(f"ix_pets_booked_{column}"), "pets_booked", [column], unique=False)
    op.create_table(
        "pets_follow_up",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("pet_id", Uuid, nullable=False),
        sa.Column("shop_id", Uuid, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("what", sa.String(length=300), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("by_person_id", Uuid, nullable=True),
        sa.Column("key", sa.String(length=120), nullable=True),
        sa.Column("ended_at", UtcDateTime, nullable=True),
        sa.CheckConstraint("kind IN ('follow_up', 'grooming', 'see_vet')", name=op.f("ck_pets_follow_up_kind")),
        sa.CheckConstraint("what <> ''", name=op.f("ck_pets_follow_up_what")),
        sa.ForeignKeyConstraint(
            ["by_person_id"], ["person.id"], name=op.f("fk_pets_follow_up_by_person_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["pet_id"], ["pets_pet.id"], name=op.f("fk_pets_follow_up_pet_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_pets_follow_up_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pets_follow_up")),
        sa.UniqueConstraint("key", name=op.f("uq_pets_follow_up_key")),
    )
    for column in ("by_person_id", "pet_id", "shop_id"):
        op.create_index(op.f(f"ix_pets_follow_up_{column}"), "pets_follow_up", [column], unique=False)


def downgrade() -> None:
    op.drop_table("pets_follow_up")
    op.drop_table("pets_booked")
