"""The brand of the site, changed by who runs it: on the page and by the API, seen by everybody."""

from __future__ import annotations

import re
from io import BytesIO

import httpx
from PIL import Image

from marketplace_kit.kernel.activation import Activation
from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.site import Site
from marketplace_kit.testing.builders import Builders
from marketplace_kit.testing.queries import assert_query_count
from marketplace_kit.web.brand import KEPT, forget_old
from tests.operations.conftest import post, settled

PLUM = {"brand": "#6b1f6b", "accent": "#b03a12", "surface": "#f8f5f8", "radius": "small", "font": "serif"}


def logo(width: int = 400, height: int = 100) -> bytes:
    out = BytesIO()
    Image.new("RGBA", (width, height), (120, 30, 120, 200)).save(out, "PNG", pnginfo=None)
    return out.getvalue()


async def sheet_of(page: httpx.Response) -> str:
    return next(iter(re.findall(r'href="(/static/brand-[0-9a-f]{16}\.css)"', page.text)), "")


async def test_a_saved_brand_is_worn_by_every_page_and_stands_after_the_looks(
    admin: httpx.AsyncClient, build: Builders
) -> None:
    stranger = await build.stranger()
    assert await sheet_of(await stranger.get("/")) == ""
    answer = await post(admin, "/admin/brand", **PLUM)
    assert answer.headers["location"] == "/admin/brand"
    page = await stranger.get("/")
    href = await sheet_of(page)
    assert "brand-default" not in page.text
    assert page.text.index(href) > page.text.index("screens")
    css = await stranger.get(href)
    assert css.status_code == 200
    assert css.headers["content-type"].startswith("text/css")
    assert "immutable" in css.headers["cache-control"]
    assert "--kit-brand: #6b1f6b" in css.text
    assert "--kit-radius: .5rem" in css.text
    assert (await stranger.get("/-/manifest.webmanifest")).json()["theme_color"] == "#6b1f6b"
    assert href in (await stranger.get("/sw.js")).text
    assert (await stranger.get("/static/brand-0123456789abcdef.css")).status_code == 404
    entry = (await admin.get("/api/admin/audit", params={"act": "web.save_brand"})).json()["items"][0]
    assert (entry["subject"], entry["actor_name"]) == ("site:brand", "Aruzhan")


async def test_a_colour_that_cannot_be_read_is_refused_at_its_field_and_what_was_typed_stays(
    admin: httpx.AsyncClient,
) -> None:
    refused = await post(admin, "/admin/brand", **PLUM | {"brand": "#ffd400", "surface_dark": "#fafafa"})
    assert refused.status_code == 422
    assert 'id="f-brand-error"' in refused.text
    assert 'id="f-surface_dark-error"' in refused.text
    assert 'value="#ffd400"' in refused.text
    told = (await admin.put("/api/admin/brand", json=PLUM | {"accent": "#ffff00"})).json()
    assert [(e["field"], e["code"]) for e in told["problems"]] == [("accent", "contrast_too_low")]
    assert (await admin.get("/api/admin/brand")).json()["chosen"] is False
    wrong = await post(admin, "/admin/brand", **PLUM | {"brand": "plum"})
    assert wrong.status_code == 422


async def test_a_logo_is_written_anew_stays_with_new_colours_and_can_go(
    admin: httpx.AsyncClient, build: Builders
) -> None:
    shown = (await admin.get("/admin/brand")).text
    token = shown.split('name="csrf_token" value="')[1].split('"')[0]
    sent = await admin.post(
        "/admin/brand/logo", data={"csrf_token": token}, files={"photos": ("logo.png", logo(), "image/png")}
    )
    assert sent.status_code == 303
    await admin.put("/api/admin/brand", json=PLUM)
    view = (await admin.get("/api/admin/brand")).json()
    assert view["tokens"]["brand"] == "#6b1f6b"
    picture = await (await build.stranger()).get(view["logo"])
    assert Image.open(BytesIO(picture.content)).format == "WEBP"
    assert view["logo"] in (await admin.get(view["stylesheet"])).text
    refused = await admin.post("/api/admin/brand/logo", files={"photos": ("logo.png", b"<svg onload=x>", "image/png")})
    assert refused.json()["code"] == "picture_type"
    assert (await admin.delete("/api/admin/brand/logo")).json()["logo"] is None
    assert (await admin.delete("/api/admin/brand")).json()["chosen"] is False


async def test_two_admins_do_not_overwrite_each_other_unseen(admin: httpx.AsyncClient) -> None:
    await post(admin, "/admin/brand", **PLUM)
    late = await post(admin, "/admin/brand", **PLUM | {"accent": "#7a1f00"}, mark="")
    assert late.headers["location"] == "/admin/brand"
    assert (await admin.get("/api/admin/brand")).json()["tokens"]["accent"] == PLUM["accent"]


async def test_only_who_runs_the_site_changes_its_brand(customer: httpx.AsyncClient) -> None:
    assert (await customer.put("/api/admin/brand", json=PLUM)).status_code == 403
    assert (await customer.get("/admin/brand")).status_code == 403


async def test_the_brand_costs_pages_no_question(admin: httpx.AsyncClient, build: Builders, site: Site) -> None:
    stranger = await build.stranger()
    await settled(site)
    with assert_query_count(site, at_most=20) as before:
        await stranger.get("/")
    await admin.put("/api/admin/brand", json=PLUM)
    await settled(site)
    with assert_query_count(site, at_most=len(before)):
        await stranger.get("/")


async def test_a_brand_laid_off_long_ago_is_forgotten_and_the_one_in_force_is_not(
    admin: httpx.AsyncClient, site: Site, clock: SetClock
) -> None:
    first = (await admin.put("/api/admin/brand", json=PLUM)).json()["stylesheet"]
    second = (await admin.put("/api/admin/brand", json=PLUM | {"radius": "none"})).json()["stylesheet"]
    clock.advance(KEPT * 2)
    await site.do(forget_old)
    site.facilities = {k: v for k, v in site.facilities.items() if k.__name__ != "Brands"}
    await site.facility(Activation).refresh(site, at_most_every=0)
    assert (await admin.get(first)).status_code == 404
    assert (await admin.get(second)).status_code == 200
