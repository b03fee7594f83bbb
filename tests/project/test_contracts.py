"""The contracts hold because breaking one is noticed: each test adds one wrong line to a copy of the code."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.one_engine

HOUSE = Path(__file__).resolve().parents[2]
PACKAGES = [HOUSE / "src" / "marketplace_kit", *HOUSE.glob("plugins/*/src/*")]


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages side by side, beside the contracts."""
    place = tmp_path_factory.mktemp("house")
    for package in PACKAGES:
        if (package / "__init__.py").exists():
            only_code = shutil.ignore_patterns("__pycache__", "static", "templates", "locale")
            shutil.copytree(package, place / package.name, ignore=only_code)
    shutil.copy(HOUSE / "pyproject.toml", place)
    return place


def lint(place: Path) -> "subprocess.CompletedProcess[str]":
    program = Path(sys.executable).with_name("lint-imports")
    env = {**os.environ, "PYTHONPATH": str(place)}
    command = [str(program), "--no-cache"]
    return subprocess.run(command, cwd=place, env=env, capture_output=True, text=True, check=False)


def source_of(place: Path, module: str) -> Path:
    path = place.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def test_the_house_keeps_its_contracts(copied: Path) -> None:
    checked = lint(copied)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("marketplace_kit.accounts.services", "import marketplace_kit.listings.services", "Floors and rooms"),
        ("marketplace_kit.kernel.money", "import marketplace_kit.web", "Floors and rooms"),
        ("marketplace_kit.listings.queries", "def f():\n    import marketplace_kit.listings.services", "Inside a room"),
        ("marketplace_kit.listings.domain", "import sqlalchemy.orm", "A domain is pure"),
        ("marketplace_kit.listings.services", "import litestar", "Litestar and Jinja"),
        ("marketplace_kit.kernel.money", "import marketplace_kit.kernel.site", "No cycle"),
        ("marketplace_kit.listings.services", "import celery", "Celery only"),
        ("marketplace_kit.listings.services", "import stripe", "A payment provider"),
        ("marketplace_breeder.services", "import marketplace_kit.listings.tables", "A plugin sees"),
        ("marketplace_breeder.domain", "import marketplace_grooming.domain", "Plugins do not import"),
    ],
)
def test_a_wrong_import_is_noticed(copied: Path, module: str, line: str, contract: str) -> None:
    source = source_of(copied, module)
    right = source.read_text(encoding="utf-8")
    source.write_text(f"{right}\n\n{line}\n", encoding="utf-8")
    try:
        checked = lint(copied)
    finally:
        source.write_text(right, encoding="utf-8")
    broken = [text for text in checked.stdout.splitlines() if " BROKEN" in text]
    assert checked.returncode == 1
    assert any(text.startswith(contract) for text in broken), checked.stdout


def test_a_stray_module_is_noticed(copied: Path) -> None:
    stray = copied / "marketplace_kit" / "utils.py"
    stray.touch()
    try:
        checked = lint(copied)
    finally:
        stray.unlink()
    assert "marketplace_kit.utils" in checked.stdout
    assert checked.returncode == 1
