"""Forgetting a person: what they rated still counts, what they said and who they were goes."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.reviews.tables import invitation_table, reply_table, report_table, review_table


async def erase(uow: UnitOfWork, person_id: UUID) -> None:
    """A review keeps its stars, as “a customer”'s. An answer is the shop's and stays, without who wrote it."""
    nameless = {"customer_id": None, "author_name": "", "text": "", "moderation_note": ""}
    mine = review_table.c.customer_id == person_id
    await uow.session.execute(
        sa.update(review_table).where(mine).values(**nameless, version=review_table.c.version + 1)
    )
    await uow.session.execute(sa.update(reply_table).where(reply_table.c.by_id == person_id).values(by_id=None))
    await uow.session.execute(sa.delete(report_table).where(report_table.c.person_id == person_id))
    await uow.session.execute(sa.delete(invitation_table).where(invitation_table.c.customer_id == person_id))
