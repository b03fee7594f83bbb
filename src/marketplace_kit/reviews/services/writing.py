"""Writing a review and changing it: the customer of a completed line, once, in time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from marketplace_kit.kernel.database import violated
from marketplace_kit.kernel.errors import Missing, StaleVersion
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.ids import digest
from marketplace_kit.kernel.process import Stage
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.orders.domain import ManageLinkInvalid
from marketplace_kit.reviews.domain import (
    HELD,
    PUBLISHED,
    AlreadyReviewed,
    NotCompleted,
    OwnShop,
    Review,
    ReviewClosed,
    ReviewHeld,
    ReviewPublished,
    names_contacts,
    shown_name,
)
from marketplace_kit.reviews.queries import rated
from marketplace_kit.reviews.schemas import Opinion, Rated, ReviewSettings
from marketplace_kit.reviews.services.inviting import times_of
from marketplace_kit.reviews.services.rating import recount, take_turn
from marketplace_kit.reviews.tables import review_table


async def to_rate(site: Site, *, by: Actor, line_id: UUID) -> Rated:
    """What a person is about to rate. Refuses :class:`Missing` for a line that is not theirs."""
    return _own(await site.ask(rated, line_id=line_id), by)


async def to_rate_by_link(site: Site, token: str) -> Rated:
    """What a guest is about to rate. Refuses :class:`ManageLinkInvalid`."""
    found = await site.ask(rated, token_digest=digest(token))
    if found is None:
        raise ManageLinkInvalid
    return found


def _own(found: Rated | None, by: Actor) -> Rated:
    if found is None or found.customer_id is None or found.customer_id != by.person_id:
        raise Missing
    return found


async def write(uow: UnitOfWork, line_id: UUID, opinion: Opinion, *, by: Actor) -> Review:
    """Say how a completed line of one's own order was. Refuses :class:`Missing` for a line of somebody else,
    :class:`NotCompleted`, :class:`AlreadyReviewed`, :class:`ReviewClosed`; :class:`OwnShop` to those who work there.
    """
    found = _own(await rated(await uow.session.connection(), line_id=line_id), by)
    if found.shop_id in by.shops:
        raise OwnShop
    return await _write(uow, found, opinion)


async def write_by_link(uow: UnitOfWork, token: str, opinion: Opinion) -> Review:
    """The same for a guest, by the link that they were sent. Refuses :class:`ManageLinkInvalid`."""
    found = await rated(await uow.session.connection(), token_digest=digest(token))
    if found is None:
        raise ManageLinkInvalid
    return await _write(uow, found, opinion)


async def _write(uow: UnitOfWork, found: Rated, opinion: Opinion) -> Review:
    if found.stage != Stage.COMPLETED:
        raise NotCompleted
    if found.review_id is not None:
        raise AlreadyReviewed(review_id=str(found.review_id))
    settings = uow.site.settings.of(ReviewSettings)
    closes_at = found.closes_at or times_of(settings.terms, uow.at)["closes_at"]
    if uow.at > closes_at:
        raise ReviewClosed(closed_at=closes_at.isoformat())
    held = settings.hold_contacts and names_contacts(opinion.text)
    review = Review(
        order_line_id=found.line_id,
        order_id=found.order_id,
        shop_id=found.shop_id,
        listing_id=found.listing_id,
        staff_id=staff_of(found.facts),
        customer_id=found.customer_id,
        author_name=shown_name(found.contact_name),
        rating=opinion.rating,
        text=opinion.text.strip(),
        state=HELD if held else PUBLISHED,
        created_at=uow.at,
        published_at=None if held else uow.at,
    )
    await take_turn(uow, found.shop_id)
    try:
        async with uow.session.begin_nested():
            uow.session.add(review)
    except IntegrityError as twice:
        if violated(twice) != "uq_review_order_line_id":
            raise
        raise AlreadyReviewed from twice
    if held:
        uow.record(ReviewHeld(review_id=review.id, shop_id=review.shop_id, version=1))
    else:
        uow.record(published(review, first=True))
        await recount(uow, review.shop_id, review.listing_id)
    return review


def staff_of(facts: Mapping[str, Any]) -> int | None:
    """Who did it, by their number as a resource of the shop, where the facts of the line say so."""
    found = facts.get("staff")
    return found if type(found) is int and found > 0 else None


def published(review: Review, *, first: bool) -> ReviewPublished:
    return ReviewPublished(
        review_id=review.id,
        order_id=review.order_id,
        order_line_id=review.order_line_id,
        shop_id=review.shop_id,
        listing_id=review.listing_id,
        rating=review.rating,
        first=first,
    )


async def change(uow: UnitOfWork, review_id: UUID, opinion: Opinion, *, version: int, by: Actor) -> Review:
    """Think again, within the time for it. Refuses :class:`Missing` for somebody else's, :class:`StaleVersion`,
    :class:`ReviewRemoved` and :class:`EditClosed`.
    """
    mine = review_table.c.customer_id == by.person_id if by.person_id else sa.false()
    return await _change(uow, sa.and_(review_table.c.id == review_id, mine), opinion, version)


async def change_by_link(uow: UnitOfWork, token: str, opinion: Opinion, *, version: int) -> Review:
    """The same for a guest."""
    found = await rated(await uow.session.connection(), token_digest=digest(token))
    if found is None or found.review_id is None:
        raise ManageLinkInvalid
    return await _change(uow, review_table.c.id == found.review_id, opinion, version)


async def _change(uow: UnitOfWork, which: sa.ColumnElement[bool], opinion: Opinion, version: int) -> Review:
    review = await in_turn(uow, which)
    if review.version != version:
        raise StaleVersion
    settings = uow.site.settings.of(ReviewSettings)
    was = review.state
    review.change(
        opinion.rating,
        opinion.text.strip(),
        uow.at,
        until=review.created_at + settings.terms.edit_for,
        hold=settings.hold_contacts and names_contacts(opinion.text),
    )
    if was == PUBLISHED:
        await recount(uow, review.shop_id, review.listing_id)
        if review.state == PUBLISHED:
            uow.record(published(review, first=False))
        else:
            uow.record(ReviewHeld(review_id=review.id, shop_id=review.shop_id, version=review.version))
    return review


async def in_turn(uow: UnitOfWork, which: sa.ColumnElement[bool]) -> Review:
    """The review, to be changed, when the others who change reviews of its shop are done. Refuses :class:`Missing`."""
    found = (await uow.session.execute(sa.select(review_table.c.id, review_table.c.shop_id).where(which))).first()
    if found is None:
        raise Missing
    await take_turn(uow, found.shop_id)
    review = await uow.session.get(Review, found.id, with_for_update=True)
    if review is None:
        raise Missing
    return review
