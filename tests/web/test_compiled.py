"""Compiling templates."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import jinja2
import pytest

from marketplace_kit.web.compiled import Compiled

pytestmark = pytest.mark.one_engine


class Counting(jinja2.Environment):
    compiled: ClassVar[list[str]] = []

    def compile(self, source: Any, *given: Any, **more: Any) -> Any:
        self.compiled.append(source)
        return super().compile(source, *given, **more)


def test_a_template_is_compiled_once_for_all_sites_of_a_process_and_anew_when_it_was_changed(tmp_path: Path) -> None:
    page, kept = tmp_path / "page.html", Compiled()

    def shown_by(site: str) -> str:
        environment = Counting(loader=jinja2.FileSystemLoader(tmp_path), bytecode_cache=kept)
        environment.globals["site"] = lambda: site
        return environment.get_template("page.html").render()

    page.write_text("Here is {{ site() }}.")
    assert [shown_by("Atyrau"), shown_by("Aktau")] == ["Here is Atyrau.", "Here is Aktau."]
    page.write_text("This is {{ site() }}.")
    assert shown_by("Atyrau") == "This is Atyrau."
    assert Counting.compiled == ["Here is {{ site() }}.", "This is {{ site() }}."]
