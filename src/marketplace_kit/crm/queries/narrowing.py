"""Lists of clients narrowed by what they had: by whom, which service, for how much, when last."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import sqlalchemy as sa

from marketplace_kit.crm.queries.figures import member, whole
from marketplace_kit.crm.tables import client_order_table as link
from marketplace_kit.crm.tables import client_table as client
from marketplace_kit.kernel.process import Stage
from marketplace_kit.orders.tables import line_table as line
from marketplace_kit.scheduling.tables import appointment_table as appointment

_DONE = line.c.stage == str(Stage.COMPLETED)


def had_so(
    shop_id: UUID,
    currency: str,
    *,
    staff: int | None,
    service: UUID | None,
    spent_from: int | None,
    seen_since: date | None,
    seen_until: date | None,
) -> list[sa.ColumnElement[bool]]:
    """A condition on :data:`client` for each thing that is asked for. Only what was completed counts; days are UTC's,
    as figures count them.
    """
    had = member.join(link, link.c.client_id == member.c.id).join(line, line.c.order_id == link.c.order_id)
    mine = sa.select(whole).where(member.c.shop_id == shop_id, _DONE)
    found: list[sa.ColumnElement[bool]] = []
    if staff is not None:
        by = had.join(appointment, appointment.c.id == line.c.id)
        found.append(client.c.id.in_(mine.select_from(by).where(appointment.c.staff_id == staff)))
    if service is not None:
        found.append(client.c.id.in_(mine.select_from(had).where(line.c.listing_id == service)))
    if spent_from is not None:
        spent = sa.func.sum(line.c.total_amount) >= spent_from
        came_to = mine.select_from(had).where(line.c.currency == currency).group_by(whole).having(spent)
        found.append(client.c.id.in_(came_to))
    if seen_since is not None or seen_until is not None:
        last = sa.func.max(line.c.starts_at)
        within = [last >= _begin(seen_since)] if seen_since else []
        within += [last < _begin(seen_until + timedelta(days=1))] if seen_until else []
        visits = mine.select_from(had).where(line.c.starts_at.is_not(None)).group_by(whole).having(sa.and_(*within))
        found.append(client.c.id.in_(visits))
    return found


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
