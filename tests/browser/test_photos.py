"""A vendor with a phone: two photos, the second made the cover, and everybody sees them."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from marketplace_kit.cli.running import DEMO_PASSWORD
from tests.browser.conftest import PHONE, Demo

pytestmark = [pytest.mark.browser, pytest.mark.one_engine]


def photo(name: str, colour: str) -> FilePayload:
    out = BytesIO()
    Image.new("RGB", (1200, 900), colour).save(out, "JPEG")
    return {"name": name, "mimeType": "image/jpeg", "buffer": out.getvalue()}


def test_a_vendor_shows_two_photos_from_a_phone(demo: Demo, visitor: Callable[..., Page]) -> None:
    page = visitor(PHONE)
    page.goto("/en/sign-in")
    form = page.locator("form", has=page.locator('input[type="password"]'))
    form.locator('input[name="contact"]').fill("vendor@demo.kz")
    form.locator('input[type="password"]').fill(DEMO_PASSWORD)
    form.locator('button[type="submit"]').click()
    page.wait_for_url(re.compile(r"^(?!.*sign-in)"))
    page.goto("/en/sell")
    page.locator('a[href^="/sell/listings/"][href$="/edit"]').first.click()
    listing = page.url.split("/sell/listings/")[1].split("/")[0]

    page.goto(f"/en/sell/listings/{listing}/photos")
    before = page.locator(".kit-photos > li").count()
    page.set_input_files("#upload-photos", [photo("one.jpg", "#a33"), photo("two.jpg", "#33a")])
    page.get_by_role("button", name="Upload").click()
    photos = page.locator(".kit-photos > li")
    expect(photos).to_have_count(before + 2)
    last = photos.last.get_attribute("id")
    photos.last.get_by_role("button", name="Make cover").click()
    expect(photos.first).to_have_attribute("id", str(last))
    photos.first.get_by_label("What the photo shows").fill("A blue room")
    photos.first.get_by_role("button", name="Save").click()
    expect(page.locator("#notice")).to_contain_text("Saved.")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]

    guest = visitor(PHONE)
    guest.goto(f"/en/listings/{listing}")
    shown = guest.get_by_role("region", name="Photos").get_by_role("img")
    expect(shown).to_have_count(before + 2)
    expect(shown.first).to_have_attribute("alt", "A blue room")
    assert shown.first.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    assert guest.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_without_a_network_the_app_says_so_in_the_readers_language(demo: Demo, visitor: Callable[..., Page]) -> None:
    page = visitor(PHONE)
    page.goto("/kk/listings")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.goto("/kk/shops")  # the worker sees this one, and its language
    errors = page.context.new_cdp_session(page).send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [e["errorId"] for e in errors if e["errorId"] != "in-incognito"] == []
    page.context.set_offline(True)
    page.goto("/kk/listings")
    expect(page.locator("html")).to_have_attribute("lang", "kk")
    expect(page.locator(".kit-empty")).to_contain_text("Байланыс жоқ")
    page.context.set_offline(False)
    page.get_by_role("link", name="Бетті жаңарту").click()
    expect(page.locator(".kit-empty", has_text="Байланыс жоқ")).to_have_count(0)
