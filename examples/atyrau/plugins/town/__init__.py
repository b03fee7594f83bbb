"""The people, shops and offers of the demonstration's town: lifelike data for every screen, and no domain code."""

from __future__ import annotations

from marketplace_site_plugins_town.days import load_days
from marketplace_site_plugins_town.loading import decorate, load_town
from marketplace_site_plugins_town.waiting import load_waiting

from marketplace_kit.kernel.hooks import Plugin, PluginInfo, Sample, hookimpl


class Town(Plugin):
    info = PluginInfo(
        name="town",
        version="1.0",
        label="Атырау",
        summary="Магазины, салоны, питомники и мастера города, чтобы было что посмотреть.",
        category="samples",
        requires_plugins=("boarding", "breeder", "grooming"),
    )

    @hookimpl
    def mk_samples(self) -> tuple[Sample, ...]:
        others = ("town.shops", "shops.shops", "breeder.kennels", "grooming.groomers", "boarding.house")
        return (
            Sample(name="town.shops", load=load_town, after=("accounts.people",)),
            Sample(name="town.days", load=load_days, after=("town.shops", "shops.shops")),
            Sample(name="town.waiting", load=load_waiting, after=("town.days",)),
            Sample(name="town.pictures", load=decorate, after=(*others, "town.waiting")),
        )


plugin = Town()
