"""Pets as doors show them: values put into words of the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.accounts.queries import contact_of, names_of
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.shops import queries as shop_queries
from marketplace_kit.web.formats import day as shown_day
from marketplace_kit.web.paging import Page, decode_cursor, encode_cursor
from marketplace_pets import queries
from marketplace_pets.domain import (
    Allergy,
    Badge,
    BehaviourFlag,
    Birth,
    Condition,
    DoseGiven,
    Due,
    PetCard,
    Protocol,
    Protocols,
    Shared,
    TimelineEntry,
    WeightSeen,
    lists,
    standing,
)
from marketplace_pets.domain.care import plan
from marketplace_pets.domain.standing import badge, counted
from marketplace_pets.domain.weights import is_alerting, with_changes
from marketplace_pets.schemas import (
    AllergyView,
    BadgeView,
    BehaviourView,
    ConditionView,
    DosesView,
    DoseView,
    DueView,
    EntryView,
    Found,
    GrantView,
    OfferView,
    PersonWith,
    PetRow,
    PetView,
    ReadView,
    SharedPet,
    SharedView,
    StandingView,
    WaitingDose,
    WeightView,
)
from marketplace_pets.services.access import seen_pet, today
from marketplace_pets.services.sharing import read

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


def due_view(site: Site, locale: str, one: Due) -> DueView:
    text = worded(site, locale, one.text, one.facts)
    return DueView(reason=one.reason, text=text, due_on=one.due_on, protocol=one.protocol, overdue=one.overdue)


async def pet_list(site: Site, by: Actor, locale: str) -> list[PetRow]:
    """The asker's pets with their badges and what is due next; six statements for any number of pets."""
    if by.person_id is None:
        return []
    found = await site.ask(queries.pets_of, by.person_id, by.shops)
    care = await site.ask(_care_data, [card.pet_id for card, _ in found])
    day = today(site)
    return [
        PetRow(
            id=card.pet_id,
            name=card.name,
            species=card.species,
            breed=card.breed,
            state=card.state,
            right=right,
            cover=card.cover,
            badges=[badge_view(site, locale, b) for b in badges_of(card, care.doses_of(card), care.known, day)],
            next_due=next((due_view(site, locale, due) for due in care.plan_of(card, day)), None),
        )
        for card, right in found
    ]


class _Care:
    """What care plans of some pets are computed from."""

    def __init__(self, known: Protocols, doses: Any, weights: Any, groomed: Any, running: Any) -> None:
        self.known, self._doses, self._weights = known, doses, weights
        self._groomed, self._running = groomed, running

    def doses_of(self, card: PetCard) -> list[DoseGiven]:
        found: list[DoseGiven] = self._doses.get(card.pet_id, [])
        return found

    def plan_of(self, card: PetCard, day: date) -> list[Due]:
        weighed: WeightSeen | None = self._weights.get(card.pet_id)
        return plan(
            card,
            self.doses_of(card),
            self.known,
            day,
            weighed_on=weighed.at.date() if weighed else None,
            groomed_on=self._groomed.get(card.pet_id, ()),
            running_out=self._running.get(card.pet_id, ()),
        )


async def _care_data(connection: AsyncConnection, pet_ids: Sequence[UUID]) -> _Care:
    return _Care(
        await queries.protocols(connection),
        await queries.doses_of(connection, pet_ids),
        await queries.latest_weights(connection, pet_ids),
        await queries.groomed_on(connection, pet_ids),
        await queries.running_out(connection, pet_ids),
    )


async def care_plan(site: Site, pet_id: UUID, *, by: Actor, locale: str) -> list[DueView]:
    """What is due for a pet, soonest first, for its family. Refuses like :func:`seen_pet`."""
    await seen_pet(site, pet_id, by=by)
    card = (await site.ask(queries.cards, (pet_id,)))[pet_id]
    care = await site.ask(_care_data, [pet_id])
    return [due_view(site, locale, due) for due in care.plan_of(card, today(site))]


