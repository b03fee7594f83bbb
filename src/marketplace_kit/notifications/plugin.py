"""What the notifications room contributes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from typing_extensions import override

from marketplace_kit import __version__
from marketplace_kit.accounts.domain import EmailVerified, Registered, RegisteredAgain
from marketplace_kit.kernel.hooks import (
    Actor,
    Channel,
    Job,
    Listener,
    NavItem,
    Panel,
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
from marketplace_kit.notifications import api, jobs, pages, services
from marketplace_kit.notifications.domain import IN_APP
from marketplace_kit.notifications.queries import export
from marketplace_kit.notifications.schemas import MailSettings
from marketplace_kit.notifications.services.mailing import EmailSender
from marketplace_kit.notifications.services.notifying import topic_of
from marketplace_kit.notifications.tables import TABLES

HERE = Path(__file__).parent


class Notifications(Plugin):
    """Notices in the site and by mail."""

    info = PluginInfo(
        name="notifications",
        version=__version__,
        label="Notifications",
        summary="Notices to people, on every channel that somebody registered.",
        category="core",
        personal_data="What each person was told, whether they read it, and what they want to be told.",
        core=True,
    )

    @hookimpl
    @override
    def mk_settings(self) -> Sequence[SettingsSection]:
        return (SettingsSection(name="mail", form=MailSettings),)

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
    def mk_routes(self) -> Sequence[Routes]:
        return (Routes(handlers=(*api.handlers, *pages.handlers)),)

    @hookimpl
    @override
    def mk_channels(self) -> Sequence[Channel]:
        return (
            Channel(name=IN_APP, label=N_("On this site"), address=""),
            Channel(name="email", label=N_("E-mail"), address="email", sender=EmailSender()),
        )

    @hookimpl
    @override
    def mk_jobs(self) -> Sequence[Job]:
        return jobs.jobs

    @hookimpl
    @override
    def mk_listeners(self) -> Sequence[Listener]:
        return (
            Listener(name="notifications.confirm_address", event=Registered, handle=services.confirm_address),
            Listener(name="notifications.tell_owner", event=RegisteredAgain, handle=services.tell_owner),
            Listener(name="notifications.welcome", event=EmailVerified, handle=services.welcome),
        )

    @hookimpl
    @override
    def mk_personal_data(self) -> Sequence[PersonalData]:
        columns = {
            "notice.subject": "content",
            "notice.message": "content",
            "notice.link": "content",
            "notice_preference.wanted": "content",
        }
        return (PersonalData(name="notifications.notices", columns=columns, export=export, erase=services.erase),)

    @hookimpl
    @override
    def mk_nav_items(self, actor: Actor) -> Sequence[NavItem]:
        if not actor.signed_in:
            return ()
        return (NavItem(slot="account", text=N_("Notices"), href=pages.LIST, icon="bell", order=20),)

    @hookimpl
    @override
    def mk_panels(self, slot: str, snapshot: Mapping[str, Any]) -> Sequence[Panel]:
        actor: Actor = snapshot["actor"]
        if slot != "header" or actor.person_id is None:
            return ()
        return (Panel(template="notifications/bell.html", context={"topic": topic_of(actor.person_id)}),)


plugin = Notifications()
