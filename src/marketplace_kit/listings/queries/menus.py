"""A shop's window: its menu first, then whatever else it offers; and the menu as its vendor arranges it."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import attrs
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel import prepared
from marketplace_kit.kernel.database import UtcDateTime, Uuid
from marketplace_kit.listings.domain import ARCHIVED
from marketplace_kit.listings.domain.menus import MOST_LISTINGS, MenuSection
from marketplace_kit.listings.queries.browsing import CARD, card_of, read_cursor
from marketplace_kit.listings.queries.filters import SHOWN, hearted
from marketplace_kit.listings.queries.kinds import Kinds
from marketplace_kit.listings.queries.titles import TITLE, title_in
from marketplace_kit.listings.schemas import ListingCard
from marketplace_kit.listings.schemas.menus import days_in
from marketplace_kit.listings.tables import listing_table as listing
from marketplace_kit.listings.tables import menu_entry_table as entry
from marketplace_kit.listings.tables import menu_section_table as section
from marketplace_kit.listings.tables import menu_table as menu
from marketplace_kit.listings.tables import search_table as search
from marketplace_kit.shops.domain.hours import Range
from marketplace_kit.shops.tables import shop_table as shop
from marketplace_kit.shops.tables import span_table as span
from marketplace_kit.web.paging import Page, encode_cursor

_SHOP = sa.bindparam("shop", type_=Uuid)
_NOW = sa.bindparam("now", type_=UtcDateTime)
_SECTION = (section.c.names.label("section_names"), section.c.days, section.c.opens, section.c.closes)


@attrs.frozen(kw_only=True)
class Window:
    """``sections`` of the menu that hold something to be seen, on the first page only; ``rest`` is what stands in none,
    newest first.
    """

    sections: list[tuple[MenuSection, list[ListingCard]]]
    rest: Page[ListingCard]


async def shop_window(
    connection: AsyncConnection,
    shop_id: UUID,
    kinds: Kinds,
    *,
    person_id: UUID | None,
    now: datetime,
    cursor: str | None = None,
    limit: int = 24,
    locale: str = "",
) -> Window:
    """What everybody sees of a shop's listings: one statement. Refuses :class:`BadCursor`."""
    values = {"shop": shop_id, "kinds": list(kinds), "person": person_id, "now": now, "limit": limit + 1}
    if cursor:
        values["after_at"], values["after_id"] = read_cursor(cursor)
    rows = await prepared.rows(connection, _window(bool(cursor), person_id is not None), values)
    sections: dict[UUID, tuple[MenuSection, list[ListingCard]]] = {}
    rest = [row for row in rows if row.section_id is None]
    for row in rows:
        if row.section_id is not None:
            if row.section_id not in sections:
                sections[row.section_id] = (_section(row, row.section_names, ()), [])
            sections[row.section_id][1].append(card_of(row, kinds, now=now, locale=locale))
    last = rest[limit - 1] if len(rest) > limit else None
    return Window(
        sections=list(sections.values()),
        rest=Page(
            items=[card_of(row, kinds, now=now, locale=locale) for row in rest[:limit]],
            next=encode_cursor(last.published_at, last.id) if last else None,
        ),
    )


@cache
def _window(later: bool, hearts: bool) -> sa.Select[Any]:
    order = (section.c.rank.is_(None), section.c.rank, entry.c.rank)
    newest = (search.c.published_at.desc(), search.c.listing_id.desc())
    held = sa.select(sa.func.count()).select_from(entry.join(section)).where(section.c.shop_id == _SHOP)
    limit: Any = sa.bindparam("limit", type_=sa.Integer)
    placed = search.outerjoin(entry, entry.c.listing_id == search.c.listing_id).outerjoin(
        section, section.c.id == entry.c.section_id
    )
    fit = (
        sa.select(search.c.listing_id, entry.c.section_id, entry.c.rank.label("place"))
        .select_from(placed.join(shop, shop.c.id == search.c.shop_id))
        .where(SHOWN, search.c.shop_id == _SHOP)
    )
    if later:
        after = sa.tuple_(sa.bindparam("after_at", type_=UtcDateTime), sa.bindparam("after_id", type_=Uuid))
        behind = sa.tuple_(search.c.published_at, search.c.listing_id) < after
        fit = fit.where(entry.c.section_id.is_(None), behind).order_by(*newest).limit(limit)
    else:
        fit = fit.order_by(*order, *newest).limit(limit + held.scalar_subquery())
    found = fit.subquery("found")
    # One shop has one pair of doors: when they open is asked once, not for every card.
    doors = sa.select(sa.func.min(span.c.opens_at)).where(span.c.shop_id == _SHOP, span.c.closes_at > _NOW)
    return (
        sa.select(
            *CARD,
            (hearted(found.c.listing_id) if hearts else sa.false()).label("is_favourite"),
            doors.scalar_subquery().label("opens_at"),
            found.c.section_id,
            *_SECTION,
        )
        .select_from(
            found.join(listing, listing.c.id == found.c.listing_id)
            .join(shop, shop.c.id == listing.c.shop_id)
            .outerjoin(section, section.c.id == found.c.section_id)
        )
        .order_by(
            section.c.rank.is_(None), section.c.rank, found.c.place, listing.c.published_at.desc(), listing.c.id.desc()
        )
    )


def _section(row: Any, names: Any, listings: tuple[UUID, ...]) -> MenuSection:
    hours = None if row.opens is None else Range(row.opens, row.closes)
    return MenuSection(id=row.section_id, names=names, days=days_in(row.days), hours=hours, listings=listings)


# ── arranging ────────────────────────────────────────────────────────────────────────────────────

_MENU = (
    sa.select(menu.c.version, section.c.id.label("section_id"), *_SECTION, entry.c.listing_id)
    .select_from(
        menu.outerjoin(section, section.c.shop_id == menu.c.shop_id).outerjoin(
            entry, entry.c.section_id == section.c.id
        )
    )
    .where(menu.c.shop_id == _SHOP)
    .order_by(section.c.rank, entry.c.rank)
)
_OFFERS = (
    sa.select(listing.c.id, *TITLE, listing.c.state)
    .where(listing.c.shop_id == _SHOP, listing.c.state != ARCHIVED)
    .order_by(listing.c.title, listing.c.id)
    .limit(2 * MOST_LISTINGS)
)


async def menu_of(connection: AsyncConnection, shop_id: UUID) -> tuple[int, tuple[MenuSection, ...]]:
    """A shop's menu with all that stands in it, whatever its state, and its version (0 while there is none)."""
    rows = (await connection.execute(_MENU, {"shop": shop_id})).all()
    sections: dict[UUID, MenuSection] = {}
    held: dict[UUID, list[UUID]] = {}
    for row in rows:
        if row.section_id is not None:
            sections.setdefault(row.section_id, _section(row, row.section_names, ()))
            held.setdefault(row.section_id, []).extend([row.listing_id] if row.listing_id else [])
    arranged = tuple(attrs.evolve(one, listings=tuple(held[one.id])) for one in sections.values())
    return (rows[0].version if rows else 0), arranged


async def offers_of(connection: AsyncConnection, shop_id: UUID, locale: str = "") -> dict[UUID, tuple[str, str]]:
    """Title and state of a shop's listings that are not put away, by title in the reader's language."""
    rows = await connection.execute(_OFFERS, {"shop": shop_id})
    named = [(row.id, (title_in(row, locale), row.state)) for row in rows]
    return dict(sorted(named, key=lambda pair: (pair[1][0].casefold(), pair[0])))
