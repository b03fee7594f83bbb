"""Looking after the lists: a live shop that cannot be dealt with is taken out of them. Its page stays, for those who
have the address; what was promised there goes on. What it lacked, and times to book, bring it back by themselves; who
let requests expire is put back by an admin.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

import attrs
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.audit import audit
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_kit.notifications.services import notify
from marketplace_kit.shops.domain import HIDDEN, OPEN, Shop
from marketplace_kit.shops.queries import owners_of
from marketplace_kit.shops.schemas import Setup, ShopSettings
from marketplace_kit.shops.services.moving import move
from marketplace_kit.shops.services.readiness import BLOCKS, setup_of
from marketplace_kit.shops.tables import shop_table

NOT_READY, NO_TIMES, EXPIRED = "not_ready", "no_times", "requests_expired"
"""Why a shop is hidden: what it needs to go live is missing again, nothing can be booked, requests were left to
expire.
"""
REASONS = {
    NO_TIMES: N_("Nobody can book anything in the coming days. Look at hours, days off and who does what."),
    EXPIRED: N_("Several requests were left without an answer. Write to the site when they will be answered."),
}
WARNED_FOR, LOOKED_BACK = timedelta(days=3), timedelta(days=7)
_SYSTEM = frozenset({"system"})


class Times(Protocol):
    """Who knows when something can be booked: a facility, because the room of scheduling lies above this one."""

    async def none_before(self, connection: AsyncConnection, until: datetime, now: datetime) -> Collection[UUID]:
        """The shops that let people book online, and have nothing to book until then. One statement."""
        ...


class Requests(Protocol):
    """Who knows what became of requests: a facility, because the room of orders lies above this one."""

    async def left_to_expire(self, connection: AsyncConnection, since: datetime, most: int) -> Collection[UUID]:
        """The live shops that let at least so many requests expire since, and since they were last moved. One
        statement.
        """
        ...


@attrs.frozen(kw_only=True)
class Findings:
    """What was found of all shops at once."""

    now: datetime
    no_times: Collection[UUID]
    expired: Collection[UUID]


async def tidy_lists(site: Site) -> tuple[int, int]:
    """Look at every live shop once; how many were taken out of lists, and how many came back. Does nothing while the
    site does not want it (``[shops] hygiene``).
    """
    hidden = shown = 0
    if not site.settings.of(ShopSettings).hygiene:
        return hidden, shown
    found = await site.ask(look, site)
    for row in await site.ask(_watched):
        setup = await site.ask(setup_of, row.id, site)
        if setup is not None and (verb := _due(row, setup, found)):
            done = await site.do(_tidy, row.id, verb)
            hidden, shown = hidden + (done == "hide"), shown + (done == "show")
    return hidden, shown


async def look(connection: AsyncConnection, site: Site) -> Findings:
    """Two statements, however many shops."""
    wanted, now = site.settings.of(ShopSettings), site.clock.now()
    times: Times | None = site.facilities.get(Times)
    requests: Requests | None = site.facilities.get(Requests)
    none: Collection[UUID] = ()
    expired: Collection[UUID] = ()
    if times is not None:
        none = await times.none_before(connection, now + timedelta(days=wanted.bookable_days), now)
    if requests is not None and wanted.expired_requests:
        expired = await requests.left_to_expire(connection, now - LOOKED_BACK, wanted.expired_requests)
    return Findings(now=now, no_times=none, expired=expired)


async def _watched(connection: AsyncConnection) -> list[Any]:
    t = shop_table.c
    live = sa.or_(t.state == OPEN, sa.and_(t.state == HIDDEN, t.hidden_for.in_((NOT_READY, NO_TIMES))))
    return list(
        await connection.execute(sa.select(t.id, t.state, t.hidden_for, t.warned_at).where(live).order_by(t.id))
    )


def _due(row: Any, setup: Setup, found: Findings) -> str:
    """What is to be done with a shop: ``show``, ``warn``, ``forget`` a warning, or why it is to be hidden."""
    without = row.id in found.no_times
    if row.state == HIDDEN:
        return "show" if setup.ready and not (row.hidden_for == NO_TIMES and without) else ""
    if not setup.ready:
        return NOT_READY
    if row.id in found.expired:
        return EXPIRED
    if not without:
        return "forget" if row.warned_at else ""
    if row.warned_at is None:
        return "warn"
    return NO_TIMES if found.now - row.warned_at >= WARNED_FOR else ""


async def _tidy(uow: UnitOfWork, shop_id: UUID, due: str) -> str:
    """Do it with one shop, as it is at this moment; the verb that was done, if any."""
    held = await uow.session.execute(sa.select(Shop).where(shop_table.c.id == shop_id).with_for_update())
    shop: Shop | None = held.scalar_one_or_none()
    setup = await setup_of(await uow.session.connection(), shop_id, uow.site) if shop is not None else None
    if shop is None or setup is None:
        return ""
    if due in ("warn", "forget"):
        shop.warned_at = uow.at if due == "warn" else None
        if due == "warn":
            await _warn(uow, shop)
        return ""
    if due == "show":
        if shop.state != HIDDEN or shop.hidden_for not in (NOT_READY, NO_TIMES) or not setup.ready:
            return ""
        why = shop.hidden_for
        move(uow, shop, "show", _SYSTEM)
    else:
        if shop.state != OPEN or (due == NOT_READY and setup.ready):
            return ""
        why = due
        move(uow, shop, "hide", _SYSTEM, _missing(uow.site, setup) if due == NOT_READY else _reason(uow.site, due))
        shop.hidden_for = due
    verb = "show" if due == "show" else "hide"
    await audit(uow, by=None, act=f"shops.{verb}", on=f"shop:{shop.id}", facts={"state": shop.state, "why": why})
    return verb


async def _warn(uow: UnitOfWork, shop: Shop) -> None:
    facts = {"shop": shop.name, "reason": _reason(uow.site, NO_TIMES)}
    for owner in await owners_of(await uow.session.connection(), shop.id):
        key = f"shops.hidden_soon:{shop.id}:{uow.at.isoformat()}:{owner}"
        link = f"/sell/shop/{shop.id}/staff"
        await notify(uow, to=owner, notice="shops.hidden_soon", facts=facts, link=link, key=key)


def _reason(site: Site, why: str) -> str:
    """In the site's language: the notice's link leads to where it is mended."""
    return site.texts.gettext(site.settings.of(SiteSettings).locale, REASONS[why])


def _missing(site: Site, setup: Setup) -> str:
    locale = site.settings.of(SiteSettings).locale
    return "; ".join(site.texts.gettext(locale, BLOCKS[block]) for step in setup.steps for block in step.blocks)
