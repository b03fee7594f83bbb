"""A person's addresses: as many as are needed, one of them the default."""

from __future__ import annotations

from uuid import UUID

import msgspec
import sqlalchemy as sa

from marketplace_kit.accounts.domain import ADDRESSES, TooManyAddresses
from marketplace_kit.accounts.schemas import NewAddress
from marketplace_kit.accounts.services.people import person_of
from marketplace_kit.accounts.tables import address_table as address
from marketplace_kit.accounts.tables import person_table
from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.site import UnitOfWork


async def add_address(uow: UnitOfWork, given: NewAddress, *, by: Actor) -> UUID:
    """One more address; the first is the default. Refuses :class:`TooManyAddresses`."""
    person_id = await _in_line(uow, by)
    count = sa.select(sa.func.count()).where(address.c.person_id == person_id)
    there = (await uow.session.execute(count)).scalar_one()
    if there >= ADDRESSES:
        raise TooManyAddresses(most=ADDRESSES)
    default = given.is_default or there == 0
    if default:
        await _no_default(uow, person_id)
    values = msgspec.structs.asdict(given) | {"id": new_id(), "person_id": person_id, "created_at": uow.at}
    await uow.session.execute(sa.insert(address).values(values | {"is_default": default}))
    found: UUID = values["id"]
    return found


async def edit_address(uow: UnitOfWork, address_id: UUID, given: NewAddress, *, by: Actor) -> None:
    """Refuses :class:`Missing` for anybody else's. The default stays one until another becomes it."""
    person_id = await _in_line(uow, by)
    values = msgspec.structs.asdict(given)
    if given.is_default:
        await _no_default(uow, person_id)
    else:
        values.pop("is_default")
    await _change(uow, address_id, person_id, values)


async def choose_address(uow: UnitOfWork, address_id: UUID, *, by: Actor) -> None:
    """Make one's own address the default. Refuses :class:`Missing`."""
    person_id = await _in_line(uow, by)
    await _no_default(uow, person_id)
    await _change(uow, address_id, person_id, {"is_default": True})


async def remove_address(uow: UnitOfWork, address_id: UUID, *, by: Actor) -> None:
    """Remove one's own address; if it was the default, the oldest of the others is. Refuses :class:`Missing`."""
    person_id = await _in_line(uow, by)
    mine = sa.and_(address.c.id == address_id, address.c.person_id == person_id)
    gone = (await uow.session.execute(sa.delete(address).where(mine).returning(address.c.is_default))).first()
    if gone is None:
        raise Missing
    if gone.is_default:
        oldest = sa.select(address.c.id).where(address.c.person_id == person_id)
        first = oldest.order_by(address.c.created_at, address.c.id).limit(1).scalar_subquery()
        await uow.session.execute(sa.update(address).where(address.c.id == first).values(is_default=True))


async def _in_line(uow: UnitOfWork, by: Actor) -> UUID:
    """One change of somebody's addresses after the other: there is one default, and not one too many."""
    person = await person_of(uow, by.person_id)
    await uow.session.execute(sa.select(person_table.c.id).where(person_table.c.id == person.id).with_for_update())
    return person.id


async def _no_default(uow: UnitOfWork, person_id: UUID) -> None:
    mine = sa.and_(address.c.person_id == person_id, address.c.is_default)
    await uow.session.execute(sa.update(address).where(mine).values(is_default=False))


async def _change(uow: UnitOfWork, address_id: UUID, person_id: UUID, values: dict[str, object]) -> None:
    mine = sa.and_(address.c.id == address_id, address.c.person_id == person_id)
    changed = await uow.session.execute(sa.update(address).where(mine).values(values).returning(address.c.id))
    if changed.first() is None:
        raise Missing
