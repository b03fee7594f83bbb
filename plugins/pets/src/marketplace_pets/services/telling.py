"""Telling families what happened to their pets' records."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from marketplace_kit.accounts.queries import contact_of
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.notifications.services import notify
from marketplace_kit.shops.queries import names_of
from marketplace_pets import queries
from marketplace_pets.domain import DoseVerified, OpenedInEmergency, PetTransferred, WeightRecorded, kilograms


async def _tell(uow: UnitOfWork, to: UUID | None, pet_id: UUID, notice: str, key: str, **facts: Any) -> None:
    if to is not None:
        link = f"/pets/{pet_id}"
        await notify(uow, to=to, notice=notice, facts=facts, link=link, key=f"{notice}:{key}")


async def tell_checked(uow: UnitOfWork, event: DoseVerified) -> None:
    """The family hears what became of its proof."""
    connection = await uow.session.connection()
    card = (await queries.cards(connection, (event.pet_id,))).get(event.pet_id)
    if card is None or card.keeper_id is None:
        return
    contact = await contact_of(connection, card.keeper_id)
    label = (await queries.protocols(connection))[event.protocol].label
    locale = contact.locale if contact else "en"
    what = uow.site.texts.gettext(locale, label)
    notice = "pets.dose_verified" if event.accepted else "pets.dose_refused"
    facts = {"pet": card.name, "what": what, "reason": event.reason}
    await _tell(uow, card.keeper_id, card.pet_id, notice, str(event.dose_id), **facts)


async def tell_change(uow: UnitOfWork, event: WeightRecorded) -> None:
    """A change of weight that a vet should look at."""
    if not event.alerting or event.change is None:
        return
    card = (await queries.cards(await uow.session.connection(), (event.pet_id,))).get(event.pet_id)
    if card is None:
        return
    change = f"{event.change / 10:+.1f}".replace("-", "\u2212")
    facts = {"pet": card.name, "kg": kilograms(event.grams), "change": change, "days": event.days}
    await _tell(uow, card.keeper_id, card.pet_id, "pets.weight_changed", str(event.weight_id), **facts)


async def tell_opened(uow: UnitOfWork, event: OpenedInEmergency) -> None:
    """The keeper hears at once that a record was opened without leave."""
    connection = await uow.session.connection()
    card = (await queries.cards(connection, (event.pet_id,))).get(event.pet_id)
    if card is None:
        return
    shop = (await names_of(connection, (event.shop_id,))).get(event.shop_id, "")
    facts = {"pet": card.name, "shop": shop, "why": event.why}
    await _tell(uow, card.keeper_id, card.pet_id, "pets.opened_in_emergency", str(event.read_id), **facts)


async def tell_moved(uow: UnitOfWork, event: PetTransferred) -> None:
    """Who gave a pet away hears that it was taken up."""
    card = (await queries.cards(await uow.session.connection(), (event.pet_id,))).get(event.pet_id)
    if card is None or event.from_person is None:
        return
    key = f"{event.pet_id}:{event.from_person}:{event.to_person}:{card.version}"
    await notify(
        uow,
        to=event.from_person,
        notice="pets.transferred",
        facts={"pet": card.name},
        link="/pets",
        key=f"pets.transferred:{key}",
    )
