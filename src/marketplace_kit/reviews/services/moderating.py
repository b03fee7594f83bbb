"""What those who look after the site decide about reviews. Each decision is in the audit trail."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from marketplace_kit.kernel.audit import audit
from marketplace_kit.kernel.errors import Forbidden, Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.reviews.domain import MODERATE, Review, ReviewModerated
from marketplace_kit.reviews.services.rating import recount
from marketplace_kit.reviews.services.writing import in_turn, published
from marketplace_kit.reviews.tables import report_table, review_table


async def publish(uow: UnitOfWork, review_id: UUID, *, by: Actor) -> Review:
    """Show a review that was held or removed. Refuses :class:`Forbidden`, :class:`Missing` and
    :class:`InvalidTransition` if somebody was faster.
    """
    return await _decide(uow, review_id, "publish", "", by)


async def remove(uow: UnitOfWork, review_id: UUID, reason: str, *, by: Actor) -> Review:
    """Take a review away; its author reads the reason. Refuses as :func:`publish`."""
    return await _decide(uow, review_id, "remove", reason, by)


async def _decide(uow: UnitOfWork, review_id: UUID, verb: str, reason: str, by: Actor) -> Review:
    if not by.may(MODERATE):
        raise Forbidden
    review = await in_turn(uow, review_table.c.id == review_id)
    review.move(verb, reason)
    if verb == "publish":
        uow.record(published(review, first=review.published_at is None))
        review.published_at = review.published_at or uow.at
    await recount(uow, review.shop_id, review.listing_id)
    await _settle(uow, review_id)
    facts = {"shop_id": str(review.shop_id), "state": review.state}
    await audit(uow, by=by, act=f"reviews.{verb}", on=f"review:{review_id}", facts=facts)
    uow.record(
        ReviewModerated(review_id=review.id, shop_id=review.shop_id, verb=verb, reason=reason, version=review.version)
    )
    return review


async def keep(uow: UnitOfWork, review_id: UUID, *, by: Actor) -> None:
    """Answer the reports: the review stays. Refuses :class:`Forbidden`, and :class:`Missing` where there are none."""
    if not by.may(MODERATE):
        raise Forbidden
    if not await _settle(uow, review_id):
        raise Missing
    await audit(uow, by=by, act="reviews.keep", on=f"review:{review_id}")


async def _settle(uow: UnitOfWork, review_id: UUID) -> bool:
    still = sa.and_(report_table.c.review_id == review_id, report_table.c.settled_at.is_(None))
    settled = sa.update(report_table).where(still).values(settled_at=uow.at).returning(report_table.c.person_id)
    return bool((await uow.session.execute(settled)).all())
