"""Building the town on a site: each shop with all it has in one unit of work, so that an interrupted loading goes on
where it was.
"""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from itertools import cycle
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from marketplace_site_plugins_town.plan import NUMBER, OPTIONS, Offering, Place, Section, town

from marketplace_kit.accounts.queries import person_id_by_email
from marketplace_kit.accounts.services import create_person
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.ids import secret_token
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.pictures import Encoded
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.kernel.translated import Translated
from marketplace_kit.listings.domain.menus import MenuSection
from marketplace_kit.listings.domain.options import VARIANT, Option, OptionGroup
from marketplace_kit.listings.queries import Criteria, active_kinds, browse
from marketplace_kit.listings.schemas import Offer, read_attributes
from marketplace_kit.listings.services import Ware, ensure_photos, set_menu, stock
from marketplace_kit.shops.domain import slug_of
from marketplace_kit.shops.domain.contacts import sample_tax_id
from marketplace_kit.shops.domain.hours import read_day
from marketplace_kit.shops.queries import owners_of, shop_list, shop_page
from marketplace_kit.shops.schemas import DraftShop, ShopContacts, ShopProfile, ShopWeek
from marketplace_kit.shops.services import (
    ensure_shop_photos,
    go_live,
    move_shop,
    set_contacts,
    set_profile,
    set_week,
    start_shop,
)
from marketplace_kit.web import media
from marketplace_kit.web.illustrations import illustration

OWNERS = (
    ("Асель Нурланова", "kk"),
    ("Тимур Абдрахманов", "ru"),
    ("Гаухар Есенова", "kk"),
    ("Олег Пак", "ru"),
    ("Динара Калиева", "ru"),
    ("Мұрат Сейітов", "kk"),
    ("Светлана Громова", "ru"),
    ("Ержан Бекжанов", "kk"),
    ("Алия Досова", "ru"),
    ("Руслан Хамитов", "ru"),
    ("Сәуле Жақсыбаева", "kk"),
    ("Emily Carter", "en"),
)
PICTURES_OF_EACH = 6
"""So many pictures are drawn of each motif; the offers share them."""
LATER = {7: "pause", 23: "close", 33: "hide", 41: "suspend"}
"""What became of some shops since: by their place in the town."""
SIGNS = {
    "barbershop": "scissors",
    "beauty-salon": "leaf",
    "boarding": "house",
    "breeders": "dog",
    "cafe": "cup",
    "cyber-cafe": "screen",
    "grooming": "paw",
    "pet-shop": "bag",
    "retail": "bag",
    "service-centre": "tools",
    "veterinary": "cross",
}
"""What stands on the picture of a shop, by its category."""
UNFINISHED = (13, 52)
"""Shops that are still being set up."""
APART = 1000
"""The number of shops that stand apart from the plan: nothing happens to them later."""
BECAUSE = {
    "suspend": "Не отвечает на звонки клиентов третью неделю.",
    "hide": "На фотографиях другой магазин. Замените их, и мы снова покажем вас в списках.",
}
"""What those who look after the site did to a shop, and why."""


async def load_town(site: Site) -> None:
    """Everything that is not there yet; loading twice changes nothing."""
    zone = ZoneInfo(site.settings.of(SiteSettings).timezone)
    await settle(site, town(site.clock.now().astimezone(zone).date()))


async def settle(site: Site, places: Sequence[Place]) -> None:
    """These places, with people who own them."""
    owners = [await _owner(site, name, locale) for name, locale in OWNERS]
    admin = await site.ask(person_id_by_email, "admin@demo.kz")
    pictures = await _pictures(site, places)
    for number, place in enumerate(places):
        if await site.ask(shop_page, slug_of(place.name), admin=True) is None:
            await site.do(_settle, number, place, owners[number % len(owners)], admin, pictures)


async def settle_one(site: Site, place: Place, owner: Actor) -> None:
    """One more shop, in the hands of somebody who is there already."""
    if await site.ask(shop_page, slug_of(place.name), admin=True) is None:
        await site.do(_settle, APART, place, owner, None, await _pictures(site, [place]))


async def _owner(site: Site, name: str, locale: str) -> Actor:
    """Somebody whose password nobody knows."""
    email = f"{slug_of(name)}@demo.kz"
    person_id = await site.ask(person_id_by_email, email) or await create_person(
        site, name=name, email=email, password=secret_token(), roles=("vendor",), locale=locale
    )
    return Actor(person_id=person_id, name=name, locale=locale, roles=frozenset({"vendor"}))


async def _pictures(site: Site, places: Sequence[Place]) -> dict[str, list[Encoded]]:
    motifs = sorted({offering.picture for place in places for offering in place.offerings})
    drawn = {motif: [illustration(f"{motif} {n}", motif) for n in range(PICTURES_OF_EACH)] for motif in motifs}
    await media.store(site, [picture for pictures in drawn.values() for picture in pictures])
    return drawn


