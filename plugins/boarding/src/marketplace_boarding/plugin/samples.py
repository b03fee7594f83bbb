"""A pet hotel of Atyrau: runs and a cat house, a summer season, and guests as they would be on this day."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import attrs

from marketplace_boarding import queries, services
from marketplace_boarding.domain import KIND
from marketplace_boarding.schemas import CareForm, Lodging, NewEntry, RoomForm, SeasonForm
from marketplace_kit.accounts.queries import person_id_by_email
from marketplace_kit.kernel.errors import DomainError
from marketplace_kit.kernel.hooks import Actor, Customer
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.translated import Translated
from marketplace_kit.listings.schemas import Offer
from marketplace_kit.listings.services import ensure_listing
from marketplace_kit.orders.schemas import Wished
from marketplace_kit.orders.services import Past, ensure_order
from marketplace_kit.shops.schemas import NewShop
from marketplace_kit.shops.services import SampleShop, ensure_described_shop
from marketplace_pets import services as pets

_HOTEL = SampleShop(
    form=NewShop(name="Зоогостиница «Хвост на подушке»", city="Атырау", phone="+77016789012"),
    category="boarding",
    abouts={
        "ru": "Вольеры с выгулом и домик для кошек. Кормим по вашему расписанию, каждый вечер пишем, как прошёл день.",
        "kk": "Серуен алаңы бар вольерлер мен мысықтар үйі. Кестеңізбен тамақтандырып, кеш сайын хабар береміз.",
        "en": "Runs with a yard and a house for cats. We feed as you say and write every evening how the day was.",
    },
    address="мкр Нурсая, ул. 12, дом 5",
    directions="Ворота с лапой, въезд со стороны дачных участков.",
    point=("47.0871", "51.9562"),
    week=("08:00-20:00", "09:00-19:00", "09:00-19:00"),
    holidays_closed=False,
)


def tenge(amount: int) -> Money:
    return Money(amount * 100, "KZT")


_RUNS = Lodging(
    species=("dog",),
    includes="Тёплый вольер, три прогулки в день, камера. Корм ваш или наш.",
    max_pets=2,
    max_kg=60,
    holiday_percent=20,
    medicine_price=tenge(300),
    deposit_nights=0,
    proof_later=True,
    requires=("rabies",),
    refuses=("BITES",),
)
_CATS = Lodging(
    species=("cat", "rabbit"),
    includes="Двухэтажный домик с окном, свой лоток, тишина: собаки в другом здании.",
    max_pets=3,
    further_percent=30,
    medicine_price=tenge(300),
    arrive_from="09:00",
    by_shop=True,
)
_ROOMS = (
    ("runs", "Вольер малый", 3, 1, 15),
    ("runs", "Вольер большой", 3, 2, 60),
    ("cats", "Домик", 4, 3, None),
)
"""Which lodging, name, how many, pets in each, kilograms."""


@attrs.frozen(kw_only=True)
class _Guests:
    """``days`` are (arriving, leaving) from today; ``upto`` how many steps of the day are taken."""

    listing: UUID
    pets: str
    days: tuple[int, int]
    upto: int = 2
    customer: UUID | None = None
    guest: Customer | None = None


def _guest(name: str, phone: str) -> Customer:
    return Customer(name=name, phone=phone, locale="ru")


async def load_house(site: Site) -> None:
    """A second loading on the same day changes nothing."""
    vendor = await site.ask(person_id_by_email, "vendor@demo.kz")
    customer = await site.ask(person_id_by_email, "customer@demo.kz")
    if vendor is None or customer is None:
        return
    shop = await ensure_described_shop(site, _HOTEL, owner=vendor)
    runs = await _lodging(site, shop, "Вольер с выгулом", 6_000, _RUNS, vendor)
    cats = await _lodging(site, shop, "Домик для кошек", 4_500, _CATS, vendor)
    by = Actor(person_id=vendor, name="Гульмира", shops=frozenset({shop}))
    zone = ZoneInfo(await site.ask(services.zone_of, shop))
    today = site.clock.now().astimezone(zone).date()
    await _furnish(site, shop, {"runs": runs, "cats": cats}, today, by)
    own = {card.name: str(card.pet_id) for card in await site.ask(pets.my_pets, customer)}
    told = [
        _Guests(listing=runs, pets="dog:9000:Арчи", days=(-2, 3), guest=_guest("Салтанат", "+77015550101")),
        _Guests(listing=runs, pets="dog:32000:Рекс;dog:28000:Лада", days=(-1, 0), guest=_guest("Олег", "+77015550102")),
        _Guests(listing=cats, pets="cat:4200:Симба", days=(-3, 2), guest=_guest("Динара", "+77015550103")),
        _Guests(listing=runs, pets="dog:7000:Чарли", days=(0, 4), upto=0, guest=_guest("Ержан", "+77015550104")),
    ]
    if "Buddy" in own:
        told.append(_Guests(listing=runs, pets=own["Buddy"], days=(5, 9), upto=0, customer=customer))
    for number, one in enumerate(told):
        with suppress(DomainError):  # what a loading of yesterday has taken already
            await _load(site, one, number, zone, today, vendor)
    await _tell(site, shop, today, by)


_TITLES = {
    "Вольер с выгулом": Translated(kk="Серуен алаңы бар вольер", en="Run with a yard"),
    "Домик для кошек": Translated(kk="Мысықтарға арналған үйшік", en="Cat suite"),
}
"""What the lodgings are called in the other languages."""


async def _lodging(site: Site, shop: UUID, title: str, price: int, lodging: Lodging, vendor: UUID) -> UUID:
    offer = Offer(title=title, description=lodging.includes, price=tenge(price), titles=_TITLES[title])
    return await ensure_listing(site, shop_id=shop, kind=KIND, offer=offer, attributes=lodging, owner=vendor)


async def _furnish(site: Site, shop: UUID, lodgings: dict[str, UUID], today: date, by: Actor) -> None:
    known = {room.name for room in await site.ask(queries.room_views, shop)}
    for rank, (kind, name, places, most, kg) in enumerate(_ROOMS):
        if name not in known:
            form = RoomForm(name=name, listing=str(lodgings[kind]), places=places, max_pets=most, max_kg=kg, rank=rank)
            await site.do(services.save_room, shop, form, by=by)
    if not await site.ask(queries.season_views, shop):
        year = today.year + (today.month > 8)
        summer = SeasonForm(name="Лето", first=date(year, 6, 1), last=date(year, 8, 31), percent=15)
        await site.do(services.save_season, shop, summer, by=by)


async def _load(site: Site, one: _Guests, number: int, zone: ZoneInfo, today: date, vendor: UUID) -> None:
    arrives, leaves = (today + timedelta(days=days) for days in one.days)
    choice: dict[str, Any] = {"arrives": arrives.isoformat(), "leaves": leaves.isoformat(), "pets": one.pets}
    choice |= {"gate_note": "Паспорт с прививками показан при заселении."} if one.guest else {}
    placed = datetime.combine(min(arrives, today) - timedelta(days=3), time(18, number), zone)
    await ensure_order(
        site,
        placed_at=placed,
        wanted=[Wished(listing_id=one.listing, choice=choice)],
        customer=one.customer,
        guest=one.guest,
        by=vendor if one.guest else None,
        past=_past(one, datetime.combine(arrives, time(11), zone), site.clock.now(), vendor),
    )


def _past(one: _Guests, arrived: datetime, now: datetime, vendor: UUID) -> Sequence[Past]:
    """They came at eleven and settled in."""
    steps: tuple[tuple[str, int, dict[str, Any]], ...] = (
        ("check_in", 0, {"belongings": "Лежанка, миска"}),
        ("start", 30, {}),
    )
    taken = []
    for verb, minutes, asked in steps[: one.upto]:
        at = arrived + timedelta(minutes=minutes)
        if at <= now:
            taken.append(Past(verb=verb, at=at, by=vendor, asked=asked))
    return taken


async def _tell(site: Site, shop: UUID, today: date, by: Actor) -> None:
    """What is fed and given, and a line in the sheet of today."""
    for stay in await site.ask(queries.stays_between, shop, today, today):
        guest = stay.guests[0]
        if guest.food or stay.state != "in_progress":
            continue
        medicine = {"medicine": "Синулокс 50 мг в паштете", "medicine_times": "09:00, 21:00"}
        care = CareForm(
            food="Сухой корм, 120 г", food_times="08:00, 19:00", **(medicine if guest.name == "Арчи" else {})
        )
        await site.do(services.set_care, guest.id, care, by=by)
        walk = NewEntry(kind="walk", note="Гуляли у реки, настроение отличное.")
        await site.do(services.log, stay.id, guest.id, walk, by=by)
