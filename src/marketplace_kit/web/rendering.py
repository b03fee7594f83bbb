"""Answering with a page: one Jinja environment for the core and all plugins, and what every template may use."""

from __future__ import annotations

import base64
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import attrs
import jinja2
import msgspec
from litestar import MediaType
from litestar.connection import Request
from litestar.response import Response
from markupsafe import Markup, escape

from marketplace_kit import __version__
from marketplace_kit.kernel.errors import filled
from marketplace_kit.kernel.hooks import NavItem
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import Texts
from marketplace_kit.kernel.translated import spoken
from marketplace_kit.web import csrf, formats, htmx
from marketplace_kit.web.assets import Assets
from marketplace_kit.web.brand import mark_in_force, url_of
from marketplace_kit.web.compiled import Compiled
from marketplace_kit.web.context import Visit, locale, visit_of
from marketplace_kit.web.identity import is_secure, is_signed, sign
from marketplace_kit.web.looking_in import shown_context
from marketplace_kit.web.pieces import Pieces, Views
from marketplace_kit.web.routing import in_development
from marketplace_kit.web.uploads import WebSettings

LANGUAGES = (("kk", "Қазақша"), ("ru", "Русский"), ("en", "English"))
FLASH = "mk_flash"
_LANGUAGE: dict[str, Any] = {
    "undefined": jinja2.StrictUndefined,
    "trim_blocks": True,
    "lstrip_blocks": True,
    "extensions": ["jinja2.ext.i18n"],
}
"""What templates are written in: another one makes other code of the same source."""
COMPILED = Compiled(f"{__version__} {jinja2.__version__} {_LANGUAGE}")
HERE = Path(__file__).parent


@attrs.frozen(kw_only=True)
class Frame:
    """What is the same around many pages: the menus by slot, in one language. It is kept, so it names nobody."""

    locale: str
    nav: Mapping[str, list[NavItem]]
    languages: tuple[tuple[str, str], ...] = LANGUAGES
    drawn: dict[Any, Any] = attrs.field(factory=dict, eq=False, repr=False)

    def current(self, path: str) -> str:
        """The address of a page if a menu leads there."""
        return path if any(item.href == path for items in self.nav.values() for item in items) else ""


def _framed(items: Iterable[NavItem], language: str, texts: Texts) -> Frame:
    nav: dict[str, list[NavItem]] = defaultdict(list)
    for item in items:
        nav[item.slot].append(attrs.evolve(item, text=texts.gettext(language, item.text)))
    return Frame(locale=language, nav=nav)


class Renderer:
    """Templates are found in the first of ``folders`` that has them: the site's own, then plugins', then the core's."""

    def __init__(self, site: Site, folders: Iterable[Path], assets: Assets) -> None:
        self.site, self.assets = site, assets
        self.environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader([str(f) for f in folders]),
            autoescape=True,
            cache_size=-1,
            auto_reload=False,
            bytecode_cache=COMPILED,
            **_LANGUAGE,
        )
        self.pieces = Pieces(self.environment)
        self._worked_on = site.settings.of(SiteSettings).mode == "development"
        self._frames: Views[None, Frame] = Views(300)
        self.environment.globals.update(self._globals())
        self.environment.filters.update(money=_money, when=self._when, day=lambda d: formats.day(d, locale.get()))
        self.environment.filters.update(words=_words, in_language=_in_language)
        self.environment.filters["shop_clock"] = self._shop_clock
        self.environment.filters["shop_span"] = self._shop_span

    def _globals(self) -> dict[str, Any]:
        return {
            "_": self._translate,
            "gettext": self._translate,
            "ngettext": self._translate_number,
            "asset": self.assets.url,
            "kept_piece": self.pieces.draw,
            "kept_pieces": self.pieces.draw_all,
        }

    def _site(self) -> dict[str, Any]:
        """What an admin may change at any moment."""
        settings, mark = self.site.settings.of(SiteSettings), mark_in_force(self.site)
        return {
            "site_name": settings.name,
            "demo": settings.mode == "demo",
            "app": self.site.settings.of(WebSettings).app,
            "brand_sheet": url_of(mark) if mark else "",
        }

    def _translate(self, text: str, **facts: Any) -> str:
        found = self.site.texts.gettext(locale.get(), text)
        return _placed(found, facts)

    def _translate_number(self, singular: str, plural: str, number: int, **facts: Any) -> str:
        found = self.site.texts.ngettext(locale.get(), singular, plural, number)
        return _placed(found, {"num": number, **facts})

    def _when(self, at: Any) -> Markup:
        return formats.when(at, locale.get(), self.site.settings.of(SiteSettings).timezone, self.site.clock.now())

    def _shop_clock(self, at: Any, zone: str) -> str:
        return formats.clock(at, zone, locale.get(), self.site.clock.now())

    def _shop_span(self, starts: Any, ends: Any, zone: str) -> str:
        return formats.span(starts, ends, zone, locale.get(), self.site.clock.now())

    def refresh(self) -> None:
        """For who works on templates: once one of them was changed, all are read anew, and nothing that was drawn is
        used again - one template is in many, by import and by what was kept of it.
        """
        kept = self.environment.cache
        if self._worked_on and kept is not None and not all(t.is_up_to_date for t in kept.values()):
            kept.clear()
            self.pieces.forget()

    def frame(self, items: list[NavItem], language: str) -> Frame:
        """What stands around the pages of everybody who has these links, in this language."""
        return self._frames.of((language, *items), None, lambda: _framed(items, language, self.site.texts))

    def render(self, template: str, context: Mapping[str, Any]) -> str:
        return self.environment.get_template(template).render(self._site() | dict(context))


