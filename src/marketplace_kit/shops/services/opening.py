"""Beginning a shop."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from marketplace_kit.kernel.database import violated
from marketplace_kit.kernel.errors import SignInNeeded
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.ids import human_code
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.places.queries import city_by_id, city_called
from marketplace_kit.shops.domain import DRAFT, OPEN, OWNER, PENDING, Shop, ShopOpened, slug_of
from marketplace_kit.shops.domain.contacts import sample_tax_id
from marketplace_kit.shops.queries import shop_page
from marketplace_kit.shops.schemas import DraftShop, NewShop, ShopSettings
from marketplace_kit.shops.services.describing import index_words
from marketplace_kit.shops.services.members import set_member
from marketplace_kit.shops.tables import slug_table

_TRIES = 5
_TAKEN = {"uq_shop_slug", "pk_shop_slug"}


async def start_shop(uow: UnitOfWork, form: DraftShop | NewShop, *, by: Actor) -> Shop:
    """Begin to set a shop up; ``by`` owns it, nobody else sees it."""
    return await _begin(uow, form, DRAFT, by)


async def open_shop(uow: UnitOfWork, form: NewShop, *, by: Actor) -> Shop:
    """Open a shop at once, without setting it up (samples, imports); it waits for approval where the site wants it."""
    shop = await _begin(uow, form, PENDING if uow.site.settings.of(ShopSettings).approval else OPEN, by)
    if shop.state == OPEN:
        uow.record(ShopOpened(shop_id=shop.id, slug=shop.slug))
    return shop


async def _begin(uow: UnitOfWork, form: DraftShop | NewShop, state: str, by: Actor, tax_id: str | None = None) -> Shop:
    if by.person_id is None:
        raise SignInNeeded
    shop = await _stored(uow, form, state, by.locale, tax_id)
    await set_member(uow, shop.id, by.person_id, OWNER)
    return shop


async def _stored(uow: UnitOfWork, form: DraftShop | NewShop, state: str, locale: str, tax_id: str | None) -> Shop:
    """A new row under the first free address: the name's own, else the name's with a short code. The database says
    which is free.
    """
    connection = await uow.session.connection()
    city_id = await city_called(connection, form.city)
    city = await city_by_id(connection, city_id) if city_id else None
    base = slug_of(form.name)
    for attempt in range(_TRIES):
        suffix = human_code(4).lower() if attempt or not base else ""
        shop = Shop(
            slug="-".join(part for part in (base or "shop", suffix) if part),
            name=form.name,
            city=form.city,
            city_id=city_id,
            zone=city.zone if city else uow.site.settings.of(SiteSettings).timezone,
            phone=form.phone,
            tax_id=tax_id,
            state=state,
            state_since=uow.at,
            created_at=uow.at,
        )
        shop.describe({locale: form.about})
        await index_words(uow, shop)
        try:
            async with uow.session.begin_nested():
                uow.session.add(shop)
                await uow.session.flush()
                await keep_slug(uow, shop)
            return shop
        except IntegrityError as taken:
            if violated(taken) not in _TAKEN or attempt == _TRIES - 1:
                raise
    raise AssertionError("the last attempt returns or raises")


async def keep_slug(uow: UnitOfWork, shop: Shop) -> None:
    """The address is the shop's from now on and for ever."""
    values = {"slug": shop.slug, "shop_id": shop.id, "since": uow.at}
    await uow.session.execute(sa.insert(slug_table).values(values))


async def ensure_shop(site: Site, form: NewShop, *, owner: UUID) -> UUID:
    """For samples: the shop with the address that this name gives, opened for ``owner`` if it is not there."""
    found = await site.ask(shop_page, slug_of(form.name), admin=True)
    if found is not None:
        return found.id
    by = Actor(person_id=owner, locale=site.settings.of(SiteSettings).locale)  # samples speak as the site does
    return (await site.do(_open, form, by=by)).id


async def _open(uow: UnitOfWork, form: NewShop, *, by: Actor) -> Shop:
    """Open, whether or not the site wants to approve what people open, with a number by which it can be booked."""
    shop = await _begin(uow, form, OPEN, by, sample_tax_id(form.name))
    uow.record(ShopOpened(shop_id=shop.id, slug=shop.slug))
    return shop
