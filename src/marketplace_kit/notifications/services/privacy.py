"""Forgetting what a person was told."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.notifications.tables import (
    device_table,
    notice_table,
    preference_table,
    quiet_table,
    telegram_code_table,
    telegram_table,
)


async def erase(uow: UnitOfWork, person_id: UUID) -> None:
    """Remove a person's notices, with their deliveries, choices, devices and chat."""
    await uow.session.execute(sa.delete(notice_table).where(notice_table.c.user_id == person_id))
    for table in (device_table, telegram_table, telegram_code_table, quiet_table):
        await uow.session.execute(sa.delete(table).where(table.c.person_id == person_id))
    await uow.session.execute(sa.delete(preference_table).where(preference_table.c.person_id == person_id))
