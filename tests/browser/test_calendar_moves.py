"""An appointment is moved in the vendor's calendar: by dragging, from a stale page, by the form with the keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote

import attrs
import holidays
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from marketplace_kit.cli.running import DEMO_PASSWORD
from tests.browser.conftest import Demo
from tests.browser.shops import is_open_with_hours
from tests.browser.test_keyboard import tab_to

WHOLE_DAY = {"width": 1280, "height": 2000}
"""Nothing has to be scrolled to while something is dragged."""
_A_CALENDAR = 250
"""How many things of a day of a shop the focus may pass on its way to one of them."""
pytestmark = [pytest.mark.browser, pytest.mark.one_engine]


@attrs.frozen(kw_only=True)
class Booked:
    """A guest of a shop of the demo, written down by the shop for ten o'clock; ``day`` is a Tuesday to come that is no
    public holiday.
    """

    shop: str
    day: date
    who: int
    offset: str
    headers: dict[str, str]
    order: str
    line: str

    @property
    def calendar(self) -> str:
        return f"/en/sell/calendar?shop={self.shop}&date={self.day.isoformat()}"

    def at(self, time: str) -> str:
        return f"{self.day.isoformat()}T{time}:00{self.offset}"

    def visit(self, page: Page) -> Locator:
        return page.locator(f".kit-diary [data-move*='{self.line}']")

    def cell(self, page: Page, time: str) -> Locator:
        return page.locator(f"td[data-staff='{self.who}'][data-at^='{self.day.isoformat()}T{time}']")

    def begins(self, page: Page) -> str:
        """As the shop's calendar has it now."""
        path = f"/api/shops/{self.shop}/calendar?day={self.day.isoformat()}&days=1"
        entries = page.request.get(path, headers=self.headers).json()["entries"]
        return str(next(e["starts_at"] for e in entries if e["appointment_id"] == self.line))[11:16]

    def moved_by_a_colleague(self, page: Page, time: str) -> None:
        path = f"/api/orders/{self.order}/lines/{self.line}/reschedule"
        answer = page.request.post(path, data={"starts_at": self.at(time)}, headers=self.headers)
        assert answer.ok, answer.text()


@pytest.fixture
def vendor(signed_in: Callable[..., Page]) -> Page:
    return signed_in("vendor", locale="en-GB", viewport=WHOLE_DAY)


@pytest.fixture(scope="module")
def headers(browser: Browser, demo: Demo) -> dict[str, str]:
    """The vendor's, of a program that signed in once."""
    context = browser.new_context(base_url=demo.address)
    known = {"email": "vendor@demo.kz", "password": DEMO_PASSWORD}
    token = context.request.post("/api/auth/login", data=known).json()["access_token"]
    context.close()
    return {"Authorization": f"Bearer {token}"}


def a_guest_at_ten(page: Page, headers: dict[str, str], weeks: int) -> Booked:
    """Somebody new who works, with a service of their own, and a guest at ten o'clock so many weeks ahead."""
    shops = re.findall(r"/sell/shop/([0-9a-f-]{36})", page.request.get("/sell", headers=headers).text())
    shop = next(s for s in shops if is_open_with_hours(page, s))
    week = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "09:00-18:00")
    made = {"kind": "staff", "name": f"Dina {weeks}", "within_shop_hours": False}
    who = page.request.post(f"/api/shops/{shop}/resources", data=made, headers=headers).json()["id"]
    hours = page.request.put(f"/api/shops/{shop}/resources/{who}/hours", data=week, headers=headers)
    assert hours.ok, hours.text()
    offer = {
        "shop_id": shop,
        "kind": "listings.service",
        "title": f"Haircut {weeks}",
        "price": {"amount": 500_000, "currency": "KZT"},
        "attributes": {"minutes": 60, "place": ["shop"]},
    }
    listing = page.request.post("/api/listings", data=offer, headers=headers).json()["id"]
    published = page.request.post(f"/api/listings/{listing}/publish", headers=headers)
    assert published.ok, published.text()
    day = a_tuesday(weeks)
    calendar = f"/api/shops/{shop}/calendar?day={day.isoformat()}&days=1"
    columns = page.request.get(calendar, headers=headers).json()["columns"]
    offset = next(c["windows"] for c in columns if c["resource"]["id"] == who)[0][0][-6:]
    walk_in = {"listing_id": listing, "starts_at": f"{day.isoformat()}T10:00:00{offset}", "staff": who, "name": "Dana"}
    made_out = page.request.post(f"/api/shops/{shop}/walk-ins", data=walk_in, headers=headers)
    assert made_out.ok, made_out.text()
    entries = page.request.get(calendar, headers=headers).json()["entries"]
    one = next(e for e in entries if e["listing_id"] == listing)
    ids = {"order": one["order_id"], "line": one["appointment_id"]}
    return Booked(shop=shop, day=day, who=who, offset=offset, headers=headers, **ids)


def a_tuesday(number: int) -> date:
    """One of the Tuesdays from next week on, leaving out those on which the country rests."""
    today = datetime.now(UTC).date()
    first = today + timedelta(days=(1 - today.weekday()) % 7 + 7)
    resting = holidays.country_holidays("KZ", years=(first.year, first.year + 1))
    tuesdays = (first + timedelta(weeks=week) for week in range(number + 4))
    return [day for day in tuesdays if day not in resting][number - 1]


