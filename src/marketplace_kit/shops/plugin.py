"""What the shops room contributes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from typing_extensions import override

from marketplace_kit import __version__
from marketplace_kit.accounts.queries import person_id_by_email
from marketplace_kit.kernel.hooks import (
    Actor,
    NavItem,
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
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.shops import api, pages
from marketplace_kit.shops.queries import export
from marketplace_kit.shops.schemas import NewShop, ShopSettings
from marketplace_kit.shops.services import ensure_shop, erase
from marketplace_kit.shops.tables import TABLES

HERE = Path(__file__).parent
SAMPLE_OWNER = "vendor@demo.kz"
SAMPLE_SHOPS = (
    NewShop(
        name="Питомник «Каспий»",
        city="Атырау",
        about="Разводим лабрадоров и корги с 2012 года. Родители с тестами, щенки растут в доме с детьми.",
        phone="+77012345678",
    ),
    NewShop(
        name="«Айгерім» үй жануарларының салоны",
        city="Атырау",
        about="Иттер мен мысықтарды жуу, қырқу, тырнақ алу. Қорқақ жануарлармен асықпай жұмыс істейміз.",
        phone="+77013456789",
    ),
    NewShop(
        name="Груминг на набережной",
        city="Атырау",
        about="Салон у реки Урал: стрижка, тримминг, экспресс-линька. Выезд на дом по городу и в Балыкши.",
        phone="+77014567890",
    ),
    NewShop(
        name="Caspian Cyber Café",
        city="Atyrau",
        about="Twenty fast machines, quiet rooms for study, tournaments on Fridays. Repairs while you wait.",
        phone="+77015678901",
    ),
)

PERSONAL = PersonalData(
    name="shops.members",
    columns={"shop_member.person_id": "identity", "shop.phone": "contact"},
    export=export,
    erase=erase,
)


async def load_shops(site: Site) -> None:
    """Four open shops of one town, which belong to the demo's vendor."""
    owner = await site.ask(person_id_by_email, SAMPLE_OWNER)
    if owner is not None:
        for form in SAMPLE_SHOPS:
            await ensure_shop(site, form, owner=owner)


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
        return (PERSONAL,)

    @hookimpl
    @override
    def mk_samples(self) -> Sequence[Sample]:
        return (Sample(name="shops.shops", load=load_shops, after=("accounts.people",)),)

    @hookimpl
    @override
    def mk_nav_items(self, actor: Actor) -> Sequence[NavItem]:
        return (NavItem(slot="main", text=N_("Shops"), href="/shops", icon="shop", order=20),)


plugin = Shops()
