"""Making, changing and showing what a shop offers."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.errors import Forbidden, Missing, StaleVersion
from marketplace_kit.kernel.fields import Form, raw_of
from marketplace_kit.kernel.hooks import Actor, ListingKind
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.listings.domain import (
    ARCHIVED,
    MAY_EDIT,
    PENDING_REVIEW,
    PUBLISHED,
    KindNotOffered,
    Listing,
    ListingArchived,
    ShopNotOpen,
)
from marketplace_kit.listings.domain.wording import Wording
from marketplace_kit.listings.queries import active_kinds
from marketplace_kit.listings.schemas import Draft, Offer, read_attributes, searchable_texts
from marketplace_kit.listings.services.choosing import reprice
from marketplace_kit.listings.services.following import Seen, follow
from marketplace_kit.listings.services.reviewing import look_again, process_of, wants_review
from marketplace_kit.listings.tables import listing_table
from marketplace_kit.shops.domain import OPEN, Shop
from marketplace_kit.shops.services import access_shop, roles_in
from marketplace_kit.shops.tables import shop_table


async def create(
    uow: UnitOfWork,
    *,
    shop_id: UUID,
    kind: str,
    offer: Offer,
    attributes: Form,
    by: Actor,
    listing_id: UUID | None = None,
) -> Listing:
    """A draft in a shop where ``by`` may work on listings. Refuses :class:`Missing` for any other shop and
    :class:`KindNotOffered`. ``attributes`` are the kind's own form.
    """
    declared = _kind(uow.site, kind)
    _check_form(declared, attributes)
    await access_shop(uow, shop_id, by=by, roles=MAY_EDIT)
    listing = new_listing(shop_id, kind, offer, attributes, uow.at)
    listing.state = process_of(declared).start.name
    if listing_id is not None:
        listing.id = listing_id
    uow.session.add(listing)
    await uow.session.flush()
    return listing


def new_listing(shop_id: UUID, kind: str, offer: Offer, attributes: Form, at: datetime) -> Listing:
    """A listing as it is filled in, in the first state of the ordinary process; stored by whoever asks for it."""
    wording = Wording.first(offer.title, offer.description, *_languages(offer))
    listing = Listing(
        shop_id=shop_id,
        kind=kind,
        title=wording.title,
        description=wording.description,
        language=wording.language,
        titles=wording.titles,
        descriptions=wording.descriptions,
        price=offer.price,
        attributes={},
        search_text="",
        created_at=at,
    )
    listing.describe(raw_of(attributes), searchable_texts(attributes))
    return listing


def _languages(offer: Offer) -> tuple[str, dict[str, str] | None, dict[str, str] | None]:
    titles, descriptions = (None if t is None else t.texts() for t in (offer.titles, offer.descriptions))
    return offer.language, titles, descriptions


def reworded(listing: Listing, offer: Offer) -> Wording:
    """What a listing would say after a change."""
    return listing.wording.changed(offer.title, offer.description, *_languages(offer))


async def create_from(uow: UnitOfWork, draft: Draft, *, by: Actor, publish_it: bool = False) -> Listing:
    """Make the listing that somebody filled in, and publish it if asked; both or nothing."""
    if draft.shop_id is None:
        raise Missing
    made = await create(
        uow, shop_id=draft.shop_id, kind=draft.kind.name, offer=draft.offer, attributes=draft.attributes, by=by
    )
    return await publish(uow, made.id, by=by) if publish_it else made


async def edit(
    uow: UnitOfWork, listing_id: UUID, *, version: int, offer: Offer, attributes: Form, by: Actor
) -> Listing:
    """Change a listing. Refuses :class:`StaleVersion` if it was changed since ``version`` was read, and
    :class:`ListingArchived`.
    """
    listing = await access_listing(uow, listing_id, by=by)
    _check_form(_kind(uow.site, listing.kind), attributes)
    if listing.version != version:
        raise StaleVersion
    if listing.state == ARCHIVED:
        raise ListingArchived
    before = Seen.of(listing)
    was, wording = listing.wording, reworded(listing, offer)
    listing.edit(wording=wording, price=offer.price)
    listing.describe(raw_of(attributes), searchable_texts(attributes))
    await reprice(uow, listing)
    if wording != was and listing.state == PUBLISHED:
        await look_again(uow, listing, by=by)
    await follow(uow, listing, before)
    return listing


async def change_attributes(uow: UnitOfWork, listing_id: UUID, *, by: Actor, **changes: Any) -> Listing:
    """Set some of a listing's own attributes, for plugins that keep them in step with what happens (a puppy is
    reserved).
    """
    listing = await access_listing(uow, listing_id, by=by)
    form = read_attributes(_kind(uow.site, listing.kind).attributes, listing.attributes)
    changed = msgspec.structs.replace(form, **changes)
    before = Seen.of(listing)
    listing.describe(raw_of(changed), searchable_texts(changed))
    await follow(uow, listing, before)
    return listing


async def publish(uow: UnitOfWork, listing_id: UUID, *, by: Actor) -> Listing:
    """Show a listing to everybody, or send it to be looked at where the site wants that. Refuses
    :class:`ShopNotOpen`, :class:`KindNotOffered`, :class:`InvalidTransition`.
    """
    return await move(uow, listing_id, "publish", by=by)


async def unpublish(uow: UnitOfWork, listing_id: UUID, *, by: Actor) -> Listing:
    """Take a listing back to draft; hearts stay."""
    return await move(uow, listing_id, "unpublish", by=by)


async def archive(uow: UnitOfWork, listing_id: UUID, *, by: Actor) -> Listing:
    """Put a listing away for good. What is booked of it stays booked, with its price and its words."""
    return await move(uow, listing_id, "archive", by=by)


async def move(uow: UnitOfWork, listing_id: UUID, verb: str, *, by: Actor) -> Listing:
    """Do a verb of the listing's process. One of a kind that is not active can be put away, not shown."""
    listing, held = await _accessed(uow, listing_id, by)
    declared = active_kinds(uow.site).get(listing.kind)
    if verb == "publish" and await wants_review(uow, listing, process_of(declared), held):
        verb = "submit"
    return await moved(uow, listing, verb, held)


