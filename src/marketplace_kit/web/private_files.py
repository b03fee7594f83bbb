"""Private files: documents that have no address of their own.

A room keeps a row that points at one with a foreign key to ``private_file.key``, and answers it itself
(:func:`answer`), after it has asked who reads and written that down. The key is no hash and no part of any page: there
is nothing to guess and nothing that a browser or a proxy may keep.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import quote

import attrs
import msgspec
import sqlalchemy as sa
import structlog
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.exceptions import SerializationException
from litestar.response import Response
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.database import UtcDateTime, metadata
from marketplace_kit.kernel.errors import DomainError, Invalid, Kind, Problem
from marketplace_kit.kernel.files import Files
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.jobs import Work
from marketplace_kit.kernel.plugin import Nothing
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_kit.web import media
from marketplace_kit.web.bodies import AnyRequest, MalformedBody
from marketplace_kit.web.csrf import WrongContentType
from marketplace_kit.web.limits import limit
from marketplace_kit.web.uploads import WebSettings

log = structlog.get_logger(__name__)
FIELD, FOLDER, DROP = "document", "private", "web.drop_private"
MOST_BYTES = 10 * 1024 * 1024
LARGEST_REQUEST = 32 * 1024 * 1024
"""A form with a file that is somewhat too large is read, so that its page can say so beside the field."""
LONGEST_NAME = 120
ACCEPTED = "application/pdf,image/jpeg,image/png,image/webp"
_SUFFIX = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
_MAGIC = ((b"%PDF-", "application/pdf"), (b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))
_MULTIPART = RequestEncodingType.MULTI_PART.value
_MOST_PARTS = 12
_HEADERS = {
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "no-referrer",
}

private_file_table = sa.Table(
    "private_file",
    metadata,
    sa.Column("key", sa.String(80), primary_key=True),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("media_type", sa.String(80), nullable=False),
    sa.Column("kept_at", UtcDateTime, nullable=False, index=True),
    sa.CheckConstraint("size > 0", name="size"),
)
"""A document that is there. Whoever keeps one points at it with a foreign key; what nobody points at is swept away."""


class FileTooLarge(DomainError):
    code = "file_too_large"
    kind = Kind.TOO_LARGE
    text = N_("This file is too large: at most {megabytes} MB are taken.")

    def __init__(self) -> None:
        super().__init__(megabytes=MOST_BYTES // 1024 // 1024)


class FileType(DomainError):
    """By its bytes it is none of the kinds that are taken, whatever its name says."""

    code = "file_type"
    kind = Kind.INVALID
    text = N_("Files of this kind are not taken. Please send a PDF, a JPEG, a PNG or a WebP.")


@attrs.frozen(kw_only=True)
class Sent:
    """A file as it came: looked at, not stored yet. ``name`` is what its sender called it, for showing only."""

    content: bytes
    media_type: str
    name: str


@attrs.frozen(kw_only=True)
class Stored:
    """A file that is written; its row is made by :func:`keep`, in the unit of work that points at it."""

    key: str
    size: int
    media_type: str
    name: str


class DropFile(msgspec.Struct, frozen=True, kw_only=True):
    """The job's payload: a file that nobody points at any more."""

    key: str


async def posted(request: AnyRequest) -> tuple[UploadFile | None, dict[str, str]]:
    """The file of the field ``document``, if one came, and the other fields. Refuses other content types, and a form
    that cannot be read.
    """
    if request.content_type[0] != _MULTIPART:
        raise WrongContentType(expected=_MULTIPART)
    try:
        form = await request.form()
    except (SerializationException, UnicodeDecodeError, ValueError) as wrong:
        raise MalformedBody(reason="not a valid form") from wrong
    parts = list(form.multi_items())[:_MOST_PARTS]
    texts = {name: value for name, value in parts if isinstance(value, str)}
    file = next((value for name, value in parts if name == FIELD and isinstance(value, UploadFile)), None)
    return (file if file is not None and file.filename else None), texts


