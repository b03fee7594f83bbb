"""What the breeder vertical contributes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from typing_extensions import override

from marketplace_breeder import api, jobs, pages, queries, services
from marketplace_breeder.domain import HOME, LITTER, PUPPY, InterestShown, earliest_home
from marketplace_breeder.plugin.commands import breeder_command
from marketplace_breeder.plugin.samples import load_kennels
from marketplace_breeder.schemas import BreederSettings, Litter, Puppy
from marketplace_breeder.tables import interest_table
from marketplace_kit.kernel.errors import Invalid
from marketplace_kit.kernel.hooks import (
    Actor,
    Command,
    Job,
    Listener,
    ListingKind,
    NavItem,
    Notice,
    Panel,
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
from marketplace_kit.listings.schemas import read_attributes

HERE = Path(__file__).parent.parent
EVERYBODY = ("customer", "vendor", "operator", "admin")

KINDS = (
    ListingKind(
        name=PUPPY,
        label=N_("Puppy"),
        plural=N_("Puppies"),
        attributes=Puppy,
        facts=("placement", "breed", "sex", "colour", "born"),
        icon="heart",
        summary=N_("One puppy of a kennel, with its parents and their health tests."),
    ),
    ListingKind(
        name=LITTER,
        label=N_("Litter"),
        plural=N_("Litters"),
        attributes=Litter,
        facts=("breed", "expected", "born"),
        icon="people",
        summary=N_("A litter that is expected or born: families can tell the kennel early."),
    ),
)
NEW_INTEREST = Notice(
    name="breeder.new_interest",
    label=N_("A family is interested in one of your animals"),
    subject=N_("{name} is interested in “{title}”"),
    body=N_("{name} pressed “I am interested” at “{title}”. What they wrote stands in your list of leads."),
)
PERSONAL = PersonalData(
    name="breeder.interests",
    columns={"breeder_interest.person_id": "identity", "breeder_interest.message": "content"},
    export=queries.export,
    erase=services.erase,
)


class Breeder(Plugin):
    """Kennels: puppies, litters and the families who ask for them."""

    info = PluginInfo(
        name="breeder",
        version="0.1.0",
        label=N_("Breeders"),
        summary=N_("Puppies and litters, “Interested”, and a kennel's list of leads."),
        requires_kit=">=0.1,<0.2",
        personal_data=N_("Which animals a person showed interest in, when, and what they wrote to the kennel."),
    )

    @hookimpl
    @override
    def mk_settings(self) -> Sequence[SettingsSection]:
        return (SettingsSection(name="breeder", form=BreederSettings),)

    @hookimpl
    @override
    def mk_storage(self) -> Sequence[Storage]:
        return (Storage(migrations=HERE / "migrations", prefix="breeder_", tables=(interest_table.name,)),)

    @hookimpl
    @override
    def mk_templates(self) -> Sequence[Templates]:
        return (Templates(folder=HERE / "templates", locale=HERE / "locale"),)

    @hookimpl
    @override
    def mk_permissions(self) -> Sequence[Permission]:
        return (
            Permission(name="breeder.show_interest", label=N_("Show interest in animals"), roles=EVERYBODY),
            Permission(name="breeder.see_leads", label=N_("See a kennel's leads"), roles=("vendor", "admin")),
        )

    @hookimpl
    @override
    def mk_routes(self) -> Sequence[Routes]:
        return (Routes(handlers=(*api.handlers, *pages.handlers)),)

    @hookimpl
    @override
    def mk_listing_kinds(self) -> Sequence[ListingKind]:
        return KINDS

    @hookimpl
    @override
    def mk_notices(self) -> Sequence[Notice]:
        return (NEW_INTEREST,)

    @hookimpl
    @override
    def mk_jobs(self) -> Sequence[Job]:
        forgetting = Job(
            name="breeder.forget_old_interests",
            payload=jobs.Nothing,
            run=jobs.forget_old_interests,
            every=timedelta(days=1),
        )
        return (forgetting,)

    @hookimpl
    @override
    def mk_listeners(self) -> Sequence[Listener]:
        return (Listener(name="breeder.tell_kennel", event=InterestShown, handle=services.tell_kennel),)

    @hookimpl
    @override
    def mk_personal_data(self) -> Sequence[PersonalData]:
        return (PERSONAL,)

    @hookimpl
    @override
    def mk_commands(self) -> Sequence[Command]:
        return (Command(name="breeder", load=breeder_command),)

    @hookimpl
    @override
    def mk_samples(self) -> Sequence[Sample]:
        return (Sample(name="breeder.kennels", load=load_kennels, after=("shops.shops",)),)

    @hookimpl
    @override
    def mk_nav_items(self, actor: Actor) -> Sequence[NavItem]:
        if not (actor.shops and actor.may("breeder.see_leads")):
            return ()
        return (NavItem(slot="vendor", text=N_("Leads"), href=services.LEADS, icon="people", order=40),)

    @hookimpl
    @override
    def mk_panels(self, slot: str, snapshot: Mapping[str, Any]) -> Sequence[Panel]:
        if slot != "listing_actions" or snapshot["kind"] not in (PUPPY, LITTER) or snapshot["may_edit"]:
            return ()
        context = {"listing_id": snapshot["listing_id"], **_of_puppy(snapshot)}
        return (Panel(template="breeder/interested.html", context=context),)


def _of_puppy(snapshot: Mapping[str, Any]) -> dict[str, Any]:
    """Whether it is gone, and when it may move. Of a litter, and of what no longer fits its declaration, nothing."""
    nothing = {"gone": False, "moves_on": None}
    if snapshot["kind"] != PUPPY:
        return nothing
    try:
        puppy = read_attributes(Puppy, snapshot["attributes"])
    except Invalid:
        return nothing
    return {"gone": puppy.placement == HOME, "moves_on": earliest_home(puppy.born) if puppy.born else None}


plugin = Breeder()
