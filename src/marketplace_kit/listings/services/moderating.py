"""What admins do with listings. Each act is written to the audit trail, and its reason told to the vendor."""

from __future__ import annotations

from uuid import UUID

from marketplace_kit.kernel.audit import audit
from marketplace_kit.kernel.errors import Forbidden, Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.listings.domain import ADMIN, Listing, Moderated
from marketplace_kit.listings.queries import active_kinds
from marketplace_kit.listings.services.offering import moved
from marketplace_kit.listings.services.reviewing import knows, process_of

MODERATE = "listings.moderate"
TAKE_DOWN = "take_down"
_OTHERWISE = ("unpublish", "archive")
"""How a kind with a process of its own goes off the site, if it cannot be taken down."""


async def approve(uow: UnitOfWork, listing_id: UUID, *, by: Actor) -> Listing:
    """Show a listing that waited. Refuses :class:`InvalidTransition` if somebody was faster, :class:`ShopNotOpen`."""
    return await _decide(uow, listing_id, "approve", "", by=by)


async def reject(uow: UnitOfWork, listing_id: UUID, reason: str, *, by: Actor) -> Listing:
    """Send a listing that waited back to its vendor, with the reason."""
    return await _decide(uow, listing_id, "reject", reason, by=by)


async def take_down(uow: UnitOfWork, listing_id: UUID, reason: str, *, by: Actor) -> Listing:
    """Take a published listing off the site. A kind with a process of its own is taken back or put away, whichever it
    knows. Refuses :class:`InvalidTransition` where it is off already.
    """
    return await _decide(uow, listing_id, TAKE_DOWN, reason, by=by)


async def _decide(uow: UnitOfWork, listing_id: UUID, verdict: str, reason: str, *, by: Actor) -> Listing:
    if not by.may(MODERATE):
        raise Forbidden
    listing = await uow.session.get(Listing, listing_id, with_for_update=True)
    if listing is None:
        raise Missing
    verb = verdict
    process = process_of(active_kinds(uow.site).get(listing.kind))
    if verdict == TAKE_DOWN and all(t.verb != TAKE_DOWN for t in process.transitions):
        verb = next((v for v in _OTHERWISE if knows(process, v, listing.state)), verdict)
    listing.moderation_note = reason
    await moved(uow, listing, verb, frozenset({ADMIN}))
    await audit(
        uow,
        by=by,
        act=f"listings.{verdict}",
        on=f"listing:{listing_id}",
        facts={"shop_id": str(listing.shop_id), "state": listing.state},
    )
    said = Moderated(
        listing_id=listing.id,
        shop_id=listing.shop_id,
        title=listing.title,
        titles=listing.all_titles,
        verdict=verdict,
        reason=reason,
        version=listing.version,
    )
    uow.record(said)
    return listing
