"""A brand is a few colours; whatever an admin chooses, everything can be read in light and in dark."""

from __future__ import annotations

import random

import attrs
import pytest

from marketplace_kit.kernel.errors import Invalid
from marketplace_kit.kernel.fields import parse
from marketplace_kit.kernel.pictures import Picture
from marketplace_kit.web.brand import Brand, checked, written
from tests.web.test_contrast import PARTS, TEXT, contrast, tokens

pytestmark = pytest.mark.one_engine
TEAL = Brand(brand="#0b6b66", accent="#c03f28", surface="#f5f7f6")


def any_colour(chance: random.Random) -> str:
    return f"#{chance.randrange(2**24):06x}"


def accepted(brand: Brand) -> Brand:
    """The brand with each refused colour replaced by the one that the refusal proposes."""
    for _ in range(3):
        try:
            checked(brand)
        except Invalid as refused:
            proposed = {p.field: p.facts["nearest"] for p in refused.problems}
            brand = parse(Brand, {f: proposed.get(f, getattr(brand, f)) for f in Brand.__struct_fields__})
        else:
            return brand
    raise AssertionError(f"what is proposed is refused: {brand}")


@pytest.mark.parametrize("number", range(60))
def test_every_pair_of_an_accepted_brand_can_be_read_in_both_modes(number: int) -> None:
    chance = random.Random(number)
    given = Brand(brand=any_colour(chance), accent=any_colour(chance), surface=any_colour(chance))
    if number % 2:
        given = Brand(
            **{name: getattr(given, name) for name in ("brand", "accent", "surface")},
            brand_dark=any_colour(chance),
            accent_dark=any_colour(chance),
            surface_dark=any_colour(chance),
        )
    brand = accepted(given)
    for mode, palette in zip(("light", "dark"), checked(brand), strict=True):
        known = tokens(mode) | {n.replace("_", "-"): v for n, v in attrs.asdict(palette).items()}
        faint = [
            (one, other, round(contrast(known[one], known[other]), 2))
            for pairs, least in ((TEXT, 4.5), (PARTS, 3.0))
            for one, other in pairs
            if contrast(known[one], known[other]) < least
        ]
        assert faint == [], (mode, brand)


def test_a_pale_colour_is_refused_at_its_field_with_the_nearest_that_does() -> None:
    with pytest.raises(Invalid) as refused:
        checked(Brand(brand="#ffd400", accent="#c03f28", surface="#f5f7f6", brand_dark="#102030"))
    problems = {p.field: p for p in refused.value.problems}
    assert set(problems) == {"brand", "brand_dark"}
    assert problems["brand"].code == "contrast_too_low"
    assert contrast(str(problems["brand"].facts["nearest"]), "#ffffff") >= 4.5


def test_the_sheet_holds_all_tokens_and_makes_room_for_a_wide_logo() -> None:
    assert "--kit-logo" not in written(TEAL, None)
    css = written(TEAL, Picture("0" * 40, 640, 160))
    assert f'--kit-logo: url("/media/{"0" * 40}-320.webp")' in css
    assert "--kit-logo-width: 8.00rem" in css
    assert css.count("--kit-brand:") == 2


def test_the_same_brand_makes_the_same_sheet() -> None:
    assert written(TEAL, None) == written(Brand(brand="#0b6b66", accent="#c03f28", surface="#f5f7f6"), None)
