"""The audit trail, which the database lets nobody change."""

import sqlalchemy as sa
from alembic import op

from marketplace_kit.kernel import dialects
from marketplace_kit.kernel.database import Json, UtcDateTime, Uuid

revision = "kernel_0002"
down_revision = "kernel_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", Uuid, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("actor_id", Uuid, nullable=True),
        sa.Column("real_actor_id", Uuid, nullable=True),
        sa.Column("act", sa.String(length=80), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("facts", Json, nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("position >= 1", name=op.f("ck_audit_entry_position")),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_audit_entry")),
        sa.UniqueConstraint("id", name=op.f("uq_audit_entry_id")),
    )
    op.create_index("ix_audit_entry_act_position", "audit_entry", ["act", "position"], unique=False)
    op.create_index("ix_audit_entry_actor_id_position", "audit_entry", ["actor_id", "position"], unique=False)
    op.create_index(op.f("ix_audit_entry_at"), "audit_entry", ["at"], unique=False)
    op.create_index("ix_audit_entry_subject_position", "audit_entry", ["subject", "position"], unique=False)
    for statement in dialects.append_only(op.get_bind().dialect.name, "audit_entry")[0]:
        op.execute(statement)


def downgrade() -> None:
    for statement in dialects.append_only(op.get_bind().dialect.name, "audit_entry")[1]:
        op.execute(statement)
    op.drop_index("ix_audit_entry_subject_position", table_name="audit_entry")
    op.drop_index(op.f("ix_audit_entry_at"), table_name="audit_entry")
    op.drop_index("ix_audit_entry_actor_id_position", table_name="audit_entry")
    op.drop_index("ix_audit_entry_act_position", table_name="audit_entry")
    op.drop_table("audit_entry")
