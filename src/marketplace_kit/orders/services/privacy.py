"""Forgetting a person who ordered: the accounts keep what was sold, nobody's name."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.orders.tables import change_request_table as wish
from marketplace_kit.orders.tables import draft_table as draft
from marketplace_kit.orders.tables import line_table as line
from marketplace_kit.orders.tables import link_table as link
from marketplace_kit.orders.tables import order_table as order

FORGOTTEN = "–"


async def erase(uow: UnitOfWork, person_id: UUID) -> None:
    """Orders stay for the books, without name, contacts, notes and wishes; the person's row, which they point at, is
    nameless by then. Links end. The timeline names nobody: it looks names up.
    """
    mine = sa.select(order.c.id).where(order.c.customer_id == person_id)
    await uow.session.execute(sa.delete(link).where(link.c.order_id.in_(mine)))
    wishes = sa.update(line).where(line.c.order_id.in_(mine)).values(choice={}, version=line.c.version + 1)
    await uow.session.execute(wishes)
    nameless = {"contact_name": "", "contact_phone": None, "contact_email": None, "note": ""}
    await uow.session.execute(
        sa.update(order).where(order.c.customer_id == person_id).values(**nameless, version=order.c.version + 1)
    )
    await uow.session.execute(sa.update(order).where(order.c.placed_by == person_id).values(placed_by=None))
    wished = sa.update(wish).where(wish.c.order_id.in_(mine)).values(text=FORGOTTEN, answer="", asked_by=None)
    await uow.session.execute(wished)
    await uow.session.execute(sa.update(wish).where(wish.c.answered_by == person_id).values(answered_by=None))
    await uow.session.execute(sa.delete(draft).where(draft.c.person_id == person_id))
