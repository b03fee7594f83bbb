"""Who hears of a visit: its owner, once each - by a notice, or as a guest by a message with the order's link."""

from __future__ import annotations

from uuid import UUID

from marketplace_grooming import queries
from marketplace_grooming.domain import CardPublished, ExtraConsented, ExtraProposed, ExtraUnanswered, VisitReady
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.notifications.services import notify
from marketplace_kit.orders.queries import line_of
from marketplace_kit.orders.services.jobnames import TELL_GUEST, TellGuest
from marketplace_kit.shops.queries import names_of, owners_of

READY, ASKED, CARD, ANSWERED = (
    "grooming.ready",
    "grooming.extra_proposed",
    "grooming.card_published",
    "grooming.extra_answered",
)
LACKING, LACKING_SHOP = "grooming.gate_lacking", "grooming.gate_lacking_shop"
HELD, LAPSED = "grooming.held", "grooming.extra_lapsed"


async def tell_visit(
    uow: UnitOfWork, visit_id: UUID, order_id: UUID, person_id: UUID | None, notice: str, key: str
) -> None:
    """Tell a visit's owner, once for each key."""
    connection = await uow.session.connection()
    line = await line_of(connection, visit_id)
    if line is None:
        return  # somebody who stood at the counter
    if person_id is None:
        share = TellGuest(
            order_id=order_id, notice=notice, channel="sms" if line.phone else "email", key=new_id(), line_id=visit_id
        )
        uow.enqueue(TELL_GUEST, share, key=f"{TELL_GUEST}:{key}")
        return
    shop = (await names_of(connection, [line.shop_id])).get(line.shop_id, "")
    facts = {"item": line.titles or line.title, "shop": shop, "id": line.number}
    link = f"/grooming/visits/{visit_id}"
    await notify(uow, to=person_id, notice=notice, facts=facts, link=link, key=key, order_id=order_id)


async def tell_ready(uow: UnitOfWork, event: VisitReady) -> None:
    """The pet can be fetched: once for each visit."""
    await tell_visit(uow, event.visit_id, event.order_id, event.person_id, READY, f"{READY}:{event.visit_id}")


async def tell_asked(uow: UnitOfWork, event: ExtraProposed) -> None:
    """Something was found that is not in the price."""
    await tell_visit(uow, event.visit_id, event.order_id, event.person_id, ASKED, f"{ASKED}:{event.extra_id}")


async def tell_unanswered(uow: UnitOfWork, event: ExtraUnanswered) -> None:
    """Nobody answered: the work waits, or goes on without it."""
    notice = HELD if event.outcome == "hold" else LAPSED
    await tell_visit(uow, event.visit_id, event.order_id, event.person_id, notice, f"{notice}:{event.extra_id}")


async def tell_card(uow: UnitOfWork, event: CardPublished) -> None:
    """The report card is there, once; later versions are not told of."""
    await tell_visit(uow, event.visit_id, event.order_id, event.person_id, CARD, f"{CARD}:{event.visit_id}")


async def tell_answered(uow: UnitOfWork, event: ExtraConsented) -> None:
    """The salon's owners hear what the family answered."""
    connection = await uow.session.connection()
    visit = await queries.visit_of(connection, event.visit_id)
    if visit is None:
        return
    extra = next(one for one in await queries.extras_of(connection, event.visit_id) if one.id == event.extra_id)
    for owner in await owners_of(connection, event.shop_id):
        await notify(
            uow,
            to=owner,
            notice=ANSWERED,
            facts={"pet": visit.pet_name, "what": extra.what, "name": extra.answered_by},
            link=f"/sell/grooming/visits/{visit.id}",
            key=f"{ANSWERED}:{event.extra_id}:{owner}",
        )