async def pet_view(site: Site, pet_id: UUID, *, by: Actor, locale: str) -> PetView:
    """A pet for its family. Refuses like :func:`seen_pet`."""
    tied = await seen_pet(site, pet_id, by=by)
    card = (await site.ask(queries.cards, (pet_id,)))[pet_id]
    doses = (await site.ask(queries.doses_of, (pet_id,))).get(pet_id, [])
    known = await site.ask(queries.protocols)
    marks = await site.ask(queries.marks_of, pet_id)
    told = {name: tied.row._mapping[name] for name in PetView.__struct_fields__ if name in tied.row._mapping}
    lacking = [name for name in ("breed", "sex", "born", "size_class") if not told[name]]
    if not any(mark.kind == lists.CHIP for mark in marks):
        lacking.append("chip")
    return PetView(
        **told,
        right=tied.right,
        kept_since=tied.since,
        marks=marks,
        allergies=[allergy_view(a) for a in await site.ask(queries.allergies_of, pet_id)],
        conditions=[condition_view(c) for c in await site.ask(queries.conditions_of, pet_id)],
        behaviours=[behaviour_view(b) for b in (await site.ask(queries.behaviours_of, (pet_id,))).get(pet_id, ())],
        badges=[badge_view(site, locale, b) for b in badges_of(card, doses, known, today(site))],
        missing=lacking,
    )


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


async def weight_history(site: Site, pet_id: UUID, *, by: Actor) -> list[WeightView]:
    """Every weighing, oldest first, for the family."""
    tied = await seen_pet(site, pet_id, by=by)
    weights = with_changes(await site.ask(queries.weights_of, pet_id))
    return await weight_views(site, weights, Birth(on=tied.row.born, precision=tied.row.born_precision))


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


