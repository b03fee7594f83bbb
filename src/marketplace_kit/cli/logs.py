"""Logging: JSON lines in production, readable lines elsewhere; never a body, a cookie or a secret."""

from __future__ import annotations

import logging
import os
import sys
from typing import Any

import structlog

from marketplace_kit.kernel.settings import traces_hooks

_SECRET = ("password", "secret", "token", "authorization", "cookie", "card")


def configure(*, json: bool, level: str = "info") -> None:
    """Set up structlog and the standard library's logging to say the same in the same way, on stderr.

    Whoever traces hooks wants to see them, whatever the level.
    """
    if level == "warning" and traces_hooks(os.environ):
        level = "info"
    processors: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _redact,
    ]
    if json:
        processors += [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    else:
        plain = structlog.dev.plain_traceback
        processors.append(structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain))
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(
        level=max(number, logging.WARNING), stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s"
    )


def _redact(_: Any, __: str, event: dict[str, Any]) -> dict[str, Any]:
    """Mask what is named like a secret, and keep a value from forging a second line."""
    for name, value in event.items():
        if any(word in name.lower() for word in _SECRET):
            event[name] = "********"
        elif isinstance(value, str) and name not in {"event", "exception", "trace"}:
            event[name] = value.replace("\r", "\\r").replace("\n", "\\n")
    return event
