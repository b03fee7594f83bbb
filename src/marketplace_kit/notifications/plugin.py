"""What the notifications room contributes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from typing_extensions import override

from marketplace_kit import __version__
from marketplace_kit.accounts.domain import EmailVerified, PhoneVerified, Registered, RegisteredAgain
from marketplace_kit.kernel.hooks import (
    Actor,
    Channel,
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
from marketplace_kit.notifications import api, jobs, pages, services
from marketplace_kit.notifications.domain import IN_APP, MAY_READ_LOG, MAY_WORD
from marketplace_kit.notifications.pages import paths
from marketplace_kit.notifications.queries import export
from marketplace_kit.notifications.schemas import MailSettings, NotificationSettings
from marketplace_kit.notifications.services import account_mail
from marketplace_kit.notifications.services.mailing import EmailSender
from marketplace_kit.notifications.services.notifying import topic_of
from marketplace_kit.notifications.services.pushing import PushSender
from marketplace_kit.notifications.services.telegramming import TelegramSender
from marketplace_kit.notifications.services.texting import SmsSender
from marketplace_kit.notifications.tables import TABLES

HERE = Path(__file__).parent


async def _own(_: Any, actor: Actor, places: Mapping[str, str]) -> bool:
    return str(actor.person_id) == places["person_id"]


OWN_NOTICES = LiveTopic(pattern="person:{person_id}:notices", may_watch=_own)


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
        return (
            SettingsSection(name="mail", form=MailSettings),
            SettingsSection(name="notifications", form=NotificationSettings),
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
    def mk_routes(self) -> Sequence[Routes]:
        return (Routes(handlers=(*api.handlers, *pages.handlers), live_topics=(OWN_NOTICES,)),)

    @hookimpl
    @override
    def mk_channels(self) -> Sequence[Channel]:
        return (
            Channel(name=IN_APP, label=N_("On this site"), address=""),
            Channel(name="email", label=N_("E-mail"), address="email", sender=EmailSender()),
            Channel(name="sms", label=N_("SMS"), address="phone", sender=SmsSender()),
            Channel(name="push", label=N_("Push messages"), address="", sender=PushSender()),
            Channel(name="telegram", label=N_("Telegram"), address="", sender=TelegramSender()),
        )

    @hookimpl
    @override
    def mk_notices(self) -> Sequence[Notice]:
        return services.ORDER_NOTICES

    @hookimpl
    @override
    def mk_permissions(self) -> Sequence[Permission]:
        return (
            Permission(name=MAY_WORD, label=N_("Word the notices"), roles=("admin",)),
            Permission(name=MAY_READ_LOG, label=N_("See what was sent, and send it again"), roles=("admin",)),
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
            Listener(name="notifications.welcome_by_phone", event=PhoneVerified, handle=services.welcome),
            *account_mail.LISTENERS,
        )

    @hookimpl
    @override
    def mk_personal_data(self) -> Sequence[PersonalData]:
        columns = {
            "notice.subject": "content",
            "notice.message": "content",
            "notice.link": "content",
            "notice.attachment": "content",
            "notice_preference.wanted": "content",
            "notice_delivery.subject": "content",
            "notice_delivery.body": "content",
            "notice_quiet_hours.zone": "content",
            "notice_device.endpoint": "contact",
            "notice_device.endpoint_digest": "secret",
            "notice_device.p256dh": "secret",
            "notice_device.auth": "secret",
            "notice_device.label": "trace",
            "notice_telegram.chat_id": "contact",
            "notice_telegram_code.digest": "secret",
        }
        return (PersonalData(name="notifications.notices", columns=columns, export=export, erase=services.erase),)

    @hookimpl
    @override
    def mk_nav_items(self, actor: Actor) -> Sequence[NavItem]:
        if not actor.signed_in:
            return ()
        items = [NavItem(slot="account", text=N_("Notices"), href=paths.LIST, icon="bell", order=20)]
        if actor.may(MAY_WORD):
            items.append(NavItem(slot="admin", text=N_("Notice texts"), href=paths.TEXTS, icon="pencil", order=60))
        if actor.may(MAY_READ_LOG):
            items.append(NavItem(slot="admin", text=N_("Messages sent"), href=paths.LOG, icon="envelope", order=61))
        return items

    @hookimpl
    @override
    def mk_panels(self, slot: str, snapshot: Mapping[str, Any]) -> Sequence[Panel]:
        actor: Actor = snapshot["actor"]
        if slot != "header" or actor.person_id is None:
            return ()
        return (Panel(template="notifications/bell.html", context={"topic": topic_of(actor.person_id)}),)


plugin = Notifications()
