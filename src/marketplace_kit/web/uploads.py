"""Taking files: counted, measured and looked at before anybody decodes them; their own names are never used."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated
from uuid import UUID

import attrs
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.exceptions import SerializationException

from marketplace_kit.kernel.errors import DomainError, Invalid, Kind, Problem
from marketplace_kit.kernel.fields import Field, Form
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.pictures import MOST_BYTES, Encoded, PictureInvalid, PictureTooLarge, PictureType, encode
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.web import media
from marketplace_kit.web.bodies import AnyRequest, MalformedBody
from marketplace_kit.web.csrf import WrongContentType
from marketplace_kit.web.galleries import MOST, Gallery
from marketplace_kit.web.limits import limit

FIELD = "photos"
LARGEST_UPLOAD = 64 * 1024 * 1024
"""What one request may bring in all. Beyond a megabyte a file waits on disk, not in memory."""
ACCEPTED = "image/jpeg,image/png,image/webp,image/gif,image/avif"
_MULTIPART = RequestEncodingType.MULTI_PART.value
_MEGABYTE = 1024 * 1024
_MOST_PARTS = MOST * 2 + 4


class WebSettings(Form):
    """``[web]``: pictures, the site as an app, and templates of the site's own."""

    templates_folder: Annotated[
        str,
        Field(
            N_("Folder with the site's own templates"),
            max_length=500,
            hint=N_("A template in it stands for the plugin's or the kit's of the same name."),
        ),
    ] = ""

    shop_megabytes: Annotated[
        int,
        Field(
            N_("Space for the photos of one shop"),
            unit=N_("MB"),
            min=1,
            max=100_000,
            runtime=True,
            hint=N_("As they are stored: a photo takes about half a megabyte."),
        ),
    ] = 300
    uploads_per_hour: Annotated[
        int, Field(N_("Uploads that one person may make in an hour"), min=1, max=100_000, runtime=True)
    ] = 120
    app: Annotated[
        bool,
        Field(
            N_("The site can be installed as an app"),
            runtime=True,
            hint=N_("Switched off, devices forget the app's stored pages at their next visit."),
        ),
    ] = True


class TooManyFiles(DomainError):
    """More files or fields than any form of ours sends."""

    code = "too_many_files"
    kind = Kind.TOO_LARGE
    text = N_("That is too much at once. Please send at most {most} photos at a time.")


class NoFile(DomainError):
    code = "no_file"
    kind = Kind.INVALID
    text = N_("Please choose a photo first.")


@attrs.frozen
class Refused:
    """A file that was not taken. ``number`` counts from 0; ``name`` is what its sender called it, for showing only."""

    number: int
    name: str
    why: DomainError


async def sent_files(request: AnyRequest) -> tuple[list[UploadFile], list[str]]:
    """The files of the field ``photos``, and the texts of ``alt`` in the same order. Refuses other content types, a
    form that cannot be read, :class:`TooManyFiles` and :class:`NoFile`.
    """
    if request.content_type[0] != _MULTIPART:
        raise WrongContentType(expected=_MULTIPART)
    try:
        form = await request.form()
    except (SerializationException, UnicodeDecodeError, ValueError) as wrong:
        raise MalformedBody(reason="not a valid form") from wrong
    parts = list(form.multi_items())
    files = [value for name, value in parts if name == FIELD and isinstance(value, UploadFile)]
    if len(parts) > _MOST_PARTS or len(files) > MOST:
        raise TooManyFiles(most=MOST)
    if not files:
        raise NoFile
    alts = [" ".join(str(v).split()) for name, v in parts if name == "alt" and not isinstance(v, UploadFile)]
    return files, alts


async def take_photos(
    request: AnyRequest, site: Site, gallery: Gallery, owner_id: UUID, by: Actor
) -> tuple[int, list[Refused]]:
    """Put the sent photos into a gallery: how many were taken, and which were not and why. Each file stands for itself;
    what the gallery refuses (no room, no space, not yours) is refused for all.
    """
    files, alts = await sent_files(request)
    settings = site.settings.of(WebSettings)
    await limit(site, "web.upload", str(by.person_id), most=settings.uploads_per_hour, per=timedelta(hours=1))
    await site.do(gallery.check_room, owner_id, len(files), by=by)
    taken: list[tuple[Encoded, str]] = []
    refused: list[Refused] = []
    for number, file in enumerate(files):
        try:
            encoded = await encode(await file.read(MOST_BYTES + 1))
        except (PictureInvalid, PictureTooLarge, PictureType) as why:
            refused.append(Refused(number, _shown(file.filename), why))
        else:
            taken.append((encoded, alts[number] if number < len(alts) else ""))
        await file.close()
    await show_photos(site, gallery, owner_id, taken, by=by)
    return len(taken), refused


async def show_photos(
    site: Site, gallery: Gallery, owner_id: UUID, taken: Sequence[tuple[Encoded, str]], *, by: Actor
) -> None:
    """Files first, rows after; a row never points at nothing."""
    if taken:
        share = site.settings.of(WebSettings).shop_megabytes * _MEGABYTE
        pictures = [encoded for encoded, _ in taken]
        await media.store(site, pictures)
        await site.do(gallery.add, owner_id, taken, by=by, share=share)
        await media.restore(site, pictures)


def refuse(refused: Sequence[Refused], of: int) -> None:
    """For programs: raise what was wrong with the only file, or with each of several."""
    if refused and of == 1:
        raise refused[0].why
    if refused:
        raise Invalid(*(Problem(f"{FIELD}.{r.number}", r.why.code, r.why.text, r.why.facts) for r in refused))


def _shown(name: str) -> str:
    """A sender's file name as it may be shown to that sender: its last part, printable, short."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in last if c.isprintable())[:80] or "?"
