"""Pets for programs."""

from marketplace_pets.api import care, codes, photos, profiles, records, sharing

handlers = (*profiles.handlers, *records.handlers, *care.handlers, *codes.handlers, *sharing.handlers, *photos.handlers)
