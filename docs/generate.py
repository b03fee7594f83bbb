"""Writes the reference pages that describe the code: ``./kit run python docs/generate.py``.

``--check`` writes nothing, names the pages that are out of date, and exits with 1 if there are any.
"""

from __future__ import annotations

import difflib
import logging
import sys
from collections.abc import Callable
from pathlib import Path

import structlog

from generators import contract, declared, doors
from generators.house import House, opened
from generators.markdown import COMMAND

REFERENCE = Path(__file__).parent / "reference"
PAGES: dict[str, Callable[[House], str]] = {
    "hooks.md": contract.hooks,
    "descriptions.md": contract.described,
    "settings.md": declared.settings,
    "cli.md": doors.commands,
    "events.md": declared.events,
    "processes.md": declared.processes,
    "problems.md": declared.problems,
    "permissions.md": declared.permissions,
    "api.md": doors.api,
}


def main(words: list[str]) -> int:
    """Write every page, or compare; answers 1 if a page was found stale."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with opened() as house:
        pages = {name: write(house) for name, write in PAGES.items()}
    stale = {name: text for name, text in pages.items() if _held(name) != text}
    if "--check" not in words:
        for name, text in stale.items():
            (REFERENCE / name).write_text(text, encoding="utf-8")
            sys.stdout.write(f"written: docs/reference/{name}\n")
        return 0
    for name, text in stale.items():
        sys.stdout.write(f"docs/reference/{name} is out of date. Refresh it: {COMMAND}\n")
        changes = difflib.unified_diff(
            _held(name).splitlines(), text.splitlines(), "as it is", "as it should be", "", "", 0, ""
        )
        sys.stdout.write("\n".join(list(changes)[:20]) + "\n")
    return 1 if stale else 0


def _held(name: str) -> str:
    path = REFERENCE / name
    return path.read_text(encoding="utf-8") if path.exists() else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
