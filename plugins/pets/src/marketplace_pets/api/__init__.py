"""Pets for programs."""

from marketplace_pets.api import photos, profiles, records, sharing

handlers = (*profiles.handlers, *records.handlers, *sharing.handlers, *photos.handlers)