def _placed(text: str, facts: Mapping[str, Any]) -> str:
    if not facts:
        return text
    return text % facts if "%(" in text else filled(text, facts)


def _money(amount: Any) -> str:
    if isinstance(amount, Mapping):
        amount = Money(amount["amount"], amount["currency"])
    return formats.money(amount)


def _words(texts: Mapping[str, str]) -> Markup:
    """A text that is there in several languages, in the reader's or the nearest one, which is then named (WCAG
    3.1.2).
    """
    return _in_language(*spoken(texts, locale.get()))


def _in_language(text: str, language: str) -> Markup:
    """A text that is in this language, for a reader of perhaps another one."""
    if not text or not language or language == locale.get():
        return escape(text)
    return Markup('<span lang="{}">{}</span>').format(language, text)


async def page(
    request: Request[Any, Any, Any], template: str, *, status: int = 200, page_title: str = "", **context: Any
) -> Response[str]:
    """The page ``template`` with what every page has around it. ``page_title`` is an English message id. To staff, in
    development, ``?_context=1`` shows what the template is given instead.
    """
    visit = visit_of(request)
    if request.query_params.get("_context") == "1" and in_development(visit.site) and "admin" in visit.actor.roles:
        given = {"page_title": page_title, "status": status, **context}
        return Response(_told(template, given), media_type=MediaType.JSON)
    return render_page(visit, template, status=status, page_title=page_title, **context)


def _told(template: str, context: Mapping[str, Any]) -> str:
    return msgspec.json.encode({"template": template, "context": shown_context(context)}).decode()


def render_page(
    visit: Visit, template: str, *, status: int = 200, page_title: str = "", **context: Any
) -> Response[str]:
    renderer = visit.site.facility(Renderer)
    renderer.refresh()
    token = locale.set(visit.locale)
    try:
        body = renderer.render(template, _surroundings(visit, renderer, page_title) | {"status": status} | context)
    finally:
        locale.reset(token)
    headers = {"Retry-After": str(visit.retry_after)} if status == 429 and visit.retry_after else {}
    return Response(body, status_code=status, media_type=MediaType.HTML, headers=headers)


def _surroundings(visit: Visit, renderer: Renderer, page_title: str) -> dict[str, Any]:
    site, texts = visit.site, visit.site.texts
    frame = renderer.frame(site.hooks.nav_items(visit.actor), visit.locale)

    def panels(slot: str, **snapshot: Any) -> list[Markup]:
        """What active plugins add at a named slot of the page."""
        shown = []
        for _, panel in site.hooks.panels(slot, {"actor": visit.actor, **snapshot}):
            shown.append(Markup(renderer.render(panel.template, surroundings | dict(panel.context))))  # noqa: S704 - a template's output
        return shown

    surroundings: dict[str, Any] = {
        "actor": visit.actor,
        "csrf_token": csrf.token_for(visit),
        "locale": visit.locale,
        "locales": [(code, name, f"/{code}{visit.public_path}") for code, name in LANGUAGES],
        "messages": [(tone, texts.gettext(visit.locale, text)) for tone, text in visit.flashed],
        "frame": frame,
        "nav": frame.nav,
        "page_title": texts.gettext(visit.locale, page_title),
        "panels": panels,
        "public_path": visit.public_path,
        "search_path": "/listings",
    }
    return surroundings


def see_other(request: Request[Any, Any, Any], path: str, message: str = "", *, tone: str = "good") -> Response[Any]:
    """After a done act: go and see (POST, redirect, GET). ``message`` (an English message id) is shown on the next
    page.
    """
    target = path if is_local(path) else "/"
    response: Response[Any]
    if htmx.is_partial(request):
        response = Response(b"", status_code=200, headers={"HX-Redirect": target})
    else:
        response = Response(b"", status_code=303, headers={"Location": target})
    if message:
        set_flash(visit_of(request), [(tone, message)])
    return response


def is_local(path: str) -> bool:
    """Whether a path stays on this site: begins with one slash, holds no backslash, control character or scheme."""
    return (
        path.startswith("/")
        and not path.startswith("//")
        and "\\" not in path
        and path.isprintable()
        and "://" not in path.split("?")[0]
    )


def set_flash(visit: Visit, messages: list[tuple[str, str]]) -> None:
    payload = base64.urlsafe_b64encode(msgspec.json.encode(messages)).decode()
    value = quote(f"{payload}.{sign(visit.site, 'flash', payload)}")
    secure = "; Secure" if is_secure(visit.site) else ""
    visit.cookies.append(f"{FLASH}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=60{secure}")


def read_flash(site: Site, cookie: str) -> list[tuple[str, str]]:
    """The messages of a flash cookie; nothing of one that we did not sign."""
    payload, _, signature = cookie.rpartition(".")
    if not is_signed(site, "flash", payload, signature):
        return []
    return msgspec.json.decode(base64.urlsafe_b64decode(payload), type=list[tuple[str, str]])
