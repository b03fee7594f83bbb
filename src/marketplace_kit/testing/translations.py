"""Keeping catalogues complete: every wording of a package that a person may read, and what its ``.po`` files lack.

``python -m marketplace_kit.testing.translations update [folder]`` adds what is missing as empty entries, in the order
of the sources; ``… missing [folder]`` lists it and fails while there is any. A folder is a package, or a project that
holds packages.

What the kernel and the web floor word (Back, Search, Please fill this in.) is worded for everybody: no other package
needs an entry of its own for that.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path

import click
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from marketplace_kit.kernel.texts import LOCALES
from marketplace_kit.testing.wordings import Wording, packages, wordings

LANGUAGES = tuple(code for code in LOCALES if code != "en")
_FLOORS = tuple(Path(__file__).resolve().parents[1] / floor for floor in ("kernel", "web"))


def catalogue(package: Path, locale: str) -> Catalog:
    """The package's catalogue of one language; empty if there is none yet."""
    path = package / "locale" / f"{locale}.po"
    if not path.exists():
        return Catalog(locale=locale)
    with path.open("rb") as file:
        return read_po(file, locale=locale)


def is_worded(message: Message | None) -> bool:
    """Whether an entry has its wording, in every plural form, and nobody doubts it."""
    if message is None or message.fuzzy:
        return False
    return all(message.string) if isinstance(message.string, tuple | list) else bool(message.string)


def missing(package: Path, locale: str) -> list[str]:
    """The wordings of ``package`` that neither its own catalogue nor a floor below has in this language."""
    own, below = catalogue(package, locale), _below(package, locale)
    return [w.text for w in wordings(package) if w.text not in below and not _fits(own.get(w.text), w)]


def unused(package: Path, locale: str) -> list[str]:
    """The entries of its catalogue that ``package`` no longer shows."""
    shown = {w.text for w in wordings(package)}
    return [text for text in map(_text, catalogue(package, locale)) if text and text not in shown]


def update(package: Path) -> dict[str, list[str]]:
    """Write both catalogues anew: entries in source order, those without wording empty, those no longer shown put away
    as obsolete. Answers what is missing in each language. The same sources always give the same bytes.
    """
    shown = wordings(package)
    for locale in LANGUAGES:
        renewed = _renewed(shown, catalogue(package, locale), _below(package, locale), locale)
        path = package / "locale" / f"{locale}.po"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(_bytes(renewed))
    return {locale: missing(package, locale) for locale in LANGUAGES}


def _renewed(shown: Iterable[Wording], old: Catalog, below: set[str], locale: str) -> Catalog:
    new = Catalog(locale=locale)
    for wording in shown:
        kept = old.get(wording.text) or old.obsolete.get(wording.text)
        if wording.text in below and not is_worded(kept):
            continue
        string = kept.string if kept is not None and _same_shape(kept, wording) else None
        comments, flags = (kept.user_comments, kept.flags & {"fuzzy"}) if kept else ((), ())
        new.add(wording.id, string, [(wording.place, 0)], flags, user_comments=comments)
    for message in (*old, *old.obsolete.values()):
        if message.string and _text(message) and _text(message) not in new:
            new.obsolete[_text(message)] = message
    return new


def _bytes(written: Catalog) -> bytes:
    """The file: a header without dates and programs, one line for one text."""
    header = {
        "Language": written.locale_identifier,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": written.plural_forms,
    }
    lines = "".join(f'"{name}: {value}\\n"\n' for name, value in header.items())
    file = io.BytesIO()
    file.write(f'msgid ""\nmsgstr ""\n{lines}\n'.encode())
    write_po(file, written, width=0, omit_header=True, include_lineno=False)
    return file.getvalue().rstrip(b"\n") + b"\n"


def _below(package: Path, locale: str) -> set[str]:
    """What the floors that are read before this package already word."""
    own = package.resolve()
    floors = _FLOORS[: _FLOORS.index(own)] if own in _FLOORS else _FLOORS
    return {_text(message) for floor in floors for message in catalogue(floor, locale) if is_worded(message)}


def _text(message: Message) -> str:
    return str(message.id[0] if isinstance(message.id, tuple | list) else message.id)


def _same_shape(message: Message, wording: Wording) -> bool:
    return isinstance(message.string, tuple | list) == bool(wording.plural)


def _fits(message: Message | None, wording: Wording) -> bool:
    return message is not None and is_worded(message) and _same_shape(message, wording)


@click.command()
@click.argument("act", type=click.Choice(["update", "missing"]))
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=".")
def main(act: str, folder: Path) -> None:
    """Keep the catalogues of a package, or of all packages of a project, complete."""
    found, lacking = packages(folder), 0
    if not found:
        raise click.UsageError(f"there is no package with a plugin in {folder}")
    for package in found:
        by_locale = update(package) if act == "update" else {code: missing(package, code) for code in LANGUAGES}
        for locale, texts in by_locale.items():
            lacking += len(texts)
            for text in texts:
                click.echo(f"{package.name}/locale/{locale}.po: {text!r}")
    if lacking and act == "missing":
        raise SystemExit(1)


if __name__ == "__main__":
    main()
