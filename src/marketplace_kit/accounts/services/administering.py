"""What admins do with people. Every act is in the audit trail, every look in the access log of whom it was about."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from marketplace_kit.accounts.domain import OwnAccount
from marketplace_kit.accounts.services.people import check_another_admin, grant_role, person_of, withdraw_role
from marketplace_kit.accounts.services.sign_ins import sign_out_everywhere
from marketplace_kit.accounts.tables import access_table
from marketplace_kit.kernel.audit import audit
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.site import UnitOfWork


async def note_access(uow: UnitOfWork, person_id: UUID, *, by: Actor, what: str) -> None:
    """Somebody of the staff looks at a person's data: the person can see who and when. Looking at oneself is no look.

    Refuses :class:`Missing` for nobody. Other rooms whose pages show a person's data to the staff call this as well.
    """
    who = by.real_person_id or by.person_id
    await person_of(uow, person_id)
    if who is not None and who != person_id:
        values = {"id": new_id(), "person_id": person_id, "by_id": who, "what": what, "at": uow.at}
        await uow.session.execute(sa.insert(access_table).values(values))


async def give_role(uow: UnitOfWork, person_id: UUID, wanted: str, *, by: Actor) -> None:
    """Refuses :class:`UnknownRole`, :class:`Missing`."""
    await person_of(uow, person_id)
    if await grant_role(uow, person_id, wanted, by=by.person_id):
        await audit(uow, by=by, act="accounts.grant_role", on=f"person:{person_id}", facts={"role": wanted})


async def take_role(uow: UnitOfWork, person_id: UUID, unwanted: str, *, by: Actor) -> None:
    """Refuses :class:`LastAdmin`, :class:`Missing`."""
    await person_of(uow, person_id)
    if await withdraw_role(uow, person_id, unwanted):
        await audit(uow, by=by, act="accounts.withdraw_role", on=f"person:{person_id}", facts={"role": unwanted})


async def deactivate(uow: UnitOfWork, person_id: UUID, *, by: Actor) -> None:
    """Close an account: signed out everywhere, and nobody signs in with it. Refuses :class:`OwnAccount`,
    :class:`LastAdmin`.
    """
    if person_id == by.person_id:
        raise OwnAccount
    person = await person_of(uow, person_id)
    await check_another_admin(uow, person_id)
    event = person.deactivate(uow.at)
    if event is not None:
        await sign_out_everywhere(uow, person_id)
        uow.record(event)
        await audit(uow, by=by, act="accounts.deactivate", on=f"person:{person_id}")


async def reactivate(uow: UnitOfWork, person_id: UUID, *, by: Actor) -> None:
    """Open a closed account again. Refuses :class:`Missing` for somebody who was erased."""
    event = (await person_of(uow, person_id)).reactivate()
    if event is not None:
        uow.record(event)
        await audit(uow, by=by, act="accounts.reactivate", on=f"person:{person_id}")


async def end_sign_ins(uow: UnitOfWork, person_id: UUID, *, by: Actor) -> None:
    """Sign a person out everywhere."""
    await sign_out_everywhere(uow, person_id)
    await audit(uow, by=by, act="accounts.end_sign_ins", on=f"person:{person_id}")
