"""A shop by itself: its address and its doors."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace_kit.kernel.process import InvalidTransition
from marketplace_kit.shops.domain import LONGEST_SLUG, SHOP, Shop, ShopOpened, slug_of

pytestmark = pytest.mark.one_engine
NOW = datetime(2026, 3, 2, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Салон «Айгерім»", "salon-aigerim"),
        ("Үй жануарлары", "ui-zhanuarlary"),
        ("Груминг на набережной", "gruming-na-naberezhnoi"),
        ("Caspian Cyber Café", "caspian-cyber-cafe"),
        ("Щенок & Ко", "shchenok-ko"),
        ("Әңгіме Ғылым Қыран Өрік Ұя Һ", "angime-gylym-qyran-orik-uia-h"),
        ("犬舎", ""),
    ],
)
def test_a_name_becomes_an_address_that_can_be_read_aloud(name: str, slug: str) -> None:
    assert slug_of(name) == slug


@given(st.text(max_size=200))
def test_every_address_is_plain(name: str) -> None:
    slug = slug_of(name)
    assert len(slug) <= LONGEST_SLUG
    assert all(c in "abcdefghijklmnopqrstuvwxyz0123456789-" for c in slug)
    assert not slug.startswith("-")
    assert not slug.endswith("-")
    assert "--" not in slug


def shop(state: str = "pending") -> Shop:
    return Shop(slug="lamp", name="Lamp", created_at=NOW, state=state)


def test_no_owner_opens_the_doors_without_approval_and_every_shut_shop_can_open_again() -> None:
    SHOP.check()
    opening = {(source, t.verb) for t in SHOP.transitions for source in t.sources if t.target == "open"}
    by_owners = {(source, verb) for source, verb in opening if verb in {t.verb for t in SHOP.moves(source, ["owner"])}}
    assert by_owners == {("paused", "resume")}
    assert all(SHOP.moves(state, ["owner", "admin"]) for state in ("paused", "hidden", "suspended", "closed"))


def test_an_admin_opens_the_doors_of_a_shop_that_waits() -> None:
    waiting = shop()
    assert waiting.move("approve", ["admin"]) == ShopOpened(shop_id=waiting.id, slug="lamp")
    assert waiting.state == "open"


def test_an_owner_cannot_approve_their_own_shop() -> None:
    with pytest.raises(InvalidTransition) as refused:
        shop().move("approve", ["owner"])
    assert refused.value.facts["allowed"] == ["close"]


def test_a_shop_without_anybody_is_closed_and_cannot_be_called() -> None:
    left = shop("open")
    left.phone = "+77012345678"
    left.forget_contacts()
    assert (left.state, left.phone) == ("closed", None)
