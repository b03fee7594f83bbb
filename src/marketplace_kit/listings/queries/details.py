"""One listing's page, and a vendor's own list."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.database import Uuid
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.pictures import cover_of
from marketplace_kit.kernel.translated import Translated, spoken
from marketplace_kit.listings.domain import ADMIN, MAY_EDIT, PUBLISHED
from marketplace_kit.listings.queries.browsing import CARD, IS_FAVOURITE, price_of, shop_of, shown_price_of
from marketplace_kit.listings.queries.kinds import Kinds
from marketplace_kit.listings.queries.options import option_groups
from marketplace_kit.listings.queries.titles import descriptions_of, title_in, titled, titles_of
from marketplace_kit.listings.schemas import ListingView, OwnListing, public_attributes
from marketplace_kit.listings.schemas.options import shown_options
from marketplace_kit.listings.tables import favourite_table as favourite
from marketplace_kit.listings.tables import listing_table as listing
from marketplace_kit.shops.domain import OPEN
from marketplace_kit.shops.tables import member_table as member
from marketplace_kit.shops.tables import shop_table as shop
from marketplace_kit.web.paging import Page, decode_cursor, encode_cursor

_PERSON = sa.bindparam("person", type_=Uuid)
_MINE = sa.and_(member.c.shop_id == listing.c.shop_id, member.c.person_id == _PERSON)
_VIEW = (
    sa.select(
        *CARD,
        listing.c.description,
        listing.c.descriptions,
        listing.c.state,
        listing.c.version,
        listing.c.moderation_note,
        listing.c.option_groups,
        shop.c.state.label("shop_state"),
        member.c.role.label("my_role"),
        IS_FAVOURITE.label("is_favourite"),
    )
    .select_from(listing.join(shop).outerjoin(member, _MINE))
    .where(listing.c.id == sa.bindparam("id", type_=Uuid))
)
_HEARTS = sa.select(sa.func.count()).where(favourite.c.listing_id == listing.c.id).correlate(listing).scalar_subquery()
_OWN = (
    sa.select(*CARD, listing.c.state, listing.c.moderation_note, _HEARTS.label("favourites"))
    .select_from(listing.join(shop).join(member, _MINE))
    .where(member.c.role.in_(tuple(sorted(MAY_EDIT))))
    .order_by(listing.c.id.desc())
    .limit(sa.bindparam("limit"))
)
_MORE_OWN = _OWN.where(listing.c.id < sa.bindparam("after", type_=Uuid))


async def listing_page(
    connection: AsyncConnection, listing_id: UUID, kinds: Kinds, *, viewer: Actor, locale: str = ""
) -> ListingView | None:
    """A listing that everybody may see, or that the viewer's shop (or an admin) may see; one statement, shop and
    heart included, and a second one for its options if it has any. Its words are in ``locale``, or as they were first
    said if none is given.

    One of a kind that is not active is there for nobody.
    """
    row = (await connection.execute(_VIEW, {"id": listing_id, "person": viewer.person_id})).first()
    if row is None or row.kind not in kinds:
        return None
    may_edit = row.my_role in MAY_EDIT or ADMIN in viewer.roles
    is_public = row.state == PUBLISHED and row.shop_state == OPEN
    if not is_public and not may_edit and row.my_role is None:
        return None
    attributes = row.attributes if may_edit else public_attributes(kinds[row.kind].attributes, row.attributes)
    groups = await option_groups(connection, row.id) if row.option_groups else ()
    title, language = titled(row, locale)
    descriptions = descriptions_of(row)
    description, described_in = spoken(descriptions, locale or row.language)
    return ListingView(
        id=row.id,
        kind=row.kind,
        title=title,
        description=description,
        language=language,
        description_language=described_in,
        titles=Translated.of(titles_of(row)),
        descriptions=Translated.of(descriptions),
        price=price_of(row),
        attributes=attributes,
        state=row.state,
        shop=shop_of(row),
        published_at=row.published_at,
        is_favourite=bool(row.is_favourite),
        may_edit=may_edit,
        version=row.version,
        moderation_note=row.moderation_note if may_edit else "",
        rating_average=row.rating_average if row.rating_count else None,
        rating_count=row.rating_count,
        photo=cover_of(row.cover),
        lowest_price=shown_price_of(row),
        price_varies=row.price_varies,
        options=shown_options(groups, locale or row.language),
    )


async def own_listings(
    connection: AsyncConnection,
    person_id: UUID,
    kinds: Kinds,
    *,
    cursor: str | None = None,
    limit: int = 20,
    locale: str = "",
) -> Page[OwnListing]:
    """The listings of the shops where a person may work on them, newest first; of inactive kinds too."""
    given: dict[str, Any] = {"person": person_id, "limit": limit + 1}
    if cursor:
        (given["after"],) = decode_cursor(cursor, tuple[UUID])
    rows = (await connection.execute(_MORE_OWN if cursor else _OWN, given)).all()
    items = [_own(row, kinds, locale) for row in rows[:limit]]
    return Page(items=items, next=encode_cursor(items[-1].id) if len(rows) > limit else None)


def _own(row: Any, kinds: Kinds, locale: str) -> OwnListing:
    return OwnListing(
        id=row.id,
        shop_id=row.shop_id,
        shop_name=row.shop_name,
        kind=row.kind,
        title=title_in(row, locale),
        price=shown_price_of(row),
        state=row.state,
        favourites=row.favourites,
        offered=row.kind in kinds,
        moderation_note=row.moderation_note,
    )
