"""Pieces of pages: drawn once for a thing, and without anything of who reads them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import attrs
import jinja2
import pytest

from marketplace_kit.web.pieces import Pieces, Views

pytestmark = pytest.mark.one_engine

HOSTILE = """"><script>alert(1)</script>'"""


@attrs.define
class Lamp:
    title: str
    drawn: dict[Any, Any] = attrs.field(factory=dict, eq=False)


def pieces(**templates: str) -> tuple[Pieces, jinja2.Environment]:
    loader = jinja2.DictLoader({f"{name}.html": text for name, text in templates.items()})
    environment = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined)
    return Pieces(environment), environment


CARD = "{% macro piece(lamp, level=2, token='', back='') %}<h{{ level }}>{{ lamp.title }}</h{{ level }}>\
<i value=\"{{ token }}\">{% if back %}<b>{{ back }}</b>{% endif %}{% endmacro %}"


def test_what_belongs_to_the_reader_is_put_in_each_time_and_kept_never() -> None:
    drawing, _ = pieces(card=CARD)
    lamp = Lamp("A lamp")
    mine = drawing.draw("card.html", lamp, 3, token="mine", back="/a")
    theirs = drawing.draw("card.html", lamp, 3, token="theirs", back="")
    assert mine == '<h3>A lamp</h3><i value="mine"><b>/a</b>'
    assert theirs == '<h3>A lamp</h3><i value="theirs">'
    assert drawing.draw("card.html", lamp, 3, token=HOSTILE, back=HOSTILE).count("&lt;script&gt;") == 2
    assert "mine" not in repr(lamp.drawn)
    assert "theirs" not in repr(lamp.drawn)


def test_a_text_cannot_pass_for_the_place_of_somebodys_token() -> None:
    drawing, _ = pieces(card=CARD)
    known = Pieces(jinja2.Environment())  # noqa: S701 - draws nothing
    forged = Lamp(f"own-x-token; {known._mark}token;")
    assert "secret" not in str(drawing.draw("card.html", forged, token="secret")).split("<i")[0]


def test_a_piece_cannot_know_the_page_around_it() -> None:
    nosy = "{% macro piece(lamp) %}{{ actor.name }}{% endmacro %}"
    drawing, environment = pieces(nosy=nosy, page="{{ kept_piece('nosy.html', lamp) }}")
    environment.globals["kept_piece"] = drawing.draw
    with pytest.raises(jinja2.UndefinedError, match="actor"):
        environment.get_template("page.html").render(lamp=Lamp("x"), actor=Lamp("Aigerim"))


def test_a_piece_is_drawn_once_for_a_thing_and_again_once_its_template_has_changed(tmp_path: Path) -> None:
    card = tmp_path / "card.html"
    card.write_text(CARD)
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(tmp_path), autoescape=True)
    drawing, lamp = Pieces(environment), Lamp("A lamp")
    drawing.draw("card.html", lamp)
    lamp.title = "Not drawn"
    assert "A lamp" in drawing.draw("card.html", lamp)
    card.write_text("{% macro piece(lamp) %}new{% endmacro %}")
    os.utime(card, (1, 1))
    assert not all(template.is_up_to_date for template in environment.cache.values())
    environment.cache.clear()
    drawing.forget()
    assert drawing.draw("card.html", lamp) == "new"


def test_a_view_lasts_as_long_as_its_thing_is_the_same_and_the_oldest_go_first() -> None:
    views: Views[Any, Any] = Views(2)
    first = views.of("a", {"price": 1}, object)
    assert views.of("a", {"price": 1}, object) is first
    assert views.of("a", {"price": 2}, object) is not first
    b = views.of("b", 1, object)
    views.of("c", 1, object)
    assert views.of("b", 1, object) is b
    assert len(views._kept) == 2
