"""The bell counts up while the page is open, and what is ticked on the page of preferences stays so."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.one_engine]


def test_the_bell_counts_up_and_preferences_are_kept(signed_in: Callable[..., Page]) -> None:
    customer = signed_in("customer", viewport=PHONE)
    customer.goto("/en/account/notices/preferences")
    assert customer.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    expect(customer.locator("#bell summary")).to_be_visible()
    unread = customer.locator("#bell .kit-count")
    before = int(unread.inner_text()) if unread.count() else 0

    order = customer.request.get("/api/orders").json()["items"][0]
    vendor = signed_in("vendor", viewport=PHONE)
    vendor.goto(f"/en/sell/orders/{order['number']}")
    vendor.get_by_role("link", name="Tell the customer").click()
    vendor.get_by_label("Kind of news").select_option("delay")
    vendor.get_by_label("Message").fill("Ten minutes more.")
    vendor.get_by_role("main").get_by_role("button", name="Send").click()
    expect(vendor.get_by_role("status")).to_contain_text("The customer is told.")
    expect(unread).to_have_text(str(before + 1), timeout=10_000)
    customer.locator("#bell summary").click()
    expect(customer.locator("#bell")).to_contain_text("Тапсырысыңыз кешігуде")  # in the language of the account

    customer.keyboard.press("Escape")
    sms = customer.get_by_label(re.compile("^Order delayed: SMS"))
    sms.check()
    customer.get_by_role("main").get_by_role("button", name="Save").click()
    expect(customer.get_by_role("status")).to_contain_text("Saved.")
    expect(customer.get_by_label(re.compile("^Order delayed: SMS"))).to_be_checked()
