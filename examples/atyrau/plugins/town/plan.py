"""The town of the demonstration: some seventy shops of nine trades with all they offer. The same number makes the same
town; dates are counted from today.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import attrs

DATA = Path(__file__).parent
NUMBER = 2026
LANGUAGES = ("kk", "ru", "en")
HOURS = {
    "day": ("10:00-14:00, 15:00-19:00", "10:00-16:00", ""),
    "salon": ("10:00-20:00", "10:00-20:00", "11:00-18:00"),
    "late": ("10:00-21:00", "10:00-21:00", "11:00-20:00"),
    "long": ("08:00-22:00", "09:00-22:00", "09:00-20:00"),
}
"""Hours on weekdays, on Saturday and on Sunday."""


@attrs.frozen(kw_only=True)
class Offering:
    """Something that a shop offers: ``price`` in tenge, ``attributes`` as its kind declares them, ``options`` names of
    groups in ``menus.toml``. ``titles`` and ``descriptions`` say the same in every language, where the shop does.
    """

    kind: str
    title: str
    description: str
    price: int
    attributes: Mapping[str, Any]
    picture: str
    state: str = "published"
    options: tuple[str, ...] = ()
    language: str = "ru"
    titles: Mapping[str, str] = attrs.field(factory=dict)
    descriptions: Mapping[str, str] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class Section:
    """A section of a shop's menu: ``titles`` of what it offers there, ``hours`` as they are typed."""

    name: Mapping[str, str]
    titles: tuple[str, ...]
    hours: str = ""


@attrs.frozen(kw_only=True)
class Place:
    """A shop of the town with its address, hours and offers."""

    name: str
    language: str
    category: str
    about: Mapping[str, str]
    address: str
    lat: float
    lon: float
    phone: str
    hours: tuple[str, str, str]
    offerings: tuple[Offering, ...]
    sections: tuple[Section, ...] = ()


def town(today: date, number: int = NUMBER) -> tuple[Place, ...]:
    """Everything, in an order that mixes the trades."""
    dice = random.Random(number)  # noqa: S311 - a town, not a secret
    places = [
        *_trades("listings.service", ("beauty.toml", "services.toml"), dice, _services),
        *_trades("listings.product", ("goods.toml",), dice, _goods),
        *_kennels(dice, today),
        *_groomers(dice),
    ]
    dice.shuffle(places)
    # Behind the others, with dice of their own: the town before them stays as it was.
    return (*places, *_menus(random.Random(f"{number} menus")))  # noqa: S311 - likewise


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((DATA / name).read_text("utf-8"))


_STREETS: Sequence[Mapping[str, Any]] = _read("streets.toml")["street"]


def place_of(
    dice: random.Random,
    name: str,
    language: str,
    *,
    category: str,
    about: Mapping[str, str],
    hours: str,
    offerings: Sequence[Offering],
    sections: Sequence[Section] = (),
    phone: str = "",
) -> Place:
    """A place in some street of the town."""
    street = dice.choice(_STREETS)
    house = dice.randint(1, 96)
    return Place(
        name=name,
        language=language,
        category=category,
        about={code: text for code, text in about.items() if text},
        address=f"{street['kk' if language == 'kk' else 'ru']}, {house}",
        lat=round(street["lat"] + dice.uniform(-0.004, 0.004), 6),
        lon=round(street["lon"] + dice.uniform(-0.006, 0.006), 6),
        phone=phone or f"+7701{dice.randint(2_000_000, 9_999_999)}",
        hours=HOURS[hours],
        offerings=tuple(offerings),
        sections=tuple(sections),
    )


def _price(dice: random.Random, given: Sequence[int]) -> int:
    """A price as shops write it: whole hundreds, below a thousand whole tens."""
    low, high = given
    step = 100 if low >= 1000 else 10
    return round(dice.uniform(low, high) / step) * step


def _state(dice: random.Random) -> str:
    """Most offers are published; some are drafts or were put away."""
    return dice.choices(("published", "draft", "archived"), (95, 3, 2))[0]


# ── trades of the core's own kinds ───────────────────────────────────────────────────────────────


def _trades(kind: str, files: Sequence[str], dice: random.Random, offered: Any) -> Iterator[Place]:
    for trade in (trade for name in files for trade in _read(name)["vertical"]):
        about = {code: trade[f"about_{code}"] for code in LANGUAGES}
        for language in LANGUAGES:
            for name in trade[language]:
                offerings = list(offered(kind, trade, language, dice))
                category, hours = trade["category"], trade["hours"]
                yield place_of(dice, name, language, category=category, about=about, hours=hours, offerings=offerings)


