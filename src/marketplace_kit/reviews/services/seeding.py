"""Lifelike reviews in bulk, for demos and measurements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import attrs
import sqlalchemy as sa

from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.reviews.domain import PUBLISHED, shown_name
from marketplace_kit.reviews.queries import unreviewed
from marketplace_kit.reviews.services.rating import recount, take_turn
from marketplace_kit.reviews.services.writing import staff_of
from marketplace_kit.reviews.tables import reply_table, review_table

BATCH = 500

# Rating, what was said, what the shop answered. Five of twelve say nothing: most people only give stars.
_LIFELIKE = (
    (5, "Всё сделали быстро и аккуратно, объяснили каждый шаг. Приду ещё.", "Спасибо! Будем рады видеть вас снова."),
    (5, "Өте риза болдым, мамандар сыпайы әрі ұқыпты. Келесі жолы да осында келемін.", ""),
    (4, "Хорошо, но пришлось подождать минут пятнадцать.", "Извините за ожидание: мы добавили время между записями."),
    (5, "", ""),
    (5, "Очень довольна результатом, цена как договаривались.", ""),
    (3, "Нормально, но ожидала большего за такие деньги.", "Нам жаль. Позвоните нам, пожалуйста: исправим бесплатно."),
    (4, "", ""),
    (5, "Балаларға да, үлкендерге де ұнады. Рақмет!", "Рақмет, күтеміз!"),
    (4, "Всё понравилось, кроме парковки.", ""),
    (5, "", ""),
    (2, "Перенесли запись в последний момент.", "Приносим извинения. Следующий визит - за наш счёт."),
    (5, "Рекомендую, делают на совесть.", ""),
)


def lifelike(number: int) -> tuple[int, str, str]:
    """Stars, words and the shop's answer of the ``number``-th lifelike review: always the same for one number."""
    return _LIFELIKE[number % len(_LIFELIKE)]


@attrs.frozen(kw_only=True)
class SampleReview:
    """A review as it shall be there. ``author`` is the whole name: what is shown is made of it."""

    order_line_id: UUID
    order_id: UUID
    shop_id: UUID
    listing_id: UUID
    customer_id: UUID | None = None
    staff_id: int | None = None
    author: str
    rating: int
    text: str = ""
    reply: str = ""
    at: datetime


async def ensure_reviews(site: Site, samples: Sequence[SampleReview]) -> int:
    """Write published reviews with their answers, some hundred at a time, and count each rating once. A line that has
    a review keeps it. Nobody is told. Answers how many were new.
    """
    made = 0
    for start in range(0, len(samples), BATCH):
        made += await site.do(_ensure, samples[start : start + BATCH])
    return made


async def ensure_lifelike(site: Site) -> int:
    """Two of three completed lines get a lifelike review from their customer, some hours after. Which, and what it
    says, follows from the line's id: run again, it adds only what is due for lines completed since.
    """
    now, samples = site.clock.now(), []
    for line in await site.ask(unreviewed):
        if line.line_id.int % 3:
            rating, text, reply = lifelike(line.line_id.int % len(_LIFELIKE))
            samples.append(
                SampleReview(
                    order_line_id=line.line_id,
                    order_id=line.order_id,
                    shop_id=line.shop_id,
                    listing_id=line.listing_id,
                    customer_id=line.customer_id,
                    staff_id=staff_of(line.facts),
                    author=line.contact_name,
                    rating=rating,
                    text=text,
                    reply=reply,
                    at=min(now, line.done_at + timedelta(hours=20)),
                )
            )
    return await ensure_reviews(site, samples)


async def _ensure(uow: UnitOfWork, samples: Sequence[SampleReview]) -> int:
    listings: dict[UUID, set[UUID]] = defaultdict(set)
    for sample in samples:
        listings[sample.shop_id].add(sample.listing_id)
    for shop_id in sorted(listings):
        await take_turn(uow, shop_id)
    rows = {sample.order_line_id: _row(sample) for sample in samples}
    written = uow.site.database.insert(review_table).on_conflict_do_nothing(index_elements=["order_line_id"])
    before = await _known(uow, list(rows))
    fresh = [row for line_id, row in rows.items() if line_id not in before]
    if not fresh:
        return 0
    await uow.session.execute(written, fresh)
    replies = [
        {"review_id": rows[s.order_line_id]["id"], "by_id": None, "text": s.reply, "at": s.at, "version": 1}
        for s in samples
        if s.reply and s.order_line_id not in before
    ]
    if replies:
        await uow.session.execute(sa.insert(reply_table), replies)
    for shop_id, listing_ids in sorted(listings.items()):
        await recount(uow, shop_id, *listing_ids)
    return len(fresh)


async def _known(uow: UnitOfWork, line_ids: list[UUID]) -> set[UUID]:
    known = sa.select(review_table.c.order_line_id).where(review_table.c.order_line_id.in_(line_ids))
    return set((await uow.session.execute(known)).scalars())


def _row(sample: SampleReview) -> dict[str, object]:
    return {
        "id": new_id(),
        "order_line_id": sample.order_line_id,
        "order_id": sample.order_id,
        "shop_id": sample.shop_id,
        "listing_id": sample.listing_id,
        "staff_id": sample.staff_id,
        "customer_id": sample.customer_id,
        "author_name": shown_name(sample.author),
        "rating": sample.rating,
        "text": sample.text,
        "state": PUBLISHED,
        "created_at": sample.at,
        "published_at": sample.at,
        "version": 1,
    }
