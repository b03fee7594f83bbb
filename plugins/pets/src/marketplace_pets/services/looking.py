"""Reads for other plugins, on any connection (``site.ask`` or a unit of work's). They answer frozen values.

They do not look at grants: they are for computing about a pet that its own family brings (a price, a check, a list of
one's pets). What you *show to staff* of another's record goes through :func:`marketplace_pets.services.read`.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.site import Site
from marketplace_pets import queries
from marketplace_pets.domain import BehaviourFlag, Gate, PetCard, Requirements, WeightSeen, check_gate
from marketplace_pets.services.access import may, today


async def my_pets(connection: AsyncConnection, person_id: UUID, *, wanted: str = "book") -> list[PetCard]:
    """The living pets with which a person may do what is ``wanted`` (``view``, ``book``, ``manage``), by name. Pets
    that a shop keeps are not among them.
    """
    found = await queries.pets_of(connection, person_id)
    return [card for card, right in found if card.alive and may(right, wanted)]


async def card(connection: AsyncConnection, pet_id: UUID) -> PetCard | None:
    """Who a pet is; none for an unknown one. Identity is part of every booking."""
    return (await queries.cards(connection, (pet_id,))).get(pet_id)


async def cards(connection: AsyncConnection, pet_ids: Collection[UUID]) -> dict[UUID, PetCard]:
    """The same for many, in one statement; unknown ones are left out."""
    return await queries.cards(connection, pet_ids)


async def may_book(connection: AsyncConnection, person_id: UUID | None, pet_id: UUID) -> bool:
    """Whether somebody may book for a pet: its keeper, or a co-keeper with that right. Never for one that died."""
    if person_id is None:
        return False
    tied = await queries.tie(connection, pet_id, person_id, ())
    return tied is not None and tied.row.state != "deceased" and may(tied.right, "book")


async def latest_weight(connection: AsyncConnection, pet_id: UUID) -> WeightSeen | None:
    """The last weighing that is no mistake; none if nobody weighed it."""
    return (await queries.latest_weights(connection, (pet_id,))).get(pet_id)


async def latest_weights(connection: AsyncConnection, pet_ids: Collection[UUID]) -> dict[UUID, WeightSeen]:
    """The same for many, in one statement."""
    return await queries.latest_weights(connection, pet_ids)


async def behaviours(connection: AsyncConnection, pet_ids: Collection[UUID]) -> dict[UUID, list[BehaviourFlag]]:
    """The coded warnings of these pets with their comments, in one statement; a pet without any is left out."""
    return dict(await queries.behaviours_of(connection, pet_ids))


async def behaviour_codes(connection: AsyncConnection, pet_id: UUID) -> frozenset[str]:
    """The codes of one pet (``BITES``, ``MUZZLE`` …): what staff must be able to handle."""
    return frozenset(b.code for b in (await queries.behaviours_of(connection, (pet_id,))).get(pet_id, ()))


async def may_read(connection: AsyncConnection, site: Site, pet_id: UUID, shop_id: UUID, scope: str) -> bool:
    """Whether a family lets a shop read ``scope`` just now, or the shop keeps the pet itself. For telling people what
    is missing; reading goes through :func:`read`.
    """
    keeper = await queries.keeper_of(connection, pet_id)
    if keeper is not None and keeper.shop_id == shop_id:
        return True
    held = await queries.grant_for(connection, pet_id, (shop_id,), scope, site.clock.now(), today(site))
    return held is not None


async def gate(
    connection: AsyncConnection,
    pet_id: UUID,
    asked: Requirements,
    first: date,
    last: date | None = None,
    *,
    evaluation: str = "",
) -> Gate:
    """Whether a pet may come from ``first`` through ``last`` (the same day if not given; for a stay the day of
    leaving). ``evaluation`` is what your shop found when it met the pet: ``passed``, ``failed``, ``conditional``.

    Answers everything that is missing; ``.require()`` raises the first of it. Refuses :class:`Missing` for an unknown
    pet. Five statements.
    """
    pet_id = await queries.root_of(connection, pet_id)
    who = await card(connection, pet_id)
    if who is None:
        raise Missing
    doses = (await queries.doses_of(connection, (pet_id,))).get(pet_id, [])
    flags = (await queries.behaviours_of(connection, (pet_id,))).get(pet_id, [])
    known = await queries.protocols(connection)
    return check_gate(who, asked, doses, flags, first, last or first, known, evaluation)
