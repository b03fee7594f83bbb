"""News about an order that its shop sends by hand (S4 5.4.2), to its customer and nobody else."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.accounts.queries import contact_of
from marketplace_kit.kernel.audit import audit
from marketplace_kit.kernel.errors import Invalid, Missing, Problem
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.hooks.lines import SERVICES
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.process import Stage
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_kit.kernel.translated import named
from marketplace_kit.notifications.services import notify
from marketplace_kit.orders.domain import STAGES
from marketplace_kit.orders.queries.kinds import Words
from marketplace_kit.orders.schemas import News
from marketplace_kit.orders.services.telling import NEXT, OPERATOR, STATUS, Known, known_of
from marketplace_kit.orders.tables import line_table as line
from marketplace_kit.shops.services import roles_in

ACT = "orders.announce"
_PREDEFINED = {"status_update": STATUS, "completion": STATUS, "cancellation": STATUS, "queue_update": NEXT}
"""The notice with a predefined text (S4 5.4.4) that goes out where nobody wrote a message."""
_STAFF_NAME = "staff_name"
_WRITE = N_("Please write what the customer should know.")
_OTHERWISE = N_("The status of this order is {status}.")


async def announce(
    uow: UnitOfWork, order_id: UUID, news: News, *, by: Actor, to: UUID | None = None, status: str = ""
) -> UUID:
    """Tell an order's customer something; the notice's id. ``to``, if given, has to be that customer.

    Refuses :class:`Missing` to whoever does not work for the shop, for an order of nobody with an account, and for
    another ``to``; :class:`Invalid` with ``message_required`` or ``not_its_status``.
    """
    connection = await uow.session.connection()
    known = await known_of(connection, order_id)
    if known is None or not await roles_in(uow, known.shop_id, by=by):
        raise Missing
    contact = await contact_of(connection, known.customer_id) if known.customer_id is not None else None
    if contact is None or to not in (None, contact.person_id):
        raise Missing
    if status and status != known.status:
        facts = {"status": _status(uow.site, known, by.locale)}
        raise Invalid(Problem("status", "not_its_status", _OTHERWISE, facts))
    notice, facts = news.type, {"message": news.message.strip()}
    if not facts["message"]:
        notice, facts = await _predefined(connection, uow.site, known, news.type, contact.locale)
    sent = await notify(
        uow,
        to=contact.person_id,
        notice=notice,
        facts=facts,
        link=f"/orders/{known.number}",
        key=f"{ACT}:{new_id()}",
        order_id=order_id,
    )
    if sent is None:
        raise Missing
    await audit(uow, by=by, act=ACT, on=f"order:{order_id}", facts={"type": news.type, "notice": str(sent)})
    return sent


async def _predefined(
    connection: AsyncConnection, site: Site, known: Known, news: str, locale: str
) -> tuple[str, dict[str, str]]:
    notice = _PREDEFINED.get(news, "")
    facts = {"id": known.number, "status": _status(site, known, locale)}
    if notice == NEXT:
        facts |= await _next(connection, known.order_id, locale)
    if not notice or not all(facts.values()):
        raise Invalid(Problem("message", "message_required", _WRITE))
    return notice, facts


async def _next(connection: AsyncConnection, order_id: UUID, locale: str) -> dict[str, str]:
    """What is waited for, and with whom: the order's first service that has not begun."""
    waiting = sa.select(line.c.title, line.c.titles, line.c.facts).where(
        line.c.order_id == order_id, line.c.tab == SERVICES, line.c.stage.in_((Stage.PENDING, Stage.ACCEPTED))
    )
    found = (await connection.execute(waiting.order_by(line.c.position).limit(1))).first()
    if found is None:
        return {"service": "", "operator": ""}
    who = found.facts.get(OPERATOR) or found.facts.get(_STAFF_NAME) or ""
    return {"service": named(found.titles, locale) or found.title, "operator": str(who)}


def _status(site: Site, known: Known, locale: str) -> str:
    return Words.of(site, locale).say(STAGES[Stage(known.status)].text)
