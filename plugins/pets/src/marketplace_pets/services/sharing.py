"""Letting vendors read, and the one way by which they do."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

import attrs
import sqlalchemy as sa

from marketplace_kit.kernel.errors import Invalid, Missing, Problem
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_kit.shops.queries import names_of
from marketplace_pets import queries
from marketplace_pets.domain import (
    BOOKING_SCOPES,
    GRANT_DAYS_AFTER,
    IDENTITY,
    SCOPE_NAMES,
    GrantGiven,
    GrantRevoked,
    NotShared,
    PetDeceased,
    Shared,
    lists,
)
from marketplace_pets.domain.standing import badge
from marketplace_pets.domain.weights import with_changes
from marketplace_pets.services.access import access_pet, today
from marketplace_pets.tables import grant_table, read_table

_MOST_WHY = 200
AFTER_CLAIM = N_("It wrote the pet down before you took it over")
NO_SUCH_SHOP = N_("There is no such shop.")


async def read(
    uow: UnitOfWork, pet_id: UUID, scope: str, *, by: Actor, why: str, shop_id: UUID | None = None
) -> Shared:
    """What a shop may see of a pet in one scope, read by one of its staff - and the line in the family's log, in the
    same transaction. No other way leads a vendor to what another wrote.

    ``scope`` is one of ``vaccinations, weight, allergies, behaviour, medication, medical``, or ``identity`` (any living
    grant). ``shop_id`` names the shop, else any of the reader's shops with a grant. Refuses :class:`Missing` for an
    unknown pet and :class:`NotShared` with the scope; revocation and expiry act at once.
    """
    if scope not in (IDENTITY, *SCOPE_NAMES):
        raise Missing
    shops = by.shops if shop_id is None else by.shops & {shop_id}
    connection = await uow.session.connection()
    card = (await queries.cards(connection, (pet_id,))).get(pet_id)
    if card is None or not shops:
        raise Missing
    held = await queries.grant_for(connection, pet_id, shops, scope, uow.at, today(uow.site, uow.at))
    if held is None:
        raise NotShared(scope=scope)
    row = {
        "id": new_id(),
        "pet_id": pet_id,
        "shop_id": held.shop_id,
        "by_person_id": by.person_id,
        "scope": scope,
        "why": why.strip()[:_MOST_WHY],
        "at": uow.at,
        "grant_id": held.grant_id,
    }
    await uow.session.execute(sa.insert(read_table).values(row))
    found = Shared(scope=scope, card=card)
    return await _filled(uow, found, held.scopes)


async def _filled(uow: UnitOfWork, shared: Shared, scopes: Sequence[str]) -> Shared:
    connection, card = await uow.session.connection(), shared.card
    pet_id, scope = card.pet_id, shared.scope
    if scope == "weight":
        return attrs.evolve(shared, weights=tuple(with_changes(await queries.weights_of(connection, pet_id))))
    if scope == "vaccinations":
        doses = (await queries.doses_of(connection, (pet_id,))).get(pet_id, [])
        known = await queries.protocols(connection)
        day = today(uow.site, uow.at)
        badges = tuple(badge(p, doses, card.birth, day) for p in known.of(card.species))
        return attrs.evolve(shared, doses=tuple(doses), badges=badges)
    if scope == "allergies":
        return attrs.evolve(shared, allergies=tuple(await queries.allergies_of(connection, pet_id)))
    if scope == "behaviour":
        return attrs.evolve(
            shared, behaviours=tuple((await queries.behaviours_of(connection, (pet_id,))).get(pet_id, ()))
        )
    if scope in ("medication", "medical"):
        kind = "medication" if scope == "medication" else "problem"
        conditions = [c for c in await queries.conditions_of(connection, pet_id) if c.kind == kind]
        readable = (scope,) if scope == "medication" else (IDENTITY, *scopes)
        return attrs.evolve(
            shared,
            conditions=tuple(conditions),
            entries=tuple(await queries.timeline_of(connection, pet_id, scopes=readable)),
        )
    return attrs.evolve(shared, entries=tuple(await queries.timeline_of(connection, pet_id, scopes=(IDENTITY,))))


async def share(
    uow: UnitOfWork,
    pet_id: UUID,
    *,
    shop_id: UUID,
    scopes: Collection[str],
    expires_on: date | None = None,
    purpose: str = "",
    by: Actor,
) -> UUID:
    """The family lets a shop read these scopes through the end of ``expires_on``. Refuses whoever may not change the
    pet, :class:`PetDeceased`, and as :class:`Invalid` an unknown shop, no scope, a day that is over.
    """
    tied = await access_pet(uow, pet_id, by=by)
    if tied.row.state == lists.DECEASED:
        raise PetDeceased
    problems = []
    if not scopes:
        problems.append(Problem("scopes", "required", N_("Please choose what the shop may see.")))
    if expires_on is not None and expires_on < today(uow.site, uow.at):
        problems.append(Problem("expires_on", "in_the_past", N_("This day is over.")))
    if shop_id not in await names_of(await uow.session.connection(), (shop_id,)):
        problems.append(Problem("shop_id", "not_a_choice", NO_SUCH_SHOP))
    if problems:
        raise Invalid(*problems)
    return await _give(uow, pet_id, shop_id, scopes, expires_on, purpose, by=by, origin="owner", booking=None)


async def grant_for_booking(
    uow: UnitOfWork,
    pet_id: UUID,
    shop_id: UUID,
    *,
    booking: str,
    service_on: date,
    scopes: Collection[str] = BOOKING_SCOPES,
    purpose: str = "",
    by: Actor,
) -> UUID:
    """What comes with a booking: the shop may read ``scopes`` until 30 days after ``service_on``.

    ``booking`` names it (the line's id): a second call with it moves the end along and changes nothing else, so call it
    again when the booking is moved. Whether the person may book is yours to have checked (:func:`may_book`). Refuses
    :class:`Missing` and :class:`PetDeceased`.
    """
    connection = await uow.session.connection()
    tied = await queries.tie(connection, pet_id, None, (), lock=True)
    if tied is None:
        raise Missing
    if tied.row.state == lists.DECEASED:
        raise PetDeceased
    ends = service_on + timedelta(days=GRANT_DAYS_AFTER)
    t = grant_table.c
    moved = sa.update(grant_table).where(t.booking == booking, t.pet_id == pet_id).values(expires_on=ends)
    known: UUID | None = (await uow.session.execute(moved.returning(t.id))).scalar_one_or_none()
    if known is not None:
        return known
    return await _give(uow, pet_id, shop_id, scopes, ends, purpose, by=by, origin="booking", booking=booking)


async def grant_after_claim(uow: UnitOfWork, pet_id: UUID, shop_id: UUID, *, by: Actor) -> UUID:
    """The shop that wrote a pet down goes on seeing what a booking would show it, for as long as after a booking; its
    new keeper ends it at any time.
    """
    ends = today(uow.site, uow.at) + timedelta(days=GRANT_DAYS_AFTER)
    why = uow.site.texts.gettext(by.locale, AFTER_CLAIM)
    return await _give(uow, pet_id, shop_id, BOOKING_SCOPES, ends, why, by=by, origin="owner", booking=None)


async def _give(
    uow: UnitOfWork,
    pet_id: UUID,
    shop_id: UUID,
    scopes: Collection[str],
    expires_on: date | None,
    purpose: str,
    *,
    by: Actor,
    origin: str,
    booking: str | None,
) -> UUID:
    named = tuple(scope for scope in SCOPE_NAMES if scope in scopes)
    grant_id = new_id()
    row = {
        "id": grant_id,
        "pet_id": pet_id,
        "shop_id": shop_id,
        "scopes": f" {' '.join(named)} ",
        "purpose": purpose.strip()[:200],
        "starts_at": uow.at,
        "expires_on": expires_on,
        "origin": origin,
        "booking": booking,
        "by_person_id": by.person_id,
    }
    await uow.session.execute(sa.insert(grant_table).values(row))
    uow.record(GrantGiven(pet_id=pet_id, grant_id=grant_id, shop_id=shop_id, scopes=named))
    return grant_id


async def revoke(uow: UnitOfWork, pet_id: UUID, grant_id: UUID, *, by: Actor) -> None:
    """End a grant at once; doing it again changes nothing. Refuses :class:`Missing` and whoever may not change."""
    await access_pet(uow, pet_id, by=by)
    t = grant_table.c
    if (
        await uow.session.execute(sa.select(t.id).where(t.id == grant_id, queries.whole(t.pet_id, (pet_id,))))
    ).first() is None:
        raise Missing
    await _end(uow, t.id == grant_id, "revoked", uow.at)


async def end_booking_grant(uow: UnitOfWork, booking: str) -> None:
    """A booking was cancelled: what was shared with it ends at once."""
    await _end(uow, grant_table.c.booking == booking, "booking_cancelled", uow.at)


async def end_all(uow: UnitOfWork, pet_id: UUID, why: str) -> None:
    """End every grant of a pet: its keeper changed, or it died."""
    await _end(uow, queries.whole(grant_table.c.pet_id, (pet_id,)), why, uow.at)


async def _end(uow: UnitOfWork, which: sa.ColumnElement[bool], why: str, at: datetime) -> None:
    t = grant_table.c
    ended = sa.update(grant_table).where(which, t.revoked_at.is_(None)).values(revoked_at=at, revoked_why=why)
    for row in (await uow.session.execute(ended.returning(t.id, t.pet_id, t.shop_id))).all():
        uow.record(GrantRevoked(pet_id=row.pet_id, grant_id=row.id, shop_id=row.shop_id))
