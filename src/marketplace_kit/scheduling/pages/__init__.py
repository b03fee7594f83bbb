"""Pages: choosing a time, the vendor's calendar, who works when and what they do."""

from __future__ import annotations

from marketplace_kit.scheduling.pages import (
    booking,
    calendar,
    entering,
    feeds,
    figures,
    following,
    profiles,
    repeating,
    ruling,
    series,
    staffing,
    today,
    vans,
    waiting,
)
from marketplace_kit.scheduling.pages.calendar import may_watch
from marketplace_kit.scheduling.pages.contributing import nav_items, panels

handlers = (
    *booking.handlers,
    *calendar.handlers,
    *entering.handlers,
    *today.handlers,
    *staffing.handlers,
    *ruling.handlers,
    *vans.handlers,
    *following.handlers,
    *repeating.handlers,
    *series.handlers,
    *waiting.handlers,
    *feeds.handlers,
    *profiles.handlers,
    *figures.handlers,
)

__all__ = ["handlers", "may_watch", "nav_items", "panels"]
