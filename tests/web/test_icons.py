"""Every icon that a page or a menu names is drawn."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.one_engine

HOUSE = Path(__file__).resolve().parents[2]
SPRITE = HOUSE / "src/marketplace_kit/web/static/vendor/bootstrap-icons/icons.svg"
NAMED = re.compile(r'icon(?:=|\(\s*)"([a-z0-9-]+)"')


def test_every_icon_that_is_named_is_there() -> None:
    drawn = set(re.findall(r'id="([a-z0-9-]+)"', SPRITE.read_text(encoding="utf-8")))
    files = [
        p for top in ("src", "plugins", "examples") for end in ("py", "html") for p in (HOUSE / top).rglob(f"*.{end}")
    ]
    named = {(name, path.name) for path in files for name in NAMED.findall(path.read_text(encoding="utf-8"))}
    assert len(named) > 50
    assert sorted((name, path) for name, path in named if name not in drawn) == []
