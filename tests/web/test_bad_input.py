"""Whatever is sent, the answer is a clear refusal, never a fault, and nothing is half-written."""

from __future__ import annotations

import json
import re

import httpx
import pytest

from marketplace_kit.kernel.site import Site
from tests.web.probe import count_bookings

GOOD = {"pet": "Buddy", "weight": 12_000}
JSON = {"content-type": "application/json"}


def problem(answer: httpx.Response) -> dict[str, object]:
    """The problem document of a refusal; a fault (5xx) is never acceptable here."""
    assert answer.status_code < 500, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    found: dict[str, object] = answer.json()
    assert {"type", "title", "status", "code", "detail", "instance", "request_id"} <= set(found)
    return found


async def test_a_good_body_is_taken(probe: httpx.AsyncClient) -> None:
    answer = await probe.post("/api/probe/bookings", json=GOOD)
    assert (answer.status_code, answer.json()) == (201, GOOD)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "malformed_body"),
        (b"{", "malformed_body"),
        (b"[]", "malformed_body"),
        (b'"text"', "malformed_body"),
        (b'{"pet": "B", "weight": NaN}', "malformed_body"),
        (b'{"pet": "B", "weight": Infinity}', "malformed_body"),
        (b"\xff\xfe", "malformed_body"),
        (b'{"a":' * 2_000 + b"1" + b"}" * 2_000, "malformed_body"),
        (b'{"pet": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "malformed_body"),
    ],
    ids=[
        "empty",
        "cut off",
        "a list",
        "a text",
        "NaN",
        "Infinity",
        "not UTF-8",
        "2,000 deep objects",
        "100,000 deep lists",
    ],
)
async def test_a_body_that_cannot_be_read_is_refused(
    probe: httpx.AsyncClient, probe_site: Site, raw: bytes, code: str
) -> None:
    answer = await probe.post("/api/probe/bookings", content=raw, headers=JSON)
    assert answer.status_code == 400
    assert problem(answer)["code"] == code
    assert await count_bookings(probe_site) == 0


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"pet": None}, "pet", "required"),
        ({"pet": "  "}, "pet", "required"),
        ({"pet": 5}, "pet", "wrong_type"),
        ({"pet": "x" * 21}, "pet", "too_long"),
        ({"pet": "a\u0000b"}, "pet", "bad_characters"),
        ({"pet": "a\u202eb"}, "pet", "bad_characters"),
        ({"weight": "12"}, "weight", "wrong_type"),
        ({"weight": True}, "weight", "wrong_type"),
        ({"weight": 1.5}, "weight", "wrong_type"),
        ({"weight": 0}, "weight", "too_small"),
        ({"weight": 2**63}, "weight", "too_large"),
        ({"weight": -(2**63)}, "weight", "too_small"),
        ({"is_admin": True}, "is_admin", "unknown_field"),
        ({"note": {"$ne": 1}}, "note", "wrong_type"),
    ],
)
async def test_a_field_that_does_not_fit_is_named(
    probe: httpx.AsyncClient, probe_site: Site, change: dict[str, object], field: str, code: str
) -> None:
    answer = await probe.post("/api/probe/bookings", json=GOOD | change)
    assert answer.status_code == 422
    found = problem(answer)
    assert found["code"] == "invalid"
    assert [(p["field"], p["code"]) for p in found["problems"]] == [(field, code)]
    assert await count_bookings(probe_site) == 0


async def test_a_lone_surrogate_is_refused(probe: httpx.AsyncClient) -> None:
    answer = await probe.post("/api/probe/bookings", content=b'{"pet": "\\ud800", "weight": 1}', headers=JSON)
    assert problem(answer)["status"] in (400, 422)


