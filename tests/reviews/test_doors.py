"""Reviews on the web and by the API, as people and programs meet them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.process import Stage
from marketplace_kit.reviews import services
from marketplace_kit.reviews.plugin import Reviews
from marketplace_kit.testing.queries import count_queries
from tests.reviews.salon import Salon

pytestmark = [pytest.mark.anyio, pytest.mark.one_engine]  # doors: what stands behind them runs on both


async def post(browser: Any, path: str, **fields: Any) -> Any:
    """What the form of the page sends."""
    page = await browser.get(path)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token, page.text
    return await browser.post(path, data={"csrf_token": token[1], **fields})


async def test_a_program_rates_changes_and_reads(salon: Salon) -> None:
    line_id = await salon.line(salon.aliya)
    aliya, anyone = await salon.browser("aliya"), await salon.browser()
    made = await aliya.post("/api/reviews", json={"line_id": str(line_id), "rating": 5, "text": "Lovely."})
    assert made.status_code == 201, made.text
    again = await aliya.post("/api/reviews", json={"line_id": str(line_id), "rating": 5})
    assert (again.status_code, again.json()["code"]) == (409, "already_reviewed")
    path = f"/api/reviews/{made.json()['id']}"
    changed = await aliya.put(path, json={"rating": 4, "text": "Good.", "version": 1})
    assert (changed.json()["rating"], changed.json()["version"]) == (4, 2)
    stale = await aliya.put(path, json={"rating": 1, "version": 1})
    assert (stale.status_code, stale.json()["code"]) == (409, "version_conflict")
    for subject in (f"shops/{salon.shop_id}", f"listings/{salon.listing_id}"):
        read = (await anyone.get(f"/api/{subject}/reviews")).json()
        assert [one["text"] for one in read["items"]] == ["Good."]
        assert read["rating"] == {"average": 4.0, "count": 1, "distribution": {"5": 0, "4": 1, "3": 0, "2": 0, "1": 0}}
        assert (await anyone.get(f"/api/{subject}/reviews?stars=5")).json()["items"] == []
    listing = (await anyone.get(f"/api/listings/{salon.listing_id}")).json()
    assert (listing["rating_average"], listing["rating_count"]) == (4.0, 1)
    found = (await anyone.get("/api/listings?rating=4&sort=rating")).json()
    assert found["items"][0]["rating_average"] == 4.0
    assert [r["id"] for r in (await aliya.get("/api/reviews")).json()["items"]] == [made.json()["id"]]


async def test_what_a_program_is_refused(salon: Salon) -> None:
    pending = await salon.line(salon.aliya, stage=Stage.PENDING)
    done = await salon.line(salon.aliya)
    await salon.person("stranger")
    aliya, stranger, anyone = [await salon.browser(name) for name in ("aliya", "stranger", "")]
    asked: list[tuple[Any, dict[str, Any], int, str]] = [
        (aliya, {"line_id": str(pending), "rating": 5}, 409, "not_completed"),
        (aliya, {"line_id": str(done), "rating": 6}, 422, "invalid"),
        (aliya, {"line_id": "x", "rating": 5}, 422, "invalid"),
        (aliya, {"line_id": str(new_id()), "rating": 5}, 404, "not_found"),
        (stranger, {"line_id": str(done), "rating": 5}, 404, "not_found"),
        (anyone, {"line_id": str(done), "rating": 5}, 401, "sign_in_required"),
    ]
    for browser, body, status, code in asked:
        answer = await browser.post("/api/reviews", json=body)
        assert (answer.status_code, answer.json()["code"]) == (status, code), body
    link = await anyone.post("/api/reviews/by/0123456789abcdef", json={"rating": 5})
    assert (link.status_code, link.json()["code"]) == (404, "manage_link_invalid")
    for path in ("/api/admin/reviews", "/admin/reviews"):
        assert (await stranger.get(path)).status_code == 403
    assert (await stranger.get("/sell/reviews")).status_code == 404


async def test_a_person_rates_on_the_page_and_keeps_what_they_typed(salon: Salon) -> None:
    line_id = await salon.line(salon.aliya)
    aliya = await salon.browser("aliya")
    path = f"/reviews/new/{line_id}"
    refused = await post(aliya, path, text="I forgot the stars")
    assert refused.status_code == 422
    assert "I forgot the stars</textarea>" in refused.text
    assert 'id="f-rating-error"' in refused.text
    refused = await post(aliya, path, rating="4", text="x" * 2001)
    assert re.search(r'value="4" checked', refused.text)
    assert refused.status_code == 422
    done = await post(aliya, path, rating="4", text="<b>Good</b>")
    assert (done.status_code, done.headers["location"]) == (303, "/account/reviews")
    assert "&lt;b&gt;Good&lt;/b&gt;" in (await aliya.get("/account/reviews")).text
    again = await aliya.get(path)
    edit = again.headers["location"]
    changed = await post(aliya, edit, rating="5", text="Very good", version="1")
    assert changed.status_code == 303, changed.text
    late = await post(aliya, edit, rating="1", text="Kept words", version="1")
    assert late.status_code == 409
    assert "Kept words</textarea>" in late.text
    anyone = await salon.browser()
    shop = await anyone.get("/shops/light-house")
    assert "5.0" in shop.text
    assert 'itemprop="ratingValue" content="5.00"' in shop.text
    first = re.search(r'hx-get="(/reviews/first/[^"]+)"', shop.text)
    assert first
    assert "Very good" in (await anyone.get(first[1])).text
    listing = (await anyone.get(f"/listings/{salon.listing_id}")).text
    assert f"/listings/{salon.listing_id}/reviews" in listing
    assert "Very good" in (await anyone.get(f"/listings/{salon.listing_id}/reviews?stars=5")).text
    assert "Very good" not in (await anyone.get(f"/listings/{salon.listing_id}/reviews?stars=1")).text


async def test_a_guest_rates_by_their_link_and_opening_it_changes_nothing(salon: Salon) -> None:
    line_id = await salon.line(None)
    await salon.idle()
    path, guest = f"/reviews/by/{services.link_token(salon.site, line_id)}", await salon.browser()
    opened = await guest.get(path)
    assert (opened.status_code, opened.headers["x-robots-tag"]) == (200, "noindex, nofollow")
    assert (await salon.rating()).count == 0
    assert (await post(guest, path, rating="5", text="Lovely")).headers["location"] == path
    assert (await post(guest, path, rating="3", text="Well", version="1")).status_code == 303
    assert (await salon.rating()).average == 3.0
    assert (await guest.get("/reviews/by/nonsense")).status_code == 404
    order = await salon.manage_link(line_id)
    from_order = await guest.get(f"/reviews/from/o/{order}/{line_id}")
    assert from_order.headers["location"] == path
    other = await salon.line(None)
    assert (await guest.get(f"/reviews/from/o/{order}/{other}")).status_code == 404


async def test_a_shop_answers_a_reader_reports_an_admin_decides(salon: Salon) -> None:
    review = await salon.review(2, "Rude.")
    await salon.zhanna()
    dina, reader, zhanna = [await salon.browser(name) for name in ("dina", "aliya", "zhanna")]
    assert "Rude." in (await dina.get("/sell/reviews?unanswered=1")).text
    path = f"/sell/reviews/{review.id}"
    assert (await post(dina, path, text="")).status_code == 422
    assert (await post(dina, path, text="We are sorry.")).status_code == 303
    twice = await post(dina, path, text="Once more", version="")
    assert (twice.status_code, "Once more</textarea>" in twice.text) == (409, True)
    assert (await post(dina, path, text="We are very sorry.", version="1")).status_code == 303
    assert "Rude." not in (await dina.get("/sell/reviews?unanswered=1")).text
    own = await post(reader, f"/reviews/{review.id}/report", reason="spam")
    assert own.status_code == 422
    assert (await post(dina, f"/reviews/{review.id}/report", reason="insult", note="Look")).status_code == 303
    reported = await zhanna.get("/admin/reviews?state=reported")
    assert "Look" in reported.text
    assert (await post(zhanna, f"/admin/reviews/{review.id}/remove", reason="")).status_code == 422
    assert (await post(zhanna, f"/admin/reviews/{review.id}/remove", reason="An insult.")).status_code == 303
    assert "An insult." in (await reader.get("/account/reviews")).text
    shown = await zhanna.post(f"/api/admin/reviews/{review.id}/publish")
    assert (shown.status_code, shown.json()["state"]) == (200, "published")
    public = (await zhanna.get(f"/api/reviews/{review.id}")).json()
    assert public["reply"]["text"] == "We are very sorry."


async def test_lists_ask_as_many_questions_for_many_reviews_as_for_one(salon: Salon) -> None:
    await salon.zhanna()
    browsers = {name: await salon.browser(name) for name in ("", "aliya", "dina", "zhanna")}
    lists = [
        ("", f"/api/shops/{salon.shop_id}/reviews"),
        ("", f"/api/listings/{salon.listing_id}/reviews"),
        ("", "/shops/light-house/reviews"),
        ("", f"/listings/{salon.listing_id}/reviews"),
        ("", "/reviews/first/shop/light-house"),
        ("aliya", "/account/reviews"),
        ("dina", "/sell/reviews"),
        ("zhanna", "/admin/reviews?state=published"),
    ]

    async def asked(name: str, path: str) -> int:
        with count_queries(salon.site) as seen:
            answer = await browsers[name].get(path)
        assert answer.status_code == 200, path
        return len(seen)

    async def all_asked() -> dict[str, int]:
        # The lesser of two: some things are looked up once a second, whatever is asked for.
        return {path: min([await asked(name, path), await asked(name, path)]) for name, path in lists}

    await salon.review()
    few = await all_asked()
    for _ in range(5):
        await salon.review()
    assert await all_asked() == few
    assert all(few[path] <= 3 for name, path in lists if not name), few


async def test_a_long_list_is_read_in_pages_without_losing_any(salon: Salon) -> None:
    texts = [f"Number {n}" for n in range(5)]
    for text in texts:
        await salon.review(5, text)
    anyone, seen, cursor = await salon.browser(), [], ""
    for _ in range(4):
        page = (await anyone.get(f"/api/shops/{salon.shop_id}/reviews?limit=2{cursor}")).json()
        seen += [one["text"] for one in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert seen == list(reversed(texts))


def test_only_the_customer_of_a_completed_line_finds_the_button() -> None:
    line = {"line_id": new_id(), "role": "customer", "stage": "completed"}
    assert len(Reviews().mk_panels("order.line", line)) == 1
    for other in ({"role": "staff"}, {"stage": "accepted"}):
        assert not Reviews().mk_panels("order.line", line | other)
