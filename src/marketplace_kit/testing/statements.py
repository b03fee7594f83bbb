"""SQL of tests: a statement is written once in a process, as on a site that runs, and not anew for each test's site."""

from __future__ import annotations

from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from marketplace_kit.kernel.database import Database

_MOST = 3000
"""Statements that are remembered; the longest unused go first."""


def remember_statements(database: Database) -> None:
    """Let this database use what those before it have written."""
    _remember(database.reader, "reader")
    _remember(database.writer, "writer")


def _remember(engine: AsyncEngine, role: str) -> None:
    dialect: Any = engine.sync_engine.dialect
    kind: Any = type(dialect)
    dialect.__class__ = alike = _alike(kind, role)
    engine.update_execution_options(compiled_cache=_written(alike))


@cache
def _alike(kind: Any, role: str) -> Any:
    """The same dialect, equal to every other of its kind and role: SQLAlchemy asks for a statement by its dialect."""
    same = {
        "supports_statement_cache": True,  # SQLAlchemy wants each class's own word
        "__eq__": lambda one, other: type(one) is type(other),
        "__hash__": lambda one: hash(type(one)),
    }
    return type(f"{kind.__name__}_{role}", (kind,), same)


@cache
def _written(_: Any) -> Any:
    return sa.util.LRUCache(_MOST)
