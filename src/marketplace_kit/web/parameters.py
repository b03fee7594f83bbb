"""Query parameters that nobody declared: a misspelt filter is refused, never silently ignored."""

from __future__ import annotations

from functools import cache
from typing import Any

from litestar.connection import Request
from litestar.handlers import BaseRouteHandler
from litestar.params import QueryParameter

from marketplace_kit.kernel.errors import DomainError, Kind


class UnknownParameter(DomainError):
    """``names`` are those that were not understood, ``known`` those that would be."""

    code = "unknown_parameter"
    kind = Kind.MALFORMED
    text = "This list cannot be asked for by {names}."


def refuse_unknown(request: Request[Any, Any, Any]) -> None:
    """Refuse query parameters that the handler does not declare; for lists of the API. Pages ignore what others
    append.
    """
    known = _declared(request.route_handler)
    if unknown := sorted(set(request.query_params) - known):
        raise UnknownParameter(names=", ".join(unknown)[:200], known=sorted(known))


def declared_parameters(request: Request[Any, Any, Any]) -> frozenset[str]:
    """The query parameters that this request's handler declares; for lists whose filters are declared elsewhere."""
    return _declared(request.route_handler)


@cache
def _declared(handler: BaseRouteHandler) -> frozenset[str]:
    declared = ((p.name, p.kwarg_definition) for p in handler.parsed_fn_signature.parameters.values())
    return frozenset(how.name or name for name, how in declared if isinstance(how, QueryParameter))
