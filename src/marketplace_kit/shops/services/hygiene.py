"""Looking after the lists: a live shop that lost what it needs to be live is taken out of them, and comes back by
itself once it has it again. Its page stays, for those who have the address; what was promised there goes on.
"""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.audit import audit
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.shops.domain import HIDDEN, OPEN, Shop
from marketplace_kit.shops.schemas import Setup, ShopSettings
from marketplace_kit.shops.services.moving import move
from marketplace_kit.shops.services.readiness import BLOCKS, setup_of
from marketplace_kit.shops.tables import shop_table

NOT_READY = "not_ready"
"""Why a shop is hidden: something that keeps a shop from going live is missing again."""
_SYSTEM = frozenset({"system"})


async def tidy_lists(site: Site) -> tuple[int, int]:
    """Look at every live shop once; how many were taken out of lists, and how many came back. Does nothing while the
    site does not want it (``[shops] hygiene``).
    """
    hidden = shown = 0
    if not site.settings.of(ShopSettings).hygiene:
        return hidden, shown
    for shop_id in await site.ask(_watched):
        setup = await site.ask(setup_of, shop_id, site)
        if setup is not None and setup.ready == (setup.state == HIDDEN):
            verb = await site.do(_tidy, shop_id)
            hidden, shown = hidden + (verb == "hide"), shown + (verb == "show")
    return hidden, shown


async def _watched(connection: AsyncConnection) -> list[UUID]:
    t = shop_table.c
    live = sa.or_(t.state == OPEN, sa.and_(t.state == HIDDEN, t.hidden_for == NOT_READY))
    return list((await connection.execute(sa.select(t.id).where(live).order_by(t.id))).scalars())


async def _tidy(uow: UnitOfWork, shop_id: UUID) -> str:
    """Hide or show one shop, as it is at this moment; the verb that was done, if any."""
    found = await uow.session.execute(sa.select(Shop).where(shop_table.c.id == shop_id).with_for_update())
    shop: Shop | None = found.scalar_one_or_none()
    setup = await setup_of(await uow.session.connection(), shop_id, uow.site) if shop is not None else None
    if shop is None or setup is None:
        return ""
    if shop.state == OPEN and not setup.ready:
        move(uow, shop, "hide", _SYSTEM, _reason(uow.site, setup))
        shop.hidden_for = NOT_READY
        verb = "hide"
    elif shop.state == HIDDEN and shop.hidden_for == NOT_READY and setup.ready:
        move(uow, shop, "show", _SYSTEM)
        verb = "show"
    else:
        return ""
    await audit(uow, by=None, act=f"shops.{verb}", on=f"shop:{shop.id}", facts={"state": shop.state, "why": NOT_READY})
    return verb


def _reason(site: Site, setup: Setup) -> str:
    """What is missing, in the site's language: the notice's link leads to where it is mended."""
    locale = site.settings.of(SiteSettings).locale
    return "; ".join(site.texts.gettext(locale, BLOCKS[block]) for step in setup.steps for block in step.blocks)
