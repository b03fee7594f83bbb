"""The photo of somebody who works for a shop: one, kept and counted like the shop's own photos."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.pictures import MOST_BYTES, Encoded, Picture, encode
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.scheduling.services.keeping import KEEPERS, held_resource
from marketplace_kit.scheduling.tables import resource_table
from marketplace_kit.shops.services import access_shop
from marketplace_kit.web import media
from marketplace_kit.web.bodies import AnyRequest
from marketplace_kit.web.limits import limit
from marketplace_kit.web.uploads import WebSettings, sent_files

_MEGABYTE = 1024 * 1024
SMALL, LARGE = 160, 640
r = resource_table.c


def photo_url(key: str | None, width: int = SMALL) -> str:
    """Where a photo is; nothing for somebody without one."""
    return Picture.of(key).url(width) if key else ""


async def take_photo(request: AnyRequest, site: Site, shop_id: UUID, resource_id: int, *, by: Actor) -> None:
    """The first file of a form becomes somebody's photo. Refuses :class:`Missing` to strangers, and like the photos of
    a shop what is no picture, is too large, or has no room.
    """
    files, _ = await sent_files(request)
    most = site.settings.of(WebSettings).uploads_per_hour
    await limit(site, "web.upload", str(by.person_id), most=most, per=timedelta(hours=1))
    await site.do(check_keeper, shop_id, resource_id, by=by)
    try:
        encoded = await encode(await files[0].read(MOST_BYTES + 1))
    finally:
        for file in files:
            await file.close()
    await show_photo(site, shop_id, resource_id, encoded, by=by)


async def show_photo(site: Site, shop_id: UUID, resource_id: int, encoded: Encoded, *, by: Actor) -> None:
    """The file first, the row after: a row never points at nothing."""
    await media.store(site, [encoded])
    await site.do(set_photo, shop_id, resource_id, encoded, by=by)
    await media.restore(site, [encoded])


async def check_keeper(uow: UnitOfWork, shop_id: UUID, resource_id: int, *, by: Actor) -> None:
    """Refuse early what would be refused late, before anything is decoded."""
    await access_shop(uow, shop_id, by=by, roles=KEEPERS)
    await held_resource(uow, shop_id, resource_id)


async def set_photo(uow: UnitOfWork, shop_id: UUID, resource_id: int, encoded: Encoded | None, *, by: Actor) -> None:
    """Another photo, or none; the space of the one before is free again. Refuses :class:`SpaceUsedUp`."""
    await check_keeper(uow, shop_id, resource_id, by=by)
    await _give_back(uow, shop_id, resource_id)
    if encoded is not None:
        share = uow.site.settings.of(WebSettings).shop_megabytes * _MEGABYTE
        await media.take_space(uow, shop_id, encoded.size, share)
        await media.keep(uow, [encoded])
    key = encoded.picture.key if encoded is not None else None
    changed = sa.update(resource_table).where(r.id == resource_id).values(photo=key)
    await uow.session.execute(changed)


async def _give_back(uow: UnitOfWork, shop_id: UUID, resource_id: int) -> None:
    t = media.media_table.c
    before = sa.select(t.size).join_from(resource_table, media.media_table, t.key == r.photo).where(r.id == resource_id)
    size = (await uow.session.execute(before)).scalar_one_or_none()
    if size is not None:
        await media.give_space(uow, shop_id, size)


async def ensure_photo(site: Site, shop_id: UUID, name: str, picture: bytes | Encoded, *, owner: UUID) -> None:
    """For samples: somebody of this name has a photo, put there by the shop's ``owner``."""
    found = await site.ask(_without_photo, shop_id, name)
    if found is not None:
        encoded = picture if isinstance(picture, Encoded) else await encode(picture)
        await show_photo(site, shop_id, found, encoded, by=Actor(person_id=owner))


async def _without_photo(connection: AsyncConnection, shop_id: UUID, name: str) -> int | None:
    wanted = sa.select(r.id).where(r.shop_id == shop_id, r.name == name, r.kind == "staff", r.photo.is_(None))
    found: int | None = (await connection.execute(wanted.order_by(r.id).limit(1))).scalar_one_or_none()
    return found