async def dose_history(site: Site, pet_id: UUID, *, by: Actor, locale: str) -> DosesView:
    """Doses and standings for the family."""
    await seen_pet(site, pet_id, by=by)
    card = (await site.ask(queries.cards, (pet_id,)))[pet_id]
    doses = (await site.ask(queries.doses_of, (pet_id,))).get(pet_id, [])
    known = await site.ask(queries.protocols)
    return DosesView(
        doses=dose_views(doses, known, card.birth),
        standings=[standing_view(site, locale, p, doses, card.birth) for p in known.of(card.species)],
        badges=[badge_view(site, locale, b) for b in badges_of(card, doses, known, today(site))],
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


async def history(
    site: Site, pet_id: UUID, *, by: Actor, locale: str, cursor: str | None = None, limit: int = 20
) -> Page[EntryView]:
    """What happened to a pet, latest first, for the family."""
    await seen_pet(site, pet_id, by=by)
    before = decode_cursor(cursor, tuple[datetime, UUID]) if cursor else None
    found = await site.ask(queries.timeline_of, pet_id, before=before, limit=limit + 1)
    items = await entry_views(site, found[:limit], locale)
    last = found[limit - 1] if len(found) > limit else None
    return Page(items=items, next=encode_cursor(last.at, last.entry_id) if last else None)


async def grant_list(site: Site, pet_id: UUID, *, by: Actor) -> list[GrantView]:
    """What is and was shared, the latest first."""
    await seen_pet(site, pet_id, by=by)
    found = await site.ask(queries.grants_of, pet_id)
    shops = await site.ask(shop_queries.names_of, [g.shop_id for g in found])
    now, day = site.clock.now(), today(site)
    return [
        GrantView(
            id=g.grant_id,
            shop_id=g.shop_id,
            shop_name=shops.get(g.shop_id, ""),
            scopes=list(g.scopes),
            purpose=g.purpose,
            starts_at=g.starts_at,
            expires_on=g.expires_on,
            revoked_at=g.revoked_at,
            origin=g.origin,
            live=g.is_live(now, day),
        )
        for g in found
    ]


async def access_log(
    site: Site, pet_id: UUID, *, by: Actor, cursor: str | None = None, limit: int = 20
) -> Page[ReadView]:
    """Who of which shop read what, latest first."""
    await seen_pet(site, pet_id, by=by)
    before = decode_cursor(cursor, tuple[datetime, UUID]) if cursor else None
    found = await site.ask(queries.reads_of, pet_id, before, limit + 1)
    shops = await site.ask(shop_queries.names_of, [r.shop_id for r in found])
    people = await site.ask(names_of, [r.by_person_id for r in found if r.by_person_id])
    items = [
        ReadView(
            at=r.at,
            shop_id=r.shop_id,
            shop_name=shops.get(r.shop_id, ""),
            reader=people.get(r.by_person_id, ""),
            scope=r.scope,
            why=r.why,
        )
        for r in found[:limit]
    ]
    last = found[limit - 1] if len(found) > limit else None
    return Page(items=items, next=encode_cursor(last.at, last.id) if last else None)


async def people_with(site: Site, pet_id: UUID, *, by: Actor) -> list[PersonWith]:
    """The co-keepers."""
    await seen_pet(site, pet_id, by=by)
    found = await site.ask(queries.people_with, pet_id)
    names = await site.ask(names_of, [r.person_id for r in found])
    return [
        PersonWith(person_id=r.person_id, name=names.get(r.person_id, ""), right=r.right, since=r.since) for r in found
    ]


async def offers_of(site: Site, pet_id: UUID, *, by: Actor) -> list[OfferView]:
    """Offers that wait to be taken up, without their codes."""
    await seen_pet(site, pet_id, by=by)
    rows = await site.ask(queries.open_offers, pet_id, site.clock.now())
    return [OfferView(id=r.id, right=r.right, ends_at=r.ends_at) for r in rows]


async def is_family(site: Site, pet_id: UUID, *, by: Actor) -> bool:
    """Whether the asker sees the pet as its family. Without it a person of a shop reads by a grant."""
    tied = await site.ask(queries.tie, pet_id, by.person_id, by.shops)
    return bool(tied and tied.right) or not by.shops


async def read_for_shop(
    site: Site, pet_id: UUID, scope: str, *, by: Actor, why: str, locale: str, shop_id: UUID | None = None
) -> SharedView:
    """One scope of a shared pet, read by staff and noted in the family's log. Refuses like
    :func:`marketplace_pets.services.read`.
    """
    shared = await site.do(read, pet_id, scope, by=by, why=why, shop_id=shop_id)
    return await shared_view(site, shared, locale)


async def shared_view(site: Site, shared: Shared, locale: str) -> SharedView:
    """What a shop read, in words. What it may read was decided by :func:`marketplace_pets.services.read`."""
    card = shared.card
    known = await site.ask(queries.protocols)
    return SharedView(
        pet_id=card.pet_id,
        name=card.name,
        species=card.species,
        breed=card.breed,
        scope=shared.scope,
        weights=await weight_views(site, shared.weights, card.birth),
        doses=dose_views(shared.doses, known, card.birth),
        badges=[badge_view(site, locale, b) for b in shared.badges],
        allergies=[allergy_view(a) for a in shared.allergies],
        conditions=[condition_view(c) for c in shared.conditions],
        behaviours=[behaviour_view(b) for b in shared.behaviours],
        entries=await entry_views(site, shared.entries, locale),
    )


async def shared_pets(site: Site, by: Actor) -> list[SharedPet]:
    """The pets that are shared with the asker's shops, each once for a shop, with all scopes."""
    rows = await site.ask(queries.shared_with, by.shops, site.clock.now(), today(site))
    shops = await site.ask(shop_queries.names_of, {r.shop_id for r in rows})
    found: dict[tuple[UUID, UUID], SharedPet] = {}
    for r in rows:
        before = found.get((r.pet_id, r.shop_id))
        scopes = {*r.scopes.split(), *(before.scopes if before else ())}
        ends = [r.expires_on, before.expires_on] if before else [r.expires_on]
        found[r.pet_id, r.shop_id] = SharedPet(
            pet_id=r.pet_id,
            name=r.name,
            species=r.species,
            breed=r.breed,
            cover=r.cover,
            shop_id=r.shop_id,
            shop_name=shops.get(r.shop_id, ""),
            scopes=[s for s in lists.SCOPE_NAMES if s in scopes],
            expires_on=None if None in ends else max(d for d in ends if d),
        )
    return list(found.values())


async def waiting_pile(site: Site, by: Actor) -> list[WaitingDose]:
    """Doses that wait for the asker's shops to check them, longest waiting first."""
    rows = await site.ask(queries.waiting_doses, by.shops, site.clock.now(), today(site))
    names = [n for n in WaitingDose.__struct_fields__ if n != "shop_id"]
    return [WaitingDose(shop_id=UUID(r.for_shop), **{name: r._mapping[name] for name in names}) for r in rows]


async def finder_view(site: Site, pet_id: UUID) -> Found:
    """Whose a chipped pet is; that the asker may know was decided before."""
    card = (await site.ask(queries.cards, (pet_id,)))[pet_id]
    keeper = phone = ""
    if card.keeper_id is not None:
        contact = await site.ask(contact_of, card.keeper_id)
        keeper, phone = (contact.name, contact.phone or "") if contact else ("", "")
    elif card.keeper_shop_id is not None:
        keeper = (await site.ask(shop_queries.names_of, (card.keeper_shop_id,))).get(card.keeper_shop_id, "")
    return Found(pet_id=pet_id, name=card.name, species=card.species, keeper=keeper, phone=phone)
