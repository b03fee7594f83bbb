"""What is told of an appointment, and who tells."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from marketplace_kit.kernel.hooks.lines import Moving
from marketplace_kit.scheduling.queries.snapshots import Plan
from marketplace_kit.scheduling.services.claiming import Placed
from marketplace_kit.scheduling.services.planning import local

SHOP = frozenset({"staff", "owner", "admin", "system"})


def time_facts(plan: Plan, at: Placed) -> dict[str, Any]:
    staff = plan.resources.get(at.staff_id) if at.staff_id is not None else None
    return {
        "starts_at": local(plan.zone, at.starts_s).isoformat(),
        "ends_at": local(plan.zone, at.ends_s).isoformat(),
        "zone": plan.zone,
        "minutes": at.minutes,
        "staff": at.staff_id,
        "staff_name": staff.name if staff else "",
    }


def event_facts(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "appointment_id": row["id"],
        "order_id": row["order_id"],
        "shop_id": row["shop_id"],
        "listing_id": row["listing_id"],
        "version": row["version"],
        "starts_at": datetime.fromtimestamp(row["starts_s"], UTC),
        "person_id": row["person_id"],
    }


def is_customer(moving: Moving) -> bool:
    return "customer" in moving.roles and not moving.roles & SHOP
