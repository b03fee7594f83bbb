"""The page resolver: looks at a path before the router does, for content pages cannot be told to a router.

Litestar's trie does not backtrack (a catch-all route hides behind ``/account/…``) and routes registered while running
differ between workers. So pages are resolved in front and rewritten to fixed internal routes under ``/-/page``.
"""

from __future__ import annotations

from typing import Protocol

import attrs

from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import LOCALES

RESERVED = frozenset({"api", "static", "media", "-", "health"})
INTERNAL = ("/-/page/", "/-/mount/")


class PageSource(Protocol):
    """Whoever knows the content pages: the internal path that serves ``path``, or ``None`` to let the router decide."""

    async def resolve(self, site: Site, path: str) -> str | None: ...


def prefixed(locale: str, address: str) -> str:
    """An address of a page under the language that was asked for; what has no language, or one already, stays."""
    first = address.split("?", 1)[0].split("#", 1)[0].split("/", 2)[1:2] if address.startswith("/") else []
    if not locale or not first or address.startswith("//") or first[0] in {*RESERVED, *LOCALES}:
        return address
    return f"/{locale}" if address == "/" else f"/{locale}{address}"


@attrs.frozen
class Resolved:
    """What became of a path. ``redirect`` answers at once; ``missing`` is a 404 whatever the router thinks."""

    path: str
    public_path: str
    locale: str = ""
    redirect: str = ""
    missing: bool = False


async def resolve(site: Site, source: PageSource | None, path: str) -> Resolved:
    """Take off the language, a trailing slash, and find the page; reserved first segments pass untouched."""
    first = path.split("/", 2)[1] if path.startswith("/") else ""
    if first in RESERVED:
        return Resolved(path, path, missing=path.startswith(INTERNAL))
    locale = first if first in LOCALES else ""
    public = path.removeprefix(f"/{locale}") or "/" if locale else path
    if locale and public.split("/", 2)[1] in RESERVED:
        return Resolved(public, public, missing=True)
    if len(public) > 1 and public.endswith("/"):
        bare = "/" + public.strip("/")
        return Resolved(public, public, redirect=f"/{locale}{bare}" if locale else bare)
    internal = await source.resolve(site, public) if source else None
    return Resolved(internal or public, public, locale)
