"""What people write, in several languages: a title, a description, a name. What lacks in the reader's language is read
in the nearest one that has it; never a key, never nothing while there is something.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from marketplace_kit.kernel.texts import FALLBACKS, LOCALES

LANGUAGE_NAMES: Mapping[str, str] = {"kk": "Қазақша", "ru": "Русский", "en": "English"}
"""Each language in its own words: whoever looks for it can read that."""
_KAZAKH = re.compile("[әғқңөұүһі]", re.IGNORECASE)
_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)


class Translated(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One text in those languages in which somebody wrote it; empty where nobody did."""

    kk: str = ""
    ru: str = ""
    en: str = ""

    @classmethod
    def of(cls, texts: Mapping[str, str]) -> Translated:
        return cls(**{language: texts[language] for language in LOCALES if texts.get(language)})

    def texts(self) -> dict[str, str]:
        """By language, as it is stored."""
        return {language: text for language in LOCALES if (text := getattr(self, language))}


def together(language: str, text: str, others: Mapping[str, str]) -> dict[str, str]:
    """All wordings of a text that is kept in one language with its ``others`` beside it."""
    return {**others, language: text} if text else dict(others)


def spoken(texts: Mapping[str, str], locale: str) -> tuple[str, str]:
    """The text in the reader's language, or in the nearest one that has it, and which language that is; ``("", "")``
    if there is none.
    """
    for language in FALLBACKS.get(locale, FALLBACKS["en"]):
        if texts.get(language):
            return texts[language], language
    return "", ""


def named(names: Mapping[str, str], locale: str) -> str:
    """A name in the reader's language, or in the nearest one that has it."""
    return spoken(names, locale)[0]


def language_of(text: str, stated: str = "") -> str:
    """In which language a text is: as ``stated``, unless its letters say otherwise. Letters that only Kazakh has make
    it Kazakh; Cyrillic ones are not English, and Russian where nothing is stated.
    """
    if _KAZAKH.search(text):
        return "kk"
    if _CYRILLIC.search(text):
        return stated if stated in ("kk", "ru") else "ru"
    return stated or "en"


def lacking(texts: Mapping[str, Any], languages: Iterable[str]) -> list[str]:
    """Those of ``languages`` in which there is nothing."""
    return [language for language in languages if not texts.get(language)]
