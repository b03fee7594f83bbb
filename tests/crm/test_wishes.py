"""What clients like, whom somebody wants to think of, and lists narrowed by what clients had."""

from __future__ import annotations

import asyncio
from datetime import UTC, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from marketplace_kit.crm import services
from marketplace_kit.crm.schemas import FollowUpForm, Narrowed, Preferences
from marketplace_kit.crm.tables import client_table
from marketplace_kit.kernel.errors import Invalid, Missing
from marketplace_kit.kernel.jobs import run_until_idle
from marketplace_kit.kernel.money import Money
from marketplace_kit.notifications.tables import notice_table
from marketplace_kit.orders.tables import line_table
from marketplace_kit.scheduling.tables import appointment_table, resource_table
from marketplace_kit.shops.tables import member_table
from marketplace_kit.testing.queries import count_queries
from tests.crm.parlour import OTHER, PHONE, Parlour
from tests.crm.test_doors import post

pytestmark = pytest.mark.anyio


async def known(parlour: Parlour) -> UUID:
    await parlour.had(PHONE)
    return await parlour.only()


async def told(parlour: Parlour) -> list[tuple[UUID, str]]:
    wanted = sa.select(notice_table.c.user_id, notice_table.c.link).where(notice_table.c.type == "crm.follow_up")
    return [(row.user_id, row.link) for row in (await parlour.sql(wanted)).all()]


async def test_what_a_client_likes_is_asked_for_checked_and_forgotten_as_declared(parlour: Parlour) -> None:
    client = await known(parlour)
    liked = Preferences(mind="Nut oil", talk="quiet", drink=("tea", "water"))
    await parlour.do(services.set_preferences, client, liked, by=parlour.sara)
    assert (await parlour.card(client)).preferences == {"mind": "Nut oil", "talk": "quiet", "drink": ["tea", "water"]}
    await parlour.do(services.set_preferences, client, Preferences(likes="Short"))
    assert (await parlour.card(client)).preferences == {"likes": "Short"}
    with pytest.raises(Missing):
        await parlour.do(services.set_preferences, client, liked, by=await parlour.person("rival", "vendor"))
    await parlour.do(services.forget_client, client)
    kept = (await parlour.sql(sa.select(client_table.c.preferences).where(client_table.c.id == client))).one()
    assert kept.preferences == {}


async def test_who_wanted_to_think_of_a_client_is_told_on_that_day_and_once(parlour: Parlour) -> None:
    client, today = await known(parlour), parlour.clock.now().date()
    wish = FollowUpForm(day=today + timedelta(days=3), what="Ask how the colour holds")
    await parlour.do(services.follow_up, client, wish, by=parlour.sara)
    assert await services.tell_follow_ups(parlour.site) == 0
    assert await parlour.names(show="follow_up") == set()
    parlour.clock.advance(timedelta(days=3))
    assert sum(await asyncio.gather(*(services.tell_follow_ups(parlour.site) for _ in range(4)))) == 1
    await run_until_idle(parlour.site)
    assert await told(parlour) == [(parlour.sara.person_id, f"/sell/clients/{client}")]
    assert len(await parlour.names(show="follow_up")) == 1
    card = await parlour.card(client)
    assert card.follow_up is not None
    assert (card.follow_up.by, card.follow_up.told) == ("sara", True)
    await parlour.do(services.follow_up_done, client)
    assert (await parlour.card(client)).follow_up is None
    assert await parlour.names(show="follow_up") == set()


async def test_control_who_looks_first_and_marks_later_tells_twice(parlour: Parlour) -> None:
    """Two who both saw that nobody was told: what the test above would see without the conditional write."""
    client, looked = await known(parlour), asyncio.Barrier(2)
    await parlour.do(services.follow_up, client, FollowUpForm(day=parlour.clock.now().date(), what="Call"))
    c = client_table.c

    async def naive() -> int:
        waits = sa.select(c.id).where(c.id == client, c.follow_up_told_at.is_(None))
        assert len((await parlour.sql(waits)).all()) == 1
        await looked.wait()
        marked = sa.update(client_table).where(c.id == client).values(follow_up_told_at=parlour.clock.now())
        return int((await parlour.sql(marked)).rowcount)

    assert await asyncio.gather(naive(), naive()) == [1, 1]


