"""A shop is set up by its steps, looked at by an admin and found by everybody, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.one_engine]
Visitor = Callable[..., Page]


def save(page: Page) -> None:
    page.get_by_role("main").get_by_role("button", name="Save", exact=True).first.click()
    expect(page.locator("#notice")).to_contain_text("Saved.")


def test_a_shop_is_set_up_and_found_open(signed_in: Visitor, visitor: Visitor) -> None:
    page = signed_in("vendor", viewport=PHONE)
    page.goto("/en/sell/shop/new")
    page.get_by_label("Name of the shop").fill("Browser Barbers")
    page.get_by_label("Town").fill("Atyrau")
    page.get_by_role("main").get_by_role("button", name="Open the shop").click()
    page.wait_for_url(re.compile("/setup$"))
    setup = page.url
    page.get_by_role("button", name="Go live").click()
    expect(page.locator("main")).to_contain_text("The opening hours are missing")
    page.goto(setup.replace("/setup", "/contacts"))
    page.locator("#f-phone").fill("8 701 555 44 33")
    page.locator("#f-address").fill("Azattyq 48")
    save(page)
    page.goto(setup.replace("/setup", "/hours"))
    page.locator("#f-mon").fill("00:00-24:00")
    page.get_by_role("button", name="Monday's hours for all days").click()
    expect(page.locator("#f-sun")).to_have_value("00:00-24:00")
    page.locator("#f-holidays_closed").uncheck()
    save(page)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.goto(setup)
    expect(page.locator("main")).not_to_contain_text("The opening hours are missing")
    stranger = visitor(viewport=PHONE)
    stranger.goto("/en/shops")
    expect(stranger.locator("main")).not_to_contain_text("Browser Barbers")

    admin = signed_in("admin")
    admin.goto("/en/admin/shops?state=pending")
    admin.get_by_role("link", name="Ветклиника «Мейірім»").click()
    admin.get_by_role("button", name="Approve").click()
    admin.wait_for_url(re.compile("/admin/shops$"))
    stranger.goto("/en/shops?q=мейірім")
    stranger.get_by_role("link", name="Ветклиника «Мейірім»").click()
    expect(stranger.locator("main")).to_contain_text("Opening hours")
    expect(stranger.locator("main")).to_contain_text("14:00-19:00")
