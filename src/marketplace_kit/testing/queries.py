"""Counting what the database is asked: a list that queries once per row fails the test that lengthens the list."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from marketplace_kit.kernel.site import Site

# Which plugins take part and what an admin chose is asked once a second, whatever else is: counting it would count the
# clock.
_CLOCK = "SELECT site_choice.name, site_choice.value \nFROM site_choice UNION ALL"
_CONTROL = ("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK")


class Statements(list[str]):
    """The statements sent so far, in order. Transaction control, and what is asked by the clock, is not counted."""

    def __str__(self) -> str:
        return (
            "\n".join(f"{number:3}  {' '.join(text.split())[:300]}" for number, text in enumerate(self, 1))
            or "  (none)"
        )


@contextmanager
def count_queries(site: Site, *, by_the_clock: bool = False) -> Iterator[Statements]:
    """Note every statement that either engine of the site sends while the block runs; with ``by_the_clock`` also the
    one that is asked once a second.
    """
    seen, left_out = Statements(), _CONTROL if by_the_clock else (*_CONTROL, _CLOCK)

    def note(_c: Any, _cursor: Any, statement: str, _p: Any, _context: Any, _many: bool) -> None:
        if not statement.startswith(left_out):
            seen.append(statement)

    engines = (site.database.writer.sync_engine, site.database.reader.sync_engine)
    for engine in engines:
        sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        for engine in engines:
            sa.event.remove(engine, "before_cursor_execute", note)


@contextmanager
def assert_query_count(site: Site, expected: int | None = None, *, at_most: int | None = None) -> Iterator[Statements]:
    """The block sends exactly ``expected`` statements, or ``at_most`` so many; a failure shows them all."""
    with count_queries(site) as seen:
        yield seen
    if expected is not None:
        assert len(seen) == expected, f"expected {expected} statements, saw {len(seen)}:\n{seen}"
    if at_most is not None:
        assert len(seen) <= at_most, f"expected at most {at_most} statements, saw {len(seen)}:\n{seen}"
