"""Reads of reviews: shaped for a shop's page, a list, the queue, and the page that asks for one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.database import UtcDateTime
from marketplace_kit.kernel.process import Stage
from marketplace_kit.listings.tables import listing_table as listing
from marketplace_kit.orders.tables import line_table as line
from marketplace_kit.orders.tables import order_table as order
from marketplace_kit.reviews.domain import PUBLISHED, STARS
from marketplace_kit.reviews.schemas import (
    OwnReview,
    Rated,
    Rating,
    ReplyView,
    Report,
    Reviews,
    ReviewView,
    WaitingReview,
)
from marketplace_kit.reviews.tables import invitation_table as invitation
from marketplace_kit.reviews.tables import reply_table as reply
from marketplace_kit.reviews.tables import report_table as report
from marketplace_kit.reviews.tables import review_table as review
from marketplace_kit.shops.domain import SEEN
from marketplace_kit.shops.tables import shop_table as shop
from marketplace_kit.web.paging import Page, decode_cursor, encode_cursor

REPORTED = "reported"
"""What the queue calls reviews with reports that nobody has answered."""

_ANSWER = (
    reply.c.text.label("reply_text"),
    reply.c.at.label("reply_at"),
    reply.c.edited_at.label("reply_edited_at"),
    reply.c.version.label("reply_version"),
)
_PUBLIC = (
    review.c.id,
    review.c.shop_id,
    review.c.listing_id,
    listing.c.title.label("listing_title"),
    review.c.author_name.label("author"),
    review.c.rating,
    review.c.text,
    review.c.created_at,
    review.c.edited_at,
    *_ANSWER,
)
_OWN = (
    *_PUBLIC,
    review.c.order_id,
    review.c.order_line_id,
    shop.c.name.label("shop_name"),
    shop.c.slug.label("shop_slug"),
    review.c.state,
    review.c.moderation_note,
    review.c.version,
)
_WITH_LISTING = review.join(listing, listing.c.id == review.c.listing_id).outerjoin(
    reply, reply.c.review_id == review.c.id
)
_WITH_SHOP = _WITH_LISTING.join(shop, shop.c.id == review.c.shop_id)


def _values(row: Any) -> dict[str, Any]:
    known = dict(row._mapping)
    answered = known.pop("reply_text"), known.pop("reply_at"), known.pop("reply_edited_at"), known.pop("reply_version")
    text, at, edited_at, version = answered
    known["reply"] = ReplyView(text=text, at=at, edited_at=edited_at, version=version) if text is not None else None
    return known


def _after(statement: sa.Select[Any], cursor: str | None, *, newest_first: bool = True) -> sa.Select[Any]:
    """Those behind the cursor, by when they were written."""
    by = sa.tuple_(review.c.created_at, review.c.id)
    if cursor:
        at, last = decode_cursor(cursor, tuple[datetime, UUID])
        place = sa.tuple_(
            sa.bindparam("at", at, review.c.created_at.type), sa.bindparam("last", last, review.c.id.type)
        )
        statement = statement.where(by < place if newest_first else by > place)
    if newest_first:
        return statement.order_by(review.c.created_at.desc(), review.c.id.desc())
    return statement.order_by(review.c.created_at, review.c.id)


def _next(rows: Sequence[Any], limit: int) -> str | None:
    return encode_cursor(rows[limit - 1].created_at, rows[limit - 1].id) if len(rows) > limit else None


def _rating(counted: Iterable[Any]) -> Rating:
    """Exact: from how often each number of stars was given."""
    given = {row.rating: row.number for row in counted}
    count = sum(given.values())
    average = sum(stars * number for stars, number in given.items()) / count if count else None
    return Rating(average=average, count=count, distribution={stars: given.get(stars, 0) for stars in STARS})


def _subject(shop_id: UUID | None, listing_id: UUID | None, staff_id: int | None) -> sa.ColumnElement[bool]:
    if staff_id is not None:
        return review.c.staff_id == staff_id
    return review.c.listing_id == listing_id if listing_id else review.c.shop_id == shop_id


async def rating_of(
    connection: AsyncConnection,
    *,
    shop_id: UUID | None = None,
    listing_id: UUID | None = None,
    staff_id: int | None = None,
) -> Rating:
    """What all published reviews of a shop, of one listing, or of one who works there make together."""
    subject = _subject(shop_id, listing_id, staff_id)
    counted = sa.select(review.c.rating, sa.func.count().label("number")).where(subject, review.c.state == PUBLISHED)
    return _rating((await connection.execute(counted.group_by(review.c.rating))).all())


async def staff_ratings(connection: AsyncConnection, staff_ids: Iterable[int]) -> dict[int, Rating]:
    """What customers think of those who served them, by the resource's id. Who was never rated is not there."""
    wanted = (review.c.staff_id.in_(list(staff_ids)), review.c.state == PUBLISHED)
    counted = sa.select(review.c.staff_id, review.c.rating, sa.func.count().label("number")).where(*wanted)
    by_staff: dict[int, list[Any]] = defaultdict(list)
    for row in await connection.execute(counted.group_by(review.c.staff_id, review.c.rating)):
        by_staff[row.staff_id].append(row)
    return {staff_id: _rating(rows) for staff_id, rows in by_staff.items()}


