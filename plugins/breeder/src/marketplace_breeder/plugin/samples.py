"""Two kennels of Atyrau: a litter at home with its puppies, one that is expected, and families who ask."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import attrs

from marketplace_breeder.domain import AVAILABLE, HOME, LITTER, ON_HOLD, PUPPY, RESERVED
from marketplace_breeder.schemas import Litter, Puppy
from marketplace_breeder.services import keep_interest
from marketplace_kit.accounts.queries import person_id_by_email
from marketplace_kit.accounts.services import create_person
from marketplace_kit.kernel.fields import Form
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.ids import secret_token
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.translated import Translated
from marketplace_kit.listings.schemas import Offer
from marketplace_kit.listings.services import ensure_listing, favourite
from marketplace_kit.shops.schemas import NewShop
from marketplace_kit.shops.services import SampleShop, ensure_described_shop, ensure_shop

HEALTH = ("hips", "elbows", "eyes", "dna")


@attrs.frozen
class Kennel:
    """Where the animals of a sample are offered."""

    shop_id: UUID
    owner: UUID
    today: date


async def load_kennels(site: Site) -> None:
    """Dates are counted from today; a second loading changes nothing. The first kennel may be there among the shops."""
    vendor = await site.ask(person_id_by_email, "vendor@demo.kz")
    customer = await site.ask(person_id_by_email, "customer@demo.kz")
    if vendor is None or customer is None:
        return
    await _labradors(await _kennel(site, _KASPIY, vendor), site, customer)
    breeder = await _second_breeder(site)
    await _tazys(Kennel(await ensure_described_shop(site, _TAZY, owner=breeder), breeder, _today(site)), site)


_KASPIY = NewShop(
    name="Питомник «Каспий»",
    city="Атырау",
    about=(
        "Лабрадоры с 2012 года. Родители с тестами на суставы, глаза и ДНК, щенки растут в доме, "
        "среди людей и других собак. Приезжайте познакомиться: показываем маму, отвечаем на вопросы и остаёмся "
        "на связи всю жизнь собаки."
    ),
    phone="+77012345678",
)
_TAZY = SampleShop(
    form=NewShop(name="Питомник «Ақ Тазы»", city="Атырау", phone="+77012340011"),
    category="breeders",
    abouts={
        "ru": "Казахские тазы рабочего разведения. Один-два помёта в год, щенки с документами клуба.",
        "kk": "Жұмысқа бейім қазақ тазылары. Жылына бір-екі рет күшіктейді, күшіктерге клуб құжаты беріледі.",
        "en": "Kazakh Tazys from working lines. One or two litters a year, puppies with the club's papers.",
    },
    address="с. Дамба, ул. Балықшылар, 7",
    directions="По дороге на Дамбу, второй поворот после моста.",
    point=("46.9902", "51.7463"),
    week=("10:00-18:00", "10:00-18:00", ""),
    tax_id="850512400333",
)


async def _kennel(site: Site, form: NewShop, owner: UUID) -> Kennel:
    return Kennel(await ensure_shop(site, form, owner=owner), owner, _today(site))


def _today(site: Site) -> date:
    return site.clock.now().astimezone(ZoneInfo(site.settings.of(SiteSettings).timezone)).date()


async def _second_breeder(site: Site) -> UUID:
    """Somebody whose password nobody knows."""
    known = await site.ask(person_id_by_email, "taazy@demo.kz")
    if known is not None:
        return known
    return await create_person(
        site, name="Гүлнар Ахметова", email="taazy@demo.kz", password=secret_token(), roles=("vendor",), locale="kk"
    )


async def _labradors(kennel: Kennel, site: Site, customer: UUID) -> None:
    born = kennel.today - timedelta(days=38)
    litter = Litter(
        breed="Лабрадор-ретривер",
        born=born,
        males=3,
        females=3,
        dam="Аиша Каспий",
        sire="Батыр с Урала",
        registration="UCK 4417/26",
        health_tests=HEALTH,
    )
    text = "Шесть щенков от спокойной рабочей пары. Щенки уже пробуют корм, знакомы с пылесосом и детьми."
    await _offer(kennel, site, LITTER, "Помёт Аиши и Батыра", text, None, litter)
    listed = [
        await _offer(kennel, site, PUPPY, title, text, Money(price * 100, "KZT"), _labrador(born, **own))
        for title, text, price, own in _PUPPIES
    ]
    by = Actor(person_id=customer)
    await site.do(favourite, listed[2], by=by)
    words = "Здравствуйте! Живём в частном доме, двое детей, 7 и 10 лет. Можно приехать в субботу?"
    await site.do(keep_interest, listed[0], by=by, message=words)


def _labrador(born: date, sex: str, colour: str, collar: str, placement: str) -> Puppy:
    return Puppy(
        breed="Лабрадор-ретривер",
        sex=sex,
        colour=colour,
        placement=placement,
        born=born,
        collar=collar,
        dam="Аиша Каспий",
        sire="Батыр с Урала",
        health_tests=HEALTH,
        chipped=placement == HOME,
    )


_PUPPIES = (
    (
        "Арлан, красный ошейник",
        "Самый крупный и спокойный: первым приходит к людям и последним уходит. Хорош для семьи с детьми.",
        350_000,
        {"sex": "male", "colour": "чёрный", "collar": "красный", "placement": AVAILABLE},
    ),
    (
        "Алтын, жёлтый ошейник",
        "Весёлая и смелая, любит воду. Ей подойдут люди, которые много гуляют.",
        370_000,
        {"sex": "female", "colour": "шоколадный", "collar": "жёлтый", "placement": AVAILABLE},
    ),
    (
        "Айла, белый ошейник",
        "Нежная и внимательная, быстро учится. Пока держим для одной семьи.",
        370_000,
        {"sex": "female", "colour": "палевый", "collar": "белый", "placement": ON_HOLD},
    ),
    (
        "Барс, синий ошейник",
        "Охотно носит предметы, ищет глазами хозяина. Зарезервирован.",
        350_000,
        {"sex": "male", "colour": "чёрный", "collar": "синий", "placement": RESERVED},
    ),
    (
        "Дала, зелёный ошейник",
        "Осторожная с незнакомыми, ласковая со своими. Ищем спокойный дом без маленьких детей.",
        340_000,
        {"sex": "female", "colour": "палевый", "collar": "зелёный", "placement": AVAILABLE},
    ),
)


async def _tazys(kennel: Kennel, site: Site) -> None:
    expected = Litter(
        breed="Казахская тазы",
        expected=kennel.today + timedelta(days=24),
        dam="Құралай",
        sire="Қыран",
        registration="KZ-TAZY 0219",
        health_tests=("heart", "eyes"),
    )
    text = "Оба родителя работают по зайцу. Семьи записываем заранее: расскажите, где будет жить собака."
    await _offer(kennel, site, LITTER, "Құралай × Қыран: ждём щенков", text, None, expected)
    grown = Puppy(
        breed="Казахская тазы",
        sex="male",
        colour="палевый",
        placement=HOME,
        born=kennel.today - timedelta(days=92),
        dam="Сұлу",
        sire="Қыран",
        chipped=True,
    )
    text = "Последний щенок прошлого помёта. Уехал в Кульсары, присылает фотографии."
    await _offer(kennel, site, PUPPY, "Желаяқ", text, Money(400_000_00, "KZT"), grown)


_TITLES = {
    "Помёт Аиши и Батыра": Translated(kk="Айша мен Батырдың күшіктері", en="Litter of Aisha and Batyr"),
    "Арлан, красный ошейник": Translated(kk="Арлан, қызыл қарғыбау", en="Arlan, red collar"),
    "Алтын, жёлтый ошейник": Translated(kk="Алтын, сары қарғыбау", en="Altyn, yellow collar"),
    "Айла, белый ошейник": Translated(kk="Айла, ақ қарғыбау", en="Aila, white collar"),
    "Барс, синий ошейник": Translated(kk="Барс, көк қарғыбау", en="Bars, blue collar"),
    "Дала, зелёный ошейник": Translated(kk="Дала, жасыл қарғыбау", en="Dala, green collar"),
    "Құралай × Қыран: ждём щенков": Translated(
        kk="Құралай × Қыран: күшік күтеміз", en="Quralai × Qyran: puppies expected"
    ),
    "Желаяқ": Translated(kk="Желаяқ", en="Zhelayaq"),
}
"""What they are called in the other languages."""


async def _offer(
    kennel: Kennel, site: Site, kind: str, title: str, text: str, price: Money | None, attributes: Form
) -> UUID:
    # A name in Kazakh letters in a Russian title: the language is said.
    offer = Offer(title=title, description=text, price=price, language="ru", titles=_TITLES[title])
    return await ensure_listing(
        site, shop_id=kennel.shop_id, kind=kind, offer=offer, attributes=attributes, owner=kennel.owner
    )
