"""Alembic's entry: runs the revisions on the connection that :mod:`marketplace_kit.kernel.branches` opened."""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context

from marketplace_kit.kernel.database import Json, UtcDateTime, metadata


def _rendered(kind: str, item: Any, _: Any) -> str | Literal[False]:
    """Our own types by their own names, so that a revision reads like the table it makes."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "UtcDateTime"
    if kind == "type" and item is Json:
        return "Json"
    if kind == "type" and type(item) is sa.Uuid:
        return "Uuid"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    compare_type=True,
    render_item=_rendered,
    include_object=context.config.attributes.get("include_object"),
)
with context.begin_transaction():
    context.run_migrations()
