"""The outbox, jobs, plugin switches and heartbeats."""

import sqlalchemy as sa
from alembic import op

from marketplace_kit.kernel.database import Json, UtcDateTime, Uuid

revision = "kernel_0001"
down_revision = None
branch_labels = ("kernel",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "job",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("payload", Json, nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("run_at", UtcDateTime, nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("leased_by", sa.String(length=80), nullable=True),
        sa.Column("lease_until", UtcDateTime, nullable=True),
        sa.Column("announced_at", UtcDateTime, nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("done_at", UtcDateTime, nullable=True),
        sa.CheckConstraint("state IN ('ready', 'done', 'dead')", name=op.f("ck_job_state")),
        sa.CheckConstraint("(leased_by IS NULL) = (lease_until IS NULL)", name=op.f("ck_job_lease")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("key", name=op.f("uq_job_key")),
    )
    op.create_index(
        "ix_job_ready",
        "job",
        ["run_at"],
        unique=False,
        postgresql_where=sa.text("state = 'ready'"),
        sqlite_where=sa.text("state = 'ready'"),
    )
    op.create_table(
        "outbox_event",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("payload", Json, nullable=False),
        sa.Column("recorded_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_event")),
    )
    op.create_index(op.f("ix_outbox_event_recorded_at"), "outbox_event", ["recorded_at"], unique=False)
    op.create_table(
        "plugin_activation",
        sa.Column("plugin", sa.String(length=80), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("plugin", name=op.f("pk_plugin_activation")),
    )
    op.create_table(
        "worker_heartbeat",
        sa.Column("worker", sa.String(length=80), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("worker", name=op.f("pk_worker_heartbeat")),
    )
    op.create_index(op.f("ix_worker_heartbeat_at"), "worker_heartbeat", ["at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_worker_heartbeat_at"), table_name="worker_heartbeat")
    op.drop_table("worker_heartbeat")
    op.drop_table("plugin_activation")
    op.drop_index(op.f("ix_outbox_event_recorded_at"), table_name="outbox_event")
    op.drop_table("outbox_event")
    op.drop_index(
        "ix_job_ready",
        table_name="job",
        postgresql_where=sa.text("state = 'ready'"),
        sqlite_where=sa.text("state = 'ready'"),
    )
    op.drop_table("job")
