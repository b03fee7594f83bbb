"""Pets for people."""

from __future__ import annotations

from marketplace_pets.pages import care, codes, families, records, sharing, timetables, vendors

handlers = (
    *families.handlers,
    *records.handlers,
    *sharing.handlers,
    *care.handlers,
    *codes.handlers,
    *timetables.handlers,
    *vendors.handlers,
)
