"""Compiled templates are kept like compiled modules, and never taken for another template's or an older one's."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import jinja2
import pytest

from marketplace_kit.web.compiled import Compiled

pytestmark = pytest.mark.one_engine


class Counting(jinja2.Environment):
    """Knows which templates it had to compile."""

    def __init__(self, folder: Path, made_with: str = "one", *, kept: Compiled | None = None) -> None:
        cache = kept or Compiled(made_with)
        super().__init__(loader=jinja2.FileSystemLoader(str(folder)), autoescape=True, bytecode_cache=cache)
        self.compiled: list[str] = []

    def compile(self, source: Any, name: str | None = None, *args: Any, **kwargs: Any) -> Any:
        self.compiled.append(str(name))
        return super().compile(source, name, *args, **kwargs)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "kept"))
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "sign.html").write_text("{{ shop }} is open", encoding="utf-8")
    return tmp_path / "templates"


def drawn(environment: Counting) -> tuple[str, list[str]]:
    return environment.get_template("sign.html").render(shop="Caspian"), environment.compiled


def test_a_template_is_compiled_once_for_all_sites_of_a_process(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    kept = Compiled("one")
    assert drawn(Counting(folder, kept=kept)) == ("Caspian is open", ["sign.html"])
    assert drawn(Counting(folder, kept=kept)) == ("Caspian is open", [])
    (folder / "sign.html").write_text("{{ shop }} is closed", encoding="utf-8")
    assert drawn(Counting(folder, kept=kept)) == ("Caspian is closed", ["sign.html"])
    assert [p.name for p in folder.parent.iterdir()] == ["templates"]


def test_a_template_is_compiled_once_for_all_processes(folder: Path) -> None:
    assert drawn(Counting(folder)) == ("Caspian is open", ["sign.html"])
    assert drawn(Counting(folder)) == ("Caspian is open", [])
    assert [p.name for p in (folder.parent / "kept").rglob("*.*")] == [f"sign.html.{sys.implementation.cache_tag}.pyc"]


def test_a_changed_template_and_a_changed_language_are_compiled_anew(folder: Path) -> None:
    drawn(Counting(folder))
    assert drawn(Counting(folder, "two"))[1] == ["sign.html"]
    (folder / "sign.html").write_text("{{ shop }} is closed", encoding="utf-8")
    assert drawn(Counting(folder, "two")) == ("Caspian is closed", ["sign.html"])


def test_what_is_kept_and_cannot_be_read_is_made_again(folder: Path) -> None:
    drawn(Counting(folder))
    (kept,) = (folder.parent / "kept").rglob("*.pyc")
    for damage in (b"", b"nonsense", kept.read_bytes()[:40], kept.read_bytes()[:-9]):
        kept.write_bytes(damage)
        assert drawn(Counting(folder)) == ("Caspian is open", ["sign.html"])
        assert drawn(Counting(folder)) == ("Caspian is open", [])


def test_where_nothing_may_be_written_the_page_is_drawn_all_the_same(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder.parent / "kept").write_text("not a folder", encoding="utf-8")
    assert drawn(Counting(folder)) == ("Caspian is open", ["sign.html"])
    monkeypatch.setattr(sys, "pycache_prefix", None)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert drawn(Counting(folder)) == ("Caspian is open", ["sign.html"])
    assert [p.name for p in folder.iterdir()] == ["sign.html"]
