"""Forgetting what has run out."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from marketplace_kit.accounts.domain import SIGN_IN_IDLE
from marketplace_kit.accounts.tables import refresh_table, sign_in_table, token_table
from marketplace_kit.kernel.site import UnitOfWork

_KEPT = timedelta(days=7)
"""Kept so long after its end, for a person who asks which device that was, and to notice a refresh token used twice."""


async def tidy(uow: UnitOfWork) -> None:
    """Remove sign-ins that ended, with their refresh tokens, and links that ran out, a week ago."""
    before = uow.at - _KEPT
    over = sa.or_(
        sign_in_table.c.ends_at < before,
        sign_in_table.c.ended_at < before,
        sign_in_table.c.seen_at < before - SIGN_IN_IDLE,
    )
    await uow.session.execute(sa.delete(sign_in_table).where(over))
    await uow.session.execute(sa.delete(refresh_table).where(refresh_table.c.expires_at < before))
    await uow.session.execute(sa.delete(token_table).where(token_table.c.expires_at < before))
