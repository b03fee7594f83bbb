"""The checks of this repository, one session each. `./kit test` runs the default ones.

Every session runs in the environment that `./kit` keeps: nothing is installed twice. The two that must not see it
(`wheels`, `floors`) make an empty environment of their own with uv.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nox

HOUSE = Path(__file__).resolve().parent
BIN = Path(sys.executable).parent
REPORTS = HOUSE / ".kit" / "reports"
# One more than two processors: some tests wait, for the servers and workers that they start.
WORKERS = os.environ.get("MK_TEST_WORKERS", "3")
SOURCES = {
    "marketplace_kit": HOUSE / "src" / "marketplace_kit",
    **{f"marketplace_{home.name}": home / "src" / f"marketplace_{home.name}" for home in (HOUSE / "plugins").iterdir()},
}

nox.needs_version = ">=2025.11"
nox.options.default_venv_backend = "none"
nox.options.error_on_external_run = False
nox.options.stop_on_first_error = False
# What `./kit test` runs: the sessions of one processor in lanes beside each other, then those that use all.
nox.options.sessions = ["lint", "contracts", "types", "docs", "wheels", "browser", "sqlite", "postgres"]


def tool(name: str) -> str:
    """A program of this environment, wherever the caller's PATH points."""
    return str(BIN / name)


def uv(session: nox.Session) -> str:
    found = shutil.which("uv") or shutil.which("uv", path=HOUSE / ".kit" / "uv" / "bin")
    if found is None:
        session.error("uv is not on the PATH; `./kit test` brings it along")
    return found


# Everything but the pages of the documentation, which have a session of their own.
TESTS = ("tests", "plugins", "examples")


def run_tests(session: nox.Session, *words: str) -> None:
    """The tests that were named (``./kit test tests/kernel``), else all of them, on as many processors as there are."""
    run_pytest(session, *(() if any_named(session) else TESTS), *words, "-n", WORKERS, "--dist", "loadgroup")


def any_named(session: nox.Session) -> bool:
    return any((HOUSE / word.split("::")[0]).exists() for word in session.posargs)


def with_a_browser() -> list[str]:
    """The files that have such tests: importing all the others to find none in them takes longer than some tests."""
    files = (path for folder in TESTS for path in sorted((HOUSE / folder).rglob("test_*.py")))
    return [str(path.relative_to(HOUSE)) for path in files if "mark.browser" in path.read_text("utf-8")]


def run_pytest(session: nox.Session, *words: str) -> None:
    REPORTS.mkdir(parents=True, exist_ok=True)
    report = f"--junit-xml={REPORTS / session.name}.xml"
    session.run(tool("pytest"), report, *words, *session.posargs, success_codes=[0])


@contextmanager
def empty_environment(session: nox.Session) -> Iterator[Path]:
    """A temporary folder with a fresh environment in `env`, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="marketplace-kit-") as folder:
        session.run(uv(session), "venv", "--quiet", "--python", sys.executable, f"{folder}/env")
        yield Path(folder)


# ── tests ────────────────────────────────────────────────────────────────────────────────────────


@nox.session
def sqlite(session: nox.Session) -> None:
    """Everything but the browser, on the embedded database."""
    run_tests(session, "--engine", "sqlite", "-m", "not browser")


@nox.session
def postgres(session: nox.Session) -> None:
    """The same on PostgreSQL: MK_TEST_POSTGRES_URL, a server on this machine, or one from a wheel."""
    run_tests(session, "--engine", "postgres", "-m", "not browser and not one_engine")


@nox.session
def browser(session: nox.Session) -> None:
    """What a person sees, in Debian's chromium."""
    run_pytest(session, *(() if any_named(session) else with_a_browser()), "-m", "browser")


@nox.session
def benchmarks(session: nox.Session) -> None:
    """Measure the rows of the performance page; not part of the default run, it wants a quiet machine."""
    session.run(tool("python"), "-m", "benchmarks", *session.posargs)


@nox.session
def coverage(session: nox.Session) -> None:
    """Which lines no test runs, on SQLite."""
    session.run(tool("coverage"), "erase")
    session.run(tool("coverage"), "run", "-m", "pytest", "-m", "not browser", *session.posargs)
    session.run(tool("coverage"), "combine", "--quiet")
    session.run(tool("coverage"), "report")


