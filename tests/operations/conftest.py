"""What the tests of the operations room share."""

from __future__ import annotations

import httpx
import pytest

from marketplace_kit.kernel.activation import Activation
from marketplace_kit.kernel.site import Site
from marketplace_kit.testing.builders import Builders


@pytest.fixture
async def admin(build: Builders) -> httpx.AsyncClient:
    """The browser of somebody who runs the site."""
    return await with_token(await build.as_person(await build.person("Aruzhan", "admin")))


@pytest.fixture
async def customer(build: Builders) -> httpx.AsyncClient:
    return await with_token(await build.as_role("customer"))


async def with_token(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """What the pages' script does: the page's own token goes with every request."""
    shown = (await client.get("/-/api-docs")).text
    client.headers["X-CSRF-Token"] = shown.split('X-CSRF-Token": "')[1].split('"')[0]
    return client


async def post(client: httpx.AsyncClient, path: str, **form: str) -> httpx.Response:
    """What the button does: the page's own token goes with it."""
    shown = (await client.get("/admin/plugins/grooming")).text
    token = shown.split('name="csrf_token" value="')[1].split('"')[0]
    return await client.post(path, data={"csrf_token": token, **form})


async def settled(site: Site) -> None:
    """Which plugins take part was looked at just now, so that no counted request looks again."""
    await site.facility(Activation).refresh(site, at_most_every=0)
