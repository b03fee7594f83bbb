"""Rating what is done: who, when, how often."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import attrs
import pytest

from marketplace_kit.kernel.errors import Missing, StaleVersion
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.process import Stage
from marketplace_kit.orders.domain import ManageLinkInvalid
from marketplace_kit.reviews import services
from marketplace_kit.reviews.domain import (
    HELD,
    PUBLISHED,
    AlreadyReviewed,
    EditClosed,
    NotCompleted,
    OwnShop,
    ReviewClosed,
)
from marketplace_kit.reviews.schemas import Opinion
from tests.reviews.salon import Salon

pytestmark = pytest.mark.anyio
GOOD = Opinion(rating=5, text="Lovely.")


async def test_the_customer_of_a_completed_line_says_how_it_was(salon: Salon) -> None:
    review = await salon.review(4, "Good, a bit late.")
    stored = await salon.stored(review.id)
    assert (stored.author, stored.rating, stored.state) == ("Aliya S.", 4, PUBLISHED)
    assert (await salon.rating()).distribution == {5: 0, 4: 1, 3: 0, 2: 0, 1: 0}


async def test_what_is_not_done_cannot_be_rated_and_what_is_not_ones_own_is_not_there(salon: Salon) -> None:
    pending = await salon.line(salon.aliya, stage=Stage.ACCEPTED)
    with pytest.raises(NotCompleted):
        await salon.site.do(services.write, pending, GOOD, by=salon.aliya)
    done, stranger = await salon.line(salon.aliya), await salon.person("stranger")
    for line_id in (done, new_id()):
        with pytest.raises(Missing):
            await salon.site.do(services.write, line_id, GOOD, by=stranger)
    with pytest.raises(OwnShop):
        await salon.site.do(services.write, await salon.line(salon.dina), GOOD, by=salon.dina)


async def test_one_line_is_rated_once_however_many_try_at_the_same_time(salon: Salon) -> None:
    line_id = await salon.line(salon.aliya)
    tries = [salon.site.do(services.write, line_id, GOOD, by=salon.aliya) for _ in range(6)]
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    refused = [one for one in outcomes if isinstance(one, BaseException)]
    assert len(refused) == 5
    assert all(isinstance(one, AlreadyReviewed) for one in refused), refused
    assert (await salon.rating()).count == 1


async def test_the_door_closes_fourteen_days_after_the_question(salon: Salon) -> None:
    in_time, late = await salon.lines([salon.aliya, salon.aliya])
    await salon.idle()
    salon.clock.advance(timedelta(days=15))
    await salon.site.do(services.write, in_time, GOOD, by=salon.aliya)
    salon.clock.advance(timedelta(minutes=1))
    with pytest.raises(ReviewClosed):
        await salon.site.do(services.write, late, GOOD, by=salon.aliya)


async def test_thirty_reviews_at_once_end_with_the_exact_average(salon: Salon) -> None:
    people = [attrs.evolve(salon.aliya, name=f"Guest {n}") for n in range(30)]
    lines = await salon.lines(list(people))
    given = [1 + n % 5 for n in range(30)]
    await asyncio.gather(
        *(
            salon.site.do(services.write, i, Opinion(rating=r), by=salon.aliya)
            for i, r in zip(lines, given, strict=True)
        )
    )
    rating = await salon.rating()
    assert (rating.count, rating.average) == (30, 3.0)


async def test_control_who_reads_the_average_first_and_writes_later_loses_reviews(
    salon: Salon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same with an average that is read before the transaction and written in it."""
    from marketplace_kit.reviews.queries import rating_of
    from marketplace_kit.reviews.schemas import Rating
    from marketplace_kit.reviews.services import rating, writing

    lines = await salon.lines([salon.aliya] * 8)
    read = await salon.site.ask(rating_of, shop_id=salon.shop_id)

    async def and_one_more(*_: object, **__: object) -> Rating:
        return Rating(average=5.0, count=read.count + 1, distribution={})

    monkeypatch.setattr(rating, "rating_of", and_one_more)
    assert writing.recount is rating.recount
    await asyncio.gather(*(salon.site.do(services.write, i, GOOD, by=salon.aliya) for i in lines))
    with pytest.raises(AssertionError, match="shop"):
        await salon.rating()


async def test_an_opinion_can_be_changed_for_two_days(salon: Salon) -> None:
    review = await salon.review(2, "Late.")
    changed = await salon.site.do(
        services.change, review.id, Opinion(rating=4, text="They said sorry."), version=1, by=salon.aliya
    )
    assert (changed.rating, changed.version) == (4, 2)
    assert (await salon.rating()).average == 4.0
    with pytest.raises(StaleVersion):
        await salon.site.do(services.change, review.id, GOOD, version=1, by=salon.aliya)
    with pytest.raises(Missing):
        await salon.site.do(services.change, review.id, GOOD, version=2, by=salon.dina)
    salon.clock.advance(timedelta(hours=48, minutes=1))
    with pytest.raises(EditClosed):
        await salon.site.do(services.change, review.id, GOOD, version=2, by=salon.aliya)


async def test_a_phone_number_is_looked_at_first_and_counts_not_before(salon: Salon) -> None:
    held = await salon.review(1, "Call 8 701 123 45 67 instead")
    assert (held.state, (await salon.rating()).count) == (HELD, 0)
    shown = await salon.review(5)
    assert (await salon.rating()).count == 1
    sly = Opinion(rating=5, text="www.cheaper.kz")
    await salon.site.do(services.change, shown.id, sly, version=1, by=salon.aliya)
    assert ((await salon.stored(shown.id)).state, (await salon.rating()).count) == (HELD, 0)


async def test_a_guest_rates_by_the_link_they_were_sent(salon: Salon) -> None:
    line_id = await salon.line(None)
    await salon.idle()
    token = services.link_token(salon.site, line_id)
    review = await salon.site.do(services.write_by_link, token, GOOD)
    assert (review.author_name, review.customer_id) == ("Marat K.", None)
    await salon.site.do(services.change_by_link, token, Opinion(rating=4), version=1)
    assert (await salon.rating()).average == 4.0
    with pytest.raises(ManageLinkInvalid):
        await salon.site.do(services.write_by_link, token[:-1] + ("0" if token[-1] != "0" else "1"), GOOD)
    with pytest.raises(Missing):
        await salon.site.do(services.write, line_id, GOOD, by=salon.aliya)
