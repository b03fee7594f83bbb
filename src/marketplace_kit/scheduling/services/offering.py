"""What becomes free is offered to who came first on the waiting list and fits, for a quarter of an hour.

The transaction that frees a time keeps it (:mod:`marketplace_kit.scheduling.services.guarding`); the offer is a hold
as any other, made in the transaction that lets the guard go. Declined or left unanswered it is released, which asks the
next. When nobody is left the time is anybody's.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.accounts.queries import contact_of
from marketplace_kit.kernel.errors import DomainError, Missing
from marketplace_kit.kernel.fields import parse
from marketplace_kit.kernel.hooks import Actor, Message, Undeliverable
from marketplace_kit.kernel.hooks.lines import Customer, Wish
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.jobs import Work
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.listings.queries.titles import TITLE, title_in
from marketplace_kit.listings.tables import listing_table as listing
from marketplace_kit.notifications.queries import wordings_of
from marketplace_kit.notifications.services import notify
from marketplace_kit.notifications.services.wording import Said
from marketplace_kit.places.domain import Point
from marketplace_kit.scheduling.domain import ClaimReleased, TooSoon
from marketplace_kit.scheduling.domain.areas import said_point
from marketplace_kit.scheduling.queries.services import services_of
from marketplace_kit.scheduling.schemas import Where
from marketplace_kit.scheduling.services.claiming import release
from marketplace_kit.scheduling.services.guarding import is_guard, wanted_on
from marketplace_kit.scheduling.services.inviting import absolute
from marketplace_kit.scheduling.services.looking import slots_for
from marketplace_kit.scheduling.services.notices import TIME_FREE, said_at
from marketplace_kit.scheduling.services.waiting import (
    OFFERED,
    PASSED,
    TELL,
    WAITING,
    TellWaiting,
    choice_of,
    is_offer,
    line_kind_of,
    wait_path,
    wait_token,
)
from marketplace_kit.scheduling.tables import claim_table
from marketplace_kit.scheduling.tables.following import wait_table as wait
from marketplace_kit.shops.tables import shop_table as shop

OFFER, OVER = "scheduling.offer", "scheduling.offer_over"
OFFERED_FOR, SHORTEST = timedelta(minutes=15), timedelta(minutes=1)
_ASKED_AT_ONCE = 200


class Freed(msgspec.Struct, frozen=True, kw_only=True):
    """The job's payload: what became free."""

    shop_id: UUID
    from_s: int
    to_s: int
    release_id: UUID


class Offered(msgspec.Struct, frozen=True, kw_only=True):
    wait_id: UUID
    offer_id: UUID


async def note_freed(uow: UnitOfWork, event: ClaimReleased) -> None:
    """Somebody may wait for it: a job looks, once for all that was let go together, because looking takes a while."""
    waits = sa.select(wait.c.id).where(wait.c.shop_id == event.shop_id, wait.c.state == WAITING).limit(1)
    if event.release_id is None or event.to_s <= uow.at.timestamp():
        return
    if (await uow.session.execute(waits)).first() is not None:
        share = Freed(shop_id=event.shop_id, from_s=event.from_s, to_s=event.to_s, release_id=event.release_id)
        uow.enqueue(OFFER, share, key=f"{OFFER}:{event.release_id}")


async def offer(work: Work, freed: Freed) -> None:
    """Offer what became free to the first who fits; open it to all if that is nobody, or it has been taken."""
    site = work.site
    if await site.ask(_is_offered, freed.release_id):
        return  # a runner before this one got so far
    freed = await site.ask(_whole, freed)
    for row in await site.ask(_who_waits, freed):
        for start in await _fitting(site, row, freed):
            try:
                await site.do(_offer_one, row.id, start, freed.release_id)
            except DomainError:
                continue  # taken meanwhile, or not for this person
            return
    await site.do(_open, freed)


