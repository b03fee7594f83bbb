"""Somebody with nothing but a phone: registers, types the code in, signs in, changes the password, sees the devices."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Demo

pytestmark = [pytest.mark.browser, pytest.mark.one_engine]
NUMBER, PASSWORD, ANOTHER = "+77015550011", "three quiet camels", "four quiet camels"


def code_sent_to(demo: Demo, number: str, seconds: float = 20) -> str:
    """The code in the message to a number: messages are files in the demo."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for path in (demo.data / "sms").glob("*.json"):
            message = json.loads(path.read_text(encoding="utf-8"))
            if message["to"] == number:
                return str(re.findall(r"\d{6}", message["text"])[0])
        time.sleep(0.1)
    raise AssertionError(f"no message to {number}")


def test_an_account_by_phone_alone(visitor: Callable[..., Page], demo: Demo) -> None:
    page = visitor(viewport=PHONE)
    page.goto("/en/register")
    page.get_by_label("Your name").fill("Мадина")
    page.get_by_label("E-mail or phone").fill("8 701 555 00 11")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label(re.compile("I accept")).check()
    page.get_by_role("main").get_by_role("button", name="Register").click()

    page.get_by_label("Code from the message").fill(code_sent_to(demo, NUMBER))
    page.get_by_role("button", name="Confirm").click()
    page.wait_for_url(re.compile("/sign-in"))
    page.get_by_label("E-mail or phone").fill(NUMBER)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)

    page.goto("/account/security")
    expect(page.locator("main")).to_contain_text("+7 701 555 00 11")
    page.get_by_label("Present password").fill(PASSWORD)
    page.get_by_label("New password", exact=True).fill(ANOTHER)
    page.get_by_role("button", name="Change the password").click()
    expect(page.locator("#notice")).to_contain_text("Your password is changed")
    expect(page.locator("main")).to_contain_text("This device")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
