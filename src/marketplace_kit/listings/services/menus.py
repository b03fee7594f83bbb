"""A shop's menu, arranged by whoever works on its listings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import attrs
import sqlalchemy as sa

from marketplace_kit.kernel.errors import Invalid, Problem, StaleVersion
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.listings.domain import MAY_EDIT
from marketplace_kit.listings.domain.menus import UNKNOWN_SECTION, MenuSection, check_menu
from marketplace_kit.listings.queries.menus import menu_of
from marketplace_kit.listings.schemas.menus import mask_of
from marketplace_kit.listings.tables import listing_table, menu_entry_table, menu_section_table, menu_table
from marketplace_kit.shops.services import access_shop

_ASIDE = 1_000


async def set_menu(uow: UnitOfWork, shop_id: UUID, *, version: int, sections: Sequence[MenuSection], by: Actor) -> int:
    """Put these sections in place of a shop's menu; the new version. Refuses :class:`Missing` to strangers,
    :class:`StaleVersion` if it was changed since ``version`` was read (0: there was none), and Invalid with every
    problem (``unknown_listing``, ``listing_twice``, ``too_many``).
    """
    await access_shop(uow, shop_id, by=by, roles=MAY_EDIT)
    session = uow.session
    fresh = uow.site.database.insert(menu_table).values(shop_id=shop_id, version=0)
    await session.execute(fresh.on_conflict_do_nothing())
    m = menu_table.c
    taken = sa.update(menu_table).where(m.shop_id == shop_id, m.version == version).values(version=m.version + 1)
    if (await session.execute(taken.returning(m.version))).first() is None:
        raise StaleVersion
    _, known = await menu_of(await session.connection(), shop_id)
    sections, problems = _settled(sections, known)
    named = {listing for section in sections for listing in section.listings}
    problems += check_menu(sections, await _of_shop(uow, shop_id, named))
    if problems:
        raise Invalid(*problems)
    await _store(uow, shop_id, known, sections)
    return version + 1


def _settled(
    sections: Sequence[MenuSection], known: Sequence[MenuSection]
) -> tuple[tuple[MenuSection, ...], list[Problem]]:
    """The sections with ids of this shop only: one that is not is new, and gets its own."""
    mine = {section.id for section in known}
    seen: set[UUID] = set()
    problems = []
    settled = []
    for number, section in enumerate(sections):
        if section.id in seen:
            problems.append(Problem(f"sections.{number}.id", "unknown_section", UNKNOWN_SECTION))
        seen.add(section.id)
        settled.append(section if section.id in mine else attrs.evolve(section, id=new_id()))
    return tuple(settled), problems


async def _of_shop(uow: UnitOfWork, shop_id: UUID, ids: set[UUID]) -> set[UUID]:
    t = listing_table.c
    wanted = sa.select(t.id).where(t.shop_id == shop_id, t.id.in_(ids))
    return set((await uow.session.execute(wanted)).scalars())


async def _store(uow: UnitOfWork, shop_id: UUID, known: Sequence[MenuSection], sections: Sequence[MenuSection]) -> None:
    s, e, session = menu_section_table, menu_entry_table, uow.session
    kept = {section.id for section in sections}
    if known:
        await session.execute(sa.delete(e).where(e.c.section_id.in_([section.id for section in known])))
        gone = [section.id for section in known if section.id not in kept]
        await session.execute(sa.delete(s).where(s.c.id.in_(gone)))
        # First out of the way: no two sections ever have the same rank.
        await session.execute(sa.update(s).where(s.c.shop_id == shop_id).values(rank=s.c.rank + _ASIDE))
    if sections:
        insert = uow.site.database.insert(s)
        fresh = {c.name: insert.excluded[c.name] for c in s.c if c.name != "id"}
        rows = [_row(shop_id, section, rank) for rank, section in enumerate(sections)]
        await session.execute(insert.on_conflict_do_update(index_elements=["id"], set_=fresh), rows)
    entries = [
        {"listing_id": listing, "section_id": section.id, "rank": rank}
        for section in sections
        for rank, listing in enumerate(section.listings)
    ]
    if entries:
        await session.execute(sa.insert(e), entries)


def _row(shop_id: UUID, section: MenuSection, rank: int) -> dict[str, Any]:
    return {
        "id": section.id,
        "shop_id": shop_id,
        "names": dict(section.names),
        "rank": rank,
        "days": mask_of(section.days),
        "opens": section.hours.opens if section.hours else None,
        "closes": section.hours.closes if section.hours else None,
    }
