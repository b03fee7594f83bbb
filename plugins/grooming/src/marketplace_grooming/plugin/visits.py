"""A salon's week: visits of yesterday, today and tomorrow, as far along as they would be at this hour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import attrs

from marketplace_grooming.queries import board_of, card_of
from marketplace_grooming.schemas import CardForm, NewExtra
from marketplace_grooming.services import propose, publish_card, write_card
from marketplace_kit.kernel.errors import DomainError
from marketplace_kit.kernel.hooks import Actor, Customer
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.site import Site
from marketplace_kit.orders.schemas import Wished
from marketplace_kit.orders.services import Past, ensure_order
from marketplace_kit.scheduling.queries import resource_list
from marketplace_kit.scheduling.schemas import ResourceForm
from marketplace_kit.scheduling.services import save_resource
from marketplace_kit.shops.queries import shop_by_id, week_texts
from marketplace_kit.shops.schemas import ShopWeek
from marketplace_kit.shops.services import set_week
from marketplace_pets import services as pets

_WEEK: dict[str, Any] = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "09:00-20:00")
_STAFF = (("Айсұлу", "bites"), ("Марина", ""))
_STEPS = (("check_in", -5), ("start", 10), ("finish", 0), ("pick_up", 20))
"""Verbs by minutes from the start; the last two count from the end of the work."""


@attrs.frozen(kw_only=True)
class _Sample:
    """``at`` is (days from today, hour); ``upto`` how many of the steps are taken at most."""

    listing: UUID
    pets: tuple[str, ...]
    at: tuple[int, float]
    minutes: int
    upto: int = 4
    customer: UUID | None = None
    guest: Customer | None = None


def _guest(name: str, phone: str) -> Customer:
    return Customer(name=name, phone=phone, locale="ru")


async def load_visits(site: Site, salon: UUID, full: UUID, husky: UUID, *, vendor: UUID, customer: UUID) -> None:
    """A second loading on the same day changes nothing."""
    zone = await _opened(site, salon, vendor)
    own = {card.name: str(card.pet_id) for card in await site.ask(pets.my_pets, customer)}
    buddy, altai = own.get("Buddy"), own.get("Алтай")
    visits = [
        _Sample(
            listing=full,
            pets=("dog:12000:wire:Тайсон",),
            at=(0, 10),
            minutes=120,
            guest=_guest("Данияр", "+77015550101"),
        ),
        _Sample(
            listing=full,
            pets=("dog:4200:long:Мила",),
            at=(0, 11.5),
            minutes=75,
            upto=3,
            guest=_guest("Светлана", "+77015550102"),
        ),
        _Sample(
            listing=full,
            pets=("dog:31000::Рекс",),
            at=(0, 15),
            minutes=150,
            upto=2,
            guest=_guest("Ержан", "+77015550103"),
        ),
        _Sample(
            listing=full,
            pets=("dog:8000::Жужа",),
            at=(0, 17.5),
            minutes=90,
            upto=1,
            guest=_guest("Гүлнар", "+77015550104"),
        ),
    ]
    if buddy:
        visits.append(_Sample(listing=full, pets=(buddy,), at=(-1, 11), minutes=100, customer=customer))
    if altai:
        visits.append(_Sample(listing=husky, pets=(altai,), at=(0, 12), minutes=150, upto=0, customer=customer))
    if buddy and altai:
        visits.append(_Sample(listing=full, pets=(buddy, altai), at=(2, 10), minutes=0, upto=0, customer=customer))
    for number, one in enumerate(visits):
        with suppress(DomainError):  # what a loading of yesterday has taken already
            await _load(site, one, number, zone, vendor)
    await _tell(site, salon, zone, vendor)


async def _opened(site: Site, salon: UUID, vendor: UUID) -> ZoneInfo:
    """Hours and two groomers, if the salon has none yet."""
    by = Actor(person_id=vendor, shops=frozenset({salon}))
    shop = await site.ask(shop_by_id, salon, person_id=vendor)
    if shop is None:
        return ZoneInfo("UTC")
    if not any((await site.ask(week_texts, salon)).values()):
        await site.do(set_week, salon, ShopWeek(version=shop.version, **_WEEK), by=by)
    known = {r.name for r in await site.ask(resource_list, salon)}
    for name, skills in _STAFF:
        if name not in known:
            await site.do(save_resource, salon, ResourceForm(kind="staff", name=name, skills=skills), by=by)
    return ZoneInfo(shop.zone)


async def _load(site: Site, one: _Sample, number: int, zone: ZoneInfo, vendor: UUID) -> None:
    now = site.clock.now()
    today = now.astimezone(zone).date()
    days, hour = one.at
    starts = datetime.combine(today + timedelta(days=days), time(int(hour), int(hour % 1 * 60)), zone)
    placed = datetime.combine(today - timedelta(days=3), time(18, number), zone)
    choice: dict[str, Any] = {"starts_at": starts.isoformat(), "pet": list(one.pets)}
    await ensure_order(
        site,
        placed_at=placed,
        wanted=[Wished(listing_id=one.listing, choice=choice)],
        customer=one.customer,
        guest=one.guest,
        by=vendor if one.guest else None,
        past=_past(one, starts, now, vendor),
    )


def _past(one: _Sample, starts: datetime, now: datetime, vendor: UUID) -> Sequence[Past]:
    """The steps that have been taken by now."""
    taken = []
    for position, (verb, minutes) in enumerate(_STEPS):
        at = starts + timedelta(minutes=minutes + (one.minutes + 10 if position > 1 else 0))
        if position < one.upto and at <= now:
            asked: Mapping[str, Any] = {"belongings": "Поводок"} if verb == "check_in" else {}
            taken.append(Past(verb=verb, at=at, by=vendor, asked=asked))
    return taken


async def _tell(site: Site, salon: UUID, zone: ZoneInfo, vendor: UUID) -> None:
    """A report card for what is done, a question about what is under way."""
    now, by = site.clock.now(), Actor(person_id=vendor, shops=frozenset({salon}))
    begins = datetime.combine(now.astimezone(zone).date(), time(), zone) - timedelta(days=1)
    for visit, asks in await site.ask(board_of, salon, begins, now):
        if visit.ready_at is not None and await site.ask(card_of, visit.id, published=False) is None:
            done = "Мытьё, сушка, стрижка, когти, уши."
            form = CardForm(done=done, mood="calm", coat="tangles", skin="good", ears="good", nails="cut", next_weeks=6)
            await site.do(write_card, visit.id, form, by=by)
            await site.do(publish_card, visit.id, by=by)
        elif visit.state == "in_progress" and visit.species == "dog" and not asks:
            extra = NewExtra(what="Колтуны за ушами", price=Money(300_000, "KZT"), minutes=20)
            await site.do(propose, visit.id, extra, by=by)
