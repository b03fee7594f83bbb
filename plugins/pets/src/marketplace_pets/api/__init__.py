"""Pets for programs."""

from marketplace_pets.api import care, photos, profiles, records, sharing

handlers = (*profiles.handlers, *records.handlers, *care.handlers, *sharing.handlers, *photos.handlers)
