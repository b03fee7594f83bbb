"""What people do with shops. Other rooms and plugins call :func:`access_shop` and :func:`roles_in` before they act
for one.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from marketplace_kit.accounts.services import grant_role, person_of
from marketplace_kit.kernel.database import violated
from marketplace_kit.kernel.errors import Forbidden, Missing, SignInNeeded, StaleVersion
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.ids import human_code
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.shops.domain import (
    ADMIN,
    MEMBER_ROLES,
    OPEN,
    OWNER,
    PENDING,
    SITE_ROLE,
    STAFF,
    LastOwner,
    Shop,
    ShopOpened,
    slug_of,
)
from marketplace_kit.shops.queries import shop_page
from marketplace_kit.shops.schemas import NewShop, ShopChange, ShopSettings
from marketplace_kit.shops.tables import member_table as member
from marketplace_kit.shops.tables import shop_table

_TRIES = 5


async def open_shop(uow: UnitOfWork, form: NewShop, *, by: Actor) -> Shop:
    """Open a shop that ``by`` then owns. It waits for approval where the site wants that, else it is open at once."""
    if by.person_id is None:
        raise SignInNeeded
    shop = await _stored(uow, form, PENDING if uow.site.settings.of(ShopSettings).approval else OPEN)
    await _set_member(uow, shop.id, by.person_id, OWNER)
    if shop.state == OPEN:
        uow.record(ShopOpened(shop_id=shop.id, slug=shop.slug))
    return shop


async def _stored(uow: UnitOfWork, form: NewShop, state: str) -> Shop:
    """A new row under the first free address: the name's own, else the name's with a short code. The database says
    which is free.
    """
    base = slug_of(form.name)
    for attempt in range(_TRIES):
        suffix = human_code(4).lower() if attempt or not base else ""
        shop = Shop(
            slug="-".join(part for part in (base or "shop", suffix) if part),
            name=form.name,
            about=form.about,
            city=form.city,
            phone=form.phone,
            state=state,
            created_at=uow.at,
        )
        try:
            async with uow.session.begin_nested():
                uow.session.add(shop)
            return shop
        except IntegrityError as taken:
            if violated(taken) != "uq_shop_slug" or attempt == _TRIES - 1:
                raise
    raise AssertionError("the last attempt returns or raises")


async def edit_shop(uow: UnitOfWork, shop_id: UUID, form: ShopChange, *, by: Actor) -> Shop:
    """Change a shop's page. Refuses :class:`StaleVersion` if it was changed since the editor saw it."""
    shop = await access_shop(uow, shop_id, by=by)
    if shop.version != form.version:
        raise StaleVersion
    shop.edit(name=form.name, about=form.about, city=form.city, phone=form.phone)
    return shop


async def move_shop(uow: UnitOfWork, shop_id: UUID, verb: str, *, by: Actor) -> Shop:
    """``approve``, ``close`` or ``reopen`` a shop. Where no approval is wanted, a shop that reopens is open at once."""
    shop = await access_shop(uow, shop_id, by=by)
    opened = shop.move(verb, await roles_in(uow, shop_id, by=by))
    if verb == "reopen" and not uow.site.settings.of(ShopSettings).approval:
        opened = shop.move("approve", ("system",))
    if opened:
        uow.record(opened)
    return shop


async def add_member(uow: UnitOfWork, shop_id: UUID, person_id: UUID, role: str, *, by: Actor) -> None:
    """Let a person work for a shop, or change what they do there. Refuses :class:`Missing` for a person who is not
    there
    and :class:`LastOwner` when nobody would own the shop any more.
    """
    if role not in MEMBER_ROLES:
        raise ValueError(f"nobody can be {role} of a shop")
    await access_shop(uow, shop_id, by=by)
    await person_of(uow, person_id)
    await _set_member(uow, shop_id, person_id, role)
    owners = sa.select(sa.func.count()).select_from(member).where(member.c.shop_id == shop_id, member.c.role == OWNER)
    if not (await uow.session.execute(owners)).scalar_one():
        raise LastOwner


async def _set_member(uow: UnitOfWork, shop_id: UUID, person_id: UUID, role: str) -> None:
    statement = uow.site.database.insert(member).values(shop_id=shop_id, person_id=person_id, role=role, since=uow.at)
    await uow.session.execute(
        statement.on_conflict_do_update(index_elements=["shop_id", "person_id"], set_={"role": role})
    )
    await grant_role(uow, person_id, SITE_ROLE[role])


async def access_shop(uow: UnitOfWork, shop_id: UUID, *, by: Actor, roles: Collection[str] = (OWNER, ADMIN)) -> Shop:
    """The shop, for somebody who has one of ``roles`` there. Refuses :class:`Missing` to a stranger as for a shop
    that is
    not there, and :class:`Forbidden` to somebody who works there in another role.
    """
    shop = await uow.session.get(Shop, shop_id, with_for_update=True)
    held = await roles_in(uow, shop_id, by=by)
    if shop is None or not held:
        raise Missing
    if held.isdisjoint(roles):
        raise Forbidden
    return shop


async def roles_in(uow: UnitOfWork, shop_id: UUID, *, by: Actor) -> frozenset[str]:
    """What a person is in a shop at this moment: nothing, one of the members' roles, ``admin``, or both."""
    held = {ADMIN} & by.roles
    if by.person_id is not None:
        statement = sa.select(member.c.role).where(member.c.shop_id == shop_id, member.c.person_id == by.person_id)
        held |= set((await uow.session.execute(statement)).scalars())
    return frozenset(held)


async def ensure_shop(site: Site, form: NewShop, *, owner: UUID) -> UUID:
    """For samples: the shop with the address that this name gives, opened for ``owner`` if it is not there."""
    found = await site.ask(shop_page, slug_of(form.name), admin=True)
    if found is not None:
        return found.id
    return (await site.do(open_shop, form, by=Actor(person_id=owner))).id


async def erase(uow: UnitOfWork, person_id: UUID) -> None:
    """Forget where a person works. A shop that nobody owns any more is closed and loses its phone number."""
    mine = sa.select(member.c.shop_id).where(member.c.person_id == person_id)
    shop_ids = list((await uow.session.execute(mine)).scalars())
    await uow.session.execute(sa.delete(member).where(member.c.person_id == person_id))
    owned = sa.select(member.c.shop_id).where(member.c.role == OWNER)
    orphans = sa.select(Shop).where(shop_table.c.id.in_(shop_ids), shop_table.c.id.not_in(owned))
    for shop in (await uow.session.execute(orphans)).scalars():
        shop.forget_contacts()


__all__ = [
    "ADMIN",
    "OWNER",
    "STAFF",
    "access_shop",
    "add_member",
    "edit_shop",
    "ensure_shop",
    "erase",
    "move_shop",
    "open_shop",
    "roles_in",
]
