"""Whether a page can be used by everybody: axe-core on a page that a browser shows::

    page.goto("/admin")
    assert_accessible(page)

axe finds a minority of problems; the others need a person with a screen reader and a keyboard.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # playwright is there only where browsers are driven
    from playwright.sync_api import Page

AXE = Path(__file__).parent / "axe" / "axe.min.js"
"""axe-core 4.14.1, as published (Mozilla Public License 2.0)."""
STANDARD = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
"""WCAG 2.2, levels A and AA, and what axe counts as good practice."""
_RUN = """([tags, without]) => axe.run(document, {
  runOnly: {type: 'tag', values: tags}, resultTypes: ['violations'],
  rules: Object.fromEntries(without.map(rule => [rule, {enabled: false}])),
}).then(found => found.violations.map(v => ({
  rule: v.id, help: v.help, where: v.nodes.slice(0, 3).map(n =>
    n.target.join(' ') + '  ' + n.html.slice(0, 200) + '\\n    ' + n.any.concat(n.all).map(c => c.message).join('; ')),
})))"""


@cache
def _axe() -> str:
    return AXE.read_text(encoding="utf-8")


def violations(page: Page, *, without: Collection[str] = ()) -> list[str]:
    """What axe finds on the page as it is now, one text each. ``without`` names rules to leave out."""
    page.evaluate(_axe())
    found: list[dict[str, Any]] = page.evaluate(_RUN, [list(STANDARD), list(without)])
    return [f"{one['rule']}: {one['help']}\n    " + "\n    ".join(one["where"]) for one in found]


def scrolls_sideways(page: Page) -> bool:
    """Whether the page is wider than the window (WCAG 1.4.10)."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def assert_accessible(page: Page, *, without: Collection[str] = ()) -> None:
    """No violation of WCAG 2.2 AA that a program can find, and no sideways scrolling."""
    found = violations(page, without=without)
    if scrolls_sideways(page):
        found.append("the page scrolls sideways")
    assert not found, f"{page.url}:\n" + "\n".join(found)
