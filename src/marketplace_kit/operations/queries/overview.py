"""The site in numbers."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.accounts.tables import person_table as person
from marketplace_kit.kernel.outbox import job_table as job
from marketplace_kit.listings.tables import listing_table as listing
from marketplace_kit.notifications.domain import DeliveryState
from marketplace_kit.notifications.tables import delivery_table as delivery
from marketplace_kit.operations.queries.work import due, seconds_since
from marketplace_kit.operations.schemas import Overview
from marketplace_kit.shops.tables import shop_table as shop

_WEEK = timedelta(days=7)


async def overview(connection: AsyncConnection, now: datetime, quarantined: int) -> Overview:
    """All numbers in one statement."""

    def counted(table: sa.Table, *which: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
        return sa.select(sa.func.count()).select_from(table).where(*which).scalar_subquery()

    waiting = due(now)
    row = (
        await connection.execute(
            sa.select(
                counted(person, person.c.deactivated_at.is_(None)).label("people"),
                counted(person, person.c.created_at > now - _WEEK).label("people_this_week"),
                counted(shop, shop.c.state == "open").label("shops_open"),
                counted(shop, shop.c.state == "pending").label("shops_waiting"),
                counted(listing, listing.c.state == "published").label("listings_published"),
                counted(delivery, delivery.c.state == DeliveryState.FAILED).label("deliveries_failed"),
                counted(job, waiting).label("jobs_waiting"),
                counted(job, job.c.state == "dead").label("jobs_dead"),
                sa.select(sa.func.min(job.c.run_at)).where(waiting).scalar_subquery().label("oldest"),
            )
        )
    ).one()
    numbers = dict(row._mapping)
    oldest = numbers.pop("oldest")
    return Overview(**numbers, oldest_waiting_seconds=seconds_since(oldest, now), plugins_quarantined=quarantined)
