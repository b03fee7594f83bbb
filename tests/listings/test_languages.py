"""What a listing says in several languages: to readers, to searches, to programs, in a sheet and on the form."""

from __future__ import annotations

import asyncio
import csv
import io
import re
from typing import Any
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa

from marketplace_kit.kernel.branches import Migrations
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.translated import language_of
from marketplace_kit.listings.domain.wording import Wording
from marketplace_kit.shops.schemas import ShopAddress
from marketplace_kit.shops.services import rename_address
from marketplace_kit.testing.queries import assert_query_count
from tests.listings.goods import LAMP
from tests.listings.market import Market

HAIRCUT = {"kk": "Шаш қию", "ru": "Стрижка", "en": "Haircut"}
CSV = {"Content-Type": "text/csv"}


def said(shop_id: UUID, **given: Any) -> dict[str, Any]:
    attributes = {"maker": "Svet", "light": "warm"}
    return {"shop_id": str(shop_id), "kind": LAMP, "title": "Стрижка", "attributes": attributes, **given}


async def haircut(market: Market, **given: Any) -> tuple[httpx.AsyncClient, Actor, dict[str, Any]]:
    """A published listing with a title in three languages and a text in Russian."""
    owner = await market.person("owner", "vendor")
    shop_id = await market.shop(owner)
    vendor = await market.browser("owner")
    words = {"titles": HAIRCUT, "description": "Ножницами", "descriptions": {}, "language": "ru"} | given
    made = await vendor.post("/api/listings", json=said(shop_id, **words))
    assert made.status_code == 201, made.text
    shown = await vendor.post(f"/api/listings/{made.json()['id']}/publish")
    assert shown.status_code == 200, shown.text
    return vendor, owner, shown.json()


@pytest.mark.parametrize(
    ("text", "stated", "language"),
    [
        ("Шаш қию", "ru", "kk"),
        ("Стрижка", "", "ru"),
        ("Стрижка", "en", "ru"),
        ("Саз балшык", "kk", "kk"),
        ("Haircut", "", "en"),
        ("iPhone 15", "ru", "ru"),
        ("", "kk", "kk"),
    ],
)
def test_letters_tell_the_language_where_nobody_says_it(text: str, stated: str, language: str) -> None:
    assert language_of(text, stated) == language


def test_words_of_other_languages_stay_with_who_knows_one_language_only() -> None:
    known = Wording.first("Стрижка", "Ножницами", "", HAIRCUT, {"en": "With scissors"})
    assert (known.language, known.titles) == ("ru", {"kk": "Шаш қию", "en": "Haircut"})
    changed = known.changed("Стрижка детская", "Ножницами")
    assert changed.all_titles == HAIRCUT | {"ru": "Стрижка детская"}
    assert changed.all_descriptions == {"ru": "Ножницами", "en": "With scissors"}
    # A Kazakh reader was shown the Russian text: sent back untouched it does not become a Kazakh one.
    kazakh = known.changed("Шаш қию (балалар)", "Ножницами", "kk")
    assert kazakh.all_titles == HAIRCUT | {"kk": "Шаш қию (балалар)"}
    assert kazakh.all_descriptions == known.all_descriptions
    assert (kazakh.language, kazakh.title) == ("ru", "Стрижка")
    alone = known.changed("Haircut", "", "en", {}, {})
    assert (alone.language, alone.all_titles, alone.all_descriptions) == ("en", {"en": "Haircut"}, {})


async def test_every_reader_gets_the_words_of_their_language_or_of_the_nearest(market: Market) -> None:
    _, _, made = await haircut(market, titles={"kk": "Шаш қию"})
    reader = await market.browser()
    for language, title, title_in in (("kk", "Шаш қию", "kk"), ("ru", "Стрижка", "ru"), ("en", "Стрижка", "ru")):
        reader.headers["Accept-Language"] = language
        one = (await reader.get(f"/api/listings/{made['id']}")).json()
        assert (one["title"], one["language"]) == (title, title_in)
        assert (one["description"], one["description_language"]) == ("Ножницами", "ru")
        assert (one["titles"], one["descriptions"]) == ({"kk": "Шаш қию", "ru": "Стрижка"}, {"ru": "Ножницами"})
        (card,) = (await reader.get("/api/listings")).json()["items"]
        assert (card["title"], card["language"]) == (title, title_in)


async def test_a_listing_is_found_by_its_words_in_any_language(market: Market) -> None:
    await haircut(market, descriptions={"kk": "Қайшымен", "en": "With scissors"})
    reader = await market.browser()
    for words in ("шаш кию", "стриж", "haircut", "қайшымен", "scissors ножницами", "Light house"):
        found = (await reader.get("/api/listings", params={"q": words})).json()
        assert [one["title"] for one in found["items"]] == ["Стрижка"], words
    assert (await reader.get("/api/listings", params={"q": "scissors лак"})).json()["items"] == []


