"""A shop's listings out to a sheet and back in: all lines or none."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.errors import Invalid, Missing, Problem
from marketplace_kit.kernel.fields import raw_of
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.listings.domain import ARCHIVED, MAY_EDIT, ListingArchived
from marketplace_kit.listings.queries import active_kinds
from marketplace_kit.listings.schemas.sheets import ImportReport, Row, RowProblem, Sheet, decoded, written
from marketplace_kit.listings.services.offering import access_listing, create, edit, reworded
from marketplace_kit.listings.tables import listing_table
from marketplace_kit.shops.services import access_shop

_COLUMNS = tuple(
    listing_table.c[name]
    for name in (
        "id",
        "kind",
        "state",
        "title",
        "description",
        "language",
        "titles",
        "descriptions",
        "price_amount",
        "price_currency",
        "attributes",
    )
)


class _DryRun(Exception):
    """Ends a unit in which everything was tried, so that nothing of it is stored."""

    def __init__(self, counts: dict[str, int]) -> None:
        super().__init__()
        self.counts = counts


async def export_listings(site: Site, shop_id: UUID, *, by: Actor) -> str:
    """A shop's listings that are not put away, as CSV. Refuses :class:`Missing` to whoever does not work there."""
    await site.do(_accessed, shop_id, by=by)
    rows = await site.ask(_of_shop, shop_id)
    return written(rows, active_kinds(site))


async def import_listings(site: Site, shop_id: UUID, content: bytes | str, *, by: Actor, dry_run: bool) -> ImportReport:
    """Make and change listings as a sheet says: new lines are drafts, lines with an id change what they name. Refuses
    :class:`NotASheet`; Invalid with every problem of every line, with nothing stored. ``dry_run`` tries all of it,
    stores nothing, and answers the problems.
    """
    await site.do(_accessed, shop_id, by=by)
    sheet = Sheet(content if isinstance(content, str) else decoded(content), active_kinds(site))
    sheet.check_known(await site.ask(_kinds_of, shop_id))
    problems = sorted(sheet.problems, key=lambda found: found[0])
    if problems and not dry_run:
        raise Invalid(*(Problem(f"{line}:{p.field}", p.code, p.text, p.facts) for line, p in problems))
    counts = {"made": 0, "changed": 0, "unchanged": 0}
    if not problems:
        try:
            counts = await site.do(_apply, shop_id, sheet.rows, by=by, dry_run=dry_run)
        except _DryRun as tried:
            counts = tried.counts
    told = [
        RowProblem(line=n, column=p.field, code=p.code, text=site.texts.render(by.locale, p.text, p.facts))
        for n, p in problems
    ]
    return ImportReport(dry_run=dry_run, problems=told, **counts)


async def _accessed(uow: UnitOfWork, shop_id: UUID, *, by: Actor) -> None:
    await access_shop(uow, shop_id, by=by, roles=MAY_EDIT)


async def _apply(uow: UnitOfWork, shop_id: UUID, rows: list[Row], *, by: Actor, dry_run: bool) -> dict[str, int]:
    counts = {"made": 0, "changed": 0, "unchanged": 0}
    for row in rows:
        counts[await _stored(uow, shop_id, row, by=by)] += 1
    if dry_run:
        await uow.session.flush()
        raise _DryRun(counts)
    return counts


async def _stored(uow: UnitOfWork, shop_id: UUID, row: Row, *, by: Actor) -> str:
    if row.listing_id is None:
        await create(uow, shop_id=shop_id, kind=row.kind, offer=row.offer, attributes=row.attributes, by=by)
        return "made"
    listing = await access_listing(uow, row.listing_id, by=by)
    if listing.shop_id != shop_id:
        raise Missing
    same = (listing.wording, listing.price) == (reworded(listing, row.offer), row.offer.price)
    if same and dict(listing.attributes) == raw_of(row.attributes):
        return "unchanged"
    if listing.state == ARCHIVED:
        raise ListingArchived
    await edit(uow, listing.id, version=listing.version, offer=row.offer, attributes=row.attributes, by=by)
    return "changed"


async def _of_shop(connection: AsyncConnection, shop_id: UUID) -> list[Any]:
    t = listing_table.c
    wanted = sa.select(*_COLUMNS).where(t.shop_id == shop_id, t.state != ARCHIVED).order_by(t.id)
    return list((await connection.execute(wanted)).mappings())


async def _kinds_of(connection: AsyncConnection, shop_id: UUID) -> dict[UUID, str]:
    t = listing_table.c
    return {row.id: row.kind for row in await connection.execute(sa.select(t.id, t.kind).where(t.shop_id == shop_id))}
