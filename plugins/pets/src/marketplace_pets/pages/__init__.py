"""Pets for people."""

from __future__ import annotations

from marketplace_pets.pages import care, families, records, sharing, timetables, vendors

handlers = (
    *families.handlers,
    *records.handlers,
    *sharing.handlers,
    *care.handlers,
    *timetables.handlers,
    *vendors.handlers,
)
