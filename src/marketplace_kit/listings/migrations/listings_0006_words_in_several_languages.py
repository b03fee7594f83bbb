"""Titles and descriptions of listings in several languages. What is there keeps its words; their letters tell in which
language they are.
"""

import sqlalchemy as sa
from alembic import op

from marketplace_kit.kernel.database import Json

revision = "listings_0006"
down_revision = "listings_0005"
branch_labels = None
depends_on = None

_KAZAKH = "ӘәҒғҚқҢңӨөҰұҮүҺһІі"
_CYRILLIC = "А-Яа-яЁё"


def upgrade() -> None:
    # Written out: SQLite takes a check with a new column, and none afterwards.
    check = "CONSTRAINT ck_listing_language CHECK (language IN ('kk', 'ru', 'en'))"
    op.execute(f"ALTER TABLE listing ADD COLUMN language VARCHAR(2) DEFAULT 'ru' NOT NULL {check}")
    op.add_column("listing", sa.Column("titles", Json, server_default="{}", nullable=False))
    op.add_column("listing", sa.Column("descriptions", Json, server_default="{}", nullable=False))
    said = sa.table("listing", *(sa.column(name, sa.Text) for name in ("title", "description", "language")))
    op.execute(said.update().values(language="kk").where(_has(said.c.title, _KAZAKH)))
    foreign = (sa.not_(_has(column, _CYRILLIC + _KAZAKH)) for column in (said.c.title, said.c.description))
    op.execute(said.update().values(language="en").where(*foreign))


def _has(column: sa.ColumnElement[str], letters: str) -> sa.ColumnElement[bool]:
    if op.get_bind().dialect.name == "postgresql":
        return column.bool_op("~")(sa.literal(f"[{letters}]"))
    return column.bool_op("GLOB")(sa.literal(f"*[{letters}]*"))


def downgrade() -> None:
    for column in ("descriptions", "titles", "language"):
        op.drop_column("listing", column)
