"""Texts in the reader's language. The English wording is the message id; the catalogues of the core and of all plugins
become one per language.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from babel.messages.pofile import read_po

from marketplace_kit.kernel.errors import filled

LOCALES = ("kk", "ru", "en")
# Who falls back to whom when content (not interface) lacks a language: local-business practice.
FALLBACKS = {"kk": ("kk", "ru", "en"), "ru": ("ru", "kk", "en"), "en": ("en", "ru", "kk")}


def N_(text: str) -> str:  # noqa: N802 - the conventional name, known to extraction tools
    """Mark a message id in a declaration; it is translated where it is shown."""
    return text


class Texts:
    """The catalogues of one site. What lacks a translation is shown in English, never as a key."""

    def __init__(self, catalogues: Mapping[str, Mapping[str, str | tuple[str, ...]]] | None = None) -> None:
        self._catalogues = {code: dict((catalogues or {}).get(code, {})) for code in LOCALES}

    @classmethod
    def load(cls, folders: Iterable[Path]) -> Texts:
        """Read ``<lang>.po`` in each folder; the first folder that has a message wins (the core comes first)."""
        last_first = [*folders][::-1]
        return cls({code: _merged(_dated(folder / f"{code}.po" for folder in last_first)) for code in LOCALES})

    def gettext(self, locale: str, text: str) -> str:
        found = self._catalogues.get(locale, {}).get(text)
        return found if isinstance(found, str) else text

    def ngettext(self, locale: str, singular: str, plural: str, number: int) -> str:
        """The form that ``number`` needs: two in Kazakh and English, four in Russian (CLDR)."""
        forms = self._catalogues.get(locale, {}).get(singular)
        if isinstance(forms, tuple):
            index = _PO_FORMS[locale](number)
            if index < len(forms) and forms[index]:
                return forms[index]
        return singular if number == 1 else plural

    def render(self, locale: str, text: str, facts: Mapping[str, Any]) -> str:
        """Translate, then fill ``{name}`` places from ``facts``. Nothing else in a text is ever replaced."""
        return filled(self.gettext(locale, text), facts)

    def lacking(self, locale: str, texts: Iterable[str]) -> list[str]:
        """Those of ``texts`` that have no wording in this language."""
        return [] if locale == "en" else sorted({t for t in texts if t and t not in self._catalogues[locale]})


def _russian(n: int) -> int:
    if n % 10 == 1 and n % 100 != 11:
        return 0
    return 1 if 2 <= n % 10 <= 4 and not 12 <= n % 100 <= 14 else 2


# The numbering of msgstr[n] by each catalogue's Plural-Forms header.
_PO_FORMS = {"en": lambda n: int(n != 1), "kk": lambda n: int(n != 1), "ru": _russian}


def _dated(paths: Iterable[Path]) -> tuple[tuple[Path, int], ...]:
    """Those that are there, and when each was written."""
    return tuple((path, path.stat().st_mtime_ns) for path in paths if path.exists())


@lru_cache(maxsize=64)
def _merged(written: tuple[tuple[Path, int], ...]) -> Mapping[str, str | tuple[str, ...]]:
    """What several catalogues say together; the last one that has a message wins."""
    merged: dict[str, str | tuple[str, ...]] = {}
    for path, at in written:
        merged |= _entries(path, at)
    return MappingProxyType(merged)


@lru_cache(maxsize=256)
def _entries(path: Path, _written: int) -> Mapping[str, str | tuple[str, ...]]:
    """What a catalogue says. Read once as long as it is not written again: sites of one process share it."""
    with path.open("rb") as file:
        catalogue = read_po(file, locale=path.stem)
    entries: dict[str, str | tuple[str, ...]] = {}
    for message in catalogue:
        if not message.id or message.fuzzy:
            continue
        if isinstance(message.id, tuple | list):
            if all(message.string or ()):
                entries[message.id[0]] = tuple(message.string or ())
        elif message.string:
            entries[message.id] = str(message.string)
    return MappingProxyType(entries)


def choose_locale(accept_language: str, default: str) -> str:
    """The best of our languages for an ``Accept-Language`` header (RFC 9110 §12.5.4)."""
    wanted: list[tuple[float, int, str]] = []
    for position, part in enumerate(accept_language[:500].split(",")):
        tag, _, quality = "".join(part.split()).partition(";q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            continue
        wanted.append((-weight, position, tag.split("-")[0].lower()))
    return next((code for weight, _, code in sorted(wanted) if code in LOCALES and weight < 0), default)
