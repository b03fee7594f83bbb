"""What the system does by itself when its time has come: once, however many workers look."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.errors import DomainError
from marketplace_kit.kernel.process import InvalidTransition
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.orders.domain import KindAway
from marketplace_kit.orders.services.acting import THE_SYSTEM, act
from marketplace_kit.orders.tables import line_table as line

log = structlog.get_logger(__name__)
AT_ONCE = 200
AGAIN_AFTER = timedelta(minutes=15)


async def do_due(site: Site) -> int:
    """Everything that is due by now, each in a unit of its own; how much was done."""
    done = 0
    for line_id in await site.ask(_due, site.clock.now()):
        done += await do_due_one(site, line_id)
    return done


async def _due(connection: AsyncConnection, now: object) -> list[UUID]:
    wanted = sa.select(line.c.id).where(line.c.due_at.is_not(None), line.c.due_at <= now)
    return list((await connection.execute(wanted.order_by(line.c.due_at).limit(AT_ONCE))).scalars())


async def do_due_one(site: Site, line_id: UUID) -> bool:
    """What is due on a line, if it still is. A verb that its process no longer knows is forgotten; what the kind
    refuses now is tried again later.
    """
    try:
        return await site.do(_act_if_due, line_id)
    except InvalidTransition:
        await site.do(_postpone, line_id, forget=True)
    except DomainError as refused:
        log.warning("orders.due_refused", line=str(line_id), code=refused.code)
        if not isinstance(refused, KindAway):
            await site.do(_postpone, line_id, forget=False)
    return False


async def _act_if_due(uow: UnitOfWork, line_id: UUID) -> bool:
    """Looked at under the lock by which it is done: the second of two workers finds nothing due any more."""
    wanted = sa.select(line.c.due_verb).where(line.c.id == line_id, line.c.due_at <= uow.at).with_for_update()
    verb = (await uow.session.execute(wanted)).scalar_one_or_none()
    if verb is None:
        return False
    await act(uow, line_id, verb, by=THE_SYSTEM, system=True)
    return True


async def _postpone(uow: UnitOfWork, line_id: UUID, *, forget: bool) -> None:
    still = sa.and_(line.c.id == line_id, line.c.due_at <= uow.at)
    values = {"due_verb": None, "due_at": None} if forget else {"due_at": uow.at + AGAIN_AFTER}
    await uow.session.execute(sa.update(line).where(still).values(**values, version=line.c.version + 1))
