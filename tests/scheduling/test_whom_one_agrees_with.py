"""Whom a customer agrees with: without the shop's IIN or BIN nobody books online, with it the consent names it."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa

from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.orders import services as orders
from marketplace_kit.orders.schemas import GuestDetails, StaffDetails, Wished
from marketplace_kit.orders.tables import order_table
from marketplace_kit.scheduling import services
from marketplace_kit.scheduling.services.next_free import next_free, work_out
from marketplace_kit.scheduling.services.waiting import GuestWait, join_wait
from marketplace_kit.shops.domain import ConsentRequired, TaxIdRequired
from marketplace_kit.shops.tables import shop_table
from tests.scheduling.counter import Counter
from tests.scheduling.salons import TUESDAY, Salon

BIN = "240140012342"
GUEST = GuestDetails(name="Dana", phone="+77010000001", consent=True)
STRANGER = Actor(locale="en")


async def numbered(salon: Salon, number: str | None) -> None:
    await salon.sql(sa.update(shop_table).values(tax_id=number))


async def test_without_a_number_only_the_shop_itself_books(salon: Salon) -> None:
    haircut = await salon.service()
    await numbered(salon, None)
    wished = Wished(listing_id=haircut, choice={"starts_at": salon.at("10:00")})
    with pytest.raises(TaxIdRequired) as refused:
        await salon.site.do(orders.place_now, [wished], GUEST, by=STRANGER)
    assert refused.value.facts["phone"] == "+7 712 235 40 40"
    with pytest.raises(TaxIdRequired):
        await salon.book(haircut, "10:00")
    day = {"first_day": TUESDAY, "last_day": TUESDAY}
    waits = GuestWait(name="Dana", phone="+77010000001", consent=True, **day)
    with pytest.raises(TaxIdRequired):
        await salon.site.do(join_wait, haircut, waits, by=STRANGER)
    view = await services.slots_for(salon.site, haircut, (), TUESDAY, 1)
    assert view.not_bookable == "tax_id_required"
    await work_out(salon.site, salon.shop_id)
    assert await salon.site.ask(next_free, [haircut]) == {}
    staff = StaffDetails(name="Dana")
    await salon.site.do(orders.place_now, [wished], staff, by=salon.owner, by_staff=True)
    await numbered(salon, BIN)
    later = Wished(listing_id=haircut, choice={"starts_at": salon.at("12:00")})
    await salon.site.do(orders.place_now, [later], GUEST, by=STRANGER)


async def test_what_is_agreed_to_is_kept_with_the_name_and_the_number(salon: Salon) -> None:
    await numbered(salon, BIN)
    wished = Wished(listing_id=await salon.service(), choice={"starts_at": salon.at("10:00")})
    silent = GuestDetails(name="Dana", phone="+77010000001")
    with pytest.raises(ConsentRequired):
        await salon.site.do(orders.place_now, [wished], silent, by=STRANGER)
    await salon.site.do(orders.place_now, [wished], GUEST, by=STRANGER)
    (kept,) = await salon.sql(sa.select(order_table.c.consent_text))
    said = "I agree that “Salon” (IIN or BIN 240140012342) gets my name, contacts and wishes"
    assert kept["consent_text"].startswith(said)


@pytest.mark.one_engine
async def test_the_pages_name_whom_one_agrees_with_or_the_phone_to_call(salon: Salon) -> None:
    haircut = await salon.service()
    await numbered(salon, BIN)
    guest, owner = await Counter(salon).browser(), await Counter(salon).owner()
    line: dict[str, Any] = {"listing_id": str(haircut), "choice": {"starts_at": salon.at("10:00")}}
    begun = (await guest.post("/api/orders/drafts", json={"lines": [line]})).json()
    assert "(IIN or BIN 240140012342)" in begun["draft"]["consent"]
    day = (TUESDAY + timedelta(days=1)).isoformat()
    known = {"name": "Dana", "phone": "+77010000001"}
    mute = known | {"first_day": day, "last_day": day, "part": "any"}
    for path in (f"/order/draft/{begun['token']}", f"/book/{haircut}/wait"):
        shown = (await guest.get(path)).text
        assert "(IIN or BIN 240140012342)" in shown, path
        token = re.findall('name="csrf_token" value="([^"]+)"', shown)[0]
        refused = await guest.post(path, data=mute | {"csrf_token": token})
        assert refused.status_code == 400, path
        assert "Please agree" in refused.text
        assert 'value="Dana"' in refused.text
    await numbered(salon, None)
    page = unescape((await guest.get(f"/book/{haircut}")).text)
    assert "cannot be booked online yet" in page
    assert 'href="tel:+77122354040"' in page
    refused = await guest.post("/api/orders/create", json={"lines": [line], "consent": True, **known})
    assert (refused.status_code, refused.json()["code"]) == (409, "tax_id_required")
    advice = (await owner.get(f"/sell/shop/{salon.shop_id}/staff")).text
    assert "Without an IIN or BIN nobody can book online" in advice
    assert f"/sell/shop/{salon.shop_id}/profile" in advice