async def decorate(site: Site) -> None:
    """Pictures for every shop, and for what the verticals' own samples offer."""
    own = {place.name for place in town(site.clock.now().date())}
    async for shop in _all(site, shop_list):
        if shop.photo is None and (owners := await site.ask(owners_of, shop.id)):
            motif = SIGNS.get(shop.category_id or "", "house")
            await ensure_shop_photos(site, shop.id, illustration(shop.slug, motif), shop.name, owner=owners[0])
    async for card in _all(site, browse, Criteria(now=site.clock.now()), active_kinds(site)):
        if card.photo is None and card.shop.name not in own and (owners := await site.ask(owners_of, card.shop.id)):
            motif = site.registry.listing_kinds[card.kind].icon
            await ensure_photos(site, card.id, illustration(str(card.title), motif), card.title, owner=owners[0])


async def _all(site: Site, query: Any, *words: Any) -> AsyncIterator[Any]:
    cursor = None
    while True:
        found = await site.ask(query, *words, cursor=cursor, limit=100)
        for item in found.items:
            yield item
        if (cursor := found.next) is None:
            return


async def _settle(
    uow: UnitOfWork,
    number: int,
    place: Place,
    owner: Actor,
    admin: UUID | None,
    pictures: Mapping[str, list[Encoded]],
) -> None:
    shop = await start_shop(uow, DraftShop(name=place.name, city="Атырау"), by=owner)
    await uow.session.flush()
    if number in UNFINISHED:
        return
    about = {f"about_{code}": text for code, text in place.about.items()}
    number_of = sample_tax_id(place.name)
    profile = ShopProfile(name=place.name, category=place.category, tax_id=number_of, version=shop.version, **about)
    await set_profile(uow, shop.id, profile, by=owner)
    await uow.session.flush()
    contacts = ShopContacts(
        phone=place.phone,
        whatsapp=place.phone,
        city="atyrau",
        address=place.address,
        lat=str(place.lat),
        lon=str(place.lon),
        version=shop.version,
    )
    await set_contacts(uow, shop.id, contacts, by=owner)
    await uow.session.flush()
    weekday, saturday, sunday = place.hours
    days = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), weekday)
    await set_week(uow, shop.id, ShopWeek(version=shop.version, sat=saturday, sun=sunday, **days), by=owner)
    await uow.session.flush()
    ids = await stock(uow, shop.id, _wares(uow, number, place, pictures), by=_id(owner))
    if place.sections:
        by_title = {offering.title: one for offering, one in zip(place.offerings, ids, strict=True)}
        await set_menu(uow, shop.id, version=0, sections=[_section(one, by_title) for one in place.sections], by=owner)
    await go_live(uow, shop.id, by=owner)
    if verb := LATER.get(number):
        judge = Actor(person_id=admin, roles=frozenset({"admin"})) if verb in BECAUSE and admin else owner
        await move_shop(uow, shop.id, verb, by=judge, reason=BECAUSE.get(verb, ""))


def _wares(uow: UnitOfWork, number: int, place: Place, pictures: Mapping[str, list[Encoded]]) -> list[Ware]:
    dice = random.Random(f"{NUMBER} {number}")  # noqa: S311 - a town, not a secret
    turns = {motif: cycle(drawn) for motif, drawn in pictures.items()}
    return [_ware(uow, offering, next(turns[offering.picture]), dice) for offering in place.offerings]


def _ware(uow: UnitOfWork, offering: Offering, photo: Encoded, dice: random.Random) -> Ware:
    kind = uow.site.registry.listing_kinds[offering.kind]
    price = Money(offering.price * 100, "KZT")
    return Ware(
        kind=offering.kind,
        offer=Offer(
            title=offering.title,
            description=offering.description,
            price=price,
            language=offering.language,
            titles=Translated.of(offering.titles),
            descriptions=Translated.of(offering.descriptions),
        ),
        attributes=read_attributes(kind.attributes, offering.attributes),
        state=offering.state,
        created_at=uow.at - timedelta(minutes=dice.randint(60, 90 * 24 * 60)),
        options=tuple(_group(OPTIONS[name], price) for name in offering.options),
        photo=photo if dice.random() < 0.9 else None,  # some never find the time
    )


def _group(given: Mapping[str, Any], price: Money) -> OptionGroup:
    variant = given["kind"] == VARIANT

    def added(option: Mapping[str, Any]) -> Money | None:
        if "add" not in option:
            return None
        amount = Money(option["add"] * 100, price.currency)
        return price + amount if variant else amount

    return OptionGroup(
        kind=given["kind"],
        names=given["name"],
        least=1 if variant else given.get("least", 0),
        most=1 if variant else given.get("most"),
        options=tuple(
            Option(
                names=option["name"],
                price=added(option),
                minutes=option.get("minutes", 0),
                sku=option.get("sku", ""),
                available=not option.get("sold_out", False),
            )
            for option in given["of"]
        ),
    )


def _section(section: Section, by_title: Mapping[str, UUID]) -> MenuSection:
    hours = read_day(section.hours)
    return MenuSection(
        names=section.name,
        hours=hours[0] if hours else None,
        listings=tuple(by_title[title] for title in section.titles),
    )


def _id(actor: Actor) -> UUID:
    if actor.person_id is None:
        raise ValueError("a shop is somebody's")
    return actor.person_id
