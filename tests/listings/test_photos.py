"""Photos of a listing: sent by its shop, put in order, described, shown to everybody."""

from __future__ import annotations

import asyncio
import errno
import re
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import sqlalchemy as sa
from PIL import Image

from marketplace_kit.kernel.errors import StaleVersion
from marketplace_kit.kernel.files import Files, StorageFull, is_full
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.jobs import run_until_idle
from marketplace_kit.kernel.pictures import Encoded, encoded
from marketplace_kit.listings.plugin import plugin
from marketplace_kit.listings.services import PHOTOS, archive, ensure_photos
from marketplace_kit.listings.tables import listing_photo_table, listing_table
from marketplace_kit.shops.services import add_member
from marketplace_kit.testing.queries import count_queries
from marketplace_kit.web import media
from marketplace_kit.web.galleries import MOST, PhotosFull
from marketplace_kit.web.uploads import show_photos
from tests.listings.market import PASSWORD, Market

GB = 1024**3
_BOUND = {"Content-Type": "multipart/form-data; boundary=x"}


@cache
def jpeg(colour: str = "red", size: tuple[int, int] = (400, 300)) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG")
    return out.getvalue()


@cache
def small(number: int) -> Encoded:
    return encoded(jpeg(f"#{number * 11 % 256:02x}80{number:02x}", (24, 18)))


def sent(*contents: bytes, name: str = "photo.jpg") -> list[tuple[str, tuple[str, bytes, str]]]:
    return [("photos", (name, content, "image/jpeg")) for content in contents]


async def lamp(market: Market, **given: Any) -> tuple[Actor, UUID, UUID]:
    owner = await market.person("owner", "vendor")
    shop_id = await market.shop(owner)
    return owner, shop_id, await market.listing(owner, shop_id, **given)


async def cover(market: Market, listing_id: UUID) -> str | None:
    async def read(connection: Any) -> Any:
        found = await connection.execute(sa.select(listing_table.c.cover).where(listing_table.c.id == listing_id))
        return found.scalar_one()

    return await market.site.ask(read)


async def rows(market: Market, table: sa.Table) -> int:
    async def counted(connection: Any) -> int:
        return int((await connection.execute(sa.select(sa.func.count()).select_from(table))).scalar_one())

    return await market.site.ask(counted)


async def at_the_desk(market: Market, name: str = "owner") -> httpx.AsyncClient:
    """Somebody at a browser, signed in by its cookie."""
    client = await market.browser()
    page = (await client.get("/sign-in")).text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    form = {"csrf_token": token, "contact": f"{name}@example.kz", "password": PASSWORD}
    assert (await client.post("/sign-in", data=form)).status_code == 303
    return client


def csrf(page: str) -> str:
    return page.split('name="csrf_token" value="')[1].split('"')[0]


async def test_photos_sent_by_a_program_are_shown_in_their_order(market: Market) -> None:
    _, _, listing_id = await lamp(market)
    client, stranger = await market.browser("owner"), await market.browser()
    address = f"/api/listings/{listing_id}/photos"
    answer = await client.post(
        address, files=sent(jpeg("red", (1000, 700)), jpeg("blue")), data={"alt": ["A lamp", "Its foot"]}
    )
    assert answer.status_code == 201, answer.text
    first, second = answer.json()["items"]
    assert [(p["rank"], p["alt"], p["width"], p["height"]) for p in (first, second)] == [
        (0, "A lamp", 1000, 700),
        (1, "Its foot", 400, 300),
    ]
    assert [size["width"] for size in first["sizes"]] == [320, 800, 1000]
    assert (await stranger.get(address)).json() == answer.json()
    assert str(await cover(market, listing_id)).startswith(first["url"].removeprefix("/media/").split("-")[0])


@pytest.mark.one_engine
async def test_a_photo_is_served_for_ever_and_can_do_nothing(market: Market) -> None:
    _, _, listing_id = await lamp(market)
    client, stranger = await market.browser("owner"), await market.browser()
    answer = await client.post(f"/api/listings/{listing_id}/photos", files=sent(jpeg()))
    for size in answer.json()["items"][0]["sizes"]:
        for visitor in (stranger, client):
            served = await visitor.get(size["url"])
            assert served.status_code == 200
            assert served.headers["content-type"] == "image/webp"
            assert served.headers["cache-control"] == "public, max-age=31536000, immutable"
            assert served.headers["x-content-type-options"] == "nosniff"
            assert served.headers["content-security-policy"].startswith("default-src 'none'")
            assert served.headers["content-disposition"] == "inline"
            assert "set-cookie" not in served.headers
            assert Image.open(BytesIO(served.content)).width == size["width"]
        head = await stranger.head(size["url"])
        assert (head.status_code, head.content) == (200, b"")


