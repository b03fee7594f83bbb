"""Texts in the reader's language; English rather than a key."""

from __future__ import annotations

from pathlib import Path

import pytest

from marketplace_kit.kernel.texts import FALLBACKS, LOCALES, Texts, choose_locale

pytestmark = pytest.mark.one_engine
HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: {}\\n"\n'
RU = "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);"
KK = "nplurals=2; plural=(n != 1);"


@pytest.fixture
def texts(tmp_path: Path) -> Texts:
    core, vet = tmp_path / "core", tmp_path / "vet"
    core.mkdir()
    vet.mkdir()
    (core / "ru.po").write_text(
        HEADER.format(RU)
        + '\nmsgid "Visit"\nmsgstr "Визит"\n\nmsgid "{n} day"\nmsgid_plural "{n} days"\n'
        + 'msgstr[0] "{n} день"\nmsgstr[1] "{n} дня"\nmsgstr[2] "{n} дней"\n'
        + '\n#, fuzzy\nmsgid "Doubtful"\nmsgstr "Сомнительно"\n\nmsgid "Empty"\nmsgstr ""\n'
    )
    (core / "kk.po").write_text(
        HEADER.format(KK)
        + '\nmsgid "Hello {name}"\nmsgstr "Сәлем, {name}"\n\nmsgid "{n} day"\nmsgid_plural "{n} days"\n'
        + 'msgstr[0] "{n} күн"\nmsgstr[1] "{n} күн бойы"\n'
    )
    (vet / "ru.po").write_text(HEADER.format(RU) + '\nmsgid "Visit"\nmsgstr "Приём"\n\nmsgid "Paw"\nmsgstr "Лапа"\n')
    return Texts.load([core, vet])


def test_what_lacks_a_translation_is_shown_in_english(texts: Texts) -> None:
    assert texts.gettext("kk", "Visit") == "Visit"
    assert texts.gettext("en", "Visit") == "Visit"
    assert texts.gettext("tr", "Visit") == "Visit"


def test_catalogues_of_plugins_add_to_the_cores_and_do_not_replace_it(texts: Texts) -> None:
    assert (texts.gettext("ru", "Visit"), texts.gettext("ru", "Paw")) == ("Визит", "Лапа")


def test_doubtful_and_empty_translations_do_not_count(texts: Texts) -> None:
    assert texts.gettext("ru", "Doubtful") == "Doubtful"
    assert texts.lacking("ru", ["Doubtful", "Empty", "Visit", "", "Paw", "New"]) == ["Doubtful", "Empty", "New"]
    assert texts.lacking("en", ["New"]) == []


RUSSIAN = {0: "дней", 1: "день", 2: "дня", 4: "дня", 5: "дней", 11: "дней", 12: "дней", 21: "день"}
RUSSIAN |= {22: "дня", 25: "дней", 101: "день", 111: "дней", 112: "дней"}


@pytest.mark.parametrize(("number", "form"), RUSSIAN.items())
def test_russian_counts_in_three_forms(texts: Texts, number: int, form: str) -> None:
    assert texts.ngettext("ru", "{n} day", "{n} days", number) == f"{{n}} {form}"


def test_kazakh_and_english_count_in_two(texts: Texts) -> None:
    assert [texts.ngettext("kk", "{n} day", "{n} days", n) for n in (1, 2, 21)] == [
        "{n} күн",
        "{n} күн бойы",
        "{n} күн бойы",
    ]
    assert [texts.ngettext("en", "{n} day", "{n} days", n) for n in (0, 1, 2)] == ["{n} days", "{n} day", "{n} days"]


def test_a_text_is_translated_first_and_filled_afterwards(texts: Texts) -> None:
    assert texts.render("kk", "Hello {name}", {"name": "{name}"}) == "Сәлем, {name}"
    assert texts.render("kk", "Hello {name}", {}) == "Сәлем, …"


def test_every_language_falls_back_to_all_the_others() -> None:
    assert {code: set(order) for code, order in FALLBACKS.items()} == {code: set(LOCALES) for code in LOCALES}


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        ("kk-KZ,kk;q=0.9,ru;q=0.8", "kk"),
        ("de, ru;q=0.5, en;q=0.7", "en"),
        ("ru; q=0.4, en; q=0.2", "ru"),
        ("en;q=0", "ru"),
        ("", "ru"),
        ("*", "ru"),
        (";q=,,;q=nan,en;q=x", "ru"),
        ("kk;q=nan", "ru"),
        ("RU", "ru"),
    ],
)
def test_the_browser_gets_the_best_of_our_languages(header: str, locale: str) -> None:
    assert choose_locale(header, "ru") == locale
