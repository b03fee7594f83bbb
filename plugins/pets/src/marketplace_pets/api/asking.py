"""What the doors of pets ask alike."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar.params import FromPath, QueryParameter

from marketplace_kit.web.context import WebRequest, visit_of

Id = FromPath[UUID]
Q = Annotated[str, QueryParameter(max_length=60, description="Part of a name, in any language.")]
SpeciesQ = Annotated[str, QueryParameter(max_length=10, description="dog, cat, …; empty: all.")]
Why = Annotated[str, QueryParameter(max_length=200, description="What you read it for; the family sees it.")]
"""Of somebody who is not of the family: read for the shop, and noted in the family's log."""


def locale_of(request: WebRequest) -> str:
    return visit_of(request).locale
