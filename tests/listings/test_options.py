"""Variants, modifiers and add-ons: what may be chosen, what it costs, who may say so."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from marketplace_kit.kernel.errors import Invalid, Missing, StaleVersion
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.listings.domain.options import (
    ADDON,
    MODIFIER,
    VARIANT,
    Choice,
    Option,
    OptionGroup,
    PriceOnRequest,
    price_choice,
    span_of,
)
from marketplace_kit.listings.queries import Criteria, active_kinds, browse
from marketplace_kit.listings.queries.options import offered
from marketplace_kit.listings.schemas import Offer
from marketplace_kit.listings.services import choice_of, edit, set_options
from marketplace_kit.listings.services.optioning import option_groups
from marketplace_kit.listings.tables import listing_table, option_group_table, option_table
from tests.listings.goods import Lamp
from tests.listings.market import Market


def tenge(amount: int | None) -> Money | None:
    return None if amount is None else Money(amount * 100, "KZT")


def option(name: str, price: int | None = None, **given: Any) -> Option:
    return Option(names={"en": name}, price=tenge(price), **given)


def group(kind: str, name: str, *options: Option, least: int = 0, most: int | None = None) -> OptionGroup:
    bounds = {VARIANT: (1, 1)}.get(kind, (least, most))
    return OptionGroup(kind=kind, names={"en": name}, least=bounds[0], most=bounds[1], options=options)


SMALL, LARGE = option("25 cm", 2000, sku="P25"), option("35 cm", 3200, sku="P35")
KETCHUP, GARLIC, CHILI = option("Ketchup"), option("Garlic", 150), option("Chili", 150, available=False)
CHEESE = option("Extra cheese", 400, minutes=2)
SIZE = group(VARIANT, "Size", SMALL, LARGE)
SAUCE = group(MODIFIER, "Sauce", KETCHUP, GARLIC, CHILI, least=1, most=2)
EXTRA = group(ADDON, "Extras", CHEESE)
PIZZA = (SIZE, SAUCE, EXTRA)


def pizza(**chosen: tuple[Option, ...]) -> Choice:
    named = {"size": SIZE, "sauce": SAUCE, "extra": EXTRA}
    return price_choice(tenge(1), PIZZA, {str(named[k].id): [str(o.id) for o in v] for k, v in chosen.items()})


def test_a_variant_has_the_whole_price_and_what_is_added_is_added() -> None:
    choice = pizza(size=(LARGE,), sauce=(GARLIC, KETCHUP), extra=(CHEESE,))
    assert choice.total == tenge(3200 + 150 + 400)
    assert [part.amount for part in choice.parts] == [tenge(3200), tenge(0), tenge(150), tenge(400)]
    assert (choice.minutes, choice.sku) == (2, "P35")
    assert choice.options[str(SAUCE.id)] == (str(KETCHUP.id), str(GARLIC.id))


@pytest.mark.parametrize(
    ("chosen", "where", "code"),
    [
        ({"sauce": (KETCHUP,)}, SIZE, "option_required"),
        ({"size": (SMALL, LARGE), "sauce": (KETCHUP,)}, SIZE, "too_many_options"),
        ({"size": (SMALL,)}, SAUCE, "option_required"),
        ({"size": (SMALL,), "sauce": (CHILI,)}, SAUCE, "option_unavailable"),
        ({"size": (SMALL,), "sauce": (CHEESE,)}, SAUCE, "unknown_option"),
    ],
)
def test_what_cannot_be_chosen_is_refused_at_its_group(
    chosen: dict[str, tuple[Option, ...]], where: OptionGroup, code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        pizza(**chosen)
    assert [(p.field, p.code) for p in refused.value.problems] == [(f"options.{where.id}", code)]


def test_all_problems_come_at_once_and_nothing_chosen_is_nothing_wrong() -> None:
    with pytest.raises(Invalid) as refused:
        price_choice(tenge(1), PIZZA, {"gone": ["x"], "empty": [""]})
    assert [(p.field, p.code) for p in refused.value.problems] == [
        ("options.gone", "unknown_option"),
        (f"options.{SIZE.id}", "option_required"),
        (f"options.{SAUCE.id}", "option_required"),
    ]
    unfinished = (group(MODIFIER, "Not ready", least=1),)
    assert price_choice(tenge(1), unfinished, {}).total == tenge(1)


def test_without_any_price_there_is_none_to_promise() -> None:
    plain = group(VARIANT, "Size", option("S"))
    chosen = {str(plain.id): [str(plain.options[0].id)]}
    with pytest.raises(PriceOnRequest):
        price_choice(None, (plain,), chosen)
    assert price_choice(tenge(500), (plain,), chosen).total == tenge(500)


PRICES = st.none() | st.integers(0, 10**9)


@st.composite
def offers(draw: st.DrawFn) -> tuple[Money, list[OptionGroup], dict[str, list[str]]]:
    """A listing with options, and something that may or may not be chosen of it."""
    groups, chosen = [], {}
    for kind in draw(st.lists(st.sampled_from([MODIFIER, ADDON]), max_size=3)) + [VARIANT][: draw(st.integers(0, 1))]:
        options = tuple(
            Option(
                names={"en": "x"},
                price=tenge(draw(PRICES)),
                minutes=draw(st.integers(0, 60)),
                available=draw(st.booleans()),
            )
            for _ in range(draw(st.integers(0, 4)))
        )
        least = draw(st.integers(0, 3)) if kind == MODIFIER else 0
        made = group(kind, "G", *options, least=least, most=draw(st.none() | st.integers(max(least, 1), 5)))
        groups.append(made)
        ids = [str(o.id) for o in options]
        chosen[str(made.id)] = draw(st.lists(st.sampled_from(ids), max_size=4)) if ids else []
    return Money(draw(st.integers(0, 10**9)), "KZT"), groups, chosen


def fits(one: OptionGroup, taken: set[str]) -> bool:
    most = len(one.options) if one.most is None else one.most
    return one.least <= len(taken) <= most and all(o.available for o in one.options if str(o.id) in taken)


@given(offers())
def test_the_parts_are_the_sum_and_the_bounds_are_kept(
    offer: tuple[Money, list[OptionGroup], dict[str, list[str]]],
) -> None:
    base, groups, chosen = offer
    if not all(fits(one, set(chosen[str(one.id)])) for one in groups if one.options):
        with pytest.raises(Invalid):
            price_choice(base, groups, chosen)
        return
    choice = price_choice(base, groups, chosen)
    assert sum((part.amount for part in choice.parts), start=Money.zero("KZT")) == choice.total
    assert {one: set(ids) for one, ids in chosen.items() if ids} == {k: set(v) for k, v in choice.options.items()}
    lowest = span_of(base, groups).lowest
    assert lowest is not None
    assert choice.total >= lowest
    minutes = sum(o.minutes for g in groups for o in g.options if str(o.id) in choice.options.get(str(g.id), ()))
    assert choice.minutes == minutes


# ── stored ───────────────────────────────────────────────────────────────────────────────────────


async def with_options(market: Market, *groups: OptionGroup, price: str | None = "8000") -> tuple[Actor, UUID]:
    owner = await market.person("owner", "vendor")
    lamp = await market.listing(owner, await market.shop(owner), price=price)
    await market.site.do(set_options, lamp, version=await version_of(market, lamp), groups=groups, by=owner)
    return owner, lamp


async def version_of(market: Market, listing_id: UUID) -> int:
    async def version(connection: Any) -> int:
        wanted = sa.select(listing_table.c.version).where(listing_table.c.id == listing_id)
        return int((await connection.execute(wanted)).scalar_one())

    return await market.site.ask(version)


async def stored(market: Market, listing_id: UUID) -> tuple[OptionGroup, ...]:
    return await market.site.ask(option_groups, listing_id)


async def shown(market: Market) -> tuple[Money | None, bool]:
    found = await market.site.ask(browse, Criteria(), active_kinds(market.site))
    return found.items[0].price, found.items[0].price_varies


async def test_orders_ask_for_the_price_of_what_was_chosen(market: Market) -> None:
    _, lamp = await with_options(market, *PIZZA)
    size, sauce, _ = await stored(market, lamp)
    chosen = {str(size.id): [str(size.options[0].id)], str(sauce.id): [str(sauce.options[1].id)]}
    asked = await market.site.ask(choice_of, lamp, chosen, "ru")
    assert [(part.text, part.amount) for part in asked.parts] == [
        ("Reading lamp, 25 cm", tenge(2000)),
        ("Garlic", tenge(150)),
    ]
    assert (asked.unit_price, asked.sku, asked.title) == (tenge(2150), "P25", "Reading lamp")

    async def within(uow: UnitOfWork) -> Any:
        return await choice_of(uow, lamp, chosen)

    assert (await market.site.do(within)).unit_price == tenge(2150)
    with pytest.raises(Missing):
        await market.site.ask(choice_of, UUID(int=1), {})


async def test_lists_and_search_know_the_lowest_price(market: Market) -> None:
    owner, lamp = await with_options(market, price=None)
    assert await shown(market) == (None, False)
    for groups, expected in (
        (PIZZA, (tenge(2000), True)),
        ((group(MODIFIER, "Bulb", GARLIC, least=1),), (None, False)),
        ((group(VARIANT, "Size", SMALL),), (tenge(2000), False)),
        ((), (None, False)),
    ):
        await market.site.do(set_options, lamp, version=await version_of(market, lamp), groups=groups, by=owner)
        assert await shown(market) == expected
    plain = group(VARIANT, "Colour", option("Red"), option("Blue", 9500))
    await market.site.do(set_options, lamp, version=await version_of(market, lamp), groups=(plain,), by=owner)
    offer = Offer(title="Reading lamp", price=tenge(700))
    attributes = Lamp(maker="Svet", light="warm")
    await market.site.do(
        edit, lamp, version=await version_of(market, lamp), offer=offer, attributes=attributes, by=owner
    )
    assert await shown(market) == (tenge(700), True)
    cheap = await market.site.ask(browse, Criteria(price_max=80_000), active_kinds(market.site))
    assert [card.id for card in cheap.items] == [lamp]


async def test_a_set_is_replaced_and_what_keeps_its_id_stays(market: Market) -> None:
    owner, lamp = await with_options(market, *PIZZA)
    size, sauce, extra = await stored(market, lamp)
    swapped = OptionGroup(
        id=size.id,
        kind=VARIANT,
        names=size.names,
        least=1,
        most=1,
        options=(
            Option(id=size.options[1].id, names={"en": "35"}, price=tenge(3000), sku="P25"),
            Option(id=size.options[0].id, names={"en": "25"}, price=tenge(1000), sku="P35"),
        ),
    )
    groups = (extra, swapped, group(ADDON, "New", option("Box", 100)))
    await market.site.do(set_options, lamp, version=await version_of(market, lamp), groups=groups, by=owner)
    after = await stored(market, lamp)
    assert [g.id for g in after[:2]] == [extra.id, size.id]
    assert [(o.id, o.sku) for o in after[1].options] == [(size.options[1].id, "P25"), (size.options[0].id, "P35")]
    assert sauce.id not in {g.id for g in after}
    # The variants may be another group now.
    other = group(VARIANT, "Weight", option("1 kg", 500))
    turned = (other, OptionGroup(id=size.id, kind=ADDON, names=size.names, options=swapped.options))
    await market.site.do(set_options, lamp, version=await version_of(market, lamp), groups=turned, by=owner)
    assert [g.kind for g in await stored(market, lamp)] == [VARIANT, ADDON]
    await market.site.do(set_options, lamp, version=await version_of(market, lamp), groups=(SIZE,), by=owner)
    assert [g.kind for g in await stored(market, lamp)] == [VARIANT]


async def test_nobody_takes_another_listings_options(market: Market) -> None:
    owner, lamp = await with_options(market, *PIZZA)
    theirs = await stored(market, lamp)
    other = await market.listing(owner, await market.shop(owner, "Other"))
    await market.site.do(set_options, other, version=await version_of(market, other), groups=theirs, by=owner)
    assert await stored(market, lamp) == theirs
    assert {g.id for g in await stored(market, other)}.isdisjoint({g.id for g in theirs})
    stranger = await market.person("stranger", "vendor")
    with pytest.raises(Missing):
        await market.site.do(set_options, lamp, version=1, groups=(), by=stranger)


async def test_a_set_with_faults_is_refused_whole(market: Market) -> None:
    owner, lamp = await with_options(market, SIZE)
    known = await stored(market, lamp)
    faulty = (
        group(VARIANT, "A", option("x", sku="1"), option("y", sku="1")),
        group(VARIANT, "B", option("x")),
        group(MODIFIER, "C", least=3, most=2),
    )
    with pytest.raises(Invalid) as refused:
        await market.site.do(set_options, lamp, version=await version_of(market, lamp), groups=faulty, by=owner)
    assert {(p.field, p.code) for p in refused.value.problems} == {
        ("groups.0.options.1.sku", "sku_taken"),
        ("groups.1.kind", "one_variant_group"),
        ("groups.2.max", "min_above_max"),
    }
    assert await stored(market, lamp) == known


async def test_of_two_who_change_the_options_at_once_one_is_told(market: Market) -> None:
    owner, lamp = await with_options(market, SIZE)
    version = await version_of(market, lamp)
    sets = [(group(ADDON, f"Set {n}", option("x")),) for n in range(4)]
    done = await asyncio.gather(
        *(market.site.do(set_options, lamp, version=version, groups=one, by=owner) for one in sets),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in done) == ["Listing", *["StaleVersion"] * 3]
    assert len(await stored(market, lamp)) == 1
    with pytest.raises(StaleVersion):
        await market.site.do(set_options, lamp, version=version, groups=(), by=owner)


BAD_GROUPS: list[dict[str, Any]] = [
    {"kind": "wish"},
    {"least": 2, "most": 1},
    {"least": -1},
    {"most": 0},
    {"kind": VARIANT, "least": 0, "most": 1},
    {"kind": ADDON, "least": 1},
    {"rank": 0},
    {"kind": VARIANT, "least": 1, "most": 1},
]
BAD_OPTIONS: list[dict[str, Any]] = [
    {"price_amount": -1, "price_currency": "KZT"},
    {"price_amount": 1},
    {"minutes": -5},
    {"sku": "P25"},
    {"rank": 0},
]


async def test_the_database_refuses_first(market: Market) -> None:
    _, lamp = await with_options(market, SIZE)
    (size,) = await stored(market, lamp)
    plain_group = {"listing_id": lamp, "kind": MODIFIER, "names": {}, "least": 0, "most": None, "rank": 7}
    plain_option = {"group_id": size.id, "names": {}, "minutes": 0, "sku": "", "available": True, "rank": 7}

    async def put(uow: UnitOfWork, table: sa.Table, row: dict[str, Any]) -> None:
        await uow.session.execute(sa.insert(table).values(id=option("x").id, **row))

    for table, plain, faults in (
        (option_group_table, plain_group, BAD_GROUPS),
        (option_table, plain_option, BAD_OPTIONS),
    ):
        for fault in faults:
            with pytest.raises(IntegrityError):
                await market.site.do(put, table, plain | fault)
        await market.site.do(put, table, plain)  # the same row without a fault is taken


# ── API ──────────────────────────────────────────────────────────────────────────────────────────


async def test_programs_read_and_replace_the_options(market: Market) -> None:
    owner = await market.person("owner", "vendor")
    lamp = await market.listing(owner, await market.shop(owner))
    vendor, anybody = await market.browser("owner"), await market.browser()
    path = f"/api/listings/{lamp}/options"
    before = (await anybody.get(path)).json()
    assert before["groups"] == []
    size = {
        "kind": "variant",
        "name_kk": "Өлшемі",
        "name_ru": "Размер",
        "options": [{"name_ru": "25 см", "price": {"amount": 200_000, "currency": "KZT"}, "sku": "P25"}],
    }
    put = await vendor.put(path, json={"version": before["version"], "groups": [size]})
    assert put.status_code == 200, put.text
    anybody.headers["Accept-Language"] = "kk"
    read = (await anybody.get(path)).json()
    (kept,) = read["groups"]
    assert (kept["name"], kept["names"]["ru"], kept["min"], kept["max"]) == ("Өлшемі", "Размер", 1, 1)
    assert kept["options"][0]["name"] == "25 см"
    assert read["version"] == put.json()["version"] > before["version"]
    view = (await anybody.get(f"/api/listings/{lamp}")).json()
    assert view["options"] == read["groups"]
    assert view["lowest_price"] == {"amount": 200_000, "currency": "KZT"}
    stale = await vendor.put(path, json={"version": before["version"], "groups": []})
    assert (stale.status_code, stale.json()["code"]) == (409, "version_conflict")
    assert (await anybody.put(path, json={"version": read["version"], "groups": []})).status_code == 401


async def test_every_fault_of_a_set_is_named_at_its_place(market: Market) -> None:
    owner = await market.person("owner", "vendor")
    lamp = await market.listing(owner, await market.shop(owner))
    vendor = await market.browser("owner")
    groups = [
        {"kind": "wish", "name_ru": "A", "options": [{"minutes": "ten"}, "x"]},
        {"kind": "addon", "name_ru": "B", "id": "7"},
        [],
    ]
    refused = await vendor.put(f"/api/listings/{lamp}/options", json={"groups": groups, "more": 1})
    assert refused.status_code == 422
    assert {(e["field"], e["code"]) for e in refused.json()["problems"]} == {
        ("more", "unknown_field"),
        ("version", "required"),
        ("groups.0.kind", "not_a_choice"),
        ("groups.0.options.0.minutes", "wrong_type"),
        ("groups.0.options.0.name_kk", "required"),
        ("groups.0.options.1", "wrong_type"),
        ("groups.1.id", "bad_pattern"),
        ("groups.1.options", "required"),
        ("groups.2", "wrong_type"),
    }
    assert (await market.site.ask(offered, lamp)).groups == ()
