"""What a newcomer does in the first minutes, in a real browser on the demo that the README starts."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, Demo

pytestmark = [pytest.mark.browser, pytest.mark.one_engine]
Visitor = Callable[..., Page]


def no_sideways_scroll(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_a_newcomer_browses_registers_and_keeps_a_favourite(visitor: Visitor, demo: Demo) -> None:
    page = visitor(viewport=PHONE)
    page.goto("/en")
    expect(page.locator("h1")).to_be_visible()
    page.goto("/listings?kind=breeder.puppy")
    card = page.locator("main .kit-grid > li").first
    title = card.locator("h2, h3").inner_text()
    card.locator("a").first.click()
    expect(page.locator("h1")).to_have_text(title)
    listing = page.url
    no_sideways_scroll(page)

    page.get_by_role("button", name=f"Save {title}").click()
    page.wait_for_url(re.compile("/sign-in"))
    page.get_by_role("main").get_by_role("link", name="Register").click()
    page.get_by_label("Your name").fill("Мадина")
    page.get_by_label("E-mail or phone").fill("madina@example.kz")
    page.get_by_label("Password", exact=True).fill("three quiet camels")
    page.get_by_label(re.compile("I accept")).check()
    page.get_by_role("main").get_by_role("button", name="Register").click()
    expect(page.locator("h1")).to_have_text("One step more")

    page.goto(demo.link_mailed_to("madina@example.kz", r"http://\S+/verify/\S+"))
    page.get_by_role("button", name="Confirm").click()
    page.wait_for_load_state()
    page.goto(f"/sign-in?next={listing.removeprefix(demo.address)}")
    page.get_by_label("E-mail or phone").fill("madina@example.kz")
    page.get_by_label("Password", exact=True).fill("three quiet camels")
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url(listing)

    heart = page.get_by_role("button", name=f"Save {title}")
    expect(heart).to_have_attribute("aria-pressed", "false")
    heart.click()
    expect(heart).to_have_attribute("aria-pressed", "true")
    page.goto("/account/favourites")
    expect(page.locator("main .kit-grid > li")).to_have_count(1)
    expect(page.locator("main")).to_contain_text(title)
    page.goto("/account/notices")
    expect(page.locator("main")).to_contain_text("Welcome")


def test_interest_in_a_puppy_reaches_the_kennel(signed_in: Visitor) -> None:
    family = signed_in("customer")
    family.goto("/en/listings?kind=breeder.puppy&q=Барс")
    family.locator("main .kit-grid > li a").first.click()
    family.get_by_role("button", name=re.compile("nterested")).first.click()
    family.wait_for_load_state()
    kennel = signed_in("vendor")
    kennel.goto("/en/sell/leads")
    expect(kennel.locator("main")).to_contain_text("Барс")


def test_a_vendor_publishes_by_the_generated_form_and_is_told(signed_in: Visitor) -> None:
    page = signed_in("vendor", viewport=PHONE)
    page.goto("/en/sell/listings/new")
    page.get_by_role("main").get_by_role("link", name="Grooming").click()
    no_sideways_scroll(page)
    form = page.locator("main form")
    form.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("Please fill this in.")
    assert page.title().startswith("Error:")

    form.get_by_label("Shop").select_option("Груминг на набережной")
    form.locator("input[name=title]").fill("Стрижка мальтипу")
    for box in form.locator("input[type=checkbox]").all()[:1]:
        box.check()
    for group in form.locator("fieldset").all():
        radios = group.locator("input[type=radio]")
        if radios.count() and not group.locator("input[type=radio]:checked").count():
            radios.first.check()
    for field in form.locator("input[inputmode=decimal], input[inputmode=numeric]").all():
        field.fill("45")
    for field in form.locator("textarea:visible").all():
        field.fill("Мытьё, сушка, стрижка.")
    form.get_by_role("button", name="Save").click()
    expect(page.locator("h1")).to_have_text("Стрижка мальтипу")

    page.goto("/account/notices")
    expect(page.locator("main")).to_contain_text("Стрижка мальтипу", timeout=10_000)
    page.goto("/en/listings?q=мальтипу")
    expect(page.locator("main .kit-grid > li")).to_have_count(1)


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_every_public_page_stands_in_every_language(visitor: Visitor, viewport: dict[str, int], language: str) -> None:
    page = visitor(viewport=viewport)
    for path in ("/", "/listings", "/shops", "/sign-in", "/register", "/nothing-here"):
        page.goto(f"/{language}{path}".rstrip("/"))
        expect(page.locator("html")).to_have_attribute("lang", language)
        expect(page.locator("h1")).to_be_visible()
        no_sideways_scroll(page)


def test_a_listing_is_found_and_kept_without_a_mouse(signed_in: Visitor) -> None:
    page = signed_in("operator", viewport=PHONE)
    page.goto("/en/listings?q=Алтын")
    page.keyboard.press("Tab")
    expect(page.locator("a:focus")).to_have_text("Skip to content")
    heart = page.get_by_role("button", name=re.compile("^Save Altyn"))
    heart.focus()
    page.keyboard.press("Enter")
    expect(heart).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(page.get_by_role("button", name=re.compile("^Save Altyn"))).to_have_attribute("aria-pressed", "true")


def test_the_heart_works_without_scripts(demo: Demo, browser: object) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=demo.address, locale="en-GB")
    page = context.new_page()
    page.goto("/en/sign-in")
    page.locator("input[name=contact]").fill("admin@demo.kz")
    page.locator("input[name=password]").fill("demo-pass-2026")
    page.locator("main form button[type=submit]").click()
    page.goto("/en/listings?q=Арлан")
    page.get_by_role("button", name=re.compile("^Save Arlan")).click()
    expect(page.get_by_role("button", name=re.compile("^Save Arlan"))).to_have_attribute("aria-pressed", "true")
    context.close()
