"""What is shared, who takes part, and what shops see."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from marketplace_kit.accounts.queries import contact_of, names_of
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.shops import queries as shop_queries
from marketplace_kit.web.paging import Page, decode_cursor, encode_cursor
from marketplace_pets import queries
from marketplace_pets.domain import (
    Shared,
    lists,
)
from marketplace_pets.schemas import (
    Found,
    GrantView,
    JoinedView,
    OfferView,
    PersonWith,
    ReadView,
    SharedPet,
    SharedView,
    WaitingDose,
)
from marketplace_pets.services.access import seen_pet, today
from marketplace_pets.services.codes import worded_flags
from marketplace_pets.services.sharing import read
from marketplace_pets.services.showing.wording import (
    allergy_view,
    badge_view,
    behaviour_view,
    condition_view,
    dose_views,
    entry_views,
    weight_views,
)


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


async def ledger(site: Site, pet_id: UUID, *, by: Actor) -> list[JoinedView]:
    """What was joined to a pet, and separated again; latest first."""
    await seen_pet(site, pet_id, by=by)
    rows = await site.ask(queries.ledger_of, pet_id)
    people = await site.ask(names_of, [r.by_person_id for r in rows if r.by_person_id])
    return [
        JoinedView(
            pet_id=r.gone_id,
            name=r.name,
            why=r.why,
            at=r.at,
            by=people.get(r.by_person_id, ""),
            undone_at=r.undone_at,
        )
        for r in rows
    ]


async def offers_of(site: Site, pet_id: UUID, *, by: Actor) -> list[OfferView]:
    """Offers that wait to be taken up, without their codes."""
    await seen_pet(site, pet_id, by=by)
    rows = await site.ask(queries.open_offers, pet_id, site.clock.now())
    return [OfferView(id=r.id, right=r.right, ends_at=r.ends_at) for r in rows]


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
        behaviours=await worded_flags(site, locale, [behaviour_view(b) for b in shared.behaviours]),
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
