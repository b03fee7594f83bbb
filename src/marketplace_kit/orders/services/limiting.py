"""How often orders may be begun: what is kept for one is taken from others."""

from __future__ import annotations

from datetime import timedelta

from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.web.limits import limit

MOST, PER = 120, timedelta(minutes=10)


async def slow_down(site: Site, by: Actor, address: str) -> None:
    """Count one begun order of a person, or of a stranger's network address. Refuses ``TooMany``."""
    await limit(site, "orders.begin", str(by.person_id or address), most=MOST, per=PER)
