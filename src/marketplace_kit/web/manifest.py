"""The site as an app: its manifest, its icons, and the worker that keeps the shell and says when there is no network.

The worker keeps only what belongs to nobody: hashed files, pictures, and one page in each language that says "offline".
Pages of people are never stored. Switched off (``[web] app``), the worker that browsers fetch removes itself.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache
from io import BytesIO

import attrs
import msgspec
from litestar import get
from litestar.params import FromPath
from litestar.response import Response
from PIL import Image, ImageDraw

from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import LOCALES, N_
from marketplace_kit.web.assets import Assets
from marketplace_kit.web.brand import in_force, mark_in_force, url_of
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.identity import NOBODY
from marketplace_kit.web.rendering import HERE, render_page
from marketplace_kit.web.routing import PUBLIC, route
from marketplace_kit.web.uploads import WebSettings

ICONS = {"icon-192": (192, False), "icon-512": (512, False), "icon-maskable-512": (512, True)}
_SHELL = (
    "vendor/bootstrap/bootstrap.min.css",
    "kit.css",
    "screens.css",
    "brand-default.css",
    "kit.js",
    "vendor/htmx/htmx.min.js",
    "vendor/bootstrap-icons/icons.svg",
    "favicon.svg",
)
_TOKEN = re.compile(rb"--kit-(brand|surface):\s*(#[0-9a-fA-F]{6})\b")
_HOUR = "public, max-age=3600"


@attrs.frozen
class Colours:
    """What the frame of the app's window and its first screen are painted with."""

    brand: str = "#0b6b66"
    surface: str = "#ffffff"


def colours_of(assets: Assets) -> Colours:
    """The brand's tokens as the style sheets say them; a look's before the kit's."""
    found: dict[str, str] = {}
    sheets = [a for a in assets.by_url.values() if a.url.endswith(".css") and b"--kit-brand:" in a.content]
    for sheet in sorted(sheets, key=lambda a: "brand-default" in a.url):
        for name, value in _TOKEN.findall(sheet.content):
            found.setdefault(name.decode(), value.decode().lower())
    return Colours(**found)


async def colours_in_force(site: Site) -> Colours:
    """The tokens of the brand that an admin chose, else those of the style sheets."""
    sheet = await in_force(site)
    if sheet is None:
        return colours_of(site.facility(Assets))
    return Colours(brand=sheet.brand.brand.lower(), surface=sheet.brand.surface.lower())


@get("/-/manifest.webmanifest", **route(PUBLIC), include_in_schema=False)
async def manifest(site: Given[Site]) -> Response[bytes]:
    """What a browser needs to install the site."""
    if not site.settings.of(WebSettings).app:
        raise Missing
    settings, colours = site.settings.of(SiteSettings), await colours_in_force(site)
    described = {
        "id": "/",
        "name": settings.name,
        "short_name": settings.name[:12].strip(),
        "lang": settings.locale,
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "theme_color": colours.brand,
        "background_color": colours.surface,
        "icons": [
            {
                "src": f"/-/app/{name}.png",
                "sizes": f"{size}x{size}",
                "type": "image/png",
                "purpose": "maskable" if maskable else "any",
            }
            for name, (size, maskable) in ICONS.items()
        ],
    }
    return Response(
        msgspec.json.encode(described), media_type="application/manifest+json", headers={"Cache-Control": _HOUR}
    )


@get("/-/app/{name:str}", **route(PUBLIC), include_in_schema=False)
async def app_icon(site: Given[Site], name: FromPath[str]) -> Response[bytes]:
    """An icon in the brand's colour; 404 for any other name."""
    stem, _, suffix = name.partition(".")
    if suffix != "png" or stem not in ICONS:
        raise Missing
    brand = (await colours_in_force(site)).brand
    return Response(drawn(*ICONS[stem], brand), media_type="image/png", headers={"Cache-Control": _HOUR})


@cache
def drawn(size: int, maskable: bool, brand: str) -> bytes:
    """A shop's bag on the brand's colour. A maskable one fills its square and keeps to the middle."""
    big = size * 2
    image = Image.new("RGBA", (big, big), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((0, 0, big - 1, big - 1), 0 if maskable else big * 0.22, fill=brand)
    half = big * (0.24 if maskable else 0.3)
    x, y, line = big / 2, big * 0.54, round(half * 0.14)
    draw.arc(
        (x - half * 0.42, y - half * 1.15, x + half * 0.42, y - half * 0.2),
        180,
        360,
        fill="white",
        width=line,
    )
    draw.rounded_rectangle((x - half * 0.85, y - half * 0.68, x + half * 0.85, y + half), half * 0.16, fill="white")
    draw.arc(
        (x - half * 0.42, y - half * 0.55, x + half * 0.42, y + half * 0.35),
        0,
        180,
        fill=brand,
        width=line,
    )
    out = BytesIO()
    image.resize((size, size), Image.Resampling.LANCZOS).save(out, "PNG", optimize=True)
    return out.getvalue()


@get("/-/offline/{language:str}", **route(PUBLIC), include_in_schema=False)
async def offline_page(request: WebRequest, language: FromPath[str]) -> Response[str]:
    """The page for a device without a network, as nobody in particular sees it."""
    if language not in LOCALES:
        raise Missing
    visit = visit_of(request)
    neutral = attrs.evolve(visit, locale=language, actor=NOBODY, flashed=[], public_path="/")
    return render_page(neutral, "offline.html", page_title=N_("No connection"), nav_slot="")


@get("/sw.js", **route(PUBLIC), include_in_schema=False)
async def worker(site: Given[Site]) -> Response[bytes]:
    """The service worker; asked for anew at each navigation, so that a new version is there at the next."""
    assets = site.facility(Assets)
    if site.settings.of(WebSettings).app:
        shell = [assets.url(name) for name in _SHELL]
        if mark := mark_in_force(site):
            shell.append(url_of(mark))
        offline = {language: f"/-/offline/{language}" for language in LOCALES}
        source = (HERE / "static" / "worker.js").read_bytes()
        facts = msgspec.json.encode(
            {"shell": shell, "offline": offline, "language": site.settings.of(SiteSettings).locale}
        )
        version = hashlib.sha256(facts + source).hexdigest()[:12].encode()
        script = b'"use strict";\nconst VERSION = "' + version + b'";\nconst SITE = ' + facts + b";\n" + source
    else:
        script = (HERE / "static" / "worker-off.js").read_bytes()
    return Response(script, media_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})


handlers = (manifest, app_icon, offline_page, worker)