async def test_a_change_in_one_language_keeps_the_others_and_a_whole_one_replaces_them(market: Market) -> None:
    vendor, _, made = await haircut(market)
    change = {"attributes": made["attributes"], "price": None}

    async def put(**given: Any) -> dict[str, Any]:
        known = (await vendor.get(f"/api/listings/{made['id']}")).json()
        answer = await vendor.put(f"/api/listings/{made['id']}", json=change | {"version": known["version"]} | given)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    # The owner reads English: a program that knows nothing of languages changes what it has read.
    old = await put(title="Haircut for children", description="Ножницами")
    assert old["titles"] == HAIRCUT | {"en": "Haircut for children"}
    assert old["descriptions"] == {"ru": "Ножницами"}
    whole = await put(title="Стрижка", language="ru", titles={"kk": "Шаш алу"}, descriptions={})
    assert (whole["titles"], whole["descriptions"]) == ({"kk": "Шаш алу", "ru": "Стрижка"}, {})
    assert (whole["title"], whole["language"]) == ("Стрижка", "ru")


async def test_wrong_words_are_refused_where_they_stand(market: Market) -> None:
    owner = await market.person("owner", "vendor")
    shop_id = await market.shop(owner)
    vendor = await market.browser("owner")
    wrong = {"titles": {"kk": "Ш", "de": "Haarschnitt", "en": 5}, "descriptions": "viel", "language": "de"}
    refused = await vendor.post("/api/listings", json=said(shop_id, **wrong))
    assert refused.status_code == 422
    assert {(p["field"], p["code"]) for p in refused.json()["problems"]} == {
        ("titles.kk", "too_short"),
        ("titles.de", "unknown_field"),
        ("titles.en", "wrong_type"),
        ("descriptions", "wrong_type"),
        ("language", "not_a_choice"),
    }
    bodies = (await vendor.get("/api/openapi.json")).json()["components"]["schemas"]
    body = next(schema for name, schema in bodies.items() if name.startswith("New") and name.endswith("LampListing"))
    titles = next(one for one in body["properties"]["titles"]["anyOf"] if one["type"] == "object")
    assert titles["properties"].keys() == {"kk", "ru", "en"}
    assert titles["additionalProperties"] is False


async def test_lists_and_pages_ask_no_more_for_three_languages(market: Market) -> None:
    _, _, made = await haircut(market)
    reader = await market.browser()
    await reader.get("/api/listings")
    with assert_query_count(market.site, at_most=3) as seen:
        await reader.get("/api/listings", params={"q": "стрижка"})
    assert len(seen) == 2
    with assert_query_count(market.site, at_most=1):
        await reader.get(f"/api/listings/{made['id']}")


async def test_a_sheet_has_a_column_for_each_language_and_an_older_one_takes_no_words_away(market: Market) -> None:
    vendor, _, made = await haircut(market)
    path = f"/api/shops/{made['shop']['id']}/listings"
    text = (await vendor.get(f"{path}.csv")).text.removeprefix("\ufeff")
    (row,) = csv.DictReader(io.StringIO(text))
    words = ("language", "title", "titles.kk", "titles.ru", "titles.en", "description", "descriptions.ru")
    assert [row[name] for name in words] == ["ru", "Стрижка", "Шаш қию", "", "Haircut", "Ножницами", ""]
    same = await vendor.post(f"{path}/import", content=text.encode(), headers=CSV)
    assert same.json()["unchanged"] == 1
    head = "id,kind,title,titles.en,attributes.maker,attributes.light"
    line = f"{made['id']},{LAMP},Стрижка,Cut,Svet,warm"
    await vendor.post(f"{path}/import", content=f"{head}\r\n{line}\r\n".encode(), headers=CSV)
    assert (await vendor.get(f"/api/listings/{made['id']}")).json()["titles"] == {"ru": "Стрижка", "en": "Cut"}
    older = f"id,kind,title,attributes.maker,attributes.light\r\n{made['id']},{LAMP},Причёска,Svet,warm\r\n"
    await vendor.post(f"{path}/import", content=older.encode(), headers=CSV)
    assert (await vendor.get(f"/api/listings/{made['id']}")).json()["titles"] == {"ru": "Причёска", "en": "Cut"}


async def test_what_was_there_before_keeps_its_words_and_gets_a_language(market: Market) -> None:
    owner = await market.person("owner", "vendor")
    shop_id = await market.shop(owner)
    told = {"Шаш қию": "kk", "Стрижка": "ru", "Reading lamp": "en", "ҮСТЕЛ": "kk"}
    for title in told:
        await market.listing(owner, shop_id, title)
    migrations = Migrations(market.site.registry, market.site.database.url.render_as_string(hide_password=False))
    await asyncio.to_thread(migrations.downgrade, "listings@listings_0005")
    await asyncio.to_thread(migrations.upgrade)

    async def kept(connection: Any) -> dict[str, str]:
        rows = await connection.execute(sa.text("SELECT title, language FROM listing"))
        return {row.title: row.language for row in rows}

    assert await market.site.ask(kept) == told


