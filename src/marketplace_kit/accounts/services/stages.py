"""How far somebody has come, from prospect to owner: told by other rooms, each for what it knows, and derived."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from marketplace_kit.accounts.domain import STAGES, StageChanged, UnknownStage
from marketplace_kit.accounts.queries import stages_of
from marketplace_kit.accounts.tables import stage_table as noted
from marketplace_kit.kernel.site import UnitOfWork


async def note_stage(uow: UnitOfWork, person_id: UUID, *, source: str, stage: str) -> None:
    """``source`` (``breeder.interest:<id>``) knows that this person is at ``stage``; what it said before is replaced.

    Refuses :class:`UnknownStage`.
    """
    if stage not in STAGES:
        raise UnknownStage(stage=stage)
    before = await _shown(uow, person_id)
    values = {"person_id": person_id, "source": source, "stage": stage, "noted_at": uow.at}
    statement = uow.site.database.insert(noted).values(values)
    changed = {"stage": statement.excluded.stage, "noted_at": statement.excluded.noted_at}
    await uow.session.execute(
        statement.on_conflict_do_update(
            index_elements=["person_id", "source"], set_=changed, where=noted.c.stage != statement.excluded.stage
        )
    )
    await _tell(uow, person_id, before)


async def withdraw_stage(uow: UnitOfWork, person_id: UUID, *, source: str) -> None:
    """``source`` knows nothing of this person any more."""
    before = await _shown(uow, person_id)
    mine = sa.and_(noted.c.person_id == person_id, noted.c.source == source)
    await uow.session.execute(sa.delete(noted).where(mine))
    await _tell(uow, person_id, before)


async def _shown(uow: UnitOfWork, person_id: UUID) -> str:
    return (await stages_of(await uow.session.connection(), [person_id]))[person_id]


async def _tell(uow: UnitOfWork, person_id: UUID, before: str) -> None:
    after = await _shown(uow, person_id)
    if after != before:
        uow.record(StageChanged(person_id=person_id, before=before, after=after))
