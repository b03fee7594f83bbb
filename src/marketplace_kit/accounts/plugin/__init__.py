"""What the accounts room contributes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from typing_extensions import override

from marketplace_kit import __version__
from marketplace_kit.accounts import api, jobs, pages
from marketplace_kit.accounts.plugin.commands import user_command
from marketplace_kit.accounts.plugin.notices import NOTICES
from marketplace_kit.accounts.queries import export
from marketplace_kit.accounts.schemas import AccountSettings
from marketplace_kit.accounts.services import erase, load_people
from marketplace_kit.accounts.tables import TABLES
from marketplace_kit.kernel.hooks import (
    Actor,
    Command,
    Job,
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

HERE = Path(__file__).parent.parent

PERSONAL = PersonalData(
    name="accounts.people",
    columns={
        "person.name": "identity",
        "person.email": "contact",
        "person.email_lookup": "contact",
        "person.phone": "contact",
        "person.password_hash": "secret",
        "sign_in.digest": "secret",
        "sign_in.agent": "trace",
        "sign_in.address": "trace",
        "refresh_token.digest": "secret",
        "one_time_token.digest": "secret",
        "one_time_token.subject": "contact",
    },
    export=export,
    erase=erase,
)


class Accounts(Plugin):
    """People, sign-in, roles, consent, privacy."""

    info = PluginInfo(
        name="accounts",
        version=__version__,
        label="Accounts",
        summary="People: registration, sign-in, roles, consent.",
        category="core",
        personal_data="Name, e-mail address, phone number, language, password hash, devices signed in, consents.",
        core=True,
    )

    @hookimpl
    @override
    def mk_settings(self) -> Sequence[SettingsSection]:
        return (SettingsSection(name="accounts", form=AccountSettings),)

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
        return (Permission(name="accounts.administer", label=N_("See and administer people"), roles=("admin",)),)

    @hookimpl
    @override
    def mk_routes(self) -> Sequence[Routes]:
        return (Routes(handlers=(*api.handlers, *pages.handlers)),)

    @hookimpl
    @override
    def mk_notices(self) -> Sequence[Notice]:
        return NOTICES

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
    def mk_commands(self) -> Sequence[Command]:
        return (Command(name="user", load=user_command),)

    @hookimpl
    @override
    def mk_samples(self) -> Sequence[Sample]:
        return (Sample(name="accounts.people", load=load_people),)

    @hookimpl
    @override
    def mk_nav_items(self, actor: Actor) -> Sequence[NavItem]:
        if not actor.signed_in:
            return (NavItem(slot="main", text=N_("Register"), href="/register", icon="person", order=900),)
        return (NavItem(slot="account", text=N_("My account"), href="/account", icon="person", order=10),)


plugin = Accounts()
