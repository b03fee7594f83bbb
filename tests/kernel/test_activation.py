"""Plugins are switched off and on as data; the core always takes part."""

from __future__ import annotations

import pytest

from marketplace_kit.kernel.activation import Activation, CorePlugin, PluginNeeded, disable, enable, forget
from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Plugin, PluginInfo
from marketplace_kit.kernel.site import Site
from marketplace_kit.testing.sites import Sites
from tests.kernel import trade


class Needy(Plugin):
    info = PluginInfo(name="needy", version="1", label="", summary="", requires_plugins=("trade",))


async def test_a_switched_off_plugin_is_off_until_it_is_switched_on(site: Site) -> None:
    switches = site.facility(Activation)
    for switch, expected in ((disable, False), (disable, False), (enable, True), (enable, True)):
        await site.do(switch, "trade")
        await switches.refresh(site, at_most_every=0)
        assert site.hooks.is_active("trade") is expected


async def test_the_core_cannot_be_switched_off(site: Site) -> None:
    with pytest.raises(CorePlugin):
        await site.do(disable, "kernel")


async def test_what_is_not_installed_cannot_be_switched(site: Site) -> None:
    for switch in (enable, disable):
        with pytest.raises(Missing):
            await site.do(switch, "unheard_of")
    assert not site.hooks.is_active("unheard_of")


async def test_what_another_plugin_needs_is_switched_off_after_it(sites: Sites, clock: SetClock) -> None:
    async with sites.open([trade.Trade(), Needy()], clock=clock, environ={"MK_PLUGINS": ""}) as site:
        with pytest.raises(PluginNeeded) as refused:
            await site.do(disable, "trade")
        assert refused.value.facts == {"plugin": "trade", "needed_by": "needy"}
        await site.do(disable, "needy")
        await site.do(disable, "trade")


async def test_two_sites_in_one_process_have_switches_of_their_own(site: Site, sites: Sites) -> None:
    async with sites.open([trade.Trade()], environ={"MK_PLUGINS": ""}) as other:
        await site.do(disable, "trade")
        await site.facility(Activation).refresh(site, at_most_every=0)
        assert (site.hooks.is_active("trade"), other.hooks.is_active("trade")) == (False, True)


async def test_the_database_is_asked_at_most_once_a_second(site: Site) -> None:
    from marketplace_kit.testing.queries import count_queries

    with count_queries(site, by_the_clock=True) as seen:
        for _ in range(5):
            await site.facility(Activation).refresh(site)
    assert len(seen) == 1


async def test_a_look_that_fails_is_repeated_at_once(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    from marketplace_kit.kernel import activation

    async def gone(_: object) -> frozenset[str]:
        raise ConnectionError

    with monkeypatch.context() as broken:
        broken.setattr(activation, "what_was_decided", gone)
        with pytest.raises(ConnectionError):
            await site.facility(Activation).refresh(site)
    await site.do(disable, "trade")
    await site.facility(Activation).refresh(site)
    assert not site.hooks.is_active("trade")


async def test_a_purged_plugin_leaves_neither_switch_nor_work(site: Site) -> None:
    await site.do(disable, "trade")
    await site.do(trade.enqueue, "trade.deliver")
    await site.do(forget, "trade")
    await site.facility(Activation).refresh(site, at_most_every=0)
    assert site.hooks.is_active("trade")
    assert [row for row in await site.ask(trade.jobs) if row.name.startswith("trade.")] == []
