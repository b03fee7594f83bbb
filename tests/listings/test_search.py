"""Searching: whatever is asked finds just what a plain look at every listing finds, counted and paged without gaps."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import attrs
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace_kit.kernel.fields import NoFields
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.money import Money
from marketplace_kit.listings import queries
from marketplace_kit.listings.domain import folded
from marketplace_kit.listings.queries import Criteria, active_kinds, browsing, facet_counts, relaxations
from marketplace_kit.listings.queries.filters import squared_metres
from marketplace_kit.listings.schemas import Offer
from marketplace_kit.listings.services import check_index, create, favourite, note_rating, publish
from marketplace_kit.listings.services.indexing import index_listings
from marketplace_kit.listings.tables import search_table
from marketplace_kit.shops.tables import shop_table, span_table
from marketplace_kit.testing.queries import assert_query_count
from tests.listings.goods import LAMP, TEA, Lamp
from tests.listings.market import Market

WORDS = ("Ёлка", "Қырқу", "құлып", "lamp", "Lampe", "100%", "ит", "іт", "Café", "o'clock", "a_b", "<b>x</b>")
ASKED = ("", "ел", "кыр", "КҰЛ", "lam", "lampe", "100", "%", "_", "it", "ит", "cafe", "o'c", '"', "* OR", "b x", "a b")
CITIES = ("atyrau", "almaty", None)
HERE = (47.1, 51.9)


@attrs.frozen
class Known:
    """A listing as the plain look sees it."""

    id: UUID
    words: str
    kind: str
    city: str | None
    price: int | None
    rating: float
    light: str | None
    rooms: tuple[str, ...]
    watts: int | None
    open: bool
    point: tuple[float, float] | None
    liked: bool
    order: int


async def offered(uow: Any, given: dict[str, Any], rating: float, fan: Actor | None) -> UUID:
    """A published listing, rated and liked if so."""
    listing = await create(uow, **given)
    await publish(uow, listing.id, by=given["by"])
    if rating:
        await note_rating(uow, listing.id, rating, 3)
    if fan is not None:
        await favourite(uow, listing.id, by=fan)
    return listing.id


async def stocked(market: Market, size: int = 40) -> tuple[list[Known], Actor]:
    """A random catalogue in six shops, of which one is closed; the same for each run of a test."""
    choose = random.Random(7)
    owner, fan = await market.person("owner"), await market.person("fan")
    now = market.site.clock.now()
    shops: list[tuple[UUID, str | None, tuple[float, float] | None, bool, bool, str]] = []
    for number in range(6):
        name = f"Shop {number}"
        shop_id = await market.shop(owner, name)
        city = CITIES[number % 3]
        point = (HERE[0] + number * 0.01, HERE[1] - number * 0.02) if number % 2 == 0 else None
        shops.append((shop_id, city, point, number in (0, 3), number != 5, name))

    async def placed(uow: Any) -> None:
        for shop_id, city, point, is_open, _shown, _ in shops:
            lat, lon = point or (None, None)
            values = {"city_id": city, "lat": lat, "lon": lon}
            await uow.session.execute(sa.update(shop_table).where(shop_table.c.id == shop_id).values(values))
            if is_open:
                span = {"shop_id": shop_id, "opens_at": now - timedelta(hours=1), "closes_at": now + timedelta(days=1)}
                await uow.session.execute(sa.insert(span_table).values(span))

    await market.site.do(placed)
    found = []
    for number in range(size):
        shop_id, city, point, is_open, shown, name = choose.choice(shops)
        title = f"{choose.choice(WORDS)} {choose.choice(WORDS)} n{number}"
        price = choose.choice((None, 100_00, 250_00, 999_00))
        if choose.random() < 0.3:
            kind, attributes = TEA, NoFields()
        else:
            kind = LAMP
            attributes = Lamp(
                maker="Svet",
                light=choose.choice(("warm", "cold")),
                watts=choose.choice((None, 5, 40, 60)),
                rooms=choose.choice(((), ("hall",), ("hall", "kitchen"))),
            )
        offer = Offer(title=title, price=Money(price, "KZT") if price else None)
        rating = choose.choice((0.0, 2.5, 4.0, 5.0))
        liked = choose.random() < 0.3

        if number % 3:  # some are published in the same instant
            market.clock.advance(timedelta(seconds=1))
        given = {"shop_id": shop_id, "kind": kind, "offer": offer, "attributes": attributes, "by": owner}
        listing_id = await market.site.do(offered, given, rating, fan if liked else None)
        if shown:
            found.append(
                Known(
                    listing_id,
                    folded(title, getattr(attributes, "maker", ""), name),
                    kind,
                    city,
                    price,
                    rating,
                    getattr(attributes, "light", None),
                    getattr(attributes, "rooms", ()),
                    getattr(attributes, "watts", None),
                    is_open,
                    point,
                    liked,
                    number,
                )
            )
    shut = next(shop for shop in shops if not shop[4])

    async def close(uow: Any) -> None:
        await uow.session.execute(sa.update(shop_table).where(shop_table.c.id == shut[0]).values(state="closed"))

    await market.site.do(close)
    return found, fan


def fits(one: Known, asked: Criteria, but: str = "") -> bool:
    """The plain look: one filter after the other, ``but`` one facet."""
    words = folded(asked.text).split()
    chosen, ranges = dict(asked.chosen), {name: (low, high) for name, low, high in asked.ranges}
    checks: list[tuple[str, bool]] = [
        (
            "q",
            not asked.text.strip()
            or (bool(words) and all(any(h.startswith(w) for h in one.words.split()) for w in words)),
        ),
        ("kind", asked.kind in (None, one.kind)),
        ("city", asked.city in (None, one.city)),
        ("price", asked.price_min is None or (one.price is not None and one.price >= asked.price_min)),
        ("price", asked.price_max is None or (one.price is not None and one.price <= asked.price_max)),
        ("rating", asked.rating is None or one.rating >= asked.rating),
        ("open_now", not asked.open_now or one.open),
        ("favourites", not asked.only_favourites or one.liked),
        ("attributes.light", "attributes.light" not in chosen or one.light in chosen["attributes.light"]),
    ]
    low, high = ranges.get("attributes.watts", (None, None))
    checks.append(("attributes.watts", low is None or (one.watts is not None and one.watts >= low)))
    checks.append(("attributes.watts", high is None or (one.watts is not None and one.watts <= high)))
    if asked.radius is not None:
        near = one.point is not None and squared_metres(*HERE, *one.point) <= asked.radius**2
        checks.append(("near", near))
    return all(holds for facet, holds in checks if facet != but)


def sorted_as(asked: Criteria, found: list[Known]) -> list[UUID]:
    big = 10**17
    keys: dict[str, Any] = {
        "price": lambda k: (k.price if k.price is not None else big, k.id),
        "-price": lambda k: (k.price if k.price is not None else -1, k.id),
        "rating": lambda k: (k.rating, 3 if k.rating else 0, k.id),
        "distance": lambda k: (squared_metres(*HERE, *k.point) if k.point else 1e18, k.id),
    }
    if asked.sort == "newest":
        return []
    return [k.id for k in sorted(found, key=keys[asked.sort], reverse=asked.sort in ("-price", "rating"))]


criteria = st.builds(
    Criteria,
    text=st.sampled_from(ASKED),
    kind=st.sampled_from((None, None, LAMP, TEA)),
    city=st.sampled_from((None, None, "atyrau", "almaty", "nowhere")),
    price_min=st.sampled_from((None, None, 0, 250_00)),
    price_max=st.sampled_from((None, None, 250_00, 10**16)),
    rating=st.sampled_from((None, None, 3, 5)),
    open_now=st.booleans(),
    only_favourites=st.sampled_from((False, False, True)),
    lat=st.just(HERE[0]),
    lon=st.just(HERE[1]),
    radius=st.sampled_from((None, None, 3_000, 100_000)),
    chosen=st.sampled_from(((), (), (("attributes.light", ("warm",)),), (("attributes.light", ("warm", "cold")),))),
    ranges=st.sampled_from(((), (), (("attributes.watts", 6, None),), (("attributes.watts", None, 40),))),
    sort=st.sampled_from(("newest", "price", "-price", "rating", "distance")),
)


def drawn(how_many: int) -> Iterator[Criteria]:
    """Questions drawn once: a database is filled for all of them."""
    kept: list[Criteria] = []

    @settings(max_examples=how_many, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(criteria)
    def draw(one: Criteria) -> None:
        kept.append(one)

    draw()
    yield from kept


async def paged(market: Market, asked: Criteria, *, many: bool) -> list[UUID]:
    """The ids on all pages, seven on each."""
    seen: list[UUID] = []
    cursor = None
    while True:
        page = await market.site.ask(
            queries.browse, asked, active_kinds(market.site), cursor=cursor, limit=7, many=many
        )
        seen += [card.id for card in page.items]
        cursor = page.next
        if cursor is None:
            return seen


async def test_a_search_finds_counts_and_pages_what_a_plain_look_does(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browsing, "WINDOW", 13)
    known, fan = await stocked(market)
    kinds, now = active_kinds(market.site), market.site.clock.now()
    for asked in drawn(30):
        asked = attrs.evolve(asked, now=now, person_id=fan.person_id)
        wanted = [k for k in known if fits(k, asked)]
        seen = await paged(market, asked, many=False)
        assert sorted(seen) == sorted(k.id for k in wanted), asked
        if asked.sort != "newest":
            assert seen == sorted_as(asked, wanted), asked
        assert await paged(market, asked, many=True) == seen, asked  # looked for among the first, nothing is missed
        counts = await market.site.ask(facet_counts, asked, kinds)
        assert counts.total == len(wanted)
        for facet, of in (("kind", "kind"), ("city", "city"), ("attributes.light", "light")):
            plain = Counter(getattr(k, of) for k in known if fits(k, asked, but=facet) and getattr(k, of))
            assert counts.values.get(facet, {}) == plain, (facet, asked)
        stars = Counter(str(n) for k in known if fits(k, asked, but="rating") for n in range(1, int(k.rating) + 1))
        assert counts.values.get("rating", {}) == stars, asked
        prices = [k.price for k in known if fits(k, asked, but="price") and k.price is not None]
        assert (counts.cheapest, counts.dearest) == (min(prices, default=None), max(prices, default=None)), asked
        if not wanted:
            ways = await market.site.ask(relaxations, asked, kinds)
            for facet, number in ways.items():
                assert number == sum(fits(k, asked, but=facet) for k in known), (facet, asked)


async def test_a_search_costs_the_same_whatever_is_asked_and_found(market: Market) -> None:
    await stocked(market, 12)
    kinds, now = active_kinds(market.site), market.site.clock.now()
    plain = Criteria(now=now)
    full = Criteria(
        now=now, text="lam", kind=LAMP, price_min=0, open_now=True, chosen=(("attributes.light", ("warm",)),)
    )
    await queries.search(market.site, plain, kinds)  # the names of cities are looked up once a minute
    with assert_query_count(market.site, 2):
        await queries.search(market.site, plain, kinds)
    with assert_query_count(market.site, 2):
        found = await queries.search(market.site, full, kinds)
    assert found.page.items
    with assert_query_count(market.site, 3):
        nothing = await queries.search(market.site, Criteria(now=now, text="zzz", kind=TEA), kinds)
    assert nothing.relax == {"q": nothing.relax["q"]}


async def test_the_index_is_true_after_each_change_and_says_where_it_is_not(market: Market) -> None:
    known, _ = await stocked(market, 8)
    await market.site.do(index_listings, [k.id for k in known])
    await run_all(market)
    assert (await check_index(market.site)).wrong == 0

    async def spoil(uow: Any) -> None:
        await uow.session.execute(sa.update(search_table).values(price_order=1))

    await market.site.do(spoil)
    assert (await check_index(market.site)).wrong >= len(known)


async def run_all(market: Market) -> None:
    """The closed shop of the catalogue was closed behind the room's back: bring its listings in step."""
    ids = [row[0] for row in await market.site.ask(_all_ids)]
    await market.site.do(index_listings, ids)


async def _all_ids(connection: Any) -> Any:
    return (await connection.execute(sa.select(search_table.c.listing_id))).all()


@pytest.mark.parametrize("count", [0, 3])
async def test_a_rating_is_noted_or_taken_away(market: Market, count: int) -> None:
    owner = await market.person("owner")
    lamp = await market.listing(owner, await market.shop(owner))
    await market.site.do(note_rating, lamp, 4.5, count)
    page = await market.site.ask(queries.browse, Criteria(sort="rating"), active_kinds(market.site))
    assert page.items[0].rating_average == (4.5 if count else None)
    with pytest.raises(ValueError, match="no rating"):
        await market.site.do(note_rating, lamp, 7.0, 1)