@pytest.mark.one_engine
async def test_the_page_names_the_language_of_foreign_words(market: Market) -> None:
    _, _, made = await haircut(market, titles={"en": "Haircut"})
    reader = await market.browser()
    for language, title in (("ru", "Стрижка"), ("en", "Haircut")):
        page = (await reader.get(f"/{language}/listings/{made['id']}")).text
        assert f"<h1>{title}</h1>" in page
        assert f">{title}</a>" in (await reader.get(f"/{language}/listings")).text
    kazakh = (await reader.get(f"/kk/listings/{made['id']}")).text
    assert '<h1><span lang="ru">Стрижка</span></h1>' in kazakh
    assert '<div class="kit-prose" lang="ru"><p>Ножницами</p>' in kazakh
    assert re.search(r'<a href="/listings/[^"]+" lang="ru">Стрижка</a>', (await reader.get("/kk/listings")).text)


@pytest.mark.one_engine
async def test_the_form_asks_in_the_vendors_language_and_puts_the_others_away(market: Market) -> None:
    owner = await market.person("owner", "vendor")
    shop_id = await market.shop(owner)
    vendor = await market.browser("owner")
    form = (await vendor.get(f"/kk/sell/listings/new/{LAMP}")).text
    assert '<input type="hidden" name="language" value="kk">' in form
    folded = form.split('<details class="kit-fold">')[1].split("</details>")[0]
    assert re.findall(r'name="([a-z.]+)"', folded) == [
        "titles.ru", "descriptions.ru", "titles.en", "descriptions.en",
    ]  # fmt: skip
    filled = {
        "shop_id": str(shop_id), "language": "kk", "title": "Шаш қию", "titles.ru": "С", "titles.en": "Haircut",
        "attributes.maker": "Svet", "attributes.light": "warm",
    }  # fmt: skip
    refused = await vendor.post(f"/kk/sell/listings/new/{LAMP}", data=filled)
    assert refused.status_code == 422
    folded = refused.text.split('<details class="kit-fold" open>')[1].split("</details>")[0]
    assert 'id="f-titles.ru-error"' in folded
    assert 'value="Haircut"' in folded
    made = await vendor.post(f"/kk/sell/listings/new/{LAMP}", data=filled | {"titles.ru": "Стрижка"})
    assert (made.status_code, made.headers["location"][:13]) == (303, "/kk/listings/")
    listing = (await vendor.get(f"/api/listings/{made.headers['location'][13:]}")).json()
    assert listing["titles"] == HAIRCUT
    edit = f"/ru/sell/listings/{listing['id']}/edit"
    form = (await vendor.get(edit)).text
    assert 'name="title" value="Стрижка"' in form
    assert '<span class="kit-muted">Қазақша, English</span>' in form
    change = filled | {"language": "ru", "title": "Причёска", "titles.kk": "", "version": str(listing["version"])}
    del change["shop_id"], change["titles.ru"]
    assert (await vendor.post(edit, data=change)).headers["location"] == f"/ru/listings/{listing['id']}"
    after = (await vendor.get(f"/api/listings/{listing['id']}")).json()
    assert after["titles"] == {"ru": "Причёска", "en": "Haircut"}


@pytest.mark.one_engine
async def test_whoever_reads_under_a_language_is_led_on_under_it(market: Market) -> None:
    vendor, owner, made = await haircut(market)
    await market.site.do(rename_address, UUID(made["shop"]["id"]), ShopAddress(slug="new-house"), by=owner)
    paths = {
        path for route in market.app.routes for path in [route.path_format] if "GET" in getattr(route, "methods", ())
    }
    paths = {path for path in paths if "{" not in path and not path.startswith(("/api/", "/-/"))}
    paths |= {f"/shops/{made['shop']['slug']}", f"/shops/{made['shop']['slug']}/reviews", "/listings/?q=1"}
    guest = await market.browser()
    led = {}
    for client in (guest, vendor):
        for path in sorted(paths):
            answer = await client.get(f"/kk{path}")
            if answer.is_redirect:
                led[path] = answer.headers["location"]
    assert {"/search", "/sell", f"/shops/{made['shop']['slug']}"} <= led.keys()
    assert [path for path, target in led.items() if f"{target}/"[:4] != "/kk/"] == []
    assert (await guest.get("/kk/sell")).headers["location"] == "/kk/sign-in?next=/kk/sell"


async def test_the_setting_up_of_a_shop_names_what_kazakh_and_russian_customers_cannot_read(market: Market) -> None:
    vendor, owner, made = await haircut(market)
    shop_id = UUID(made["shop"]["id"])
    await market.listing(owner, shop_id, "Сақал түзету", draft=True)
    path = f"/api/shops/{shop_id}/setup"
    await vendor.get(path)
    with assert_query_count(market.site, at_most=5):
        steps = (await vendor.get(path)).json()["steps"]
    (offers,) = [one for one in steps if one["key"] == "offers"]
    assert (offers["advice"], offers["named"]) == (["offers_ru"], {"offers_ru": ["Сақал түзету"]})
    assert "No title in Russian: Сақал түзету" in (await vendor.get(f"/en/sell/shop/{shop_id}/setup")).text
