"""Every screen that the menus lead to: no violation, no sideways scroll, nothing foreign, nothing against the policy.

Screens that are added to a menu are walked by themselves. Each is seen in one of the six combinations of light and dark
with the three languages, in turn; every other one on a phone.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle, product

import pytest
from playwright.sync_api import Page

from marketplace_kit.testing.accessible import scrolls_sideways, violations
from tests.browser.conftest import DESK, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.one_engine]
Visitor = Callable[..., Page]
MENUS = ".kit-header a[href^='/'], .kit-with-nav nav a[href^='/'], .kit-footer a[href^='/']"
# The first thing of a list leads to one such thing: a detail page, a form.
INSIDE = "main .kit-card a[href^='/'], main .kit-table th a[href^='/'], main .kit-page > .kit-heading a.btn[href^='/']"
AREAS = {"": "/", "customer": "/account", "vendor": "/sell", "admin": "/admin"}
LANGUAGES = ("kk", "ru", "en")


def links(page: Page, selector: str) -> list[str]:
    """Where these links lead on this site, without language and query."""
    found = page.eval_on_selector_all(selector, "links => links.map(a => a.pathname)")
    plain = [path[3:] if path[1:3] in LANGUAGES and path[3:4] in ("", "/") else path for path in found]
    return list(dict.fromkeys(p or "/" for p in plain if not p.startswith(("/-/", "/api/", "/media/"))))


def screens_of(page: Page, area: str) -> list[str]:
    """What the menus offer to this person, and one thing of each kind that is listed there."""
    page.goto(f"/en{area}".rstrip("/") or "/en")
    found = [area, *links(page, MENUS)]
    return list(dict.fromkeys(path for path in found if not path.endswith(".csv")))


@pytest.mark.parametrize("who", AREAS, ids=lambda who: who or "stranger")
def test_every_screen_can_be_used_by_everybody(signed_in: Visitor, visitor: Visitor, who: str) -> None:
    page = signed_in(who) if who else visitor()
    looks = cycle(product(LANGUAGES, ("light", "dark")))
    waiting, seen, faults = screens_of(page, AREAS[who]), set[str](), list[str]()
    if who:  # what strangers see was walked by the stranger
        waiting = [path for path in waiting if path.startswith(("/account", "/sell", "/admin"))]
    while waiting:
        path = waiting.pop(0)
        if path in seen or len(seen) > 40:
            continue
        seen.add(path)
        language, scheme = next(looks)
        page.set_viewport_size(PHONE if len(seen) % 2 else DESK)
        page.emulate_media(color_scheme=scheme)
        answer = page.goto(f"/{language}{path}".rstrip("/"))
        where = f"{path} ({language}, {scheme})"
        if answer is None or answer.status != 200:
            faults.append(f"{where}: status {answer and answer.status}")
            continue
        faults += [f"{where}: {one}" for one in violations(page)]
        page.set_viewport_size(PHONE)
        if scrolls_sideways(page):
            faults.append(f"{where}: scrolls sideways on a phone")
        waiting += links(page, INSIDE)[:1]
    assert not faults, f"{len(faults)} of {len(seen)} screens:\n" + "\n".join(faults)
