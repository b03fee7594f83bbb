"""Pictures made safe: whatever somebody sends is looked at, decoded within limits, and written anew by us.

What leaves here holds pixels only: no place, no time, no camera, no script behind the last byte. The key of a picture
is the hash of what we wrote, so that the same picture is stored once and may be kept by browsers for ever.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from io import BytesIO

import attrs
import msgspec
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from marketplace_kit.kernel.errors import DomainError, Kind

WIDTHS = (320, 800, 1600)
"""The widths that are kept. None is wider than what was sent; a narrower picture is kept as wide as it is."""
HIGHEST = 4000
MOST_PIXELS = 40_000_000
MOST_JPEG_PIXELS = 80_000_000
"""A JPEG is decoded at a fraction of its size, which lets today's largest phone pictures through."""
MOST_BYTES = 15 * 1024 * 1024
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
_KEY = re.compile(r"([0-9a-f]{40})_([1-9]\d{0,4})x([1-9]\d{0,4})", re.ASCII)
_NAME = re.compile(r"([0-9a-f]{40})-([1-9]\d{0,4})\.webp", re.ASCII)
# Two at a time: decoding is done outside the interpreter's lock, and each may hold some hundred megabytes.
_WORKERS = ThreadPoolExecutor(2, thread_name_prefix="pictures")
_SRGB = ImageCms.createProfile("sRGB")


class PictureInvalid(DomainError):
    """It begins like a picture, and cannot be read to its end."""

    code = "picture_invalid"
    kind = Kind.INVALID
    text = "This picture is damaged and cannot be read. Please choose another one."


class PictureTooLarge(DomainError):
    """Too many bytes, or more pixels than anybody may ask us to unfold."""

    code = "picture_too_large"
    kind = Kind.TOO_LARGE
    text = "This picture is too large: at most {megabytes} MB and {megapixels} megapixels are taken."

    def __init__(self) -> None:
        super().__init__(megabytes=MOST_BYTES // 1024 // 1024, megapixels=MOST_PIXELS // 1_000_000)


class PictureType(DomainError):
    """By its bytes it is none of the kinds that are taken, whatever its name says."""

    code = "picture_type"
    kind = Kind.INVALID
    text = "This is no picture that we can read. Please send a JPEG, PNG, WebP, GIF or AVIF."


@attrs.frozen
class Picture:
    """A stored picture, known by its key alone: ``<hash>_<width>x<height>``."""

    mark: str
    width: int
    height: int

    @classmethod
    def of(cls, key: str) -> Picture:
        """The picture of a key; refuses :class:`ValueError` for any other text."""
        found = _KEY.fullmatch(key)
        if found is None:
            raise ValueError(f"no picture's key: {key[:60]!r}")
        return cls(found[1], int(found[2]), int(found[3]))

    @property
    def key(self) -> str:
        return f"{self.mark}_{self.width}x{self.height}"

    @property
    def widths(self) -> tuple[int, ...]:
        """The widths there are, narrowest first; the last is the whole picture."""
        return (*(w for w in WIDTHS if w < self.width), self.width)

    def file(self, width: int) -> str:
        """Where the store keeps one width."""
        return f"pictures/{self.mark[:2]}/{self.mark}-{width}.webp"

    def url(self, width: int = 0) -> str:
        """The address of the narrowest width that is not less than ``width``; of the whole picture by default."""
        fitting = next((w for w in self.widths if w >= width), self.width) if width else self.width
        return f"/media/{self.mark}-{fitting}.webp"

    @property
    def srcset(self) -> str:
        return ", ".join(f"{self.url(w)} {w}w" for w in self.widths)


class Cover(msgspec.Struct, frozen=True, kw_only=True):
    """The picture on a card: ``url`` of a middling width, ``srcset`` of all; size in pixels of the widest."""

    url: str
    srcset: str
    width: int
    height: int


def cover_of(key: str | None) -> Cover | None:
    """The cover that a column names; None where nothing has been photographed."""
    if not key:
        return None
    picture = Picture.of(key)
    return Cover(url=picture.url(WIDTHS[1]), srcset=picture.srcset, width=picture.width, height=picture.height)


def file_of(name: str) -> str | None:
    """Where the store keeps what is served as ``/media/<name>``; None for a name that is none of ours."""
    found = _NAME.fullmatch(name)
    return Picture(found[1], 1, 1).file(int(found[2])) if found else None


@attrs.frozen
class Encoded:
    """A picture and its bytes by width."""

    picture: Picture
    content: dict[int, bytes]

    @property
    def size(self) -> int:
        return sum(map(len, self.content.values()))


async def encode(content: bytes) -> Encoded:
    """What somebody sent, written anew. Refuses :class:`PictureType`, :class:`PictureTooLarge`,
    :class:`PictureInvalid`. Waits for its turn: two are worked on at a time.
    """
    return await asyncio.get_running_loop().run_in_executor(_WORKERS, encoded, content)


def encoded(content: bytes) -> Encoded:
    """The same, at once and in this thread."""
    return written(read(content))


def read(content: bytes) -> Image.Image:
    """The upright pixels in sRGB, not larger than we keep them."""
    if len(content) > MOST_BYTES:
        raise PictureTooLarge
    try:
        return _read(content)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError) as huge:
        raise PictureTooLarge from huge
    except UnidentifiedImageError as unknown:
        raise PictureType from unknown
    except DomainError:
        raise
    except Exception as damaged:  # a decoder may raise anything at bytes that were made to break it
        raise PictureInvalid from damaged


