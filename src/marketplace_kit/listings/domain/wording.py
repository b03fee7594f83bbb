"""What is said of a listing, in every language in which somebody said it."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from marketplace_kit.kernel.texts import LOCALES
from marketplace_kit.kernel.translated import language_of, spoken, together


@attrs.frozen(kw_only=True)
class Wording:
    """A title and a description in ``language``, and beside them those of the other languages."""

    language: str
    title: str
    description: str = ""
    titles: Mapping[str, str] = attrs.field(factory=dict)
    descriptions: Mapping[str, str] = attrs.field(factory=dict)

    @property
    def all_titles(self) -> dict[str, str]:
        return together(self.language, self.title, self.titles)

    @property
    def all_descriptions(self) -> dict[str, str]:
        return together(self.language, self.description, self.descriptions)

    @classmethod
    def first(
        cls,
        title: str,
        description: str,
        language: str = "",
        titles: Mapping[str, str] | None = None,
        descriptions: Mapping[str, str] | None = None,
    ) -> Wording:
        """The words of a new listing; without a ``language`` their letters tell it."""
        known = language or told_by(title, description)
        return _kept(known, {**(titles or {}), known: title}, {**(descriptions or {}), known: description})

    def changed(
        self,
        title: str,
        description: str,
        language: str = "",
        titles: Mapping[str, str] | None = None,
        descriptions: Mapping[str, str] | None = None,
    ) -> Wording:
        """The same with new words in one language. Other languages become what is given, and stay if nothing is: a
        program that knows of one language only takes none of the others away. The listing keeps its first language.
        """
        said = language or self.language
        all_titles = {**(self.all_titles if titles is None else titles), said: title}
        told = dict(self.all_descriptions if descriptions is None else descriptions)
        read, read_in = spoken(self.all_descriptions, said)
        if description != read or read_in == said:  # not what was only read in another language, and sent back
            told[said] = description
        return _kept(self.language if all_titles.get(self.language) else said, all_titles, told)


def _kept(language: str, titles: Mapping[str, str], descriptions: Mapping[str, str]) -> Wording:
    others = [one for one in LOCALES if one != language]
    return Wording(
        language=language,
        title=titles[language],
        description=descriptions.get(language, ""),
        titles={one: titles[one] for one in others if titles.get(one)},
        descriptions={one: descriptions[one] for one in others if descriptions.get(one)},
    )


def told_by(title: str, description: str = "", stated: str = "") -> str:
    """The language of a listing's words, by their letters where it is not stated: a name in Latin letters leaves it to
    the description.
    """
    said = language_of(title, stated)
    return language_of(description) if said == "en" and not stated and description else said
