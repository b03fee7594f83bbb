"""What follows a change: the search index in the same transaction, and the word of it for whoever listens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.listings.domain import PUBLISHED, Listing, ListingChanged
from marketplace_kit.listings.schemas import public_attributes
from marketplace_kit.listings.services.indexing import index_listings


@attrs.frozen
class Seen:
    """What a listing looked like before it was touched."""

    title: Mapping[str, str]
    price: Money | None
    state: str
    attributes: Mapping[str, Any]

    @classmethod
    def of(cls, listing: Listing) -> Seen:
        return cls(listing.all_titles, listing.shown_price, listing.state, dict(listing.attributes))


async def follow(uow: UnitOfWork, listing: Listing, before: Seen) -> None:
    """Bring the index up to date and tell what changed, if it was or is for everybody to see."""
    if PUBLISHED not in (before.state, listing.state):
        return
    await index_listings(uow, [listing.id])
    changed = _changed(uow, listing, before)
    after = listing.shown_price
    if changed:
        said = ListingChanged(
            listing_id=listing.id,
            shop_id=listing.shop_id,
            kind=listing.kind,
            title=listing.title,
            version=listing.version,
            state=listing.state,
            changed=changed,
            first=listing.published_at == uow.at and before.state != PUBLISHED,
            price_before=before.price.amount if before.price is not None and "price" in changed else None,
            price_after=after.amount if after is not None and "price" in changed else None,
        )
        uow.record(said)


def _changed(uow: UnitOfWork, listing: Listing, before: Seen) -> tuple[str, ...]:
    now_seen = Seen.of(listing)
    found = [name for name in ("title", "price", "state") if getattr(now_seen, name) != getattr(before, name)]
    kind = uow.site.registry.listing_kinds.get(listing.kind)
    if kind is not None:
        then, now = (public_attributes(kind.attributes, a) for a in (before.attributes, listing.attributes))
        found += [f"attributes.{n}" for n in sorted(then.keys() | now.keys()) if then.get(n) != now.get(n)]
    return tuple(found)
