"""Times that are known of but cannot be chosen, each with its reason; and who is told before they choose."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from marketplace_kit.accounts.services import create_person
from marketplace_kit.app import create_app
from marketplace_kit.kernel.errors import DomainError
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.hooks.lines import Customer
from marketplace_kit.orders.schemas import Wished
from marketplace_kit.orders.services import begin
from marketplace_kit.scheduling import services
from marketplace_kit.scheduling.schemas import MarkForm, Slot
from marketplace_kit.scheduling.services.looking import slots_for
from marketplace_kit.testing.clients import open_client
from tests.scheduling.salons import TUESDAY, Salon

pytestmark = pytest.mark.anyio
PASSWORD = "a-good-long-password"
PHONE = "+77010000001"


async def slots(salon: Salon, listing_id: UUID, **more: Any) -> dict[str, Slot]:
    view = await slots_for(salon.site, listing_id, (), TUESDAY, 1, **more)
    return {slot.time: slot for slot in view.days[0].slots}


async def test_a_time_within_the_lead_time_is_shown_as_too_soon(salon: Salon) -> None:
    haircut = await salon.service(step=60, lead_minutes=120)
    await salon.staff()
    opens = salon.wish(haircut, "09:00").choice.starts_at
    while salon.clock.now().isoformat() < "2026-03-03T05:00":
        salon.clock.advance(timedelta(hours=1))
    assert opens.startswith("2026-03-03T09:00")
    found = await slots(salon, haircut)
    soon = [time for time, slot in found.items() if slot.reason == "too_soon"]
    assert soon
    assert not any(found[time].bookable for time in soon)
    first = next(time for time, slot in found.items() if slot.bookable)
    assert max(soon) < first
    assert (await salon.times(haircut))[0] == first
    assert min(soon) >= f"{salon.clock.now() + timedelta(hours=5):%H:%M}", "what is over is not told of"


async def test_the_shop_itself_sees_no_reasons_only_times(salon: Salon) -> None:
    haircut = await salon.service(step=60, lead_minutes=60 * 24 * 3)
    await salon.staff()
    assert all(slot.bookable for slot in (await slots(salon, haircut, by_staff=True)).values())


async def test_a_class_that_is_full_says_so_and_where_one_waits(salon: Salon) -> None:
    await salon.staff(lanes=2)
    yoga = await salon.service("Yoga", places=2, mode="fixed", fixed_times="10:00, 12:00")
    assert {t: s.places_left for t, s in (await slots(salon, yoga)).items()} == {"10:00": 2, "12:00": 2}
    for number in range(2):
        await salon.book(yoga, "10:00", customer=Customer(name="X", phone=f"+7702000000{number}"))
    found = await slots(salon, yoga)
    assert {t: (s.bookable, s.reason, s.places_left) for t, s in found.items()} == {
        "10:00": (False, "full", 0),
        "12:00": (True, "", 2),
    }
    async with open_client(create_app(salon.site), salon.site) as client:
        view = (await client.get(f"/api/scheduling/slots?listing={yoga}&day=2026-03-03&days=1")).json()
        assert [s["reason"] for s in view["days"][0]["slots"]] == ["full", ""]
        assert view["waitlist"] == f"/book/{yoga}/wait"
        shown = await client.get(f"/book/{yoga}?day=2026-03-03", headers={"Accept-Language": "en"})
        assert "taken" in shown.text
        assert f"/book/{yoga}/wait?day=2026-03-03" in shown.text
        disabled = [part for part in shown.text.split("<input") if "choice.starts_at" in part and " disabled" in part]
        assert len(disabled) == 1


async def known(salon: Salon) -> Actor:
    made = await create_person(salon.site, name="Dana", email="dana@example.kz", password=PASSWORD, locale="en")
    return Actor(person_id=made, name="Dana", locale="en")


async def mark(salon: Salon, mode: str, person_id: UUID | None) -> None:
    form = MarkForm(phone=PHONE, mode=mode, reason="three visits missed")
    await salon.site.do(services.mark_customer, salon.shop_id, form, by=salon.owner, person_id=person_id)


async def refusal(doing: Any) -> str:
    try:
        await doing
    except DomainError as refused:
        return refused.code
    return ""


async def test_who_has_to_pay_before_sees_it_at_every_time_and_when_the_order_begins(salon: Salon) -> None:
    dana = await known(salon)
    await salon.staff()
    haircut = await salon.service(step=60)
    paid = await salon.service("Colouring", step=60, prepay="all")
    await mark(salon, "prepay_only", dana.person_id)
    customer = Customer(person_id=dana.person_id)
    assert {s.reason for s in (await slots(salon, haircut, customer=customer)).values()} == {"needs_prepayment"}
    assert all(s.bookable for s in (await slots(salon, haircut)).values()), "nobody else is told"
    assert all(s.bookable for s in (await slots(salon, paid, customer=customer)).values())
    wanted = [Wished(listing_id=haircut, choice={"starts_at": salon.at("10:00")})]
    assert await refusal(salon.site.do(begin, wanted, by=dana)) == "prepayment_required"
    wanted = [Wished(listing_id=paid, choice={"starts_at": salon.at("10:00")})]
    assert await refusal(salon.site.do(begin, wanted, by=dana)) == ""
    async with open_client(create_app(salon.site), salon.site) as client:
        signed = await client.post("/api/auth/login", json={"email": "dana@example.kz", "password": PASSWORD})
        client.headers["Authorization"] = f"Bearer {signed.json()['access_token']}"
        view = (await client.get(f"/api/scheduling/slots?listing={haircut}&day=2026-03-03&days=1")).json()
        assert {s["reason"] for s in view["days"][0]["slots"]} == {"needs_prepayment"}
        month = (await client.get(f"/api/scheduling/days?listing={haircut}&day=2026-03-03&days=2")).json()
        assert [d["state"] for d in month["days"]] == ["needs_prepayment", "needs_prepayment"]
        page = (await client.get(f"/en/book/{haircut}?month=2026-03")).text
        assert "3 March: needs a prepayment" in " ".join(page.split()) or page.count("needs a prepayment") > 20
        shown = await client.get(f"/book/{haircut}?day=2026-03-03", headers={"Accept-Language": "en"})
        assert "This can be booked with a prepayment only" in shown.text


async def test_a_number_that_is_marked_counts_for_the_account_that_was_booked_with_it(salon: Salon) -> None:
    dana = await known(salon)
    await salon.staff()
    haircut = await salon.service(step=60)
    await salon.book(haircut, "09:00", customer=Customer(person_id=dana.person_id, name="Dana", phone=PHONE))
    await mark(salon, "prepay_only", None)
    wanted = [Wished(listing_id=haircut, choice={"starts_at": salon.at("10:00")})]
    assert await refusal(salon.site.do(begin, wanted, by=dana)) == "prepayment_required"
    await mark(salon, "allow", None)
    assert await refusal(salon.site.do(begin, wanted, by=dana)) == ""


async def test_who_is_blocked_is_told_when_the_order_begins_and_nothing_is_kept(salon: Salon) -> None:
    dana = await known(salon)
    await salon.staff()
    haircut = await salon.service(step=60)
    await mark(salon, "block", dana.person_id)
    wanted = [Wished(listing_id=haircut, choice={"starts_at": salon.at("10:00")})]
    assert await refusal(salon.site.do(begin, wanted, by=dana)) == "booking_blocked"
    assert await salon.claims() == []
    assert await refusal(salon.site.do(begin, wanted, by=Actor())) == "", "a guest is known when they say who they are"


async def test_the_owner_says_on_a_page_and_by_the_api_how_many_missed_visits_are_borne(salon: Salon) -> None:
    async with open_client(create_app(salon.site), salon.site) as client:
        signed = await client.post("/api/auth/login", json={"email": "owner@example.kz", "password": PASSWORD})
        client.headers["Authorization"] = f"Bearer {signed.json()['access_token']}"
        client.headers["Accept-Language"] = "en"
        path = f"/api/shops/{salon.shop_id}/booking"
        assert (await client.get(path)).json() == {"limit": 2, "days": 90}, "as the site says, until the shop says so"
        assert (await client.put(path, json={"limit": 3, "days": 60})).json() == {"limit": 3, "days": 60}
        here = f"/sell/shop/{salon.shop_id}/booking"
        shown = await client.get(here)
        assert 'value="60"' in shown.text
        token = shown.text.split('name="csrf_token" value="')[1].split('"')[0]
        wrong = await client.post(here, data={"csrf_token": token, "limit": "-1", "days": "60"})
        assert wrong.status_code == 422
        assert 'value="-1"' in wrong.text, "what was typed stays"
        assert (await client.post(here, data={"csrf_token": token, "limit": "0", "days": "30"})).status_code == 303
        assert (await client.get(path)).json() == {"limit": 0, "days": 30}
    async with open_client(create_app(salon.site), salon.site) as stranger:
        assert (await stranger.get(path)).status_code == 401
