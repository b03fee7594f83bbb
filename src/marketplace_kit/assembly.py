"""Assembly without the web: settings and plugins make a :class:`Site`. ``app``, ``worker`` and ``cli`` build on it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from marketplace_kit.accounts.plugin import plugin as accounts
from marketplace_kit.accounts.services import provide as provide_accounts
from marketplace_kit.crm.plugin import plugin as crm
from marketplace_kit.kernel import live, settings
from marketplace_kit.kernel.activation import Activation
from marketplace_kit.kernel.clock import Clock, SystemClock
from marketplace_kit.kernel.database import Database
from marketplace_kit.kernel.files import open_files
from marketplace_kit.kernel.hooks import Plugin
from marketplace_kit.kernel.hooks.facade import Hooks
from marketplace_kit.kernel.jobs import LocalBell
from marketplace_kit.kernel.meters import meters_of
from marketplace_kit.kernel.plugin import plugin as kernel
from marketplace_kit.kernel.plugins import boot, discover
from marketplace_kit.kernel.registry import Registry
from marketplace_kit.kernel.settings import DatabaseSettings, FilesSettings, LiveSettings, Settings
from marketplace_kit.kernel.site import Bell, Site
from marketplace_kit.kernel.texts import Texts
from marketplace_kit.listings.plugin import plugin as listings
from marketplace_kit.listings.queries.window import Window
from marketplace_kit.notifications.plugin import plugin as notifications
from marketplace_kit.operations.plugin import plugin as operations
from marketplace_kit.orders.plugin import plugin as orders
from marketplace_kit.orders.services.desk import OrderBooker, OrderDesk, OrderPurse, OrderRequests
from marketplace_kit.orders.services.retiming import OrderTimekeeper
from marketplace_kit.pages.plugin import plugin as pages
from marketplace_kit.pages.queries import PageTree
from marketplace_kit.places.plugin import plugin as places
from marketplace_kit.reviews.plugin import plugin as reviews
from marketplace_kit.reviews.services.staffing import StaffRatings
from marketplace_kit.scheduling.plugin import plugin as scheduling
from marketplace_kit.scheduling.services.crew import Columns
from marketplace_kit.scheduling.services.desk import Booker, Desk, Timekeeper
from marketplace_kit.scheduling.services.next_free import NextTimes
from marketplace_kit.scheduling.services.purse import Purse
from marketplace_kit.scheduling.services.rated import Ratings
from marketplace_kit.scheduling.services.waiting import Beginner
from marketplace_kit.shops.plugin import plugin as shops
from marketplace_kit.shops.queries import shop_ids_of
from marketplace_kit.shops.services import Crew, Offers, Requests, Times
from marketplace_kit.web.plugin import plugin as web
from marketplace_kit.web.resolver import PageSource

CORE: tuple[Plugin, ...] = (
    kernel,
    web,
    accounts,
    notifications,
    places,
    shops,
    listings,
    scheduling,
    orders,
    reviews,
    crm,
    pages,
    operations,
)
"""The core's rooms, from the ground up. They register by the same hooks as any plugin."""


def load_plugins(environ: Mapping[str, str] | None = None, extra: Sequence[Plugin] = ()) -> tuple[Registry, Hooks]:
    """Boot the core and what is installed. ``MK_PLUGINS`` names a subset; empty means safe mode, the core alone.
    ``MK_TRACE_HOOKS=1`` logs every call of a hook.
    """
    environ = os.environ if environ is None else environ
    wanted = environ.get("MK_PLUGINS")
    only = None if wanted is None else [name.strip() for name in wanted.split(",") if name.strip()]
    found, broken = discover(only)
    return boot(CORE, [*found, *extra], broken, trace=settings.traces_hooks(environ))


def load_settings(
    registry: Registry,
    *,
    toml: Path | None = None,
    environ: Mapping[str, str] | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Settings:
    """All layers, for the sections that this site's plugins declare."""
    sections = tuple(registry.settings.values())
    return settings.load(sections, toml=toml, environ=os.environ if environ is None else environ, overrides=overrides)


def open_site(
    registry: Registry, hooks: Hooks, loaded: Settings, *, clock: Clock | None = None, bell: Bell | None = None
) -> Site:
    """A site on its database, files and live topics. Close it when done."""
    folders = [t.locale for t in registry.templates.values() if t.locale]
    activation = Activation(registry)
    site = Site(
        settings=loaded,
        registry=registry,
        hooks=hooks.for_site(activation.is_active),
        database=Database(loaded.of(DatabaseSettings).url),
        clock=clock or SystemClock(),
        files=open_files(loaded.of(FilesSettings).url),
        live=live.open_hub(loaded.of(LiveSettings).url),
        texts=Texts.load(folders),
        bell=bell or LocalBell(),
    )
    site.facilities[Activation] = activation
    provide_accounts(site, shop_ids_of)
    site.facilities[PageSource] = PageTree()
    meters_of(site)  # from the beginning: what breaks on the first page counts too
    site.facilities[Offers] = Window()
    site.facilities[Crew] = Columns()
    site.facilities[Times] = NextTimes()
    site.facilities[Requests] = OrderRequests()
    site.facilities[Desk] = OrderDesk()
    site.facilities[Purse] = OrderPurse()
    site.facilities[Timekeeper] = OrderTimekeeper()
    site.facilities[Ratings] = StaffRatings()
    site.facilities[Booker] = site.facilities[Beginner] = OrderBooker()
    return site
