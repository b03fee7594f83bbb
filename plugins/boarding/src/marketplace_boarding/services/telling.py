"""Who hears of a stay: its family by a notice, or as a guest by a message with the order's link; the house's owners."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from marketplace_boarding import queries
from marketplace_boarding.domain import DayTold, IncidentNoted, MedicineMissed, clock
from marketplace_boarding.schemas import Stay
from marketplace_boarding.services.gates import gate_of
from marketplace_boarding.services.lodgings import offered
from marketplace_boarding.services.moving import today_in
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.notifications.services import notify
from marketplace_kit.orders.queries import line_of
from marketplace_kit.orders.services.jobnames import TELL_GUEST, TellGuest
from marketplace_kit.shops.queries import names_of, owners_of

CARD, INCIDENT, MISSED, GATE = (
    "boarding.day_card",
    "boarding.incident",
    "boarding.medicine_missed",
    "boarding.gate_missing",
)
MORNING = 9
"""From this hour on families hear what is missing for tomorrow."""


async def _tell(uow: UnitOfWork, stay_id: UUID, order_id: UUID, person_id: UUID | None, notice: str, key: str) -> None:
    connection = await uow.connection()
    line = await line_of(connection, stay_id)
    if line is None:
        return
    if person_id is None:
        channel = "sms" if line.phone else "email"
        share = TellGuest(order_id=order_id, notice=notice, channel=channel, key=new_id(), line_id=stay_id)
        uow.enqueue(TELL_GUEST, share, key=f"{TELL_GUEST}:{key}")
        return
    shop = (await names_of(connection, [line.shop_id])).get(line.shop_id, "")
    facts = {"item": line.titles or line.title, "shop": shop, "id": line.number}
    link = f"/boarding/stays/{stay_id}"
    await notify(uow, to=person_id, notice=notice, facts=facts, link=link, key=key, order_id=order_id)


async def tell_card(uow: UnitOfWork, event: DayTold) -> None:
    """The card of a day, once."""
    key = f"{CARD}:{event.stay_id}:{event.day}"
    await _tell(uow, event.stay_id, event.order_id, event.person_id, CARD, key)


async def tell_incident(uow: UnitOfWork, event: IncidentNoted) -> None:
    """Something happened: the family hears at once."""
    key = f"{INCIDENT}:{event.entry_id}"
    await _tell(uow, event.stay_id, event.order_id, event.person_id, INCIDENT, key)


async def tell_missed(uow: UnitOfWork, event: MedicineMissed) -> None:
    """The owners of the house hear of a medicine that nobody gave."""
    connection = await uow.connection()
    stay = await queries.stay_of(connection, event.stay_id)
    guest = next((one for one in stay.guests if one.id == event.guest_id), None) if stay else None
    if stay is None or guest is None:
        return
    for owner in await owners_of(connection, event.shop_id):
        await notify(
            uow,
            to=owner,
            notice=MISSED,
            facts={"pet": guest.name, "time": clock(event.minute), "what": guest.medicine, "room": stay.room},
            link=f"/sell/boarding/stays/{stay.id}",
            key=f"{MISSED}:{guest.id}:{event.day}:{event.minute}:{owner}",
        )


async def ask_for_proofs(uow: UnitOfWork) -> None:
    """In the morning before, families hear what is still missing at the door, once for a stay."""
    connection = await uow.connection()
    day = uow.at.date()
    for stay in await queries.arriving_on(connection, day, day + timedelta(days=2)):
        local = uow.at.astimezone(ZoneInfo(stay.zone))
        tomorrow = stay.arrives == today_in(stay.zone, uow.at) + timedelta(days=1)
        if tomorrow and local.hour >= MORNING and not stay.gate_note and await _lacks(uow, stay):
            await _tell(uow, stay.id, stay.order_id, stay.person_id, GATE, f"{GATE}:{stay.id}:{stay.arrives}")


async def _lacks(uow: UnitOfWork, stay: Stay) -> bool:
    connection = await uow.connection()
    at = await offered(connection, uow.site, stay.listing_id)
    for guest in stay.guests:
        if not (await gate_of(connection, guest.pet_id, at.lodging, stay.arrives, stay.leaves)).met:
            return True
    return False
