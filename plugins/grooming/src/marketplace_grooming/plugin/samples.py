"""Groomers of Atyrau, and an owner who waits for a call."""

from __future__ import annotations

from uuid import UUID

from marketplace_grooming.domain import SERVICE
from marketplace_grooming.plugin.travelling import send_out
from marketplace_grooming.plugin.visits import load_visits
from marketplace_grooming.queries import requests_in
from marketplace_grooming.schemas import AskForCall, GroomingService
from marketplace_grooming.services import keep_request
from marketplace_kit.accounts.queries import person_id_by_email
from marketplace_kit.accounts.services import create_person
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.ids import secret_token
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.translated import Translated
from marketplace_kit.listings.schemas import Offer
from marketplace_kit.listings.services import ensure_listing
from marketplace_kit.shops.schemas import NewShop
from marketplace_kit.shops.services import SampleShop, ensure_described_shop, ensure_shop


def tenge(amount: int) -> Money:
    return Money(amount * 100, "KZT")


_RIVERSIDE = NewShop(
    name="Груминг на набережной",
    city="Атырау",
    about="Салон у реки Урал: стрижка, тримминг, экспресс-линька.",
    phone="+77014567890",
)
_AIGERIM = NewShop(
    name="«Айгерім» үй жануарларының салоны",
    city="Атырау",
    about="Иттер мен мысықтарды жуу, қырқу, тырнақ алу.",
    phone="+77013456789",
)
_PUSHOK = SampleShop(
    form=NewShop(name="Выездной груминг «Пушок»", city="Атырау", phone="+77014560022"),
    category="grooming",
    abouts={
        "ru": "Приезжаем на дом со своим столом и феном. Для тех, кому поездка в салон — стресс.",
        "kk": "Үстеліміз бен фенімізді алып, үйіңізге барамыз. Салонға бару қиын болғандарға арналған.",
        "en": "We come with our own table and dryer, for pets that a trip to the salon would upset.",
    },
    address="мкр Жулдыз, 2-я улица, 31",
    directions="Здесь только база машины: приезжаем к вам.",
    point=("47.1204", "51.9533"),
    week=("10:00-19:00", "10:00-17:00", ""),
)
_FULL = GroomingService(
    species=("dog",),
    coat="any",
    includes="Мытьё, сушка, вычёсывание, стрижка, уши, когти.",
    price_mini=tenge(7_000),
    minutes_mini=75,
    price_small=tenge(8_000),
    minutes_small=90,
    price_medium=tenge(12_000),
    minutes_medium=120,
    price_large=tenge(16_000),
    minutes_large=150,
    price_giant=tenge(22_000),
    minutes_giant=180,
    price_double=tenge(2_000),
    minutes_double=30,
    price_curly=tenge(1_000),
    minutes_curly=10,
)
_SHEDDING = GroomingService(
    species=("dog",),
    coat="double",
    requires=("rabies",),
    proof_later=True,
    includes="Два мытья, продувка феном, вычёсывание подшёрстка, когти.",
    price_medium=tenge(14_000),
    minutes_medium=150,
    price_large=tenge(18_000),
    minutes_large=180,
    price_giant=tenge(25_000),
)
_CATS = GroomingService(
    species=("cat", "rabbit"),
    coat="long",
    includes="Түйілген жүнді тарау, гигиеналық қырқу, тырнақ алу. Наркозсыз.",
    price_mini=tenge(6_000),
    minutes_mini=60,
    price_small=tenge(7_500),
    minutes_small=75,
)
_AT_HOME = GroomingService(
    species=("dog", "cat"),
    includes="Мытьё, сушка, стрижка, когти, уборка за собой.",
    home_visit=True,
    price_mini=tenge(9_000),
    minutes_mini=80,
    price_small=tenge(10_500),
    minutes_small=100,
    price_medium=tenge(15_000),
    minutes_medium=140,
)


async def load_groomers(site: Site) -> None:
    """A second loading changes nothing. The salons may be there among the shops."""
    vendor = await site.ask(person_id_by_email, "vendor@demo.kz")
    customer = await site.ask(person_id_by_email, "customer@demo.kz")
    if vendor is None or customer is None:
        return
    salon = await ensure_shop(site, _RIVERSIDE, owner=vendor)
    aigerim = await ensure_shop(site, _AIGERIM, owner=vendor)
    full = await _offer(site, salon, vendor, "Комплексный груминг собак", "Всё, что нужно, за один визит.", _FULL)
    shed = "Для хаски, корги, акит: шерсть останется у нас."
    husky = await _offer(site, salon, vendor, "Экспресс-линька", shed, _SHEDDING)
    await _offer(site, aigerim, vendor, "Мысықтарды қырқу", "Асықпай, демалыспен; шебер мысықтармен 9 жыл.", _CATS)
    traveller = await _traveller(site)
    van = await ensure_described_shop(site, _PUSHOK, owner=traveller)
    at_home = await _offer(site, van, traveller, "Груминг у вас дома", "Выезд по Атырау включён в цену.", _AT_HOME)
    await send_out(site, van, at_home, owner=traveller)
    if not await site.ask(requests_in, {salon}):
        note = "Пудель, не стригли с весны, за ушами колтуны."
        asked = AskForCall(pet_name="Бади", weight_grams=7_200, phone="+77051112233", note=note)
        await site.do(keep_request, full, by=Actor(person_id=customer), asked=asked)
    await load_visits(site, salon, full, husky, vendor=vendor, customer=customer)


_TITLES = {
    "Комплексный груминг собак": Translated(kk="Иттерге толық груминг", en="Full grooming for dogs"),
    "Экспресс-линька": Translated(kk="Түлеген жүнді тез тарау", en="Express de-shedding"),
    "Мысықтарды қырқу": Translated(ru="Стрижка кошек", en="Cat grooming"),
    "Груминг у вас дома": Translated(kk="Үйіңізде груминг", en="Grooming at your home"),
}
"""What the services are called in the other languages."""
_TEXTS = {
    "Комплексный груминг собак": Translated(
        kk="Керектің бәрі бір келгенде.", en="All that is needed in a single visit."
    ),
    "Экспресс-линька": Translated(
        kk="Хаски, корги, акитаға: жүні бізде қалады.", en="For huskies, corgis, akitas: the hair stays with us."
    ),
    "Мысықтарды қырқу": Translated(
        ru="Не спеша, с передышками; мастер с кошками девять лет.",
        en="Without hurry, with breaks; our groomer has worked with cats for nine years.",
    ),
    "Груминг у вас дома": Translated(
        kk="Атырау бойынша келу бағаға кіреді.", en="Coming to you in Atyrau is part of the price."
    ),
}


async def _offer(site: Site, shop_id: UUID, owner: UUID, title: str, text: str, service: GroomingService) -> UUID:
    price, titles, descriptions = service.price_list.cheapest, _TITLES[title], _TEXTS[title]
    offer = Offer(title=title, description=text, price=price, titles=titles, descriptions=descriptions)
    return await ensure_listing(site, shop_id=shop_id, kind=SERVICE, offer=offer, attributes=service, owner=owner)


async def _traveller(site: Site) -> UUID:
    """Somebody whose password nobody knows."""
    known = await site.ask(person_id_by_email, "pushok@demo.kz")
    if known is not None:
        return known
    return await create_person(
        site, name="Наталья Лим", email="pushok@demo.kz", password=secret_token(), roles=("vendor",), locale="ru"
    )
