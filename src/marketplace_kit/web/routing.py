"""Declaring routes: each names who may use it, what it takes, and is refused at boot if it does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from litestar.connection import Request
from litestar.di import Provide
from litestar.handlers import BaseRouteHandler

from marketplace_kit.kernel.activation import Activation
from marketplace_kit.kernel.errors import Forbidden, Missing, SignInNeeded
from marketplace_kit.kernel.fields import Form
from marketplace_kit.kernel.registry import Registry
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import Site
from marketplace_kit.web.bodies import sent
from marketplace_kit.web.context import Connection, visit_of

PUBLIC, SIGNED_IN = "public", "signed_in"
DEVELOPMENT = "development"
OpenApiBody = Callable[[Registry], dict[str, Any]]


class RouteWithoutPermission(Exception):
    """A route that does not say who may use it. Stops the boot."""


def route(
    permission: str,
    *,
    body: type[Form] | None = None,
    csrf: bool = True,
    summary: str = "",
    openapi_body: OpenApiBody | None = None,
    **opt: Any,
) -> dict[str, Any]:
    """Keyword arguments for a Litestar decorator: ``@post("/api/shops", **route("shops.open", body=NewShop))``.

    ``permission`` is ``public``, ``signed_in`` or a declared permission's name. With ``body`` the handler takes
    ``form: Given[NewShop]``: the JSON body, checked whole, every problem reported. ``openapi_body`` describes a
    body that only the assembled site knows (listing kinds). With ``development=True`` it is there in that mode alone.
    """
    arguments: dict[str, Any] = {
        "opt": {"permission": permission, "csrf": csrf, "openapi_body": openapi_body or body, **opt}
    }
    if body is not None:
        arguments["dependencies"] = {"form": Provide(_reader(body))}
    if summary:
        arguments["summary"] = summary
    return arguments


def _reader(form: type[Form]) -> Callable[..., Any]:
    async def read_body(request: Request[Any, Any, Any]) -> Form:
        return await sent(request, form)

    return read_body


def in_development(site: Site) -> bool:
    return site.settings.of(SiteSettings).mode == DEVELOPMENT


async def guard(connection: Connection, handler: BaseRouteHandler) -> None:
    """Deny by default: the plugin must be active and the route be there in this mode, then the person must hold the
    route's permission.
    """
    visit, plugin = visit_of(connection), handler.opt.get("plugin", "")
    if plugin and not visit.site.facility(Activation).is_active(plugin):
        raise Missing
    if handler.opt.get("development") and not in_development(visit.site):
        raise Missing
    permission = handler.opt.get("permission")
    if permission == PUBLIC or connection.scope.get("method") == "OPTIONS":
        return  # OPTIONS only lists the methods of a path (Litestar makes its handler)
    if not visit.actor.signed_in:
        raise SignInNeeded
    if permission != SIGNED_IN and (not isinstance(permission, str) or not visit.actor.may(permission)):
        raise Forbidden


def check_permissions(handlers: dict[str, BaseRouteHandler], registry: Registry) -> None:
    """Raise :class:`RouteWithoutPermission` unless every route names a permission that somebody declared."""
    known = {PUBLIC, SIGNED_IN, *registry.permissions}
    own = {path: h for path, h in handlers.items() if getattr(h, "http_methods", None) != {"OPTIONS"}}
    bare = [f"{path} ({h.opt.get('plugin', '?')})" for path, h in own.items() if h.opt.get("permission") not in known]
    if bare:
        raise RouteWithoutPermission("these routes name no declared permission: " + ", ".join(sorted(bare)))
