"""The front door: languages, headers, cookies, switched-off plugins, pages resolved before the router."""

from __future__ import annotations

import httpx
import pytest
from litestar import get, route

from marketplace_kit.app import NotForProduction, create_app
from marketplace_kit.kernel.activation import Activation, disable, enable
from marketplace_kit.kernel.hooks import Plugin, PluginInfo, Routes, hookimpl
from marketplace_kit.kernel.site import Site
from marketplace_kit.testing.clients import open_client
from marketplace_kit.testing.sites import Sites
from marketplace_kit.web.rendering import is_local, read_flash
from marketplace_kit.web.routing import PUBLIC, RouteWithoutPermission
from marketplace_kit.web.routing import route as declared
from tests.web.probe import Probe

pytestmark = pytest.mark.one_engine


@pytest.mark.parametrize(
    "path", ["/probe/form", "/api/probe/broken", "/nothing", "/api/nothing", "/health/live", "/static/none.css"]
)
async def test_every_answer_carries_the_security_headers(probe: httpx.AsyncClient, path: str) -> None:
    headers = (await probe.get(path)).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert len(headers["x-request-id"]) == 32


@pytest.mark.parametrize("path", ["/probe/form", "/probe/mine", "/nothing", "/api/nothing", "/health/live"])
async def test_probes_and_link_checkers_get_the_headers_alone(probe: httpx.AsyncClient, path: str) -> None:
    full, head = await probe.get(path), await probe.head(path)
    assert (head.status_code, head.content) == (full.status_code, b"")
    differing = {"x-request-id", "set-cookie"}
    assert {n for n in full.headers if n not in differing} == {n for n in head.headers if n not in differing}
    assert head.headers["content-type"] == full.headers["content-type"]


async def test_a_signed_in_person_s_page_is_kept_by_no_cache(probe: httpx.AsyncClient) -> None:
    probe.cookies.set("mk_session", "good-cookie")
    assert (await probe.get("/probe/form")).headers["cache-control"] == "private, no-store"


async def test_a_stranger_is_led_to_the_sign_in_and_back(probe: httpx.AsyncClient) -> None:
    answer = await probe.get("/probe/mine")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/probe/mine")


async def test_a_fragment_never_gets_a_sign_in_form(probe: httpx.AsyncClient) -> None:
    answer = await probe.get("/probe/mine", headers={"hx-request": "true"})
    assert (answer.status_code, answer.text) == (401, "")
    assert answer.headers["hx-redirect"].startswith("/sign-in")


@pytest.mark.parametrize(
    ("path", "accept", "language"),
    [
        ("/kk/probe/form", "", "kk"),
        ("/ru/probe/form", "en", "ru"),
        ("/probe/form", "en-GB,en;q=0.9", "en"),
        ("/probe/form", "kk;q=0.5, ru;q=0.9", "ru"),
        ("/probe/form", "de", "ru"),
        ("/probe/form", ";;q=x,," + "a" * 9_000, "ru"),
    ],
)
async def test_the_language_comes_from_the_path_then_the_browser_then_the_site(
    probe: httpx.AsyncClient, path: str, accept: str, language: str
) -> None:
    answer = await probe.get(path, headers={"accept-language": accept})
    assert answer.headers["content-language"] == language
    assert f'<html lang="{language}"' in answer.text


async def test_a_chosen_language_stays(probe: httpx.AsyncClient) -> None:
    await probe.get("/kk/probe/form")
    assert (await probe.get("/probe/form", headers={"accept-language": "en"})).headers["content-language"] == "kk"


@pytest.mark.parametrize(
    ("asked", "sent_to"),
    [
        ("/probe/form/", "/probe/form"),
        ("/kk/probe/form/", "/kk/probe/form"),
        ("/probe/form/?a=1", "/probe/form?a=1"),
        ("//evil.example/", "/evil.example"),
    ],
)
async def test_a_trailing_slash_is_taken_off_and_never_leads_away(
    probe: httpx.AsyncClient, asked: str, sent_to: str
) -> None:
    answer = await probe.get(httpx.URL("http://127.0.0.1:8000").copy_with(raw_path=asked.encode()))
    assert (answer.status_code, answer.headers["location"]) == (308, sent_to)


@pytest.mark.parametrize("path", ["/-/page/home", "/-/mount/1/x", "/kk/api/openapi.json", "/ru/health/ready"])
async def test_internal_routes_and_prefixed_interfaces_are_not_there(probe: httpx.AsyncClient, path: str) -> None:
    assert (await probe.get(path)).status_code == 404


