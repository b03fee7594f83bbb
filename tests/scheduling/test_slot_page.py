"""The page on which a time is chosen: what it offers, what it keeps, what it says when there is nothing."""

from __future__ import annotations

import re
from datetime import date
from uuid import uuid4

import pytest

from marketplace_kit.kernel.money import Money
from marketplace_kit.scheduling import services
from marketplace_kit.scheduling.schemas import Performer
from marketplace_kit.shops.services import move_shop
from marketplace_kit.testing.queries import count_queries
from tests.scheduling.counter import Counter
from tests.scheduling.salons import Salon

pytestmark = pytest.mark.one_engine
NEXT_DAY = "2026-03-03"


def radios(html: str) -> list[str]:
    return re.findall(r'name="choice.starts_at" value="2026-\d\d-\d\dT(\d\d:\d\d)', html)


async def test_a_day_of_the_month_leads_to_its_times_which_post_to_the_order(salon: Salon) -> None:
    listing = await salon.service(step=60)
    visitor = await Counter(salon).browser()
    page = (await visitor.get(f"/book/{listing}")).text
    assert "Tuesday, 3 March, 9 times free" in page
    assert f'href="/book/{listing}?month=2026-03&amp;day={NEXT_DAY}#slots-times"' in page
    page = (await visitor.get(f"/book/{listing}", params={"day": NEXT_DAY})).text
    assert radios(page) == [f"{hour:02}:00" for hour in range(9, 18)]
    for part in ('action="/order/begin"', f'name="listing" value="{listing}"', "Morning", "Afternoon", "Evening"):
        assert part in page
    assert "Times are those of Atyrau (UTC+05:00)." in page
    assert "<script>" not in page


async def test_the_page_speaks_the_readers_language(salon: Salon) -> None:
    listing = await salon.service()
    kk = (await (await Counter(salon).browser(language="kk")).get(f"/book/{listing}?day={NEXT_DAY}")).text
    ru = (await (await Counter(salon).browser(language="ru")).get(f"/book/{listing}?day={NEXT_DAY}")).text
    assert "Уақытты таңдаңыз" in kk
    assert "3 наурыз, сейсенбі" in kk
    assert "Выберите время" in ru
    assert "Вторник, 3 марта" in ru


async def test_who_does_it_is_chosen_with_own_minutes_and_price(salon: Salon) -> None:
    listing, quick, slow = await salon.service(step=60), await salon.staff("Aigerim"), await salon.staff("Dinara")
    own = [Performer(resource_id=quick), Performer(resource_id=slow, minutes=120, price=Money.of("9000", "KZT"))]
    await salon.site.do(services.set_service_resources, listing, own, by=salon.owner)
    visitor = await Counter(salon).browser()
    page = (await visitor.get(f"/book/{listing}?day={NEXT_DAY}")).text
    assert "Whoever is free first" in page
    assert "9\u00a0000\u00a0₸ · 120 minutes" in page
    page = (await visitor.get(f"/book/{listing}?day={NEXT_DAY}&choice.staff={slow}")).text
    assert radios(page)[-1] == "16:00"
    assert f'<input type="hidden" name="choice.staff" value="{slow}">' in page
    assert "It matters to me" in page


async def test_a_lost_time_shows_the_three_nearest_and_keeps_what_was_chosen(salon: Salon) -> None:
    listing = await salon.service(step=60)
    await salon.staff()
    await salon.book(listing, "12:00")
    visitor = await Counter(salon).browser()
    asked = {"choice.starts_at": salon.at("12:00"), "choice.note": "short at the sides", "choice.pet": "7"}
    page = (await visitor.get(f"/book/{listing}", params=asked)).text
    assert "This time is not free any more" in page
    near = re.findall(r'starts_at=2026-03-03T(\d\d)%3A00[^"]*#slots-times">([^<]+)<', page)
    assert [hour for hour, _ in near[:3]] == ["10", "11", "13"]
    assert near[0][1] == "Tuesday, 3 March, 10:00"
    assert "short at the sides" in page
    assert '<input type="hidden" name="choice.pet" value="7">' in page


