"""Documents of clients: what a shop keeps of them as files."""

import sqlalchemy as sa
from alembic import op

from marketplace_kit.kernel.database import UtcDateTime, Uuid

revision = "crm_0002"
down_revision = "crm_0001"
branch_labels = None
depends_on = "web_0004"


def upgrade() -> None:
    op.create_table(
        "client_document",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("client_id", Uuid, nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("file_name", sa.String(length=120), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("visibility", sa.String(length=10), nullable=False),
        sa.Column("by_id", Uuid, nullable=True),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.CheckConstraint("visibility IN ('private', 'shareable')", name=op.f("ck_client_document_visibility")),
        sa.CheckConstraint("title <> ''", name=op.f("ck_client_document_title")),
        sa.ForeignKeyConstraint(
            ["by_id"], ["person.id"], name=op.f("fk_client_document_by_id_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.id"], name=op.f("fk_client_document_client_id_client"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["key"], ["private_file.key"], name=op.f("fk_client_document_key_private_file"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_document")),
        sa.UniqueConstraint("key", name=op.f("uq_client_document_key")),
    )
    op.create_index(op.f("ix_client_document_by_id"), "client_document", ["by_id"])
    op.create_index("ix_client_document_client", "client_document", ["client_id", "at", "id"])


def downgrade() -> None:
    op.drop_table("client_document")
