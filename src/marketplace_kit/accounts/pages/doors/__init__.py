"""Pages: registering, signing in and out, proving an address, a forgotten password."""

from __future__ import annotations

from marketplace_kit.accounts.pages.doors import registering, resetting, signing_in, verifying
from marketplace_kit.accounts.pages.doors.passing import (
    AnyRequest,
    Next,
    as_problem,
    asked_from,
    let_in,
    reached_by,
    remember_phone,
    safe_next,
    status_of,
)

handlers = (*registering.handlers, *signing_in.handlers, *verifying.handlers, *resetting.handlers)
__all__ = [
    "AnyRequest",
    "Next",
    "as_problem",
    "asked_from",
    "handlers",
    "let_in",
    "reached_by",
    "remember_phone",
    "safe_next",
    "status_of",
]
