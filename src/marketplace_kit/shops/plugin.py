"""What the shops room contributes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from typing_extensions import override

from marketplace_kit import __version__
from marketplace_kit.kernel.hooks import (
    Actor,
    Job,
    Listener,
    NavItem,
    Notice,
    Permission,
    PersonalData,
    Plugin,
    PluginInfo,
    Routes,
    Sample,
    SettingsSection,
    Storage,
    Templates,
    hookimpl,
)
from marketplace_kit.kernel.texts import N_
from marketplace_kit.shops import api, jobs, pages
from marketplace_kit.shops.domain import ShopMoved
from marketplace_kit.shops.queries import export
from marketplace_kit.shops.schemas import ShopSettings
from marketplace_kit.shops.services import SHOP_PHOTOS, erase, tell_admins, tell_owner
from marketplace_kit.shops.services.samples import load_shops, load_waiting
from marketplace_kit.shops.tables import TABLES

HERE = Path(__file__).parent
PERSONAL = PersonalData(
    name="shops.members",
    columns={
        "shop_member.person_id": "identity",
        "shop_member.title": "content",
        "shop.phone": "contact",
        "shop.whatsapp": "contact",
        "shop.telegram": "contact",
        "shop.instagram": "contact",
        "shop.tax_id": "identity",
    },
    export=export,
    erase=erase,
)

PHOTOS_SENT = PersonalData(
    name="shops.photos",
    columns={"shop_photo.by_id": "trace"},
    export=SHOP_PHOTOS.export,
    erase=SHOP_PHOTOS.forget_person,
)

NOTICES = (
    Notice(
        name="shops.waiting",
        label=N_("A shop waits for approval"),
        subject=N_("“{shop}” waits for approval"),
        body=N_("The shop “{shop}” has been set up and asks to be opened. Please look at it."),
    ),
    Notice(
        name="shops.approved",
        label=N_("My shop is approved"),
        subject=N_("“{shop}” is open"),
        body=N_("Your shop “{shop}” has been approved and is open to customers."),
    ),
    Notice(
        name="shops.rejected",
        label=N_("My shop is sent back"),
        subject=N_("“{shop}” needs a correction"),
        body=N_("Your shop “{shop}” could not be approved yet. The reason: {reason}"),
    ),
    Notice(
        name="shops.suspended",
        label=N_("My shop is suspended"),
        subject=N_("“{shop}” is suspended"),
        body=N_("Your shop “{shop}” has been suspended. The reason: {reason}"),
        required=True,
    ),
    Notice(
        name="shops.reinstated",
        label=N_("My shop is reinstated"),
        subject=N_("“{shop}” is open again"),
        body=N_("Your shop “{shop}” is no longer suspended and is open to customers."),
    ),
    Notice(
        name="shops.hidden",
        label=N_("My shop is taken out of lists"),
        subject=N_("“{shop}” is not shown in lists"),
        body=N_("Your shop “{shop}” is no longer shown in lists and search; its page stays. The reason: {reason}"),
    ),
    Notice(
        name="shops.hidden_soon",
        label=N_("My shop will be taken out of lists"),
        subject=N_("“{shop}” will soon not be shown in lists"),
        body=N_("In three days your shop “{shop}” will no longer be shown in lists and search. The reason: {reason}"),
    ),
    Notice(
        name="shops.member_added",
        label=N_("I work for a shop now"),
        subject=N_("You work for “{shop}” now"),
        body=N_("“{shop}” has added you to its team."),
    ),
)


class Shops(Plugin):
    """Vendors and who works for them."""

    info = PluginInfo(
        name="shops",
        version=__version__,
        label="Shops",
        summary="Shops, their pages and who works there.",
        category="core",
        personal_data="Which shops a person works for and as what; a shop's public phone number.",
        core=True,
    )

    @hookimpl
    @override
    def mk_settings(self) -> Sequence[SettingsSection]:
        return (SettingsSection(name="shops", form=ShopSettings),)

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
            Permission(name="shops.open", label=N_("Open a shop"), roles=("customer", "vendor", "operator", "admin")),
            Permission(name="shops.approve", label=N_("Approve shops"), roles=("admin",)),
        )

    @hookimpl
    @override
    def mk_routes(self) -> Sequence[Routes]:
        return (Routes(handlers=(*api.handlers, *pages.handlers)),)

    @hookimpl
    @override
    def mk_personal_data(self) -> Sequence[PersonalData]:
        return (PERSONAL, PHOTOS_SENT)

    @hookimpl
    @override
    def mk_samples(self) -> Sequence[Sample]:
        return (
            Sample(name="shops.shops", load=load_shops, after=("accounts.people",)),
            Sample(name="shops.waiting", load=load_waiting, after=("shops.shops",)),
        )

    @hookimpl
    @override
    def mk_notices(self) -> Sequence[Notice]:
        return NOTICES

    @hookimpl
    @override
    def mk_listeners(self) -> Sequence[Listener]:
        return (
            Listener(name="shops.tell_owner", event=ShopMoved, handle=tell_owner),
            Listener(name="shops.tell_admins", event=ShopMoved, handle=tell_admins),
        )

    @hookimpl
    @override
    def mk_jobs(self) -> Sequence[Job]:
        return jobs.jobs

    @hookimpl
    @override
    def mk_nav_items(self, actor: Actor) -> Sequence[NavItem]:
        items = [NavItem(slot="main", text=N_("Shops"), href="/shops", icon="shop", order=20)]
        if actor.may("shops.approve"):
            items.append(NavItem(slot="admin", text=N_("Shops"), href="/admin/shops", icon="shop", order=20))
        return items


plugin = Shops()
