"""Rate limits are shared by all who ask at once, and open again."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.site import Site
from marketplace_kit.web.limits import TooMany, limit

PER = timedelta(minutes=5)


async def tries(site: Site, key: str, count: int) -> int:
    """How many of so many tries at once were let through."""

    async def one() -> bool:
        try:
            await limit(site, "sign_in", key, most=10, per=PER)
        except TooMany:
            return False
        return True

    return sum(await asyncio.gather(*(one() for _ in range(count))))


async def test_of_fifty_tries_at_once_just_ten_pass(probe_site: Site) -> None:
    assert await tries(probe_site, "aigerim", 50) == 10


async def test_one_person_s_limit_is_not_another_s(probe_site: Site) -> None:
    await tries(probe_site, "aigerim", 20)
    assert await tries(probe_site, "timur", 5) == 5


async def test_it_opens_again_when_the_window_ends(probe_site: Site, clock: SetClock) -> None:
    await tries(probe_site, "aigerim", 20)
    with pytest.raises(TooMany) as refused:
        await limit(probe_site, "sign_in", "aigerim", most=10, per=PER)
    clock.advance(timedelta(seconds=refused.value.facts["retry_after"]))
    assert await tries(probe_site, "aigerim", 20) == 10
