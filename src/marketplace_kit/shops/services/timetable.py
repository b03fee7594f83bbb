"""Hours and dates of a shop, and the spans that follow from them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

import sqlalchemy as sa

from marketplace_kit.kernel.errors import Invalid, StaleVersion
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.shops.domain import CLOSED, Shop, ShopChanged
from marketplace_kit.shops.domain.hours import WEEKDAYS, HoursFault, Opening, Range, read_day, read_week
from marketplace_kit.shops.schemas import ShopDay, ShopWeek
from marketplace_kit.shops.services.access import access_shop
from marketplace_kit.shops.tables import day_table, hours_table, shop_table, span_table

_BATCH = 200


async def set_week(uow: UnitOfWork, shop_id: UUID, form: ShopWeek, *, by: Actor) -> Shop:
    """The hours of every weekday. Refuses :class:`Invalid` with each problem at its day."""
    shop = await access_shop(uow, shop_id, by=by)
    if shop.version != form.version:
        raise StaleVersion
    week, problems = read_week({name: getattr(form, name) for name in WEEKDAYS})
    if problems:
        raise Invalid(*problems)
    await uow.session.execute(sa.delete(hours_table).where(hours_table.c.shop_id == shop_id))
    rows = [
        {"shop_id": shop_id, "weekday": number, "opens": one.opens, "closes": one.closes}
        for number, ranges in week.items()
        for one in ranges
    ]
    if rows:
        await uow.session.execute(sa.insert(hours_table), rows)
    shop.holidays_closed = form.holidays_closed
    await _changed(uow, shop)
    return shop


async def set_day(uow: UnitOfWork, shop_id: UUID, day: date, form: ShopDay, *, by: Actor) -> None:
    """Other hours on one date, or none; said again it replaces what was said before."""
    shop = await access_shop(uow, shop_id, by=by)
    try:
        ranges = read_day(form.hours)
    except HoursFault as fault:
        raise Invalid(fault.at("hours")) from fault
    values = {"ranges": [[one.opens, one.closes] for one in ranges], "note": form.note}
    statement = uow.site.database.insert(day_table).values(shop_id=shop_id, day=day, **values)
    await uow.session.execute(statement.on_conflict_do_update(index_elements=["shop_id", "day"], set_=values))
    await _changed(uow, shop)


async def clear_day(uow: UnitOfWork, shop_id: UUID, day: date, *, by: Actor) -> None:
    """The date is like every other again; clearing it twice changes nothing."""
    shop = await access_shop(uow, shop_id, by=by)
    await uow.session.execute(sa.delete(day_table).where(day_table.c.shop_id == shop_id, day_table.c.day == day))
    await _changed(uow, shop)


async def _changed(uow: UnitOfWork, shop: Shop) -> None:
    await uow.session.flush()
    await work_out(uow, [shop.id])
    uow.record(ShopChanged(shop_id=shop.id))


async def work_out(uow: UnitOfWork, shop_ids: Sequence[UUID]) -> None:
    """Write anew when these shops are open in the coming days. Five statements, however many shops."""
    since = (uow.at - timedelta(days=2)).date()
    chosen = sa.select(shop_table.c.id, shop_table.c.zone, shop_table.c.holidays_closed)
    shops = (await uow.session.execute(chosen.where(shop_table.c.id.in_(shop_ids)))).all()
    weeks: dict[UUID, dict[int, tuple[Range, ...]]] = {}
    for row in await uow.session.execute(
        sa.select(hours_table).where(hours_table.c.shop_id.in_(shop_ids)).order_by(hours_table.c.opens)
    ):
        week = weeks.setdefault(row.shop_id, {})
        week[row.weekday] = (*week.get(row.weekday, ()), Range(row.opens, row.closes))
    days: dict[UUID, dict[date, tuple[Range, ...]]] = {}
    said = sa.select(day_table).where(day_table.c.shop_id.in_(shop_ids), day_table.c.day >= since)
    for row in await uow.session.execute(said):
        days.setdefault(row.shop_id, {})[row.day] = tuple(Range(*pair) for pair in row.ranges)
    rows = [
        {"shop_id": shop.id, "opens_at": opens, "closes_at": closes}
        for shop in shops
        for opens, closes in Opening(
            week=weeks.get(shop.id, {}),
            days=days.get(shop.id, {}),
            holidays_closed=shop.holidays_closed,
            zone=shop.zone,
        ).coming(uow.at)
    ]
    await uow.session.execute(sa.delete(span_table).where(span_table.c.shop_id.in_(shop_ids)))
    if rows:
        await uow.session.execute(sa.insert(span_table), rows)


async def refresh_spans(site: Site) -> int:
    """Every shop's spans, day by day a day further; in small units, so that nobody waits for long."""
    after, count = UUID(int=0), 0
    while True:
        shop_ids = await site.do(_refresh_some, after)
        if not shop_ids:
            return count
        after, count = shop_ids[-1], count + len(shop_ids)


async def _refresh_some(uow: UnitOfWork, after: UUID) -> list[UUID]:
    wanted = sa.select(shop_table.c.id).where(shop_table.c.id > after, shop_table.c.state != CLOSED)
    # The row is held, so that an owner who changes hours meanwhile is neither overwritten nor lost.
    held = wanted.order_by(shop_table.c.id).limit(_BATCH).with_for_update()
    shop_ids = list((await uow.session.execute(held)).scalars())
    if shop_ids:
        await work_out(uow, shop_ids)
    return shop_ids
