"""What pages name is there: tests, commands, codes, settings, files."""

import importlib
import importlib.util
import re
from pathlib import Path

import click
import pytest

from marketplace_kit.cli import main

pytestmark = pytest.mark.one_engine

HOUSE = Path(__file__).resolve().parents[2]
BUILT = HOUSE / "docs" / "_build"
PAGES = sorted(p for p in (*HOUSE.glob("*.md"), *HOUSE.glob("docs/**/*.md")) if BUILT not in p.parents)
WRITTEN = [page for page in PAGES if not page.read_text(encoding="utf-8").startswith("<!-- Written by")]


def read(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def names(pages: list[Path]) -> list[str]:
    return [str(page.relative_to(HOUSE)) for page in pages]


@pytest.mark.parametrize("page", WRITTEN, ids=names(WRITTEN))
def test_every_test_that_a_page_names_exists(page: Path) -> None:
    files = (*HOUSE.glob("tests/**/*.py"), *HOUSE.glob("plugins/*/tests/**/*.py"))
    existing = {name for path in files for name in re.findall(r"def (test_\w+)\(", read(path))}
    named = set(re.findall(r"`(test_\w+)`", read(page))) - {"test_hook_"}
    assert named - existing == set()


@pytest.mark.parametrize("page", WRITTEN, ids=names(WRITTEN))
def test_every_command_that_a_page_names_exists(page: Path) -> None:
    unknown = [words for words in commands_in(read(page)) if not is_a_command(words)]
    assert unknown == []


def commands_in(text: str) -> list[list[str]]:
    """The words after `marketplace`, in console blocks and in code within a sentence."""
    consoles = "\n".join(re.findall(r"```console\n(.*?)```", text, re.DOTALL))
    found = re.findall(r"^\$ (?:\w+=\S+ )*marketplace ((?:[a-z-]+ ?)+)", consoles, re.MULTILINE)
    found += re.findall(r"`marketplace ((?:[a-z-]+ ?)+)", text)
    return [line.split() for line in found]


def is_a_command(words: list[str]) -> bool:
    context = click.Context(main, info_name="marketplace")
    command: click.Command | None = main
    for word in words:
        if not isinstance(command, click.Group):
            return True  # what follows a command are its arguments
        command = command.commands.get(word) or command.get_command(context, word)
        if command is None:
            return False
    return True


def test_the_table_of_bad_input_names_codes_as_the_reference_does() -> None:
    reference = read(HOUSE / "docs" / "reference" / "problems.md")
    known = {(code, status) for code, status in re.findall(r"^\| `(\w+)` \| (\d{3}) \|", reference, re.MULTILINE)}
    page = read(HOUSE / "docs" / "explanation" / "bad-input.md")
    shown = {(code, status) for status, code in re.findall(r"\| (\d{3}) \| `(\w+)` \|$", page, re.MULTILINE)}
    assert len(shown) > 10
    assert shown - known == set()


def test_the_variables_that_pages_name_are_settings_of_the_kit() -> None:
    known = set(re.findall(r"`(MK_[A-Z_]+__[A-Z_]+)`", read(HOUSE / "docs" / "reference" / "settings.md")))
    named = {v for page in WRITTEN for v in re.findall(r"\bMK_(?:SITE|DATABASE|JOBS|LIVE|FILES)__[A-Z_]+", read(page))}
    assert {variable.removesuffix("_FILE") for variable in named} - known == set()


def test_every_example_of_the_hook_reference_belongs_to_a_hook() -> None:
    examples = {path.stem for path in HOUSE.glob("docs/generators/examples/*.py")}
    assert examples == set(
        re.findall(r"^### `(mk_\w+)\(", read(HOUSE / "docs" / "reference" / "hooks.md"), re.MULTILINE)
    )


def test_no_page_holds_a_placeholder() -> None:
    assert [str(page) for page in WRITTEN if re.search(r"\b(TODO|TBD|FIXME|lorem ipsum)\b", read(page))] == []


def test_every_module_that_a_page_names_exists() -> None:
    named = {m for page in PAGES for m in re.findall(r"`(marketplace_kit(?:\.\w+)+)`", read(page))}
    assert named
    assert [name for name in sorted(named) if not is_there(name)] == []


def is_there(name: str) -> bool:
    """Whether it is a module, or something in one."""
    module, _, attribute = name.rpartition(".")
    try:
        if importlib.util.find_spec(name) is not None:
            return True
    except ModuleNotFoundError:
        pass
    return hasattr(importlib.import_module(module), attribute)
