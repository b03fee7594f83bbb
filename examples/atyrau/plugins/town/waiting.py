"""What waits for somebody in the town: an answer of a shop, a decision of those who look after the site.

Counted from now; a second loading adds nothing while it still waits.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import attrs
from marketplace_site_plugins_town.days import DATA, offered, settled

from marketplace_kit.accounts.queries import person_id_by_email
from marketplace_kit.accounts.services.identification import permissions_of
from marketplace_kit.kernel.errors import DomainError
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.listings.domain import PENDING_REVIEW
from marketplace_kit.listings.queries import waiting_listings
from marketplace_kit.listings.schemas import Offer, read_attributes
from marketplace_kit.listings.services import Ware, ensure_listing, stock, take_down
from marketplace_kit.orders.queries import Wanted, orders_of
from marketplace_kit.orders.queries.kinds import Words
from marketplace_kit.orders.schemas import Wished
from marketplace_kit.orders.services import Past, ensure_order
from marketplace_kit.reviews.domain import HELD, PRIVATE, REMOVED
from marketplace_kit.reviews.queries import REPORTED, published_reviews, queue
from marketplace_kit.reviews.schemas import NewReport, Opinion
from marketplace_kit.reviews.services import remove, report, write

KIND = "listings.service"
BARBER, SALON = DATA["shop"][:2]
ASKED_FOR, CUT = "Окрашивание", "Детская стрижка"
AHEAD = range(2, 10)
"""The days on which a request may lie."""
_UNCHANGED = timedelta(0)


@attrs.frozen(kw_only=True)
class Town:
    """The people of the demonstration, and what two of its shops offer."""

    site: Site
    zone: ZoneInfo
    vendor: Actor
    customer: Actor
    admin: Actor
    salon: UUID
    services: Mapping[str, UUID]
    """By title, of both shops."""


async def load_waiting(site: Site) -> None:
    """Something in each state that somebody has to look at."""
    people = {}
    for who in ("vendor", "customer", "admin"):
        found = await site.ask(person_id_by_email, f"{who}@demo.kz")
        if found is None:
            return
        held = frozenset({"customer", who})
        people[who] = Actor(person_id=found, locale="ru", roles=held, permissions=permissions_of(site, held))
    services: dict[str, UUID] = {}
    shop_ids, owner = [], people["vendor"]
    for shop in (BARBER, SALON):
        shop_ids.append(await settled(site, shop, owner))
        services |= await offered(site, shop_ids[-1], shop, _id(owner))
    zone = ZoneInfo(site.settings.of(SiteSettings).timezone)
    town = Town(site=site, zone=zone, salon=shop_ids[1], services=services, **people)
    await _offers_in_doubt(town)
    await _reviews_in_doubt(town)
    await _requests(town)


async def _offers_in_doubt(town: Town) -> None:
    site = town.site
    form = site.registry.listing_kinds[KIND].attributes
    raw = {"minutes": 60, "place": ["shop"], "customers": "women"}
    taken = await ensure_listing(
        site,
        shop_id=town.salon,
        kind=KIND,
        offer=Offer(title="Омолаживающие уколы", description="Приём без врача.", price=Money(2_500_000, "KZT")),
        attributes=read_attributes(form, raw),
        owner=_id(town.vendor),
    )
    with suppress(DomainError):  # it is taken down already
        reason = "Уколы вправе делать только клиника с лицензией. Пришлите лицензию, и мы вернём объявление."
        await site.do(take_down, taken, reason, by=town.admin)
    if (await site.ask(waiting_listings)).items:
        return
    offer = Offer(title="Ботокс для волос", description="Восстановление длины, держится до трёх месяцев.")

    async def laid(uow: UnitOfWork) -> None:
        at = uow.at - timedelta(hours=3)
        ware = Ware(kind=KIND, offer=offer, attributes=read_attributes(form, raw), state=PENDING_REVIEW, created_at=at)
        await stock(uow, town.salon, [ware], by=_id(town.vendor))

    await site.do(laid)


async def _reviews_in_doubt(town: Town) -> None:
    """One that a reader reported, one that was removed, one that is held because a phone number stands in it."""
    site = town.site
    states = {state: (await site.ask(queue, state, _UNCHANGED)).items for state in (REPORTED, REMOVED, HELD)}
    shown = sorted((await site.ask(published_reviews, shop_id=town.salon)).items, key=lambda one: one.created_at)
    if not states[REPORTED] and shown:
        note = "Здесь названо имя моей сестры, она этого не хотела."
        with suppress(DomainError):
            await site.do(report, shown[0].id, NewReport(reason=PRIVATE, note=note), by=town.vendor)
    if not states[REMOVED] and len(shown) > 1:
        await site.do(remove, shown[1].id, "Отзыв не об этом салоне.", by=town.admin)
    if not states[HELD]:
        await _held(town)


async def _held(town: Town) -> None:
    starts_at = datetime.combine(town.site.clock.now().astimezone(town.zone).date(), time(19), town.zone)
    for ago in range(1, 6):
        at = starts_at - timedelta(days=ago)
        came = [Past(verb=verb, at=at + timedelta(minutes=n), by=town.vendor.person_id) for n, verb in enumerate(
            ("check_in", "start", "finish")
        )]  # fmt: skip
        with suppress(DomainError):  # on that day the barbers are busy, or the shop is closed
            order_id = await _ordered(town, CUT, at, placed_at=at - timedelta(days=1), past=came)
            text = "Мастер отличный! Пишите мне, расскажу подробнее: +7 701 555 44 33."
            await town.site.do(_rated, order_id, Opinion(rating=5, text=text), by=town.customer)
            return


async def _rated(uow: UnitOfWork, order_id: UUID, opinion: Opinion, *, by: Actor) -> None:
    words = Words.of(uow.site, "ru")
    found = await orders_of(await uow.session.connection(), _id(by), words, Wanted(), limit=100)
    line_id = next(order.lines[0].id for order in found.items if order.id == order_id)
    await write(uow, line_id, opinion, by=by)


async def _requests(town: Town) -> None:
    """One that the salon has to answer, one that it wants to be paid for first."""
    site, now = town.site, town.site.clock.now()
    waiting = await site.ask(orders_of, _id(town.customer), Words.of(site, "ru"), Wanted(status="pending"))
    if waiting.items:
        return
    wanted = [(), (Past(verb="ask_payment", at=now - timedelta(minutes=4), by=town.vendor.person_id),)]
    today = now.astimezone(town.zone).date()
    for day in AHEAD:
        if not wanted:
            return
        starts_at = datetime.combine(today + timedelta(days=day), time(10, 30), town.zone)
        with suppress(DomainError):  # the colourist is busy, or it is Sunday
            placed_at = now - timedelta(minutes=20 + len(wanted))
            await _ordered(town, ASKED_FOR, starts_at, placed_at=placed_at, past=wanted[0])
            wanted.pop(0)


async def _ordered(town: Town, title: str, starts_at: datetime, *, placed_at: datetime, past: Any) -> UUID:
    wished = [Wished(listing_id=town.services[title], choice={"starts_at": starts_at.isoformat()})]
    return await ensure_order(
        town.site, placed_at=placed_at, wanted=wished, customer=town.customer.person_id, past=past
    )


def _id(actor: Actor) -> UUID:
    if actor.person_id is None:
        raise ValueError("somebody is signed in")
    return actor.person_id
