"""Lifelike shops of one town for the demo."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import attrs

from marketplace_kit.accounts.queries import person_id_by_email
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.shops.domain import OWNER, SHOP, Shop, slug_of
from marketplace_kit.shops.domain.contacts import sample_tax_id
from marketplace_kit.shops.domain.hours import WEEKDAYS
from marketplace_kit.shops.queries import shop_page
from marketplace_kit.shops.schemas import DraftShop, NewShop, ShopContacts, ShopPolicies, ShopProfile, ShopWeek
from marketplace_kit.shops.services.describing import set_contacts, set_policies, set_profile
from marketplace_kit.shops.services.opening import ensure_shop, start_shop
from marketplace_kit.shops.services.timetable import set_week

SAMPLE_OWNER = "vendor@demo.kz"
ROUND_THE_CLOCK, WORKDAYS = "00:00-24:00", "09:00-13:00, 14:00-19:00"


@attrs.frozen(kw_only=True)
class SampleShop:
    """A shop with all that its owner would have filled in."""

    form: NewShop
    category: str
    abouts: dict[str, str]
    address: str
    directions: str = ""
    point: tuple[str, str]
    week: tuple[str, str, str]
    """Working days, Saturday, Sunday."""
    tax_id: str = ""
    """One that passes every check is made up where none is given: without it nobody could book."""
    telegram: str = ""
    instagram: str = ""
    policies: dict[str, str] = attrs.field(factory=dict)
    holidays_closed: bool = True


SAMPLE_SHOPS = (
    SampleShop(
        form=NewShop(name="Питомник «Каспий»", city="Атырау", phone="+77012345678"),
        category="breeders",
        abouts={
            "ru": "Разводим лабрадоров и корги с 2012 года. Родители с тестами, щенки растут в доме с детьми.",
            "kk": "2012 жылдан бері лабрадор мен корги өсіреміз. Ата-анасы тексерілген, күшіктер үйде өседі.",
            "en": "Labradors and corgis since 2012. Tested parents; the puppies grow up in a house with children.",
        },
        address="ул. Канцева, 14",
        directions="Частный дом с зелёными воротами, звонок слева.",
        point=("47.1175", "51.9011"),
        week=("10:00-18:00", "10:00-16:00", ""),
        tax_id="850512400333",
        instagram="caspian_kennel",
        policies={"ru": "Щенка можно посмотреть после звонка. Задаток возвращается, если помёт не состоялся."},
    ),
    SampleShop(
        form=NewShop(name="«Айгерім» үй жануарларының салоны", city="Атырау", phone="+77013456789"),
        category="grooming",
        abouts={
            "kk": "Иттер мен мысықтарды жуу, қырқу, тырнақ алу. Қорқақ жануарлармен асықпай жұмыс істейміз.",
            "ru": "Мытьё, стрижка и когти собак и кошек. С пугливыми работаем не торопясь.",
        },
        address="Сәтбаев даңғылы, 19а",
        directions="Аула жағынан кіру, екінші есік.",
        point=("47.1052", "51.9209"),
        week=(WORKDAYS, "10:00-17:00", ""),
        tax_id="240140012342",
        telegram="aigerim_salon",
        instagram="aigerim.salon",
        policies={
            "kk": "Жазылуды кемінде 6 сағат бұрын өзгертуге болады. 15 минуттан артық кешіксеңіз, уақыт қысқарады.",
            "ru": "Запись можно изменить не позже чем за 6 часов. При опоздании больше 15 минут время сокращается.",
            "en": "A visit can be changed up to 6 hours before. Being more than 15 minutes late shortens it.",
        },
    ),
    SampleShop(
        form=NewShop(name="Груминг на набережной", city="Атырау", phone="+77014567890"),
        category="grooming",
        abouts={"ru": "Салон у реки Урал: стрижка, тримминг, экспресс-линька. Выезд на дом по городу и в Балыкши."},
        address="наб. Абая, 3",
        point=("47.0998", "51.9294"),
        week=("10:00-20:00", "10:00-20:00", "11:00-17:00"),
        holidays_closed=False,
    ),
    SampleShop(
        form=NewShop(name="Caspian Cyber Café", city="Atyrau", phone="+77015678901"),
        category="cyber-cafe",
        abouts={
            "en": "Twenty fast machines, quiet rooms for study, tournaments on Fridays. Repairs while you wait.",
            "ru": "Двадцать быстрых машин, тихие комнаты для учёбы, турниры по пятницам. Ремонт при вас.",
        },
        address="пр. Азаттык, 48",
        point=("47.1142", "51.9178"),
        week=(ROUND_THE_CLOCK, ROUND_THE_CLOCK, ROUND_THE_CLOCK),
        holidays_closed=False,
    ),
)
WAITING = SampleShop(
    form=NewShop(name="Ветклиника «Мейірім»", city="Атырау", phone="+77017890123"),
    category="veterinary",
    abouts={"ru": "Приём терапевта и хирурга, прививки, УЗИ. Выезд по городу."},
    address="ул. Махамбета Утемисова, 118",
    point=("47.1110", "51.8842"),
    week=(WORKDAYS, "10:00-15:00", ""),
    tax_id="240140000203",
)


async def load_shops(site: Site) -> None:
    """Four open shops of one town, which belong to the demo's vendor."""
    owner = await site.ask(person_id_by_email, SAMPLE_OWNER)
    if owner is None:
        return
    for sample in SAMPLE_SHOPS:
        await ensure_described_shop(site, sample, owner=owner)


