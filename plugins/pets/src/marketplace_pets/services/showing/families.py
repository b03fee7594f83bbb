"""A pet and its record for its family."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.shops import queries as shop_queries
from marketplace_kit.web.paging import Page, decode_cursor, encode_cursor
from marketplace_pets import queries
from marketplace_pets.domain import (
    PROTOCOL_CHOICES,
    Birth,
    lists,
)
from marketplace_pets.domain.protocols import FIGURES
from marketplace_pets.domain.weights import with_changes
from marketplace_pets.schemas import (
    DosesView,
    EntryView,
    PetRow,
    PetView,
    ProtocolView,
    WeightView,
)
from marketplace_pets.services.access import seen_pet, today
from marketplace_pets.services.codes import worded_flags
from marketplace_pets.services.showing.care import care_data, due_view
from marketplace_pets.services.showing.wording import (
    allergy_view,
    badge_view,
    badges_of,
    behaviour_view,
    condition_view,
    dose_views,
    entry_views,
    standing_view,
    weight_views,
)


async def pet_list(site: Site, by: Actor, locale: str) -> list[PetRow]:
    """The asker's pets with their badges and what is due next; ten statements for any number of pets."""
    if by.person_id is None:
        return []
    found = await site.ask(queries.pets_of, by.person_id, by.shops)
    day = today(site)
    care = await site.ask(care_data, [card.pet_id for card, _ in found], day)
    shops = await site.ask(shop_queries.names_of, care.shops)
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
            next_due=next((due_view(site, locale, d, card.pet_id, shops) for d in care.plan_of(card, day)), None),
        )
        for card, right in found
    ]


async def pet_view(site: Site, pet_id: UUID, *, by: Actor, locale: str) -> PetView:
    """A pet for its family. Refuses like :func:`seen_pet`."""
    tied = await seen_pet(site, pet_id, by=by)
    card = (await site.ask(queries.cards, (pet_id,)))[pet_id]
    doses = (await site.ask(queries.doses_of, (pet_id,))).get(pet_id, [])
    known = await site.ask(queries.protocols)
    marks = await site.ask(queries.marks_of, pet_id)
    flags = [behaviour_view(b) for b in (await site.ask(queries.behaviours_of, (pet_id,))).get(pet_id, ())]
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
        behaviours=await worded_flags(site, locale, flags),
        badges=[badge_view(site, locale, b) for b in badges_of(card, doses, known, today(site))],
        missing=lacking,
    )


async def weight_history(site: Site, pet_id: UUID, *, by: Actor) -> list[WeightView]:
    """Every weighing, oldest first, for the family."""
    tied = await seen_pet(site, pet_id, by=by)
    weights = with_changes(await site.ask(queries.weights_of, pet_id))
    return await weight_views(site, weights, Birth(on=tied.row.born, precision=tied.row.born_precision))


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


async def protocol_list(site: Site, locale: str) -> list[ProtocolView]:
    """Every version of every timetable, the one in force first."""
    known = await site.ask(queries.protocols)
    names = list(dict.fromkeys(p.name for p in known.known))
    ordered = sorted(known.known, key=lambda p: (names.index(p.name), -p.version))
    return [
        ProtocolView(
            name=p.name,
            label=site.texts.gettext(locale, dict(PROTOCOL_CHOICES).get(p.name, p.label)),
            version=p.version,
            in_force=p.version == known[p.name].version,
            species=list(p.species),
            **{name: getattr(p, name) for name in FIGURES},
            steps=", ".join(f"{age}:{days}" for age, days in p.steps),
            source=p.source,
            dated=p.dated,
        )
        for p in ordered
    ]


async def is_family(site: Site, pet_id: UUID, *, by: Actor) -> bool:
    """Whether the asker sees the pet as its family. Without it a person of a shop reads by a grant."""
    tied = await site.ask(queries.tie, pet_id, by.person_id, by.shops)
    return bool(tied and tied.right) or not by.shops
