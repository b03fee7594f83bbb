"""What we ship from others is what we locked, and the first page stays small."""

import gzip
import re
import shutil
from pathlib import Path

import attrs
import pytest

from marketplace_kit.web import vendoring

pytestmark = pytest.mark.one_engine

ROOT = Path(__file__).parents[2]
STATIC = vendoring.VENDOR.parent
LOCK = ROOT / "assets.lock"
FIRST_LOAD = (
    "vendor/bootstrap/bootstrap.min.css",
    "vendor/bootstrap/bootstrap.bundle.min.js",
    "vendor/htmx/htmx.min.js",
    "kit.css",
    "brand-default.css",
    "kit.js",
)


def packed(name: str) -> int:
    return len(gzip.compress((STATIC / name).read_bytes(), 9, mtime=0))


def test_every_vendored_file_is_as_locked() -> None:
    assert vendoring.verify(vendoring.read_lock(LOCK)) == ()


def test_a_changed_a_missing_and_an_unknown_file_are_told_apart(tmp_path: Path) -> None:
    shutil.copytree(vendoring.VENDOR, tmp_path, dirs_exist_ok=True)
    (tmp_path / "htmx/htmx.min.js").write_text("// changed")
    (tmp_path / "htmx/LICENSE").unlink()
    (tmp_path / "extra.js").write_text("")
    assert set(vendoring.verify(vendoring.read_lock(LOCK), tmp_path)) == {
        "htmx/htmx.min.js: hash differs from the lock",
        "htmx/LICENSE: missing",
        "extra.js: not in the lock",
    }


def test_writing_the_lock_again_changes_nothing(tmp_path: Path) -> None:
    vendoring.write_lock(vendoring.read_lock(LOCK), tmp_path / "lock")
    assert (tmp_path / "lock").read_text("utf-8") == LOCK.read_text("utf-8")


def test_the_lock_names_packages_and_no_host() -> None:
    assert "://" not in LOCK.read_text("utf-8")
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", asset.version) for asset in vendoring.read_lock(LOCK))


def test_every_package_brings_its_licence() -> None:
    assets = vendoring.read_lock(LOCK)
    assert {a.package for a in assets} == {a.package for a in assets if a.source == "LICENSE"}


def test_refreshing_keeps_the_hashes_of_an_unchanged_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    locked = next(a for a in vendoring.read_lock(LOCK) if a.file == "htmx/htmx.min.js")
    content = (vendoring.VENDOR / locked.file).read_bytes()
    monkeypatch.setattr(vendoring, "_fetch", lambda _package, _version: {locked.source: content})
    vendoring.write_lock((attrs.evolve(locked, sha256=""),), tmp_path / "lock")
    assert vendoring.refresh(tmp_path / "lock", tmp_path / "vendor") == (locked,)
    assert (tmp_path / "vendor" / locked.file).read_bytes() == content


def test_a_package_without_the_named_file_stores_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vendoring, "_fetch", lambda _package, _version: {})
    vendoring.write_lock(vendoring.read_lock(LOCK), tmp_path / "lock")
    with pytest.raises(vendoring.FetchFailed, match="has no"):
        vendoring.refresh(tmp_path / "lock", tmp_path / "vendor")
    assert not (tmp_path / "vendor").exists()


def test_a_style_sheet_is_wrapped_in_its_layer() -> None:
    text = (STATIC / "vendor/bootstrap/bootstrap.min.css").read_text("utf-8")
    assert text.startswith('@charset "UTF-8";@layer framework{')
    assert text.count("{") == text.count("}")


def test_the_sprite_has_every_icon_the_templates_and_menus_name() -> None:
    sprite = (STATIC / "vendor/bootstrap-icons/icons.svg").read_text("utf-8")
    drawn = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    templates = "".join(p.read_text("utf-8") for p in (STATIC.parent / "templates").glob("*.html"))
    assert set(re.findall(r'icon\("([a-z-]+)"\)', templates)) <= drawn
    assert "https" not in sprite


def test_the_first_load_is_at_most_100_kb_and_the_theme_under_6() -> None:
    assert packed("kit.css") < 6_000
    assert sum(packed(name) for name in FIRST_LOAD) <= 100_000


@pytest.mark.parametrize("path", sorted(STATIC.rglob("*.css")), ids=lambda path: path.name)
def test_no_style_sheet_loads_from_elsewhere(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not re.findall(r"""(?:url\(|@import)\s*["']?(?:https?:)?//""", text)
    inside = re.findall(r"url\((.*?)\)", text, re.S)
    assert all("http://www.w3.org/" in found for found in inside if "://" in found)


def test_the_font_reference_of_every_face_exists() -> None:
    names = re.findall(r'url\("(vendor/[^"]+)"\)', (STATIC / "kit.css").read_text("utf-8"))
    assert names
    assert all((STATIC / name).is_file() for name in names)


def test_kazakh_letters_and_the_tenge_are_in_the_font_ranges() -> None:
    css = (STATIC / "kit.css").read_text("utf-8")
    ranges = [r for rule in re.findall(r"unicode-range: ([^;]+);", css) for r in rule.replace("U+", "").split(", ")]
    spans = [(int(a, 16), int(b or a, 16)) for a, _, b in (r.partition("-") for r in ranges)]
    for letter in "әғқңөұүһіӘҒҚҢӨҰҮҺІ₸№":
        assert sum(low <= ord(letter) <= high for low, high in spans) == 1, letter
