"""Listings as a file: out and in again without loss, all lines or none, and nothing that a sheet would execute."""

from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from marketplace_kit.listings.schemas.sheets import shielded, unshielded
from tests.listings.goods import LAMP
from tests.listings.market import Market

HEAD = "id,kind,title,description,price,attributes.maker,attributes.light,attributes.rooms,attributes.dimmable\r\n"
CSV = {"Content-Type": "text/csv"}


@given(st.text())
def test_a_cell_comes_back_as_it_was_and_is_never_a_formula(cell: str) -> None:
    assert unshielded(shielded(cell)) == cell
    assert not shielded(cell).startswith(("=", "+", "-", "@", "\t", "\r"))


async def test_what_is_taken_away_comes_back_unchanged(market: Market) -> None:
    owner = await market.person("owner", "vendor")
    shop_id = await market.shop(owner)
    for title in ("=HYPERLINK(1)", "'=quoted", 'Ұзын; "шам", қызыл', "@home -1", "Two\u00a0words"):
        await market.listing(owner, shop_id, title, rooms=("hall", "kitchen"), dimmable=True, maker="-5", watts=40)
    vendor = await market.browser("owner")
    path = f"/api/shops/{shop_id}"
    sheet = await vendor.get(f"{path}/listings.csv")
    assert sheet.headers["content-type"].startswith("text/csv")
    cells = [cell for row in csv.reader(io.StringIO(sheet.text.removeprefix("\ufeff"))) for cell in row]
    assert not [c for c in cells if c.startswith(("=", "+", "-", "@"))]
    back = await vendor.post(f"{path}/listings/import", content=sheet.content, headers=CSV)
    assert (back.status_code, back.json()["unchanged"], back.json()["changed"]) == (200, 5, 0)


async def test_new_lines_are_drafts_and_lines_with_an_id_change_it(market: Market) -> None:
    owner = await market.person("owner", "vendor")
    shop_id = await market.shop(owner)
    lamp = await market.listing(owner, shop_id)
    vendor = await market.browser("owner")
    text = HEAD.replace(",", ";") + f";{LAMP};Шам;;12 000,50;Svet;cold;hall|kitchen;yes\r\n"
    text += f"{lamp};{LAMP};Reading lamp II;;;Svet;warm;;no\r\n"
    path = f"/api/shops/{shop_id}/listings/import"
    look = await vendor.post(path, params={"dry_run": "true"}, content=text.encode("utf-8-sig"), headers=CSV)
    assert (look.json()["made"], look.json()["changed"]) == (1, 1)
    assert (await vendor.get(f"/api/listings/{lamp}")).json()["title"] == "Reading lamp"
    done = await vendor.post(path, content=text.encode("cp1251"), headers=CSV)
    assert (done.json()["made"], done.json()["changed"]) == (1, 1)
    assert (await vendor.get(f"/api/listings/{lamp}")).json()["title"] == "Reading lamp II"
    rows = list(csv.DictReader(io.StringIO((await vendor.get(f"/api/shops/{shop_id}/listings.csv")).text[1:])))
    assert [(r["title"], r["state"], r["price"]) for r in rows][-1] == ("Шам", "draft", "12000.50")


async def test_one_bad_cell_stores_nothing_and_every_one_is_named(market: Market) -> None:
    owner, other = await market.person("owner", "vendor"), await market.person("other", "vendor")
    shop_id = await market.shop(owner)
    theirs = await market.listing(other, await market.shop(other, "Other"))
    vendor = await market.browser("owner")
    text = HEAD + f",{LAMP},Good,,5,Svet,warm,,\r\n,no.kind,X,,NaN,,,,\r\n,{LAMP},,,1e999999,Svet,blue,,\r\n"
    text += f"{theirs},{LAMP},Mine now,,5,Svet,warm,,\r\n"
    path = f"/api/shops/{shop_id}/listings/import"
    refused = await vendor.post(path, content=text.encode(), headers=CSV)
    assert refused.status_code == 422
    assert {(p["field"], p["code"]) for p in refused.json()["problems"]} == {
        ("3:kind", "not_a_choice"),
        ("3:title", "too_short"),
        ("3:price", "not_an_amount"),
        ("4:title", "required"),
        ("4:price", "not_an_amount"),
        ("4:attributes.light", "not_a_choice"),
        ("5:id", "unknown_listing"),
    }
    assert "Good" not in (await vendor.get(f"/api/shops/{shop_id}/listings.csv")).text
    assert (await vendor.post(path, content=b"nothing", headers=CSV)).json()["code"] == "not_a_sheet"
    stranger = await market.browser("other")
    assert (await stranger.post(path, content=text.encode(), headers=CSV)).status_code == 404
    assert (await stranger.get(f"/api/shops/{shop_id}/listings.csv")).status_code == 404


async def test_a_file_is_looked_at_on_a_page_before_it_is_taken_over(market: Market) -> None:
    owner = await market.person("owner", "vendor")
    shop_id = await market.shop(owner)
    vendor = await market.browser("owner")
    path = f"/sell/shop/{shop_id}/import"
    text = HEAD + f",{LAMP},Desk lamp,,5,Svet,warm,,\r\n"
    page = await vendor.post(path, files={"file": ("listings.csv", text.encode(), "text/csv")})
    assert page.status_code == 200, page.text
    assert "Nothing is stored yet" in page.text
    done = await vendor.post(path, data={"sheet": text, "store": "1"})
    assert (done.status_code, done.headers["location"]) == (303, "/sell")
    wrong = await vendor.post(path, files={"file": ("x.csv", (HEAD + ",no.kind,X,,,,,,\r\n").encode(), "text/csv")})
    assert wrong.status_code == 422
    assert "kind" in wrong.text
