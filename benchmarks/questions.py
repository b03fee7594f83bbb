"""What P1 asks, as addresses for ours and as the very same SQL for the bare counterpart."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.dialects.postgresql import psycopg as driver

from marketplace_kit.listings.queries.browsing import _INDEXED, WINDOW, _page, _Shape, order_of
from marketplace_kit.listings.queries.counting import MOST_COUNTED, _counting
from marketplace_kit.listings.queries.filters import filters_of, given
from marketplace_kit.listings.schemas.facets import Criteria

KINDS = ("breeder.puppy", "breeder.litter", "grooming.service", "listings.product", "listings.service")
KIND = "breeder.puppy"
CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "newest": ("", {}),
    "kind, price, place, attribute": (
        "?"
        + urlencode(
            {
                "kind": KIND,
                "price_min": 1_000_000,
                "price_max": 60_000_000,
                "lat": 47.1,
                "lon": 51.9,
                "radius": 100_000,
                "attributes.sex": "male",
            }
        ),
        {
            "kind": KIND,
            "price_min": 1_000_000,
            "price_max": 60_000_000,
            "lat": 47.1,
            "lon": 51.9,
            "radius": 100_000,
            "chosen": (("attributes.sex", ("male",)),),
        },
    ),
    "words": ("?" + urlencode({"q": "алаб"}), {"text": "алаб"}),
}


def statements(case: str) -> tuple[tuple[str, dict[str, Any], tuple[str, ...]], tuple[str, dict[str, Any]]]:
    """(SQL, values, column names) of the page, (SQL, values) of the counts, as the driver takes them."""
    criteria = Criteria(now=datetime.now(UTC).replace(second=0, microsecond=0), **CASES[case][1])
    dialect = "postgresql"
    filters = filters_of(criteria, dialect)
    values = given(criteria, KINDS, filters)
    keys = frozenset(f.key for f in filters)
    sort = order_of(criteria)
    shape = _Shape(
        dialect=dialect,
        keys=keys,
        sort=sort,
        later=False,
        hearts=False,
        doors=True,
        near=criteria.near,
        window=bool(filters) and sort in _INDEXED,
    )
    page = _page(shape)
    counts = _counting(dialect, tuple((f.facet, f.key) for f in filters), True)
    page_sql, page_values = _written(page, values | {"limit": 21, "window": WINDOW})
    names = tuple(column.name for column in page.selected_columns)
    return (page_sql, page_values, names), _written(counts, values | {"most": MOST_COUNTED})


def _written(statement: Any, values: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    compiled = statement.compile(dialect=driver.dialect())
    written = compiled.construct_expanded_state(values)
    return written.statement, dict(written.parameters)
