"""Two cards of one client. The merged card stays as it is and points at the other: what is undone loses nothing."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from marketplace_kit.crm.domain import KEEP, SEE_CONTACTS, Client, ClientsMerged, MergeMovedOn, SameClient
from marketplace_kit.crm.services.access import check_shop, client_for, members_of
from marketplace_kit.crm.tables import client_order_table as link
from marketplace_kit.crm.tables import client_table as client
from marketplace_kit.crm.tables import merge_table as merge
from marketplace_kit.kernel.audit import audit
from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.orders.tables import order_table as order

c = client.c


async def merge_clients(uow: UnitOfWork, into_id: UUID, from_id: UUID, *, by: Actor) -> UUID:
    """Have ``from_id`` and all that was merged into it count as ``into_id``. The merge's id undoes it. Refuses
    :class:`SameClient`; :class:`Missing` for a card of another shop.
    """
    for one in sorted((into_id, from_id)):  # whoever merges the same two meets the same first
        await client_for(uow, one, KEEP, by=by)
    into = await client_for(uow, into_id, KEEP, by=by)
    other = await client_for(uow, from_id, KEEP, by=by)
    if into.id == other.id:
        raise SameClient
    if into.shop_id != other.shop_id:
        raise Missing
    await check_shop(uow, into.shop_id, SEE_CONTACTS, by=by)
    moved = [one for one in await members_of(uow, other.id) if one != other.id]
    await _point(uow, [other.id, *moved], into.id)
    into.last_seen_at = max(into.last_seen_at, other.last_seen_at)
    into.first_seen_at = min(into.first_seen_at, other.first_seen_at)
    merge_id = new_id()
    values = {
        "id": merge_id,
        "shop_id": into.shop_id,
        "from_id": other.id,
        "into_id": into.id,
        "moved": [str(one) for one in moved],
        "at": uow.at,
        "by_id": by.person_id,
    }
    await uow.session.execute(sa.insert(merge).values(values))
    await audit(uow, by=by, act="crm.merge", on=f"client:{into.id}", facts={"other": str(other.id)})
    uow.record(ClientsMerged(shop_id=into.shop_id, client_id=into.id, other_id=other.id))
    return merge_id


async def undo_merge(uow: UnitOfWork, merge_id: UUID, *, by: Actor) -> None:
    """Two clients again. What was written since stays with the card that was kept. Refuses :class:`MergeMovedOn` where
    it is undone already, or the kept card was merged into a third one since (undo that first).
    """
    found = (await uow.session.execute(sa.select(merge).where(merge.c.id == merge_id).with_for_update())).first()
    if found is None:
        raise Missing
    roles = await check_shop(uow, found.shop_id, KEEP, by=by)
    assert roles  # noqa: S101 - check_shop refuses without
    for one in sorted((found.into_id, found.from_id)):
        await uow.session.get(Client, one, with_for_update=True, populate_existing=True)
    into, other = await uow.session.get(Client, found.into_id), await uow.session.get(Client, found.from_id)
    if into is None or other is None or found.undone_at is not None:
        raise MergeMovedOn
    if into.merged_into_id is not None or other.merged_into_id != into.id:
        raise MergeMovedOn
    await _point(uow, [other.id], None)
    await _point(uow, [UUID(one) for one in found.moved], other.id)
    await uow.session.execute(sa.update(merge).where(merge.c.id == merge_id).values(undone_at=uow.at))
    await _seen_again(uow, into)
    await audit(uow, by=by, act="crm.undo_merge", on=f"client:{into.id}", facts={"other": str(other.id)})
    uow.record(ClientsMerged(shop_id=into.shop_id, client_id=into.id, other_id=other.id, undone=True))


async def _point(uow: UnitOfWork, ids: list[UUID], at: UUID | None) -> None:
    await uow.session.flush()
    if ids:
        pointed = sa.update(client).where(c.id.in_(ids)).values(merged_into_id=at, version=c.version + 1)
        await uow.session.execute(pointed.execution_options(synchronize_session=False))
        for one in ids:
            if (known := await uow.session.get(Client, one)) is not None:
                await uow.session.refresh(known)


async def _seen_again(uow: UnitOfWork, card: Client) -> None:
    """When the card's own orders were placed: what the other one had is not its any more."""
    seen = (
        sa.select(sa.func.min(order.c.created_at), sa.func.max(order.c.created_at))
        .join(link, link.c.order_id == order.c.id)
        .where(link.c.client_id.in_(await members_of(uow, card.id)))
    )
    first, last = (await uow.session.execute(seen)).one()
    if first is not None:
        card.first_seen_at, card.last_seen_at = first, last
