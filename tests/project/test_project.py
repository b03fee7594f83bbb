"""What the repository promises about itself: its commands, its lock, its floors, its contracts."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

pytestmark = pytest.mark.one_engine

HOUSE = Path(__file__).resolve().parents[2]
PYPROJECTS = [HOUSE / "pyproject.toml", *sorted(HOUSE.glob("plugins/*/pyproject.toml"))]
FRAGMENTS = {"everyone", "plugin-authors", "deployers"}


def toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def tracked_files() -> list[Path]:
    """The files under version control; in an unpacked archive, all but hidden and built ones."""
    if (HOUSE / ".git").exists() and shutil.which("git"):
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=HOUSE, capture_output=True, text=True, check=True)
        return [HOUSE / name for name in listed.stdout.split("\0") if name and (HOUSE / name).is_file()]
    skipped = {"_build", "__pycache__", "dist"}
    parts = ((path, path.relative_to(HOUSE).parts) for path in HOUSE.rglob("*") if path.is_file())
    return [path for path, names in parts if not any(name in skipped or name.startswith(".") for name in names[:-1])]


# ── the door ─────────────────────────────────────────────────────────────────────────────────────


def kit(*words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(HOUSE / "kit"), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)


@pytest.mark.parametrize("verb", ["demo", "test", "run"])
def test_the_readme_names_commands_that_kit_has(verb: str) -> None:
    assert f"./kit {verb}" in (HOUSE / "README.md").read_text(encoding="utf-8")
    assert f"./kit {verb}" in kit("--help").stdout


def test_kit_can_be_started_as_the_readme_says() -> None:
    assert (HOUSE / "kit").stat().st_mode & 0o111
    assert (HOUSE / ".ci" / "run").stat().st_mode & 0o111


def test_kit_refuses_an_unknown_word_in_one_line() -> None:
    refused = kit("dmeo")
    assert refused.returncode == 2
    assert "no `./kit dmeo`" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_kit_needs_nothing_but_the_standard_library() -> None:
    imported = re.findall(r"^(?:import|from) (\w+)", (HOUSE / "kit").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(imported) <= sys.stdlib_module_names


def test_ci_calls_the_command_of_the_readme() -> None:
    script = (HOUSE / ".ci" / "run").read_text(encoding="utf-8")
    assert "./kit test" in script
    assert "MK_REQUIRE_SERVICES=1" in script


def test_every_check_is_in_one_of_the_lanes() -> None:
    doors = (HOUSE / "kit", HOUSE / "noxfile.py")
    lanes, told = (path.read_text(encoding="utf-8") for path in doors)
    lanes = "".join(re.findall(r"^(?:LANES|WIDE) = (.*)$", lanes, re.MULTILINE))
    (named,) = re.findall(r"^nox.options.sessions = (.*)$", told, re.MULTILINE)
    assert re.findall(r'"(\w+)"', lanes) == re.findall(r'"(\w+)"', named)


# ── versions ─────────────────────────────────────────────────────────────────────────────────────


def declared(project: dict[str, Any]) -> set[str]:
    """The requirements of a distribution, in the one spelling that the lock file uses for them."""
    table = project["project"]
    plain = [(text, "") for text in table.get("dependencies", [])]
    extras = [(text, name) for name, texts in table.get("optional-dependencies", {}).items() for text in texts]
    return {spelling(Requirement(text), extra) for text, extra in plain + extras}


def locked(package: dict[str, Any]) -> set[str]:
    return {locked_spelling(entry) for entry in package.get("metadata", {}).get("requires-dist", [])}


def spelling(need: Requirement, extra: str) -> str:
    return f"{canonicalize_name(need.name)}{sorted(need.extras)}{sorted(map(str, need.specifier))}{extra}"


def locked_spelling(entry: dict[str, Any]) -> str:
    need = Requirement(entry["name"] + entry.get("specifier", ""))
    need.extras = set(entry.get("extras", []))
    extra = re.search(r"extra == '([^']+)'", entry.get("marker", ""))
    spelled = spelling(need, extra[1] if extra else "")
    # of another member of this workspace the lock keeps the folder, not the range
    return re.sub(r"\[[^]]*\]$", "[]", spelled) if "editable" in entry else spelled


@pytest.mark.parametrize("path", PYPROJECTS, ids=lambda path: str(path.relative_to(HOUSE)))
def test_the_lock_file_is_in_step(path: Path) -> None:
    project = toml(path)
    packages = {package["name"]: package for package in toml(HOUSE / "uv.lock")["package"]}
    assert project["project"]["name"] in packages, "run `uv lock`"
    members = {toml(other)["project"]["name"] for other in PYPROJECTS}
    wanted = {need for need in declared(project) if need.split("[")[0] not in members}
    found = {need for need in locked(packages[project["project"]["name"]]) if need.split("[")[0] not in members}
    assert wanted == found, "run `uv lock`"


def test_uv_agrees_that_the_lock_file_is_in_step() -> None:
    if shutil.which("uv") is None:
        pytest.skip("uv is not on the PATH; the comparison above has been made without it")
    command = ["uv", "lock", "--check", "--offline"]
    checked = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, check=False)
    if "offline" in checked.stderr or "network" in checked.stderr:
        pytest.skip("uv has no cached metadata to compare with")
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("path", PYPROJECTS, ids=lambda path: str(path.relative_to(HOUSE)))
def test_every_dependency_line_gives_the_reason_for_its_floor(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    needs = [line for line in lines if re.match(r'\s+"[a-z][\w.-]*(\[[\w,]+\])?(>=|~=|==)', line)]
    assert needs or path.parent != HOUSE
    assert [line for line in needs if not re.search(r",\s+# .{8,}", line)] == []


# ── contracts ────────────────────────────────────────────────────────────────────────────────────


def contract(name: str) -> dict[str, Any]:
    contracts = toml(HOUSE / "pyproject.toml")["tool"]["importlinter"]["contracts"]
    found: dict[str, Any] = next(entry for entry in contracts if entry["id"] == name)
    return found


def test_every_room_and_plugin_is_under_contract() -> None:
    floors = {"testing", "cli", "scaffold", "web", "kernel"}
    packages = {path.parent.name for path in (HOUSE / "src" / "marketplace_kit").glob("*/__init__.py")}
    rooms = {f"marketplace_kit.{name}" for name in packages - floors}
    plugins = {path.parent.name for path in HOUSE.glob("plugins/*/src/*/__init__.py")}
    assert rooms | plugins <= set(contract("rooms")["containers"])
    assert plugins <= set(toml(HOUSE / "pyproject.toml")["tool"]["importlinter"]["root_packages"])
    assert plugins == set(contract("plugins-apart")["modules"])
    assert plugins == set(contract("plugin-surface")["source_modules"])


def test_rooms_with_jobs_hide_them_from_plugins() -> None:
    rooms = {path.parent.name for path in (HOUSE / "src" / "marketplace_kit").glob("*/jobs*")} - {"kernel"}
    assert {f"marketplace_kit.{room}.jobs" for room in rooms} <= set(contract("plugin-surface")["forbidden_modules"])


def test_no_package_of_the_kit_lies_where_the_contracts_do_not_look() -> None:
    source = HOUSE / "src" / "marketplace_kit"
    outside = {"migrations", "alembic", "templates", "template", "scaffolds"}  # run or copied, never imported
    folders = {path.parent for path in source.rglob("*.py") if outside.isdisjoint(path.parts)}
    assert [folder for folder in folders if not (folder / "__init__.py").exists()] == []


# ── what is tracked ──────────────────────────────────────────────────────────────────────────────


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    """Paths of somebody's computer and addresses of somebody's package index do not belong into a repository."""
    traces = re.compile(rb"/wor[k]/|/roo[t]/|/home/\w+/|/Users/\w+/|https?://[^\s\"')]+/simple\b", re.MULTILINE)
    texts = [
        path for path in tracked_files() if path.name != "uv.lock" and path.suffix not in {".woff2", ".png", ".ico"}
    ]
    assert [str(path.relative_to(HOUSE)) for path in texts if traces.search(path.read_bytes())] == []


def test_changelog_fragments_say_for_whom_they_are() -> None:
    fragments = [path for path in (HOUSE / "changelog.d").iterdir() if not path.name.startswith(".")]
    wrong = [
        path.name
        for path in fragments
        if not re.fullmatch(rf"(\d+|\+\w+)\.({'|'.join(FRAGMENTS)})(\.\d+)?\.md", path.name)
    ]
    assert wrong == []
    assert {kind["directory"] for kind in toml(HOUSE / "pyproject.toml")["tool"]["towncrier"]["type"]} == FRAGMENTS


def test_changelog_fragments_are_written_for_people() -> None:
    short = [
        path.name for path in (HOUSE / "changelog.d").glob("*.md") if len(path.read_text(encoding="utf-8").split()) < 5
    ]
    assert short == []


def test_decision_records_are_numbered_without_gap_and_have_a_status() -> None:
    records = sorted((HOUSE / "docs" / "decisions").glob("0*.md"))
    assert [int(path.name[:4]) for path in records] == list(range(1, len(records) + 1))
    assert [path.name for path in records if "- Status: " not in path.read_text(encoding="utf-8")] == []


def test_the_list_for_programs_names_pages_that_exist() -> None:
    docs = HOUSE / "docs"
    named = re.findall(r"\(_sources/([^)]+)\)", (docs / "llms.txt").read_text(encoding="utf-8"))
    assert named
    assert [page for page in named if not (docs / page).is_file()] == []
