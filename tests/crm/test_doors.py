"""Clients on the web and by the API, as people and programs meet them."""

from __future__ import annotations

import re
from typing import Any

import pytest
import sqlalchemy as sa

from marketplace_kit.crm import queries
from marketplace_kit.crm.services.asking import wanted_of
from marketplace_kit.kernel.audit import audit_table
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.testing.queries import assert_query_count, count_queries
from tests.crm.parlour import OTHER, PHONE, Parlour

pytestmark = [pytest.mark.anyio, pytest.mark.one_engine]  # doors: what stands behind them runs on both


async def post(browser: Any, path: str, action: str = "", **fields: Any) -> Any:
    """What the form of the page sends."""
    page = await browser.get(path)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token, page.text
    return await browser.post(action or path, data={"csrf_token": token[1], **fields})


async def test_a_program_keeps_a_shops_clients(parlour: Parlour) -> None:
    dina = await parlour.browser("dina")
    made = await dina.post("/api/customers", json={"shop": str(parlour.shop_id), "name": "Aru", "phone": "87012345678"})
    assert made.status_code == 201, made.text
    path = f"/api/customers/{made.json()['id']}"
    twice = await dina.post(
        "/api/customers", json={"shop": str(parlour.shop_id), "name": "B", "phone": "8 701 234-56-78"}
    )
    assert (twice.status_code, twice.json()["code"]) == (409, "client_exists")
    assert twice.json()["facts"]["client_id"] == made.json()["id"]
    bad = await dina.post("/api/customers", json={"shop": str(parlour.shop_id), "name": "B", "phone": "12345"})
    assert (bad.status_code, "phone_invalid" in bad.text) == (422, True)
    noted = await dina.post(f"{path}/notes", json={"content": "Likes tea", "visibility": "shareable"})
    note = noted.json()["notes"][0]
    assert (note["content"], note["created_by"], note["by"]) == ("Likes tea", str(parlour.dina.person_id), "dina")
    tagged = await dina.put(f"{path}/tags", json={"tags": ["VIP", "vip", " "]})
    assert tagged.json()["tags"] == ["VIP"]
    for wrong in ({"tags": "VIP"}, {"tags": [1]}, {"tags": ["x" * 41]}, {}):
        assert (await dina.put(f"{path}/tags", json=wrong)).status_code == 422
    await parlour.had(PHONE)
    activity = (await dina.get(f"{path}/activity")).json()
    assert [
        (one["activity_type"], one["description"], one["related_entity_type"], one["related_entity_id"])
        for one in activity["items"]
    ] == [("note", "Likes tea", "note", note["id"])]
    assert len((await dina.get(f"{path}/history")).json()["items"]) == 1
    found = (await dina.get(f"/api/customers?shop={parlour.shop_id}&q=5678")).json()["items"]
    assert [(one["phone"], one["visits"], one["tags"]) for one in found] == [(PHONE, 1, ["VIP"])]
    marked = await dina.put(f"{path}/booking", json={"mode": "block", "reason": "Rude"})
    assert marked.json()["mark"] == "block"
    sheet = await dina.get(f"/api/customers.csv?shop={parlour.shop_id}")
    assert sheet.headers["content-type"].startswith("text/csv")
    assert f"Aru,{PHONE}," in sheet.text
    logged = await parlour.sql(sa.select(audit_table.c.act).where(audit_table.c.act == "crm.export"))
    assert len(logged.all()) == 1
    assert (await dina.delete(path)).status_code == 204
    assert (await dina.get(path)).status_code == 404


