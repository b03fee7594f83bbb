"""Who works for a shop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol
from uuid import UUID

import sqlalchemy as sa

from marketplace_kit.accounts.domain import lookup_of
from marketplace_kit.accounts.services import grant_role, person_of
from marketplace_kit.accounts.tables import person_table as person
from marketplace_kit.kernel.audit import audit
from marketplace_kit.kernel.errors import Invalid, Missing, Problem
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.notifications.services import notify
from marketplace_kit.shops.domain import MEMBER_ROLES, OWNER, SITE_ROLE, InUse, LastOwner, NotAMember
from marketplace_kit.shops.schemas import MemberChange, NewMember
from marketplace_kit.shops.services.access import access_shop
from marketplace_kit.shops.tables import member_table as member


class Crew(Protocol):
    """Who knows by whom people are served: a facility, because the room of scheduling lies above this one."""

    async def expected(self, uow: UnitOfWork, shop_id: UUID, person_id: UUID) -> Sequence[dict[str, Any]]:
        """The visits that lie ahead of somebody who works there, as :class:`InUse` lists them."""
        ...

    async def leave(self, uow: UnitOfWork, shop_id: UUID, person_id: UUID) -> None:
        """Nobody can be booked with this person any more."""
        ...


async def add_member(uow: UnitOfWork, shop_id: UUID, person_id: UUID, role: str, *, by: Actor) -> None:
    """Let a person work for a shop, or change what they do there. Refuses :class:`Missing` for a person who is not
    there
    and :class:`LastOwner` when nobody would own the shop any more.
    """
    if role not in MEMBER_ROLES:
        raise ValueError(f"nobody can be {role} of a shop")
    await access_shop(uow, shop_id, by=by)
    await person_of(uow, person_id)
    await set_member(uow, shop_id, person_id, role)
    await _keep_an_owner(uow, shop_id)
    await _note(uow, shop_id, person_id, role, by)


async def invite_member(uow: UnitOfWork, shop_id: UUID, form: NewMember, *, by: Actor) -> UUID:
    """Let somebody who is registered work for the shop. They are told. Refuses :class:`Invalid` at ``contact`` for an
    address that nobody has proved to be theirs.
    """
    shop = await access_shop(uow, shop_id, by=by)
    by_mail = sa.and_(person.c.email_lookup == lookup_of(form.contact), person.c.email_verified_at.is_not(None))
    by_phone = sa.and_(person.c.phone == form.contact, person.c.phone_verified_at.is_not(None))
    found = sa.select(person.c.id).where(
        by_mail if "@" in form.contact else by_phone, person.c.deactivated_at.is_(None)
    )
    person_id: UUID | None = (await uow.session.execute(found)).scalar_one_or_none()
    if person_id is None:
        raise Invalid(Problem("contact", NotAMember.code, NotAMember.text))
    await set_member(uow, shop_id, person_id, form.role, title=form.title, public=form.public)
    await _keep_an_owner(uow, shop_id)
    await _note(uow, shop_id, person_id, form.role, by)
    await notify(
        uow,
        to=person_id,
        notice="shops.member_added",
        facts={"shop": shop.name or shop.slug},
        link="/sell",
        key=f"shops.member_added:{shop_id}:{person_id}:{uow.at.isoformat()}",
    )
    return person_id


async def change_member(uow: UnitOfWork, shop_id: UUID, person_id: UUID, form: MemberChange, *, by: Actor) -> None:
    """What a member does there and whether the page shows them. Refuses :class:`Missing` and :class:`LastOwner`."""
    await access_shop(uow, shop_id, by=by)
    if await _role_of(uow, shop_id, person_id) is None:
        raise Missing
    await set_member(uow, shop_id, person_id, form.role, title=form.title, public=form.public)
    await _keep_an_owner(uow, shop_id)
    await _note(uow, shop_id, person_id, form.role, by)


async def remove_member(uow: UnitOfWork, shop_id: UUID, person_id: UUID, *, by: Actor) -> None:
    """Somebody no longer works there and cannot be booked any more; everybody may leave by themselves. Refuses
    :class:`LastOwner`, and :class:`InUse` as long as somebody expects them.
    """
    leaving = by.person_id == person_id
    await access_shop(uow, shop_id, by=by, roles=(*MEMBER_ROLES, "admin") if leaving else (OWNER, "admin"))
    crew: Crew | None = uow.site.facilities.get(Crew)
    if crew is not None:
        expected = await crew.expected(uow, shop_id, person_id)
        if expected:
            raise InUse(appointments=list(expected))
        await crew.leave(uow, shop_id, person_id)
    gone = sa.delete(member).where(member.c.shop_id == shop_id, member.c.person_id == person_id)
    if (await uow.session.execute(gone.returning(member.c.person_id))).first() is None:
        raise Missing
    await _keep_an_owner(uow, shop_id)
    await _note(uow, shop_id, person_id, "", by)


async def _role_of(uow: UnitOfWork, shop_id: UUID, person_id: UUID) -> str | None:
    held = sa.select(member.c.role).where(member.c.shop_id == shop_id, member.c.person_id == person_id)
    found: str | None = (await uow.session.execute(held)).scalar_one_or_none()
    return found


async def _keep_an_owner(uow: UnitOfWork, shop_id: UUID) -> None:
    """The shop's row is held by whoever changes its members, so that two owners cannot leave past each other."""
    owners = sa.select(sa.func.count()).select_from(member).where(member.c.shop_id == shop_id, member.c.role == OWNER)
    if not (await uow.session.execute(owners)).scalar_one():
        raise LastOwner


async def _note(uow: UnitOfWork, shop_id: UUID, person_id: UUID, role: str, by: Actor) -> None:
    facts = {"person": str(person_id), "role": role or None}
    await audit(uow, by=by, act="shops.change_member", on=f"shop:{shop_id}", facts=facts)


async def set_member(uow: UnitOfWork, shop_id: UUID, person_id: UUID, role: str, **more: object) -> None:
    """Write what somebody does in a shop, and give them the site-wide role that comes with it."""
    values = {"role": role, **more}
    statement = uow.site.database.insert(member).values(shop_id=shop_id, person_id=person_id, since=uow.at, **values)
    await uow.session.execute(statement.on_conflict_do_update(index_elements=["shop_id", "person_id"], set_=values))
    await grant_role(uow, person_id, SITE_ROLE[role])