_TAKES = {
    "kk": "Ұзақтығы шамамен {minutes} минут. Алдын ала жазылыңыз немесе қоңырау шалыңыз.",
    "ru": "Занимает около {minutes} минут. Запишитесь заранее или позвоните.",
    "en": "Takes about {minutes} minutes. Book ahead or give us a call.",
}
_IN_STOCK = {
    "kk": "Қоймада бар. Қала ішінде жеткіземіз немесе дүкеннен алып кетіңіз.",
    "ru": "Есть в наличии. Привезём по городу или отложим в магазине.",
    "en": "In stock. We deliver in town or keep it for you at the shop.",
}


def _said(language: str, titles: Mapping[str, Any], descriptions: Mapping[str, str]) -> dict[str, Any]:
    """The words of an offer, those of the shop's own language first."""
    return {
        "language": language,
        "title": titles[language],
        "description": descriptions[language],
        "titles": {code: titles[code] for code in LANGUAGES},
        "descriptions": {code: descriptions[code] for code in LANGUAGES},
    }


def _services(kind: str, trade: Mapping[str, Any], language: str, dice: random.Random) -> Iterator[Offering]:
    for offer in trade["offers"]:
        if dice.random() < 0.06:
            continue  # nobody offers everything
        yield Offering(
            kind=kind,
            **_said(language, offer, {code: text.format(minutes=offer["minutes"]) for code, text in _TAKES.items()}),
            price=_price(dice, offer["price"]),
            attributes={
                "minutes": offer["minutes"],
                "place": [offer.get("place", "shop")],
                "customers": offer.get("customers", "all"),
                "price_from": offer.get("from", False),
            },
            picture=trade["picture"],
            state=_state(dice),
        )


