"""What is known of the request under way, and how to get at it from a connection."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Annotated, Any, TypeAlias, TypeVar

import attrs
from litestar.connection import ASGIConnection, Request
from litestar.di import Dependency
from litestar.params import SkipValidationMarker

from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site

T = TypeVar("T")
Connection = ASGIConnection[Any, Any, Any, Any]
WebRequest = Request[Any, Any, Any]
Given: TypeAlias = Annotated[T, Dependency(), SkipValidationMarker()]
"""What a handler is handed by name: ``site: Given[Site]``, ``actor: Given[Actor]``, ``form: Given[NewShop]``. Taken as
it is:
it was made on this side of the door."""
locale: ContextVar[str] = ContextVar("locale", default="en")
"""The language of the request under way; templates read it."""


@attrs.define(eq=False)
class Visit:
    """One request as the front door saw it. ``public_path`` is what was asked for, without a language prefix;
    ``prefix`` is the language that stood in front of it, if one did; ``retry_after`` are the seconds after which what
    was refused may be tried again.
    """

    site: Site
    request_id: str
    public_path: str
    locale: str
    actor: Actor
    by_cookie: bool = False
    visitor: str = ""
    new_visitor: bool = False
    is_api: bool = False
    prefix: str = ""
    language_chosen: bool = False
    once: str = ""
    cookies: list[str] = attrs.field(factory=list)
    flashed: list[tuple[str, str]] = attrs.field(factory=list)
    had_flash: bool = False
    retry_after: int = 0


def visit_of(connection: Connection) -> Visit:
    """The visit that a request belongs to."""
    visit: Visit = connection.scope["state"]["visit"]
    return visit


def site_of(connection: Connection) -> Site:
    return visit_of(connection).site
