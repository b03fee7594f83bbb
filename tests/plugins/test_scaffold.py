"""A new plugin works before the first edit: it is tidy, its types fit, and its own tests pass."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from marketplace_kit.scaffold import PARTS, BadName, FolderTaken, UnknownPart, completed, make_plugin, make_site

BIN = Path(sys.executable).parent
NOTHING: frozenset[str] = frozenset()
EVERYTHING = frozenset(PARTS)
SETS = {"nothing": NOTHING, "everything": EVERYTHING} | {part: frozenset({part}) for part in PARTS}


def run(folder: Path, program: str, *words: str, **environ: str) -> None:
    done = subprocess.run(
        [BIN / program, *words], cwd=folder, capture_output=True, text=True, check=False, env=os.environ | environ
    )
    assert done.returncode == 0, done.stdout + done.stderr


def installed(folder: Path) -> Path:
    """What an installer would write beside the package, so that its entry point is found; the package's own folder."""
    project = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]
    points = project["entry-points"]["marketplace_kit.plugins"]
    told = folder / "src" / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    told.mkdir()
    (told / "METADATA").write_text(f"Metadata-Version: 2.4\nName: {project['name']}\nVersion: {project['version']}\n")
    lines = "".join(f"{name} = {value}\n" for name, value in points.items())
    (told / "entry_points.txt").write_text(f"[marketplace_kit.plugins]\n{lines}")
    return folder / "src"


@pytest.fixture(params=sorted(SETS))
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A new plugin with one set of examples."""
    return make_plugin("vet-lite", tmp_path, SETS[request.param])


@pytest.mark.one_engine
def test_it_is_tidy(made: Path) -> None:
    run(made, "ruff", "check", "--no-cache", ".")
    run(made, "ruff", "format", "--no-cache", "--check", ".")


@pytest.mark.one_engine
@pytest.mark.parametrize("name", ["a", "zoo", "a-name-of-20-letters"])
def test_it_is_tidy_under_any_name(tmp_path: Path, name: str) -> None:
    folder = make_plugin(name, tmp_path, EVERYTHING)
    run(folder, "ruff", "check", "--no-cache", ".")
    run(folder, "ruff", "format", "--no-cache", "--check", ".")


@pytest.mark.one_engine
@pytest.mark.slow
def test_its_types_fit(tmp_path: Path) -> None:
    folder = make_plugin("vet-lite", tmp_path, EVERYTHING)
    run(folder, "mypy", "--no-error-summary")


@pytest.mark.one_engine
@pytest.mark.slow
def test_its_own_tests_pass(tmp_path: Path) -> None:
    tried_out(make_plugin("vet-lite", tmp_path, EVERYTHING))


@pytest.mark.one_engine
@pytest.mark.slow
@pytest.mark.parametrize("part", ["listener", "page", "api"])
def test_each_example_stands_by_itself(tmp_path: Path, part: str) -> None:
    tried_out(make_plugin("vet-lite", tmp_path, SETS[part]), "--ignore=tests/test_contract.py")


def tried_out(folder: Path, *words: str) -> None:
    path = os.pathsep.join((str(installed(folder)), os.environ.get("PYTHONPATH", "")))
    run(folder, "pytest", "-q", "-p", "no:cacheprovider", *words, PYTHONPATH=path, MK_PLUGINS="vet_lite")


@pytest.mark.one_engine
def test_an_example_brings_what_it_builds_on() -> None:
    assert completed({"notice"}) == {"notice", "listener", "table"}
    assert completed({"page"}) == {"page"}


@pytest.mark.one_engine
def test_nothing_is_written_for_a_name_or_part_that_cannot_be(tmp_path: Path) -> None:
    for name in ("", "Vet", "1vet", "vet--lite", "vet lite", "../vet", "class", "x" * 21):
        with pytest.raises(BadName):
            make_plugin(name, tmp_path, NOTHING)
    with pytest.raises(UnknownPart, match="there is no example magic; there are listing-kind"):
        make_plugin("vet", tmp_path, {"magic"})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.one_engine
def test_an_existing_folder_is_left_alone(tmp_path: Path) -> None:
    make_plugin("vet", tmp_path, NOTHING)
    with pytest.raises(FolderTaken):
        make_plugin("vet", tmp_path, EVERYTHING)


@pytest.mark.one_engine
@pytest.mark.slow
def test_a_new_sites_own_tests_pass(tmp_path: Path) -> None:
    make_site(tmp_path, name="Базар", locale="kk", currency="KZT", timezone="Asia/Atyrau")
    run(tmp_path, "ruff", "check", "--no-cache", ".")
    run(tmp_path, "ruff", "format", "--no-cache", "--check", ".")
    run(tmp_path, "pytest", "-q", "-p", "no:cacheprovider", MK_PLUGINS="")