async def published_reviews(
    connection: AsyncConnection,
    *,
    shop_id: UUID | None = None,
    listing_id: UUID | None = None,
    staff_id: int | None = None,
    stars: int | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> Reviews:
    """What everybody reads of a shop, of one listing or of one who works there, newest first; ``stars`` leaves those
    with as many.
    """
    subject = _subject(shop_id, listing_id, staff_id)
    statement = sa.select(*_PUBLIC).select_from(_WITH_LISTING).where(subject, review.c.state == PUBLISHED)
    if stars is not None:
        statement = statement.where(review.c.rating == stars)
    rows = (await connection.execute(_after(statement, cursor).limit(limit + 1))).all()
    rating = await rating_of(connection, shop_id=shop_id, listing_id=listing_id, staff_id=staff_id)
    return Reviews(rating=rating, items=[ReviewView(**_values(r)) for r in rows[:limit]], next=_next(rows, limit))


async def public_review(connection: AsyncConnection, review_id: UUID) -> ReviewView | None:
    """One review that everybody can read."""
    statement = sa.select(*_PUBLIC).select_from(_WITH_LISTING)
    row = (await connection.execute(statement.where(review.c.id == review_id, review.c.state == PUBLISHED))).first()
    return ReviewView(**_values(row)) if row else None


async def own_review(
    connection: AsyncConnection, review_id: UUID, edit_for: timedelta, *, customer_id: UUID | None = None
) -> OwnReview | None:
    """A review with what its author and those who decide about it see; with ``customer_id`` only that person's."""
    statement = sa.select(*_OWN).select_from(_WITH_SHOP).where(review.c.id == review_id)
    if customer_id is not None:
        statement = statement.where(review.c.customer_id == customer_id)
    row = (await connection.execute(statement)).first()
    return OwnReview(**_values(row), editable_until=row.created_at + edit_for) if row else None


async def _own_page(
    connection: AsyncConnection, statement: sa.Select[Any], edit_for: timedelta, cursor: str | None, limit: int
) -> Page[OwnReview]:
    rows = (await connection.execute(_after(statement, cursor).limit(limit + 1))).all()
    items = [OwnReview(**_values(r), editable_until=r.created_at + edit_for) for r in rows[:limit]]
    return Page(items=items, next=_next(rows, limit))


async def reviews_by(
    connection: AsyncConnection, person_id: UUID, edit_for: timedelta, *, cursor: str | None = None, limit: int = 20
) -> Page[OwnReview]:
    """What a person wrote, newest first, in every state."""
    statement = sa.select(*_OWN).select_from(_WITH_SHOP).where(review.c.customer_id == person_id)
    return await _own_page(connection, statement, edit_for, cursor, limit)


async def reviews_for(
    connection: AsyncConnection,
    shop_ids: Iterable[UUID],
    edit_for: timedelta,
    *,
    unanswered: bool = False,
    stars: int | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> Page[OwnReview]:
    """The published reviews of several shops, for those who work there; ``unanswered`` leaves those without reply."""
    mine = (review.c.shop_id.in_(list(shop_ids)), review.c.state == PUBLISHED)
    statement = sa.select(*_OWN).select_from(_WITH_SHOP).where(*mine)
    if unanswered:
        statement = statement.where(reply.c.review_id.is_(None))
    if stars is not None:
        statement = statement.where(review.c.rating == stars)
    return await _own_page(connection, statement, edit_for, cursor, limit)


async def ratings_of_shops(connection: AsyncConnection, shop_ids: Iterable[UUID]) -> Rating:
    """What all reviews of several shops make together: for an owner of more than one."""
    wanted = (review.c.shop_id.in_(list(shop_ids)), review.c.state == PUBLISHED)
    counted = sa.select(review.c.rating, sa.func.count().label("number")).where(*wanted).group_by(review.c.rating)
    return _rating((await connection.execute(counted)).all())


async def queue(
    connection: AsyncConnection, state: str, edit_for: timedelta, *, cursor: str | None = None, limit: int = 20
) -> Page[WaitingReview]:
    """What those who look after the site decide about: held and reported ones longest waiting first, the others newest
    first. Two statements, however many reports there are.
    """
    statement = sa.select(*_OWN).select_from(_WITH_SHOP)
    still_open = sa.select(report.c.review_id).where(report.c.settled_at.is_(None))
    if state == REPORTED:
        statement = statement.where(review.c.state == PUBLISHED, review.c.id.in_(still_open))
    else:
        statement = statement.where(review.c.state == state)
    waiting = state not in (PUBLISHED, "removed")
    rows = (await connection.execute(_after(statement, cursor, newest_first=not waiting).limit(limit + 1))).all()
    said: dict[UUID, list[Report]] = defaultdict(list)
    if rows:
        asked = sa.select(report).where(report.c.review_id.in_([r.id for r in rows]), report.c.settled_at.is_(None))
        for one in await connection.execute(asked.order_by(report.c.at, report.c.person_id)):
            said[one.review_id].append(Report(reason=one.reason, note=one.note, at=one.at))
    items = [
        WaitingReview(**_values(r), editable_until=r.created_at + edit_for, reports=said[r.id]) for r in rows[:limit]
    ]
    return Page(items=items, next=_next(rows, limit))


async def rated(
    connection: AsyncConnection, *, line_id: UUID | None = None, token_digest: str | None = None
) -> Rated | None:
    """What can be rated, by the line of the order or by the digest of a guest's link."""
    columns = (
        line.c.id.label("line_id"),
        line.c.order_id,
        order.c.number.label("order_number"),
        order.c.shop_id,
        shop.c.name.label("shop_name"),
        shop.c.slug.label("shop_slug"),
        line.c.listing_id,
        line.c.title,
        line.c.stage,
        line.c.facts,
        order.c.customer_id,
        order.c.contact_name,
        order.c.contact_email,
        order.c.contact_phone,
        order.c.contact_locale,
        invitation.c.completed_at,
        invitation.c.due_at,
        invitation.c.closes_at,
        invitation.c.sent_at,
        review.c.id.label("review_id"),
    )
    joined = (
        line.join(order, order.c.id == line.c.order_id)
        .join(shop, shop.c.id == order.c.shop_id)
        .outerjoin(invitation, invitation.c.order_line_id == line.c.id)
        .outerjoin(review, review.c.order_line_id == line.c.id)
    )
    wanted = line.c.id == line_id if line_id else invitation.c.token_digest == token_digest
    row = (await connection.execute(sa.select(*columns).select_from(joined).where(wanted))).first()
    return Rated(**row._mapping) if row else None


async def unreviewed(connection: AsyncConnection) -> Sequence[Any]:
    """Completed lines that nobody rated, oldest first: what sample data starts from."""
    columns = (
        line.c.id.label("line_id"),
        line.c.order_id,
        order.c.shop_id,
        line.c.listing_id,
        order.c.customer_id,
        order.c.contact_name,
        line.c.facts,
        sa.func.coalesce(line.c.ends_at, order.c.created_at, type_=UtcDateTime).label("done_at"),
    )
    joined = line.join(order, order.c.id == line.c.order_id).outerjoin(review, review.c.order_line_id == line.c.id)
    wanted = (line.c.stage == Stage.COMPLETED, review.c.id.is_(None))
    return (await connection.execute(sa.select(*columns).select_from(joined).where(*wanted).order_by(line.c.id))).all()


async def shop_seen(connection: AsyncConnection, slug: str) -> tuple[UUID, str] | None:
    """Id and name of a shop whose page everybody can see, by its address."""
    statement = sa.select(shop.c.id, shop.c.name).where(shop.c.slug == slug, shop.c.state.in_(SEEN))
    row = (await connection.execute(statement)).first()
    return (row.id, row.name) if row else None


async def is_seen(connection: AsyncConnection, *, shop_id: UUID | None = None, listing_id: UUID | None = None) -> bool:
    """Whether everybody can see the shop, or the listing and its shop."""
    if listing_id is not None:
        joined = listing.join(shop, shop.c.id == listing.c.shop_id)
        statement = sa.select(listing.c.id).select_from(joined).where(listing.c.id == listing_id)
        statement = statement.where(listing.c.published_at.is_not(None))
    else:
        statement = sa.select(shop.c.id).where(shop.c.id == shop_id)
    return (await connection.execute(statement.where(shop.c.state.in_(SEEN)))).first() is not None


async def title_of(connection: AsyncConnection, listing_id: UUID) -> str | None:
    """The title of a listing that everybody can or could see."""
    statement = sa.select(listing.c.title).join(shop, shop.c.id == listing.c.shop_id)
    wanted = (listing.c.id == listing_id, listing.c.published_at.is_not(None), shop.c.state.in_(SEEN))
    found: str | None = (await connection.execute(statement.where(*wanted))).scalar_one_or_none()
    return found


async def export(connection: AsyncConnection, person_id: UUID) -> list[dict[str, Any]]:
    """What a person wrote, reported and answered, and what they were asked, as plain values."""
    written = sa.select(review).where(review.c.customer_id == person_id).order_by(review.c.created_at)
    found: list[dict[str, Any]] = [
        {
            "review": r.text,
            "rating": r.rating,
            "shown_as": r.author_name,
            "state": r.state,
            "note": r.moderation_note,
            "at": r.created_at.isoformat(),
        }
        for r in await connection.execute(written)
    ]
    answers = sa.select(reply).where(reply.c.by_id == person_id).order_by(reply.c.at)
    found += [{"answer": r.text, "at": r.at.isoformat()} for r in await connection.execute(answers)]
    reports = sa.select(report).where(report.c.person_id == person_id).order_by(report.c.at)
    found += [{"report": r.reason, "note": r.note, "at": r.at.isoformat()} for r in await connection.execute(reports)]
    asked = sa.select(invitation).where(invitation.c.customer_id == person_id).order_by(invitation.c.due_at)
    found += [
        {"asked_about": str(r.order_line_id), "due_at": r.due_at.isoformat()} for r in await connection.execute(asked)
    ]
    return found