def _goods(kind: str, trade: Mapping[str, Any], language: str, dice: random.Random) -> Iterator[Offering]:
    for offer in trade["offers"]:
        brand, low, high = dice.choice(offer["brands"]), *offer["price"]
        for rank, size in enumerate(offer["sizes"]):
            # The bigger the package, the higher in its range the price.
            span = (high - low) / len(offer["sizes"])
            used = offer.get("used", False) and dice.random() < 0.3
            price = _price(dice, (low + span * rank, low + span * (rank + 0.8)))
            yield Offering(
                kind=kind,
                **_said(language, {code: f"{offer[code]} {brand}, {size}" for code in LANGUAGES}, _IN_STOCK),
                price=max(price // 2, 100) if used else price,
                attributes={
                    "brand": brand,
                    "size": size,
                    "condition": "used" if used else "new",
                    "handover": ["pickup"] if used else ["pickup", "delivery"],
                },
                picture=trade["picture"],
                state=_state(dice),
            )


# ── kennels and groomers ─────────────────────────────────────────────────────────────────────────

_KENNEL = {
    "kk": "Үйде өсіп келе жатқан күшіктер: {breed}. Ата-анасы тексерілген, құжаттары бар. Келіп танысыңыз.",
    "ru": "{breed}: щенки растут дома, родители обследованы, документы клуба. Приезжайте знакомиться.",
    "en": "{breed} puppies raised at home, parents health-tested, club papers. Come and meet them.",
}
_PUPPY = {"kk": "{breed} күшігі, {name}", "ru": "{breed}, щенок {name}", "en": "{breed} puppy {name}"}
_LITTER = {"kk": "{breed}: жаңа күшіктер", "ru": "{breed}: помёт", "en": "{breed} litter"}
_NAMES = ("Ақтөс", "Бөрі", "Жұлдыз", "Арлан", "Боня", "Рекс", "Найда", "Граф", "Лея", "Тайга", "Milo", "Sky")
_TESTS = ("hips", "elbows", "patella", "eyes", "heart", "dna")


def _kennels(dice: random.Random, today: date) -> Iterator[Place]:
    for number, kennel in enumerate(_read("animals.toml")["kennel"]):
        language = kennel["language"]
        breed = kennel["breed"][language]
        about = {language: _KENNEL[language].format(breed=breed)}
        offerings = list(_animals(kennel, breed, dice, today, also_expected=number % 2 == 0))
        yield place_of(
            dice, kennel["name"], language, category="breeders", about=about, hours="salon", offerings=offerings
        )


def _animals(
    kennel: Mapping[str, Any], breed: str, dice: random.Random, today: date, *, also_expected: bool
) -> Iterator[Offering]:
    language, born = kennel["language"], today - timedelta(days=dice.randint(20, 80))
    parents = {"dam": dice.choice(_NAMES), "sire": dice.choice(_NAMES)}
    tests = dice.sample(_TESTS, 3)
    puppies = [
        {
            "breed": breed,
            "sex": dice.choice(("male", "female")),
            "colour": dice.choice(kennel["colours"]),
            "placement": dice.choices(("available", "on_hold", "reserved", "home"), (5, 1, 2, 1))[0],
            "born": born.isoformat(),
            "health_tests": tests,
            "chipped": dice.random() < 0.5,
            **parents,
        }
        for _ in range(dice.randint(5, 8))
    ]
    breeds: Mapping[str, str] = kennel["breed"]
    told = {code: text.format(breed=breeds[code]) for code, text in _KENNEL.items()}
    for name, puppy in zip(dice.sample(_NAMES, len(puppies)), puppies, strict=True):
        titles = {code: text.format(breed=breeds[code], name=name) for code, text in _PUPPY.items()}
        said, price = _said(language, titles, told), _price(dice, kennel["price"])
        yield Offering(kind="breeder.puppy", **said, price=price, attributes=puppy, picture="dog")
    litter = {
        "breed": breed,
        "born": born.isoformat(),
        "males": sum(puppy["sex"] == "male" for puppy in puppies),
        "females": sum(puppy["sex"] == "female" for puppy in puppies),
        "health_tests": tests,
        **parents,
    }
    expected = {"breed": breed, "expected": (today + timedelta(days=dice.randint(15, 50))).isoformat(), **parents}
    for attributes in (litter, expected) if also_expected else (litter,):
        month = attributes.get("born") or attributes["expected"]
        titles = {code: f"{text.format(breed=breeds[code])}, {month[:7]}" for code, text in _LITTER.items()}
        yield Offering(
            kind="breeder.litter",
            **_said(language, titles, told),
            price=kennel["price"][0],
            attributes=attributes,
            picture="dog",
        )


def _groomers(dice: random.Random) -> Iterator[Place]:
    data = _read("animals.toml")
    for groomer in data["groomer"]:
        language = groomer["language"]
        offerings = [_groom(offer, data["grooming"]["factors"], language, dice) for offer in data["grooming"]["offers"]]
        yield place_of(
            dice,
            groomer["name"],
            language,
            category="grooming",
            about=data["grooming"]["about"],
            hours="salon",
            offerings=offerings,
        )


def _groom(offer: Mapping[str, Any], factors: Mapping[str, float], language: str, dice: random.Random) -> Offering:
    price = _price(dice, offer["price"])
    sizes = list(factors) if "dog" in offer["species"] else ["mini", "small"]
    attributes: dict[str, Any] = {"species": offer["species"], "coat": offer["coat"]}
    attributes["home_visit"] = offer.get("home_visit", False)
    for size in sizes:
        attributes[f"price_{size}"] = {"amount": round(price * factors[size] / 100) * 10_000, "currency": "KZT"}
        attributes[f"minutes_{size}"] = min(round(offer["minutes"] * factors[size] / 5) * 5, 600)
    return Offering(
        kind="grooming.service",
        **_said(language, offer, {code: text.format(minutes=offer["minutes"]) for code, text in _TAKES.items()}),
        price=price,
        attributes=attributes,
        picture="scissors",
        options=() if offer["minutes"] < 30 else ("groomer",),
    )


# ── menus ────────────────────────────────────────────────────────────────────────────────────────

OPTIONS: Mapping[str, Mapping[str, Any]] = _read("menus.toml")["options"]
"""Groups of options by name: ``add`` is what a variant costs above the offer's price, and what any other adds."""


def _menus(dice: random.Random) -> Iterator[Place]:
    for shop in _read("menus.toml")["shop"]:
        sections = [
            Section(name=one["name"], titles=tuple(o["title"] for o in one["offers"]), hours=one.get("hours", ""))
            for one in shop["section"]
        ]
        offerings = [
            Offering(
                kind="listings.product",
                title=offer["title"],
                description=offer["text"],
                language=shop["language"],
                price=offer["price"],
                attributes={"handover": ["pickup", "delivery"]},
                picture=shop["picture"],
                options=tuple(offer.get("options", ())),
            )
            for one in shop["section"]
            for offer in one["offers"]
        ]
        yield place_of(
            dice,
            shop["name"],
            shop["language"],
            category=shop["category"],
            about=shop["about"],
            hours=shop["hours"],
            offerings=offerings,
            sections=sections,
        )
