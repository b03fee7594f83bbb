"""What the listings room contributes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from typing_extensions import override

from marketplace_kit import __version__
from marketplace_kit.kernel.hooks import (
    Actor,
    Listener,
    NavItem,
    Notice,
    Permission,
    PersonalData,
    Plugin,
    PluginInfo,
    Routes,
    Storage,
    Templates,
    hookimpl,
)
from marketplace_kit.kernel.texts import N_
from marketplace_kit.listings import api, pages
from marketplace_kit.listings.domain import Published
from marketplace_kit.listings.queries import export
from marketplace_kit.listings.services import erase, tell_vendor
from marketplace_kit.listings.tables import TABLES

HERE = Path(__file__).parent

PUBLISHED_NOTICE = Notice(
    name="listings.published",
    label=N_("Your listing is published"),
    subject=N_("“{title}” can now be seen"),
    body=N_("“{title}” is published on {site}: everybody can find it. You can change it or take it back at any time."),
)
PERSONAL = PersonalData(
    name="listings.favourites", columns={"favourite.person_id": "trace"}, export=export, erase=erase
)


class Listings(Plugin):
    """What shops offer."""

    info = PluginInfo(
        name="listings",
        version=__version__,
        label="Listings",
        summary="What shops offer, of kinds that plugins declare; browsing and favourites.",
        category="core",
        personal_data="Which listings a person made a favourite, and when.",
        core=True,
    )

    @hookimpl
    @override
    def mk_storage(self) -> Sequence[Storage]:
        return (Storage(migrations=HERE / "migrations", prefix="", tables=TABLES),)

    @hookimpl
    @override
    def mk_templates(self) -> Sequence[Templates]:
        return (Templates(folder=HERE / "templates", locale=HERE / "locale"),)

    @hookimpl
    @override
    def mk_permissions(self) -> Sequence[Permission]:
        return (Permission(name="listings.create", label=N_("Make listings for a shop"), roles=("vendor", "admin")),)

    @hookimpl
    @override
    def mk_routes(self) -> Sequence[Routes]:
        return (Routes(handlers=(*api.handlers, *pages.handlers)),)

    @hookimpl
    @override
    def mk_notices(self) -> Sequence[Notice]:
        return (PUBLISHED_NOTICE,)

    @hookimpl
    @override
    def mk_listeners(self) -> Sequence[Listener]:
        return (Listener(name="listings.tell_vendor", event=Published, handle=tell_vendor),)

    @hookimpl
    @override
    def mk_personal_data(self) -> Sequence[PersonalData]:
        return (PERSONAL,)

    @hookimpl
    @override
    def mk_nav_items(self, actor: Actor) -> Sequence[NavItem]:
        items = [NavItem(slot="main", text=N_("Browse"), href="/listings", icon="grid", order=10)]
        if actor.signed_in:
            items.append(
                NavItem(slot="account", text=N_("Favourites"), href="/account/favourites", icon="heart", order=30)
            )
        if actor.may("listings.create"):
            items.append(NavItem(slot="vendor", text=N_("My shops"), href="/sell", icon="shop", order=10))
        else:
            items.append(NavItem(slot="footer", text=N_("Sell here"), href="/sell", order=50))
        return items


plugin = Listings()
