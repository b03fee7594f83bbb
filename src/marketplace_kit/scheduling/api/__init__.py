"""REST: what can be booked and when; my appointments and what follows them; a shop's people, hours and calendar."""

from __future__ import annotations

from marketplace_kit.scheduling.api import availability, following, profiles, series, staffing, vans, waiting

handlers = (
    *availability.handlers,
    *following.handlers,
    *series.handlers,
    *staffing.handlers,
    *profiles.handlers,
    *vans.handlers,
    *waiting.handlers,
)

__all__ = ["handlers"]
