"""Nights, stays, rooms and sheets for programs."""

from marketplace_boarding.api import house, stays

handlers = (*stays.handlers, *house.handlers)
