"""A family books nights in a pet hotel on a phone; the house sees them in its plan."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from marketplace_kit.cli.running import DEMO_PASSWORD
from tests.browser.conftest import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.one_engine]


def fits(page: Page) -> bool:
    """Nothing reaches over the edge of the screen."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def sign_in(page: Page, who: str) -> None:
    page.goto("/ru/sign-in")
    page.fill("input[name=contact]", f"{who}@demo.kz")
    page.fill("input[name=password]", DEMO_PASSWORD)
    page.click("main form button[type=submit]")
    page.wait_for_url(lambda url: "sign-in" not in url)


def test_a_guest_books_nights_and_the_house_sees_them(visitor: Callable[..., Page]) -> None:
    page = visitor(viewport=PHONE, locale="ru-RU")
    listed = page.request.get("/api/listings?kind=boarding.lodging").json()["items"]
    cats = next(one["id"] for one in listed if "кошек" in one["title"])
    page.goto(f"/ru/listings/{cats}")
    page.get_by_role("link", name="Выберите ночи").click()
    page.wait_for_url(re.compile("/boarding/book/"))
    assert fits(page)
    page.locator(".kit-month a[rel=next]").click()
    page.wait_for_url(re.compile("month="))
    days = page.locator(".kit-days td a")
    days.nth(9).click()
    page.wait_for_url(re.compile("arrives="))
    days.nth(12).click()
    page.wait_for_url(re.compile("leaves="))
    first, last = (date.fromisoformat(page.input_value(f"input[name={name}]")) for name in ("arrives", "leaves"))
    assert last - first == timedelta(days=3)
    page.fill("input[name=pet_name]", "Мурзик")
    page.select_option("select[name=species]", "cat")
    page.fill("input[name=weight]", "4,2")
    page.get_by_role("button", name="Сколько это стоит?").click()
    expect(page.locator("#quote")).to_contain_text("3 ночи")
    assert fits(page)
    page.get_by_role("button", name="Продолжить").click()
    page.wait_for_url(re.compile("/order/draft/"))
    expect(page.locator("main")).to_contain_text("Мурзик")
    for name, text in (("name", "Дана"), ("phone", "8 701 234 56 79"), ("email", "dana@example.kz")):
        page.fill(f"main input[name={name}]", text)
    page.check("main input[name=consent]")
    page.locator("main form:has(input[name=consent]) button[type=submit]").click()
    page.wait_for_url(re.compile("/o/"))
    expect(page.locator("main")).to_contain_text("Домик для кошек: Мурзик")

    house = visitor(viewport=PHONE, locale="ru-RU")
    sign_in(house, "vendor")
    house.goto(f"/ru/sell/boarding?first={first}")
    expect(house.locator(".kit-nights").get_by_role("link", name="Мурзик").first).to_be_visible()
    assert fits(house)
