"""Starting points: folders that a person edits, made by copier without a question and without the network."""

from __future__ import annotations

import difflib
import json
import keyword
import re
import shutil
import tempfile
from collections.abc import Mapping, Set
from pathlib import Path

import attrs
from copier import run_copy

from marketplace_kit import __version__
from marketplace_kit.kernel.ids import secret_token

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


@attrs.frozen
class SitePlan:
    """What :func:`make_site` would do to a folder: files that come new, and those that say something else there."""

    new: tuple[str, ...]
    other: tuple[str, ...]
    diff: str


def make_site(folder: Path, *, name: str, locale: str, currency: str, timezone: str, dry_run: bool = False) -> SitePlan:
    """Set up a deployment in ``folder``, with a secret of its own that only its owner can read; what was done.

    Files that are there with the same content are left alone. Refuses :class:`FolderTaken` if one says something else,
    before anything is written; with ``dry_run`` it is only shown.
    """
    answers = {"title": json.dumps(name, ensure_ascii=False), "locale": locale, "currency": currency}
    answers |= {"timezone": timezone, "kit": _compatible(__version__)}
    with tempfile.TemporaryDirectory(prefix="marketplace-init-") as made:
        run_copy(str(HERE / "site"), made, data=answers, defaults=True, quiet=True)
        plan = _compared(Path(made), folder)
        if dry_run:
            return plan
        if plan.other:
            raise FolderTaken(f"{', '.join(plan.other)} in {folder} would be overwritten: look at it with --dry-run")
        for path in plan.new:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(Path(made) / path, folder / path)
    _keep_secret(folder / "secrets")
    return plan


def _compared(made: Path, folder: Path) -> SitePlan:
    new: list[str] = []
    other: list[str] = []
    diff: list[str] = []
    for path in sorted(p.relative_to(made) for p in made.rglob("*") if p.is_file()):
        wanted, there = (made / path).read_text("utf-8"), folder / path
        found = there.read_text("utf-8", errors="replace") if there.exists() else None
        if found == wanted:
            continue
        (new if found is None else other).append(str(path))
        lines = (found or "").splitlines(keepends=True), wanted.splitlines(keepends=True)
        diff += difflib.unified_diff(*lines, "/dev/null" if found is None else str(path), str(path))
    return SitePlan(tuple(new), tuple(other), "".join(diff))


def _keep_secret(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / "site"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secret_token(), encoding="utf-8")


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
