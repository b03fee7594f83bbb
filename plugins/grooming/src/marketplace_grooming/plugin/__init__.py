"""What the grooming vertical contributes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from typing_extensions import override

from marketplace_grooming import api, jobs, pages, queries, services
from marketplace_grooming.domain import (
    BANDS,
    LINE,
    SERVICE,
    VISIT,
    CardPublished,
    ExtraConsented,
    ExtraProposed,
    ExtraUnanswered,
    QuoteRequested,
    VisitReady,
)
from marketplace_grooming.plugin.samples import load_groomers
from marketplace_grooming.schemas import AskPrice, Compare, GroomingService, GroomingSettings, VisitChoice
from marketplace_grooming.schemas.offering import SURCHARGED
from marketplace_grooming.services import telling
from marketplace_grooming.tables import TABLES
from marketplace_kit.kernel.fields import fields_of
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
from marketplace_kit.listings.domain import Published
from marketplace_pets.domain import PetDied, WeightRecorded

HERE = Path(__file__).parent.parent

KIND = ListingKind(
    name=SERVICE,
    label=N_("Grooming service"),
    plural=N_("Grooming"),
    attributes=GroomingService,
    facts=("species", "coat", "home_visit"),
    told_by_panels=(
        *(f"{what}_{band.name}" for band in BANDS for what in ("price", "minutes")),
        *(f"{what}_{coat}" for coat in SURCHARGED for what in ("price", "minutes")),
        "requires",
        "waiting_days",
        "min_age_months",
        "refuses",
        "proof_later",
        "evaluation",
        "evaluation_days",
        "unanswered",
        "answer_minutes",
    ),
    line=LINE,
    icon="scissors",
    summary=N_("A service whose price and time depend on the size of the pet."),
)
VISIT_LINE = LineKind(
    name=LINE,
    label=N_("Visit at the groomer"),
    process=VISIT,
    capacity=services.VisitCapacity(),
    choice=VisitChoice,
    one_line_per="pet",
    ask_first=N_("Choose your pet first: the times to choose from depend on how long it takes."),
    counter=services.COUNTER,
    template="grooming/line.html",
    icon="scissors",
    tells=True,
    not_now=services.not_now,
    links=services.links_of,
)
_SAMPLE = {"item": "Комплексный груминг: Бади", "shop": "Лапки", "id": "7KQ2M9XA"}
NOTICES = (
    Notice(
        name=telling.READY,
        label=N_("My pet is ready to be picked up"),
        subject=N_("{item}: ready to be picked up"),
        body=N_("{shop} is done. You can fetch your pet."),
        category="services",
        urgent=True,
        sample=_SAMPLE,
    ),
    Notice(
        name=telling.ASKED,
        label=N_("The groomer asks for my consent"),
        subject=N_("{item}: please answer"),
        body=N_("{shop} found something that is not in the price. Nothing is done or charged without your consent."),
        category="services",
        urgent=True,
        sample=_SAMPLE,
    ),
    Notice(
        name=telling.CARD,
        label=N_("The groomer's report card is there"),
        subject=N_("{item}: the report card is there"),
        body=N_("{shop} wrote down how it went and what to do at home."),
        category="services",
        sample=_SAMPLE,
    ),
    Notice(
        name=telling.ANSWERED,
        label=N_("An owner answered about an extra"),
        subject=N_("{pet}: answered"),
        body=N_("{name} answered about “{what}”. The visit shows what was said."),
        category="services",
        sample={"pet": "Бади", "name": "Айгерим", "what": "Колтуны за ушами"},
    ),
)
MORNING = (
    Notice(
        name=telling.LACKING,
        label=N_("Something is missing for my pet's visit"),
        subject=N_("{item}: something is still missing"),
        body=N_(
            "{shop} expects your pet, and something it asks for is still missing. The page of the visit says what."
        ),
        category="services",
        sample=_SAMPLE,
    ),
    Notice(
        name=telling.LACKING_SHOP,
        label=N_("A pet that comes today or tomorrow lacks something"),
        subject=N_("{pet}: something is still missing"),
        body=N_("As it stands {pet} may not come in: {what}"),
        category="services",
        sample={"pet": "Бади", "what": "Rabies is missing."},
    ),
    Notice(
        name=telling.HELD,
        label=N_("The groomer waits for my answer"),
        subject=N_("{item}: the work waits for your answer"),
        body=N_("{shop} has paused the work, because nobody has answered yet. Please answer, so that it can go on."),
        category="services",
        urgent=True,
        sample=_SAMPLE,
    ),
    Notice(
        name=telling.LAPSED,
        label=N_("An extra was not done, because nobody answered"),
        subject=N_("{item}: done without the extra"),
        body=N_("{shop} goes on without what it had proposed, because nobody answered. It is not charged."),
        category="services",
        sample=_SAMPLE,
    ),
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
        "grooming_visit.person_id": "identity",
        "grooming_visit.pet_name": "content",
        "grooming_visit.phone": "contact",
        "grooming_visit.collector": "content",
        "grooming_visit.gate_note": "content",
        "grooming_before.by_id": "trace",
        "grooming_after.by_id": "trace",
        "grooming_extra.proposed_by_id": "trace",
        "grooming_extra_photo.by_id": "trace",
        "grooming_consent.by_person_id": "identity",
        "grooming_consent.name": "identity",
        "grooming_evaluation.by_person_id": "trace",
        "grooming_card.by_person_id": "trace",
        "grooming_override.by_person_id": "trace",
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
        requires_plugins=("pets",),
        personal_data=N_("The call-backs a person asked for: the pet's name and weight, the number, the note."),
    )

    @hookimpl
    @override
    def mk_settings(self) -> Sequence[SettingsSection]:
        return (SettingsSection(name="grooming", form=GroomingSettings),)

    @hookimpl
    @override
    def mk_storage(self) -> Sequence[Storage]:
        return (Storage(migrations=HERE / "migrations", prefix="grooming_", tables=TABLES),)

    @hookimpl
    @override
    def mk_templates(self) -> Sequence[Templates]:
        return (Templates(folder=HERE / "templates", locale=HERE / "locale"),)

    @hookimpl
    @override
    def mk_permissions(self) -> Sequence[Permission]:
        label = N_("See who waits for a groomer's call")
        staff = ("vendor", "operator", "admin")
        return (
            Permission(name="grooming.see_requests", label=label, roles=staff),
            Permission(name="grooming.run_board", label=N_("Work with the visits of a salon"), roles=staff),
            Permission(name="grooming.edit_prices", label=N_("Change what grooming costs"), roles=("vendor", "admin")),
        )

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
    def mk_line_kinds(self) -> Sequence[LineKind]:
        return (VISIT_LINE,)

    @hookimpl
    @override
    def mk_notices(self) -> Sequence[Notice]:
        return (QUOTE_REQUESTED, *NOTICES, *MORNING)

    @hookimpl
    @override
    def mk_jobs(self) -> Sequence[Job]:
        forgetting = Job(
            name="grooming.forget_old_requests",
            payload=jobs.Nothing,
            run=jobs.forget_old_requests,
            every=timedelta(days=1),
        )
        planning = Job(
            name="grooming.plan_morning", payload=jobs.Nothing, run=jobs.plan_morning, every=timedelta(days=1)
        )
        return (
            forgetting,
            planning,
            Job(name="grooming.look_ahead", payload=jobs.Nothing, run=jobs.look_ahead),
            Job(name=services.UNANSWERED, payload=services.Unanswered, run=jobs.unanswered),
        )

    @hookimpl
    @override
    def mk_listeners(self) -> Sequence[Listener]:
        return (
            Listener(name="grooming.tell_groomer", event=QuoteRequested, handle=services.tell_groomer),
            Listener(name="grooming.complete_headline", event=Published, handle=services.complete_headline),
            Listener(name="grooming.close_visits", event=PetDied, handle=services.close_visits),
            Listener(name="grooming.review", event=WeightRecorded, handle=services.review_after_weighing),
            Listener(name="grooming.tell_ready", event=VisitReady, handle=services.tell_ready),
            Listener(name="grooming.tell_asked", event=ExtraProposed, handle=services.tell_asked),
            Listener(name="grooming.tell_card", event=CardPublished, handle=services.tell_card),
            Listener(name="grooming.tell_unanswered", event=ExtraUnanswered, handle=services.tell_unanswered),
            Listener(name="grooming.tell_answered", event=ExtraConsented, handle=services.tell_answered),
        )

    @hookimpl
    @override
    def mk_personal_data(self) -> Sequence[PersonalData]:
        return (PERSONAL,)

    @hookimpl
    @override
    def mk_samples(self) -> Sequence[Sample]:
        return (Sample(name="grooming.groomers", load=load_groomers, after=("shops.shops", "pets.pets")),)

    @hookimpl
    @override
    def mk_nav_items(self, actor: Actor) -> Sequence[NavItem]:
        items = [NavItem(slot="footer", text=N_("Grooming prices"), href="/grooming/prices", order=60)]
        if actor.shops and actor.may("grooming.run_board"):
            items.append(
                NavItem(slot="vendor", text=N_("Salon board"), href=pages.salon.HOME, icon="scissors", order=7)
            )
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
        if slot == "booking.choices" and snapshot["kind"] == SERVICE:
            return (Panel(template="grooming/choose_pets.html", context=_pets(snapshot)),)
        if slot == "order.line" and snapshot["kind"] == LINE:
            return _on_order(snapshot)
        if slot not in _ON_LISTING or snapshot["kind"] != SERVICE:
            return ()
        return (Panel(template=_ON_LISTING[slot], context=_prices(snapshot)),)


_WEIGHT = fields_of(AskPrice)[0]
_ON_LISTING = {"listing_actions": "grooming/headline.html", "listing_after": "grooming/price_table.html"}


def _pets(snapshot: Mapping[str, Any]) -> dict[str, Any]:
    """The way to the choice of pets, with all that is chosen so far."""
    chosen = snapshot["choice"].get("pet", [])
    keys = [chosen] if isinstance(chosen, str) else list(chosen)
    carried = [(k, v) for k, v in snapshot["hidden"] if k != "choice.starts_at"]
    query = f"?{urlencode(carried)}" if carried else ""
    told = [key.split(":", 3)[-1] for key in keys if ":" in key]
    return {
        "href": f"/grooming/book/{snapshot['listing_id']}/pets{query}",
        "count": len(keys),
        "names": told if len(told) == len(keys) else [],
    }


def _on_order(snapshot: Mapping[str, Any]) -> tuple[Panel, ...]:
    """The visit as its family sees it; for the shop the way to its own page."""
    if snapshot["role"] != "customer":
        href = f"/sell/grooming/visits/{snapshot['line_id']}"
        return (Panel(template="grooming/on_shop_order.html", context={"href": href}),)
    if not snapshot["actor"].signed_in:
        return ()  # a guest's way there is a link of the line
    return (Panel(template="grooming/on_order.html", context={"href": f"/grooming/visits/{snapshot['line_id']}"}),)


def _prices(snapshot: Mapping[str, Any]) -> dict[str, Any]:
    prices = services.price_list_of(SERVICE, snapshot["attributes"])
    cheapest = prices.cheapest
    return {
        "listing_id": snapshot["listing_id"],
        "rows": [(t.band.text, t.price, t.minutes) for t in prices.tariffs.values()],
        "cheapest": cheapest,
        "field": _WEIGHT,
        "differing_href": f"/sell/grooming/prices/{snapshot['listing_id']}" if snapshot["may_edit"] else "",
        # Only its vendor is told that the headline says something else than the table.
        "headline_differs": snapshot["may_edit"] and cheapest is not None and snapshot["price"] != cheapest,
    }


plugin = Grooming()
