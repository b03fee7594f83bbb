"""What the crm room contributes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from typing_extensions import override

from marketplace_kit import __version__
from marketplace_kit.accounts.domain import PhoneVerified
from marketplace_kit.crm import api, jobs, pages, services
from marketplace_kit.crm.domain import EXPORT, KEEP, SEE, SEE_CONTACTS
from marketplace_kit.crm.queries import export
from marketplace_kit.crm.schemas import CrmSettings
from marketplace_kit.crm.tables import TABLES
from marketplace_kit.kernel.hooks import (
    Actor,
    Job,
    Listener,
    NavItem,
    Notice,
    Panel,
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
from marketplace_kit.orders.domain import LineMoved, OrderPlaced

HERE = Path(__file__).parent
_MEMBERS = ("vendor", "operator", "admin")
_VENDORS = ("vendor", "admin")
PERSONAL = PersonalData(
    name="crm.clients",
    columns={
        "client.person_id": "identity",
        "client.name": "identity",
        "client.name_folded": "identity",
        "client.phone": "contact",
        "client.email": "contact",
        "client.birthday": "identity",
        "client.birth_md": "identity",
        "client.locale": "contact",
        "client.channel": "contact",
        "client.staff_id": "content",
        "client.preferences": "content",
        "client.follow_up_what": "content",
        "client.follow_up_by": "trace",
        "client_note.text": "content",
        "client_note.by_id": "trace",
        "client_document.title": "content",
        "client_document.file_name": "content",
        "client_document.by_id": "trace",
        "client_order.set_by": "trace",
        "client_tag.tag": "content",
        "client_merge.by_id": "trace",
    },
    export=export,
    erase=services.erase,
)


class Crm(Plugin):
    """Clients of shops."""

    info = PluginInfo(
        name="crm",
        version=__version__,
        label="Clients",
        summary="Clients of a shop: cards, notes, tags, history.",
        category="core",
        personal_data="What shops keep of their clients: name, contacts, birthday, notes and tags.",
        core=True,
    )

    @hookimpl
    @override
    def mk_settings(self) -> Sequence[SettingsSection]:
        return (SettingsSection(name="crm", form=CrmSettings),)

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
            Permission(name=SEE, label=N_("See the clients of a shop"), roles=_MEMBERS),
            Permission(name=SEE_CONTACTS, label=N_("See phones and addresses of clients"), roles=_VENDORS),
            Permission(name=KEEP, label=N_("Write notes and tags about clients"), roles=_MEMBERS),
            Permission(name=EXPORT, label=N_("Take a shop's clients away as a file, or forget one"), roles=_VENDORS),
        )

    @hookimpl
    @override
    def mk_routes(self) -> Sequence[Routes]:
        return (Routes(handlers=(*api.handlers, *pages.handlers)),)

    @hookimpl
    @override
    def mk_listeners(self) -> Sequence[Listener]:
        return (
            Listener(name="crm.know", event=OrderPlaced, handle=services.know),
            Listener(name="crm.know_moved", event=LineMoved, handle=services.know_moved),
            Listener(name="crm.adopt", event=PhoneVerified, handle=services.adopt),
        )

    @hookimpl
    @override
    def mk_notices(self) -> Sequence[Notice]:
        return (services.FOLLOW_UP,)

    @hookimpl
    @override
    def mk_jobs(self) -> Sequence[Job]:
        return jobs.jobs

    @hookimpl
    @override
    def mk_personal_data(self) -> Sequence[PersonalData]:
        return (PERSONAL,)

    @hookimpl
    @override
    def mk_nav_items(self, actor: Actor) -> Sequence[NavItem]:
        if not (actor.shops and actor.may(SEE)):
            return ()
        return (NavItem(slot="vendor", text=N_("Clients"), href="/sell/clients", icon="people", order=20),)

    @hookimpl
    @override
    def mk_panels(self, slot: str, snapshot: Mapping[str, Any]) -> Sequence[Panel]:
        """On the shop's own page of an order, and of an appointment."""
        if (slot == "order.after" and snapshot.get("role") == "shop") or slot == "booking.panel":
            return (Panel(template="crm/panel.html", context={"order_id": snapshot["order_id"]}, order=10),)
        return ()


plugin = Crm()
