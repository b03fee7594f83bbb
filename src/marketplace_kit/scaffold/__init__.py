"""Starting points: folders that a person edits, made by copier without a question and without the network."""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping, Set
from pathlib import Path

from copier import run_copy

from marketplace_kit import __version__

HERE = Path(__file__).parent
NAME = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")
LONGEST_NAME = 20

PARTS = ("listing-kind", "page", "api", "table", "notice", "job", "listener", "settings", "sample")
"""The examples that can be asked for."""

_NEEDS: Mapping[str, tuple[str, ...]] = {
    "notice": ("listener",),  # somebody has to send it
    "listener": ("table",),  # something has to happen
    "job": ("table", "settings"),
    "settings": ("table",),
    "sample": ("table",),
}


class UnknownPart(ValueError):
    """An example that is not offered."""


class BadName(ValueError):
    """A name that cannot be a package, a table prefix and an address at once."""


class FolderTaken(ValueError):
    """There is something already where the new folder would be."""


def make_plugin(name: str, into: Path, parts: Set[str]) -> Path:
    """Write the plugin ``name`` into a new folder below ``into``, with an example of each of ``parts``; the folder.

    What an example builds on comes with it. Raises :class:`BadName`, :class:`UnknownPart` or :class:`FolderTaken`,
    before anything is written.
    """
    label = _checked(name)
    wanted = completed(parts)
    folder = into / f"marketplace-{name.replace('_', '-')}"
    if folder.exists():
        raise FolderTaken(f"{folder} exists already: choose another name, or another place with --into")
    answers = {
        "name": label,
        "dist": folder.name,
        "package": f"marketplace_{label}",
        "title": label.replace("_", " ").capitalize(),
        "class_name": "".join(word.capitalize() for word in label.split("_")),
        "kit": _compatible(__version__),
        **{f"with_{part.replace('-', '_')}": part in wanted for part in PARTS},
    }
    run_copy(str(HERE / "plugin"), folder, data=answers, defaults=True, quiet=True)
    return folder


def completed(parts: Set[str]) -> frozenset[str]:
    """``parts`` and all that they build on."""
    if unknown := sorted(set(parts) - set(PARTS)):
        raise UnknownPart(f"there is no example {', '.join(unknown)}; there are {', '.join(PARTS)}")
    found = set(parts)
    while more := {need for part in found for need in _NEEDS.get(part, ())} - found:
        found |= more
    return frozenset(found)


def _checked(name: str) -> str:
    label = name.replace("-", "_")
    if not NAME.fullmatch(name) or len(name) > LONGEST_NAME or keyword.iskeyword(label):
        raise BadName(
            f"“{name}” cannot name a plugin: use up to {LONGEST_NAME} small letters, digits and single hyphens, "
            "beginning with a letter"
        )
    return label


def _compatible(version: str) -> str:
    """The kit that a new plugin is written against: this minor release, and patches of it."""
    major, minor = version.split(".")[:2]
    return f">={major}.{minor},<{major}.{int(minor) + 1}"
