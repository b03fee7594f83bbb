"""What the orders room contributes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from typing_extensions import override

from marketplace_kit import __version__
from marketplace_kit.accounts.domain import PhoneVerified
from marketplace_kit.kernel.hooks import (
    Actor,
    Job,
    Listener,
    LiveTopic,
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
from marketplace_kit.orders import api, jobs, pages
from marketplace_kit.orders.domain import SEE_SHOP, WORK, LineMoved, OrderPlaced
from marketplace_kit.orders.domain.paid import TAKE
from marketplace_kit.orders.queries import export, holds
from marketplace_kit.orders.schemas import OrderSettings
from marketplace_kit.orders.services import (
    adopt,
    erase,
    may_watch_link,
    may_watch_order,
    may_watch_shop,
    tell_moved,
    tell_placed,
)
from marketplace_kit.orders.services.telling import (
    ACCEPTED,
    AGREES,
    ASKED,
    BY_CUSTOMER,
    CANCELLED,
    CHANGED,
    DECLINES,
    NEXT,
    PLACED,
    READY,
    RECEIVED,
    STATUS,
)
from marketplace_kit.orders.tables import TABLES

HERE = Path(__file__).parent
_SAMPLE = {
    "id": "7K4M2P9Q",
    "shop": "Zhaiyq Groom",
    "status": "Accepted",
    "item": "Bath",
    "operator": "Aizhan",
    "customer": "Aru",
    "reason": "",
}
NOTICES = (
    Notice(
        name=PLACED,
        label=N_("I have ordered something"),
        subject=N_("Your order #{id}"),
        body=N_("“{shop}” has your order #{id}. The link leads to it: there you see how it goes on and can change it."),
        category="orders",
        urgent=True,
        sample=_SAMPLE,
    ),
    Notice(
        name=RECEIVED,
        label=N_("A customer has ordered"),
        subject=N_("New order #{id}"),
        body=N_("{customer} has ordered from “{shop}”: order #{id}."),
        category="orders",
        sample=_SAMPLE,
    ),
    Notice(
        name=STATUS,
        label=N_("The status of my order changes"),
        subject=N_("Order #{id}: {status}"),
        body=N_("Your order #{id} status is now {status}."),
        category="orders",
        sample=_SAMPLE,
    ),
    Notice(
        name=ACCEPTED,
        label=N_("My service request is accepted"),
        subject=N_("Order #{id}: {status}"),
        body=N_("Your service request with {operator} has been accepted."),
        category="services",
        sample=_SAMPLE,
    ),
    Notice(
        name=READY,
        label=N_("My order is ready for pickup"),
        subject=N_("Order #{id}: {status}"),
        body=N_("Your {item} is ready for pickup."),
        category="orders",
        sample=_SAMPLE,
    ),
    Notice(
        name=NEXT,
        label=N_("I am next in a queue"),
        subject=N_("Order #{id}: {status}"),
        body=N_("You are next in queue for {service} with {operator}."),
        category="services",
        urgent=True,
        sample=_SAMPLE | {"service": "Bath"},
    ),
    Notice(
        name=CHANGED,
        label=N_("The shop changes my order"),
        subject=N_("Order #{id} was changed"),
        body=N_("“{shop}” has changed “{item}” of your order #{id}. {reason}"),
        category="orders",
        sample=_SAMPLE,
    ),
    Notice(
        name=CANCELLED,
        label=N_("My order is cancelled"),
        subject=N_("Order #{id} is cancelled"),
        body=N_("Your order #{id} from “{shop}” is cancelled. {reason}"),
        category="orders",
        urgent=True,
        sample=_SAMPLE,
    ),
    Notice(
        name=BY_CUSTOMER,
        label=N_("A customer changes an order"),
        subject=N_("Order #{id}: {status}"),
        body=N_("{customer} has changed order #{id}, “{item}”: {status}. {reason}"),
        category="orders",
        sample=_SAMPLE,
    ),
    Notice(
        name=ASKED,
        label=N_("A customer asks to change an order"),
        subject=N_("Please answer: a change of order #{id}"),
        body=N_("{customer} would like order #{id} to be changed: {reason}"),
        category="orders",
        urgent=True,
        sample=_SAMPLE,
    ),
    Notice(
        name=AGREES,
        label=N_("The shop agrees to the change that I asked for"),
        subject=N_("Order #{id}: your change is agreed to"),
        body=N_("“{shop}” agrees to the change of your order #{id}. {reason}"),
        category="orders",
        urgent=True,
        sample=_SAMPLE,
    ),
    Notice(
        name=DECLINES,
        label=N_("The change that I asked for is not possible"),
        subject=N_("Order #{id}: the change is not possible"),
        body=N_("“{shop}” cannot change your order #{id} as you asked. It stays as it is. {reason}"),
        category="orders",
        urgent=True,
        sample=_SAMPLE,
    ),
)
PERSONAL = PersonalData(
    name="orders.orders",
    columns={
        "order_head.customer_id": "identity",
        "order_head.placed_by": "trace",
        "order_head.contact_name": "identity",
        "order_head.contact_phone": "contact",
        "order_head.contact_email": "contact",
        "order_head.note": "content",
        "order_line.choice": "content",
        "order_event.actor_id": "trace",
        "order_event.note": "content",
        "order_change_request.asked_by": "trace",
        "order_change_request.answered_by": "trace",
        "order_change_request.text": "content",
        "order_change_request.answer": "content",
        "order_payment.by_id": "trace",
        "order_payment.reference": "content",
        "order_draft.person_id": "trace",
        "order_draft.visitor": "trace",
    },
    export=export,
    erase=erase,
    holds=holds,
)


class Orders(Plugin):
    """What customers were promised."""

    info = PluginInfo(
        name="orders",
        version=__version__,
        label="Orders",
        summary="Orders of every kind, their lines and their history.",
        category="core",
        personal_data="What a person ordered, the name and contacts given with it, and what became of it.",
        core=True,
    )

    @hookimpl
    @override
    def mk_settings(self) -> Sequence[SettingsSection]:
        return (SettingsSection(name="orders", form=OrderSettings),)

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
            Permission(name=SEE_SHOP, label=N_("See the orders of a shop"), roles=("vendor", "operator", "admin")),
            Permission(name=TAKE, label=N_("Mark the orders of a shop as paid"), roles=("vendor", "operator", "admin")),
            Permission(name=WORK, label=N_("Work on the orders of a shop"), roles=("vendor", "operator", "admin")),
        )

    @hookimpl
    @override
    def mk_routes(self) -> Sequence[Routes]:
        topics = (
            LiveTopic(pattern="order:{order_id}", may_watch=may_watch_order),
            LiveTopic(pattern="order:{order_id}:link:{seal}", may_watch=may_watch_link),
            LiveTopic(pattern="shop:{shop_id}:orders", may_watch=may_watch_shop),
        )
        return (Routes(handlers=(*api.handlers, *pages.handlers), live_topics=topics),)

    @hookimpl
    @override
    def mk_notices(self) -> Sequence[Notice]:
        return NOTICES

    @hookimpl
    @override
    def mk_listeners(self) -> Sequence[Listener]:
        return (
            Listener(name="orders.tell_placed", event=OrderPlaced, handle=tell_placed),
            Listener(name="orders.tell_moved", event=LineMoved, handle=tell_moved),
            Listener(name="orders.adopt", event=PhoneVerified, handle=adopt),
        )

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
        items = []
        if actor.signed_in:
            items.append(NavItem(slot="account", text=N_("My orders"), href="/orders", icon="receipt", order=5))
        if actor.may(SEE_SHOP):
            items.append(NavItem(slot="vendor", text=N_("Orders"), href="/sell/orders", icon="receipt", order=5))
        return items

    @hookimpl
    @override
    def mk_panels(self, slot: str, snapshot: Mapping[str, Any]) -> Sequence[Panel]:
        actor = snapshot.get("actor")
        if slot == "sell.today":
            return (Panel(template="orders/asked.html", context={"shop_id": snapshot["shop_id"]}, order=1),)
        if slot == "sell_after" and isinstance(actor, Actor) and actor.may(SEE_SHOP):
            return (Panel(template="orders/open_count.html", context={}, order=10),)
        return ()


plugin = Orders()