@pytest.mark.one_engine
async def test_nothing_else_is_served(market: Market) -> None:
    client, mark = await market.browser(), "a" * 40
    for path in (
        "/media/none.webp",
        f"/media/{mark}-320.webp",
        "/media/../marketplace.db",
        "/media/..%2f..%2fmarketplace.db",
        "/media/%2e%2e/secret",
        f"/media/{mark}-320.webp%0d%0aSet-Cookie:x=1",
        f"/media/{mark}-320.svg",
    ):
        answer = await client.get(path)
        assert answer.status_code == 404, path
        assert "x=1" not in answer.headers.get("set-cookie", "")


async def test_a_vendor_sends_photos_without_script(market: Market) -> None:
    _, _, listing_id = await lamp(market)
    client = await at_the_desk(market)
    base = f"/sell/listings/{listing_id}/photos"
    page = (await client.get(base)).text
    assert "No photos yet" in page
    assert 'enctype="multipart/form-data"' in page
    answer = await client.post(base, files=sent(jpeg("red"), jpeg("green")), data={"csrf_token": csrf(page)})
    assert (answer.status_code, answer.headers["location"]) == (303, base)
    page = (await client.get(base)).text
    assert "The photos are there." in page
    assert page.count('class="kit-media" src="/media/') == 2
    assert f'href="{base}' not in page.split("<main")[0]


@pytest.mark.one_engine
async def test_a_program_that_shows_progress_is_told_where_to_go(market: Market) -> None:
    _, _, listing_id = await lamp(market)
    client = await at_the_desk(market)
    base = f"/sell/listings/{listing_id}/photos"
    token = csrf((await client.get(base)).text)
    given = {"files": sent(jpeg()), "data": {"csrf_token": token}, "headers": {"HX-Request": "true"}}
    answer = await client.post(base, **given)
    assert (answer.status_code, answer.headers["hx-redirect"]) == (200, base)


@pytest.mark.one_engine
async def test_a_form_without_its_token_is_refused(market: Market) -> None:
    _, _, listing_id = await lamp(market)
    client = await at_the_desk(market)
    answer = await client.post(f"/sell/listings/{listing_id}/photos", files=sent(jpeg()))
    assert answer.status_code == 403
    assert await rows(market, listing_photo_table) == 0


@pytest.mark.one_engine
async def test_the_page_keeps_what_can_be_read_and_names_what_cannot(market: Market) -> None:
    _, _, listing_id = await lamp(market)
    client = await at_the_desk(market)
    base = f"/sell/listings/{listing_id}/photos"
    token = csrf((await client.get(base)).text)
    hostile = "../../<b>evil</b>\r\n.svg"
    files = [*sent(jpeg()), *sent(b"<svg onload='alert(1)'/>", name=hostile), *sent(b"", name="empty.png")]
    answer = await client.post(base, files=files, data={"csrf_token": token})
    assert answer.status_code == 422
    assert answer.text.count('class="kit-media" src="/media/') == 1
    assert "no picture that we can read" in answer.text
    assert "empty.png" in answer.text
    assert "<b>evil" not in answer.text
    assert "onload" not in answer.text


@pytest.mark.one_engine
async def test_a_single_file_is_refused_by_its_code_and_several_by_theirs(market: Market) -> None:
    _, _, listing_id = await lamp(market)
    client = await market.browser("owner")
    address = f"/api/listings/{listing_id}/photos"
    for content, status, code in (
        (b"", 422, "picture_type"),
        (b"<html>", 422, "picture_type"),
        (jpeg()[:200], 422, "picture_invalid"),
        (b"\xff\xd8" + bytes(16 * 1024 * 1024), 413, "picture_too_large"),
    ):
        answer = await client.post(address, files=sent(content))
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    answer = await client.post(address, files=sent(jpeg(), b"<html>", jpeg()[:200]))
    assert [(p["field"], p["code"]) for p in answer.json()["problems"]] == [
        ("photos.1", "picture_type"),
        ("photos.2", "picture_invalid"),
    ]
    assert len((await client.get(address)).json()["items"]) == 1