async def test_masters_see_phones_masked_and_strangers_see_nothing(parlour: Parlour) -> None:
    await parlour.had()
    client_id = await parlour.only()
    await parlour.person("stranger", "vendor")
    sara, stranger, anyone = [await parlour.browser(name) for name in ("sara", "stranger", "")]
    for path in (f"/api/customers/{client_id}", f"/api/customers?shop={parlour.shop_id}", "/sell/clients",
                 f"/sell/clients/{client_id}"):  # fmt: skip
        answer = await sara.get(path)
        assert answer.status_code == 200, path
        assert "+7 701 …78" in answer.text, path
        assert "2345678" not in answer.text, path
        assert "234 56 78" not in answer.text, path
        assert "wa.me" not in answer.text
    assert (await sara.get(f"/api/customers?shop={parlour.shop_id}&q=5678")).json()["items"] == []
    assert (await sara.get(f"/api/customers.csv?shop={parlour.shop_id}")).status_code == 403
    assert (await sara.get(f"/sell/clients/{client_id}/edit")).status_code == 403
    assert (await sara.get(f"/sell/clients/{client_id}/merge")).status_code == 403
    for path in (f"/api/customers/{client_id}", f"/api/customers?shop={parlour.shop_id}", f"/sell/clients/{client_id}",
                 f"/api/customers/{client_id}/activity", f"/sell/clients/export.csv?shop={parlour.shop_id}",
                 ):  # fmt: skip
        assert (await stranger.get(path)).status_code == 404, path
        assert (await anyone.get(path)).status_code in {302, 303, 401}, path
    for method, path, body in (
        ("POST", "notes", {"content": "x"}), ("PUT", "tags", {"tags": []}), ("POST", f"merge/{new_id()}", None),
        ("PUT", "booking", {"mode": "block", "reason": "x"}),
    ):  # fmt: skip
        answer = await stranger.request(method, f"/api/customers/{client_id}/{path}", json=body)
        assert answer.status_code == 404, path


async def test_a_shop_looks_after_a_client_on_pages(parlour: Parlour) -> None:
    await parlour.had()
    client_id = await parlour.only()
    dina, here = await parlour.browser("dina"), f"/sell/clients/{client_id}"
    card = (await dina.get(here)).text
    assert 'href="tel:+77012345678"' in card
    assert 'href="https://wa.me/77012345678"' in card
    assert "Айгүл Серікова" in (await dina.get("/sell/clients?q=aйг".replace("a", "а"))).text
    assert (await post(dina, here, f"{here}/notes", content="<b>Tea</b>", visibility="private")).status_code == 303
    assert "&lt;b&gt;Tea&lt;/b&gt;" in (await dina.get(here)).text
    empty = await post(dina, here, f"{here}/notes", content="", visibility="shareable")
    assert empty.status_code == 422
    assert (await post(dina, here, f"{here}/tags", tags="VIP, Colour")).status_code == 303
    assert "#VIP" in (await dina.get("/sell/clients?tag=vip")).text
    note = re.search(rf"{here}/notes/[0-9a-f-]+", (await dina.get(here)).text)
    assert note
    assert (await post(dina, note[0], content="Coffee", visibility="private")).status_code == 303
    assert "Coffee" in (await dina.get(here)).text
    kept = await post(dina, f"{here}/edit", name="Aru", phone="12", version="1")
    assert (kept.status_code, 'value="12"' in kept.text) == (422, True)
    assert (await post(dina, f"{here}/edit", name="Aru", phone=PHONE, version="1")).status_code == 303
    taken = await post(dina, f"/sell/clients/new?shop={parlour.shop_id}", name="B", phone="87012345678")
    assert (taken.status_code, here in taken.text, 'value="87012345678"' in taken.text) == (409, True, True)
    assert (await post(dina, f"{here}/mark", mode="block", reason="")).status_code == 422
    assert (await post(dina, f"{here}/mark", mode="prepay_only", reason="Late")).status_code == 303
    assert "With a prepayment only".lower() in (await dina.get(here)).text.lower()
    sheet = await dina.get("/sell/clients/export.csv")
    assert "Aru" in sheet.text
    assert (await post(dina, f"{here}/forget")).status_code == 303
    assert (await dina.get(here)).status_code == 404


