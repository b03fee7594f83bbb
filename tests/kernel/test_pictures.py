"""Pictures: whatever is sent is read within limits and written anew, or refused with a code that stays."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageCms

from marketplace_kit.kernel.errors import DomainError
from marketplace_kit.kernel.pictures import (
    HIGHEST,
    MOST_BYTES,
    Picture,
    PictureInvalid,
    PictureTooLarge,
    PictureType,
    encode,
    encoded,
    file_of,
)

pytestmark = pytest.mark.one_engine
CANARY = b"CANARY-48.0158-51.8943"


def drawn(width: int = 1200, height: int = 900, mode: str = "RGB") -> Image.Image:
    """A picture with something on each side, so that turning it shows."""
    image = Image.linear_gradient("L").resize((width, height)).convert(mode)
    image.paste((200, 30, 30) if mode == "RGB" else 0, (0, 0, width // 2, height // 2))
    return image


def file(kind: str = "JPEG", image: Image.Image | None = None, **given: Any) -> bytes:
    out = BytesIO()
    (image or drawn()).save(out, kind, **given)
    return out.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is enormous."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
async def test_every_kind_that_is_taken_leaves_as_webp(kind: str) -> None:
    made = await encode(file(kind))
    assert list(made.content) == [320, 800, 1200]
    for width, content in made.content.items():
        with Image.open(BytesIO(content)) as image:
            assert (image.format, image.width) == ("WEBP", width)


def test_no_width_is_larger_than_what_was_sent() -> None:
    assert list(encoded(file(image=drawn(3000, 2000))).content) == [320, 800, 1600]
    assert list(encoded(file(image=drawn(500, 400))).content) == [320, 500]
    assert list(encoded(file(image=drawn(90, 60))).content) == [90]


def test_a_very_tall_picture_is_not_taller_than_a_screen_can_show() -> None:
    picture = encoded(file("PNG", Image.new("RGB", (100, 9000)))).picture
    assert picture.height <= HIGHEST
    assert picture.width == round(100 * HIGHEST / 9000)


def test_a_picture_held_sideways_is_shown_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = encoded(file(image=drawn(1200, 900), exif=exif)).picture
    assert (picture.width, picture.height) == (900, 1200)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_where_and_with_what_it_was_taken_is_forgotten(kind: str) -> None:
    exif = Image.Exif()
    exif[0x010E] = CANARY.decode()
    exif.get_ifd(0x8825)[1] = "N"
    sent = file(kind, exif=exif)
    assert CANARY in sent, "control: the place is in what was sent"
    for content in encoded(sent).content.values():
        assert CANARY not in content
        with Image.open(BytesIO(content)) as image:
            assert not image.getexif()
            assert "icc_profile" not in image.info


def test_what_stands_behind_the_last_byte_is_gone() -> None:
    """A picture that is a page, or an archive, as well."""
    for tail in (b"<script>alert(1)</script>" + CANARY, b"PK\x03\x04" + CANARY):
        for content in encoded(file("GIF") + tail).content.values():
            assert CANARY not in content
            assert b"<script" not in content


def test_a_script_that_begins_like_a_gif_is_refused_or_harmless() -> None:
    with pytest.raises((PictureInvalid, PictureType)):
        encoded(b"GIF89a/*" + b"\0" * 20 + b"*/=1;alert(document.cookie)")


def test_the_first_picture_of_a_moving_one_is_taken() -> None:
    frames = [Image.new("RGB", (60, 60), colour) for colour in ("red", "blue")]
    made = encoded(file("GIF", frames[0], save_all=True, append_images=frames[1:]))
    with Image.open(BytesIO(made.content[60])) as image:
        red, _, blue = image.convert("RGB").getpixel((30, 30))
        assert red > blue
        assert getattr(image, "n_frames", 1) == 1


def test_what_is_seen_through_stays_so() -> None:
    made = encoded(file("PNG", Image.new("RGBA", (50, 50), (0, 0, 0, 0))))
    with Image.open(BytesIO(made.content[50])) as image:
        assert image.convert("RGBA").getpixel((5, 5))[3] == 0


@pytest.mark.parametrize("mode", ["1", "L", "CMYK", "P", "I;16", "LA"])
def test_every_way_of_counting_colours_is_read(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    assert encoded(file(kind, Image.new(mode, (40, 40)))).picture.width == 40


def test_colours_of_another_space_are_turned_into_those_of_every_screen() -> None:
    """A profile in which red and green have changed places, and one that is none."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = srgb.replace(b"rXYZ", b"????", 1).replace(b"gXYZ", b"rXYZ", 1).replace(b"????", b"gXYZ", 1)
    red = Image.new("RGB", (64, 64), (250, 10, 10))
    with Image.open(BytesIO(encoded(file("PNG", red, icc_profile=swapped)).content[64])) as image:
        r, g, _ = image.convert("RGB").getpixel((30, 30))
        assert g > 200 > r
    plain = encoded(file("PNG", red))
    assert encoded(file("PNG", red, icc_profile=b"not a profile")).picture == plain.picture


