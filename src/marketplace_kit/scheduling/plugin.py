"""What the scheduling room contributes."""

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
    PersonalData,
    Plugin,
    PluginInfo,
    Routes,
    SettingsSection,
    Storage,
    Templates,
    hookimpl,
)
from marketplace_kit.kernel.hooks.lines import LineKind
from marketplace_kit.kernel.texts import N_
from marketplace_kit.listings.domain import ListingChanged
from marketplace_kit.listings.queries import next_times_stand_in
from marketplace_kit.scheduling import api, jobs, pages
from marketplace_kit.scheduling.domain import (
    AppointmentConfirmed,
    AppointmentRequested,
    AppointmentRescheduled,
    ClaimReleased,
    HoursChanged,
)
from marketplace_kit.scheduling.domain.process import APPOINTMENT
from marketplace_kit.scheduling.queries import export
from marketplace_kit.scheduling.schemas import AppointmentChoice, SchedulingSettings
from marketplace_kit.scheduling.services import TimeCapacity, erase, holds, links_of, not_now, note_change
from marketplace_kit.scheduling.services.adopting import adopt_visits
from marketplace_kit.scheduling.services.counter import HomeCounter
from marketplace_kit.scheduling.services.feeding import PERSONAL as FOLLOWING
from marketplace_kit.scheduling.services.notices import NOTICES
from marketplace_kit.scheduling.services.offering import note_freed
from marketplace_kit.scheduling.services.telling import LISTENERS
from marketplace_kit.scheduling.services.waiting import adopt_waits
from marketplace_kit.scheduling.tables import TABLES, next_free_table
from marketplace_kit.shops.domain import ShopChanged, ShopOpened

HERE = Path(__file__).parent
next_times_stand_in(next_free_table)
LINE = "appointment"
PERSONAL = PersonalData(
    name="scheduling.appointments",
    columns={
        "appointment.person_id": "identity",
        "appointment.contact_name": "identity",
        "appointment.contact_phone": "contact",
        "appointment.note": "content",
        "appointment.subject": "content",
        "booking_mark.person_id": "identity",
        "booking_mark.phone": "contact",
        "booking_mark.reason": "content",
        "booking_mark.by_id": "trace",
        "claim.held_by": "trace",
        "resource.member_id": "identity",
        "resource.name": "identity",
        "resource.about": "content",
        "van_trip.address": "contact",
        "van_trip.entrance": "contact",
        "van_trip.lat": "contact",
        "van_trip.lon": "contact",
    },
    export=export,
    erase=erase,
    holds=holds,
)
FREES_OR_TAKES = (
    AppointmentConfirmed,
    AppointmentRequested,
    AppointmentRescheduled,
    ClaimReleased,
    HoursChanged,
    ListingChanged,
    ShopChanged,
    ShopOpened,
)
"""After these, the next free start of a shop's listings may be another."""


class Scheduling(Plugin):
    """When something can be done, by whom, where."""

    info = PluginInfo(
        name="scheduling",
        version=__version__,
        label="Scheduling",
        summary="Working time, free times and appointments.",
        category="core",
        personal_data="Appointments with name and phone of the customer; how a shop lets somebody book.",
        core=True,
    )

    @hookimpl
    @override
    def mk_settings(self) -> Sequence[SettingsSection]:
        return (SettingsSection(name="scheduling", form=SchedulingSettings),)

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
        calendars = LiveTopic(pattern="shop:{shop_id}:calendar", may_watch=pages.may_watch)
        return (Routes(handlers=(*api.handlers, *pages.handlers), live_topics=(calendars,)),)

    @hookimpl
    @override
    def mk_line_kinds(self) -> Sequence[LineKind]:
        appointment = LineKind(
            name=LINE,
            label=N_("Appointment"),
            process=APPOINTMENT,
            capacity=TimeCapacity(),
            choice=AppointmentChoice,
            icon="calendar-check",
            tells=True,
            not_now=not_now,
            links=links_of,
            counter=HomeCounter(),
            template="scheduling/line.html",
        )
        return (appointment,)

    @hookimpl
    @override
    def mk_personal_data(self) -> Sequence[PersonalData]:
        return (PERSONAL, FOLLOWING)

    @hookimpl
    @override
    def mk_listeners(self) -> Sequence[Listener]:
        known = tuple(
            Listener(name=f"scheduling.next_free.{event.__name__}", event=event, handle=note_change)
            for event in FREES_OR_TAKES
        )
        freed = Listener(name="scheduling.offer_freed", event=ClaimReleased, handle=note_freed)
        adopting = (
            Listener(name="scheduling.adopt_waits", event=PhoneVerified, handle=adopt_waits),
            Listener(name="scheduling.adopt_visits", event=PhoneVerified, handle=adopt_visits),
        )
        return (*known, freed, *adopting, *LISTENERS)

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
    def mk_nav_items(self, actor: Actor) -> Sequence[NavItem]:
        return pages.nav_items(actor)

    @hookimpl
    @override
    def mk_panels(self, slot: str, snapshot: Mapping[str, Any]) -> Sequence[Panel]:
        return pages.panels(slot, snapshot)


plugin = Scheduling()
