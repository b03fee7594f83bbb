"""Settings that an admin changes while the site runs."""

from __future__ import annotations

import httpx
import pytest

from marketplace_kit.kernel.activation import Activation
from marketplace_kit.kernel.choices import choose
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import Site
from marketplace_kit.shops.schemas import ShopSettings
from marketplace_kit.testing.builders import Builders
from tests.operations.conftest import post


async def row(admin: httpx.AsyncClient, name: str) -> dict[str, object]:
    found: dict[str, object] = next(r for r in (await admin.get("/api/admin/settings")).json() if r["name"] == name)
    return found


def version_in(page: str) -> str:
    return page.split('name="version" value="')[1].split('"')[0]


async def test_a_saved_name_stands_on_the_next_page_and_goes_back_to_the_deployments(
    admin: httpx.AsyncClient, build: Builders, site: Site
) -> None:
    before = site.settings.of(SiteSettings).name
    shown = (await admin.get("/admin/settings/site")).text
    assert "Time zone" not in shown.split("<form", 2)[-1].split("</form>")[0]
    answer = await post(
        admin, "/admin/settings/site", name="Bazaar of the steppe", locale="kk", version=version_in(shown)
    )
    assert answer.headers["location"] == "/admin/settings"
    assert "Bazaar of the steppe" in (await (await build.stranger()).get("/")).text
    assert (await row(admin, "site.name"))["origin"] == "admin"
    assert "saved here" in (await admin.get("/admin/settings")).text
    entry = (await admin.get("/api/admin/audit", params={"act": "operations.save_settings"})).json()["items"][0]
    assert entry["facts"] == {"name": "…", "locale": "kk"}
    await post(admin, "/admin/settings/site/name/reset")
    assert (await row(admin, "site.name"))["value"] == before
    assert (await row(admin, "site.name"))["origin"] != "admin"


async def test_what_is_the_same_as_the_deployments_is_not_stored(admin: httpx.AsyncClient, site: Site) -> None:
    shown = (await admin.get("/admin/settings/site")).text
    now = site.settings.of(SiteSettings)
    await post(admin, "/admin/settings/site", name=now.name, locale=now.locale, version=version_in(shown))
    assert (await row(admin, "site.name"))["origin"] != "admin"
    await admin.patch("/api/admin/settings/site", json={"name": "Else"})
    await admin.patch("/api/admin/settings/site", json={"name": None})
    assert site.settings.of(SiteSettings).name == now.name
    await admin.patch("/api/admin/settings/site", json={"name": "Else"})
    await post(
        admin,
        "/admin/settings/site",
        name="",
        locale=now.locale,
        version=version_in((await admin.get("/admin/settings/site")).text),
    )
    assert site.settings.of(SiteSettings).name == now.name


async def test_running_code_obeys_a_changed_setting(admin: httpx.AsyncClient, site: Site) -> None:
    approval = site.settings.of(ShopSettings).approval
    changed = await admin.patch("/api/admin/settings/shops", json={"approval": not approval})
    assert changed.status_code == 200
    assert site.settings.of(ShopSettings).approval is not approval
    back = await admin.delete("/api/admin/settings/shops/approval")
    assert {r["name"]: r["origin"] for r in back.json()}["shops.approval"] != "admin"
    assert site.settings.of(ShopSettings).approval is approval


@pytest.mark.parametrize(
    ("path", "sent", "status", "code"),
    [
        ("site", {"secret": "x" * 40}, 422, "not_runtime"),
        ("site", {"currency": None}, 422, "not_runtime"),
        ("site", {"nonsense": None}, 422, "unknown_field"),
        ("site", {"locale": "tlh"}, 422, "not_a_choice"),
        ("web", {"shop_megabytes": 0}, 422, "too_small"),
        ("database", {"url": "sqlite://"}, 404, "not_found"),
        ("nonsense", {}, 404, "not_found"),
    ],
)
async def test_what_cannot_be_changed_here_is_refused(
    admin: httpx.AsyncClient, path: str, sent: dict[str, object], status: int, code: str
) -> None:
    refused = await admin.patch(f"/api/admin/settings/{path}", json=sent)
    assert refused.status_code == status
    told = refused.json()
    assert code in (told["code"], *(e["code"] for e in told.get("problems", ())))


async def test_a_wrong_answer_is_shown_at_its_field_and_nothing_of_the_form_is_stored(
    admin: httpx.AsyncClient, site: Site
) -> None:
    shown = (await admin.get("/admin/settings/web")).text
    refused = await post(
        admin, "/admin/settings/web", shop_megabytes="lots", uploads_per_hour="7", version=version_in(shown)
    )
    assert refused.status_code == 422
    assert 'id="f-shop_megabytes-error"' in refused.text
    assert 'value="lots"' in refused.text
    assert (await row(admin, "web.uploads_per_hour"))["origin"] != "admin"


async def test_two_admins_do_not_overwrite_each_other_unseen(admin: httpx.AsyncClient, site: Site) -> None:
    seen = version_in((await admin.get("/admin/settings/site")).text)
    await admin.patch("/api/admin/settings/site", json={"name": "First"})
    late = await post(admin, "/admin/settings/site", name="Second", locale="ru", version=seen)
    assert late.headers["location"] == "/admin/settings/site"
    assert site.settings.of(SiteSettings).name == "First"


async def test_a_value_that_no_longer_fits_is_passed_over(admin: httpx.AsyncClient, site: Site) -> None:
    await site.do(choose, "web.shop_megabytes", "a great many")
    await site.do(choose, "gone.setting", 1)
    await site.do(choose, "site.name", "Still here")
    await site.facility(Activation).refresh(site, at_most_every=0)
    assert site.settings.of(SiteSettings).name == "Still here"
    assert (await row(admin, "web.shop_megabytes"))["value"] == "300"


async def test_customers_change_no_settings(customer: httpx.AsyncClient) -> None:
    assert (await customer.patch("/api/admin/settings/site", json={"name": "Mine"})).status_code == 403
    assert (await customer.get("/admin/settings/site")).status_code == 403
