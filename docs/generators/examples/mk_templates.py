import tempfile
from collections.abc import Sequence
from pathlib import Path

from litestar import get
from litestar.response import Response
from typing_extensions import override

from marketplace_kit.kernel.hooks import Plugin, PluginInfo, Routes, Templates, hookimpl
from marketplace_kit.testing.trial import trial
from marketplace_kit.web.context import WebRequest
from marketplace_kit.web.rendering import page
from marketplace_kit.web.routing import PUBLIC, route

here = Path(tempfile.mkdtemp())  # in a plugin: Path(__file__).parent
(here / "templates" / "vet").mkdir(parents=True)
(here / "templates" / "vet" / "hours.html").write_text(
    '{% extends "layout.html" %}{% block content %}<h1>{{ page_title }}</h1>{{ hours }}{% endblock %}'
)
(here / "locale").mkdir()
(here / "locale" / "kk.po").write_text('msgid ""\nmsgstr ""\n\nmsgid "Opening hours"\nmsgstr "Жұмыс уақыты"\n')


@get("/vet/hours", **route(PUBLIC))
async def hours(request: WebRequest) -> Response[str]:
    return await page(request, "vet/hours.html", page_title="Opening hours", hours="9-18")


class Vet(Plugin):
    info = PluginInfo(name="vet", version="1.0", label="Vet", summary="Visits to a vet.")

    @hookimpl
    @override
    def mk_templates(self) -> Sequence[Templates]:
        return (Templates(folder=here / "templates", locale=here / "locale"),)

    @hookimpl
    @override
    def mk_routes(self) -> Sequence[Routes]:
        return (Routes(handlers=(hours,)),)


with trial(Vet()) as site:
    assert "<h1>Жұмыс уақыты</h1>" in site.get("/kk/vet/hours").text
