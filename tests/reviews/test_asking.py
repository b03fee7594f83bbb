"""Being asked once, a day later; who hears of what; what shops, readers and admins do with reviews."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from marketplace_kit.accounts.services.privacy import erase_person, export_person
from marketplace_kit.kernel.audit import audit_table
from marketplace_kit.kernel.errors import Forbidden, Missing
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.process import InvalidTransition
from marketplace_kit.notifications.queries import notices_of
from marketplace_kit.notifications.schemas import MailSettings
from marketplace_kit.reviews import services
from marketplace_kit.reviews.domain import AlreadyReplied, AlreadyReported, AlreadyReviewed, OwnReview
from marketplace_kit.reviews.queries import REPORTED, queue, staff_ratings
from marketplace_kit.reviews.schemas import NewReport, Opinion, ReviewSettings
from marketplace_kit.reviews.services import SampleReview, ensure_lifelike, ensure_reviews, lifelike
from tests.reviews.salon import Salon

pytestmark = pytest.mark.anyio
DAY = timedelta(days=1)


async def told(salon: Salon, person: Any) -> list[str]:
    page = await salon.site.ask(notices_of, person.person_id, limit=50)
    return [one.type for one in page.items if one.type.startswith("reviews.")]


def mails_of(salon: Salon) -> list[str]:
    folder = Path(salon.site.settings.of(MailSettings).url.removeprefix("file:"))
    return [path.read_text() for path in folder.glob("*.eml")]


async def test_a_customer_is_asked_once_a_day_after_it_was_completed(salon: Salon) -> None:
    await salon.line(salon.aliya)
    await salon.idle()
    salon.clock.advance(DAY - timedelta(minutes=1))
    await salon.idle()
    assert await told(salon, salon.aliya) == []
    salon.clock.advance(timedelta(minutes=1))
    await salon.idle()
    salon.clock.advance(DAY * 3)
    await salon.idle()
    assert await told(salon, salon.aliya) == ["reviews.invitation"]


async def test_who_has_said_it_already_is_not_asked(salon: Salon) -> None:
    await salon.review()
    await salon.idle()
    salon.clock.advance(DAY)
    await salon.idle()
    assert await told(salon, salon.aliya) == []


async def test_a_guest_is_asked_by_mail_with_a_link_of_their_own(salon: Salon) -> None:
    line_id = await salon.line(None)
    await salon.idle()
    salon.clock.advance(DAY)
    await salon.idle()
    [mail] = [one for one in mails_of(salon) if "guest@example.kz" in one]
    assert f"{line_id}-review@" in mail


async def test_the_shop_hears_of_a_new_review_and_the_customer_of_the_answer(salon: Salon) -> None:
    review = await salon.review()
    await salon.idle()
    assert await told(salon, salon.dina) == ["reviews.new"]
    await salon.site.do(services.reply, review.id, "Thank you!", by=salon.dina)
    await salon.idle()
    assert await told(salon, salon.aliya) == ["reviews.replied"]
    changed = await salon.site.do(services.change_reply, review.id, "Thanks!", version=1, by=salon.dina)
    assert changed.version == 2
    with pytest.raises(Missing):
        await salon.site.do(services.reply, review.id, "Me too", by=salon.aliya)


async def test_a_shop_answers_once_however_many_try(salon: Salon) -> None:
    review = await salon.review()
    tries = [salon.site.do(services.reply, review.id, "Thanks", by=salon.dina) for _ in range(5)]
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(one, AlreadyReplied) for one in outcomes) == 4, outcomes


async def test_an_admin_shows_what_was_held_and_removes_with_a_reason(salon: Salon) -> None:
    review = await salon.review(1, "Go to www.cheaper.kz")
    await salon.idle()
    assert await told(salon, salon.dina) == []
    zhanna = await salon.zhanna()
    with pytest.raises(Forbidden):
        await salon.site.do(services.publish, review.id, by=salon.dina)
    await salon.site.do(services.publish, review.id, by=zhanna)
    assert (await salon.rating()).count == 1
    with pytest.raises(InvalidTransition):
        await salon.site.do(services.publish, review.id, by=zhanna)
    await salon.site.do(services.remove, review.id, "Advertising.", by=zhanna)
    await salon.idle()
    assert (await salon.rating()).count == 0
    assert await told(salon, salon.dina) == []
    assert sorted(await told(salon, salon.aliya)) == ["reviews.approved", "reviews.removed"]
    acts = sa.select(audit_table.c.act).where(audit_table.c.subject == f"review:{review.id}")
    async with salon.site.database.reading() as connection:
        assert set((await connection.execute(acts)).scalars()) == {"reviews.publish", "reviews.remove"}


async def test_a_reader_reports_once_and_an_admin_may_leave_it(salon: Salon) -> None:
    review, reader, zhanna = await salon.review(), await salon.person("reader"), await salon.zhanna()
    form = NewReport(reason="untrue", note="Never been there.")
    await salon.site.do(services.report, review.id, form, by=reader)
    for refusal, person in ((AlreadyReported, reader), (OwnReview, salon.aliya)):
        with pytest.raises(refusal):
            await salon.site.do(services.report, review.id, form, by=person)
    edit_for = salon.site.settings.of(ReviewSettings).terms.edit_for
    [waiting] = (await salon.site.ask(queue, REPORTED, edit_for)).items
    assert [one.note for one in waiting.reports] == ["Never been there."]
    await salon.idle()
    assert await told(salon, zhanna) == ["reviews.waiting"]
    await salon.site.do(services.keep, review.id, by=zhanna)
    assert (await salon.site.ask(queue, REPORTED, edit_for)).items == []
    with pytest.raises(Missing):
        await salon.site.do(services.keep, review.id, by=zhanna)


async def test_whoever_is_forgotten_leaves_the_stars_of_a_customer(salon: Salon) -> None:
    review = await salon.review(4, "My secret words.")
    await salon.idle()
    assert salon.aliya.person_id is not None
    kept = (await export_person(salon.site, salon.aliya.person_id))["reviews.reviews"]
    assert "My secret words." in str(kept)
    await salon.site.do(erase_person, salon.aliya.person_id)
    stored = await salon.stored(review.id)
    assert (stored.author, stored.text, stored.rating, (await salon.rating()).average) == ("", "", 4, 4.0)


async def test_who_did_it_has_a_rating_too(salon: Salon) -> None:
    madina = 7
    for stars in (5, 4):
        await salon.review(stars, staff_id=madina)
    await salon.review(1)
    rating = (await salon.site.ask(staff_ratings, [madina, 8]))[madina]
    assert (rating.average, rating.count) == (4.5, 2)


async def test_samples_come_in_bulk_and_only_once(salon: Salon) -> None:
    lines = await salon.lines([salon.aliya] * 24)
    samples = []
    for number, line_id in enumerate(lines):
        rating, text, reply = lifelike(number)
        samples.append(
            SampleReview(
                order_line_id=line_id, order_id=new_id(), shop_id=salon.shop_id, listing_id=salon.listing_id,
                author="Aliya Serikova", rating=rating, text=text, reply=reply, at=salon.clock.now(),
            )
        )  # fmt: skip
    assert await ensure_reviews(salon.site, samples) == 24
    assert await ensure_reviews(salon.site, samples) == 0
    rating = await salon.rating()
    assert rating.count == 24
    assert rating.average == sum(one.rating for one in samples) / 24
    with pytest.raises(AlreadyReviewed):
        await salon.site.do(services.write, lines[0], Opinion(rating=1), by=salon.aliya)


async def test_what_is_completed_gets_lifelike_reviews_and_only_once(salon: Salon) -> None:
    await salon.lines([salon.aliya] * 20)
    made = await ensure_lifelike(salon.site)
    assert 0 < made < 20
    assert await ensure_lifelike(salon.site) == 0
    assert (await salon.rating()).count == made
