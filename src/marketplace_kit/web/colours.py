"""Colours of a brand: which can be read on which (WCAG 2.2: 1.4.3 text, 1.4.11 controls), and the shades made of them.

An admin gives three colours; everything else follows from them, so that each pair that the kit's rules use keeps its
contrast in light and in dark. What the kit's own tokens are is read from ``kit.css``: there is no second list.
"""

from __future__ import annotations

import colorsys
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import attrs

TEXT, PART = 4.5, 3.0
"""Least contrast of text, and of what only has to be seen."""
_CALM = 6.0
"""What a colour that is made here has: more than it needs."""
_STEPS = 256
_KIT = Path(__file__).parent / "static" / "kit.css"
_NIGHT = "#0d1213"


@attrs.frozen
class Ground:
    """The kit's own colours in one mode."""

    card: str
    ink: str
    muted: str
    field: str
    focus: str
    bad: str
    dark: bool


@attrs.frozen
class Palette:
    """A brand in one mode: the three colours that are given, and those that follow."""

    brand: str
    accent: str
    surface: str
    on_brand: str
    brand_hover: str
    brand_soft: str
    brand_line: str
    brand_mark: str
    link: str
    accent_soft: str


@cache
def grounds() -> tuple[Ground, Ground]:
    """Light and dark."""
    css = re.sub(r"/\*.*?\*/", "", _KIT.read_text("utf-8"), flags=re.S)
    light: dict[str, str] = {}
    dark: dict[str, str] = {}
    for at_night, body in re.findall(r"(@media \(prefers-color-scheme: dark\) \{\s*)?:root \{(.*?)\}", css, re.S):
        (dark if at_night else light).update(re.findall(r"--kit-([a-z-]+): (#[0-9a-f]{3,6});", body))
    names = [a.name for a in attrs.fields(Ground) if a.name != "dark"]
    day, night = (Ground(**{n: known[n] for n in names}, dark=known is dark) for known in (light, dark))
    return day, night


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black and white)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def text_on_brand(ground: Ground, brand: str) -> str:
    """What is written on buttons: white by day; by night the brand's own darkest shade, or black."""
    if not ground.dark:
        return "#ffffff"
    return next((c for c in (_shade(brand, to=0.07), "#000000") if contrast(c, brand) >= TEXT), "#000000")


def brand_reads(ground: Ground, surface: str) -> Callable[[str], float]:
    """How far a brand's colour is from what it has to be: below 1 it does not do."""

    def judged(brand: str) -> float:
        on_it = contrast(text_on_brand(ground, brand), brand) / TEXT
        return min(on_it, contrast(brand, surface) / PART, contrast(brand, ground.card) / PART)

    return judged


def accent_reads(ground: Ground) -> Callable[[str], float]:
    """The same for the accent: the colour of cards is written on it."""
    return lambda accent: contrast(ground.card, accent) / TEXT


def surface_reads(ground: Ground) -> Callable[[str], float]:
    """The same for the ground that pages stand on."""

    def judged(surface: str) -> float:
        texts = (contrast(text, surface) / TEXT for text in (ground.ink, ground.muted, ground.bad))
        parts = (contrast(part, surface) / PART for part in (ground.field, ground.focus))
        return min(*texts, *parts)

    return judged


def nearest(colour: str, judged: Callable[[str], float]) -> str:
    """The colour of the same hue, as little lighter or darker as can be, that does."""
    hue, lightness, saturation = _hls(colour)
    for step in range(_STEPS + 1):
        for way in (lightness - step / _STEPS, lightness + step / _STEPS):
            if 0 <= way <= 1 and judged(found := colour if step == 0 else _of(hue, way, saturation)) >= 1:
                return found
    ends = ("#000000", "#ffffff")
    return max(ends, key=judged)


def night_of(brand: str, accent: str) -> tuple[str, str, str]:
    """Brand, accent and surface for dark mode, made of those for light."""
    night = grounds()[1]
    tinted = mixed(_NIGHT, brand, 0.04)
    surface = tinted if surface_reads(night)(tinted) >= 1 else _NIGHT
    lit = nearest(brand, lambda c: min(contrast(c, night.card) / _CALM, brand_reads(night, surface)(c)))
    return lit, nearest(accent, lambda c: contrast(c, night.card) / _CALM), surface


def palette(ground: Ground, brand: str, accent: str, surface: str) -> Palette:
    """All shades of one mode."""
    on_brand = text_on_brand(ground, brand)
    soft = _soft(ground, brand, whole=True)
    places = (ground.card, surface, soft)
    hover = nearest(
        _shade(brand, by=0.08 if ground.dark else -0.08),
        lambda c: min(contrast(c, surface), contrast(c, on_brand)) / TEXT,
    )
    return Palette(
        brand=brand,
        accent=accent,
        surface=surface,
        on_brand=on_brand,
        brand_hover=hover,
        brand_soft=soft,
        brand_line=mixed(ground.card, brand, 0.3),
        brand_mark=nearest(brand, lambda c: min(contrast(c, place) for place in places) / PART),
        link=nearest(brand, lambda c: min(contrast(c, place) for place in places) / TEXT),
        accent_soft=_soft(ground, accent, whole=False),
    )


def mixed(one: str, other: str, share: float) -> str:
    """``share`` of the other colour in the one."""
    pairs = zip(_rgb(one), _rgb(other), strict=True)
    return _hex(*(a + (b - a) * share for a, b in pairs))


def _soft(ground: Ground, colour: str, *, whole: bool) -> str:
    """A hint of a colour on the card's: as much of it as texts on it can bear."""
    for part in range(13, 0, -1):
        soft = mixed(ground.card, colour, part / 100)
        texts = min(contrast(ground.ink, soft), contrast(ground.muted, soft)) / TEXT
        parts = min(contrast(ground.field, soft), contrast(ground.focus, soft)) / PART if whole else 1.0
        if min(texts, parts) >= 1:
            return soft
    return ground.card


def _shade(colour: str, *, by: float = 0.0, to: float | None = None) -> str:
    hue, lightness, saturation = _hls(colour)
    return _of(hue, min(1.0, max(0.0, lightness + by if to is None else to)), saturation)


def _luminance(colour: str) -> float:
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in _rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _rgb(colour: str) -> tuple[float, float, float]:
    digits = colour[1:] if len(colour) == 7 else "".join(d * 2 for d in colour[1:])
    red, green, blue = (int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4))
    return red, green, blue


def _hex(red: float, green: float, blue: float) -> str:
    return "#" + "".join(f"{round(max(0.0, min(1.0, part)) * 255):02x}" for part in (red, green, blue))


def _hls(colour: str) -> tuple[float, float, float]:
    return colorsys.rgb_to_hls(*_rgb(colour))


def _of(hue: float, lightness: float, saturation: float) -> str:
    return _hex(*colorsys.hls_to_rgb(hue, lightness, saturation))