async def test_a_disabled_plugin_s_routes_are_not_there_and_its_links_are_gone(
    probe: httpx.AsyncClient, probe_site: Site
) -> None:
    activation = probe_site.facility(Activation)
    assert "/probe/form" in (await probe.get("/nothing")).text
    await probe_site.do(disable, "probe")
    await activation.refresh(probe_site, at_most_every=0)
    assert (await probe.get("/probe/form")).status_code == 404
    assert (await probe.post("/api/probe/bookings", json={"pet": "B", "weight": 1})).status_code == 404
    assert "/probe/form" not in (await probe.get("/nothing")).text
    await probe_site.do(enable, "probe")
    await activation.refresh(probe_site, at_most_every=0)
    assert (await probe.get("/probe/form")).status_code == 200


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/probe/form", "GET, OPTIONS, POST"),
        ("/api/probe/bookings", "OPTIONS, POST"),
        ("/api/probe/items/0197f3c0-0000-7000-8000-000000000000", "GET, OPTIONS"),
        ("/probe/mine", "GET, OPTIONS"),
    ],
)
async def test_a_path_tells_by_which_methods_it_is_asked(probe: httpx.AsyncClient, path: str, methods: str) -> None:
    answer = await probe.options(path)
    assert (answer.status_code, answer.content, answer.headers["allow"]) == (204, b"", methods)
    assert (await probe.options("/nothing")).status_code == 404


@route(["/afield", "/afield/again"], http_method=["GET", "OPTIONS"], **declared(PUBLIC))
async def afield() -> dict[str, str]:
    return {"allowed": "from anywhere"}


class Sharing(Plugin):
    info = PluginInfo(name="sharing", version="1", label="Sharing", summary="Answers OPTIONS by itself.")

    @hookimpl
    def mk_routes(self) -> tuple[Routes, ...]:
        return (Routes(handlers=(afield,)),)


async def test_a_plugin_may_answer_options_by_itself(sites: Sites) -> None:
    async with (
        sites.open(extra=[Sharing()], environ={"MK_PLUGINS": ""}) as site,
        open_client(create_app(site), site) as client,
    ):
        assert (await client.options("/afield/again")).json() == {"allowed": "from anywhere"}


@get("/bare")
async def bare() -> dict[str, str]:
    return {}


class Careless(Plugin):
    info = PluginInfo(name="careless", version="1", label="Careless", summary="Forgets a permission.")

    @hookimpl
    def mk_routes(self) -> tuple[Routes, ...]:
        return (Routes(handlers=(bare,)),)


async def test_a_route_without_a_permission_stops_the_boot(sites: Sites) -> None:
    async with sites.open(extra=[Careless()], environ={"MK_PLUGINS": ""}) as site:
        with pytest.raises(RouteWithoutPermission, match="/bare"):
            create_app(site)


async def test_a_public_site_with_the_secret_everybody_knows_does_not_start(sites: Sites) -> None:
    unsafe = {"site.mode": "production", "site.public_url": "http://shop.example"}
    async with sites.open(environ={"MK_PLUGINS": ""}, overrides=unsafe) as site:
        with pytest.raises(NotForProduction, match="https"):
            create_app(site)


async def test_cookies_of_a_public_site_are_bound_to_it(sites: Sites) -> None:
    public = {"site.mode": "production", "site.public_url": "https://shop.example"}
    async with (
        sites.open(extra=[Probe()], environ={"MK_PLUGINS": ""}, overrides=public) as site,
        open_client(create_app(site), site) as client,
    ):
        answer = await client.get("/probe/form")
        assert "max-age=31536000" in answer.headers["strict-transport-security"]
        for cookie in answer.headers.get_list("set-cookie"):
            assert "HttpOnly" in cookie
            assert "; Secure" in cookie
            assert "SameSite=Lax" in cookie


@pytest.mark.parametrize(
    "path", ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "", "/a\nb", "evil"]
)
def test_a_way_back_that_leads_away_is_no_way_back(path: str) -> None:
    assert not is_local(path)


@pytest.mark.parametrize("path", ["/", "/listings?q=a://b", "/shops/алия"])
def test_a_way_back_on_this_site_is_taken(path: str) -> None:
    assert is_local(path)


@pytest.mark.parametrize("cookie", ["", ".", "W10.", "W10.0000", "not-base64." + "0" * 64])
async def test_a_message_that_we_did_not_sign_is_not_shown(probe_site: Site, cookie: str) -> None:
    assert read_flash(probe_site, cookie) == []


async def test_static_files_are_kept_for_a_year_under_a_name_of_their_content(probe: httpx.AsyncClient) -> None:
    import re

    html = (await probe.get("/probe/form")).text
    paths = re.findall(r'(?:href|src)="(/static/[^"#]+)', html)
    assert len(paths) >= 4
    for path in paths:
        answer = await probe.get(path)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]


async def test_no_page_loads_from_another_host_or_holds_inline_script(probe: httpx.AsyncClient) -> None:
    import re

    for path in ("/probe/form", "/-/api-docs", "/nothing"):
        html = (await probe.get(path)).text
        assert not re.search(r'(?:src|href)="(?:https?:)?//', html)
        assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", html)
        assert " style=" not in html
        assert not re.search(r"\son\w+=", html)