@pytest.mark.one_engine
async def test_what_is_no_form_of_files_is_refused(market: Market) -> None:
    _, _, listing_id = await lamp(market)
    client = await market.browser("owner")
    address = f"/api/listings/{listing_id}/photos"
    answers = [
        await client.post(address, json={"photos": []}),
        await client.post(address, files={"other": ("a.jpg", jpeg(), "image/jpeg")}),
        await client.post(address, files=sent(*[jpeg()] * (MOST + 1))),
        await client.post(address, files=[("photos", (None, b"text"))]),
        await client.post(address, content=b"--x\r\nnonsense", headers=_BOUND),
        await client.post(address, content=b"x", headers={"Content-Type": "multipart/form-data"}),
    ]
    assert [a.json()["code"] for a in answers] == [
        "wrong_content_type",
        "no_file",
        "too_many_files",
        "no_file",
        "malformed_request",
        "malformed_request",
    ]
    parts = (
        b"".join(b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' for _ in range(10_000)) + b"--x--\r\n"
    )
    flood = await client.post(address, content=parts, headers=_BOUND)
    assert flood.status_code == 400
    assert await rows(market, media.media_table) == 0


async def test_a_second_sending_with_the_same_key_adds_nothing(market: Market) -> None:
    _, _, listing_id = await lamp(market)
    client = await market.browser("owner")
    address = f"/api/listings/{listing_id}/photos"
    request = client.build_request("POST", address, files=sent(jpeg()), headers={"Idempotency-Key": "one"})
    body = await request.aread()
    for _ in range(2):
        answer = await client.post(address, content=body, headers=dict(request.headers))
        assert answer.status_code == 201, answer.text
    assert len((await client.get(address)).json()["items"]) == 1


async def three(market: Market, owner: Actor, listing_id: UUID, count: int = 3) -> list[UUID]:
    await show_photos(market.site, PHOTOS, listing_id, [(small(n), f"photo {n}") for n in range(count)], by=owner)
    return [p.id for p in (await market.site.ask(PHOTOS.view, listing_id)).items]


async def test_photos_are_moved_by_buttons_and_the_first_is_the_cover(market: Market) -> None:
    owner, _, listing_id = await lamp(market)
    a, b, c = await three(market, owner, listing_id)
    client = await at_the_desk(market)
    base = f"/sell/listings/{listing_id}/photos"

    async def press(photo_id: UUID, verb: str) -> list[UUID]:
        page = (await client.get(base)).text
        version = page.split('name="version" value="')[1].split('"')[0]
        answer = await client.post(f"{base}/{photo_id}/{verb}", data={"csrf_token": csrf(page), "version": version})
        assert answer.status_code == 303, answer.text
        return [p.id for p in (await market.site.ask(PHOTOS.view, listing_id)).items]

    assert await press(c, "up") == [a, c, b]
    assert await press(b, "first") == [b, a, c]
    assert await cover(market, listing_id) == small(1).picture.key
    assert await press(b, "down") == [a, b, c]
    assert await press(c, "down") == [a, b, c]
    assert await press(a, "delete") == [b, c]
    assert await cover(market, listing_id) == small(1).picture.key
    told = (await client.get(base)).text
    assert "The photo is deleted." in told
    assert (await client.post(f"{base}/{b}/sideways", data={"csrf_token": csrf(told)})).status_code == 404


async def test_an_order_made_on_an_older_one_changes_nothing(market: Market) -> None:
    owner, _, listing_id = await lamp(market)
    a, b, c = await three(market, owner, listing_id)
    client = await market.browser("owner")
    address = f"/api/listings/{listing_id}/photos"
    version = (await client.get(address)).json()["version"]
    read = version
    wanted = {"order": [str(c), str(b), str(a)], "version": read}
    assert [p["id"] for p in (await client.put(address, json=wanted)).json()["items"]] == [str(c), str(b), str(a)]
    again = await client.put(address, json=wanted)
    assert (again.status_code, again.json()["code"]) == (409, "version_conflict")
    newest = (await client.get(address)).json()["version"]
    for order in ([str(c), str(b)], [str(c), str(b), str(b)], [str(uuid4()), str(b), str(a)]):
        assert (await client.put(address, json={"order": order, "version": newest})).status_code == 409
    for raw in (
        {},
        {"order": "abc", "version": newest},
        {"order": ["x"], "version": newest},
        {"order": [], "version": 1},
    ):
        assert (await client.put(address, json=raw)).status_code == 400
    desk = await at_the_desk(market)
    page = (await desk.get(f"/sell/listings/{listing_id}/photos")).text
    late = await desk.post(
        f"/sell/listings/{listing_id}/photos/{a}/first", data={"csrf_token": csrf(page), "version": read}
    )
    assert late.status_code == 409
    assert "Somebody changed these photos" in late.text


async def test_two_who_order_at_once_do_not_mix(market: Market) -> None:
    owner, _, listing_id = await lamp(market)
    ids = await three(market, owner, listing_id, 6)
    version = (await market.site.ask(PHOTOS.view, listing_id)).version
    orders = [ids[::-1], [*ids[3:], *ids[:3]], [*ids[1:], ids[0]]]
    outcomes = await asyncio.gather(
        *(market.site.do(PHOTOS.arrange, listing_id, order, version=version, by=owner) for order in orders),
        return_exceptions=True,
    )
    assert sum(outcome is None for outcome in outcomes) == 1
    assert all(outcome is None or isinstance(outcome, StaleVersion) for outcome in outcomes)
    assert [p.id for p in (await market.site.ask(PHOTOS.view, listing_id)).items] in orders


async def test_a_photo_is_described_in_words(market: Market) -> None:
    owner, _, listing_id = await lamp(market)
    a, _, _ = await three(market, owner, listing_id)
    client = await market.browser("owner")
    address = f"/api/listings/{listing_id}/photos/{a}"
    words = 'A lamp "at" <night>'
    assert (await client.put(address, json={"alt": words})).json()["items"][0]["alt"] == words
    assert (await client.put(address, json={"alt": "x" * 301})).status_code == 422
    assert (await client.put(f"/api/listings/{listing_id}/photos/{uuid4()}", json={"alt": ""})).status_code == 404
    page = (await (await market.browser()).get(f"/listings/{listing_id}")).text
    assert "A lamp &#34;at&#34; &lt;night&gt;" in page


async def test_another_listings_photo_is_not_reached_through_mine(market: Market) -> None:
    owner, shop_id, mine = await lamp(market)
    other = await market.listing(owner, shop_id, "Other lamp")
    (theirs,) = await three(market, owner, other, 1)
    client = await market.browser("owner")
    assert (await client.delete(f"/api/listings/{mine}/photos/{theirs}")).status_code == 404
    assert (await client.put(f"/api/listings/{mine}/photos/{theirs}", json={"alt": "x"})).status_code == 404


async def test_strangers_find_nothing_and_operators_may_not(market: Market) -> None:
    owner, shop_id, listing_id = await lamp(market, draft=True)
    (photo,) = await three(market, owner, listing_id, 1)
    await market.person("rival", "vendor")
    helper = await market.person("helper", "vendor")
    assert helper.person_id is not None
    await market.site.do(add_member, shop_id, helper.person_id, "operator", by=owner)
    rival, operator, stranger = await market.browser("rival"), await market.browser("helper"), await market.browser()
    address = f"/api/listings/{listing_id}/photos"
    for client, status in ((rival, 404), (operator, 403), (stranger, 401)):
        assert (await client.post(address, files=sent(jpeg()))).status_code == status
        assert (await client.put(address, json={"order": [], "version": ""})).status_code == status
        assert (await client.delete(f"{address}/{photo}")).status_code == status
        assert (await client.put(f"{address}/{photo}", json={"alt": ""})).status_code == status
    for client in (rival, stranger):
        assert (await client.get(address)).status_code == 404, "a draft's photos are not shown"
    assert (await rival.get(f"/sell/listings/{listing_id}/photos")).status_code == 404
    assert (await stranger.get(f"/sell/listings/{listing_id}/photos")).status_code == 303
    assert await rows(market, listing_photo_table) == 1


@pytest.mark.one_engine
async def test_an_archived_listing_keeps_its_photos_as_they_are(market: Market) -> None:
    owner, _, listing_id = await lamp(market)
    await market.site.do(archive, listing_id, by=owner)
    answer = await (await market.browser("owner")).post(f"/api/listings/{listing_id}/photos", files=sent(jpeg()))
    assert (answer.status_code, answer.json()["code"]) == (409, "listing_archived")


async def test_thirteen_are_one_too_many(market: Market) -> None:
    owner, _, listing_id = await lamp(market)
    await three(market, owner, listing_id, 11)
    client = await market.browser("owner")
    answer = await client.post(f"/api/listings/{listing_id}/photos", files=sent(jpeg("red"), jpeg("blue")))
    assert (answer.status_code, answer.json()["code"], answer.json()["facts"]) == (
        409,
        "photos_full",
        {"most": 12, "left": 1},
    )
    assert (await client.post(f"/api/listings/{listing_id}/photos", files=sent(jpeg()))).status_code == 201
    page = (await (await at_the_desk(market)).get(f"/sell/listings/{listing_id}/photos")).text
    assert "All places are taken" in page


async def test_twenty_at_once_make_twelve(market: Market) -> None:
    owner, _, listing_id = await lamp(market)
    await media.store(market.site, [small(0)])
    adding = (market.site.do(PHOTOS.add, listing_id, [(small(0), "")], by=owner, share=GB) for _ in range(20))
    outcomes = await asyncio.gather(*adding, return_exceptions=True)
    assert sum(isinstance(outcome, PhotosFull) for outcome in outcomes) == 8
    assert await rows(market, listing_photo_table) == MOST


async def test_the_database_itself_refuses_a_thirteenth_and_a_second_cover(market: Market) -> None:
    owner, _, listing_id = await lamp(market)
    await three(market, owner, listing_id, 2)
    row = {"owner_id": listing_id, "key": small(0).picture.key, "size": 1, "alt": "", "at": market.clock.now()}
    for rank, constraint in ((MOST, "ck_listing_photo_rank"), (0, "uq_listing_photo_listing_id_rank")):
        with pytest.raises(sa.exc.IntegrityError, match=rf"{constraint}|UNIQUE"):
            async with market.site.database.writer.begin() as connection:
                await connection.execute(sa.insert(listing_photo_table).values(id=uuid4(), rank=rank, **row))


async def test_control_without_ranks_twenty_who_count_first_make_more_than_twelve(market: Market) -> None:
    """What the ranks are for: counting before adding is not enough."""
    loose = sa.Table("loose_photo", sa.MetaData(), sa.Column("n", sa.Integer))
    async with market.site.database.writer.begin() as connection:
        await connection.run_sync(loose.metadata.create_all)

    async def counted() -> int:
        async with market.site.database.reader.connect() as connection:
            return int((await connection.execute(sa.select(sa.func.count()).select_from(loose))).scalar_one())

    everybody_looked = asyncio.Barrier(20)

    async def add() -> None:
        there = await counted()
        await everybody_looked.wait()
        if there < MOST:
            async with market.site.database.writer.begin() as connection:
                await connection.execute(sa.insert(loose).values(n=there))

    await asyncio.gather(*(add() for _ in range(20)))
    assert await counted() == 20


async def test_a_shops_share_of_the_storage_is_never_exceeded_and_comes_back(market: Market) -> None:
    owner, shop_id, listing_id = await lamp(market)
    share = small(0).size * 3
    await media.store(market.site, [small(0)])
    adding = (market.site.do(PHOTOS.add, listing_id, [(small(0), "")], by=owner, share=share) for _ in range(6))
    outcomes = await asyncio.gather(*adding, return_exceptions=True)
    assert sum(isinstance(outcome, media.SpaceUsedUp) for outcome in outcomes) == 3
    assert await market.site.ask(media.space_of, shop_id) == share
    for photo in (await market.site.ask(PHOTOS.view, listing_id)).items:
        await market.site.do(PHOTOS.remove, listing_id, photo.id, by=owner)
    assert await market.site.ask(media.space_of, shop_id) == 0
    assert await cover(market, listing_id) is None


class FullDisk(Files):
    """Room for one more file, and then none."""

    def __init__(self, real: Files) -> None:
        super().__init__(real._store)
        self.left = 1

    async def put(self, key: str, content: bytes) -> None:
        if not self.left:
            full = OSError(errno.ENOSPC, "No space left on device")
            assert is_full(full)
            raise StorageFull from full
        self.left -= 1
        await super().put(key, content)


async def stored(market: Market) -> list[str]:
    far = datetime(2100, 1, 1, tzinfo=UTC)
    return [name async for name in market.site.files.older_than("pictures/", far)]


@pytest.mark.one_engine
async def test_a_full_disk_is_said_so_and_leaves_neither_row_nor_file(market: Market) -> None:
    _, _, listing_id = await lamp(market)
    before = await stored(market)
    real, market.site.files = market.site.files, FullDisk(market.site.files)
    client = await market.browser("owner")
    fresh = sent(jpeg("#123456", (900, 600)))
    answer = await client.post(f"/api/listings/{listing_id}/photos", files=fresh)
    assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")
    desk = await at_the_desk(market)
    base = f"/sell/listings/{listing_id}/photos"
    page = await desk.post(base, files=fresh, data={"csrf_token": csrf((await desk.get(base)).text)})
    assert page.status_code == 507
    assert "There is no room left" in page.text
    assert await rows(market, media.media_table) == await rows(market, listing_photo_table) == 0
    assert await stored(market) == before
    market.site.files = real
    assert (await client.post(f"/api/listings/{listing_id}/photos", files=fresh)).status_code == 201


async def test_pictures_that_nobody_shows_are_swept_away_after_a_day(market: Market) -> None:
    owner, _, listing_id = await lamp(market)
    kept, gone = await three(market, owner, listing_id, 2)
    await market.site.do(PHOTOS.remove, listing_id, gone, by=owner)
    lost = encoded(jpeg("#fedcba", (30, 30)))
    await media.store(market.site, [lost])

    async def swept() -> set[str]:
        await market.site.do(_enqueue_sweep)
        await run_until_idle(market.site)
        return set(await stored(market))

    files = {small(n).picture.file(24) for n in (0, 1)} | {lost.picture.file(30)}
    assert files <= await swept(), "what is young may be on its way"
    market.clock.set(datetime.now(UTC) + timedelta(days=2))
    left = await swept() & files
    assert left == {small(0).picture.file(24)}
    assert [p.id for p in (await market.site.ask(PHOTOS.view, listing_id)).items] == [kept]
    assert (await (await market.browser()).get(small(0).picture.url())).status_code == 200
    assert (await (await market.browser()).get(small(1).picture.url())).status_code == 404


async def _enqueue_sweep(uow: Any) -> None:
    from marketplace_kit.kernel.plugin import Nothing

    uow.enqueue("web.sweep_media", Nothing())


async def test_the_same_picture_is_stored_once_and_stays_while_somebody_shows_it(market: Market) -> None:
    owner, shop_id, listing_id = await lamp(market)
    other = await market.listing(owner, shop_id, "Other lamp")
    for one in (listing_id, other):
        await show_photos(market.site, PHOTOS, one, [(small(7), "")], by=owner)
    assert await rows(market, media.media_table) == 1
    (first,) = (await market.site.ask(PHOTOS.view, listing_id)).items
    await market.site.do(PHOTOS.remove, listing_id, first.id, by=owner)
    market.clock.set(datetime.now(UTC) + timedelta(days=2))
    await market.site.do(_enqueue_sweep)
    await run_until_idle(market.site)
    assert await market.site.files.exists(small(7).picture.file(24))


@pytest.mark.one_engine
async def test_a_sample_gets_its_photo_once(market: Market) -> None:
    owner, _, listing_id = await lamp(market)
    assert owner.person_id is not None
    for picture in (small(3), jpeg()):
        await ensure_photos(market.site, listing_id, picture, "A lamp", owner=owner.person_id)
    assert [p.alt for p in (await market.site.ask(PHOTOS.view, listing_id)).items] == ["A lamp"]


async def test_who_sent_a_photo_can_be_forgotten(market: Market) -> None:
    owner, _, listing_id = await lamp(market)
    assert owner.person_id is not None
    await three(market, owner, listing_id, 2)
    (personal,) = [p for p in plugin.mk_personal_data() if p.name == "listings.photos"]
    assert len(await market.site.ask(personal.export, owner.person_id)) == 2
    await market.site.do(personal.erase, owner.person_id)
    assert await market.site.ask(personal.export, owner.person_id) == []
    assert len((await market.site.ask(PHOTOS.view, listing_id)).items) == 2


async def test_a_gallery_of_twelve_costs_as_many_statements_as_one_of_one(market: Market) -> None:
    owner, shop_id, one = await lamp(market)
    twelve = await market.listing(owner, shop_id, "Other lamp")
    await three(market, owner, one, 1)
    await three(market, owner, twelve, 12)
    desk = await at_the_desk(market)
    for address in ("/sell/listings/{}/photos", "/api/listings/{}/photos", "/listings/{}"):
        asked = []
        for listing_id in (one, twelve):
            await desk.get(address.format(listing_id))
            with count_queries(market.site) as seen:
                assert (await desk.get(address.format(listing_id))).status_code == 200
            asked.append(list(seen))
        assert len(asked[0]) == len(asked[1]) <= 8, asked


@pytest.mark.one_engine
def test_the_page_has_no_script_of_its_own() -> None:
    from marketplace_kit.web.vendoring import VENDOR

    text = (VENDOR.parent.parent / "templates" / "photos.html").read_text()
    assert not re.search(r"<script(?! src=)|style=|onclick", text)
