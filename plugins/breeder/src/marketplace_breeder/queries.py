"""Reads of interests, and of what they and the hearts together say. Never a statement per row."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_breeder.domain import LITTER, PUPPY, Stage, stage_of
from marketplace_breeder.schemas import Interest, KennelStage, Lead, OwnStage
from marketplace_breeder.tables import interest_table as interest
from marketplace_kit.accounts.queries import names_of
from marketplace_kit.listings.queries import favourites_by_shop, favourites_of_shop

KINDS = (PUPPY, LITTER)
MOST = 500
_INTEREST = sa.select(*(interest.c[name] for name in Interest.__struct_fields__))
_LATEST = (interest.c.shown_at.desc(), interest.c.id.desc())


async def interests_of(connection: AsyncConnection, person_id: UUID) -> list[Interest]:
    """What a person wants, latest first."""
    rows = await connection.execute(_INTEREST.where(interest.c.person_id == person_id).order_by(*_LATEST))
    return [Interest(**row._mapping) for row in rows]


async def interest_of(connection: AsyncConnection, listing_id: UUID, person_id: UUID) -> Interest | None:
    """A person's interest in one animal, if they showed it."""
    mine = _INTEREST.where(interest.c.listing_id == listing_id, interest.c.person_id == person_id)
    found = (await connection.execute(mine)).mappings().first()
    return Interest(**found) if found else None


async def leads_of(connection: AsyncConnection, shop_ids: Collection[UUID]) -> list[Lead]:
    """Who wants which animal of these kennels, latest first, at most the 500 latest of each kind of sign.

    A person stands there once for each animal; an interest says more than a heart and goes before it.
    """
    if not shop_ids:
        return []
    found: dict[tuple[UUID, UUID], Lead] = {}
    wanted = _INTEREST.where(interest.c.shop_id.in_(shop_ids)).order_by(*_LATEST).limit(MOST)
    for row in await connection.execute(wanted):
        found[row.person_id, row.listing_id] = Lead(
            person_id=row.person_id,
            person_name="",
            listing_id=row.listing_id,
            listing_title=row.listing_title,
            how="interest",
            message=row.message,
            at=row.shown_at,
        )
    for shop_id in sorted(shop_ids):
        for heart in await favourites_of_shop(connection, shop_id, KINDS, limit=MOST):
            lead = Lead(
                person_id=heart.person_id,
                person_name="",
                listing_id=heart.listing_id,
                listing_title=heart.title,
                how="favourite",
                message="",
                at=heart.at,
            )
            found.setdefault((heart.person_id, heart.listing_id), lead)
    return await _named(connection, sorted(found.values(), key=lambda lead: lead.at, reverse=True))


async def _named(connection: AsyncConnection, leads: list[Lead]) -> list[Lead]:
    names = await names_of(connection, [lead.person_id for lead in leads])
    for lead in leads:
        lead.person_name = names.get(lead.person_id, "")
    return leads


async def stage_with_kennels(connection: AsyncConnection, person_id: UUID) -> OwnStage:
    """How far a person has come, with each kennel and at all: two statements, nothing of it is stored."""
    hearts = await favourites_by_shop(connection, person_id, KINDS)
    counted = sa.select(interest.c.shop_id, sa.func.count()).where(interest.c.person_id == person_id)
    rows = await connection.execute(counted.group_by(interest.c.shop_id))
    interests: dict[UUID, int] = {row[0]: row[1] for row in rows}
    kennels = [
        KennelStage(
            shop_id=shop_id,
            stage=stage_of(favourites=hearts.get(shop_id, 0), interests=interests.get(shop_id, 0)),
            favourites=hearts.get(shop_id, 0),
            interests=interests.get(shop_id, 0),
        )
        for shop_id in sorted({*hearts, *interests})
    ]
    return OwnStage(stage=Stage.LEAD if kennels else Stage.PROSPECT, kennels=kennels)


async def export(connection: AsyncConnection, person_id: UUID) -> list[dict[str, Any]]:
    """A person's interests as plain values."""
    return [
        {"listing": str(i.listing_id), "title": i.listing_title, "message": i.message, "at": i.shown_at.isoformat()}
        for i in await interests_of(connection, person_id)
    ]
