"""Pets of people who come in or call: one that the salon knows, or a new one, with a record or only told of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import attrs
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_grooming.domain import Brought
from marketplace_grooming.schemas import AtCounter
from marketplace_grooming.services.measuring import pet_id_in
from marketplace_grooming.tables import visit_table
from marketplace_kit.kernel.errors import DomainError, Invalid, Problem
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_pets import services as pets
from marketplace_pets.domain import BREEDS, PetCard, WeightImplausible

NONE_OF_THEM = N_("None of these pets")
NOT_KNOWN = N_("The salon does not know this pet. Choose another one, or tell of it below.")


class AtTheCounter:
    """:class:`marketplace_kit.kernel.hooks.Counter` for visits."""

    form = AtCounter

    async def known(
        self, connection: AsyncConnection, site: Site, shop_id: UUID, locale: str
    ) -> Mapping[str, Sequence[tuple[str, str]]]:
        """The pets that the salon may book for, by name."""
        found = await pets.known_to(connection, site, shop_id)
        return {
            "pet": (
                ("", site.texts.gettext(locale, NONE_OF_THEM)),
                *((str(card.pet_id), _named(card, locale)) for card in found),
            )
        }

    async def choose(self, uow: UnitOfWork, shop_id: UUID, told: AtCounter, *, by: Actor) -> Mapping[str, Any]:
        """Refuses as :class:`Invalid`, at its field, a pet that the salon does not know and a weight no pet has."""
        if told.pet:
            pet = str((await _known_pet(uow, shop_id, told.pet)).pet_id)
        elif told.pet_name.strip():
            with _at_weight():
                pet = _told(told).key
        else:
            pet = ""
        return {"pet": pet, "gate_note": told.gate_note}

    async def booked(
        self, uow: UnitOfWork, shop_id: UUID, line_id: UUID, told: AtCounter, *, phone: str, by: Actor
    ) -> None:
        """A new pet gets a record if that is wanted: the salon keeps it until the family takes it over."""
        name = told.pet_name.strip()
        if told.pet or not name or not told.keep_record:
            return
        as_shop, brought = attrs.evolve(by, shops=by.shops | {shop_id}), _told(told)
        pet_id = await pets.write_down(
            uow,
            name=brought.name,
            species=brought.species,
            coat=brought.coat,
            shop_id=shop_id,
            phone=phone,
            by=as_shop,
        )
        if brought.grams is not None:
            with _at_weight():
                await pets.record_weight(uow, pet_id, grams=brought.grams, by=as_shop, shop_id=shop_id)
        named = sa.update(visit_table).where(visit_table.c.id == line_id).values(pet_id=pet_id)
        await uow.session.execute(named)


def _named(card: PetCard, locale: str) -> str:
    breed = BREEDS.get(card.breed)
    return f"{card.name}, {breed.name_in(locale)}" if breed else card.name


def _told(told: AtCounter) -> Brought:
    return Brought.described(told.pet_name, told.species, told.weight, told.coat if told.coat != "any" else "")


@contextmanager
def _at_weight() -> Iterator[None]:
    """A weight that no such animal has is said at its field."""
    try:
        yield
    except DomainError as refused:
        if refused.code != WeightImplausible.code:
            raise
        raise Invalid(Problem("weight", refused.code, refused.text, refused.facts)) from refused


async def _known_pet(uow: UnitOfWork, shop_id: UUID, text: str) -> PetCard:
    pet_id = pet_id_in(text)
    known_ones = await pets.known_to(await uow.session.connection(), uow.site, shop_id)
    found = next((card for card in known_ones if card.pet_id == pet_id), None)
    if found is None:
        raise Invalid(Problem("pet", "not_a_choice", NOT_KNOWN))
    return found


COUNTER = AtTheCounter()
