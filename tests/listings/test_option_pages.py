"""Options as people meet them: on a listing's page, and where a vendor sets them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import httpx
import pytest
from typing_extensions import override

from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.fields import NoFields
from marketplace_kit.kernel.hooks import LineKind, ListingKind, Plugin, PluginInfo, hookimpl
from marketplace_kit.kernel.hooks.lines import PRODUCTS
from marketplace_kit.kernel.process import Process, Stage, State, Tone, Transition
from marketplace_kit.listings.services import set_options
from marketplace_kit.testing.queries import count_queries
from marketplace_kit.testing.sites import Sites
from tests.listings.goods import Goods
from tests.listings.market import Market
from tests.listings.test_options import PIZZA, SIZE, stored, version_of, with_options

pytestmark = pytest.mark.one_engine  # pages: what stands behind them runs on both

SOLD = Process(
    "till.sold",
    states=(
        State("new", "New", Tone.INFO, stage=Stage.PENDING),
        State("done", "Done", Tone.GOOD, terminal=True, stage=Stage.COMPLETED),
    ),
    transitions=(Transition("finish", ("new",), "done", ("staff",), "Finish"),),
)


class Till(Plugin):
    """Goods that are ordered as they stand there."""

    info = PluginInfo(name="till", version="1", label="Till", summary="For tests of ordering.")

    @hookimpl
    @override
    def mk_listing_kinds(self) -> Sequence[ListingKind]:
        return (ListingKind(name="till.pizza", label="Pizza", plural="Pizzas", attributes=NoFields, line="till.good"),)

    @hookimpl
    @override
    def mk_line_kinds(self) -> Sequence[LineKind]:
        capacity: Any = object()
        return (LineKind(name="till.good", label="Good", tab=PRODUCTS, process=SOLD, capacity=capacity),)


async def test_a_page_shows_what_can_be_chosen_and_from_which_price(market: Market) -> None:
    _, lamp = await with_options(market, *PIZZA)
    client = await market.browser()
    client.headers["Accept-Language"] = "en"
    page = (await client.get(f"/listings/{lamp}")).text
    assert "from 2\u00a0000\u00a0₸" in page
    assert "+400\u00a0₸ · +2 min" in page
    assert "sold out" in page
    assert "/order/begin" not in page  # lamps are not ordered here
    assert "from 2\u00a0000\u00a0₸" in (await client.get("/listings")).text


async def test_goods_are_ordered_by_a_form_with_their_options(
    sites: Sites, clock: SetClock, anyio_backend: str
) -> None:
    async with sites.open(extra=[Goods(), Till()], environ={"MK_PLUGINS": ""}, clock=clock) as site:
        market = Market(site=site, clock=clock)
        owner = await market.person("owner", "vendor")
        shop = await market.shop(owner)
        pizza = await market.listing(owner, shop, "Margherita", kind="till.pizza", attributes=NoFields())
        await site.do(set_options, pizza, version=await version_of(market, pizza), groups=PIZZA, by=owner)
        size, sauce, _ = await stored(market, pizza)
        client = await market.browser()
        asked = {f"options.{sauce.id}": str(sauce.options[1].id)}
        page = (await client.get(f"/listings/{pizza}", params=asked)).text
        form = page.split('action="/order/begin"')[1].split("</form>")[0]
        assert f'name="listing" value="{pizza}"' in form
        assert 'name="quantity"' in form
        radios = re.findall(rf'type="radio"[^>]*name="options.{size.id}"[^>]*>', form)
        assert ["checked" in radio for radio in radios] == [True, False]
        boxes = re.findall(rf'type="checkbox"[^>]*name="options.{sauce.id}"[^>]*>', form)
        assert ["checked" in box for box in boxes] == [False, True, False]
        assert "disabled" in boxes[2]
        lamp = await market.listing(owner, shop)
        assert "/order/begin" not in (await client.get(f"/listings/{lamp}")).text
        draft = await market.listing(owner, shop, kind="till.pizza", attributes=NoFields(), draft=True)
        own = (await (await market.browser("owner")).get(f"/listings/{draft}")).text
        assert "/order/begin" not in own


async def sent(client: httpx.AsyncClient, market: Market, lamp: UUID, path: str = "", **fields: str) -> httpx.Response:
    given = {"version": str(await version_of(market, lamp)), **fields}
    return await client.post(f"/sell/listings/{lamp}/options{path}", data=given)


async def test_a_vendor_sets_options_form_by_form(market: Market) -> None:
    _, lamp = await with_options(market)
    client = await market.browser("owner")
    base = f"/sell/listings/{lamp}/options"
    assert base in (await client.get(f"/sell/listings/{lamp}/edit")).text
    assert 'id="new"' in (await client.get(base)).text
    made = await sent(client, market, lamp, kind="variant", name_ru="Размер")
    assert (made.status_code, made.headers["location"]) == (303, base)
    await sent(client, market, lamp, kind="modifier", name_en="Sauce", min="1", max="2")
    size, sauce = await stored(market, lamp)
    for name, price in (("S", "2 000"), ("M", "3 000,50"), ("L", "")):
        fields = {"name_en": name, "price": price, "minutes": "5", "available": "true"}
        assert (await sent(client, market, lamp, f"/{size.id}/new", **fields)).status_code == 303
    size = (await stored(market, lamp))[0]
    assert [(o.names["en"], o.price.amount if o.price else None) for o in size.options] == [
        ("S", 200_000),
        ("M", 300_050),
        ("L", None),
    ]
    last = size.options[2]
    await sent(client, market, lamp, f"/{size.id}/{last.id}", act="up")
    await sent(client, market, lamp, f"/{size.id}/{size.options[0].id}", act="delete")
    await sent(client, market, lamp, f"/{size.id}/{last.id}", name_en="Large", price="1")
    await sent(client, market, lamp, f"/{sauce.id}", act="up")
    after = await stored(market, lamp)
    assert [g.id for g in after] == [sauce.id, size.id]
    assert [(o.id, o.names["en"], o.available) for o in after[1].options] == [
        (last.id, "Large", False),
        (size.options[1].id, "M", True),
    ]
    await sent(client, market, lamp, f"/{sauce.id}", act="delete")
    assert len(await stored(market, lamp)) == 1
    assert (await sent(client, market, lamp, f"/{sauce.id}", act="up")).status_code == 404


@pytest.mark.parametrize(
    ("path", "fields", "told"),
    [
        ("", {"kind": "variant", "name_en": "Again"}, "#new-kind"),
        ("", {"kind": "modifier", "name_en": "Kept name", "min": "3", "max": "2"}, "#new-max"),
        ("", {"kind": "modifier", "min": "many"}, "#new-name_kk"),
        ("/{size}/new", {"name_en": "Kept name", "price": "dear"}, "#n-{size}-price"),
        ("/{size}/new", {"name_en": "Kept name", "sku": "P25"}, "#n-{size}-sku"),
        ("/{size}/{small}", {"name_en": "Kept name", "minutes": "-1"}, "#o-{small}-minutes"),
    ],
)
async def test_a_faulty_form_keeps_what_was_typed(market: Market, path: str, fields: dict[str, str], told: str) -> None:
    _, lamp = await with_options(market, SIZE)
    (size,) = await stored(market, lamp)
    names = {"size": str(size.id), "small": str(size.options[0].id)}
    client = await market.browser("owner")
    refused = await sent(client, market, lamp, path.format(**names), **fields)
    assert refused.status_code == 422
    assert f'href="{told.format(**names)}"' in refused.text
    assert refused.text.count("data-focus") == 1
    if "name_en" in fields:
        assert f'value="{fields["name_en"]}"' in refused.text
    assert await stored(market, lamp) == (size,)


async def test_a_lost_race_keeps_what_was_typed_and_strangers_find_nothing(market: Market) -> None:
    _, lamp = await with_options(market, SIZE)
    client = await market.browser("owner")
    lost = await client.post(
        f"/sell/listings/{lamp}/options", data={"version": "1", "kind": "addon", "name_en": "Mine"}
    )
    assert lost.status_code == 409
    assert 'value="Mine"' in lost.text
    await market.person("other", "vendor")
    other = await market.browser("other")
    assert (await other.get(f"/sell/listings/{lamp}/options")).status_code == 404
    assert (await sent(other, market, lamp, kind="addon", name_en="x")).status_code == 404


async def test_options_cost_one_statement_and_only_where_there_are_some(market: Market) -> None:
    owner, lamp = await with_options(market)
    client = await market.browser()
    asked = []
    for groups in ((), (SIZE,), PIZZA):
        await market.site.do(set_options, lamp, version=await version_of(market, lamp), groups=groups, by=owner)
        for path in ("/listings", f"/listings/{lamp}", f"/api/listings/{lamp}", f"/api/listings/{lamp}/options"):
            await client.get(path)
            with count_queries(market.site) as seen:
                assert (await client.get(path)).status_code == 200
            asked.append(len(seen))
    plain, one, many = asked[:4], asked[4:8], asked[8:]
    assert one == many == [plain[0], *(n + 1 for n in plain[1:])]
