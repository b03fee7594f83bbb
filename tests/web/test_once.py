"""The same idempotency key and body: done once, answered alike - also at the same moment, also after a refusal."""

from __future__ import annotations

import asyncio

import httpx
import sqlalchemy as sa

from marketplace_kit.kernel.site import Site, opening
from marketplace_kit.web.once import once_table
from tests.web.probe import count_bookings

GOOD = {"pet": "Buddy", "weight": 12_000}
BEARER = {"authorization": "Bearer good-bearer"}


async def book(client: httpx.AsyncClient, key: str, **change: object) -> httpx.Response:
    return await client.post("/api/probe/mine", json=GOOD | change, headers=BEARER | {"idempotency-key": key})


async def test_a_repeated_request_gets_the_first_answer(probe: httpx.AsyncClient, probe_site: Site) -> None:
    first, second = await book(probe, "k1"), await book(probe, "k1")
    assert (first.status_code, first.content) == (second.status_code, second.content) == (201, second.content)
    assert second.headers["idempotent-replay"] == "true"
    assert await count_bookings(probe_site) == 1


async def test_another_key_is_another_act(probe: httpx.AsyncClient, probe_site: Site) -> None:
    await book(probe, "k1")
    await book(probe, "k2")
    assert await count_bookings(probe_site) == 2


async def test_the_key_with_another_body_is_refused(probe: httpx.AsyncClient, probe_site: Site) -> None:
    await book(probe, "k1")
    answer = await book(probe, "k1", pet="Tuzik")
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert await count_bookings(probe_site) == 1


async def test_somebody_else_s_key_is_another_key(probe: httpx.AsyncClient, probe_site: Site) -> None:
    await book(probe, "k1")
    other = await probe.post("/api/probe/bookings", json=GOOD, headers={"idempotency-key": "k1"})
    assert other.status_code == 201
    assert await count_bookings(probe_site) == 2


async def test_sent_twenty_times_at_once_it_is_done_once(probe: httpx.AsyncClient, probe_site: Site) -> None:
    answers = await asyncio.gather(*(book(probe, "k1") for _ in range(20)))
    assert {a.status_code for a in answers} <= {201, 409}
    assert any(a.status_code == 201 for a in answers)
    assert await count_bookings(probe_site) == 1


async def test_control_without_the_claim_it_is_done_twenty_times(probe: httpx.AsyncClient, probe_site: Site) -> None:
    await asyncio.gather(*(probe.post("/api/probe/mine", json=GOOD, headers=BEARER) for _ in range(20)))
    assert await count_bookings(probe_site) == 20


async def test_a_refused_request_may_be_mended_under_the_same_key(probe: httpx.AsyncClient, probe_site: Site) -> None:
    assert (await book(probe, "k1", weight=-1)).status_code == 422
    assert (await book(probe, "k1")).status_code == 201
    assert await count_bookings(probe_site) == 1


async def test_an_act_whose_answer_was_lost_is_not_done_again(probe: httpx.AsyncClient, probe_site: Site) -> None:
    await book(probe, "k1")
    async with probe_site.database.writer.begin() as connection:  # the process died between the effect and its answer
        await connection.execute(sa.update(once_table).values(status=None, headers=None, body=None))
    answer = await book(probe, "k1")
    assert (answer.status_code, answer.json()["code"]) == (409, "already_in_progress")
    assert await count_bookings(probe_site) == 1


async def test_a_key_that_is_none_is_refused(probe: httpx.AsyncClient) -> None:
    for key in ("", "x" * 201):
        assert (await book(probe, key)).json()["code"] == "bad_idempotency_key"


async def test_a_request_without_a_key_claims_nothing(probe: httpx.AsyncClient, probe_site: Site) -> None:
    await probe.post("/api/probe/mine", json=GOOD, headers=BEARER)
    assert opening.get() is None
    async with probe_site.database.reader.connect() as connection:
        assert (await connection.execute(sa.select(sa.func.count()).select_from(once_table))).scalar_one() == 0