async def moved(uow: UnitOfWork, listing: Listing, verb: str, held: frozenset[str]) -> Listing:
    """The same for a listing that is held already, as somebody in these roles."""
    declared = active_kinds(uow.site).get(listing.kind)
    before = Seen.of(listing)
    happened = listing.move(process_of(declared), verb, held, uow.at)
    if listing.state in (PUBLISHED, PENDING_REVIEW):
        if declared is None:
            raise KindNotOffered
        # Held until the end, so that nobody closes the shop between this look and the commit.
        shop = await uow.session.get(Shop, listing.shop_id, with_for_update={"read": True}, populate_existing=True)
        if shop is None or shop.state != OPEN:
            raise ShopNotOpen
    if happened:
        uow.record(happened)
    await follow(uow, listing, before)
    return listing


async def access_listing(uow: UnitOfWork, listing_id: UUID, *, by: Actor) -> Listing:
    """A listing for somebody who works on it. Refuses :class:`Missing` to everybody else as for one that is not there,
    :class:`Forbidden` to an operator of the shop.
    """
    return (await _accessed(uow, listing_id, by))[0]


async def _accessed(uow: UnitOfWork, listing_id: UUID, by: Actor) -> tuple[Listing, frozenset[str]]:
    listing = await uow.session.get(Listing, listing_id, with_for_update=True)
    held = await roles_in(uow, listing.shop_id, by=by) if listing else frozenset()
    if listing is None or not held:
        raise Missing
    if held.isdisjoint(MAY_EDIT):
        raise Forbidden
    return listing, held


async def access_public(uow: UnitOfWork, listing_id: UUID) -> Listing:
    """A listing that everybody may see at this moment; refuses :class:`Missing`."""
    t, s = listing_table.c, shop_table.c
    wanted = sa.select(Listing, Shop).join(Shop, t.shop_id == s.id)  # the shop is asked for next: it is known then
    shown = wanted.where(t.id == listing_id, t.state == PUBLISHED, s.state == OPEN)
    row = (await uow.session.execute(shown)).one_or_none()
    listing: Listing | None = row[0] if row else None
    if listing is None or listing.kind not in active_kinds(uow.site):
        raise Missing
    return listing


def _kind(site: Site, name: str) -> ListingKind:
    kind = active_kinds(site).get(name)
    if kind is None:
        raise KindNotOffered
    return kind


def _check_form(kind: ListingKind, attributes: Form) -> None:
    if type(attributes) is not kind.attributes:
        raise TypeError(f"{kind.name} is described by {kind.attributes.__name__}, not by {type(attributes).__name__}")


async def ensure_listing(
    site: Site, *, shop_id: UUID, kind: str, offer: Offer, attributes: Form, owner: UUID, published: bool = True
) -> UUID:
    """For samples: the shop's listing of this kind with this title, made (and published) if it is not there."""
    found = await site.ask(_named, shop_id, kind, offer.title)
    if found is not None:
        return found
    by = Actor(person_id=owner)

    async def make(uow: UnitOfWork) -> UUID:
        made = await create(uow, shop_id=shop_id, kind=kind, offer=offer, attributes=attributes, by=by)
        if published:
            await publish(uow, made.id, by=by)
        return made.id

    return await site.do(make)


async def _named(connection: AsyncConnection, shop_id: UUID, kind: str, title: str) -> UUID | None:
    t = listing_table.c
    wanted = sa.select(t.id).where(t.shop_id == shop_id, t.kind == kind, t.title == title).limit(1)
    found: UUID | None = (await connection.execute(wanted)).scalar_one_or_none()
    return found
