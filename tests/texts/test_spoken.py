"""What a visitor reads: the page in the language of its address, numbers in the forms that language has."""

from pathlib import Path

import httpx
import pytest

from marketplace_kit.kernel.texts import Texts

KK, RU = "Бұл бетті таба алмадық", "Мы не нашли эту страницу"


@pytest.mark.parametrize(("language", "heading"), [("kk", KK), ("ru", RU), ("en", "We could not find that page")])
async def test_a_page_speaks_the_language_of_its_address(
    client: httpx.AsyncClient, language: str, heading: str
) -> None:
    page = await client.get(f"/{language}/nowhere", headers={"Accept": "text/html"})
    assert page.status_code == 404
    assert f'<html lang="{language}"' in page.text
    assert f"<h1>{heading}</h1>" in page.text


async def test_a_refusal_of_the_api_speaks_the_language_that_was_asked_for(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/nowhere", headers={"Accept-Language": "kk"})
    assert answer.json()["title"] == "Біз мұны таба алмадық."


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("number", "form"), [(1, "день"), (2, "дня"), (5, "дней"), (11, "дней"), (21, "день"), (0, "дней")]
)
def test_russian_numbers_choose_their_form(tmp_path: Path, number: int, form: str) -> None:
    entry = 'msgid ""\nmsgstr "Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && '
    entry += '(n%100<10 || n%100>=20) ? 1 : 2);\\n"\n\nmsgid "day"\nmsgid_plural "days"\n'
    entry += 'msgstr[0] "день"\nmsgstr[1] "дня"\nmsgstr[2] "дней"\n'
    (tmp_path / "ru.po").write_text(entry, encoding="utf-8")
    assert Texts.load([tmp_path]).ngettext("ru", "day", "days", number) == form