async def test_every_problem_is_reported_at_once(probe: httpx.AsyncClient) -> None:
    answer = await probe.post("/api/probe/bookings", json={"weight": -1, "colour": "red"})
    found = {(p["field"], p["code"]) for p in answer.json()["problems"]}
    assert found == {("pet", "required"), ("weight", "too_small"), ("colour", "unknown_field")}


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
async def test_a_json_route_takes_no_other_content_type(
    probe: httpx.AsyncClient, probe_site: Site, content_type: str
) -> None:
    answer = await probe.post("/api/probe/bookings", content=json.dumps(GOOD), headers={"content-type": content_type})
    assert answer.status_code == 400
    assert problem(answer)["code"] in {"wrong_content_type", "malformed_request"}
    assert await count_bookings(probe_site) == 0


async def test_a_body_beyond_the_limit_is_refused(probe: httpx.AsyncClient) -> None:
    answer = await probe.post("/api/probe/bookings", content=b'{"pet": "' + b"x" * 3_000_000 + b'"}', headers=JSON)
    assert problem(answer)["status"] == 413


@pytest.mark.parametrize(
    "path",
    ["/api/probe/items/1", "/api/probe/items/%00", "/api/probe/items/../../etc", "/api/probe/items/" + "9" * 5_000],
)
async def test_an_id_that_is_none_is_not_found(probe: httpx.AsyncClient, path: str) -> None:
    answer = await probe.get(path)
    assert answer.status_code in (400, 404)


@pytest.mark.parametrize("limit", ["0", "101", "1000000000", "-1", "NaN", "1e3", "9223372036854775808", "ten"])
async def test_a_page_size_out_of_bounds_is_refused(probe: httpx.AsyncClient, limit: str) -> None:
    answer = await probe.get(f"/api/probe/items/00000000-0000-0000-0000-000000000001?limit={limit}")
    assert answer.status_code == 400
    assert problem(answer)["code"] == "malformed_request"


async def test_a_parameter_that_is_lacking_is_named(probe: httpx.AsyncClient) -> None:
    answer = await probe.get("/api/probe/shelf", headers={"Accept-Language": "en"})
    assert answer.status_code == 400
    assert problem(answer)["problems"] == [{"field": "shelf", "code": "required", "text": "Please fill this in."}]


async def test_a_wrong_method_names_the_right_ones(probe: httpx.AsyncClient) -> None:
    answer = await probe.delete("/api/probe/bookings")
    assert answer.status_code == 405
    assert "POST" in answer.headers["allow"]


async def test_a_fault_of_ours_tells_nothing_but_its_number(probe: httpx.AsyncClient) -> None:
    answer = await probe.get("/api/probe/broken")
    assert answer.status_code == 500
    assert answer.json()["code"] == "internal_error"
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert "secret detail" not in answer.text


async def test_who_may_not_is_told_apart_from_who_is_not_signed_in(probe: httpx.AsyncClient) -> None:
    stranger = await probe.get("/api/probe/secret")
    person = await probe.get("/api/probe/secret", headers={"authorization": "Bearer good-bearer"})
    liar = await probe.get("/api/probe/secret", headers={"authorization": "Bearer other"})
    assert [a.status_code for a in (stranger, person, liar)] == [401, 403, 401]


