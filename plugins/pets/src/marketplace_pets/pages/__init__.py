"""Pets for people."""

from __future__ import annotations

from marketplace_pets.pages import families, records, sharing, vendors

handlers = (*families.handlers, *records.handlers, *sharing.handlers, *vendors.handlers)
