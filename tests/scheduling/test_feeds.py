"""Private feeds: for who knows the address, until it is replaced; a program that has it all gets a short answer."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from icalendar import Calendar

from marketplace_kit.accounts.services import create_person
from marketplace_kit.app import create_app
from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.hooks.lines import Customer
from marketplace_kit.scheduling.domain.process import NewTime, Reason
from marketplace_kit.scheduling.queries.following import VISITS, WORK
from marketplace_kit.scheduling.services.feeding import make_feed, my_feeds, read_feed, revoke_feed
from marketplace_kit.scheduling.services.staffing import ensure_staff_for_members
from marketplace_kit.scheduling.tables import resource_table
from marketplace_kit.shops.services import remove_member
from marketplace_kit.shops.services.members import add_member
from marketplace_kit.testing.clients import open_client
from marketplace_kit.testing.queries import assert_query_count
from tests.scheduling.salons import Salon

pytestmark = pytest.mark.anyio
PASSWORD = "a-good-long-password"


async def person(salon: Salon, name: str) -> Actor:
    made = await create_person(
        salon.site, name=name, email=f"{name.split()[0].lower()}@example.kz", password=PASSWORD, locale="en"
    )
    return Actor(person_id=made)


def token_of(url: str) -> str:
    return url.rsplit("/", 1)[1].removesuffix(".ics")


def entries(text: str | None) -> list[Any]:
    assert text is not None
    found = Calendar.from_ical(text)
    assert isinstance(found, Calendar)
    return found.events


async def test_a_customers_feed_follows_what_becomes_of_the_visits(salon: Salon) -> None:
    aigerim = await person(salon, "Aigerim")
    haircut = await salon.service()
    hers = {"customer": Customer(person_id=aigerim.person_id, name="Aigerim"), "by": aigerim}
    moved, _ = await salon.book(haircut, "10:00", **hers)
    off, _ = await salon.book(haircut, "12:00", **hers)
    await salon.book(haircut, "14:00")
    token = token_of((await salon.site.do(make_feed, VISITS, by=aigerim)).url)
    first = await read_feed(salon.site, token)
    assert [(e.start.hour, e["sequence"], str(e["status"])) for e in entries(first.text)] == [
        (10, 0, "CONFIRMED"),
        (12, 0, "CONFIRMED"),
    ]
    with assert_query_count(salon.site, 2):
        assert (await read_feed(salon.site, token, known=first.etag)).text is None
    await salon.move(moved.line_id, "reschedule", NewTime(starts_at=salon.at("16:00")))
    await salon.move(off.line_id, "cancel", Reason())
    second = await read_feed(salon.site, token, known=first.etag)
    found = {str(e["uid"]).split("@")[0]: e for e in entries(second.text)}
    assert found[str(moved.line_id)].start.hour == 16
    assert found[str(moved.line_id)]["sequence"] == 1
    assert found[str(off.line_id)]["status"] == "CANCELLED"


async def test_staff_see_their_own_work_with_a_first_name_and_nothing_more(salon: Salon) -> None:
    dina = await person(salon, "Dina")
    assert dina.person_id is not None
    await salon.site.do(add_member, salon.shop_id, dina.person_id, "staff", by=salon.owner)
    await salon.site.do(ensure_staff_for_members, salon.shop_id)
    haircut = await salon.service()
    customer = Customer(name="Marat Serikov", phone="+77011234567")
    plan = await salon.sql(_resource_of(dina.person_id))
    visit, _ = await salon.book(haircut, "10:00", customer=customer, staff=plan[0]["id"], note="Allergic to dye")
    token = token_of((await salon.site.do(make_feed, WORK, by=dina)).url)
    text = (await read_feed(salon.site, token)).text
    (event,) = entries(text)
    assert str(event["summary"]) == "Haircut – Marat"
    for private in ("Serikov", "77011234567", "Allergic"):
        assert private not in (text or "")
    await salon.move(visit.line_id, "cancel", Reason())  # nobody leaves while somebody expects them
    await salon.site.do(remove_member, salon.shop_id, dina.person_id, by=salon.owner)
    assert entries((await read_feed(salon.site, token)).text) == [], "who left sees nothing more"


def _resource_of(person_id: Any) -> Any:
    return sa.select(resource_table.c.id).where(resource_table.c.member_id == person_id)


async def test_a_replaced_or_ended_address_answers_nobody(salon: Salon) -> None:
    aigerim = await person(salon, "Aigerim")
    first = token_of((await salon.site.do(make_feed, VISITS, by=aigerim)).url)
    second = token_of((await salon.site.do(make_feed, VISITS, by=aigerim)).url)
    with pytest.raises(Missing):
        await read_feed(salon.site, first)
    await read_feed(salon.site, second)
    assert [one.kind for one in await my_feeds(salon.site, by=aigerim)] == [VISITS]
    await salon.site.do(revoke_feed, VISITS, by=aigerim)
    with pytest.raises(Missing):
        await read_feed(salon.site, second)


async def test_it_is_made_on_a_page_and_read_by_a_program_that_signs_in_nowhere(salon: Salon) -> None:
    await person(salon, "Aigerim")
    app = create_app(salon.site)
    async with open_client(app, salon.site) as client:
        given = {"email": "aigerim@example.kz", "password": PASSWORD}
        signed = await client.post("/api/auth/login", json=given)
        client.headers["Authorization"] = f"Bearer {signed.json()['access_token']}"
        client.headers["Accept-Language"] = "en"
        page = await client.get("/account/calendar")
        assert page.status_code == 200
        assert "Make an address" in page.text
        made = await client.post("/api/calendar/feeds/visits")
        assert made.status_code == 201, made.text
        assert made.json()["url"] in (await client.get("/account/calendar")).text
        with assert_query_count(salon.site, at_most=8):
            await client.get("/api/appointments")
        assert (await client.post("/api/calendar/feeds/elsewhere")).status_code in (400, 404, 422)
    path = made.json()["url"].split("/", 3)[3]
    async with open_client(app, salon.site) as program:
        answer = await program.get(f"/{path}")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
        again = await program.get(f"/{path}", headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert (await program.get(f"/{path.replace('.ics', '')}")).status_code == 404
        assert (await program.get("/calendar/feeds/guessed.ics")).status_code == 404
