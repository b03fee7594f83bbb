"""Reads: one statement for each number of the page, however many rows there are."""

from marketplace_kit.operations.queries.extensions import extensions
from marketplace_kit.operations.queries.overview import overview
from marketplace_kit.operations.queries.parts import card, cards, setting_rows
from marketplace_kit.operations.queries.trail import Wanted, last_backup_at, trail
from marketplace_kit.operations.queries.work import dead_jobs, oldest_waiting, work

__all__ = [
    "Wanted",
    "card",
    "cards",
    "dead_jobs",
    "extensions",
    "last_backup_at",
    "oldest_waiting",
    "overview",
    "setting_rows",
    "trail",
    "work",
]
