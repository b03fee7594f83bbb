"""Booking a time with the keyboard alone, on a phone's screen, in Kazakh."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from marketplace_kit.cli.running import DEMO_PASSWORD
from tests.browser.conftest import PHONE
from tests.browser.shops import is_open_with_hours
from tests.browser.test_keyboard import tab_to

pytestmark = [pytest.mark.browser, pytest.mark.one_engine]


def a_service(page: Page) -> str:
    """A service of a shop of the demo that has hours; the path of its listing."""
    known = {"email": "vendor@demo.kz", "password": DEMO_PASSWORD}
    token = page.request.post("/api/auth/login", data=known).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    shops = re.findall(r"/sell/shop/([0-9a-f-]{36})", page.request.get("/sell", headers=headers).text())
    open_ = [s for s in shops if is_open_with_hours(page, s)]
    offer = {
        "shop_id": open_[0],
        "kind": "listings.service",
        "title": "Шаш қию",
        "price": {"amount": 500_000, "currency": "KZT"},
        "attributes": {"minutes": 60, "place": ["shop"]},
    }
    made = page.request.post("/api/listings", data=offer, headers=headers).json()
    assert page.request.post(f"/api/listings/{made['id']}/publish", headers=headers).ok
    return f"/kk/listings/{made['id']}"


def test_a_guest_books_a_time_by_keyboard_alone(visitor: Callable[..., Page]) -> None:
    page = visitor(viewport=PHONE, locale="kk-KZ")
    path = a_service(page)
    page.context.clear_cookies()
    page.goto(path)
    title = page.locator("h1").inner_text()

    tab_to(page, page.get_by_role("link", name="Уақытты таңдаңыз"))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/book/"))
    expect(page.locator("h1")).to_have_text("Уақытты таңдаңыз")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")

    day = page.locator(".kit-days a").last
    said = day.locator(".kit-visually-hidden").inner_text()
    assert "бос уақыт" in said
    tab_to(page, day)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("day="))
    times = page.locator("#slots-times")
    assert times.inner_text().split(",")[0] in said
    expect(times).to_be_focused()

    page.keyboard.press("Tab")
    first = page.locator("input[name='choice.starts_at']").first
    expect(first).to_be_focused()
    page.keyboard.press("Space")
    expect(first).to_be_checked()
    tab_to(page, page.get_by_role("button", name="Жалғастыру"))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/order/draft/"))
    expect(page.locator("main")).to_contain_text(title)

    for name, text in (("name", "Дана"), ("phone", "8 701 234 56 78"), ("email", "dana@example.kz")):
        tab_to(page, page.locator(f"main input[name={name}]"))
        page.keyboard.type(text)
    tab_to(page, page.locator("main input[name=consent]"))
    page.keyboard.press("Space")
    tab_to(page, page.locator("main form:has(input[name=consent]) button[type=submit]"))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/o/"))
    expect(page.locator("main")).to_contain_text(title)
