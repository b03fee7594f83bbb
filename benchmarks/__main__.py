"""Measure and print: all rows, or those named (``python -m benchmarks P9``)."""

from __future__ import annotations

import argparse
from pathlib import Path

import structlog

from benchmarks import bookings, footprint, listings, notices, scheduling
from benchmarks.table import Figure, keep, show

ROWS = {
    "P1": listings.measure,
    "P2": listings.measure_pages,
    "P3": scheduling.measure,
    "P4": bookings.measure,
    "P8": notices.measure,
    "P9": footprint.measure,
    "P10": listings.measure_growth,
}


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    asking = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    asking.add_argument("row", nargs="*", metavar="row", help=f"of {', '.join(ROWS)}; all of them if none is named")
    wanted = asking.parse_args().row or list(ROWS)
    if unknown := set(wanted) - set(ROWS):
        asking.error(f"there is no row {', '.join(sorted(unknown))}")
    figures: list[Figure] = []
    for row in wanted:
        print(f"measuring {row} ...", flush=True)
        figures += ROWS[row]()
    show(figures)
    keep(figures, Path(__file__).parent / "results")


if __name__ == "__main__":
    main()