def _read(content: bytes) -> Image.Image:
    with Image.open(BytesIO(content), formats=_FORMATS) as opened:
        jpeg = opened.format == "JPEG"
        if opened.width * opened.height > (MOST_JPEG_PIXELS if jpeg else MOST_PIXELS):
            raise PictureTooLarge
        if jpeg:
            opened.draft("RGB", (2 * WIDTHS[-1], 2 * WIDTHS[-1]))
        opened.load()
        image = ImageOps.exif_transpose(opened)
        profile = opened.info.get("icc_profile")
    image = _fitted(_plain(image))
    return _in_srgb(image, profile) if profile else image


def _plain(image: Image.Image) -> Image.Image:
    clear = image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info
    return image.convert("RGBA" if clear else "RGB")


def _fitted(image: Image.Image) -> Image.Image:
    scale = min(1.0, WIDTHS[-1] / image.width, HIGHEST / image.height)
    return image if scale == 1.0 else _resized(image, max(1, round(image.width * scale)))


def _resized(image: Image.Image, width: int) -> Image.Image:
    height = max(1, min(HIGHEST, round(image.height * width / image.width)))
    return image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Wide colours of phones as every screen shows them; a profile that cannot be read changes nothing."""
    with suppress(ImageCms.PyCMSError, OSError, ValueError, TypeError):
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        alpha = image.getchannel("A") if image.mode == "RGBA" else None
        turned = ImageCms.profileToProfile(image.convert("RGB"), source, _SRGB)
        if turned is not None:
            if alpha is not None:
                turned.putalpha(alpha)
            return turned
    return image


def written(image: Image.Image, *, quality: int = 80, effort: int = 4) -> Encoded:
    """An image of ours in every width that is kept, without anything but its pixels."""
    whole = _bytes(image, quality, effort)
    picture = Picture(hashlib.sha256(whole).hexdigest()[:40], image.width, image.height)
    narrower = {w: _bytes(_resized(image, w), quality, effort) for w in picture.widths[:-1]}
    return Encoded(picture, {**narrower, image.width: whole})


def _bytes(image: Image.Image, quality: int, effort: int) -> bytes:
    out = BytesIO()
    bare = Image.frombytes(image.mode, image.size, image.tobytes())  # info of the source would be written along
    bare.save(out, "WEBP", quality=quality, method=effort)
    return out.getvalue()
