"""What a shop says of itself: name, texts, place, contacts, address."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from marketplace_kit.accounts.domain import folded
from marketplace_kit.kernel.database import violated
from marketplace_kit.kernel.errors import Invalid, Missing, Problem, StaleVersion
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_kit.places.queries import categories, category_by_id, city_by_id, city_called
from marketplace_kit.places.services import read_point
from marketplace_kit.shops.domain import DRAFT, Shop, ShopChanged, slug_of
from marketplace_kit.shops.domain.contacts import handle, is_mobile, tax_id_fault
from marketplace_kit.shops.schemas import ShopAddress, ShopChange, ShopContacts, ShopPolicies, ShopProfile
from marketplace_kit.shops.services.access import access_shop
from marketplace_kit.shops.services.timetable import work_out
from marketplace_kit.shops.tables import shop_table, slug_table

_NOT_OFFERED = "Please choose one of the offered answers."
_TAX_ID = {
    "length": N_("An IIN or BIN has 12 digits."),
    "digits": N_("An IIN or BIN consists of digits only."),
    "checksum": N_("This is no IIN or BIN: its last digit does not fit the others. Look for a typing mistake."),
}
_NOT_MOBILE = N_("Messengers need a mobile number.")
_NO_HANDLE = N_("Please enter a name like @aigerim_salon, or the link to the page.")
_TAKEN = N_("This address belongs to another shop.")


async def edit_shop(uow: UnitOfWork, shop_id: UUID, form: ShopChange, *, by: Actor) -> Shop:
    """Change the first four answers about a shop; ``about`` is in the editor's language. Refuses
    :class:`StaleVersion` if it was changed since the editor saw it.
    """
    shop = await _changed(uow, shop_id, form.version, by)
    if form.city != shop.city:
        await _move_to(uow, shop, await city_called(await uow.session.connection(), form.city), form.city)
    shop.name, shop.phone = form.name, form.phone
    shop.describe(shop.abouts | {by.locale: form.about})
    return await _told(uow, shop)


async def set_profile(uow: UnitOfWork, shop_id: UUID, form: ShopProfile, *, by: Actor) -> Shop:
    """Name, category, texts in each language, tax number. The first name of a draft also gives it its address."""
    shop = await _changed(uow, shop_id, form.version, by)
    tax_id = form.tax_id.replace(" ", "")
    if tax_id and (fault := tax_id_fault(tax_id)):
        refused = Invalid(Problem("tax_id", "tax_id_invalid", _TAX_ID[fault]))
        refused.facts["reason"] = fault
        raise refused
    category_id = form.category or None
    if category_id is not None and category_id != shop.category_id:
        await _check_category(uow, shop, category_id)
    first_name = not shop.name and shop.state == DRAFT
    shop.name, shop.category_id, shop.tax_id = form.name, category_id, tax_id or None
    shop.describe({"kk": form.about_kk, "ru": form.about_ru, "en": form.about_en})
    if first_name and (slug := slug_of(form.name)):
        await _take_slug(uow, shop, slug, quietly=True)
    return await _told(uow, shop)


async def _check_category(uow: UnitOfWork, shop: Shop, category_id: str) -> None:
    connection = await uow.session.connection()
    if shop.city_id:
        known = {one.id for one in await categories(connection, city_id=shop.city_id)}
    else:
        known = {category_id} if await category_by_id(connection, category_id) else set()
    if category_id not in known:
        raise Invalid(Problem("category", "not_a_choice", _NOT_OFFERED))


async def set_contacts(uow: UnitOfWork, shop_id: UUID, form: ShopContacts, *, by: Actor) -> Shop:
    """How the shop is reached and where it is."""
    shop = await _changed(uow, shop_id, form.version, by)
    problems: list[Problem] = []
    if form.whatsapp and not is_mobile(form.whatsapp):
        problems.append(Problem("whatsapp", "phone_not_mobile", _NOT_MOBILE))
    names: dict[str, str | None] = {}
    for name, given in (("telegram", form.telegram), ("instagram", form.instagram)):
        names[name] = handle(given) if given else None
        if given and names[name] is None:
            problems.append(Problem(name, "handle_invalid", _NO_HANDLE))
    point: tuple[float | None, float | None] = (None, None)
    if form.lat or form.lon:
        try:
            read = read_point(form.lat, form.lon)
            point = (read.lat, read.lon)
        except Invalid as wrong:
            problems += wrong.problems
    connection = await uow.session.connection()
    city = await city_by_id(connection, form.city, locale="ru") if form.city else None
    if form.city and (city is None or (not city.enabled and city.id != shop.city_id)):
        problems.append(Problem("city", "not_a_choice", _NOT_OFFERED))
    if problems:
        raise Invalid(*problems)
    shop.phone, shop.whatsapp = form.phone, form.whatsapp
    shop.telegram, shop.instagram = names["telegram"], names["instagram"]
    shop.address, shop.directions = form.address, form.directions
    shop.lat, shop.lon = point
    if (city.id if city else None) != shop.city_id:
        await _move_to(uow, shop, city.id if city else None, city.name if city else "")
    return await _told(uow, shop)


async def _move_to(uow: UnitOfWork, shop: Shop, city_id: str | None, typed: str) -> None:
    """Another city may keep another time: the wall clock stays, the instants move."""
    city = await city_by_id(await uow.session.connection(), city_id) if city_id else None
    shop.city, shop.city_id = typed, city_id
    if city is not None and city.zone != shop.zone:
        shop.zone = city.zone
        await uow.session.flush()
        await work_out(uow, [shop.id])


async def set_policies(uow: UnitOfWork, shop_id: UUID, form: ShopPolicies, *, by: Actor) -> Shop:
    """The shop's rules in each language."""
    shop = await _changed(uow, shop_id, form.version, by)
    texts = {"kk": form.policies_kk, "ru": form.policies_ru, "en": form.policies_en}
    shop.policies = {language: text for language, text in texts.items() if text}
    return shop


