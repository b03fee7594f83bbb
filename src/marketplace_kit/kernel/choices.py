"""What an admin chose while the site runs: one value for each name, known to every process within a second.

A name with a dot is a setting (``site.name``); one without is a room's own (``brand``). Read with the switches of the
plugins, in one statement (:mod:`marketplace_kit.kernel.activation`).
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from marketplace_kit.kernel.database import Json, UtcDateTime, metadata
from marketplace_kit.kernel.site import UnitOfWork

choice_table = sa.Table(
    "site_choice",
    metadata,
    sa.Column("name", sa.String(160), primary_key=True),
    sa.Column("value", Json, nullable=False),
    sa.Column("changed_at", UtcDateTime, nullable=False),
)


async def choose(uow: UnitOfWork, name: str, value: Any) -> None:
    """From now on ``name`` is ``value``, a plain JSON value that is not None."""
    stored = {"value": value, "changed_at": uow.at}
    row = uow.site.database.insert(choice_table).values(name=name, **stored)
    await uow.session.execute(row.on_conflict_do_update(index_elements=["name"], set_=stored))


async def unchoose(uow: UnitOfWork, *names: str) -> int:
    """Names that nobody chose any more; how many were chosen before."""
    gone = sa.delete(choice_table).where(choice_table.c.name.in_(names)).returning(choice_table.c.name)
    return len((await uow.session.execute(gone)).all())


async def chosen(uow: UnitOfWork, name: str) -> Any:
    """What ``name`` is, as this unit of work sees it, with its row locked; None if nobody chose."""
    row = sa.select(choice_table.c.value).where(choice_table.c.name == name).with_for_update()
    return (await uow.session.execute(row)).scalar()


async def chosen_below(uow: UnitOfWork, beginning: str) -> dict[str, Any]:
    """All that was chosen whose names begin so, as this unit of work sees it."""
    rows = sa.select(choice_table.c.name, choice_table.c.value).where(
        choice_table.c.name.startswith(beginning, autoescape=True)
    )
    found = await uow.session.execute(rows)
    return {row.name: row.value for row in found}
