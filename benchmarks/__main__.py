"""Measure and print: all rows, or those named (``python -m benchmarks P9``)."""

from __future__ import annotations

import sys
from pathlib import Path

import structlog

from benchmarks import footprint, listings, notices, scheduling
from benchmarks.table import Figure, keep, show

ROWS = {
    "P1": listings.measure,
    "P2": listings.measure_pages,
    "P3": scheduling.measure,
    "P4": scheduling.measure_bookings,
    "P8": notices.measure,
    "P9": footprint.measure,
    "P10": listings.measure_growth,
}


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    wanted = sys.argv[1:] or list(ROWS)
    figures: list[Figure] = []
    for row in wanted:
        print(f"measuring {row} ...", flush=True)
        figures += ROWS[row]()
    show(figures)
    keep(figures, Path(__file__).parent / "results")


if __name__ == "__main__":
    main()
