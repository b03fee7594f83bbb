"""Searching with the keyboard alone, on a phone's screen."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.one_engine]
_FAR = 60


def tab_to(page: Page, wanted: Locator, far: int = _FAR) -> None:
    """Press Tab until it has the focus; what the focus is on is seen."""
    for _ in range(far):
        if wanted.evaluate("it => it === document.activeElement"):
            expect(wanted).to_be_in_viewport()
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{wanted} is not reached by Tab")


def test_words_a_facet_a_chip_and_a_listing_by_keyboard_alone(visitor: Callable[..., Page]) -> None:
    page = visitor(viewport=PHONE)
    page.goto("/en/listings")
    number = page.locator("main [role=status]")
    all_of_them = number.inner_text()

    tab_to(page, page.get_by_label("What are you looking for?"))
    page.keyboard.type("груминг")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("q="))
    chips = page.get_by_role("list", name="Filters in use")
    expect(chips).to_contain_text("груминг")
    expect(number).not_to_have_text(all_of_them)
    by_words = number.inner_text()

    opener = page.locator(".kit-filters > summary")
    if not page.locator(".kit-filters").evaluate("it => it.open"):
        tab_to(page, opener)
        page.keyboard.press("Enter")
    facet = page.locator(".kit-filters input[type=checkbox]").first
    tab_to(page, facet)
    page.keyboard.press("Space")
    expect(chips.get_by_role("listitem")).to_have_count(2)
    expect(facet).to_be_focused()  # the answer came without taking the place away
    name = facet.get_attribute("name") or ""
    page.wait_for_url(re.compile(re.escape(name)))
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")

    tab_to(page, chips.get_by_role("link").last)
    page.keyboard.press("Enter")
    expect(chips.get_by_role("listitem")).to_have_count(1)
    expect(number).to_have_text(by_words)

    card = page.locator("main .kit-grid > li").first
    title = card.locator("h2, h3").inner_text()
    tab_to(page, card.locator("a").first)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(title)
