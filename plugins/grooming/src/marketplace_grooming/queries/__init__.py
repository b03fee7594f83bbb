"""Reads of call-backs and visits."""

from marketplace_grooming.queries.callbacks import export, requests_in
from marketplace_grooming.queries.visits import (
    board_of,
    card_of,
    differing_for,
    differing_of,
    evaluation_of,
    expected_between,
    extra_by_digest,
    extras_of,
    last_visits,
    salons_of,
    visit_of,
    visit_of_extra,
)

__all__ = [
    "board_of",
    "card_of",
    "differing_for",
    "differing_of",
    "evaluation_of",
    "expected_between",
    "export",
    "extra_by_digest",
    "extras_of",
    "last_visits",
    "requests_in",
    "salons_of",
    "visit_of",
    "visit_of_extra",
]
