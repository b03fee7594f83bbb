"""Templates that stand for another's: which they are, and whether the original has changed since it was copied.

The site's own folder wins over plugins, a plugin over what was registered before it, everybody over the core. A copy
carries a note of what it was made of in its first line, so nothing else has to be kept.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs

from marketplace_kit import __version__
from marketplace_kit.kernel.registry import Registry
from marketplace_kit.kernel.settings import Settings
from marketplace_kit.web.uploads import WebSettings

SITE, CORE = "site", "web"
SAME, CHANGED, UNMARKED, GONE = "same", "changed", "unmarked", "gone"
_BASE = Path(__file__).parent / "templates"
_NOTE = re.compile(r"\A\{#- copied from (?P<owner>\S+) \((?P<kit>\S+)\), sha256 (?P<hash>[0-9a-f]{64}) -#\}\n")


class NotCopied(Exception):
    """There is no such template, or a copy is there already. Says which."""


@attrs.frozen
class Layer:
    """A folder of templates and whose it is."""

    owner: str
    folder: Path


@attrs.frozen(kw_only=True)
class Override:
    """A template that stands for the one of ``original`` (the owner's name). ``state``: the original is the ``same`` as
    when it was copied or has ``changed``; ``unmarked``: nothing says what it was copied from; ``gone``: there is no
    original any more, and nobody uses the copy.
    """

    name: str
    owner: str
    file: Path
    original: str
    state: str
    copied_from: str = ""


def layers_of(registry: Registry, settings: Settings) -> list[Layer]:
    """Every folder of templates in the order in which one is looked for."""
    own = settings.of(WebSettings).templates_folder
    kept = registry.templates
    found = [Layer(kept.owner(name), one.folder) for name, one in kept.items() if one.folder]
    return [*([Layer(SITE, Path(own))] if own else []), *reversed(found), Layer(CORE, _BASE)]


def overrides(layers: Sequence[Layer]) -> list[Override]:
    """Every template that stands before another of its name, and every copy of one that is gone; by name."""
    names = [(layer, _names(layer)) for layer in layers]
    found = []
    for at, (layer, mine) in enumerate(names):
        for name, file in mine.items():
            under = next(((below.owner, theirs[name]) for below, theirs in names[at + 1 :] if name in theirs), None)
            note = _NOTE.match(file.read_text(encoding="utf-8"))
            if under is None and note is None:
                continue
            state = GONE if under is None else UNMARKED if note is None else CHANGED
            if under is not None and note is not None and note["hash"] == _hash(under[1]):
                state = SAME
            made = f"{note['owner']} {note['kit']}" if note else ""
            original = under[0] if under else ""
            found.append(
                Override(name=name, owner=layer.owner, file=file, original=original, state=state, copied_from=made)
            )
    return sorted(found, key=lambda one: (one.name, one.owner))


def copy_template(layers: Sequence[Layer], name: str, folder: Path, *, force: bool = False) -> Path:
    """Put a copy of the template in force into ``folder``, with the note. Raises :class:`NotCopied`."""
    target = folder / name
    owner, source = _original(layers, name, folder)
    if target.exists() and not force:
        raise NotCopied(f"{target} is there already: say --force to replace it")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(_note(owner, source) + _bare(source), encoding="utf-8")
    return target


def accept_template(layers: Sequence[Layer], name: str, folder: Path) -> Path:
    """Note that a copy was held against the original as it is now. Raises :class:`NotCopied`."""
    target = folder / name
    owner, source = _original(layers, name, folder)
    if not target.is_file():
        raise NotCopied(f"there is no {target}")
    target.write_text(_note(owner, source) + _bare(target), encoding="utf-8")
    return target


def _original(layers: Sequence[Layer], name: str, folder: Path) -> tuple[str, Path]:
    """What a copy in ``folder`` would stand for: the first of those that lie below it."""
    at = next((n for n, layer in enumerate(layers) if layer.folder.resolve() == folder.resolve()), -1)
    for layer in layers[at + 1 :]:
        if name in _names(layer):
            return layer.owner, layer.folder / name
    raise NotCopied(f"there is no template {name}")


def _names(layer: Layer) -> Mapping[str, Path]:
    return {file.relative_to(layer.folder).as_posix(): file for file in sorted(layer.folder.rglob("*.html"))}


def _note(owner: str, source: Path) -> str:
    return f"{{#- copied from {owner} ({__version__}), sha256 {_hash(source)} -#}}\n"


def _bare(file: Path) -> str:
    return _NOTE.sub("", file.read_text(encoding="utf-8"), count=1)


def _hash(file: Path) -> str:
    """Of the words alone: a note on the original is none of them, and lines end as they do anywhere."""
    return hashlib.sha256(_bare(file).encode()).hexdigest()