async def taken(file: UploadFile | None, site: Site, by: Actor) -> Sent:
    """The file, looked at. Refuses none at all, :class:`FileTooLarge`, :class:`FileType`, and too many uploads in an
    hour.
    """
    if file is None:
        raise Invalid(Problem(FIELD, "required", N_("Please choose a file first.")))
    most = site.settings.of(WebSettings).uploads_per_hour
    await limit(site, "web.upload", str(by.person_id), most=most, per=timedelta(hours=1))
    content = await file.read(MOST_BYTES + 1)
    await file.close()
    if len(content) > MOST_BYTES:
        raise FileTooLarge
    return Sent(content=content, media_type=kind_of(content), name=shown_name(file.filename))


def kind_of(content: bytes) -> str:
    """By what a file begins with. Refuses :class:`FileType`."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    for magic, media_type in _MAGIC:
        if content.startswith(magic):
            return media_type
    raise FileType


def shown_name(name: str) -> str:
    """A sender's file name as it may be shown and written again: its last part, printable, short."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in last if c.isprintable() and c not in '"<>:|?*').strip()[-LONGEST_NAME:] or "document"


async def store(site: Site, sent: Sent) -> Stored:
    """Write the file, under a key of its own. Refuses :class:`StorageFull`."""
    key = Files.new_key(FOLDER, _SUFFIX[sent.media_type])
    await site.files.put(key, sent.content)
    return Stored(key=key, size=len(sent.content), media_type=sent.media_type, name=sent.name)


async def keep(uow: UnitOfWork, stored: Stored) -> None:
    """Note that it is there, before the row that points at it."""
    values = {"key": stored.key, "size": stored.size, "media_type": stored.media_type, "kept_at": uow.at}
    await uow.session.execute(sa.insert(private_file_table).values(values))


def drop(uow: UnitOfWork, key: str) -> None:
    """After the commit that took the last pointer away the bytes go, at once."""
    uow.enqueue(DROP, DropFile(key=key), key=f"{DROP}:{key}")


async def answer(site: Site, key: str, media_type: str, name: str) -> Response[bytes]:
    """The file, for whoever the caller has let in: saved by a browser, never run or kept. Refuses :class:`Missing`."""
    disposition = f"attachment; filename*=UTF-8''{quote(name)}"
    headers = _HEADERS | {"Content-Disposition": disposition}
    return Response(await site.files.get(key), media_type=media_type, headers=headers)


async def drop_one(work: Work, share: DropFile) -> None:
    """Of one file that was let go; a row that somebody points at after all stays."""
    await _gone(work.site, share.key, None)


async def sweep(work: Work, _: Nothing) -> None:
    """Once a day: files that nobody points at any more, and those that never got a row."""
    site = work.site
    before = site.clock.now() - media.FRESH
    lost = 0
    for key in await site.ask(_unkept, before):
        await _gone(site, key, before)
    async for name in site.files.older_than(f"{FOLDER}/", before):
        if not await site.ask(_known, name):
            await site.files.delete(name)
            lost += 1
    log.info("private.swept", lost=lost)


async def _gone(site: Site, key: str, before: datetime | None) -> None:
    nobody_points = await site.ask(media.nobody_points, private_file_table)

    async def take(uow: UnitOfWork) -> None:
        t = private_file_table.c
        old = t.kept_at < before if before is not None else sa.true()
        gone = sa.delete(private_file_table).where(t.key == key, old, nobody_points).returning(t.key)
        if (await uow.session.execute(gone)).first() is not None:
            await uow.site.files.delete(key)

    await site.do(take)


async def _unkept(connection: AsyncConnection, before: datetime) -> list[str]:
    t = private_file_table.c
    nobody_points = await media.nobody_points(connection, private_file_table)
    return list((await connection.execute(sa.select(t.key).where(t.kept_at < before, nobody_points))).scalars())


async def _known(connection: AsyncConnection, key: str) -> bool:
    found = await connection.execute(sa.select(private_file_table.c.key).where(private_file_table.c.key == key))
    return found.first() is not None
