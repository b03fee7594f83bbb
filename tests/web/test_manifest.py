"""The site as an app: what a browser is told, and what the worker may keep."""

from __future__ import annotations

import json
import re
from io import BytesIO

import httpx
import pytest
from PIL import Image

from marketplace_kit.app import create_app
from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.site import Site
from marketplace_kit.testing.clients import open_client
from marketplace_kit.testing.sites import Sites
from marketplace_kit.web.assets import Assets
from marketplace_kit.web.manifest import colours_of
from marketplace_kit.web.vendoring import VENDOR

pytestmark = pytest.mark.one_engine
STATIC = VENDOR.parent


async def test_a_page_leads_to_a_manifest_with_icons_that_are_what_they_say(probe: httpx.AsyncClient) -> None:
    page = (await probe.get("/-/api-docs")).text
    href = page.split('rel="manifest" href="')[1].split('"')[0]
    answer = await probe.get(href)
    assert answer.headers["content-type"] == "application/manifest+json"
    told = answer.json()
    assert (told["display"], told["start_url"], told["scope"]) == ("standalone", "/", "/")
    assert len(told["short_name"]) <= 12
    assert {icon["purpose"] for icon in told["icons"]} == {"any", "maskable"}
    for icon in told["icons"]:
        served = await probe.get(icon["src"])
        assert served.headers["content-type"] == "image/png"
        assert (
            f"{Image.open(BytesIO(served.content)).width}x{Image.open(BytesIO(served.content)).height}" == icon["sizes"]
        )
    assert (await probe.get("/-/app/icon-1.png")).status_code == 404
    assert (await probe.get("/-/app/icon-192.svg")).status_code == 404


async def test_a_maskable_icon_has_no_corners_to_lose(probe: httpx.AsyncClient) -> None:
    masked, plain = [
        Image.open(BytesIO((await probe.get(f"/-/app/{name}.png")).content))
        for name in ("icon-maskable-512", "icon-512")
    ]
    assert masked.getpixel((0, 0))[3] == 255
    assert plain.getpixel((0, 0))[3] == 0


async def test_the_window_has_the_brands_colours(probe: httpx.AsyncClient, probe_site: Site) -> None:
    told = (await probe.get("/-/manifest.webmanifest")).json()
    colours = colours_of(probe_site.facility(Assets))
    assert (told["theme_color"], told["background_color"]) == (colours.brand, colours.surface)
    assert re.fullmatch("#[0-9a-f]{6}", colours.brand)


async def test_the_worker_rules_the_whole_site_and_is_asked_for_anew(probe: httpx.AsyncClient) -> None:
    answer = await probe.get("/sw.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "no-cache"
    site = json.loads(answer.text.split("const SITE = ")[1].split(";\n")[0])
    for address in site["shell"]:
        assert (await probe.get(address)).headers["cache-control"].endswith("immutable"), address
    assert set(site["offline"]) == {"kk", "ru", "en"}
    assert "eval" not in answer.text
    assert "importScripts" not in answer.text


async def test_the_page_without_a_network_is_in_each_language_and_knows_nobody(
    probe: httpx.AsyncClient,
) -> None:
    texts = {}
    for language in ("kk", "ru", "en"):
        answer = await probe.get(f"/-/offline/{language}", headers={"Authorization": "Bearer aigerim"})
        assert f'<html lang="{language}"' in answer.text
        assert "Aigerim" not in answer.text
        texts[language] = answer.text.split("<h2>")[1].split("</h2>")[0]
    assert len(set(texts.values())) == 3
    assert (await probe.get("/-/offline/de")).status_code == 404


def test_the_worker_keeps_nothing_that_somebody_was_shown() -> None:
    """Every place that stores an answer: the shell, the offline pages (asked for without cookies), the language's name,
    and files whose answer says that they never change.
    """
    source = (STATIC / "worker.js").read_text()
    stores = re.findall(r"\.(?:put|add|addAll)\(([^;]*)\)", source)
    assert [s.split(",")[0].strip("() ") for s in stores] == ["SITE.shell", "path", "LANGUAGE", "request.url"]
    assert 'credentials: "omit"' in source
    assert 'includes("immutable")' in source


async def test_switched_off_the_app_takes_itself_away(sites: Sites, clock: SetClock) -> None:
    async with (
        sites.open(environ={"MK_PLUGINS": ""}, clock=clock, overrides={"web.app": False}) as site,
        open_client(create_app(site), site) as client,
    ):
        page = (await client.get("/sign-in")).text
        assert 'data-app="off"' in page
        assert "webmanifest" not in page
        assert (await client.get("/-/manifest.webmanifest")).status_code == 404
        script = (await client.get("/sw.js")).text
        assert "unregister" in script
        assert "fetch" not in script
