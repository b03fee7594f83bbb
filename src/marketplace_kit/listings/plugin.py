"""What the listings room contributes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from typing_extensions import override

from marketplace_kit import __version__
from marketplace_kit.kernel.hooks import (
    Actor,
    Job,
    Listener,
    ListingKind,
    NavItem,
    Notice,
    Permission,
    PersonalData,
    Plugin,
    PluginInfo,
    Routes,
    SettingsSection,
    Storage,
    Templates,
    hookimpl,
)
from marketplace_kit.kernel.texts import N_
from marketplace_kit.listings import api, jobs, pages
from marketplace_kit.listings.domain import ListingChanged, Moderated, Published
from marketplace_kit.listings.queries import export
from marketplace_kit.listings.schemas import ListingSettings
from marketplace_kit.listings.schemas.kinds import CORE_KINDS
from marketplace_kit.listings.services import PHOTOS, erase, index_shop, tell_followers, tell_vendor, tell_verdict
from marketplace_kit.listings.services.moderating import MODERATE
from marketplace_kit.listings.tables import TABLES
from marketplace_kit.shops.domain import ShopChanged, ShopOpened

HERE = Path(__file__).parent

PUBLISHED_NOTICE = Notice(
    name="listings.published",
    label=N_("Your listing is published"),
    subject=N_("“{title}” can now be seen"),
    body=N_("“{title}” is published on {site}: everybody can find it. You can change it or take it back at any time."),
)
REJECTED_NOTICE = Notice(
    name="listings.rejected",
    label=N_("Your listing was not approved"),
    subject=N_("“{title}” was not approved"),
    body=N_("“{title}” was looked at and is a draft again. The reason: {reason} Change it and send it once more."),
)
TAKEN_DOWN_NOTICE = Notice(
    name="listings.taken_down",
    label=N_("Your listing was taken down"),
    subject=N_("“{title}” was taken down"),
    body=N_("“{title}” is not shown any more. The reason: {reason}"),
)
FAVOURITE_NOTICE = Notice(
    name="listings.favourite_changed",
    label=N_("A favourite of yours changed"),
    subject=N_("“{title}” has changed"),
    body=N_("“{title}”, which is among your favourites, has changed: {what}."),
)
PERSONAL = PersonalData(
    name="listings.favourites", columns={"favourite.person_id": "trace"}, export=export, erase=erase
)
PHOTOS_SENT = PersonalData(
    name="listings.photos",
    columns={"listing_photo.by_id": "trace"},
    export=PHOTOS.export,
    erase=PHOTOS.forget_person,
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
    def mk_settings(self) -> Sequence[SettingsSection]:
        return (SettingsSection(name="listings", form=ListingSettings),)

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
        return (
            Permission(name="listings.create", label=N_("Make listings for a shop"), roles=("vendor", "admin")),
            Permission(name=MODERATE, label=N_("Approve listings and take them down"), roles=("admin",)),
        )

    @hookimpl
    @override
    def mk_routes(self) -> Sequence[Routes]:
        return (Routes(handlers=(*api.handlers, *pages.handlers)),)

    @hookimpl
    @override
    def mk_listing_kinds(self) -> Sequence[ListingKind]:
        return CORE_KINDS

    @hookimpl
    @override
    def mk_notices(self) -> Sequence[Notice]:
        return (PUBLISHED_NOTICE, REJECTED_NOTICE, TAKEN_DOWN_NOTICE, FAVOURITE_NOTICE)

    @hookimpl
    @override
    def mk_listeners(self) -> Sequence[Listener]:
        return (
            Listener(name="listings.tell_vendor", event=Published, handle=tell_vendor),
            Listener(name="listings.tell_verdict", event=Moderated, handle=tell_verdict),
            Listener(name="listings.tell_followers", event=ListingChanged, handle=tell_followers),
            Listener(name="listings.index_shop", event=ShopChanged, handle=index_shop),
            Listener(name="listings.index_opened_shop", event=ShopOpened, handle=index_shop),
        )

    @hookimpl
    @override
    def mk_jobs(self) -> Sequence[Job]:
        return jobs.jobs

    @hookimpl
    @override
    def mk_personal_data(self) -> Sequence[PersonalData]:
        return (PERSONAL, PHOTOS_SENT)

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
        if actor.may(MODERATE):
            items.append(NavItem(slot="admin", text=N_("Listings"), href="/admin/listings", icon="grid", order=40))
        if not actor.may("listings.create"):
            items.append(NavItem(slot="footer", text=N_("Sell here"), href="/sell", order=50))
        return items


plugin = Listings()