HOSTILE = {
    "nothing": (b"", PictureType),
    "a page": (b"<!doctype html><script>alert(1)</script>", PictureType),
    "a page that begins like a PNG": (b"\x89PNG\r\n\x1a\n<script>alert(1)</script>" + b" " * 200, PictureInvalid),
    "an SVG": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", PictureType),
    "XML with an entity": (
        b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
        PictureType,
    ),
    "a PDF": (b"%PDF-1.7\n" + b" " * 100, PictureType),
    "a program for PostScript": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n", PictureType),
    "an archive": (b"PK\x03\x04" + b"\0" * 100, PictureType),
    "a picture of a kind that few decoders read well": (file("TIFF"), PictureType),
    "half a JPEG": (file()[:2000], PictureInvalid),
    "half a PNG": (file("PNG")[:200], PictureInvalid),
    "half a WebP": (file("WEBP")[:60], PictureInvalid),
    "a bomb of pixels": (png_header(60000, 60000), PictureTooLarge),
    "a line without end": (png_header(2**31 - 1, 1), PictureTooLarge),
    "more bytes than anybody's camera makes": (b"\xff\xd8" + b"\0" * MOST_BYTES, PictureTooLarge),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_picture_is_refused_by_a_code(name: str) -> None:
    content, expected = HOSTILE[name]
    with pytest.raises(DomainError) as refused:
        encoded(content)
    assert type(refused.value) is expected or (expected is PictureInvalid and type(refused.value) is PictureType)


def test_a_page_in_a_comment_of_a_picture_does_not_survive() -> None:
    sent = file(comment=b"<html><script>" + CANARY)
    assert CANARY in sent
    assert all(CANARY not in content for content in encoded(sent).content.values())


def test_the_same_picture_has_the_same_key() -> None:
    assert encoded(file()).picture == encoded(file()).picture
    assert encoded(file()).picture != encoded(file(image=drawn(1200, 901))).picture


def test_a_key_says_where_each_width_is() -> None:
    picture = Picture.of("ab" * 20 + "_1000x750")
    assert picture.widths == (320, 800, 1000)
    assert picture.url() == f"/media/{'ab' * 20}-1000.webp"
    assert picture.url(300) == f"/media/{'ab' * 20}-320.webp"
    assert picture.srcset.split(", ")[1] == f"/media/{'ab' * 20}-800.webp 800w"
    assert file_of(picture.url(300).removeprefix("/media/")) == picture.file(320)
    assert Picture.of(picture.key) == picture


@pytest.mark.parametrize(
    "name", ["", "x.webp", "../secret", "a" * 40 + "-0.webp", "a" * 40 + "-1.webp\n", "A" * 40 + "-1.webp"]
)
def test_a_name_that_is_none_of_ours_is_nowhere(name: str) -> None:
    assert file_of(name) is None
    with pytest.raises(ValueError, match="no picture's key"):
        Picture.of(name)
