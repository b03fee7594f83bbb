"""What the builders make is what the site would make."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import sqlalchemy as sa

from marketplace_kit.kernel.site import Site
from marketplace_kit.testing.builders import Builders


async def test_somebody_with_a_role_is_signed_in_in_a_browser_of_their_own(
    as_role: Callable[..., Awaitable[httpx.AsyncClient]], build: Builders
) -> None:
    admin, stranger = await as_role("admin"), await build.stranger()
    assert (await admin.get("/account")).status_code == 200
    assert (await stranger.get("/account")).status_code in {303, 401}


async def test_a_shop_is_open_and_can_be_seen(build: Builders, site: Site) -> None:
    shop = await build.shop(name="Tazy and sons")
    async with site.database.reader.connect() as connection:
        named = await connection.execute(sa.text("SELECT name FROM shop WHERE name = 'Tazy and sons'"))
        assert named.scalars().all() == ["Tazy and sons"]
    assert "Tazy and sons" in (await (await build.stranger()).get("/shops")).text
    assert shop


async def test_people_who_are_not_named_are_all_different(build: Builders) -> None:
    assert len({await build.person() for _ in range(3)}) == 3