def test_a_visit_is_dragged_to_another_time_and_confirmed(vendor: Page, headers: dict[str, str]) -> None:
    guest = a_guest_at_ten(vendor, headers, 1)
    vendor.goto(guest.calendar)
    guest.visit(vendor).drag_to(guest.cell(vendor, "14:00"))
    vendor.wait_for_url(re.compile("/reschedule"))
    expect(vendor.locator("main")).to_contain_text("14:00")
    assert guest.begins(vendor) == "10:00", "nothing happens before it is confirmed"
    vendor.locator("main form.kit-form button[type=submit]").click()
    vendor.wait_for_url(lambda url: "/reschedule" not in url)
    assert guest.begins(vendor) == "14:00"
    vendor.goto(guest.calendar)
    expect(guest.visit(vendor)).to_contain_text("14:00")


def test_a_visit_that_a_colleague_moved_is_not_dragged_from_an_old_page(vendor: Page, headers: dict[str, str]) -> None:
    guest = a_guest_at_ten(vendor, headers, 2)
    vendor.goto(guest.calendar)
    expect(guest.visit(vendor)).to_have_attribute("draggable", "true")
    # A page that hears of nothing, as behind a bad connection.
    vendor.evaluate("document.querySelectorAll('[data-live]').forEach((part) => part.removeAttribute('data-live'))")
    guest.moved_by_a_colleague(vendor, "12:00")
    expect(guest.visit(vendor)).to_contain_text("10:00")
    with vendor.expect_response(re.compile("/reschedule")) as answered:
        guest.visit(vendor).drag_to(guest.cell(vendor, "14:00"))
    assert answered.value.status == 409
    expect(vendor.locator("main")).to_contain_text("Someone changed this in the meantime")
    expect(vendor.locator("main .kit-box")).to_contain_text("12:00")
    assert guest.begins(vendor) == "12:00"
    vendor.locator("main form.kit-form button[type=submit]").click()
    vendor.wait_for_url(lambda url: "/reschedule" not in url)
    assert guest.begins(vendor) == "14:00", "seen and confirmed, it is moved"


def test_a_form_that_a_colleague_overtook_shows_how_it_stands_now(vendor: Page, headers: dict[str, str]) -> None:
    guest = a_guest_at_ten(vendor, headers, 3)
    at = quote(guest.at("15:00"))
    vendor.goto(f"/en/sell/orders/{guest.order}/lines/{guest.line}/reschedule?starts_at={at}")
    guest.moved_by_a_colleague(vendor, "12:00")
    with vendor.expect_response(re.compile("/reschedule")) as answered:
        vendor.locator("main form.kit-form button[type=submit]").click()
    assert answered.value.status == 409
    expect(vendor.locator("main")).to_contain_text("Someone changed this in the meantime")
    assert guest.begins(vendor) == "12:00"


def test_the_same_is_done_by_form_with_the_keyboard_alone(vendor: Page, headers: dict[str, str]) -> None:
    guest = a_guest_at_ten(vendor, headers, 1 + 3)
    vendor.goto(guest.calendar)
    for name in ("Dana", "Choose another time", "Choose from the free times"):
        link = guest.visit(vendor).get_by_role("link") if name == "Dana" else vendor.get_by_role("link", name=name)
        tab_to(vendor, link.first, far=_A_CALENDAR)
        vendor.keyboard.press("Enter")
        vendor.wait_for_load_state()
    vendor.wait_for_url(re.compile("/book/"))
    day = vendor.locator(".kit-days a").filter(has_text=f"{guest.day.day} {guest.day:%B}").first
    if not day.count():
        tab_to(vendor, vendor.get_by_role("link", name="Next month"))
        vendor.keyboard.press("Enter")
        vendor.wait_for_url(re.compile("month="))
    tab_to(vendor, day)
    vendor.keyboard.press("Enter")
    vendor.wait_for_url(re.compile("day="))
    times = vendor.locator("input[name=starts_at]:not([disabled])")
    tab_to(vendor, times.first)
    vendor.keyboard.press("Space")
    chosen = (times.first.get_attribute("value") or "")[11:16]
    tab_to(vendor, vendor.get_by_role("button", name="Continue"))
    vendor.keyboard.press("Enter")
    vendor.wait_for_url(re.compile("/reschedule"))
    tab_to(vendor, vendor.locator("main form.kit-form button[type=submit]"))
    vendor.keyboard.press("Enter")
    vendor.wait_for_url(lambda url: "/reschedule" not in url)
    assert guest.begins(vendor) == chosen != "10:00"


@pytest.mark.parametrize(("zone", "named"), [("Asia/Atyrau", False), ("Europe/Berlin", True)])
def test_the_town_is_named_to_those_whose_clock_shows_another_time(
    signed_in: Callable[..., Page], headers: dict[str, str], zone: str, named: bool
) -> None:
    page = signed_in("vendor", locale="en-GB", zone=zone)
    guest = a_guest_at_ten(page, headers, 5 + named)
    page.goto(f"/en/sell/orders/{guest.order}")
    town = page.locator(".kit-order-when [data-zone]").first
    expect(town).to_be_visible(visible=named)
