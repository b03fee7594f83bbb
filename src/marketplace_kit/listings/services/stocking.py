"""Filling a shop's shelves at once and in silence: for samples and for taking over another system's catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import attrs
import sqlalchemy as sa

from marketplace_kit.kernel.fields import Form
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.pictures import Encoded
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.listings.domain import PUBLISHED, Listing
from marketplace_kit.listings.domain.options import OptionGroup, span_of
from marketplace_kit.listings.schemas import Offer
from marketplace_kit.listings.services.indexing import index_listings
from marketplace_kit.listings.services.offering import new_listing
from marketplace_kit.listings.services.optioning import lay_out
from marketplace_kit.listings.tables import listing_photo_table, listing_table
from marketplace_kit.web import media


@attrs.frozen(kw_only=True)
class Ware:
    """A listing as it shall stand there. The files of ``photo`` are stored already (:func:`media.store`)."""

    kind: str
    offer: Offer
    attributes: Form
    state: str = PUBLISHED
    created_at: datetime
    photo: Encoded | None = None
    options: tuple[OptionGroup, ...] = ()


async def stock(uow: UnitOfWork, shop_id: UUID, wares: Sequence[Ware], *, by: UUID) -> list[UUID]:
    """Put wares into a shop: no process is walked through, nobody is told. Whoever calls this answers for it that
    ``by`` may, and that shop and kinds are there; search shows what is published as soon as the shop is open.
    """
    made = [_listing(shop_id, ware) for ware in wares]
    uow.session.add_all(made)
    await uow.session.flush()
    laid_out = [
        (listing.id, group, rank)
        for listing, ware in zip(made, wares, strict=True)
        for rank, group in enumerate(ware.options)
    ]
    await lay_out(uow, laid_out)
    shown = [(listing.id, ware.photo) for listing, ware in zip(made, wares, strict=True) if ware.photo]
    if shown:
        await _show(uow, shop_id, shown, by)
    ids = [listing.id for listing in made]
    await index_listings(uow, ids)
    return ids


def _listing(shop_id: UUID, ware: Ware) -> Listing:
    listing = new_listing(shop_id, ware.kind, ware.offer, ware.attributes, ware.created_at)
    listing.state = ware.state
    span = span_of(ware.offer.price, ware.options)
    listing.option_groups, listing.price_varies = len(ware.options), span.varies
    listing.lowest = span.lowest if ware.options else None
    if ware.state == PUBLISHED:
        listing.published_at = ware.created_at
    return listing


async def _show(uow: UnitOfWork, shop_id: UUID, shown: Sequence[tuple[UUID, Encoded]], by: UUID) -> None:
    pictures = {photo.picture.key: photo for _, photo in shown}
    await media.keep(uow, pictures.values())
    rows = [
        {
            "id": new_id(),
            "owner_id": listing_id,
            "rank": 0,
            "key": photo.picture.key,
            "size": photo.size,
            "alt": "",
            "by_id": by,
            "at": uow.at,
        }
        for listing_id, photo in shown
    ]
    await uow.session.execute(sa.insert(listing_photo_table), rows)
    size = sum(photo.size for _, photo in shown)
    await media.take_space(uow, shop_id, size, share=size)
    for key in pictures:
        ids = [listing_id for listing_id, photo in shown if photo.picture.key == key]
        await uow.session.execute(sa.update(listing_table).where(listing_table.c.id.in_(ids)).values(cover=key))
