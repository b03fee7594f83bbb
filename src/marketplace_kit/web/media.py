"""Media: pictures that people sent, kept under the hash of their content and served for ever.

A file is written before its row, and taken away after it: a row never points at nothing. What no row speaks of is
swept away once a day.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
import structlog
from litestar import get
from litestar.params import FromPath
from litestar.response import Response
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.database import UtcDateTime, Uuid, metadata
from marketplace_kit.kernel.errors import DomainError, Kind, Missing
from marketplace_kit.kernel.jobs import Work
from marketplace_kit.kernel.pictures import Encoded, Picture, file_of
from marketplace_kit.kernel.plugin import Nothing
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_kit.web.context import Given
from marketplace_kit.web.routing import PUBLIC, route

log = structlog.get_logger(__name__)
FRESH = timedelta(days=1)
"""How long a file without a row is left alone: its row may be on its way."""
_SWEPT_AT_ONCE = 500
_HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Content-Disposition": "inline",
    "X-Content-Type-Options": "nosniff",
}

media_table = sa.Table(
    "media",
    metadata,
    sa.Column("key", sa.String(60), primary_key=True),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("kept_at", UtcDateTime, nullable=False, index=True),
    sa.CheckConstraint("size > 0", name="size"),
)
"""A picture that is there. Whoever shows one points at it with a foreign key; that is what keeps it."""

space_table = sa.Table(
    "media_space",
    metadata,
    sa.Column("holder_id", Uuid, primary_key=True),
    sa.Column("used", sa.BigInteger, nullable=False),
    sa.CheckConstraint("used >= 0", name="used"),
)
"""How many bytes a shop (or whoever else has a share) takes. Counted by conditional writes, never beyond the share."""
TABLES = (media_table.name, space_table.name)


class SpaceUsedUp(DomainError):
    """A shop's share of the storage; what it deletes it gets back."""

    code = "space_used_up"
    kind = Kind.CONFLICT
    text = N_("All of the space for pictures is used up. Delete some that you no longer need.")


async def store(site: Site, pictures: Iterable[Encoded]) -> None:
    """Write the files of pictures. Refuses :class:`StorageFull`, and then leaves none of them behind."""
    written: list[str] = []
    try:
        for encoded in pictures:
            for width, content in encoded.content.items():
                name = encoded.picture.file(width)
                if not await site.files.exists(name):
                    written.append(name)
                await site.files.put(name, content)  # again if it is there: it counts as fresh now
    except BaseException:
        for name in written:
            await site.files.delete(name)
        raise


async def keep(uow: UnitOfWork, pictures: Iterable[Encoded]) -> None:
    """Note that pictures are there, in the unit of work that begins to show them."""
    for encoded in pictures:
        row = uow.site.database.insert(media_table).values(key=encoded.picture.key, size=encoded.size, kept_at=uow.at)
        await uow.session.execute(row.on_conflict_do_update(index_elements=["key"], set_={"kept_at": uow.at}))


async def restore(site: Site, pictures: Iterable[Encoded]) -> None:
    """After the commit: write again what a sweep took away between the file and its row."""
    for encoded in pictures:
        for width, content in encoded.content.items():
            if not await site.files.exists(name := encoded.picture.file(width)):
                await site.files.put(name, content)


async def take_space(uow: UnitOfWork, holder_id: UUID, size: int, share: int) -> None:
    """Count ``size`` bytes more for somebody. Refuses :class:`SpaceUsedUp` beyond ``share``."""
    t = space_table.c
    fresh = uow.site.database.insert(space_table).values(holder_id=holder_id, used=0)
    await uow.session.execute(fresh.on_conflict_do_nothing())
    grown = sa.update(space_table).where(t.holder_id == holder_id, t.used + size <= share).values(used=t.used + size)
    if (await uow.session.execute(grown.returning(t.used))).first() is None:
        raise SpaceUsedUp


async def give_space(uow: UnitOfWork, holder_id: UUID, size: int) -> None:
    """Count ``size`` bytes less."""
    t = space_table.c
    less = sa.case((t.used > size, t.used - size), else_=0)
    await uow.session.execute(sa.update(space_table).where(t.holder_id == holder_id).values(used=less))


async def space_of(connection: AsyncConnection, holder_id: UUID) -> int:
    """How many bytes somebody takes."""
    found = await connection.execute(sa.select(space_table.c.used).where(space_table.c.holder_id == holder_id))
    return int(found.scalar() or 0)


@get("/media/{name:str}", **route(PUBLIC), include_in_schema=False)
async def media_file(site: Given[Site], name: FromPath[str]) -> Response[bytes]:
    """One width of a picture; 404 for any name that is none of ours. Whoever knows the address may see it."""
    file = file_of(name)
    if file is None:
        raise Missing
    return Response(
        await site.files.get(file), media_type="image/webp", headers=_HEADERS | {"ETag": f'"{name.partition(".")[0]}"'}
    )


handlers = (media_file,)


async def sweep(work: Work, _: Nothing) -> None:
    """Once a day: pictures that nobody shows any more, and files that never got a row."""
    site = work.site
    before = site.clock.now() - FRESH
    nobody_shows = await site.ask(nobody_points, media_table)
    unshown = await site.ask(_unshown, before, nobody_shows)
    for key in unshown:
        await site.do(_drop, key, before, nobody_shows)
    lost = 0
    async for name in site.files.older_than("pictures/", before):
        lost += await site.do(_drop_lost, name)
    log.info("media.swept", unshown=len(unshown), lost=lost)


async def nobody_points(connection: AsyncConnection, kept: sa.Table) -> sa.ColumnElement[bool]:
    """That no column of whichever room or plugin keeps what a row of ``kept`` stands for. Tables of a plugin that was
    purged, or never installed here, are known to the program and not to the database.
    """
    present = set(await connection.run_sync(lambda bound: sa.inspect(bound).get_table_names()))
    pointing = [
        column
        for table in metadata.tables.values()
        if table.name in present
        for column in table.columns
        if any(key.target_fullname == f"{kept.name}.key" for key in column.foreign_keys)
    ]
    shown = (sa.exists().where(column == kept.c.key).correlate(kept) for column in pointing)
    return sa.and_(sa.true(), *(~one for one in shown))


async def _unshown(connection: AsyncConnection, before: datetime, nobody_shows: sa.ColumnElement[bool]) -> list[str]:
    t = media_table.c
    wanted = sa.select(t.key).where(t.kept_at < before, nobody_shows).order_by(t.kept_at).limit(_SWEPT_AT_ONCE)
    return list((await connection.execute(wanted)).scalars())


async def _drop(uow: UnitOfWork, key: str, before: datetime, nobody_shows: sa.ColumnElement[bool]) -> None:
    """The files go while the row is held: whoever sends the same picture just now waits, and writes it again."""
    t = media_table.c
    gone = sa.delete(media_table).where(t.key == key, t.kept_at < before, nobody_shows).returning(t.key)
    if (await uow.session.execute(gone)).first() is not None:
        picture = Picture.of(key)
        for width in picture.widths:
            await uow.site.files.delete(picture.file(width))


async def _drop_lost(uow: UnitOfWork, name: str) -> bool:
    mark = name.rpartition("/")[2].partition("-")[0]
    known = sa.select(media_table.c.key).where(media_table.c.key.startswith(f"{mark}_", autoescape=True)).limit(1)
    if (await uow.session.execute(known)).first() is not None:
        return False
    await uow.site.files.delete(name)
    return True
