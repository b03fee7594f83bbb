"""the law of the clock by which instants were worked out, and what collides since it was changed."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

from marketplace_kit.kernel.database import Json, UtcDateTime, Uuid

revision = "scheduling_0005"
down_revision = "scheduling_0004"
branch_labels = None
depends_on = None

_DATES = sa.table(
    "appointment_series_date",
    sa.column("series_id", Uuid),
    sa.column("day", sa.Date),
    sa.column("state", sa.String),
    sa.column("starts_s", sa.BigInteger),
    sa.column("minute", sa.Integer),
)
_SERIES = sa.table("appointment_series", sa.column("id", Uuid), sa.column("zone", sa.String))


def upgrade() -> None:
    op.create_table(
        "zone_law",
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("steps", Json, nullable=False),
        sa.Column("until_s", sa.BigInteger(), nullable=False),
        sa.Column("tzdata", sa.String(length=20), nullable=False),
        sa.Column("noted_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("zone", name=op.f("pk_zone_law")),
    )
    op.create_table(
        "zone_law_shop",
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("shop_id", Uuid, nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_zone_law_shop_shop_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("zone", "shop_id", name=op.f("pk_zone_law_shop")),
    )
    op.create_table(
        "clock_collision",
        sa.Column("claim_id", Uuid, nullable=False),
        sa.Column("shop_id", Uuid, nullable=False),
        sa.Column("noted_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(
            ["claim_id"], ["claim.id"], name=op.f("fk_clock_collision_claim_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_clock_collision_shop_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("claim_id", name=op.f("pk_clock_collision")),
    )
    op.create_index(op.f("ix_clock_collision_shop_id"), "clock_collision", ["shop_id"], unique=False)
    # Dates that were moved with their series have another time than its rule.
    op.add_column("appointment_series_date", sa.Column("minute", sa.Integer(), nullable=True))
    _fill_minutes()


def _fill_minutes() -> None:
    connection = op.get_bind()
    d = _DATES.c
    planned = (
        sa.select(d.series_id, d.day, d.starts_s, _SERIES.c.zone)
        .join_from(_DATES, _SERIES, _SERIES.c.id == d.series_id)
        .where(d.state == "planned", d.starts_s.is_not(None))
    )
    told = sa.update(_DATES).where(
        d.series_id == sa.bindparam("of_series", type_=Uuid), d.day == sa.bindparam("of_day", type_=sa.Date)
    )
    rows = []
    for row in connection.execute(planned).all():
        here = datetime.fromtimestamp(row.starts_s, UTC).astimezone(ZoneInfo(row.zone))
        rows.append({"of_series": row.series_id, "of_day": row.day, "at": here.hour * 60 + here.minute})
    if rows:
        connection.execute(told.values(minute=sa.bindparam("at", type_=sa.Integer)), rows)


def downgrade() -> None:
    op.drop_column("appointment_series_date", "minute")
    op.drop_index(op.f("ix_clock_collision_shop_id"), table_name="clock_collision")
    op.drop_table("clock_collision")
    op.drop_table("zone_law_shop")
    op.drop_table("zone_law")
