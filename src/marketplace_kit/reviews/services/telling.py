"""Who hears of reviews: the shop of a new one, its author of an answer or a decision, admins of what waits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from marketplace_kit.kernel.hooks import Notice
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_kit.listings.queries.titles import TITLE, titles_of
from marketplace_kit.listings.tables import listing_table as listing
from marketplace_kit.notifications.services import notify
from marketplace_kit.reviews.domain import (
    HELD,
    PUBLISHED,
    ReviewHeld,
    ReviewModerated,
    ReviewPublished,
    ReviewReplied,
    ReviewReported,
)
from marketplace_kit.reviews.services.inviting import INVITATION
from marketplace_kit.reviews.tables import review_table as review
from marketplace_kit.shops.queries import admins, owners_of
from marketplace_kit.shops.tables import shop_table as shop

SAMPLE = {"title": "Haircut", "shop": "Aigerim", "rating": "5"}
NEW = Notice(
    name="reviews.new",
    label=N_("A new review of my shop"),
    subject=N_("A new review of “{title}”: {rating} of 5"),
    body=N_("A customer of “{shop}” rated “{title}” with {rating} of 5. You can read it and answer it."),
    sample=SAMPLE,
)
REPLIED = Notice(
    name="reviews.replied",
    label=N_("A shop answered my review"),
    subject=N_("“{shop}” answered your review"),
    body=N_("“{shop}” answered what you wrote about “{title}”."),
    sample=SAMPLE,
)
APPROVED = Notice(
    name="reviews.approved",
    label=N_("My review is published"),
    subject=N_("Your review of “{title}” is published"),
    body=N_("Your review of “{title}” was looked at and can be read by everybody now."),
    sample=SAMPLE,
)
REMOVED_NOTICE = Notice(
    name="reviews.removed",
    label=N_("My review was removed"),
    subject=N_("Your review of “{title}” was removed"),
    body=N_("Your review of “{title}” is not shown any more. The reason: {reason}"),
    sample=SAMPLE | {"reason": "It names a private phone number."},
)
WAITING = Notice(
    name="reviews.waiting",
    label=N_("A review has to be looked at"),
    subject=N_("A review of “{shop}” has to be looked at"),
    body=N_("A review of “{title}” at “{shop}” is held back or was reported by a reader. Please decide about it."),
    channels=("in_app",),
    sample=SAMPLE,
)
NOTICES = (INVITATION, NEW, REPLIED, APPROVED, REMOVED_NOTICE, WAITING)


async def _about(uow: UnitOfWork, review_id: UUID) -> Any:
    joined = review.join(listing, listing.c.id == review.c.listing_id).join(shop, shop.c.id == review.c.shop_id)
    columns = (
        review.c.customer_id,
        review.c.rating,
        review.c.state,
        *TITLE,
        shop.c.name,
        shop.c.slug,
        review.c.order_id,
    )
    statement = sa.select(*columns).select_from(joined).where(review.c.id == review_id)
    return (await uow.session.execute(statement)).first()


async def tell_shop(uow: UnitOfWork, event: ReviewPublished) -> None:
    """The owners hear of a review when it can be read for the first time."""
    found = await _about(uow, event.review_id)
    if not event.first or found is None or found.state != PUBLISHED:
        return
    for owner in await owners_of(await uow.session.connection(), event.shop_id):
        await notify(
            uow,
            to=owner,
            notice=NEW.name,
            facts={"title": titles_of(found), "shop": found.name, "rating": str(found.rating)},
            link=f"/sell/reviews/{event.review_id}",
            key=f"{NEW.name}:{event.review_id}:{owner}",
        )


async def tell_author_of_reply(uow: UnitOfWork, event: ReviewReplied) -> None:
    found = await _about(uow, event.review_id)
    if found is None or found.customer_id is None:
        return
    await notify(
        uow,
        to=found.customer_id,
        notice=REPLIED.name,
        facts={"title": titles_of(found), "shop": found.name},
        link="/account/reviews",
        key=f"{REPLIED.name}:{event.review_id}",
    )


async def tell_author_of_verdict(uow: UnitOfWork, event: ReviewModerated) -> None:
    found = await _about(uow, event.review_id)
    if found is None or found.customer_id is None:
        return
    name = APPROVED.name if event.verb == "publish" else REMOVED_NOTICE.name
    await notify(
        uow,
        to=found.customer_id,
        notice=name,
        facts={"title": titles_of(found), "reason": event.reason},
        link="/account/reviews",
        key=f"{name}:{event.review_id}:{event.version}",
    )


async def tell_admins_of_held(uow: UnitOfWork, event: ReviewHeld) -> None:
    found = await _about(uow, event.review_id)
    if found is not None and found.state == HELD:
        await _tell_admins(uow, event.review_id, titles_of(found), found.name, f"held:{event.version}")


async def tell_admins_of_report(uow: UnitOfWork, event: ReviewReported) -> None:
    """Of the first report on a day: a hundred more say nothing new."""
    found = await _about(uow, event.review_id)
    if found is not None and found.state == PUBLISHED:
        await _tell_admins(uow, event.review_id, titles_of(found), found.name, f"reported:{uow.at:%Y%m%d}")


async def _tell_admins(
    uow: UnitOfWork, review_id: UUID, title: Mapping[str, str], shop_name: str, occasion: str
) -> None:
    state = "held" if occasion.startswith("held") else "reported"
    for admin in await admins(await uow.session.connection()):
        await notify(
            uow,
            to=admin,
            notice=WAITING.name,
            facts={"title": title, "shop": shop_name},
            link=f"/admin/reviews?state={state}",
            key=f"{WAITING.name}:{review_id}:{occasion}:{admin}",
        )
