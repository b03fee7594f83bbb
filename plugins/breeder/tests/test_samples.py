"""The demo's kennels."""

from __future__ import annotations

import pytest

from marketplace_kit.cli.samples import load_samples
from marketplace_kit.kernel.site import Site
from marketplace_kit.listings.queries import Criteria, active_kinds, counts_by_kind

pytestmark = pytest.mark.anyio


async def test_loading_twice_changes_nothing(site: Site) -> None:
    counted = []
    for _ in range(2):
        await load_samples(site, lambda _: None)
        counted.append(await site.ask(counts_by_kind, Criteria(), active_kinds(site)))
    assert counted[0] == counted[1]
    assert counted[0]["breeder.puppy"] >= 5
    assert counted[0]["breeder.litter"] == 2
