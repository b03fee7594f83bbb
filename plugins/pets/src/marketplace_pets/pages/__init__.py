"""Pets for people."""

from __future__ import annotations

from marketplace_pets.pages import families, records, sharing, timetables, vendors

handlers = (*families.handlers, *records.handlers, *sharing.handlers, *timetables.handlers, *vendors.handlers)
