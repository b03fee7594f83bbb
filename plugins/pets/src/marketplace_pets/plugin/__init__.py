"""What the pet room contributes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from typing_extensions import override

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
from marketplace_pets import api, jobs, pages, queries, services
from marketplace_pets.domain import DoseVerified, OpenedInEmergency, PetTransferred, WeightRecorded
from marketplace_pets.plugin.samples import load_pets
from marketplace_pets.schemas import PetsSettings
from marketplace_pets.services.access import BY_CHIP, CHECK, CODES, EMERGENCY, PROTOCOLS, READ
from marketplace_pets.tables import TABLES

HERE = Path(__file__).parent.parent
_SAMPLE = {"pet": "Buddy", "what": "Rabies", "day": "5 December 2027", "reason": "The page is not readable."}

NOTICES = (
    Notice(
        name="pets.dose_due",
        label=N_("A vaccination or deworming of your pet is due"),
        subject=N_("{pet}: {what} by {day}"),
        body=N_("{what} is due for {pet} by {day}. Book a visit in good time."),
        category="services",
        sample=_SAMPLE,
    ),
    Notice(
        name="pets.dose_overdue",
        label=N_("A vaccination or deworming of your pet is overdue"),
        subject=N_("{pet}: {what} is overdue"),
        body=N_("{what} was due for {pet} by {day}. Salons and hotels may not take the pet without it."),
        category="services",
        sample=_SAMPLE,
    ),
    Notice(
        name="pets.dose_verified",
        label=N_("A shop checked a proof of your pet"),
        subject=N_("{pet}: the proof is accepted"),
        body=N_("The proof of “{what}” for {pet} was checked and accepted."),
        category="services",
        sample=_SAMPLE,
    ),
    Notice(
        name="pets.dose_refused",
        label=N_("A shop did not accept a proof of your pet"),
        subject=N_("{pet}: the proof was not accepted"),
        body=N_("The proof of “{what}” for {pet} was not accepted: {reason}"),
        category="services",
        sample=_SAMPLE,
    ),
    Notice(
        name="pets.weight_changed",
        label=N_("The weight of your pet changed much"),
        subject=N_("{pet}: the weight changed by {change} %"),
        body=N_("{pet} weighs {kg} kg now: {change} % in {days} days. Please ask a vet if you do not know why."),
        category="services",
        sample={"pet": "Buddy", "kg": "11", "change": "-11.3", "days": "21"},
    ),
    Notice(
        name="pets.transferred",
        label=N_("Somebody took over a pet that you gave away"),
        subject=N_("{pet} has a new family"),
        body=N_("{pet} was taken over with the code that you gave. Its record moved along; your own contacts did not."),
        category="services",
        sample=_SAMPLE,
    ),
)
DIGEST = Notice(
    name="pets.digest",
    label=N_("What is due for my pets, in one message"),
    subject=N_("{pets}: what is due"),
    body=N_("{lines} The page of each pet leads to what can be booked."),
    category="services",
    sample={"pets": "Buddy, Алтай", "lines": "Buddy: Weigh the pet, 1 March. Алтай: Time for the groomer, 5 March."},
)
ENDING = Notice(
    name="pets.grants_ending",
    label=N_("What I share of my pets ends soon"),
    subject=N_("Sharing of a pet ends soon"),
    body=N_("These shops see your pet through this day: {lines}. Share again if that should go on."),
    category="services",
    sample={"lines": "Buddy, Лапки: 1 March 2027"},
)
OPENED = Notice(
    name="pets.opened_in_emergency",
    label=N_("A shop opened my pet's record in an emergency"),
    subject=N_("{pet}: the record was opened in an emergency"),
    body=N_("{shop} read allergies, medicines and chronic problems of {pet} without your leave. Reason given: {why}"),
    category="services",
    urgent=True,
    sample={"pet": "Buddy", "shop": "Ақ Табан", "why": "Brought in unconscious after an accident"},
)
CLAIM = Notice(
    name="pets.claim",
    label=N_("Somebody wrote down your pet: take over its record"),
    subject=N_("{pet}: take over the record"),
    body=N_("{shop} wrote down {pet}. To keep its record yourself, enter this code: {code}"),
    category="services",
    sample={"pet": "Buddy", "shop": "Лапки", "code": "7KQ2M-9XA4T"},
)
PERSONAL = PersonalData(
    name="pets.records",
    columns={
        **{
            f"pets_pet.{name}": "content"
            for name in ("name", "diet", "feeding_times", "insurance", "may_collect", "home_vet", "cover")
        },
        "pets_pet.emergency_name": "contact",
        "pets_pet.emergency_phone": "contact",
        "pets_booked.person_id": "identity",
        "pets_keepership.person_id": "identity",
        "pets_co_keeper.person_id": "identity",
        "pets_transfer.offered_by_id": "identity",
        "pets_transfer.accepted_by_id": "identity",
        "pets_transfer.phone": "contact",
        "pets_dose.checked_by_id": "identity",
        "pets_merge.undone_by_id": "trace",
        "pets_photo.by_id": "trace",
        "pets_dose_photo.by_id": "trace",
        **{
            f"pets_{table}.by_person_id": "trace"
            for table in (
                "mark",
                "weight",
                "allergy",
                "condition",
                "behaviour",
                "code",
                "protocol",
                "dose",
                "grant",
                "read",
                "timeline",
                "follow_up",
                "mute",
                "merge",
            )
        },
    },
    export=queries.export,
    erase=services.erase,
)
_STAFF = ("vendor", "operator")


class Pets(Plugin):
    """Pets: one record of each animal, kept by its family."""

    info = PluginInfo(
        name="pets",
        version="0.1.0",
        label=N_("Pets"),
        summary=N_("One record of each animal, kept by its family and shared with vendors as the family says."),
        requires_kit=">=0.1,<0.2",
        personal_data=N_("Pets that a person keeps, with their records; what a person wrote into such a record."),
    )

    @hookimpl
    @override
    def mk_settings(self) -> Sequence[SettingsSection]:
        return (SettingsSection(name="pets", form=PetsSettings),)

    @hookimpl
    @override
    def mk_storage(self) -> Sequence[Storage]:
        return (Storage(migrations=HERE / "migrations", prefix="pets_", tables=TABLES),)

    @hookimpl
    @override
    def mk_templates(self) -> Sequence[Templates]:
        return (Templates(folder=HERE / "templates", locale=HERE / "locale"),)

    @hookimpl
    @override
    def mk_permissions(self) -> Sequence[Permission]:
        return (
            Permission(name=READ, label=N_("Read what families share of their pets"), roles=_STAFF),
            Permission(name=CHECK, label=N_("Check proofs of vaccinations"), roles=_STAFF),
            Permission(name=BY_CHIP, label=N_("Find a pet by its microchip"), roles=_STAFF),
            Permission(name=EMERGENCY, label=N_("Open a pet's record in an emergency"), roles=_STAFF),
            Permission(name=CODES, label=N_("Change a shop's list of warnings"), roles=("vendor",)),
            Permission(name=PROTOCOLS, label=N_("Change the timetables of vaccinations"), roles=("admin",)),
        )

    @hookimpl
    @override
    def mk_routes(self) -> Sequence[Routes]:
        return (Routes(handlers=(*api.handlers, *pages.handlers)),)

    @hookimpl
    @override
    def mk_notices(self) -> Sequence[Notice]:
        return (*NOTICES, DIGEST, ENDING, OPENED, CLAIM)

    @hookimpl
    @override
    def mk_jobs(self) -> Sequence[Job]:
        return (
            Job(name="pets.plan_reminders", payload=jobs.Nothing, run=jobs.plan_reminders, every=timedelta(days=1)),
            Job(name="pets.remind", payload=jobs.Nothing, run=jobs.remind),
            Job(name="pets.tell_ending", payload=jobs.Nothing, run=jobs.tell_ending),
            Job(name="pets.digest", payload=jobs.Nothing, run=jobs.send_digests),
            Job(name=services.SEND, payload=services.SendClaim, run=services.send_claim),
        )

    @hookimpl
    @override
    def mk_listeners(self) -> Sequence[Listener]:
        return (
            Listener(name="pets.tell_checked", event=DoseVerified, handle=services.tell_checked),
            Listener(name="pets.tell_change", event=WeightRecorded, handle=services.tell_change),
            Listener(name="pets.tell_opened", event=OpenedInEmergency, handle=services.tell_opened),
            Listener(name="pets.tell_moved", event=PetTransferred, handle=services.tell_moved),
        )

    @hookimpl
    @override
    def mk_personal_data(self) -> Sequence[PersonalData]:
        return (PERSONAL,)

    @hookimpl
    @override
    def mk_samples(self) -> Sequence[Sample]:
        return (Sample(name="pets.pets", load=load_pets, after=("shops.shops",)),)

    @hookimpl
    @override
    def mk_nav_items(self, actor: Actor) -> Sequence[NavItem]:
        items = []
        if actor.signed_in:
            items.append(NavItem(slot="account", text=N_("My pets"), href="/pets", icon="heart", order=25))
        if actor.shops and actor.may(READ):
            items.append(NavItem(slot="vendor", text=N_("Shared pets"), href="/sell/pets", icon="heart", order=46))
        if actor.shops and actor.may(CHECK):
            items.append(
                NavItem(
                    slot="vendor",
                    text=N_("Proofs to check"),
                    href="/sell/pets/verify",
                    icon="clipboard-check",
                    order=47,
                )
            )
        if actor.may(PROTOCOLS):
            items.append(
                NavItem(
                    slot="admin", text=N_("Timetables"), href="/admin/pets/protocols", icon="journal-text", order=46
                )
            )
        return items


plugin = Pets()