async def ensure_described_shop(site: Site, sample: SampleShop, *, owner: UUID) -> UUID:
    """For samples: the shop is open and filled in; what its owner has changed since stays."""
    shop_id = await ensure_shop(site, sample.form, owner=owner)
    found = await site.ask(shop_page, slug_of(sample.form.name), admin=True)
    if found is not None and found.version == 1:
        await site.do(_fill, shop_id, sample, Actor(person_id=owner))
    return shop_id


async def load_waiting(site: Site) -> None:
    """A shop that waits for an admin's answer."""
    owner = await site.ask(person_id_by_email, SAMPLE_OWNER)
    if owner is not None and await site.ask(shop_page, slug_of(WAITING.form.name), admin=True) is None:
        await site.do(_submit, Actor(person_id=owner))


async def _submit(uow: UnitOfWork, by: Actor) -> None:
    form = DraftShop(name=WAITING.form.name, city=WAITING.form.city, phone=WAITING.form.phone)
    shop = await start_shop(uow, form, by=by)
    await _fill(uow, shop.id, WAITING, by)
    shop.state = SHOP.move(shop.state, "submit", {OWNER}).name


async def _fill(uow: UnitOfWork, shop_id: UUID, sample: SampleShop, by: Actor) -> None:
    shop: Any = await uow.session.get(Shop, shop_id)
    number = sample.tax_id or sample_tax_id(sample.form.name)
    texts = {f"about_{language}": text for language, text in sample.abouts.items()}
    profile = ShopProfile(name=shop.name, category=sample.category, tax_id=number, version=shop.version, **texts)
    await set_profile(uow, shop_id, profile, by=by)
    await uow.session.flush()
    lat, lon = sample.point
    contacts = ShopContacts(
        phone=shop.phone,
        telegram=sample.telegram,
        instagram=sample.instagram,
        city=shop.city_id or "",
        address=sample.address,
        directions=sample.directions,
        lat=lat,
        lon=lon,
        version=shop.version,
    )
    await set_contacts(uow, shop_id, contacts, by=by)
    await uow.session.flush()
    workdays, saturday, sunday = sample.week
    days = dict.fromkeys(WEEKDAYS, workdays) | {"sat": saturday, "sun": sunday}
    week = ShopWeek(holidays_closed=sample.holidays_closed, version=shop.version, **days)
    await set_week(uow, shop_id, week, by=by)
    await uow.session.flush()
    rules = {f"policies_{language}": text for language, text in sample.policies.items()}
    await set_policies(uow, shop_id, ShopPolicies(version=shop.version, **rules), by=by)
