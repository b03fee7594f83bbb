"""The OpenAPI 3.1 document: Litestar's, completed with what only this site knows - bodies declared by forms, closed
objects,
one problem type for every refusal, and each plugin's listing kinds typed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, Protocol

import msgspec
from litestar import get
from litestar.connection import Request
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.response import Response

from marketplace_kit.kernel.fields import Form, json_schema
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import Site
from marketplace_kit.web.context import Given, site_of
from marketplace_kit.web.rendering import page
from marketplace_kit.web.routing import PUBLIC, SIGNED_IN, route

_PROBLEM = {
    "type": "object",
    "title": "Problem",
    "description": "A refusal (RFC 9457). `code` is stable, texts may be reworded.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "request_id": {"type": "string"},
        "problems": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "code": {"type": "string"}, "text": {"type": "string"}},
                "required": ["field", "code", "text"],
            },
        },
        "facts": {"type": "object", "additionalProperties": True},
    },
    "required": ["type", "title", "status", "code", "detail", "instance", "request_id"],
}
_REFUSAL = {
    "description": "A refusal",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


class Routing(Protocol):
    """An application as it is described: its routes and what Litestar makes of them."""

    @property
    def routes(self) -> Sequence[Any]: ...

    @property
    def openapi_schema(self) -> Any: ...


def routes_of(app: Routing) -> Iterator[tuple[str, BaseRouteHandler]]:
    """Every handler with its path."""
    for found in app.routes:
        for handler in getattr(found, "route_handlers", None) or [found.route_handler]:
            yield found.path_format, handler


class RouteRow(msgspec.Struct, frozen=True, order=True):
    """One route as an operator reads it."""

    path: str
    methods: list[str]
    permission: str
    plugin: str


def route_table(app: Routing) -> list[RouteRow]:
    """Every declared route, by path."""
    return sorted(
        RouteRow(path, sorted(handler.http_methods), handler.opt["permission"], handler.opt["plugin"])
        for path, handler in routes_of(app)
        if isinstance(handler, HTTPRouteHandler) and "permission" in handler.opt
    )


def document(app: Routing, site: Site) -> dict[str, Any]:
    """The whole description of the API as plain JSON values: the paths under ``/api`` and ``/health``."""
    base: dict[str, Any] = app.openapi_schema.to_schema()
    base["info"]["title"] = site.settings.of(SiteSettings).name
    base["paths"] = {p: item for p, item in base["paths"].items() if p.startswith(("/api/", "/health/"))}
    components = base.setdefault("components", {})
    schemas: dict[str, Any] = components.setdefault("schemas", {})
    schemas["Problem"] = _PROBLEM
    components["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "description": "From `POST /api/auth/login`."},
    }
    for path, handler in routes_of(app):
        if path in base["paths"] and isinstance(handler, HTTPRouteHandler):
            for method in handler.http_methods:
                operation = base["paths"][path].get(method.lower())
                if operation is not None:
                    _complete(operation, handler, site, schemas)
    return base


def _complete(operation: dict[str, Any], handler: HTTPRouteHandler, site: Site, schemas: dict[str, Any]) -> None:
    opt = handler.opt
    responses = operation.setdefault("responses", {})
    responses.pop("400", None)
    responses["4XX"] = _REFUSAL
    operation["tags"] = [opt.get("plugin", "core")]
    if opt.get("permission") != PUBLIC:
        operation["security"] = [{"bearer": []}]
    if opt.get("permission") not in {PUBLIC, SIGNED_IN}:
        operation["x-permission"] = opt.get("permission")
    body = opt.get("openapi_body")
    if body is None:
        return
    if isinstance(body, type) and issubclass(body, Form):
        schemas.setdefault(body.__name__, json_schema(body))
        schema: dict[str, Any] = {"$ref": f"#/components/schemas/{body.__name__}"}
    else:
        schema = body(site.registry)
        for name, part in schema.pop("$defs", {}).items():
            schemas[name] = part
    media = opt.get("openapi_media", "application/json")
    operation["requestBody"] = {"required": True, "content": {media: {"schema": schema}}}


class Description:
    """The document, made and encoded when somebody first asks for it."""

    def __init__(self, app: Routing, site: Site) -> None:
        self._app, self._site = app, site

    @cached_property
    def json(self) -> bytes:
        return msgspec.json.encode(document(self._app, self._site))


@get("/api/openapi.json", **route(PUBLIC, summary="This description"), include_in_schema=False, sync_to_thread=False)
def openapi_json(site: Given[Site]) -> Response[bytes]:
    return Response(site.facility(Description).json, media_type="application/json")


@get("/-/api-docs", **route(PUBLIC), include_in_schema=False)
async def api_docs(request: Request[Any, Any, Any]) -> Response[str]:
    """The API reference, on our own copy of Swagger UI: nothing loads from another host."""
    name = site_of(request).settings.of(SiteSettings).name
    return await page(request, "api_docs.html", page_title="API", schema_href="/api/openapi.json", site_title=name)


handlers = (openapi_json, api_docs)
