"""Listings: what shops offer, of kinds that plugins declare; browsing, favourites."""
