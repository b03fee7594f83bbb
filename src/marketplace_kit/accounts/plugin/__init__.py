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
from marketplace_kit.accounts.services import erase, holds, load_people
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
        "person.name_lookup": "identity",
        "person.country": "identity",
        "person.city": "identity",
        "person.about": "content",
        "person.interests": "content",
        "person.lat": "trace",
        "person.lon": "trace",
        "person.located_at": "trace",
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
        "person_address.label": "contact",
        "person_address.street": "contact",
        "person_address.apartment": "contact",
        "person_address.city": "contact",
        "person_address.country": "contact",
        "person_address.postcode": "contact",
        "person_address.note": "content",
        "person_address.point": "contact",
        "person_stage.stage": "trace",
        "person_access.by_id": "trace",
        "person_access.what": "trace",
        "personal_export.file": "content",
    },
    export=export,
    erase=erase,
    holds=holds,
)


class Accounts(Plugin):
    """People, sign-in, roles, consent, privacy."""

    info = PluginInfo(
        name="accounts",
        version=__version__,
        label="Accounts",
        summary="People: registration, sign-in, roles, consent.",
        category="core",
        personal_data="Name, e-mail address, phone number, addresses, language, place, password hash, devices, "
        "consents, how far somebody has come, who of the staff looked.",
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
        legal = (
            NavItem(slot="footer", text=N_("Terms of use"), href="/terms", order=900),
            NavItem(slot="footer", text=N_("Privacy policy"), href="/privacy", order=910),
        )
        if not actor.signed_in:
            return (NavItem(slot="main", text=N_("Register"), href="/register", icon="person", order=900), *legal)
        mine: tuple[NavItem, ...] = (
            NavItem(slot="account", text=N_("My account"), href="/account", icon="person", order=10),
            NavItem(slot="account", text=N_("Profile"), href="/account/profile", icon="pencil", order=12),
            NavItem(slot="account", text=N_("Sign-in and security"), href="/account/security", icon="lock", order=14),
            NavItem(slot="account", text=N_("Privacy"), href="/account/privacy", icon="shield-check", order=16),
        )
        if actor.may("accounts.administer"):
            mine = (*mine, NavItem(slot="admin", text=N_("People"), href="/admin/people", icon="people", order=20))
        return (*mine, *legal)


plugin = Accounts()
