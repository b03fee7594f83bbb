"""What families and kennels do."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from marketplace_breeder.domain import InterestShown, OwnAnimal, check_may_be_wanted
from marketplace_breeder.schemas import BreederSettings, Shown
from marketplace_breeder.tables import interest_table as interest
from marketplace_kit.accounts.queries import names_of
from marketplace_kit.accounts.services import note_stage, withdraw_stage
from marketplace_kit.kernel.errors import SignInNeeded
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.listings.services import access_public
from marketplace_kit.notifications.services import notify
from marketplace_kit.shops.queries import owners_of
from marketplace_kit.web.limits import limit

LEADS = "/sell/leads"


async def show_interest(site: Site, listing_id: UUID, *, by: Actor, message: str = "") -> Shown:
    """Tell a kennel that ``by`` is interested in one of its animals; once, however often it is said.

    Saying it again with other words replaces the words. Refuses :class:`Missing` for an animal that is not shown,
    :class:`PuppyNotAvailable`, :class:`OwnAnimal`, and :class:`TooMany` beyond ``[breeder] interests_per_day``.
    """
    if by.person_id is None:
        raise SignInNeeded
    most = site.settings.of(BreederSettings).interests_per_day
    await limit(site, "breeder.interest", str(by.person_id), most=most, per=timedelta(days=1))
    return await site.do(keep_interest, listing_id, by=by, message=message)


async def keep_interest(uow: UnitOfWork, listing_id: UUID, *, by: Actor, message: str = "") -> Shown:
    """The same within a unit of work, without counting tries."""
    if by.person_id is None:
        raise SignInNeeded
    listing = await access_public(uow, listing_id)
    check_may_be_wanted(listing.kind, listing.attributes.get("placement"))
    if listing.shop_id in by.shops:
        raise OwnAnimal
    row = {
        "id": new_id(),
        "listing_id": listing.id,
        "shop_id": listing.shop_id,
        "person_id": by.person_id,
        "listing_title": listing.title,
        "message": message,
        "shown_at": uow.at,
    }
    insert = uow.site.database.insert(interest).values(row).on_conflict_do_nothing()
    new = (await uow.session.execute(insert.returning(interest.c.id))).first() is not None
    if new:
        said = InterestShown(
            listing_id=listing.id, shop_id=listing.shop_id, person_id=by.person_id, title=listing.title
        )
        uow.record(said)
        await note_stage(uow, by.person_id, source=_source(listing_id), stage="lead")
    elif message:
        await uow.session.execute(sa.update(interest).where(_is(listing_id, by.person_id)).values(message=message))
    return Shown(listing_id=listing_id, new=new)


async def take_back(uow: UnitOfWork, listing_id: UUID, *, by: Actor) -> None:
    """Be interested no more; where nothing was shown, nothing happens. The kennel is not told."""
    if by.person_id is None:
        raise SignInNeeded
    await uow.session.execute(sa.delete(interest).where(_is(listing_id, by.person_id)))
    await withdraw_stage(uow, by.person_id, source=_source(listing_id))


async def tell_kennel(uow: UnitOfWork, event: InterestShown) -> None:
    """The kennel's owners hear of a family's interest in an animal once, even if it is taken back and shown again."""
    connection = await uow.session.connection()
    name = (await names_of(connection, [event.person_id])).get(event.person_id)
    if name is None:
        return  # the account was erased in the meantime
    for owner in await owners_of(connection, event.shop_id):
        key = f"breeder.new_interest:{event.listing_id}:{event.person_id}:{owner}"
        facts = {"name": name, "title": event.title}
        await notify(uow, to=owner, notice="breeder.new_interest", facts=facts, link=LEADS, key=key)


async def forget_old_interests(uow: UnitOfWork, days: int) -> int:
    """Remove interests older than ``days``, with what was written; how many there were."""
    old = interest.c.shown_at < uow.at - timedelta(days=days)
    gone = sa.delete(interest).where(old).returning(interest.c.listing_id, interest.c.person_id)
    forgotten = (await uow.session.execute(gone)).all()
    for row in forgotten:
        await withdraw_stage(uow, row.person_id, source=_source(row.listing_id))
    return len(forgotten)


async def erase(uow: UnitOfWork, person_id: UUID) -> None:
    """Remove a person's interests."""
    await uow.session.execute(sa.delete(interest).where(interest.c.person_id == person_id))


def _source(listing_id: UUID) -> str:
    """What an interest is called where the stages of people are noted: who shows one is a lead."""
    return f"breeder.interest:{listing_id}"


def _is(listing_id: UUID, person_id: UUID) -> sa.ColumnElement[bool]:
    return sa.and_(interest.c.listing_id == listing_id, interest.c.person_id == person_id)
