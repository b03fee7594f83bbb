"""Pictures for samples, drawn by ourselves: the same seed gives the same picture, and no other seed does.

A calm ground in two colours, a sun, hills or a window, and in front of them one figure that says what is offered. Made
for demonstrations with hundreds of listings: one takes a few milliseconds, and needs not be read again.
"""

from __future__ import annotations

import colorsys
import random
from collections.abc import Callable
from functools import cache

from PIL import Image, ImageDraw

from marketplace_kit.kernel.pictures import Encoded, written

WIDTH, HEIGHT = 800, 600
Colour = tuple[int, int, int]
Draw = ImageDraw.ImageDraw
Figure = Callable[[Draw, float, float, float, Colour, Colour], None]
"""``figure(draw, x, y, size, colour, other)`` around its middle; ``size`` is half its height."""

_COATS: tuple[Colour, ...] = (
    (201, 152, 98),
    (128, 88, 60),
    (226, 196, 152),
    (104, 104, 114),
    (222, 138, 78),
    (74, 66, 66),
    (176, 168, 160),
)


def illustration(seed: str, motif: str = "", hue: int | None = None) -> Encoded:
    """A picture for ``seed``. ``motif`` is one of :data:`MOTIFS` (or an icon's name standing for one); ``hue`` is its
    colour in degrees, else the seed chooses.
    """
    chance = random.Random(f"{seed}|{motif}")  # noqa: S311 - a drawing, not a secret
    hue = 15 * (chance.randrange(24) if hue is None else round(hue / 15) + chance.randrange(-1, 2)) % 360
    image = _ground(hue, chance.randrange(3)).copy()
    draw = ImageDraw.Draw(image, "RGBA")
    _scene(draw, chance, hue)
    figure = MOTIFS.get(ICONS.get(motif, motif)) or MOTIFS[chance.choice(sorted(MOTIFS))]
    x, y = WIDTH * chance.uniform(0.42, 0.58), HEIGHT * chance.uniform(0.5, 0.58)
    size = HEIGHT * chance.uniform(0.26, 0.33)
    draw.ellipse(_box(x, y + size * 1.02, size * 1.15, size * 0.14), fill=(0, 0, 0, 38))
    animal = figure in (_dog, _cat)
    colour = chance.choice(_COATS) if animal else _rgb(hue + 180 + chance.randrange(-25, 26), 0.5, 0.42)
    figure(draw, x, y, size, colour, (250, 240, 226) if animal else _rgb(hue + 30, 0.5, 0.9))
    return written(image, quality=72, effort=0)


def _rgb(hue: float, saturation: float, lightness: float) -> Colour:
    red, green, blue = colorsys.hls_to_rgb(hue % 360 / 360, lightness, saturation)
    return round(red * 255), round(green * 255), round(blue * 255)


def _box(x: float, y: float, rx: float, ry: float) -> tuple[float, float, float, float]:
    return x - rx, y - ry, x + rx, y + ry


@cache
def _ground(hue: int, kind: int) -> Image.Image:
    """Two neighbouring colours that run into each other. Kept: there are not many."""
    upper = Image.new("RGB", (WIDTH, HEIGHT), _rgb(hue, 0.55, 0.86))
    lower = Image.new("RGB", (WIDTH, HEIGHT), _rgb(hue + 24, 0.5, 0.7))
    mask = Image.linear_gradient("L") if kind < 2 else Image.radial_gradient("L")
    return Image.composite(lower, upper, mask.rotate(90 * (kind == 1)).resize((WIDTH, HEIGHT)))


def _scene(draw: Draw, chance: random.Random, hue: int) -> None:
    light = (255, 255, 255, 90)
    draw.ellipse(_box(WIDTH * chance.uniform(0.1, 0.9), HEIGHT * chance.uniform(0.1, 0.3), 70, 70), fill=light)
    for step in range(2):
        top = HEIGHT * (0.66 + 0.14 * step)
        x = WIDTH * chance.uniform(0, 1)
        draw.ellipse(
            (x - 620, top, x + 620, top + 700), fill=(*_rgb(hue + 50 + 20 * step, 0.35, 0.66 - 0.1 * step), 255)
        )
    for _ in range(chance.randrange(5, 11)):
        radius = chance.uniform(4, 13)
        draw.ellipse(
            _box(WIDTH * chance.random(), HEIGHT * chance.uniform(0, 0.6), radius, radius), fill=(255, 255, 255, 70)
        )


