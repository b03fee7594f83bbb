"""Pictures for samples: one for each seed, always the same, quickly made."""

from __future__ import annotations

import time
from io import BytesIO

import pytest
from PIL import Image

from marketplace_kit.web.illustrations import ICONS, MOTIFS, illustration

pytestmark = pytest.mark.one_engine


def test_a_seed_always_gives_the_same_picture_and_no_other_seed_does() -> None:
    assert illustration("puppy 1", "dog").picture == illustration("puppy 1", "dog").picture
    assert len({illustration(f"puppy {n}", "dog").picture for n in range(20)}) == 20


@pytest.mark.parametrize("motif", [*MOTIFS, "", "an-icon-nobody-drew"])
def test_every_motif_is_a_picture_in_each_width(motif: str) -> None:
    made = illustration("x", motif)
    assert list(made.content) == [320, 800]
    for width, content in made.content.items():
        assert Image.open(BytesIO(content)).size == (width, width * 3 // 4)


def test_icons_stand_for_motifs() -> None:
    assert set(ICONS.values()) <= set(MOTIFS)


def test_eight_hundred_are_made_while_a_demo_starts() -> None:
    """Each takes a few milliseconds; the bound is wide, for slow machines."""
    illustration("warm")
    began = time.process_time()
    for n in range(20):
        illustration(f"quick {n}")
    assert (time.process_time() - began) / 20 < 0.1
