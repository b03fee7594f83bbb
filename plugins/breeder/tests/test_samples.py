"""The demo's kennels."""

from __future__ import annotations

import pytest

from marketplace_kit.cli.samples import load_samples
from marketplace_kit.kernel.site import Site
from marketplace_kit.listings.queries import Criteria, active_kinds, counts_by_kind
from marketplace_kit.shops.queries import shop_list

pytestmark = pytest.mark.anyio


async def test_loading_twice_changes_nothing(site: Site) -> None:
    counted = []
    for _ in range(2):
        await load_samples(site, lambda _: None)
        counted.append(await site.ask(counts_by_kind, Criteria(), active_kinds(site)))
    assert counted[0] == counted[1]
    assert counted[0]["breeder.puppy"] >= 5
    assert counted[0]["breeder.litter"] == 2
    shops = (await site.ask(shop_list, now=site.clock.now(), locale="kk", limit=50)).items
    assert len(shops) > 4
    for shop in shops:
        assert shop.category, shop.name
        assert shop.address, shop.name
        assert shop.phone, shop.name
        assert shop.open_now or shop.opens_at, f"{shop.name} is never open"
    tazy = next(shop for shop in shops if "Тазы" in shop.name)
    assert tazy.about.startswith("Жұмысқа бейім")
