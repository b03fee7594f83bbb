"""Values put into words of the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from marketplace_kit.accounts.queries import names_of
from marketplace_kit.kernel.site import Site
from marketplace_kit.shops import queries as shop_queries
from marketplace_kit.web.formats import day as shown_day
from marketplace_pets.domain import (
    Allergy,
    Badge,
    BehaviourFlag,
    Birth,
    Condition,
    DoseGiven,
    PetCard,
    Protocol,
    Protocols,
    TimelineEntry,
    WeightSeen,
    lists,
    standing,
)
from marketplace_pets.domain.standing import badge, counted
from marketplace_pets.domain.weights import is_alerting
from marketplace_pets.schemas import (
    AllergyView,
    BadgeView,
    BehaviourView,
    ConditionView,
    DoseView,
    EntryView,
    StandingView,
    WeightView,
)
from marketplace_pets.services.access import today

_FAMILY = (*lists.SCOPE_NAMES, lists.IDENTITY)
_DAYS = ("until", "earliest")
_WORDS = ("what",)


def worded(site: Site, locale: str, text: str, facts: Mapping[str, Any]) -> str:
    """A message id with its facts in the reader's language: days as people write them, declared words translated."""
    told = dict(facts)
    for name in _DAYS:
        if name in told:
            told[name] = shown_day(date.fromisoformat(told[name]), locale)
    for name in _WORDS:
        if name in told:
            told[name] = site.texts.gettext(locale, told[name])
    return site.texts.render(locale, text, told)


def badge_view(site: Site, locale: str, one: Badge) -> BadgeView:
    return BadgeView(
        protocol=one.protocol,
        label=site.texts.gettext(locale, one.label),
        code=one.code,
        tone=one.tone,
        text=worded(site, locale, one.text, one.facts),
        facts=dict(one.facts),
    )


def badges_of(card: PetCard, doses: Sequence[DoseGiven], known: Protocols, day: date) -> list[Badge]:
    """One for each timetable of the species; what is only a house rule of some shops is left out until it was begun."""
    if not card.alive:
        return []
    begun = {d.protocol for d in doses}
    return [badge(p, doses, card.birth, day) for p in known.of(card.species) if p.shown_missing or p.name in begun]


def allergy_view(one: Allergy) -> AllergyView:
    return AllergyView(
        id=one.allergy_id,
        substance=one.substance,
        is_class=one.is_class,
        reaction=one.reaction,
        severity=one.severity,
    )


def condition_view(one: Condition) -> ConditionView:
    return ConditionView(
        id=one.condition_id,
        kind=one.kind,
        what=one.what,
        details=one.details,
        since=one.since,
        runs_out_on=one.runs_out_on,
    )


def behaviour_view(one: BehaviourFlag) -> BehaviourView:
    return BehaviourView(code=one.code, comment=one.comment)


async def weight_views(site: Site, weights: Sequence[WeightSeen], birth: Birth) -> list[WeightView]:
    """Weighings in their order (oldest first) with authors and changes; one statement for all authors."""
    people = await site.ask(names_of, [w.by_person_id for w in weights if w.by_person_id])
    shops = await site.ask(shop_queries.names_of, [w.shop_id for w in weights if w.shop_id])
    return [_weight_view(w, birth, people, shops) for w in weights]


def _weight_view(w: WeightSeen, birth: Birth, people: Mapping[UUID, str], shops: Mapping[UUID, str]) -> WeightView:
    author = shops.get(w.shop_id, "") if w.shop_id else people.get(w.by_person_id, "") if w.by_person_id else ""
    before = None if w.change is None else round(w.grams * 1000 / (1000 + w.change))
    return WeightView(
        id=w.weight_id,
        kg=w.kilograms,
        grams=w.grams,
        at=w.at,
        source=w.source,
        author=author,
        method=w.method,
        body_condition=w.body_condition,
        change=w.change,
        days=w.days,
        alert=before is not None and is_alerting(w.grams, before, birth.oldest(w.at.date())),
        mistaken=w.mistaken,
        mistake_reason=w.mistake_reason,
    )


def dose_views(doses: Sequence[DoseGiven], known: Protocols, birth: Birth) -> list[DoseView]:
    """Doses, newest first, each with whether it counts."""
    counting = {
        d.dose_id for name in {d.protocol for d in doses} if name in known for d in counted(known[name], doses, birth)
    }
    return [
        DoseView(
            id=d.dose_id,
            pet_id=d.pet_id,
            protocol=d.protocol,
            protocol_version=d.protocol_version,
            given_on=d.given_on,
            product=d.product,
            lot=d.lot,
            manufacturer=d.manufacturer,
            vet=d.vet,
            clinic=d.clinic,
            valid_until=d.valid_until,
            certificate=d.certificate,
            source=d.source,
            historical=d.historical,
            counted=d.dose_id in counting,
            state=d.state,
            check_reason=d.check_reason,
            cover=d.cover,
        )
        for d in sorted(doses, key=lambda d: (d.given_on, str(d.dose_id)), reverse=True)
    ]


def standing_view(
    site: Site, locale: str, protocol: Protocol, doses: Sequence[DoseGiven], birth: Birth
) -> StandingView:
    now = standing(protocol, doses, birth, today(site))
    return StandingView(
        protocol=protocol.name,
        version=protocol.version,
        label=site.texts.gettext(locale, protocol.label),
        state=now.state,
        opens=now.window.opens if now.window else None,
        closes=now.window.closes if now.window else None,
        until=now.until,
        due_on=now.due_on,
        since=now.since,
        counted=now.counted,
        estimated=now.estimated,
    )


async def entry_views(site: Site, entries: Sequence[TimelineEntry], locale: str) -> list[EntryView]:
    shops = await site.ask(shop_queries.names_of, [e.shop_id for e in entries if e.shop_id])
    return [
        EntryView(
            id=e.entry_id,
            at=e.at,
            kind=e.kind,
            title=worded(site, locale, e.title, e.facts),
            scope=e.scope,
            link=e.link,
            shop_name=shops.get(e.shop_id, "") if e.shop_id else "",
        )
        for e in entries
    ]