class TestForms:
    """The same through a page: the message stands at the field, the input is kept."""

    async def fields(self, probe: httpx.AsyncClient) -> dict[str, str]:
        html = (await probe.get("/probe/form")).text
        hidden = dict(re.findall(r'name="(csrf_token|idempotency_key)"\s+value="([^"]+)"', html))
        return {**hidden, "pet": "Buddy", "weight": "12 000", "note": ""}

    async def test_a_good_form_is_taken_and_said_so(self, probe: httpx.AsyncClient, probe_site: Site) -> None:
        answer = await probe.post("/probe/form", data=await self.fields(probe))
        assert (answer.status_code, answer.headers["location"]) == (303, "/probe/form")
        assert await count_bookings(probe_site) == 1
        assert "It is booked." in (await probe.get("/probe/form")).text
        assert "It is booked." not in (await probe.get("/probe/form")).text

    async def test_a_wrong_field_is_shown_with_what_was_typed(self, probe: httpx.AsyncClient, probe_site: Site) -> None:
        answer = await probe.post("/probe/form", data=await self.fields(probe) | {"weight": "heavy", "pet": "<b>Bobik"})
        assert answer.status_code == 422
        assert "heavy" in answer.text
        assert "&lt;b&gt;Bobik" in answer.text
        assert "<b>Bobik" not in answer.text
        assert 'aria-invalid="true"' in answer.text
        assert await count_bookings(probe_site) == 0

    async def test_sent_twice_it_is_done_once_with_the_same_answer(
        self, probe: httpx.AsyncClient, probe_site: Site
    ) -> None:
        fields = await self.fields(probe)
        first = await probe.post("/probe/form", data=fields)
        second = await probe.post("/probe/form", data=fields)
        assert (second.status_code, second.headers["location"]) == (first.status_code, first.headers["location"])
        assert await count_bookings(probe_site) == 1

    @pytest.mark.parametrize("token", ["", "0" * 64, "not-a-token", "белгі" * 12, "\U0001f511", "\x00"])
    async def test_without_the_page_s_own_token_nothing_happens(
        self, probe: httpx.AsyncClient, probe_site: Site, token: str
    ) -> None:
        answer = await probe.post("/probe/form", data=await self.fields(probe) | {"csrf_token": token})
        assert answer.status_code == 403
        assert await count_bookings(probe_site) == 0

    async def test_a_token_of_odd_letters_is_none_in_a_header_either(
        self, probe: httpx.AsyncClient, probe_site: Site
    ) -> None:
        fields = await self.fields(probe)
        del fields["csrf_token"]
        odd = [(b"x-csrf-token", "é".encode("latin-1") * 64)]
        assert (await probe.post("/probe/form", data=fields, headers=odd)).status_code == 403
        assert await count_bookings(probe_site) == 0

    async def test_another_visitor_s_token_does_not_fit(self, probe: httpx.AsyncClient, probe_site: Site) -> None:
        fields = await self.fields(probe)
        probe.cookies.clear()
        await probe.get("/probe/form")
        assert (await probe.post("/probe/form", data=fields)).status_code == 403
        assert await count_bookings(probe_site) == 0

    @pytest.mark.parametrize(
        "header", [{"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}, {"origin": "null"}]
    )
    async def test_another_site_s_form_is_refused_even_with_a_token(
        self, probe: httpx.AsyncClient, probe_site: Site, header: dict[str, str]
    ) -> None:
        answer = await probe.post("/probe/form", data=await self.fields(probe), headers=header)
        assert answer.status_code == 403
        assert await count_bookings(probe_site) == 0

    async def test_a_cookie_cannot_sign_a_program_s_request_by_itself(
        self, probe: httpx.AsyncClient, probe_site: Site
    ) -> None:
        probe.cookies.set("mk_session", "good-cookie")
        forged = await probe.post("/api/probe/mine", json=GOOD)
        assert (forged.status_code, forged.json()["code"]) == (403, "csrf_failed")
        token = (await self.fields(probe))["csrf_token"]
        assert (await probe.post("/api/probe/mine", json=GOOD, headers={"x-csrf-token": token})).status_code == 201
        assert await count_bookings(probe_site) == 1

    async def test_an_unknown_field_is_refused_on_the_page_too(
        self, probe: httpx.AsyncClient, probe_site: Site
    ) -> None:
        answer = await probe.post("/probe/form", data=await self.fields(probe) | {"role": "admin"})
        assert answer.status_code == 422
        assert await count_bookings(probe_site) == 0

    async def test_json_sent_to_a_page_is_refused(self, probe: httpx.AsyncClient) -> None:
        token = (await self.fields(probe))["csrf_token"]
        answer = await probe.post("/probe/form", json=GOOD, headers={"x-csrf-token": token})
        assert answer.status_code == 400