async def test_a_list_leads_to_the_same_times(salon: Salon) -> None:
    listing = await salon.service(step=60)
    page = (await (await Counter(salon).browser()).get(f"/book/{listing}?view=list")).text
    assert "Tuesday, 3 March" in page
    assert "As a month" in page
    assert f"/book/{listing}?month=2026-03&amp;day={NEXT_DAY}&amp;choice.starts_at=" in page


async def test_what_cannot_be_booked_says_why(salon: Salon) -> None:
    listing = await salon.service()
    only = await salon.service("Shaving")
    barber = await salon.staff()
    visitor = await Counter(salon).browser()
    await salon.site.do(services.save_service_rule, only, services_rule(needs="room:shaving"), by=salon.owner)
    assert "Nobody does this at the moment" in (await visitor.get(f"/book/{only}")).text
    await salon.site.do(services.save_service_rule, only, services_rule(bookable_online=False), by=salon.owner)
    assert "cannot be booked online" in (await visitor.get(f"/book/{only}")).text
    await salon.hours()
    assert "Nobody has working hours" in (await visitor.get(f"/book/{listing}")).text
    await salon.site.do(move_shop, salon.shop_id, "pause", by=salon.owner)
    assert "takes no bookings at the moment" in (await visitor.get(f"/book/{listing}")).text
    assert (await visitor.get(f"/book/{uuid4()}")).status_code == 404
    assert barber


def services_rule(**given: object) -> object:
    from marketplace_kit.scheduling.schemas import ServiceRule

    return ServiceRule(**{"lead_minutes": 0, "horizon_days": 60} | given)


async def test_an_empty_month_names_the_next_free_day(salon: Salon) -> None:
    listing = await salon.service(step=60)
    await salon.hours()
    worker = await salon.staff(within_shop_hours=False)
    from marketplace_kit.scheduling.schemas import ResourceDay

    extra = ResourceDay(mode="replaces", hours="10:00-12:00")
    day = date(2026, 4, 7)
    await salon.site.do(services.set_resource_day, salon.shop_id, worker, day, extra, by=salon.owner)
    page = (await (await Counter(salon).browser()).get(f"/book/{listing}")).text
    assert "Nothing is free in March 2026." in page
    assert "The next free day: Tuesday, 7 April" in page


async def test_the_page_asks_the_same_of_the_database_whatever_there_is(salon: Salon) -> None:
    listing = await salon.service(step=60)
    await salon.staff("Aigerim")
    visitor = await Counter(salon).browser()
    numbers = []
    for more in (0, 3):
        for number in range(more):
            await salon.staff(f"One {number}")
            await salon.book(listing, f"{10 + number}:00")
        await visitor.get(f"/book/{listing}")
        with count_queries(salon.site) as seen:
            assert (await visitor.get(f"/book/{listing}?day={NEXT_DAY}")).status_code == 200
        numbers.append(len(seen))
    assert numbers[0] == numbers[1]
    assert numbers[0] <= 4


async def test_a_time_can_be_picked_for_another_pages_form_where_the_visits_own_time_is_free(salon: Salon) -> None:
    listing = await salon.service(step=60)
    await salon.staff()
    wish, _ = await salon.book(listing, "12:00")
    visitor = await Counter(salon).browser()
    form = f"/orders/K7Q2/lines/{wish.line_id}/reschedule"
    asked = {"for": form, "line": str(wish.line_id), "day": NEXT_DAY}
    page = (await visitor.get(f"/book/{listing}", params=asked)).text
    assert f'<form class="kit-stack" method="get" action="{form}">' in page
    assert 'name="starts_at" value="2026-03-03T12:00+05:00"' in page
    assert "/order/begin" not in page
    for elsewhere in ("https://evil.example/orders/", "//evil.example", "/account"):
        page = (await visitor.get(f"/book/{listing}", params=asked | {"for": elsewhere})).text
        assert 'action="/order/begin"' in page
