"""Reading what somebody filled in: both parts of a listing at once, and nothing lost on the way to the database."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace_kit.kernel.errors import Invalid
from marketplace_kit.kernel.fields import NoFields, raw_of
from marketplace_kit.kernel.hooks import ListingKind
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.money import LARGEST, Money
from marketplace_kit.listings.schemas import (
    facts_of,
    notes_of,
    public_attributes,
    read_attributes,
    read_change,
    read_draft,
    searchable_texts,
)
from tests.listings.goods import LAMP, TEA, Lamp

pytestmark = pytest.mark.one_engine
KINDS = {
    LAMP: ListingKind(name=LAMP, label="Lamp", plural="Lamps", attributes=Lamp),
    TEA: ListingKind(name=TEA, label="Tea", plural="Teas", attributes=NoFields),
}
GOOD: dict[str, Any] = {
    "shop_id": str(new_id()),
    "kind": LAMP,
    "title": "Reading lamp",
    "price": {"amount": 800000, "currency": "KZT"},
    "attributes": {"maker": "Svet", "light": "warm"},
}


def problems(raw: dict[str, Any], source: Any = "json") -> set[tuple[str, str]]:
    with pytest.raises(Invalid) as refused:
        read_draft(KINDS, raw, source)
    return {(p.field, p.code) for p in refused.value.problems}


def test_a_good_listing_is_read() -> None:
    draft = read_draft(KINDS, GOOD)
    assert draft.attributes == Lamp(maker="Svet", light="warm")
    assert draft.offer.price == Money(800000, "KZT")
    assert str(draft.shop_id) == GOOD["shop_id"]


def test_all_problems_of_both_parts_come_at_once() -> None:
    raw = GOOD | {"title": "", "price": {"amount": -1, "currency": "KZT"}, "state": "published"}
    raw["attributes"] = {"light": "green", "watts": "many", "voltage": 220}
    assert problems(raw) == {
        ("title", "required"),
        ("price", "too_small"),
        ("state", "unknown_field"),
        ("attributes.maker", "required"),
        ("attributes.light", "not_a_choice"),
        ("attributes.watts", "wrong_type"),
        ("attributes.voltage", "unknown_field"),
    }


@pytest.mark.parametrize("kind", ["goods.nothing", "", 7, None, ["goods.lamp"]])
def test_a_kind_that_is_not_there_is_a_problem_of_its_field(kind: Any) -> None:
    assert "kind" in {field for field, _ in problems(GOOD | {"kind": kind})}


@pytest.mark.parametrize(("attributes", "code"), [(None, "required"), ([], "wrong_type"), ("x", "wrong_type")])
def test_attributes_are_an_object(attributes: Any, code: str) -> None:
    assert problems(GOOD | {"attributes": attributes}) == {("attributes", code)}


def test_a_page_posts_the_attributes_flat() -> None:
    posted = {
        "shop_id": GOOD["shop_id"],
        "kind": LAMP,
        "title": " Reading lamp ",
        "price": "8 000,50 ₸",
        "attributes.maker": "Svet",
        "attributes.light": "cold",
        "attributes.watts": "1 500",
        "attributes.rooms": ["hall", "kitchen"],
        "attributes.made": "2026-02-01",
        "attributes.dimmable": "true",
        "attributes.shade": "500",
    }
    draft = read_draft(KINDS, posted, "form")
    assert draft.offer.title == "Reading lamp"
    assert draft.offer.price == Money(800050, "KZT")
    assert draft.attributes == Lamp(
        maker="Svet",
        light="cold",
        watts=1500,
        rooms=("hall", "kitchen"),
        made=date(2026, 2, 1),
        dimmable=True,
        shade=Money(50000, "KZT"),
    )
    assert problems(posted | {"attributes.made": "yesterday", "attributes.x": "1"}, "form") == {
        ("attributes.made", "not_a_date"),
        ("attributes.x", "unknown_field"),
    }


def test_a_change_names_the_version_it_was_made_to() -> None:
    raw = {"title": "Lamp", "attributes": GOOD["attributes"]}
    assert read_change(KINDS[LAMP], raw | {"version": 3}).version == 3
    with pytest.raises(Invalid) as refused:
        read_change(KINDS[LAMP], raw)
    assert [(p.field, p.code) for p in refused.value.problems] == [("version", "required")]


plain = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1, max_size=40)
lamps = st.builds(
    Lamp,
    maker=plain,
    light=st.sampled_from(["warm", "cold"]),
    watts=st.none() | st.integers(1, 2000),
    rooms=st.sampled_from([(), ("hall",), ("kitchen", "hall")]),
    made=st.none() | st.dates(),
    dimmable=st.booleans(),
    shade=st.none() | st.builds(Money, st.integers(0, LARGEST - 1), st.just("KZT")),
    supplier=plain,
)


@given(lamps)
def test_what_is_stored_is_read_back_as_it_was(lamp: Lamp) -> None:
    assert read_attributes(Lamp, raw_of(lamp)) == lamp


@given(lamps)
def test_what_is_private_is_neither_shown_nor_found_nor_answered(lamp: Lamp) -> None:
    stored = raw_of(lamp)
    shown = facts_of(Lamp, stored, str, money=lambda m: m.decimal(), day=str)
    assert "Supplier" not in dict(shown)
    assert "supplier" not in public_attributes(Lamp, stored)
    assert searchable_texts(lamp) == [lamp.maker]


@given(st.dictionaries(st.sampled_from(["maker", "watts", "rooms", "made", "shade", "gone"]), st.from_type(object)))
def test_showing_never_fails_on_what_an_older_declaration_stored(stored: dict[str, Any]) -> None:
    shown = facts_of(Lamp, stored, str, money=lambda m: m.decimal(), day=str)
    assert {label for label, _ in shown} <= {"Maker", "Light", "Power", "Rooms", "Made on", "Dimmable", "A new shade"}
    assert all(isinstance(value, str) and value for _, value in shown)


def test_facts_are_in_the_order_of_the_form_and_leave_out_what_is_not_answered() -> None:
    stored = raw_of(Lamp(maker="Svet", light="warm", watts=40, rooms=("hall", "kitchen"), made=date(2026, 2, 1)))
    shown = facts_of(Lamp, stored, str.upper, money=lambda m: m.decimal(), day=str)
    assert shown == [
        ("MAKER", "Svet"),
        ("LIGHT", "WARM"),
        ("POWER", "40\u00a0W"),
        ("ROOMS", "HALL, KITCHEN"),
        ("MADE ON", "2026-02-01"),
    ]


def test_a_card_has_room_for_values_that_say_what_they_are() -> None:
    stored = raw_of(Lamp(maker="Svet", light="warm", watts=40, dimmable=True, made=date(2026, 2, 1), supplier="Secret"))
    names = ("watts", "dimmable", "made", "light", "supplier", "gone")
    notes = notes_of(Lamp, stored, names, str, money=lambda m: m.decimal(), day=str)
    assert notes == ["40\u00a0W", "Dimmable", "Made on: 2026-02-01", "Warm"]
    assert notes_of(Lamp, raw_of(Lamp(maker="Svet", light="warm")), names, str, money=str, day=str) == ["Warm"]
