"""Who hears what happened to a listing."""

from __future__ import annotations

from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.listings.domain import Published
from marketplace_kit.notifications.services import notify
from marketplace_kit.shops.queries import owners_of


async def tell_vendor(uow: UnitOfWork, event: Published) -> None:
    """The shop's owners hear that their listing can be seen; nobody else does."""
    for owner in await owners_of(await uow.session.connection(), event.shop_id):
        await notify(
            uow,
            to=owner,
            notice="listings.published",
            facts={"title": event.title},
            link=f"/listings/{event.listing_id}",
            key=f"listings.published:{event.listing_id}:{event.version}:{owner}",
        )
