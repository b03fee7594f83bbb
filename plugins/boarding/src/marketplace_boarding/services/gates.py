"""Who may stay: every pet, through the day of leaving."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_boarding.domain import Guest
from marketplace_boarding.schemas import GateView, Lodging
from marketplace_kit.kernel.errors import DomainError
from marketplace_kit.kernel.site import Site
from marketplace_pets import services as pets
from marketplace_pets.domain import PROTOCOL_CHOICES, Gate, Lack, VaccinationRequired

_PROTOCOLS = dict(PROTOCOL_CHOICES)


async def gate_of(
    connection: AsyncConnection, pet_id: UUID | None, lodging: Lodging, arrives: date, leaves: date
) -> Gate:
    """Whether a pet may stay from ``arrives`` through ``leaves``. One without a record has proved nothing."""
    asked = lodging.requirements
    if pet_id is not None:
        return await pets.gate(connection, pet_id, asked, arrives, leaves)
    if not asked.protocols:
        return Gate()
    lack = VaccinationRequired(protocols=", ".join(asked.protocols), lacking=list(asked.protocols))
    return Gate(missing=(Lack(refusal=lack),), awaiting=asked.protocols)


def check_open(gate: Gate, lodging: Lodging, *, on_the_day: bool = False) -> None:
    """Refuses what keeps the pet out. A proof that only waits to be looked at is no hindrance to a booking where the
    house says so; on the day it is.
    """
    if lodging.proof_later and not on_the_day and gate.only_waits_for_a_check:
        return
    gate.require()


async def check_all(
    connection: AsyncConnection,
    guests: Sequence[Guest],
    lodging: Lodging,
    arrives: date,
    leaves: date,
    *,
    on_the_day: bool = False,
) -> None:
    """The gate for each guest of a stay."""
    for guest in guests:
        gate = await gate_of(connection, guest.pet_id, lodging, arrives, leaves)
        check_open(gate, lodging, on_the_day=on_the_day)


def gate_view(site: Site, locale: str, guest: Guest, gate: Gate) -> GateView:
    """The gate in the reader's words."""
    return GateView(
        pet=guest.name,
        pet_id=guest.pet_id,
        met=gate.met,
        missing=[lack.code for lack in gate.missing],
        texts=[said_refusal(site, locale, lack.refusal) for lack in gate.missing],
        awaiting=list(gate.awaiting),
    )


def said_refusal(site: Site, locale: str, refused: DomainError) -> str:
    """A refusal in the reader's words, proofs by their names."""
    facts = dict(refused.facts)
    if "lacking" in facts:
        named = [site.texts.gettext(locale, _PROTOCOLS.get(name, name)) for name in facts["lacking"]]
        facts["protocols"] = ", ".join(named)
    return site.texts.render(locale, refused.text, facts)
