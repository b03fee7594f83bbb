"""Reading notices: marking them."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.notifications.domain import ReadStatus
from marketplace_kit.notifications.services.notifying import topic_of
from marketplace_kit.notifications.tables import notice_table as notice


async def mark_read(uow: UnitOfWork, notice_id: UUID, *, by: Actor) -> str:
    """Mark one of one's own notices read, again without harm; answers its link. Refuses :class:`Missing` else."""
    mine = sa.and_(notice.c.id == notice_id, notice.c.user_id == by.person_id, notice.c.in_app)
    statement = sa.update(notice).where(mine).values(read_status=ReadStatus.READ).returning(notice.c.link)
    link: str | None = (await uow.session.execute(statement)).scalar_one_or_none()
    if link is None or by.person_id is None:
        raise Missing
    uow.touch(topic_of(by.person_id))
    return link


async def dismiss(uow: UnitOfWork, notice_id: UUID, *, by: Actor) -> None:
    """Take one of one's own notices out of the centre, again without harm. Refuses :class:`Missing` else."""
    mine = sa.and_(notice.c.id == notice_id, notice.c.user_id == by.person_id, notice.c.in_app)
    gone = {"read_status": ReadStatus.READ, "dismissed_at": sa.func.coalesce(notice.c.dismissed_at, uow.at)}
    found = (await uow.session.execute(sa.update(notice).where(mine).values(gone).returning(notice.c.id))).first()
    if found is None or by.person_id is None:
        raise Missing
    uow.touch(topic_of(by.person_id))


async def mark_all_read(uow: UnitOfWork, *, by: Actor) -> int:
    """Mark all of one's own notices read; how many there were."""
    if by.person_id is None:
        return 0
    unread = sa.and_(notice.c.user_id == by.person_id, notice.c.in_app, notice.c.read_status == ReadStatus.UNREAD)
    statement = sa.update(notice).where(unread).values(read_status=ReadStatus.READ).returning(notice.c.id)
    marked = len((await uow.session.execute(statement)).all())
    if marked:
        uow.touch(topic_of(by.person_id))
    return marked
