"""Forgetting a person."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from marketplace_kit.accounts.services.people import person_of
from marketplace_kit.accounts.tables import role_table, sign_in_table, token_table
from marketplace_kit.kernel.site import UnitOfWork


async def erase(uow: UnitOfWork, person_id: UUID) -> None:
    """Remove sign-ins, links and roles. The row stays, nameless, and its consents prove what was agreed to."""
    (await person_of(uow, person_id)).forget(uow.at)
    for table in (sign_in_table, token_table, role_table):
        await uow.session.execute(sa.delete(table).where(table.c.person_id == person_id))
