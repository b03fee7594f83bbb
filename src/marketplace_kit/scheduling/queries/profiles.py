"""Those who work for a shop, as customers see them, and what they have done, as the shop does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.money import Money
from marketplace_kit.listings.domain import PUBLISHED
from marketplace_kit.listings.queries.titles import TITLE, title_in
from marketplace_kit.listings.tables import listing_table as listing
from marketplace_kit.scheduling.tables import appointment_table as appointment
from marketplace_kit.scheduling.tables import resource_table as resource
from marketplace_kit.scheduling.tables import service_resource_table as performer

_MOST = 300
_SHORTENS = "shortens"
"""What a finished visit does to its time: only of these somebody was served."""


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody whom customers may choose. ``photo`` is a picture's key."""

    id: int
    name: str
    about: str
    skills: list[str]
    photo: str | None


class Does(msgspec.Struct, frozen=True, kw_only=True):
    """A service that somebody does, at minutes and a price of their own if they have any."""

    listing_id: UUID
    title: str
    price: Money | None
    minutes: int | None


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """A visit that took place or was missed. ``client`` tells customers apart, empty for a guest who left nothing."""

    id: UUID
    staff_id: int
    starts_s: int
    minutes: int
    missed: bool
    client: str


async def team_of(connection: AsyncConnection, shop_id: UUID) -> list[Person]:
    """Who can be chosen at a shop, in its order; one statement."""
    r = resource.c
    wanted = sa.select(r.id, r.name, r.about, r.skills, r.photo).where(
        r.shop_id == shop_id, r.kind == "staff", r.active, r.public
    )
    rows = await connection.execute(wanted.order_by(r.rank, r.id).limit(_MOST))
    return [Person(**row._mapping) for row in rows]


async def done_by(
    connection: AsyncConnection, shop_id: UUID, resource_id: int, kinds: Sequence[str], locale: str = ""
) -> list[Does]:
    """What somebody does of all that a shop offers now; where nobody is named for a service, everybody does it. One
    statement.
    """
    p = performer.c
    own = sa.and_(p.listing_id == listing.c.id, p.resource_id == resource_id)
    named = sa.exists(sa.select(p.listing_id).where(p.listing_id == listing.c.id).correlate(listing))
    wanted = (
        sa.select(listing.c.id, *TITLE, listing.c.price_amount, listing.c.price_currency, p.minutes)
        .add_columns(p.price_amount.label("own_amount"))
        .select_from(listing.outerjoin(performer, own))
        .where(listing.c.shop_id == shop_id, listing.c.kind.in_(kinds), listing.c.state == PUBLISHED)
        .where(sa.or_(p.listing_id.is_not(None), ~named))
        .order_by(listing.c.title, listing.c.id)
        .limit(_MOST)
    )
    return [_does(row, locale) for row in await connection.execute(wanted)]


def _does(row: Any, locale: str) -> Does:
    amount = row.price_amount if row.own_amount is None else row.own_amount
    price = None if amount is None else Money.stored(amount, row.price_currency or "KZT")
    return Does(listing_id=row.id, title=title_in(row, locale), price=price, minutes=row.minutes)


async def visits_done(connection: AsyncConnection, shop_id: UUID, from_s: int, to_s: int) -> list[Done]:
    """Every visit of a shop that took place or was missed between two instants; one statement."""
    a = appointment.c
    wanted = sa.select(a.id, a.staff_id, a.starts_s, a.minutes, a.missed_at, a.effect, a.person_id, a.contact_phone)
    took = sa.or_(a.effect == _SHORTENS, a.missed_at.is_not(None))
    rows = await connection.execute(
        wanted.where(a.shop_id == shop_id, a.starts_s >= from_s, a.starts_s < to_s, took, a.staff_id.is_not(None))
    )
    return [
        Done(
            id=row.id,
            staff_id=row.staff_id,
            starts_s=row.starts_s,
            minutes=row.minutes,
            missed=row.effect != _SHORTENS,
            client=str(row.contact_phone or row.person_id or ""),
        )
        for row in rows
    ]