async def test_two_entries_are_joined_and_parted_on_pages(parlour: Parlour) -> None:
    await parlour.had(PHONE, name="Aru")
    await parlour.had(OTHER, name="Aru too")
    ids = {c.name: c.id for c in await parlour.clients()}
    dina, here = await parlour.browser("dina"), f"/sell/clients/{ids['Aru']}"
    assert f"{here}/merge?with={ids['Aru too']}" in (await dina.get(f"{here}/merge?q=aru")).text
    both = f"{here}/merge?with={ids['Aru too']}"
    shown = (await dina.get(both)).text
    assert "+7 701 234 56 78" in shown
    assert "+7 701 765 43 21" in shown
    assert (await post(dina, both, f"{here}/merge", **{"with": str(ids["Aru too"])})).status_code == 303
    merged = await dina.get(f"/sell/clients/{ids['Aru too']}")
    assert (merged.status_code, merged.headers["location"]) == (303, here)
    undo = re.search(rf"{here}/merges/[0-9a-f-]+/undo", (await dina.get(here)).text)
    assert undo
    assert (await post(dina, here, undo[0])).status_code == 303
    assert len(await parlour.clients()) == 2
    assert (await dina.get(f"{here}/merge?with={new_id()}")).status_code == 404
    assert (await dina.get(f"{here}/merge?with=x")).status_code == 404


async def test_an_orders_page_leads_to_its_client(parlour: Parlour) -> None:
    known, guest = await parlour.had(), await parlour.had(None, name="Гость")
    dina = await parlour.browser("dina")
    page = (await dina.get(f"/sell/orders/{known}")).text
    piece = re.search(r'hx-get="(/sell/clients/of-order/[^"]+)"', page)
    assert piece
    assert f"/sell/clients/{await parlour.only()}" in (await dina.get(piece[1])).text
    assert "<html" not in (await dina.get(piece[1])).text
    whose = f"/sell/clients/whose/{guest}"
    assert whose in (await dina.get(f"/sell/clients/of-order/{guest}")).text
    assert (await post(dina, whose, phone="1", name="Aru")).status_code == 422
    assert (await post(dina, whose, phone=PHONE, name="Aru")).status_code == 303
    assert (await parlour.card(await parlour.only())).figures.visits == 2
    assert (await dina.get(f"/sell/clients/of-order/{new_id()}")).status_code == 404


async def test_the_first_page_of_many_clients_takes_two_questions(parlour: Parlour) -> None:
    await parlour.many(300)
    wanted = wanted_of(parlour.site, parlour.shop_id, contacts=True)
    with assert_query_count(parlour.site, 2):
        found = await parlour.site.ask(queries.clients_of, wanted)
    assert (len(found.items), found.items[0].visits) == (20, 1)
    seen, cursor = set(), found.next
    while cursor:
        following = await parlour.site.ask(queries.clients_of, wanted, cursor=cursor, limit=100)
        seen |= {one.id for one in following.items}
        cursor = following.next
    assert len(seen) == 280
    for asked in ({"show": "lost"}, {"show": "blocked"}, {"q": "client 29"}, {"tag": "vip"}):
        with assert_query_count(parlour.site, at_most=2):
            await parlour.site.ask(queries.clients_of, wanted_of(parlour.site, parlour.shop_id, contacts=True, **asked))


async def test_pages_ask_the_same_however_much_there_is(parlour: Parlour) -> None:
    await parlour.had()
    client_id = await parlour.only()
    dina = await parlour.browser("dina")
    paths = ("/sell/clients", f"/sell/clients/{client_id}", f"/api/customers/{client_id}/activity",
             f"/sell/clients/{client_id}/merge")  # fmt: skip
    before = []
    for path in paths:
        await dina.get(path)
        with count_queries(parlour.site) as asked:
            assert (await dina.get(path)).status_code == 200
        before.append(len(asked))
    await parlour.many(40)
    for n in range(8):
        await parlour.had(days_ago=n)
        await dina.post(f"/api/customers/{client_id}/notes", json={"content": f"Note {n}"})
    await dina.put(f"/api/customers/{client_id}/tags", json={"tags": ["a", "b", "c"]})
    after = []
    for path in paths:
        with count_queries(parlour.site) as asked:
            await dina.get(path)
        after.append(len(asked))
    assert after == before
