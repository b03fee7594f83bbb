"""Contrast of the tokens in both modes (WCAG 2.2: 1.4.3 text, 1.4.11 controls), computed from the style sheets."""

import re

import pytest

from marketplace_kit.web.vendoring import VENDOR

pytestmark = pytest.mark.one_engine

STATIC = VENDOR.parent
TONES = ("neutral", "info", "good", "warn", "bad")
GROUNDS = ("card", "surface", "brand-soft", *(f"{tone}-soft" for tone in TONES))


def tokens(mode: str) -> dict[str, str]:
    """Every `--kit-*` colour as it stands in the given mode."""
    found: dict[str, str] = {}
    for name in ("kit.css", "brand-default.css"):
        css = re.sub(r"/\*.*?\*/", "", (STATIC / name).read_text("utf-8"), flags=re.S)
        roots = re.findall(r"(@media \(prefers-color-scheme: dark\) \{\s*)?:root \{(.*?)\}", css, re.S)
        for dark, body in roots:
            if not dark or mode == "dark":
                found.update(re.findall(r"--kit-([a-z-]+): (#[0-9a-f]{3,6});", body))
    return found


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(d * 2 for d in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


TEXT = [
    *(("ink", ground) for ground in ("card", "surface", "sunk", "brand-soft")),
    *(("muted", ground) for ground in ("card", "surface", "sunk", "brand-soft", "accent-soft")),
    *(("link", ground) for ground in ("card", "surface", "brand-soft")),
    *((tone, f"{tone}-soft") for tone in TONES),  # also a link inside a notice: it takes the notice's colour
    *((tone, "card") for tone in TONES),
    ("bad", "surface"),
    ("on-brand", "brand"),
    ("on-brand", "brand-hover"),
    ("brand-hover", "surface"),
    ("card", "accent"),
]
PARTS = [
    *(("field", ground) for ground in ("card", "surface", "brand-soft", "sunk")),
    *(("focus", ground) for ground in GROUNDS),
    ("brand-mark", "card"),
    ("brand-mark", "surface"),
    ("brand-mark", "brand-soft"),
    ("accent", "card"),
    ("bad", "surface"),
]


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT)
def test_text_reads_on_its_ground(mode: str, text: str, ground: str) -> None:
    known = tokens(mode)
    assert contrast(known[text], known[ground]) >= 4.5


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize(("part", "ground"), PARTS)
def test_borders_marks_and_the_focus_ring_stand_out(mode: str, part: str, ground: str) -> None:
    known = tokens(mode)
    assert contrast(known[part], known[ground]) >= 3


def test_dark_mode_defines_every_colour_anew_that_light_uses_on_grounds() -> None:
    light, dark = tokens("light"), tokens("dark")
    assert light.keys() == dark.keys()
    assert [name for name in light if light[name] == dark[name]] == []


@pytest.mark.parametrize(
    ("selector", "rule"),
    [
        (".form-control, .form-select, .form-check-input", "border-color: var(--kit-field)"),
        (":focus-visible", "outline: 2px solid var(--kit-focus)"),
        (".kit-notice a", "color: inherit"),
        (".btn-primary", "--bs-btn-bg: var(--kit-brand)"),
    ],
)
def test_the_tokens_are_what_the_rules_use(selector: str, rule: str) -> None:
    css = (STATIC / "kit.css").read_text("utf-8")
    found = next(
        body for head, body in re.findall(r"^ *([^{}@\n]+?) \{([^}]*)\}", css, re.M) if head.startswith(selector)
    )
    assert rule in found


def test_bootstrap_stays_below_the_theme() -> None:
    css = (STATIC / "kit.css").read_text("utf-8")
    assert css.index("@layer framework, kit, brand, site;") < css.index("@layer kit {")
    for mode in ("prefers-reduced-motion: reduce", "forced-colors: active", "print"):
        assert mode in css
