"""What the reviews room contributes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from typing_extensions import override

from marketplace_kit import __version__
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
from marketplace_kit.kernel.process import Stage
from marketplace_kit.kernel.texts import N_
from marketplace_kit.orders.domain import CUSTOMER, LineMoved
from marketplace_kit.reviews import api, jobs, pages, services
from marketplace_kit.reviews.domain import (
    MODERATE,
    ReviewHeld,
    ReviewModerated,
    ReviewPublished,
    ReviewReplied,
    ReviewReported,
)
from marketplace_kit.reviews.queries import export
from marketplace_kit.reviews.schemas import ReviewSettings
from marketplace_kit.reviews.services import telling
from marketplace_kit.reviews.tables import TABLES

HERE = Path(__file__).parent
PERSONAL = PersonalData(
    name="reviews.reviews",
    columns={
        "review.customer_id": "identity",
        "review.author_name": "identity",
        "review.text": "content",
        "review.moderation_note": "content",
        "review_reply.by_id": "trace",
        "review_report.person_id": "trace",
        "review_report.note": "content",
        "review_invitation.customer_id": "trace",
        "review_invitation.token_digest": "secret",
    },
    export=export,
    erase=services.erase,
)


class Reviews(Plugin):
    """What customers say afterwards."""

    info = PluginInfo(
        name="reviews",
        version=__version__,
        label="Reviews",
        summary="Reviews after completed orders, with replies and moderation.",
        category="core",
        personal_data="What a person wrote about orders of theirs, answered for a shop or reported.",
        core=True,
    )

    @hookimpl
    @override
    def mk_settings(self) -> Sequence[SettingsSection]:
        return (SettingsSection(name="reviews", form=ReviewSettings),)

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
        return (Permission(name=MODERATE, label=N_("Decide about reviews"), roles=("admin",)),)

    @hookimpl
    @override
    def mk_routes(self) -> Sequence[Routes]:
        return (Routes(handlers=(*api.handlers, *pages.handlers)),)

    @hookimpl
    @override
    def mk_notices(self) -> Sequence[Notice]:
        return telling.NOTICES

    @hookimpl
    @override
    def mk_listeners(self) -> Sequence[Listener]:
        return (
            Listener(name="reviews.invite_customer", event=LineMoved, handle=services.invite),
            Listener(name="reviews.tell_shop", event=ReviewPublished, handle=telling.tell_shop),
            Listener(name="reviews.tell_of_reply", event=ReviewReplied, handle=telling.tell_author_of_reply),
            Listener(name="reviews.tell_of_verdict", event=ReviewModerated, handle=telling.tell_author_of_verdict),
            Listener(name="reviews.tell_of_held", event=ReviewHeld, handle=telling.tell_admins_of_held),
            Listener(name="reviews.tell_of_report", event=ReviewReported, handle=telling.tell_admins_of_report),
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
            items.append(NavItem(slot="account", text=N_("My reviews"), href="/account/reviews", icon="star", order=40))
        if actor.shops and "vendor" in actor.roles:
            items.append(NavItem(slot="vendor", text=N_("Reviews"), href="/sell/reviews", icon="star", order=60))
        if actor.may(MODERATE):
            items.append(NavItem(slot="admin", text=N_("Reviews"), href="/admin/reviews", icon="star", order=45))
        return items

    @hookimpl
    @override
    def mk_panels(self, slot: str, snapshot: Mapping[str, Any]) -> Sequence[Panel]:
        if slot == "shop_after":
            return _ratings(
                snapshot, name=str(snapshot["name"]), kind="LocalBusiness", path=f"/shops/{snapshot['slug']}",
                first=f"/reviews/first/shop/{snapshot['slug']}",
            )  # fmt: skip
        if slot == "listing_after":
            return _ratings(
                snapshot, name=str(snapshot["title"]), kind="Product", path=f"/listings/{snapshot['listing_id']}",
                first=f"/reviews/first/listing/{snapshot['listing_id']}",
            )  # fmt: skip
        if slot == "staff_after":
            return _ratings(
                snapshot, name=str(snapshot["name"]), kind="Person", path=str(snapshot["path"]),
                first=f"/reviews/first/staff/{snapshot['slug']}/{snapshot['resource_id']}",
            )  # fmt: skip
        if slot == "order.line":
            return _rate_it(snapshot)
        return ()


def _ratings(snapshot: Mapping[str, Any], *, name: str, kind: str, path: str, first: str) -> Sequence[Panel]:
    count = snapshot.get("rating_count") or 0
    if not count:
        return ()
    context: dict[str, Any] = {"name": name, "kind": kind, "path": f"{path}/reviews", "first": first}
    context |= {"average": snapshot["rating_average"], "count": count}
    return (Panel(template="reviews/panel.html", context=context, order=80),)


def _rate_it(snapshot: Mapping[str, Any]) -> Sequence[Panel]:
    """For the customer of a completed line. Whether it was rated already is seen on the page behind the button."""
    if snapshot.get("stage") != Stage.COMPLETED or snapshot.get("role") != CUSTOMER:
        return ()
    return (Panel(template="reviews/line.html", context={"line_id": snapshot["line_id"]}, order=80),)


plugin = Reviews()