async def test_where_that_person_has_gone_the_owner_is_told(parlour: Parlour) -> None:
    client = await known(parlour)
    await parlour.do(
        services.follow_up, client, FollowUpForm(day=parlour.clock.now().date(), what="Call"), by=parlour.sara
    )
    m = member_table.c
    await parlour.sql(sa.delete(member_table).where(m.person_id == parlour.sara.person_id))
    assert await services.tell_follow_ups(parlour.site) == 1
    await run_until_idle(parlour.site)
    assert [person for person, _ in await told(parlour)] == [parlour.dina.person_id]


async def test_a_day_that_is_over_is_refused_and_a_day_said_anew_is_told_anew(parlour: Parlour) -> None:
    client, today = await known(parlour), parlour.clock.now().date()
    with pytest.raises(Invalid) as refused:
        await parlour.do(services.follow_up, client, FollowUpForm(day=today - timedelta(days=2), what="Call"))
    assert refused.value.problems[0].code == "day_over"
    await parlour.do(services.follow_up, client, FollowUpForm(day=today, what="Call"))
    assert await services.tell_follow_ups(parlour.site) == 1
    await parlour.do(services.follow_up, client, FollowUpForm(day=today + timedelta(days=1), what="Call again"))
    parlour.clock.advance(timedelta(days=1))
    assert await services.tell_follow_ups(parlour.site) == 1
    with pytest.raises(IntegrityError):
        await parlour.sql(sa.update(client_table).values(follow_up_on=None))


async def served(parlour: Parlour, order_id: UUID, staff: int, name: str) -> None:
    """The line of an order was an appointment with somebody."""
    found = sa.select(line_table.c.id, line_table.c.starts_at).where(line_table.c.order_id == order_id)
    line = (await parlour.sql(found)).one()
    known = sa.select(resource_table.c.id).where(resource_table.c.id == staff)
    if (await parlour.sql(known)).first() is None:
        person = {"id": staff, "shop_id": parlour.shop_id, "kind": "staff", "name": name}
        await parlour.sql(sa.insert(resource_table).values(person))
    starts = int(line.starts_at.astimezone(UTC).timestamp())
    visit: dict[str, Any] = {
        "id": line.id,
        "order_id": order_id,
        "shop_id": parlour.shop_id,
        "listing_id": parlour.listing_id,
        "kind": "appointment",
        "state": "completed",
        "effect": "shortens",
        "local_date": line.starts_at.date(),
        "local_time": 600,
        "zone": "Asia/Atyrau",
        "starts_s": starts,
        "ends_s": starts + 3600,
        "minutes": 60,
        "staff_id": staff,
        "booked_at": parlour.clock.now(),
    }
    await parlour.sql(sa.insert(appointment_table).values(visit))