async def rename_address(uow: UnitOfWork, shop_id: UUID, form: ShopAddress, *, by: Actor) -> Shop:
    """Give the shop another address; every former one leads to it. One that was ever another shop's is refused."""
    shop = await access_shop(uow, shop_id, by=by)
    if form.slug != shop.slug:
        await _take_slug(uow, shop, form.slug)
        uow.record(ShopChanged(shop_id=shop.id))
    return shop


async def _take_slug(uow: UnitOfWork, shop: Shop, slug: str, *, quietly: bool = False) -> None:
    own = sa.select(slug_table.c.shop_id).where(slug_table.c.slug == slug)
    holder = (await uow.session.execute(own)).scalar_one_or_none()
    try:
        async with uow.session.begin_nested():
            if holder is None:
                values = {"slug": slug, "shop_id": shop.id, "since": uow.at}
                await uow.session.execute(sa.insert(slug_table).values(values))
    except IntegrityError as taken:
        if violated(taken) != "pk_shop_slug":
            raise
        holder = UUID(int=0)
    if holder in (None, shop.id):
        shop.slug = slug
    elif not quietly:
        raise Invalid(Problem("slug", "slug_taken", _TAKEN))


async def note_rating(uow: UnitOfWork, shop_id: UUID, average: float | None, count: int) -> None:
    """What reviews say of a shop by now; the room that collects them tells it."""
    changed = sa.update(shop_table).where(shop_table.c.id == shop_id)
    changed = changed.values(rating_average=average, rating_count=count).returning(shop_table.c.id)
    if (await uow.session.execute(changed)).first() is None:
        raise Missing
    uow.record(ShopChanged(shop_id=shop_id))


async def _changed(uow: UnitOfWork, shop_id: UUID, version: int, by: Actor) -> Shop:
    shop = await access_shop(uow, shop_id, by=by)
    if shop.version != version:
        raise StaleVersion
    return shop


async def _told(uow: UnitOfWork, shop: Shop) -> Shop:
    await index_words(uow, shop)
    uow.record(ShopChanged(shop_id=shop.id))
    return shop


async def index_words(uow: UnitOfWork, shop: Any) -> None:
    """The words by which a list finds the shop."""
    connection = await uow.session.connection()
    city = await city_by_id(connection, shop.city_id) if shop.city_id else None
    category = await category_by_id(connection, shop.category_id) if shop.category_id else None
    names = [*(city.names.values() if city else ()), *(category.names.values() if category else ())]
    shop.search_text = folded(" ".join([shop.name, shop.city, shop.address, *shop.abouts.values(), *names]))
