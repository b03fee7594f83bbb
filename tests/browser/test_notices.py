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
    person = customer.locator("#bell").get_attribute("data-live") or ""
    expect(customer.locator("#bell summary")).to_be_visible()
    unread = customer.locator("#bell .kit-count")
    before = int(unread.inner_text()) if unread.count() else 0

    operator = signed_in("operator")
    sent = operator.evaluate(
        """async (user) => {
            const token = document.querySelector("input[name=csrf_token]").value;
            const told = {user_id: user, order_id: crypto.randomUUID(), type: "delay", message: "Ten minutes more."};
            const answer = await fetch("/api/notifications/send-order-update", {method: "POST",
                headers: {"content-type": "application/json", "x-csrf-token": token}, body: JSON.stringify(told)});
            return answer.status;
        }""",
        person.split(":")[1],
    )
    assert sent == 201
    expect(unread).to_have_text(str(before + 1), timeout=10_000)
    customer.locator("#bell summary").click()
    expect(customer.locator("#bell")).to_contain_text("Тапсырысыңыз кешігуде")  # in the language of the account

    customer.keyboard.press("Escape")
    sms = customer.get_by_label(re.compile("^Order delayed: SMS"))
    sms.check()
    customer.get_by_role("main").get_by_role("button", name="Save").click()
    expect(customer.get_by_role("status")).to_contain_text("Saved.")
    expect(customer.get_by_label(re.compile("^Order delayed: SMS"))).to_be_checked()
