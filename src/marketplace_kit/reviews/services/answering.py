"""What a shop answers, and what readers report."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from marketplace_kit.kernel.database import violated
from marketplace_kit.kernel.errors import Forbidden, Missing, StaleVersion
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.reviews.domain import (
    PUBLISHED,
    AlreadyReplied,
    AlreadyReported,
    OwnReview,
    Reply,
    ReviewReplied,
    ReviewReported,
)
from marketplace_kit.reviews.schemas import NewReport
from marketplace_kit.reviews.tables import report_table, review_table
from marketplace_kit.shops.domain import MEMBER_ROLES, OWNER, STAFF
from marketplace_kit.shops.services import roles_in

SPEAK = frozenset({OWNER, STAFF})
"""Who speaks for a shop."""


async def reply(uow: UnitOfWork, review_id: UUID, text: str, *, by: Actor) -> Reply:
    """Answer a published review of one's shop. Refuses :class:`Missing` to a stranger, :class:`Forbidden` to somebody
    who works there in another role, and :class:`AlreadyReplied`.
    """
    shop_id = await _shop_of(uow, review_id, by)
    answer = Reply(review_id=review_id, by_id=by.person_id, text=text.strip(), at=uow.at)
    try:
        async with uow.session.begin_nested():
            uow.session.add(answer)
    except IntegrityError as twice:
        if violated(twice) != "pk_review_reply":
            raise
        raise AlreadyReplied from twice
    uow.record(ReviewReplied(review_id=review_id, shop_id=shop_id))
    return answer


async def change_reply(uow: UnitOfWork, review_id: UUID, text: str, *, version: int, by: Actor) -> Reply:
    """Word the answer anew. Refuses as :func:`reply`, and :class:`StaleVersion`."""
    await _shop_of(uow, review_id, by)
    answer = await uow.session.get(Reply, review_id, with_for_update=True)
    if answer is None:
        raise Missing
    if answer.version != version:
        raise StaleVersion
    answer.text, answer.by_id, answer.edited_at = text.strip(), by.person_id, uow.at
    return answer


async def _shop_of(uow: UnitOfWork, review_id: UUID, by: Actor) -> UUID:
    found = sa.select(review_table.c.shop_id).where(review_table.c.id == review_id, review_table.c.state == PUBLISHED)
    shop_id: UUID | None = (await uow.session.execute(found)).scalar_one_or_none()
    if shop_id is None:
        raise Missing
    held = await roles_in(uow, shop_id, by=by)
    if held.isdisjoint(MEMBER_ROLES):
        raise Missing
    if held.isdisjoint(SPEAK):
        raise Forbidden
    return shop_id


async def report(uow: UnitOfWork, review_id: UUID, form: NewReport, *, by: Actor) -> None:
    """Tell those who look after the site that a review should not be here. Refuses :class:`Missing`,
    :class:`OwnReview` and :class:`AlreadyReported`.
    """
    shown = (review_table.c.id == review_id, review_table.c.state == PUBLISHED)
    found = (
        await uow.session.execute(sa.select(review_table.c.customer_id, review_table.c.shop_id).where(*shown))
    ).first()
    if found is None or by.person_id is None:
        raise Missing
    if found.customer_id == by.person_id:
        raise OwnReview
    values = {
        "review_id": review_id,
        "person_id": by.person_id,
        "reason": form.reason,
        "note": form.note.strip(),
        "at": uow.at,
    }
    written = uow.site.database.insert(report_table).values(values).on_conflict_do_nothing()
    if (await uow.session.execute(written.returning(report_table.c.review_id))).first() is None:
        raise AlreadyReported
    uow.record(ReviewReported(review_id=review_id, shop_id=found.shop_id))
