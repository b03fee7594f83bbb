"""Report cards: written by the salon, seen by the family once they are published, in versions."""

from __future__ import annotations

import hmac
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from marketplace_grooming import queries
from marketplace_grooming.domain import CardPublished, NothingToPublish
from marketplace_grooming.schemas import CardForm, CardPhoto, CardView, Visit
from marketplace_grooming.services.capacity import visit_key
from marketplace_grooming.services.salon import staffed
from marketplace_grooming.tables import (
    card_table,
    extra_photo_table,
    extra_table,
    photo_after_table,
    photo_before_table,
    visit_table,
)
from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.fields import raw_of
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_kit.web.galleries import Gallery
from marketplace_pets import services as pets
from marketplace_pets.domain import GROOMING, SEE_VET

k, v, x = card_table.c, visit_table.c, extra_table.c
REPORTED = N_("The groomer's report card")


async def _visit(uow: UnitOfWork, visit_id: UUID, by: Actor) -> UUID:
    """The photos of all visits take the salon's share of the storage."""
    visit = await staffed(uow, visit_id, by=by)
    await uow.session.execute(sa.select(v.id).where(v.id == visit_id).with_for_update())
    shop_id: UUID = visit.shop_id
    return shop_id


async def _extra(uow: UnitOfWork, extra_id: UUID, by: Actor) -> UUID:
    wanted = sa.select(x.visit_id).where(x.id == extra_id).with_for_update()
    visit_id: UUID | None = (await uow.session.execute(wanted)).scalar_one_or_none()
    if visit_id is None:
        raise Missing
    shop_id: UUID = (await staffed(uow, visit_id, by=by)).shop_id
    return shop_id


BEFORE = Gallery(table=photo_before_table, owner=visit_table, access=_visit)
AFTER = Gallery(table=photo_after_table, owner=visit_table, access=_visit)
EXTRA_PHOTOS = Gallery(table=extra_photo_table, owner=extra_table, access=_extra)


async def write_card(uow: UnitOfWork, visit_id: UUID, form: CardForm, *, by: Actor) -> int:
    """Write the draft, or change it; after a version was published the next one begins. Answers its number. Refuses
    :class:`Missing` to strangers.
    """
    await staffed(uow, visit_id, by=by)
    await uow.session.execute(sa.select(v.id).where(v.id == visit_id).with_for_update())
    newest = sa.select(card_table).where(k.visit_id == visit_id).order_by(k.number.desc()).limit(1)
    last: Any = (await uow.session.execute(newest)).first()
    values = {**raw_of(form), "written_at": uow.at, "by_person_id": by.person_id}
    if last is not None and last.published_at is None:
        await uow.session.execute(sa.update(card_table).where(k.id == last.id).values(values))
        return int(last.number)
    number = last.number + 1 if last is not None else 1
    row = {"id": new_id(), "visit_id": visit_id, "number": number, **values}
    await uow.session.execute(sa.insert(card_table).values(row))
    return int(number)


async def publish_card(uow: UnitOfWork, visit_id: UUID, *, by: Actor) -> int:
    """Show the draft to the family; answers its number. Refuses :class:`Missing` to strangers and
    :class:`NothingToPublish`.
    """
    visit = await staffed(uow, visit_id, by=by)
    draft = sa.update(card_table).where(k.visit_id == visit_id, k.published_at.is_(None))
    shown = await uow.session.execute(draft.values(published_at=uow.at).returning(k.number))
    number: int | None = shown.scalar_one_or_none()
    if number is None:
        raise NothingToPublish
    uow.record(
        CardPublished(
            visit_id=visit_id,
            order_id=visit.order_id,
            shop_id=visit.shop_id,
            person_id=visit.person_id,
            number=number,
        )
    )
    uow.touch(f"order:{visit.order_id}")
    if visit.pet_id is not None:
        await pets.note(
            uow,
            visit.pet_id,
            kind="card",
            title=REPORTED,
            shop_id=visit.shop_id,
            by_person_id=by.person_id,
            link=f"/grooming/visits/{visit_id}",
            key=f"grooming.card:{visit_id}",
        )
        await _advise(uow, visit, number, by)
    return number


async def _advise(uow: UnitOfWork, visit: Visit, number: int, by: Actor) -> None:
    """What the card says of the next weeks stands in the family's plan too."""
    if visit.pet_id is None:
        return
    card = (await uow.session.execute(sa.select(card_table).where(k.visit_id == visit.id, k.number == number))).one()
    say = partial(pets.advise, uow, visit.pet_id, what=REPORTED, shop_id=visit.shop_id, by=by)
    if card.next_weeks:
        day = pets.today(uow.site, visit.starts_at) + timedelta(weeks=card.next_weeks)
        key = f"grooming.card:{visit.id}:{number}"
        await say(kind=GROOMING, due_on=day, key=key)
    if card.see_vet:
        key = f"grooming.card:{visit.id}:vet"
        today = pets.today(uow.site, uow.at)
        await say(kind=SEE_VET, due_on=today, key=key)


async def family_visit(site: Site, visit_id: UUID, *, by: Actor, key: str = "") -> Visit:
    """A visit for whoever ordered it, may book for the pet, or holds a guest's key. Refuses :class:`Missing`."""
    visit = await site.ask(queries.visit_of, visit_id)
    if visit is None:
        raise Missing
    if by.person_id is not None and by.person_id == visit.person_id:
        return visit
    if key and visit.person_id is None and hmac.compare_digest(key.encode(), visit_key(site, visit_id).encode()):
        return visit
    if visit.pet_id is not None and await site.ask(pets.may_book, by.person_id, visit.pet_id):
        return visit
    raise Missing


async def card_for(site: Site, visit_id: UUID, *, by: Actor, key: str = "") -> CardView:
    """The report card with its photos: the published one for the family, the newest for the salon. Refuses
    :class:`Missing` while there is none to be seen.
    """
    visit = await site.ask(queries.visit_of, visit_id)
    if visit is None:
        raise Missing
    salon = visit.shop_id in by.shops or "admin" in by.roles
    if not salon:
        await family_visit(site, visit_id, by=by, key=key)
    return await shown_card(site, visit_id, published=not salon)


async def shown_card(site: Site, visit_id: UUID, *, published: bool) -> CardView:
    """Refuses :class:`Missing` if there is none."""
    card = await site.ask(queries.card_of, visit_id, published=published)
    if card is None:
        raise Missing
    before, after = await site.ask(BEFORE.view, visit_id), await site.ask(AFTER.view, visit_id)
    return CardView(
        **{name: getattr(card, name) for name in CardView.__struct_fields__ if name not in ("before", "after")},
        before=[CardPhoto(url=p.url, alt=p.alt) for p in before.items],
        after=[CardPhoto(url=p.url, alt=p.alt) for p in after.items],
    )
