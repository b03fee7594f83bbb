"""The directory of a site's routes: every plugin's declarations, as Litestar serves them.

It is made at every start and is the longest part of one, so it leaves out what Litestar would make for nobody.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

from litestar import Litestar, Router
from litestar.connection import Request
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler
from litestar.plugins import PluginProtocol
from litestar.plugins.attrs import AttrsSchemaPlugin
from litestar.plugins.core import MsgspecDIPlugin
from litestar.response import Response


class Declaration(Router):
    """The routes that one plugin declared together; each of its handlers knows whose it is."""

    def __init__(self, owner: str, handlers: Sequence[Any], csp: Mapping[str, Sequence[str]]) -> None:
        self._methods: dict[str, str] = {}
        listing = [_at(paths)(self._list_methods)] if (paths := _without_options(handlers)) else []
        super().__init__("/", route_handlers=[*listing, *handlers], opt={"plugin": owner, "csp": dict(csp)})
        self._methods |= {r.path_format: ", ".join(sorted(r.methods)) for r in self.routes}

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Itself. Litestar copies what it registers, down to the default of each parameter, lest it be registered
        elsewhere too: a third of the work. A declaration is made for one directory.
        """
        return self

    async def _list_methods(self, request: Request[Any, Any, Any]) -> Response[None]:
        """One answer to OPTIONS for all paths. Otherwise Litestar makes a handler of its own for each of them."""
        return Response(None, status_code=204, headers={"Allow": self._methods[request.scope["path_template"]]})


class Directory(Litestar):
    """Litestar, without looking after pydantic where nobody uses it: importing it costs more than our largest room."""

    @staticmethod
    def _get_default_plugins(plugins: list[PluginProtocol]) -> list[PluginProtocol]:
        if "pydantic" in sys.modules:
            return Litestar._get_default_plugins(plugins)
        return [*plugins, MsgspecDIPlugin(), AttrsSchemaPlugin()]


def _without_options(handlers: Iterable[Any]) -> list[str]:
    """The paths on which nobody answers OPTIONS."""
    served = [
        (path, handler.http_methods)
        for handler in handlers
        if isinstance(handler, HTTPRouteHandler)
        for path in handler.paths
    ]
    answered = {path for path, methods in served if HttpMethod.OPTIONS in methods}
    return sorted({path for path, _ in served} - answered)


def _at(paths: list[str]) -> HTTPRouteHandler:
    return HTTPRouteHandler(paths, http_method=HttpMethod.OPTIONS, include_in_schema=False)
