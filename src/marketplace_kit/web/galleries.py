"""Galleries: the pictures of one thing, in an order, the first of which is its cover.

A room declares its table with :func:`photo_table` and says who may touch one; everything else is the same for a
listing, a shop or a pet. The database holds the limit: ranks run from 0 to 11, and no two are the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

import attrs
import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.database import UtcDateTime, Uuid, metadata
from marketplace_kit.kernel.errors import DomainError, Kind, Missing, StaleVersion
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.pictures import Encoded, Picture
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_kit.web import media

MOST = 12
LONGEST_ALT = 300
VERBS = ("up", "down", "first")


class PhotosFull(DomainError):
    """``most`` there may be, ``left`` more there can be."""

    code = "photos_full"
    kind = Kind.CONFLICT
    text = N_("There may be {most} photos, and there is room for {left} more.")


class PhotoSize(msgspec.Struct, frozen=True):
    """One width of a photo."""

    width: int
    url: str


class PhotoView(msgspec.Struct, frozen=True, kw_only=True):
    """A photo. ``url`` is its widest; ``alt`` says in words what it shows, for those who do not see it."""

    id: UUID
    rank: int
    alt: str
    width: int
    height: int
    url: str
    sizes: list[PhotoSize]

    @property
    def srcset(self) -> str:
        return ", ".join(f"{size.url} {size.width}w" for size in self.sizes)


class GalleryView(msgspec.Struct, frozen=True, kw_only=True):
    """The photos in their order. ``version`` belongs to this order and is sent along with a new one."""

    items: list[PhotoView]
    version: str
    most: int = MOST


def photo_table(name: str, owner: str) -> sa.Table:
    """The photos of ``owner`` (a table with ``id`` and ``cover``): ``photo_table("listing_photo", "listing")``."""
    return sa.Table(
        name,
        metadata,
        sa.Column("id", Uuid, primary_key=True),
        sa.Column(
            f"{owner}_id", Uuid, sa.ForeignKey(f"{owner}.id", ondelete="CASCADE"), nullable=False, key="owner_id"
        ),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("key", sa.String(60), sa.ForeignKey("media.key", ondelete="RESTRICT"), nullable=False, index=True),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("alt", sa.String(LONGEST_ALT), nullable=False),
        sa.Column("by_id", Uuid, sa.ForeignKey("person.id", ondelete="SET NULL"), index=True),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("owner_id", "rank"),
        sa.CheckConstraint(f"rank >= 0 AND rank < {MOST}", name="rank"),
    )


@attrs.frozen(kw_only=True)
class Gallery:
    """The photos of one kind of thing.

    ``access`` lets somebody work on a thing, holding its row until the unit of work ends, and answers whose share of
    the storage its photos take; it refuses everybody else. ``changed`` hears that the cover is another one.
    """

    table: sa.Table
    owner: sa.Table
    access: Callable[[UnitOfWork, UUID, Actor], Awaitable[UUID]]
    changed: Callable[[UnitOfWork, UUID], Awaitable[None]] | None = None

    async def view(self, connection: AsyncConnection, owner_id: UUID) -> GalleryView:
        """A thing's photos; one statement."""
        return gallery_of((await connection.execute(self._rows(owner_id))).all())

    async def check_room(self, uow: UnitOfWork, owner_id: UUID, more: int, *, by: Actor) -> None:
        """Refuse early what would be refused late, before anything is decoded."""
        await self.access(uow, owner_id, by)
        rows = await self._read(uow, owner_id)
        if len(rows) + more > MOST:
            raise PhotosFull(most=MOST, left=MOST - len(rows))

    async def add(
        self, uow: UnitOfWork, owner_id: UUID, pictures: Sequence[tuple[Encoded, str]], *, by: Actor, share: int
    ) -> list[UUID]:
        """Put stored pictures behind those there are. Refuses :class:`PhotosFull` and :class:`SpaceUsedUp`."""
        holder_id = await self.access(uow, owner_id, by)
        rows = await self._read(uow, owner_id)
        if len(rows) + len(pictures) > MOST:
            raise PhotosFull(most=MOST, left=MOST - len(rows))
        await media.take_space(uow, holder_id, sum(encoded.size for encoded, _ in pictures), share)
        await media.keep(uow, [encoded for encoded, _ in pictures])
        ids = [new_id() for _ in pictures]
        made = [
            {
                "id": photo_id,
                "owner_id": owner_id,
                "rank": rank,
                "key": encoded.picture.key,
                "size": encoded.size,
                "alt": alt[:LONGEST_ALT],
                "by_id": by.person_id,
                "at": uow.at,
            }
            for rank, (photo_id, (encoded, alt)) in enumerate(zip(ids, pictures, strict=True), start=len(rows))
        ]
        if made:
            await uow.session.execute(sa.insert(self.table), made)
        if not rows and made:
            await self._cover(uow, owner_id, str(made[0]["key"]))
        return ids

    async def remove(self, uow: UnitOfWork, owner_id: UUID, photo_id: UUID, *, by: Actor) -> None:
        """Take a photo away; those behind it move up. Refuses :class:`Missing`."""
        holder_id = await self.access(uow, owner_id, by)
        rows = await self._read(uow, owner_id)
        gone = _one(rows, photo_id)
        await media.give_space(uow, holder_id, gone.size)
        await self._write(uow, owner_id, rows, [row for row in rows if row.id != photo_id])

    async def describe(self, uow: UnitOfWork, owner_id: UUID, photo_id: UUID, alt: str, *, by: Actor) -> None:
        """Say in words what a photo shows. Refuses :class:`Missing`."""
        await self.access(uow, owner_id, by)
        t = self.table.c
        told = sa.update(self.table).where(t.owner_id == owner_id, t.id == photo_id).values(alt=alt[:LONGEST_ALT])
        if (await uow.session.execute(told.returning(t.id))).first() is None:
            raise Missing

    async def arrange(self, uow: UnitOfWork, owner_id: UUID, order: Sequence[UUID], *, version: str, by: Actor) -> None:
        """Put the photos in another order. Refuses :class:`StaleVersion` unless ``order`` names each of those that
        ``version`` showed, and they are still the same.
        """
        await self.access(uow, owner_id, by)
        rows = await self._read(uow, owner_id)
        if version != version_of(rows) or sorted(order) != sorted(row.id for row in rows):
            raise StaleVersion
        by_id = {row.id: row for row in rows}
        await self._write(uow, owner_id, rows, [by_id[photo_id] for photo_id in order])

    async def move(self, uow: UnitOfWork, owner_id: UUID, photo_id: UUID, verb: str, *, version: str, by: Actor) -> int:
        """Move one photo ``up``, ``down`` or ``first``; answers its new place, from 1. Refuses like
        :meth:`arrange`.
        """
        await self.access(uow, owner_id, by)
        rows = await self._read(uow, owner_id)
        if version != version_of(rows):
            raise StaleVersion
        moved = _one(rows, photo_id)
        order = [row for row in rows if row is not moved]
        place: int = {"up": max(0, moved.rank - 1), "down": min(len(order), moved.rank + 1), "first": 0}[verb]
        order.insert(place, moved)
        await self._write(uow, owner_id, rows, order)
        return place + 1

    async def forget_person(self, uow: UnitOfWork, person_id: UUID) -> None:
        """Who put a photo there is nobody's business any more; the photo is the shop's and stays."""
        t = self.table.c
        await uow.session.execute(sa.update(self.table).where(t.by_id == person_id).values(by_id=None))

    async def export(self, connection: AsyncConnection, person_id: UUID) -> list[dict[str, Any]]:
        """The photos that a person put there, as plain values."""
        t = self.table.c
        rows = await connection.execute(sa.select(t.key, t.alt, t.at).where(t.by_id == person_id).order_by(t.at, t.id))
        return [{"photo": Picture.of(r.key).url(), "alt": r.alt, "at": r.at.isoformat()} for r in rows]

    def _rows(self, owner_id: UUID) -> sa.Select[Any]:
        t = self.table.c
        return sa.select(self.table).where(t.owner_id == owner_id).order_by(t.rank)

    async def _read(self, uow: UnitOfWork, owner_id: UUID) -> Sequence[sa.Row[Any]]:
        rows: Sequence[sa.Row[Any]] = (await uow.session.execute(self._rows(owner_id))).all()
        return rows

    async def _write(
        self, uow: UnitOfWork, owner_id: UUID, before: Sequence[sa.Row[Any]], after: Sequence[sa.Row[Any]]
    ) -> None:
        """The rows anew: on neither database could two of them change places under the constraint."""
        if [row.id for row in before] == [row.id for row in after]:
            return
        await uow.session.execute(sa.delete(self.table).where(self.table.c.owner_id == owner_id))
        if after:
            keys = [column.key for column in self.table.columns]
            made = [dict(zip(keys, row, strict=True)) | {"rank": rank} for rank, row in enumerate(after)]
            await uow.session.execute(sa.insert(self.table), made)
        if not after or before[0].key != after[0].key:
            await self._cover(uow, owner_id, after[0].key if after else None)

    async def _cover(self, uow: UnitOfWork, owner_id: UUID, key: str | None) -> None:
        await uow.session.execute(sa.update(self.owner).where(self.owner.c.id == owner_id).values(cover=key))
        if self.changed is not None:
            await self.changed(uow, owner_id)


def _one(rows: Sequence[sa.Row[Any]], photo_id: UUID) -> sa.Row[Any]:
    found = next((row for row in rows if row.id == photo_id), None)
    if found is None:
        raise Missing
    return found


def version_of(rows: Sequence[Any]) -> str:
    """The name of an order: whoever read another one is told so."""
    return hashlib.sha256(",".join(str(row.id) for row in rows).encode()).hexdigest()[:16]


def gallery_of(rows: Sequence[Any]) -> GalleryView:
    return GalleryView(items=[_shown(row) for row in rows], version=version_of(rows))


def _shown(row: Any) -> PhotoView:
    picture = Picture.of(row.key)
    return PhotoView(
        id=row.id,
        rank=row.rank,
        alt=row.alt,
        width=picture.width,
        height=picture.height,
        url=picture.url(),
        sizes=[PhotoSize(width, picture.url(width)) for width in picture.widths],
    )
