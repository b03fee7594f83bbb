"""What the grooming vertical contributes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from typing_extensions import override

from marketplace_grooming import api, jobs, pages, queries, services
from marketplace_grooming.domain import BANDS, SERVICE, QuoteRequested
from marketplace_grooming.plugin.samples import load_groomers
from marketplace_grooming.schemas import AskPrice, Compare, GroomingService, GroomingSettings
from marketplace_grooming.tables import request_table
from marketplace_kit.kernel.fields import fields_of
from marketplace_kit.kernel.hooks import (
    Actor,
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
from marketplace_kit.listings.domain import Published

HERE = Path(__file__).parent.parent

KIND = ListingKind(
    name=SERVICE,
    label=N_("Grooming service"),
    plural=N_("Grooming"),
    attributes=GroomingService,
    facts=("species", "coat", "home_visit"),
    told_by_panels=tuple(f"{what}_{band.name}" for band in BANDS for what in ("price", "minutes")),
    icon="scissors",
    summary=N_("A service whose price and time depend on the size of the pet."),
)
QUOTE_REQUESTED = Notice(
    name="grooming.quote_requested",
    label=N_("Somebody waits for your call"),
    subject=N_("Please call about {pet_name}"),
    body=N_("The owner of {pet_name} asks for a call about “{title}”. The number stands in your list of call-backs."),
)
PERSONAL = PersonalData(
    name="grooming.quote_requests",
    columns={
        "grooming_quote_request.person_id": "identity",
        "grooming_quote_request.pet_name": "content",
        "grooming_quote_request.phone": "contact",
        "grooming_quote_request.note": "content",
    },
    export=queries.export,
    erase=services.erase,
)


class Grooming(Plugin):
    """Groomers: prices by size, quotes, call-backs."""

    info = PluginInfo(
        name="grooming",
        version="0.1.0",
        label=N_("Groomers"),
        summary=N_("Grooming services with prices and times by size, quotes and call-backs."),
        requires_kit=">=0.1,<0.2",
        personal_data=N_("The call-backs a person asked for: the pet's name and weight, the number, the note."),
    )

    @hookimpl
    @override
    def mk_settings(self) -> Sequence[SettingsSection]:
        return (SettingsSection(name="grooming", form=GroomingSettings),)

    @hookimpl
    @override
    def mk_storage(self) -> Sequence[Storage]:
        return (Storage(migrations=HERE / "migrations", prefix="grooming_", tables=(request_table.name,)),)

    @hookimpl
    @override
    def mk_templates(self) -> Sequence[Templates]:
        return (Templates(folder=HERE / "templates", locale=HERE / "locale"),)

    @hookimpl
    @override
    def mk_permissions(self) -> Sequence[Permission]:
        label = N_("See who waits for a groomer's call")
        return (Permission(name="grooming.see_requests", label=label, roles=("vendor", "operator", "admin")),)

    @hookimpl
    @override
    def mk_routes(self) -> Sequence[Routes]:
        return (Routes(handlers=(*api.handlers, *pages.handlers)),)

    @hookimpl
    @override
    def mk_listing_kinds(self) -> Sequence[ListingKind]:
        return (KIND,)

    @hookimpl
    @override
    def mk_notices(self) -> Sequence[Notice]:
        return (QUOTE_REQUESTED,)

    @hookimpl
    @override
    def mk_jobs(self) -> Sequence[Job]:
        forgetting = Job(
            name="grooming.forget_old_requests",
            payload=jobs.Nothing,
            run=jobs.forget_old_requests,
            every=timedelta(days=1),
        )
        return (forgetting,)

    @hookimpl
    @override
    def mk_listeners(self) -> Sequence[Listener]:
        return (
            Listener(name="grooming.tell_groomer", event=QuoteRequested, handle=services.tell_groomer),
            Listener(name="grooming.complete_headline", event=Published, handle=services.complete_headline),
        )

    @hookimpl
    @override
    def mk_personal_data(self) -> Sequence[PersonalData]:
        return (PERSONAL,)

    @hookimpl
    @override
    def mk_samples(self) -> Sequence[Sample]:
        return (Sample(name="grooming.groomers", load=load_groomers, after=("shops.shops",)),)

    @hookimpl
    @override
    def mk_nav_items(self, actor: Actor) -> Sequence[NavItem]:
        items = [NavItem(slot="footer", text=N_("Grooming prices"), href="/grooming/prices", order=60)]
        if actor.shops and actor.may("grooming.see_requests"):
            items.append(
                NavItem(slot="vendor", text=N_("Call-backs"), href=services.REQUESTS, icon="telephone", order=45)
            )
        return items

    @hookimpl
    @override
    def mk_panels(self, slot: str, snapshot: Mapping[str, Any]) -> Sequence[Panel]:
        if slot == "home":
            return (Panel(template="grooming/home.html", context={"fields": fields_of(Compare)}, order=200),)
        if slot not in _ON_LISTING or snapshot["kind"] != SERVICE:
            return ()
        return (Panel(template=_ON_LISTING[slot], context=_prices(snapshot)),)


_WEIGHT = fields_of(AskPrice)[0]
_ON_LISTING = {"listing_actions": "grooming/headline.html", "listing_after": "grooming/price_table.html"}


def _prices(snapshot: Mapping[str, Any]) -> dict[str, Any]:
    prices = services.price_list_of(SERVICE, snapshot["attributes"])
    cheapest = prices.cheapest
    return {
        "listing_id": snapshot["listing_id"],
        "rows": [(t.band.text, t.price, t.minutes) for t in prices.tariffs.values()],
        "cheapest": cheapest,
        "field": _WEIGHT,
        # Only its vendor is told that the headline says something else than the table.
        "headline_differs": snapshot["may_edit"] and cheapest is not None and snapshot["price"] != cheapest,
    }


plugin = Grooming()
