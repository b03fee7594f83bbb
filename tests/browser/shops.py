"""Shops of the demo that its vendor works for."""

from __future__ import annotations

from playwright.sync_api import Page


def is_open_with_hours(page: Page, shop: str) -> bool:
    """One that waits for its approval has hours as well, but publishes nothing yet."""
    known = page.request.get(f"/api/shops/{shop}").json()
    hours = page.request.get(f"/api/shops/{shop}/hours").json()
    return known["state"] == "open" and any(hours["week"].values())
