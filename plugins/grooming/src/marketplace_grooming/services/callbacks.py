"""What pet owners and groomers do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from marketplace_grooming.domain import SERVICE, NotAGroomingService, PriceList, QuoteRequested, band_for
from marketplace_grooming.schemas import AskForCall, GroomingService, GroomingSettings
from marketplace_grooming.tables import (
    card_table,
    consent_table,
    evaluation_table,
    extra_photo_table,
    extra_table,
    override_table,
    photo_after_table,
    photo_before_table,
    visit_table,
)
from marketplace_grooming.tables import request_table as request
from marketplace_kit.kernel.errors import Invalid, Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.listings.domain import Published
from marketplace_kit.listings.schemas import Offer, read_attributes
from marketplace_kit.listings.services import access_listing, access_public, edit
from marketplace_kit.notifications.services import notify
from marketplace_kit.shops.queries import owners_of
from marketplace_kit.web.limits import limit

REQUESTS = "/sell/quote-requests"
_TRACES = (
    (extra_table, "proposed_by_id"),
    (card_table, "by_person_id"),
    (evaluation_table, "by_person_id"),
    (override_table, "by_person_id"),
    (photo_before_table, "by_id"),
    (photo_after_table, "by_id"),
    (extra_photo_table, "by_id"),
)
"""Who of the salon wrote something down: the writing stays."""
_SYSTEM = Actor(roles=frozenset({"admin"}))


def price_list_of(kind: str, attributes: Mapping[str, Any]) -> PriceList:
    """The tariffs of a listing as it is stored. Refuses :class:`NotAGroomingService`; attributes that an older
    declaration stored and that no longer fit are a list without prices.
    """
    if kind != SERVICE:
        raise NotAGroomingService(kind=kind)
    try:
        return read_attributes(GroomingService, attributes).price_list
    except Invalid:
        return PriceList({})


async def ask_for_call(site: Site, listing_id: UUID, *, by: Actor, address: str, asked: AskForCall) -> UUID:
    """Ask a groomer to ring back, signed in or not. Refuses :class:`Missing`, :class:`NotAGroomingService`,
    :class:`WeightImplausible`, and :class:`TooMany` from one network address beyond ``[grooming] requests_per_hour``.
    """
    most = site.settings.of(GroomingSettings).requests_per_hour
    await limit(site, "grooming.call", address, most=most, per=timedelta(hours=1))
    return await site.do(keep_request, listing_id, by=by, asked=asked)


async def keep_request(uow: UnitOfWork, listing_id: UUID, *, by: Actor, asked: AskForCall) -> UUID:
    """The same within a unit of work, without counting tries."""
    band_for(asked.weight_grams)
    listing = await access_public(uow, listing_id)
    if listing.kind != SERVICE:
        raise NotAGroomingService(kind=listing.kind)
    request_id = new_id()
    row = {
        "id": request_id,
        "listing_id": listing.id,
        "shop_id": listing.shop_id,
        "person_id": by.person_id,
        "listing_title": listing.title,
        "pet_name": asked.pet_name,
        "weight_grams": asked.weight_grams,
        "phone": asked.phone,
        "note": asked.note,
        "asked_at": uow.at,
    }
    await uow.session.execute(sa.insert(request).values(row))
    requested = QuoteRequested(
        request_id=request_id,
        listing_id=listing.id,
        shop_id=listing.shop_id,
        title=listing.title,
        pet_name=asked.pet_name,
    )
    uow.record(requested)
    return request_id


async def tell_groomer(uow: UnitOfWork, event: QuoteRequested) -> None:
    """The shop's owners hear that somebody waits for a call; the number itself stands on their page alone."""
    for owner in await owners_of(await uow.session.connection(), event.shop_id):
        await notify(
            uow,
            to=owner,
            notice="grooming.quote_requested",
            facts={"pet_name": event.pet_name, "title": event.title},
            link=REQUESTS,
            key=f"grooming.quote_requested:{event.request_id}:{owner}",
        )


async def mark_called(uow: UnitOfWork, request_id: UUID, *, by: Actor) -> None:
    """Note that the groomer rang; doing it again changes nothing. Refuses :class:`Missing` to other shops' people."""
    own = sa.and_(request.c.id == request_id, request.c.shop_id.in_(by.shops))
    if (await uow.session.execute(sa.select(request.c.id).where(own))).first() is None:
        raise Missing
    waiting = sa.update(request).where(own, request.c.called_at.is_(None))
    await uow.session.execute(waiting.values(called_at=uow.at))


async def name_cheapest(uow: UnitOfWork, listing_id: UUID, *, by: Actor) -> None:
    """Make the listing's headline price that of its cheapest size. Refuses whoever may not change the listing."""
    listing = await access_listing(uow, listing_id, by=by)
    cheapest = price_list_of(listing.kind, listing.attributes).cheapest
    if cheapest is None or cheapest == listing.price:
        return
    await edit(
        uow,
        listing_id,
        version=listing.version,
        offer=Offer(title=listing.title, description=listing.description, price=cheapest),
        attributes=read_attributes(GroomingService, listing.attributes),
        by=by,
    )


async def complete_headline(uow: UnitOfWork, event: Published) -> None:
    """A grooming service that is published without a price is headed by that of its cheapest size."""
    if event.kind != SERVICE:
        return
    try:
        listing = await access_public(uow, event.listing_id)
    except Missing:
        return  # taken back in the meantime
    if listing.price is None:
        await name_cheapest(uow, listing.id, by=_SYSTEM)


async def forget_old_requests(uow: UnitOfWork, days: int) -> int:
    """Remove call-back requests older than ``days``, called or not; how many there were."""
    old = request.c.asked_at < uow.at - timedelta(days=days)
    return len((await uow.session.execute(sa.delete(request).where(old).returning(request.c.id))).all())


async def erase(uow: UnitOfWork, person_id: UUID) -> None:
    """Remove the call-backs that a person asked for while signed in; their visits stay, of a pet without a name."""
    await uow.session.execute(sa.delete(request).where(request.c.person_id == person_id))
    visit, consent = visit_table.c, consent_table.c
    theirs = sa.update(visit_table).where(visit.person_id == person_id)
    gone = {
        "person_id": None,
        "pet_id": None,
        "pet_name": "—",
        "phone": "",
        "collector": "",
        "food": "",
        "medicine": "",
    }
    await uow.session.execute(theirs.values(belongings="", **gone))
    agreed = sa.update(consent_table).where(consent.by_person_id == person_id)
    await uow.session.execute(agreed.values(by_person_id=None, name="—"))
    for table, column in _TRACES:
        mine = table.c[column] == person_id
        await uow.session.execute(sa.update(table).where(mine).values({column: None}))
