"""Rate limits: one atomic statement counts and decides, so that any number of workers share one limit."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from marketplace_kit.kernel.database import UtcDateTime, metadata
from marketplace_kit.kernel.errors import DomainError, Kind
from marketplace_kit.kernel.site import Site

limit_table = sa.Table(
    "rate_limit",
    metadata,
    sa.Column("bucket", sa.String(120), primary_key=True),
    sa.Column("hits", sa.Integer, nullable=False),
    sa.Column("ends_at", UtcDateTime, nullable=False, index=True),
)


class TooMany(DomainError):
    """``retry_after`` counts the seconds until the limit opens again."""

    code = "too_many_attempts"
    kind = Kind.THROTTLED
    text = "That was tried too often. Please wait a little and try again."


async def limit(site: Site, name: str, key: str, *, most: int, per: timedelta) -> None:
    """Count one try of ``key`` under the limit ``name``; refuses :class:`TooMany` beyond ``most`` in a window of
    ``per``.

    Refused tries count too. Counted in a transaction of its own: a refusal of the act does not give the try back.
    """
    now = site.clock.now()
    begins = datetime(1970, 1, 1, tzinfo=UTC) + (now - datetime(1970, 1, 1, tzinfo=UTC)) // per * per
    bucket = f"{name}:{hashlib.sha256(key.encode()).hexdigest()[:32]}:{int(begins.timestamp())}"
    statement = site.database.insert(limit_table).values(bucket=bucket, hits=1, ends_at=begins + per)
    statement = statement.on_conflict_do_update(index_elements=["bucket"], set_={"hits": limit_table.c.hits + 1})
    async with site.database.writer.begin() as connection:
        hits = (await connection.execute(statement.returning(limit_table.c.hits))).scalar_one()
    if hits > most:
        raise TooMany(retry_after=max(1, int((begins + per - now).total_seconds())))
