"""Assembly of the web application: a :class:`Site` becomes an ASGI application."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import lru_cache
from typing import Any

from litestar import Litestar
from litestar.connection import Request
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import OpenAPI
from litestar.response import Response
from litestar.types import ASGIApp, Scope

from marketplace_kit import __version__
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.jobs import EmbeddedRunner, LocalBell
from marketplace_kit.kernel.settings import JobSettings, check_for_production
from marketplace_kit.kernel.site import Site
from marketplace_kit.web import csrf, errors, once
from marketplace_kit.web.assets import Assets
from marketplace_kit.web.context import Given, visit_of
from marketplace_kit.web.directory import Declaration, Directory
from marketplace_kit.web.front import FrontDoor
from marketplace_kit.web.openapi import Description, routes_of
from marketplace_kit.web.overrides import layers_of
from marketplace_kit.web.rendering import HERE as WEB
from marketplace_kit.web.rendering import Renderer
from marketplace_kit.web.resolver import PageSource
from marketplace_kit.web.routing import check_permissions, guard

_LARGEST_BODY = 2 * 1024 * 1024
Declared = tuple[tuple[str, tuple[Any, ...], tuple[tuple[str, tuple[str, ...]], ...]], ...]
"""Of each declaration of routes: whose it is, its handlers, the hosts that it adds to the content security policy."""


class NotForProduction(Exception):
    """The settings would make an unsafe public site. One line for each reason."""


class Application:
    """A site as an ASGI application: the front door, and behind it the routes of its plugins.

    ``routes`` and ``openapi_schema`` are Litestar's.
    """

    def __init__(self, site: Site, routing: Litestar) -> None:
        self._site, self._routing = site, routing
        self._front = FrontDoor(site, routing.asgi_handler, _as_asgi(routing), site.facilities.get(PageSource))

    @property
    def routes(self) -> list[Any]:
        return list(self._routing.routes)

    @property
    def openapi_schema(self) -> OpenAPI:
        return self._routing.openapi_schema

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        scope["app"] = scope["litestar_app"] = self._routing
        scope.setdefault("state", {})
        await self._front(scope, receive, send)

    async def _live(self, receive: Any, send: Any) -> None:
        """ASGI's lifespan protocol: one message begins, the next one ends."""
        await receive()
        async with _running(self._site):
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})


def create_app(site: Site) -> Application:
    """The ASGI application of a site. Refuses to start without permissions on every route, or unsafe in production."""
    if faults := check_for_production(site.settings):
        raise NotForProduction("\n".join(faults))
    _furnish(site)
    registry = site.registry
    declared = tuple(
        (registry.routes.owner(name), tuple(found.handlers), tuple(sorted(found.csp.items())))
        for name, found in registry.routes.items()
    )
    app = Application(site, _routing(declared))
    handlers = {f"{path} {handler}": handler for path, handler in routes_of(app) if "plugin" in handler.opt}
    check_permissions(handlers, registry)
    site.facilities[Description] = Description(app, site)
    return app


@lru_cache(maxsize=4)
def _routing(declared: Declared) -> Litestar:
    """The routes of so many plugins. Making them is most of the work of a start, and they know nothing of a site: sites
    of one process that have the same plugins share them.
    """
    return Directory(
        route_handlers=[Declaration(owner, handlers, dict(csp)) for owner, handlers, csp in declared],
        dependencies={"site": Provide(_site, sync_to_thread=False), "actor": Provide(_actor, sync_to_thread=False)},
        guards=[guard],
        before_request=_before,
        exception_handlers={Exception: errors.answer, HTTPException: errors.answer},
        openapi_config=OpenAPIConfig(title="", version=__version__, path="/-/schema", render_plugins=[]),
        request_max_body_size=_LARGEST_BODY,
        pdb_on_exception=False,
        debug=False,
        logging_config=None,
    )


def _furnish(site: Site) -> None:
    """Read templates and static files once."""
    plugins, templates = site.registry.plugins, site.registry.templates
    folders = [(templates.owner(name), t.folder) for name, t in templates.items() if t.folder]
    own_last = [folder for _, folder in reversed(folders)]
    looks = [folder for owner, folder in folders if plugins[owner].category == "look"]
    # A look may replace the brand's files (brand-default.css, favicon.svg); other plugins only add to the kit's.
    ordered = [*looks, WEB / "templates", *(folder for folder in own_last if folder not in looks)]
    static = [folder.parent / "static" for folder in ordered if (folder.parent / "static").is_dir()]
    assets = Assets(static)
    site.facilities[Assets] = assets
    lookup = [layer.folder for layer in layers_of(site.registry, site.settings)]
    site.facilities[Renderer] = Renderer(site, lookup, assets)


async def _before(request: Request[Any, Any, Any]) -> Response[Any] | None:
    await csrf.check(request)
    return await once.prepare(request)


def _site(request: Request[Any, Any, Any]) -> Site:
    return visit_of(request).site


def _actor(site: Given[Site], request: Request[Any, Any, Any]) -> Actor:
    # Asks for the site only to be found after it: what Litestar finds side by side costs a task group.
    return visit_of(request).actor


def _as_asgi(app: Litestar) -> Any:
    def as_asgi(response: Response[Any], scope: Scope) -> ASGIApp:
        return response.to_asgi_response(None, Request(scope))

    return as_asgi


@asynccontextmanager
async def _running(site: Site) -> AsyncIterator[None]:
    """While the application serves: the embedded runner, where the settings ask for it; afterwards everything is
    closed.
    """
    runner: asyncio.Task[None] | None = None
    if site.settings.of(JobSettings).runner == "embedded" and isinstance(site.bell, LocalBell):
        runner = asyncio.create_task(EmbeddedRunner(site, site.bell).run())
    try:
        yield
    finally:
        if runner is not None:
            runner.cancel()
            with suppress(asyncio.CancelledError):
                await runner
        await site.close()
