"""What the boarding vertical contributes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from typing_extensions import override

from marketplace_boarding import api, jobs, pages, queries, services
from marketplace_boarding.domain import KIND, LINE, STAY, DayTold, IncidentNoted, MedicineMissed
from marketplace_boarding.plugin.samples import load_house
from marketplace_boarding.schemas import BoardingSettings, Lodging, StayChoice
from marketplace_boarding.services import telling
from marketplace_boarding.tables import TABLES
from marketplace_kit.kernel.hooks import (
    Actor,
    Job,
    LineKind,
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
from marketplace_pets.domain import PetDied

HERE = Path(__file__).parent.parent

LODGING = ListingKind(
    name=KIND,
    label=N_("Lodging by the night"),
    plural=N_("Pet hotels"),
    attributes=Lodging,
    facts=("species", "max_kg"),
    told_by_panels=(
        "requires",
        "waiting_days",
        "parasite_months",
        "min_age_months",
        "refuses",
        "proof_later",
        "min_nights",
        "max_nights",
        "ahead_days",
        "by_shop",
        "deposit_nights",
        "cancel_hours",
    ),
    line=LINE,
    icon="house",
    summary=N_("Rooms for pets, booked by the night."),
)
STAY_LINE = LineKind(
    name=LINE,
    label=N_("Stay of pets"),
    process=STAY,
    capacity=services.StayCapacity(),
    choice=StayChoice,
    template="boarding/line.html",
    icon="house",
    not_now=services.not_now,
    links=services.links_of,
)
_SAMPLE = {"item": "Вольер с выгулом: Бади", "shop": "Хвост на подушке", "id": "7KQ2M9XA"}
NOTICES = (
    Notice(
        name=telling.CARD,
        label=N_("The day of my pet in the pet hotel"),
        subject=N_("{item}: how the day was"),
        body=N_("{shop} wrote down what was eaten, given and seen today."),
        category="services",
        sample=_SAMPLE,
    ),
    Notice(
        name=telling.INCIDENT,
        label=N_("Something happened to my pet in the pet hotel"),
        subject=N_("{item}: please read this"),
        body=N_("{shop} noted an incident. What happened stands on the page of the stay."),
        category="services",
        urgent=True,
        sample=_SAMPLE,
    ),
    Notice(
        name=telling.GATE,
        label=N_("A proof is missing for my stay of tomorrow"),
        subject=N_("{item}: something is missing for tomorrow"),
        body=N_("{shop} can take your pet in only with all proofs. The page of the stay says which."),
        category="services",
        urgent=True,
        sample=_SAMPLE,
    ),
    Notice(
        name=telling.MISSED,
        label=N_("A medicine was not given in time"),
        subject=N_("{pet}: medicine of {time} is not noted"),
        body=N_("Room {room}: {what}. Give it, or note why not."),
        category="services",
        urgent=True,
        sample={"pet": "Бади", "time": "20:00", "what": "Синулокс 50 мг", "room": "Вольер 2"},
    ),
)
PERSONAL = PersonalData(
    name="boarding.stays",
    columns={
        "boarding_stay.person_id": "identity",
        "boarding_stay.title": "content",
        "boarding_stay.contact_name": "identity",
        "boarding_stay.phone": "contact",
        "boarding_stay.collector": "content",
        "boarding_stay.belongings": "content",
        "boarding_stay.note": "content",
        "boarding_stay.gate_note": "content",
        "boarding_guest.name": "content",
        "boarding_guest.food": "content",
        "boarding_guest.medicine": "content",
        "boarding_guest.care": "content",
        "boarding_entry.by_name": "trace",
        "boarding_entry.by_person_id": "trace",
        "boarding_report.by_person_id": "trace",
        "boarding_photo.by_id": "trace",
    },
    export=queries.export,
    erase=services.erase,
)
_ON_LISTING = {"listing_actions": "boarding/book_button.html", "listing_after": "boarding/rules.html"}


class Boarding(Plugin):
    """Pet hotels: rooms by the night, stays, day sheets."""

    info = PluginInfo(
        name="boarding",
        version="0.1.0",
        label=N_("Pet hotels"),
        summary=N_("Rooms for pets by the night: free nights, stays, feeding and medicine, a card of every day."),
        requires_kit=">=0.1,<0.2",
        requires_plugins=("pets",),
        personal_data=N_("The stays a person booked: who collects, how the pets are fed, what happened each day."),
    )

    @hookimpl
    @override
    def mk_settings(self) -> Sequence[SettingsSection]:
        return (SettingsSection(name="boarding", form=BoardingSettings),)

    @hookimpl
    @override
    def mk_storage(self) -> Sequence[Storage]:
        return (Storage(migrations=HERE / "migrations", prefix="boarding_", tables=TABLES),)

    @hookimpl
    @override
    def mk_templates(self) -> Sequence[Templates]:
        return (Templates(folder=HERE / "templates", locale=HERE / "locale"),)

    @hookimpl
    @override
    def mk_permissions(self) -> Sequence[Permission]:
        staff = ("vendor", "operator", "admin")
        return (
            Permission(name="boarding.run_house", label=N_("Look after the guests of a pet hotel"), roles=staff),
            Permission(
                name="boarding.edit_house",
                label=N_("Change the rooms and seasons of a pet hotel"),
                roles=("vendor", "admin"),
            ),
        )

    @hookimpl
    @override
    def mk_routes(self) -> Sequence[Routes]:
        return (Routes(handlers=(*api.handlers, *pages.handlers)),)

    @hookimpl
    @override
    def mk_listing_kinds(self) -> Sequence[ListingKind]:
        return (LODGING,)

    @hookimpl
    @override
    def mk_line_kinds(self) -> Sequence[LineKind]:
        return (STAY_LINE,)

    @hookimpl
    @override
    def mk_notices(self) -> Sequence[Notice]:
        return NOTICES

    @hookimpl
    @override
    def mk_jobs(self) -> Sequence[Job]:
        every = timedelta(minutes=10)
        return (Job(name="boarding.watch", payload=jobs.Nothing, run=jobs.watch, every=every),)

    @hookimpl
    @override
    def mk_listeners(self) -> Sequence[Listener]:
        return (
            Listener(name="boarding.close_stays", event=PetDied, handle=services.close_stays),
            Listener(name="boarding.tell_card", event=DayTold, handle=services.tell_card),
            Listener(name="boarding.tell_incident", event=IncidentNoted, handle=services.tell_incident),
            Listener(name="boarding.tell_missed", event=MedicineMissed, handle=services.tell_missed),
        )

    @hookimpl
    @override
    def mk_personal_data(self) -> Sequence[PersonalData]:
        return (PERSONAL,)

    @hookimpl
    @override
    def mk_samples(self) -> Sequence[Sample]:
        return (Sample(name="boarding.house", load=load_house, after=("shops.shops", "pets.pets")),)

    @hookimpl
    @override
    def mk_nav_items(self, actor: Actor) -> Sequence[NavItem]:
        if not (actor.shops and actor.may("boarding.run_house")):
            return ()
        return (NavItem(slot="vendor", text=N_("Pet hotel"), href=pages.HOME, icon="house", order=8),)

    @hookimpl
    @override
    def mk_panels(self, slot: str, snapshot: Mapping[str, Any]) -> Sequence[Panel]:
        if slot == "order.line" and snapshot["kind"] == LINE:
            return _on_order(snapshot)
        if slot not in _ON_LISTING or snapshot["kind"] != KIND:
            return ()
        href = f"/boarding/book/{snapshot['listing_id']}" if snapshot["state"] == "published" else ""
        rooms = "/sell/boarding/rooms" if snapshot["may_edit"] else ""
        context = {"href": href, "rooms_href": rooms, "rules": snapshot["attributes"]}
        return (Panel(template=_ON_LISTING[slot], context=context, order=10),)


def _on_order(snapshot: Mapping[str, Any]) -> tuple[Panel, ...]:
    """The stay as its family sees it; for the house the way to its own page."""
    if snapshot["role"] != "customer":
        href = f"/sell/boarding/stays/{snapshot['line_id']}"
        return (Panel(template="boarding/on_shop_order.html", context={"href": href}),)
    if not snapshot["actor"].signed_in:
        return ()  # a guest's way there is a link of the line
    return (Panel(template="boarding/on_order.html", context={"href": f"/boarding/stays/{snapshot['line_id']}"}),)


plugin = Boarding()
