"""Which kinds of listings this site offers at this moment."""

from __future__ import annotations

from collections.abc import Mapping

from marketplace_kit.kernel.hooks import ListingKind
from marketplace_kit.kernel.site import Site

Kinds = Mapping[str, ListingKind]


def active_kinds(site: Site) -> dict[str, ListingKind]:
    """The kinds of active plugins by name, in the order of the plugins."""
    declared = site.registry.listing_kinds
    return {name: kind for name, kind in declared.items() if site.hooks.is_active(declared.owner(name))}