async def test_clients_are_found_by_whom_what_how_much_and_when_they_were_served(parlour: Parlour) -> None:
    today = parlour.clock.now().date()
    first = await parlour.had(PHONE, name="Aru", days_ago=40, amount=800_000)
    await parlour.had(PHONE, name="Aru", days_ago=30, amount=700_000)
    second = await parlour.had(OTHER, name="Dana", days_ago=5, amount=900_000)
    await parlour.had(OTHER, name="Dana", days_ago=4, amount=9_900_000, status="cancelled", stage="cancelled")
    await served(parlour, first, 1, "Aigerim")
    await served(parlour, second, 2, "Dinara")

    async def found(**had: Any) -> set[str]:
        return await parlour.names(had=Narrowed(**had))

    assert await found(staff=1) == {"Aru"}
    assert await found(staff=2) == {"Dana"}
    assert await found(service=str(parlour.listing_id)) == {"Aru", "Dana"}
    assert await found(service=str(parlour.shop_id)) == set()
    assert await found(spent=Money(1_500_000, "KZT")) == {"Aru"}
    assert await found(spent=Money(1_500_001, "KZT")) == set()
    assert await found(since=today - timedelta(days=10)) == {"Dana"}
    assert await found(until=today - timedelta(days=10)) == {"Aru"}
    assert await found(since=today - timedelta(days=35), until=today) == {"Aru", "Dana"}
    assert await found(until=today - timedelta(days=35)) == set()  # the last visit counts, not any
    assert await found(staff=1, spent=Money(1_500_000, "KZT"), until=today - timedelta(days=10)) == {"Aru"}


@pytest.mark.one_engine
async def test_the_list_is_narrowed_on_its_page_in_as_many_statements(parlour: Parlour) -> None:
    await parlour.had(PHONE, name="Aru", days_ago=40)
    dina = await parlour.browser("dina")
    await dina.get("/sell/clients")
    with count_queries(parlour.site) as plain:
        page = await dina.get("/sell/clients")
    assert "By what they had" in page.text
    with count_queries(parlour.site) as asked:
        some = await dina.get(f"/sell/clients?spent=8000&service={parlour.listing_id}&since=2020-01-01")
    assert "Aru" in some.text
    assert len(asked) == len(plain)
    assert "Aru" not in (await dina.get("/sell/clients?spent=8001")).text
    wrong = await dina.get("/sell/clients?spent=much")
    assert (wrong.status_code, 'value="much"' in wrong.text) == (200, True)
    found = await dina.get(f"/api/customers?shop={parlour.shop_id}&spent=800001")
    assert found.json()["items"] == []
    assert (await dina.get(f"/api/customers?shop={parlour.shop_id}&since=soon")).status_code in (400, 422)


@pytest.mark.one_engine
async def test_the_card_shows_what_the_client_likes_and_the_day_to_think_of_them(parlour: Parlour) -> None:
    client = await known(parlour)
    dina, card = await parlour.browser("dina"), f"/sell/clients/{client}"
    kept = await post(dina, f"{card}/preferences", mind="Nut oil", talk="quiet", drink=["tea", "coffee"])
    assert kept.headers["location"].startswith(card)
    page = (await dina.get(card)).text
    for text in ("Nut oil", "Likes it quiet", "Tea, Coffee"):
        assert text in page, text
    wrong = await post(dina, f"{card}/preferences", talk="shouts")
    assert wrong.status_code == 422
    over = await post(dina, f"{card}/follow-up", day="2020-01-01", what="Call")
    assert (over.status_code, "This day is over" in over.text, 'value="Call"' in over.text) == (422, True, True)
    day = parlour.clock.now().date().isoformat()
    assert (await post(dina, f"{card}/follow-up", day=day, what="Call her")).headers["location"] == card
    assert "Call her" in (await dina.get(card)).text
    assert "To be thought of" in (await dina.get("/sell/clients?show=follow_up")).text
    await post(dina, card, f"{card}/follow-up/done")
    assert "Call her" not in (await dina.get(card)).text
    path = f"/api/customers/{client}"
    put = await dina.put(f"{path}/preferences", json={"drink": ["water"]})
    assert put.json()["preferences"] == {"drink": ["water"]}
    set_ = await dina.put(f"{path}/follow-up", json={"day": day, "what": "Call"})
    assert set_.json()["follow_up"] == {"day": day, "what": "Call", "by": "dina", "told": False}
    assert (await dina.put(f"{path}/follow-up", json={"day": "2020-01-01", "what": "x"})).status_code == 422
    assert (await dina.delete(f"{path}/follow-up")).status_code == 204