async def _is_offered(connection: AsyncConnection, release_id: UUID) -> bool:
    open_ = sa.select(wait.c.id).where(wait.c.release_id == release_id, wait.c.state == OFFERED)
    return (await connection.execute(open_)).first() is not None


async def _whole(connection: AsyncConnection, freed: Freed) -> Freed:
    """All that was let go together, where it is kept; else the stretch that was heard of."""
    c = claim_table.c
    kept = sa.select(sa.func.min(c.from_s), sa.func.max(c.to_s)).where(*is_guard(freed.release_id))
    from_s, to_s = (await connection.execute(kept.where(c.released_at.is_(None)))).one()
    return freed if from_s is None else msgspec.structs.replace(freed, from_s=from_s, to_s=to_s)


async def _who_waits(connection: AsyncConnection, freed: Freed) -> list[Any]:
    """By rank: who came first is asked first."""
    wanted = (
        sa.select(wait, shop.c.zone)
        .join_from(wait, shop, shop.c.id == wait.c.shop_id)
        .where(wait.c.shop_id == freed.shop_id, wait.c.state == WAITING)
        .order_by(wait.c.id)
    )
    rows = (await connection.execute(wanted)).all()
    return wanted_on(rows, freed.from_s, freed.to_s)[:_ASKED_AT_ONCE]


async def _fitting(site: Site, row: Any, freed: Freed) -> list[datetime]:
    """The starts within what became free that suit one who waits."""
    day = datetime.fromtimestamp(freed.from_s, ZoneInfo(row.zone)).date()
    kept = (freed.release_id,)
    where = Where(point=said_point(Point(row.lat, row.lon))) if row.lat is not None else None
    try:
        view = await slots_for(site, row.listing_id, (), day, 2, staff=row.staff_id, without=kept, where=where)
    except DomainError:
        return []
    return [
        slot.starts_at
        for one in view.days
        if row.first_day <= one.day <= row.last_day
        for slot in one.slots
        if slot.bookable
        and freed.from_s <= slot.starts_at.timestamp() < freed.to_s
        and row.from_minute <= slot.starts_at.hour * 60 + slot.starts_at.minute < row.to_minute
    ][:3]


async def _offer_one(uow: UnitOfWork, wait_id: UUID, start: datetime, release_id: UUID) -> None:
    """The guard becomes an offer in one transaction. Of each release one offer is open: the database refuses a second.
    Refuses :class:`TooSoon` where there is no time left to answer.
    """
    mine = sa.and_(wait.c.id == wait_id, wait.c.state == WAITING)
    row = (await uow.session.execute(sa.select(wait).where(mine).with_for_update())).first()
    service = None if row is None else (await services_of(await uow.connection(), [row.listing_id])).get(row.listing_id)
    if row is None or service is None:
        raise Missing
    kind = line_kind_of(uow.site, service.kind)
    until = min(uow.at + OFFERED_FOR, start - timedelta(minutes=service.rule.lead_minutes))
    if until < uow.at + SHORTEST:
        raise TooSoon
    offer_id, by = new_id(), Actor(person_id=row.person_id)
    wish = Wish(
        line_id=offer_id,
        order_id=offer_id,
        shop_id=row.shop_id,
        kind=kind.name,
        listing_id=row.listing_id,
        choice=parse(kind.choice, choice_of(row, start.isoformat()), "json"),
        customer=Customer(person_id=row.person_id, name=row.contact_name, phone=row.contact_phone, locale=row.locale),
        by=by,
    )
    await release(uow, row.shop_id, *is_guard(release_id), asking=False)
    await kind.capacity.hold(uow, [wish], until)
    values = {
        "state": OFFERED,
        "offer_id": offer_id,
        "offer_s": int(start.timestamp()),
        "offer_until": until,
        "release_id": release_id,
    }
    await uow.session.execute(sa.update(wait).where(mine).values(**values))
    uow.enqueue(OVER, Offered(wait_id=wait_id, offer_id=offer_id), key=f"{OVER}:{offer_id}", run_at=until)
    await _tell(uow, row.id, row.person_id, offer_id)