def _dog(draw: Draw, x: float, y: float, s: float, colour: Colour, other: Colour) -> None:
    for side in (-1, 1):
        draw.ellipse(
            _box(x + side * s * 0.62, y - s * 0.12, s * 0.26, s * 0.55), fill=tuple(c * 3 // 4 for c in colour)
        )
    draw.ellipse(_box(x, y, s * 0.68, s * 0.74), fill=colour)
    draw.ellipse(_box(x, y + s * 0.32, s * 0.38, s * 0.34), fill=other)
    _eyes(draw, x, y - s * 0.1, s)
    draw.ellipse(_box(x, y + s * 0.2, s * 0.13, s * 0.09), fill=(40, 32, 32))
    draw.chord(_box(x, y + s * 0.36, s * 0.16, s * 0.2), 20, 160, fill=(214, 92, 102))


def _cat(draw: Draw, x: float, y: float, s: float, colour: Colour, other: Colour) -> None:
    for side in (-1, 1):
        corner = x + side * s * 0.62
        draw.polygon([(corner, y - s * 0.95), (x + side * s * 0.1, y - s * 0.52), (corner, y - s * 0.1)], fill=colour)
    draw.ellipse(_box(x, y, s * 0.72, s * 0.66), fill=colour)
    draw.ellipse(_box(x, y + s * 0.26, s * 0.3, s * 0.22), fill=other)
    _eyes(draw, x, y - s * 0.08, s)
    draw.polygon([(x - s * 0.08, y + s * 0.14), (x + s * 0.08, y + s * 0.14), (x, y + s * 0.24)], fill=(214, 92, 102))
    for side in (-1, 1):
        for slope in (-0.06, 0.04):
            start, end = (x + side * s * 0.3, y + s * 0.24), (x + side * s * 0.86, y + s * (0.24 + slope * 2))
            draw.line([start, end], fill=(255, 255, 255, 200), width=max(2, round(s / 40)))


def _eyes(draw: Draw, x: float, y: float, s: float) -> None:
    for side in (-1, 1):
        draw.ellipse(_box(x + side * s * 0.27, y, s * 0.095, s * 0.115), fill=(40, 32, 32))
        draw.ellipse(_box(x + side * s * 0.27 + s * 0.03, y - s * 0.04, s * 0.03, s * 0.03), fill=(255, 255, 255))


def _paw(draw: Draw, x: float, y: float, s: float, colour: Colour, other: Colour) -> None:
    draw.ellipse(_box(x, y, s * 0.95, s * 0.95), fill=other)
    draw.ellipse(_box(x, y + s * 0.3, s * 0.42, s * 0.34), fill=colour)
    for dx, dy in ((-0.5, -0.1), (-0.19, -0.42), (0.19, -0.42), (0.5, -0.1)):
        draw.ellipse(_box(x + dx * s, y + dy * s, s * 0.16, s * 0.21), fill=colour)


def _scissors(draw: Draw, x: float, y: float, s: float, colour: Colour, other: Colour) -> None:
    draw.ellipse(_box(x, y, s * 0.95, s * 0.95), fill=other)
    for side in (-1, 1):
        tip = [
            (x + side * s * 0.42, y - s * 0.72),
            (x - side * s * 0.16, y + s * 0.22),
            (x - side * s * 0.02, y + s * 0.26),
        ]
        draw.polygon(tip, fill=(96, 108, 120))
        draw.ellipse(_box(x - side * s * 0.26, y + s * 0.44, s * 0.23, s * 0.23), outline=colour, width=round(s * 0.09))
    draw.ellipse(_box(x, y + s * 0.12, s * 0.05, s * 0.05), fill=colour)


def _cross(draw: Draw, x: float, y: float, s: float, colour: Colour, other: Colour) -> None:
    draw.rounded_rectangle(_box(x, y, s * 0.95, s * 0.8), s * 0.2, fill=other)
    draw.rounded_rectangle(_box(x, y, s * 0.17, s * 0.52), s * 0.06, fill=colour)
    draw.rounded_rectangle(_box(x, y, s * 0.52, s * 0.17), s * 0.06, fill=colour)


def _screen(draw: Draw, x: float, y: float, s: float, colour: Colour, other: Colour) -> None:
    draw.rounded_rectangle((x - s * 0.1, y + s * 0.5, x + s * 0.1, y + s * 0.9), 2, fill=(70, 76, 84))
    draw.rounded_rectangle(_box(x, y + s * 0.92, s * 0.42, s * 0.06), s * 0.05, fill=(70, 76, 84))
    draw.rounded_rectangle(_box(x, y - s * 0.1, s * 1.05, s * 0.68), s * 0.08, fill=(52, 58, 66))
    draw.rounded_rectangle(_box(x, y - s * 0.1, s * 0.95, s * 0.58), s * 0.05, fill=colour)
    for row, width in enumerate((0.5, 0.72, 0.34, 0.6)):
        top = y - s * 0.46 + row * s * 0.2
        draw.rounded_rectangle(
            (x - s * 0.75, top, x - s * 0.75 + s * width * 1.6, top + s * 0.09), s * 0.04, fill=other
        )


def _house(draw: Draw, x: float, y: float, s: float, colour: Colour, other: Colour) -> None:
    draw.rectangle((x - s * 0.75, y - s * 0.2, x + s * 0.75, y + s * 0.95), fill=other)
    draw.polygon([(x - s, y - s * 0.18), (x, y - s * 0.95), (x + s, y - s * 0.18)], fill=colour)
    draw.rectangle((x - s * 0.18, y + s * 0.36, x + s * 0.18, y + s * 0.95), fill=tuple(c * 3 // 4 for c in colour))
    for side in (-1, 1):
        draw.rectangle(_box(x + side * s * 0.47, y + s * 0.22, s * 0.14, s * 0.14), fill=(255, 246, 210))


def _bowl(draw: Draw, x: float, y: float, s: float, colour: Colour, other: Colour) -> None:
    for dx, dy in ((-0.42, -0.1), (-0.14, -0.24), (0.16, -0.22), (0.44, -0.08), (0.0, -0.4)):
        draw.ellipse(_box(x + dx * s, y + dy * s, s * 0.2, s * 0.17), fill=(176, 122, 74))
    draw.polygon(
        [(x - s * 0.8, y), (x + s * 0.8, y), (x + s * 0.98, y + s * 0.72), (x - s * 0.98, y + s * 0.72)], fill=colour
    )
    _paw(draw, x, y + s * 0.38, s * 0.3, colour, other)


def _bag(draw: Draw, x: float, y: float, s: float, colour: Colour, other: Colour) -> None:
    draw.arc(_box(x, y - s * 0.45, s * 0.34, s * 0.42), 180, 360, fill=colour, width=round(s * 0.1))
    draw.rounded_rectangle((x - s * 0.72, y - s * 0.42, x + s * 0.72, y + s * 0.95), s * 0.1, fill=colour)
    draw.rounded_rectangle((x - s * 0.5, y + s * 0.05, x + s * 0.5, y + s * 0.6), s * 0.08, fill=other)


def _cup(draw: Draw, x: float, y: float, s: float, colour: Colour, other: Colour) -> None:
    draw.arc(_box(x + s * 0.62, y + s * 0.2, s * 0.32, s * 0.34), -90, 90, fill=colour, width=round(s * 0.12))
    draw.rounded_rectangle((x - s * 0.68, y - s * 0.3, x + s * 0.66, y + s * 0.85), s * 0.24, fill=colour)
    draw.ellipse(_box(x - s * 0.01, y - s * 0.28, s * 0.62, s * 0.14), fill=other)
    for dx in (-0.3, 0.0, 0.3):
        draw.arc(
            _box(x + dx * s, y - s * 0.68, s * 0.1, s * 0.2), 90, 270, fill=(255, 255, 255, 190), width=round(s * 0.06)
        )


def _tools(draw: Draw, x: float, y: float, s: float, colour: Colour, other: Colour) -> None:
    draw.ellipse(_box(x, y, s * 0.95, s * 0.95), fill=other)
    for side in (-1, 1):
        draw.line(
            [(x - side * s * 0.45, y + s * 0.5), (x + side * s * 0.34, y - s * 0.34)],
            fill=colour,
            width=round(s * 0.17),
        )
        draw.ellipse(_box(x + side * s * 0.4, y - s * 0.42, s * 0.22, s * 0.22), fill=colour)
        draw.ellipse(_box(x + side * s * 0.48, y - s * 0.5, s * 0.11, s * 0.11), fill=other)


def _leaf(draw: Draw, x: float, y: float, s: float, colour: Colour, other: Colour) -> None:
    draw.line([(x, y + s * 0.5), (x, y - s * 0.6)], fill=(86, 128, 74), width=round(s * 0.09))
    for dx, dy, size in ((-0.36, 0.0, 0.34), (0.36, -0.18, 0.34), (-0.3, -0.48, 0.28), (0.02, -0.8, 0.26)):
        draw.ellipse(_box(x + dx * s, y + dy * s, size * s, size * s * 0.62), fill=(104, 158, 88))
    draw.polygon(
        [(x - s * 0.5, y + s * 0.3), (x + s * 0.5, y + s * 0.3), (x + s * 0.36, y + s), (x - s * 0.36, y + s)],
        fill=colour,
    )
    draw.rounded_rectangle((x - s * 0.58, y + s * 0.22, x + s * 0.58, y + s * 0.42), s * 0.06, fill=other)


MOTIFS: dict[str, Figure] = {
    "bag": _bag,
    "bowl": _bowl,
    "cat": _cat,
    "cross": _cross,
    "cup": _cup,
    "dog": _dog,
    "house": _house,
    "leaf": _leaf,
    "paw": _paw,
    "scissors": _scissors,
    "screen": _screen,
    "tools": _tools,
}
"""What a picture can show."""

ICONS = {
    "bag": "bag",
    "box-seam": "bag",
    "building": "house",
    "cart": "bag",
    "gem": "paw",
    "grid": "paw",
    "heart": "dog",
    "house": "house",
    "shield": "cross",
    "shield-check": "cross",
    "shop": "house",
    "tag": "bag",
    "wrench": "tools",
}
"""Icons of kinds and categories, and what stands for them in a picture."""

__all__ = ["ICONS", "MOTIFS", "illustration"]