# ── reading the code ─────────────────────────────────────────────────────────────────────────────


@nox.session
def lint(session: nox.Session) -> None:
    """Style, common mistakes, dangerous calls; and that everything is formatted alike."""
    session.run(tool("ruff"), "check", ".")
    session.run(tool("ruff"), "format", "--check", ".")


@nox.session
def contracts(session: nox.Session) -> None:
    """The floors and rooms: who may import whom."""
    session.run(tool("lint-imports"), "--no-cache", "--no-logo")


@nox.session
def types(session: nox.Session) -> None:
    """mypy, strict, on all that is shipped."""
    session.run(tool("mypy"), *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation site without one warning, its code blocks run, the change log it will be released with."""
    run_pytest(session, "docs")  # by itself: the blocks of a page build on each other, so they cannot be spread
    session.run(tool("sphinx-build"), "-W", "--keep-going", "-q", "-b", "html", "docs", "docs/_build/html")
    session.run(tool("towncrier"), "build", "--draft", "--version", "next", silent=True)


# ── what is shipped ──────────────────────────────────────────────────────────────────────────────


@nox.session
def wheels(session: nox.Session) -> None:
    """Build every distribution, install them into an empty environment and use them there."""
    with empty_environment(session) as place:
        dist, python = place / "dist", place / "env" / "bin" / "python"
        session.run(uv(session), "build", "--quiet", "--all-packages", "--wheel", "--out-dir", str(dist))
        built = sorted(dist.glob("*.whl"))
        for wheel in built:
            compare_with_source(session, wheel)
        pins = place / "pins.txt"
        words = ["export", "--quiet", "--frozen", "--all-packages", "--no-emit-workspace", "--no-hashes"]
        session.run(uv(session), *words, "-o", str(pins), silent=True)
        install = ["pip", "install", "--quiet", "--python", str(python), "-c", str(pins)]
        session.run(uv(session), *install, *map(str, built))
        with session.chdir(place):  # so that nothing is imported from the source tree
            smoke(session, python)


def smoke(session: nox.Session, python: Path) -> None:
    session.run(str(python), "-W", "error::SyntaxWarning", "-c", "import " + ", ".join(SOURCES))
    session.run(str(python.parent / "marketplace"), "--help", silent=True)
    listed = session.run(str(python.parent / "marketplace"), "plugin", "list", "--json", silent=True)
    for name in SOURCES:
        plugin = name.removeprefix("marketplace_")
        if plugin != "kit" and f'"{plugin}"' not in str(listed):
            session.error(f"the installed site does not know the plugin {plugin}: {listed}")


def compare_with_source(session: nox.Session, wheel: Path) -> None:
    """Templates, catalogues, migrations, assets, py.typed: what lies in the package's folder is in its wheel."""
    package = wheel.name.split("-")[0]
    root = SOURCES[package]
    files = [path for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    inside = set(zipfile.ZipFile(wheel).namelist())
    lost = [path for path in files if f"{package}/{path.relative_to(root).as_posix()}" not in inside]
    if lost:
        session.error(f"{wheel.name} lacks " + ", ".join(str(path.relative_to(HOUSE)) for path in lost))
    session.log(f"{wheel.name}: all {len(files)} files of the package are inside")


@nox.session
def floors(session: nox.Session) -> None:
    """The suite on the earliest versions that pyproject.toml allows."""
    with empty_environment(session) as place:
        python = place / "env" / "bin" / "python"
        editable = [word for home in (HOUSE / "plugins").iterdir() for word in ("-e", str(home))]
        words = ["pip", "install", "--quiet", "--python", str(python), "--resolution", "lowest-direct"]
        kit = f"{HOUSE}[postgres,scaled,push,telegram]"
        session.run(uv(session), *words, "--group", "test", "--group", "lint", "-e", kit, *editable)
        words = [*TESTS, "-m", "not browser", "-n", WORKERS, "--dist", "loadgroup", *session.posargs]
        session.run(str(python.parent / "pytest"), *words, env={"PATH": f"{python.parent}:{os.environ['PATH']}"})