async def _open(uow: UnitOfWork, freed: Freed) -> None:
    """Nobody who waits fits: the time is anybody's."""
    await release(uow, freed.shop_id, *is_guard(freed.release_id), asking=False)


async def offer_over(work: Work, share: Offered) -> None:
    """Nobody answered: the hold is let go, which asks the next."""
    async with work.finish() as uow:
        mine = sa.and_(wait.c.id == share.wait_id, wait.c.offer_id == share.offer_id, wait.c.state == OFFERED)
        passed = sa.update(wait).where(mine).values(state=PASSED).returning(wait.c.shop_id, wait.c.offer_id)
        row = (await uow.session.execute(passed)).first()
        if row is not None:
            await release(uow, row.shop_id, *is_offer(row.offer_id))


# ── who is told ──────────────────────────────────────────────────────────────────────────────────

_NAMED = sa.select(wait, *TITLE, shop.c.name.label("shop"), shop.c.city, shop.c.zone).select_from(
    wait.join(listing, listing.c.id == wait.c.listing_id).join(shop, shop.c.id == wait.c.shop_id)
)


async def _named(connection: AsyncConnection, wait_id: UUID) -> Any:
    return (await connection.execute(_NAMED.where(wait.c.id == wait_id))).first()


def _facts(row: Any, locale: str) -> dict[str, str]:
    facts = {"title": title_in(row, locale), "shop": row.shop, "when": "", "until": ""}
    if row.state == OFFERED:
        facts["when"] = said_at(row.offer_s, row.zone, row.city, locale)
        facts["until"] = f"{row.offer_until.astimezone(ZoneInfo(row.zone)):%H:%M}"
    return facts


async def _tell(uow: UnitOfWork, wait_id: UUID, person_id: UUID | None, offer_id: UUID) -> None:
    if person_id is None:
        told = TellWaiting(wait_id=wait_id, notice=TIME_FREE, offer_id=offer_id)
        uow.enqueue(TELL, told, key=f"{TELL}:{offer_id}")
        return
    connection = await uow.session.connection()
    row, contact = await _named(connection, wait_id), await contact_of(connection, person_id)
    usual = uow.site.settings.of(SiteSettings).locale
    facts = _facts(row, contact.locale if contact is not None else usual)
    await notify(
        uow, to=person_id, notice=TIME_FREE, facts=facts, link=wait_path(wait_id), key=f"{TIME_FREE}:{offer_id}"
    )


async def tell_waiting(work: Work, share: TellWaiting) -> None:
    """A guest hears of it by SMS, with the link by which they look after it; not of an offer that is over."""
    site = work.site
    message = await site.ask(_message, site, share)
    channel = site.registry.channels.get("sms")
    if message is not None and channel is not None and channel.sender is not None:
        try:
            await channel.sender.deliver(site, message)
        except Undeliverable:
            message = None  # nothing else is known of a guest: they see it by their link
    async with work.finish():
        pass


async def _message(connection: AsyncConnection, site: Site, share: TellWaiting) -> Message | None:
    row = await _named(connection, share.wait_id)
    declared = site.registry.notices.get(share.notice)
    if row is None or row.person_id is not None or declared is None:
        return None
    if share.offer_id is not None and (row.state, row.offer_id) != (OFFERED, share.offer_id):
        return None
    locale = row.locale or site.settings.of(SiteSettings).locale
    said = Said(site, declared, locale, _facts(row, locale))
    said.edited = await wordings_of(connection, share.notice, locale)
    subject, body = said.on("sms")
    return Message(
        key=str(share.offer_id or share.wait_id),
        to=row.contact_phone,
        name=row.contact_name,
        subject=subject,
        body=body,
        link=absolute(site, wait_path(row.id, wait_token(site, row.id))),
        locale=locale,
    )
