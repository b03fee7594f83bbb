"""A shop's way: set up, live, paused, suspended, closed."""

from __future__ import annotations

from uuid import UUID

from marketplace_kit.kernel.audit import audit
from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.shops.domain import ADMIN, PENDING, NotReady, ReasonRequired, Shop, ShopChanged, ShopMoved
from marketplace_kit.shops.schemas import ShopSettings
from marketplace_kit.shops.services.access import access_shop, roles_in
from marketplace_kit.shops.services.readiness import BLOCKS, setup_of

NEEDS_REASON = ("reject", "suspend")
ADMINS_ONLY = ("approve", "reject", "hide", "show", "suspend", "reinstate")


async def go_live(uow: UnitOfWork, shop_id: UUID, *, by: Actor) -> Shop:
    """Open a draft to customers, or ask for approval where the site wants that. Refuses :class:`NotReady` with
    everything that is missing at once.
    """
    shop = await access_shop(uow, shop_id, by=by)
    await uow.session.flush()
    setup = await setup_of(await uow.session.connection(), shop_id, uow.site)
    if setup is None:
        raise Missing
    if not setup.ready:
        missing = [
            {"what": block, "text": uow.site.texts.gettext(by.locale, BLOCKS[block]), "link": step.link}
            for step in setup.steps
            for block in step.blocks
        ]
        order = list(BLOCKS)
        raise NotReady(missing=sorted(missing, key=lambda one: order.index(one["what"])))
    await _do(uow, shop, "submit", by=by)
    return shop


async def move_shop(uow: UnitOfWork, shop_id: UUID, verb: str, *, by: Actor, reason: str = "") -> Shop:
    """Do a verb of the shop's process (:data:`marketplace_kit.shops.domain.SHOP`); the owner of a shop that an admin
    moves is told. Refuses :class:`ReasonRequired` where the owner has to be told why.
    """
    if verb == "submit":
        return await go_live(uow, shop_id, by=by)
    shop = await access_shop(uow, shop_id, by=by)
    if verb in NEEDS_REASON and not reason.strip():
        raise ReasonRequired
    await _do(uow, shop, verb, by=by, reason=reason.strip())
    return shop


async def _do(uow: UnitOfWork, shop: Shop, verb: str, *, by: Actor, reason: str = "") -> None:
    move(uow, shop, verb, await roles_in(uow, shop.id, by=by), reason, by)
    if shop.state == PENDING and not uow.site.settings.of(ShopSettings).approval:
        move(uow, shop, "approve", frozenset({"system"}), "", by)
    if verb in ADMINS_ONLY or (ADMIN in by.roles and shop.id not in by.shops):
        facts = {"state": shop.state}
        await audit(uow, by=by, act=f"shops.{verb}", on=f"shop:{shop.id}", facts=facts)


def move(
    uow: UnitOfWork, shop: Shop, verb: str, roles: frozenset[str], reason: str = "", by: Actor | None = None
) -> None:
    """One step of a shop's way, with the facts that others hear of. ``by=None`` is the system."""
    opened, person_id = shop.move(verb, roles), by.person_id if by else None
    shop.state_reason, shop.state_since = reason, uow.at
    if opened:
        uow.record(opened)
    uow.record(
        ShopMoved(
            shop_id=shop.id,
            verb=verb,
            state=shop.state,
            reason=reason,
            by=person_id,
            version=shop.version,
        ),
        ShopChanged(shop_id=shop.id),
    )
