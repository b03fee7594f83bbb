"""The description of the API says what the API does."""

from __future__ import annotations

from typing import Any

import httpx


async def described(probe: httpx.AsyncClient) -> dict[str, Any]:
    found: dict[str, Any] = (await probe.get("/api/openapi.json")).json()
    return found


async def test_it_is_openapi_3_1_and_holds_only_the_interface(probe: httpx.AsyncClient) -> None:
    document = await described(probe)
    assert document["openapi"].startswith("3.1")
    assert all(path.startswith(("/api/", "/health/")) for path in document["paths"])


async def test_a_declared_body_is_described_closed_and_bounded(probe: httpx.AsyncClient) -> None:
    document = await described(probe)
    operation = document["paths"]["/api/probe/bookings"]["post"]
    assert operation["requestBody"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Booking"}
    booking = document["components"]["schemas"]["Booking"]
    assert booking["additionalProperties"] is False
    assert booking["required"] == ["pet", "weight"]
    assert booking["properties"]["weight"] == {
        "type": "integer",
        "minimum": 1,
        "maximum": 100_000,
        "title": "Weight",
        "description": "Unit: g.",
    }


async def test_every_operation_names_its_refusals_and_who_may_call_it(probe: httpx.AsyncClient) -> None:
    document = await described(probe)
    for item in document["paths"].values():
        for operation in item.values():
            assert "application/problem+json" in operation["responses"]["4XX"]["content"]
    assert "security" not in document["paths"]["/api/probe/bookings"]["post"]
    assert document["paths"]["/api/probe/secret"]["get"]["x-permission"] == "probe.look"
