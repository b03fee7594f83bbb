"""Every room and plugin speaks Kazakh and Russian: nothing missing, nothing left over, nothing half done."""

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Message

from marketplace_kit.testing.translations import LANGUAGES, catalogue, is_worded, missing, unused
from marketplace_kit.testing.wordings import packages

pytestmark = pytest.mark.one_engine

HOUSE = Path(__file__).resolve().parents[2]
PACKAGES = packages(HOUSE)
_PLACE = re.compile(r"%\((\w+)\)s|\{([a-zA-Z_]\w*)\}")
_WORD = re.compile(r"[^\W\d_]+")
_LATIN = re.compile(r"[A-Za-z]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")


@pytest.fixture(params=PACKAGES, ids=lambda folder: folder.name)
def package(request: pytest.FixtureRequest) -> Path:
    return Path(request.param)


@pytest.fixture(params=LANGUAGES)
def locale(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@cache
def entries(package: Path, locale: str) -> tuple[Message, ...]:
    return tuple(message for message in catalogue(package, locale) if message.id)


def forms(text: object) -> tuple[str, ...]:
    """The forms of a message id or of its wording: one, or one for each number."""
    return tuple(map(str, text)) if isinstance(text, tuple | list) else (str(text or ""),)


def worded(package: Path, locale: str) -> Iterator[tuple[str, str]]:
    """Each English wording with what stands for it; of what counts something, the plural with every form."""
    for message in entries(package, locale):
        if is_worded(message):
            yield from ((forms(message.id)[-1], said) for said in forms(message.string))


def places(text: str) -> set[str]:
    return {place[0] for place in _PLACE.finditer(text)}


def mixed(text: str) -> list[str]:
    """Words that only look like words: Latin letters among Cyrillic ones."""
    return [word for word in _WORD.findall(text) if _LATIN.search(word) and _CYRILLIC.search(word)]


def alone(text: str) -> set[str]:
    """Latin letters that stand alone, as a mistyped preposition does."""
    return {word for word in _WORD.findall(text) if len(word) == 1 and _LATIN.match(word)}


def test_the_core_has_its_floors_among_the_packages() -> None:
    assert {"kernel", "web"} <= {package.name for package in PACKAGES}


def test_every_wording_of_a_package_is_there(package: Path, locale: str) -> None:
    assert missing(package, locale) == []


def test_a_catalogue_holds_nothing_that_is_no_longer_shown(package: Path, locale: str) -> None:
    assert unused(package, locale) == []


def test_no_wording_is_left_in_doubt(package: Path, locale: str) -> None:
    assert [m.id for m in entries(package, locale) if not is_worded(m)] == []


def test_a_wording_has_the_places_of_its_english_one(package: Path, locale: str) -> None:
    assert [(english, said) for english, said in worded(package, locale) if places(english) != places(said)] == []


def test_a_wording_is_a_translation(package: Path, locale: str) -> None:
    same = [english for english, said in worded(package, locale) if english == said]
    assert [english for english in same if len(_PLACE.sub("", english).split()) > 3] == []


def test_a_wording_begins_and_ends_as_its_english_one(package: Path, locale: str) -> None:
    def ends(text: str) -> tuple[str, ...]:
        space = (text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :])
        return (*space, *(sign for sign in "?…" if text.endswith(sign)))

    assert [(english, said) for english, said in worded(package, locale) if ends(english) != ends(said)] == []


def test_cyrillic_words_are_cyrillic_throughout(package: Path, locale: str) -> None:
    assert [(said, mixed(said)) for _, said in worded(package, locale) if mixed(said)] == []
    assert [said for english, said in worded(package, locale) if alone(said) - alone(english)] == []


def test_kazakh_has_words_of_its_own(package: Path) -> None:
    """A Kazakh catalogue that was copied from the Russian one has hardly a letter that Russian lacks."""
    said = [text for english, text in worded(package, "kk") if len(english.split()) > 5]
    assert len(said) < 5 or sum(bool(re.search("[әғқңөұүһі]", text.lower())) for text in said) > len(said) * 0.8


def test_a_wording_is_the_same_wherever_it_is_shown(locale: str) -> None:
    """One English wording has one translation on a site: of several catalogues the first to have it is believed."""
    said: dict[str, dict[tuple[str, ...], list[str]]] = defaultdict(lambda: defaultdict(list))
    for package in PACKAGES:
        for message in entries(package, locale):
            if is_worded(message):
                said[forms(message.id)[0]][forms(message.string)].append(package.name)
    assert {english: dict(ways) for english, ways in said.items() if len(ways) > 1} == {}
