"""What can be chosen of a listing, set by whoever works on it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import attrs
import sqlalchemy as sa
from sqlalchemy.orm.attributes import flag_modified

from marketplace_kit.kernel.errors import Invalid, Problem, StaleVersion
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.listings.domain import ARCHIVED, PUBLISHED, Listing, ListingArchived
from marketplace_kit.listings.domain.options import MODIFIER, UNKNOWN, VARIANT, OptionGroup, check_groups
from marketplace_kit.listings.queries.options import option_groups
from marketplace_kit.listings.services.choosing import reprice
from marketplace_kit.listings.services.following import Seen, follow
from marketplace_kit.listings.services.offering import access_listing
from marketplace_kit.listings.services.reviewing import look_again
from marketplace_kit.listings.tables import option_group_table, option_table

# Ranks are set in two steps, first out of the way: no two rows ever have the same one.
_ASIDE = 1_000


async def set_options(
    uow: UnitOfWork, listing_id: UUID, *, version: int, groups: Sequence[OptionGroup], by: Actor
) -> Listing:
    """Put these groups in place of those that a listing has; what keeps its id stays the same one. Refuses
    :class:`StaleVersion` if the listing was changed since ``version`` was read, :class:`ListingArchived`, and Invalid
    with every problem (``one_variant_group``, ``min_above_max``, ``sku_taken``, ``too_many``, ``unknown_option``).
    """
    listing = await access_listing(uow, listing_id, by=by)
    if listing.version != version:
        raise StaleVersion
    if listing.state == ARCHIVED:
        raise ListingArchived
    known = await option_groups(await uow.session.connection(), listing_id)
    groups, doubled = _settled(groups, known)
    problems = [*check_groups(groups), *doubled]
    if problems:
        raise Invalid(*problems)
    before = Seen.of(listing)
    await _store(uow, listing_id, known, groups)
    await reprice(uow, listing, groups)
    # The version stands for the options too, also where neither price nor number of them changes.
    flag_modified(listing, "option_groups")
    if listing.state == PUBLISHED and _words(known) != _words(groups):
        await look_again(uow, listing, by=by)
    await follow(uow, listing, before)
    return listing


async def lay_out(uow: UnitOfWork, options: Sequence[tuple[UUID, OptionGroup, int]]) -> None:
    """Store groups that nobody has yet, of many listings in two statements: (listing, group, its rank)."""
    if not options:
        return
    await uow.session.execute(sa.insert(option_group_table), [_group_row(*one) for one in options])
    rows = [row for _, group, _ in options for row in _option_rows(group)]
    if rows:
        await uow.session.execute(sa.insert(option_table), rows)


def _settled(
    groups: Sequence[OptionGroup], known: Sequence[OptionGroup]
) -> tuple[tuple[OptionGroup, ...], list[Problem]]:
    """The groups with ids of this listing only: whatever has one that is not is new and gets its own, so that nobody
    reaches for another listing's options. The same one twice is a problem.
    """
    mine = {group.id for group in known} | {option.id for group in known for option in group.options}
    seen: set[UUID] = set()
    problems: list[Problem] = []

    def settle(one: UUID, path: str) -> UUID:
        if one in seen:
            problems.append(Problem(f"{path}.id", "unknown_option", UNKNOWN))
        seen.add(one)
        return one if one in mine else new_id()

    settled = []
    for number, group in enumerate(groups):
        path = f"groups.{number}"
        options = tuple(
            attrs.evolve(option, id=settle(option.id, f"{path}.options.{place}"))
            for place, option in enumerate(group.options)
        )
        settled.append(attrs.evolve(group, id=settle(group.id, path), options=options))
    return tuple(settled), problems


def _words(groups: Iterable[OptionGroup]) -> list[Any]:
    return [(dict(group.names), [dict(option.names) for option in group.options]) for group in groups]


async def _store(
    uow: UnitOfWork, listing_id: UUID, known: Sequence[OptionGroup], groups: Sequence[OptionGroup]
) -> None:
    g, o = option_group_table, option_table
    kept = {group.id for group in groups}
    kept_options = {option.id for group in groups for option in group.options}
    gone = [group.id for group in known if group.id not in kept]
    gone_options = [option.id for group in known for option in group.options if option.id not in kept_options]
    mine = sa.select(g.c.id).where(g.c.listing_id == listing_id)
    session = uow.session
    # An option that moves to another group must not go down with the one that it leaves.
    if gone_options:
        await session.execute(sa.delete(o).where(o.c.id.in_(gone_options)))
    if known:
        await session.execute(sa.update(g).where(g.c.listing_id == listing_id).values(rank=g.c.rank + _ASIDE))
        await session.execute(sa.update(o).where(o.c.group_id.in_(mine)).values(rank=o.c.rank + _ASIDE, sku=""))
    placed = sorted(enumerate(groups), key=lambda one: one[1].kind == VARIANT)  # the old variants make room first
    if gone and any(group.kind == VARIANT for _, group in placed):
        await session.execute(sa.update(g).where(g.c.id.in_(gone)).values(kind=MODIFIER))
    await _kept(uow, g, [_group_row(listing_id, group, rank) for rank, group in placed])
    await _kept(uow, o, [row for group in groups for row in _option_rows(group)])
    if gone:
        await session.execute(sa.delete(g).where(g.c.id.in_(gone)))


async def _kept(uow: UnitOfWork, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    insert = uow.site.database.insert(table)
    fresh = {c.name: insert.excluded[c.name] for c in table.c if c.name != "id"}
    await uow.session.execute(insert.on_conflict_do_update(index_elements=["id"], set_=fresh), rows)


def _group_row(listing_id: UUID, group: OptionGroup, rank: int) -> dict[str, Any]:
    return {
        "id": group.id,
        "listing_id": listing_id,
        "kind": group.kind,
        "names": dict(group.names),
        "least": group.least,
        "most": group.most,
        "rank": rank,
    }


def _option_rows(group: OptionGroup) -> list[dict[str, Any]]:
    return [
        {
            "id": option.id,
            "group_id": group.id,
            "names": dict(option.names),
            "price_amount": None if option.price is None else option.price.amount,
            "price_currency": None if option.price is None else option.price.currency,
            "minutes": option.minutes,
            "sku": option.sku,
            "available": option.available,
            "rank": rank,
        }
        for rank, option in enumerate(group.options)
    ]
