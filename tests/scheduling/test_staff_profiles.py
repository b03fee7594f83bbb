"""Those who work for a shop: their faces, what customers think of them, what they do and what they have done."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import cache
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from PIL import Image

from marketplace_kit.accounts.services import create_person
from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.pictures import Encoded, encode
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.reviews import services as reviews
from marketplace_kit.reviews.schemas import Opinion
from marketplace_kit.scheduling.queries import resource_by_id
from marketplace_kit.scheduling.schemas import Performer
from marketplace_kit.scheduling.services.figures import Figures, days_in, figures_of, month_of
from marketplace_kit.scheduling.services.performing import link_member, set_resource_services
from marketplace_kit.scheduling.services.picturing import set_photo, show_photo
from marketplace_kit.scheduling.tables import resource_table
from marketplace_kit.shops.queries import shop_by_id
from marketplace_kit.shops.services import add_member
from marketplace_kit.testing.queries import count_queries
from marketplace_kit.web import media
from tests.scheduling.counter import PASSWORD, Counter
from tests.scheduling.salons import TUESDAY, Salon
from tests.scheduling.test_orders import customer, ordered

pytestmark = pytest.mark.anyio
MONDAY = TUESDAY - timedelta(days=1)


@cache
def png(colour: str) -> bytes:
    out = BytesIO()
    Image.new("RGB", (640, 480), colour).save(out, "PNG")
    return out.getvalue()


async def used(salon: Salon) -> int:
    return await salon.site.ask(media.space_of, salon.shop_id)


async def photo_of(salon: Salon, resource_id: int) -> str | None:
    found = await salon.site.ask(resource_by_id, salon.shop_id, resource_id)
    assert found is not None
    return found.photo


async def test_another_photo_takes_the_place_and_the_space_of_the_one_before(salon: Salon) -> None:
    one = await salon.staff()
    red, blue = await encode(png("red")), await encode(png("blue"))
    await show_photo(salon.site, salon.shop_id, one, red, by=salon.owner)
    assert (await photo_of(salon, one), await used(salon)) == (red.picture.key, red.size)
    await show_photo(salon.site, salon.shop_id, one, blue, by=salon.owner)
    assert (await photo_of(salon, one), await used(salon)) == (blue.picture.key, blue.size)
    await salon.site.do(set_photo, salon.shop_id, one, None, by=salon.owner)
    assert (await photo_of(salon, one), await used(salon)) == (None, 0)


async def test_photos_put_there_at_once_take_the_space_of_one(salon: Salon) -> None:
    one = await salon.staff()
    pictures = [await encode(png(colour)) for colour in ("red", "blue", "green", "white")]
    await asyncio.gather(*(show_photo(salon.site, salon.shop_id, one, p, by=salon.owner) for p in pictures))
    key = await photo_of(salon, one)
    assert await used(salon) == next(p.size for p in pictures if p.picture.key == key)


async def test_control_who_looks_first_and_counts_later_takes_the_space_twice(salon: Salon) -> None:
    """Two who both saw no photo to give back: what the test above would see without the held row of the shop."""
    one, looked = await salon.staff(), asyncio.Barrier(2)
    pictures = [await encode(png(colour)) for colour in ("red", "blue")]

    async def naive(picture: Encoded) -> None:
        assert await photo_of(salon, one) is None
        await looked.wait()

        async def write(uow: UnitOfWork) -> None:
            await media.take_space(uow, salon.shop_id, picture.size, 10_000_000)
            await media.keep(uow, [picture])
            row = sa.update(resource_table).where(resource_table.c.id == one).values(photo=picture.picture.key)
            await uow.session.execute(row)

        await salon.site.do(write)

    await asyncio.gather(*(naive(picture) for picture in pictures))
    assert await used(salon) == sum(picture.size for picture in pictures)


async def test_strangers_change_no_photo_and_a_photo_that_is_not_kept_is_refused_by_the_database(salon: Salon) -> None:
    one = await salon.staff()
    stranger = await create_person(salon.site, name="Else", email="else@example.kz", password=PASSWORD)
    with pytest.raises(Missing):
        await salon.site.do(set_photo, salon.shop_id, one, await encode(png("red")), by=Actor(person_id=stranger))
    lost = sa.update(resource_table).where(resource_table.c.id == one).values(photo="nobody_keeps_1x1")
    with pytest.raises(sa.exc.IntegrityError):
        await salon.sql(lost)


async def done(salon: Salon, listing: UUID, time: str, staff: int, *, phone: str = "+77010000001") -> UUID:
    """A visit of an order that took place."""
    owner = await Counter(salon).owner()
    line = {"listing_id": str(listing), "choice": {"starts_at": salon.at(time, MONDAY), "staff": staff}}
    sent = {"lines": [line], "by_staff": True, "name": "Dana", "phone": phone}
    made = await owner.post("/api/orders/create", json=sent)
    assert made.status_code == 201, made.text
    order = made.json()["order"]
    line_id = order["lines"][0]["id"]
    for verb in ("start", "finish"):
        answer = await owner.post(f"/api/orders/{order['id']}/lines/{line_id}/{verb}", json={})
        assert answer.status_code == 200, answer.text
    return UUID(line_id)


async def figures(salon: Salon, by: Actor | None = None) -> dict[str, Figures]:
    by = by or salon.owner
    shop = await salon.site.ask(shop_by_id, salon.shop_id, person_id=by.person_id)
    assert shop is not None
    first = month_of("2026-03", MONDAY)
    return {one.name: one for one in await figures_of(salon.site, shop, first, days_in(first), by=by)}


async def test_the_month_of_each_says_what_was_done_earned_and_missed(salon: Salon) -> None:
    aigerim, dinara = await salon.staff("Aigerim"), await salon.staff("Dinara")
    cut = await salon.service(lead_minutes=0)
    await done(salon, cut, "12:00", aigerim)
    await done(salon, cut, "13:00", aigerim)
    await done(salon, cut, "14:00", aigerim, phone="+77010000002")
    missed, _ = await salon.book(cut, "15:00", MONDAY, staff=dinara)
    salon.clock.advance(timedelta(hours=6))
    await salon.move(missed.line_id, "miss")
    known = await figures(salon)
    one, other = known["Aigerim"], known["Dinara"]
    assert (one.visits, one.missed, one.earned and one.earned.decimal()) == (3, 0, "15000.00")
    assert (one.average and one.average.decimal(), one.busy, one.missed_share) == ("5000.00", 180, 0.0)
    assert one.again_share == pytest.approx(1 / 3)
    assert one.available == 31 * 9 * 60
    assert one.occupancy == pytest.approx(180 / (31 * 9 * 60))
    assert (other.visits, other.earned, other.missed_share, other.again_share) == (0, None, 1.0, None)


async def test_who_works_there_sees_their_own_month_only(salon: Salon) -> None:
    aigerim, _ = await salon.staff("Aigerim"), await salon.staff("Dinara")
    worker = await create_person(salon.site, name="Aigerim", email="worker@example.kz", password=PASSWORD)
    await salon.site.do(add_member, salon.shop_id, worker, "staff", by=salon.owner)
    me = Actor(person_id=worker, roles=frozenset({"vendor"}))
    assert await figures(salon, me) == {}
    await salon.site.do(link_member, salon.shop_id, aigerim, worker, by=salon.owner)
    assert list(await figures(salon, me)) == ["Aigerim"]
    assert set(await figures(salon)) == {"Aigerim", "Dinara"}


@pytest.mark.one_engine
async def test_figures_ask_the_database_the_same_for_one_and_for_many(salon: Salon) -> None:
    await salon.staff("One")
    await figures(salon)
    with count_queries(salon.site) as few:
        await figures(salon)
    for number in range(4):
        await salon.staff(f"More {number}")
    with count_queries(salon.site) as many:
        await figures(salon)
    assert len(many) == len(few)


@pytest.mark.one_engine
async def test_a_face_is_put_there_by_the_shop_and_seen_by_whoever_chooses(salon: Salon) -> None:
    one, _ = await salon.staff("Aigerim", about="Ten years of scissors."), await salon.staff("Dinara")
    cut = await salon.service()
    owner, visitor = await Counter(salon).owner(), await Counter(salon).browser()
    there = f"/api/shops/{salon.shop_id}/resources/{one}/photo"
    wrong = await owner.post(there, files={"photos": ("a.png", b"no picture", "image/png")})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "picture_type")
    taken = await owner.post(there, files={"photos": ("a.png", png("red"), "image/png")})
    assert taken.status_code == 201, taken.text
    assert (await visitor.post(there, files={"photos": ("a.png", png("red"), "image/png")})).status_code == 401
    (face, *_) = (await visitor.get(f"/api/shops/{salon.shop_id}/staff")).json()
    assert face["photo"].startswith("/media/")
    assert (await visitor.get(face["photo"])).status_code == 200
    slots = await visitor.get("/api/scheduling/slots", params={"listing": str(cut), "day": TUESDAY.isoformat()})
    assert slots.json()["staff"][0]["photo"] == face["photo"]
    assert f'src="{face["photo"]}"' in (await visitor.get(f"/book/{cut}")).text
    assert f'src="{face["photo"]}"' in (await visitor.get("/shops/salon/staff")).text
    assert (await owner.delete(there)).status_code == 204
    assert face["photo"] not in (await visitor.get("/shops/salon/staff")).text


@pytest.mark.one_engine
async def test_a_photo_is_sent_by_a_page_that_says_what_is_wrong(salon: Salon) -> None:
    one = await salon.staff("Aigerim")
    owner, here = await Counter(salon).owner(), f"/sell/shop/{salon.shop_id}/staff/{one}"
    assert f'href="{here}/photo"' in (await owner.get(here)).text
    assert 'type="file"' in (await owner.get(f"{here}/photo")).text
    wrong = await owner.post(f"{here}/photo", files={"photos": ("a.txt", b"words", "text/plain")})
    assert (wrong.status_code, "no picture that we can read" in wrong.text) == (422, True)
    sent = await owner.post(f"{here}/photo", files={"photos": ("a.png", png("blue"), "image/png")})
    assert sent.headers["location"] == here
    assert "/media/" in (await owner.get(f"{here}/photo")).text
    assert (await owner.post(f"{here}/photo/remove")).headers["location"] == here
    assert await photo_of(salon, one) is None
    stranger = await Counter(salon).stranger()
    assert (await stranger.get(f"{here}/photo")).status_code == 404


@pytest.mark.one_engine
async def test_what_customers_think_of_somebody_stands_where_one_chooses(salon: Salon) -> None:
    one, other = await salon.staff("Aigerim"), await salon.staff("Dinara")
    cut, client = await salon.service(), await customer(salon)
    lines = []
    for time in ("12:00", "14:00"):
        order = (await ordered(client, cut, salon.at(time, MONDAY)))["order"]
        lines.append((order, order["lines"][0]["id"], order["lines"][0]["facts"]["staff"]))
    owner = await Counter(salon).owner()
    for order, line_id, _ in lines:
        for verb in ("start", "finish"):
            await owner.post(f"/api/orders/{order['id']}/lines/{line_id}/{verb}", json={})
    me = Actor(person_id=UUID(lines[0][0]["customer_id"]), name="Dana")
    stars: dict[int, list[int]] = {}
    for (_, line_id, staff), rating in zip(lines, (5, 4), strict=True):
        stars.setdefault(staff, []).append(rating)
        await salon.site.do(reviews.write, UUID(line_id), Opinion(rating=rating, text="Lovely."), by=me)
    visitor = await Counter(salon).browser()
    listed = {face["id"]: face for face in (await visitor.get(f"/api/shops/{salon.shop_id}/staff")).json()}
    for staff in (one, other):
        given = stars.get(staff, [])
        assert listed[staff]["rating_count"] == len(given)
        assert listed[staff]["rating_average"] == (sum(given) / len(given) if given else None)
    rated = lines[0][2]
    said = f"{listed[rated]['rating_average']:.1f}".replace(".", ",")
    assert said in (await visitor.get(f"/book/{cut}")).text
    profile = (await visitor.get(f"/shops/salon/staff/{rated}")).text
    assert said in profile
    assert f"/reviews/first/staff/salon/{rated}" in profile
    assert "Lovely." in (await visitor.get(f"/reviews/first/staff/salon/{rated}")).text
    assert "Lovely." in (await visitor.get(f"/shops/salon/staff/{rated}/reviews")).text


@pytest.mark.one_engine
async def test_a_public_page_names_what_somebody_does_at_their_own_price_and_when_they_work(salon: Salon) -> None:
    one, hidden = await salon.staff("Aigerim", skills="rare-code"), await salon.staff("Trainee", public=False)
    cut, colour = await salon.service("Haircut"), await salon.service("Colouring")
    other = await salon.staff("Dinara")
    await salon.site.do(
        set_resource_services, salon.shop_id, other, {colour: Performer(resource_id=other)}, by=salon.owner
    )
    visitor = await Counter(salon).browser()
    shown: dict[str, Any] = (await visitor.get(f"/api/shops/{salon.shop_id}/staff/{one}")).json()
    assert [(s["title"], s["book"]) for s in shown["services"]] == [("Haircut", f"/book/{cut}?choice.staff={one}")]
    assert shown["hours"][1] == {"day": TUESDAY.isoformat(), "hours": ["09:00–18:00"]}
    page = (await visitor.get(f"/shops/salon/staff/{one}")).text
    for text in ("Aigerim", "Haircut", "09:00–18:00"):
        assert text in page
    assert "rare-code" not in page  # a skill is a code of the shop's own
    assert (await visitor.get(f"/shops/salon/staff/{hidden}")).status_code == 404
    assert "Trainee" not in (await visitor.get("/shops/salon/staff")).text
    assert "/shops/salon/staff" in (await visitor.get("/shops/salon")).text


@pytest.mark.one_engine
async def test_the_page_of_figures_says_what_they_mean(salon: Salon) -> None:
    await salon.staff("Aigerim")
    owner, here = await Counter(salon).owner(), f"/sell/shop/{salon.shop_id}/staff/figures"
    page = await owner.get(f"{here}?month=2026-03")
    for text in ("Aigerim", "March 2026", "within 60 days", "month=2026-02"):
        assert text in page.text, text
    listed = await owner.get(f"/api/shops/{salon.shop_id}/staff/figures", params={"month": "2026-03"})
    assert [one["visits"] for one in listed.json()] == [0]
    assert (await (await Counter(salon).stranger()).get(here)).status_code == 404
