"""Who may use which route: every route of an application, asked by everybody, compared with what it declares::

    assert await permission_matrix(app, site) == []

A route is asked in the name of a stranger and of each role. Who lacks its permission must be refused. Who holds it must
not be - and with an id that nobody has, must find nothing: a foreign thing and one that is not there look the same.
What a permitted act does with a good body is another test's business, so acts without an id are asked only by those who
may not.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import attrs
import httpx
from litestar.handlers import HTTPRouteHandler

from marketplace_kit.accounts.services import create_person, open_session
from marketplace_kit.accounts.services.bearer import tokens_for
from marketplace_kit.app import Application
from marketplace_kit.kernel.site import Site
from marketplace_kit.testing.builders import PASSWORD
from marketplace_kit.testing.clients import open_client
from marketplace_kit.web.routing import PUBLIC, SIGNED_IN

STRANGER = "stranger"
ROLES = ("customer", "vendor", "operator", "admin")
SAFE = frozenset({"GET", "HEAD"})
STREAMS = frozenset({"/-/live"})
"""Answers without an end: nothing that asks and waits can be asked of them."""
_REFUSED = frozenset({401, 403})


@attrs.frozen(order=True)
class Deviation:
    """A route that did not answer as it declares."""

    method: str
    path: str
    permission: str
    who: str
    status: int
    expected: str


@attrs.frozen
class Asked:
    """One route by one method. ``path`` as declared, ``filled`` with ids that nobody has."""

    method: str
    path: str
    filled: str
    permission: str

    @property
    def has_id(self) -> bool:
        return self.path != self.filled


async def permission_matrix(
    app: Application, site: Site, *, own_answer: Collection[str] = (), skip: Collection[str] = STREAMS
) -> list[Deviation]:
    """Every deviation of every route; empty when all is well.

    ``own_answer`` names routes (``"DELETE /api/favorites/{id}"``) that rightly answer something else than "not found"
    to an id that nobody has: removing what is not there, for one.
    """
    found: list[Deviation] = []
    async with _askers(app, site) as askers:
        for asked in routes(app):
            if asked.path in skip:
                continue
            for who, client in askers.items():
                found += await _ask(site, asked, who, client, f"{asked.method} {asked.path}" in own_answer)
    return sorted(found)


def routes(app: Application) -> Iterator[Asked]:
    """Every declared route of the application, ready to be asked."""
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            if not isinstance(handler, HTTPRouteHandler) or "permission" not in handler.opt:
                continue
            parts = [_filled(part) if hasattr(part, "type") else str(part) for part in route.path_components]
            for method in sorted(handler.http_methods - {"OPTIONS", "HEAD"}):
                yield Asked(method, route.path_format, "/" + "/".join(parts), str(handler.opt["permission"]))


def _filled(part: Any) -> str:
    """A value of the right kind that names nothing."""
    by_type = {UUID: str(uuid4()), int: "999999937", Path: "no/such.thing"}
    return by_type.get(part.type, "no-such-thing")


async def _ask(site: Site, asked: Asked, who: str, client: httpx.AsyncClient, own_answer: bool) -> list[Deviation]:
    may = _may(site, asked.permission, who)
    if may and asked.method not in SAFE and not asked.has_id:
        return []
    answer = await client.request(asked.method, asked.filled, **_body(asked))
    expected = _expected(asked, may, answer, own_answer)
    return (
        [Deviation(asked.method, asked.path, asked.permission, who, answer.status_code, expected)] if expected else []
    )


def _may(site: Site, permission: str, who: str) -> bool:
    if permission == PUBLIC:
        return True
    if permission == SIGNED_IN:
        return who != STRANGER
    return who in site.registry.permissions[permission].roles


def _body(asked: Asked) -> dict[str, Any]:
    if asked.method in SAFE:
        return {}
    return {"json": {}} if asked.path.startswith("/api/") else {"data": {"none": "none"}}


def _expected(asked: Asked, may: bool, answer: httpx.Response, own_answer: bool) -> str:
    """What should have come instead; empty if it did come."""
    if answer.status_code >= 500:
        return "no fault"
    refused = answer.status_code in _REFUSED or "/sign-in" in answer.headers.get("location", "")
    if not may:
        return "" if refused or answer.status_code == 404 else "refused"
    if asked.has_id and not own_answer and answer.status_code < 300:
        return "not found"
    # A page's form without its token is refused to everybody; that says nothing about its permission.
    if refused and not (asked.method not in SAFE and asked.permission == PUBLIC) and not asked.has_id:
        return "let in"
    return ""


@asynccontextmanager
async def _askers(app: Application, site: Site) -> AsyncIterator[dict[str, httpx.AsyncClient]]:
    """A stranger, and a program for somebody of each role: it needs no form token, so that only permissions decide."""
    async with AsyncExitStack() as stack:
        askers = {STRANGER: await stack.enter_async_context(open_client(app, site))}
        for role in ROLES:
            email = f"{role}.{uuid4().hex[:8]}@example.kz"
            person = await create_person(site, name=role, email=email, password=PASSWORD, roles=(role,), locale="en")
            token = tokens_for(site, await site.do(open_session, person)).access_token
            client = open_client(app, site, Authorization=f"Bearer {token}")
            askers[role] = await stack.enter_async_context(client)
        yield askers
