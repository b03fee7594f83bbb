"""The bodies of listings as JSON Schema: one per kind that this site has, told apart by ``kind``."""

from __future__ import annotations

from typing import Any

from marketplace_kit.kernel.fields import json_schema
from marketplace_kit.kernel.hooks import ListingKind
from marketplace_kit.kernel.registry import Registry
from marketplace_kit.listings.schemas.drafts import PREFIX, ListingChange, NewListing


def new_listing_schema(registry: Registry) -> dict[str, Any]:
    """The body of ``POST /api/listings``. ``$defs`` are components: each kind's attributes and each kind's body."""
    defs: dict[str, Any] = {}
    mapping: dict[str, str] = {}
    for kind in registry.listing_kinds.values():
        attributes, body = _names(kind)
        defs[attributes] = json_schema(kind.attributes) | {"title": kind.label}
        defs[body] = _body(kind, attributes)
        mapping[kind.name] = f"#/components/schemas/{body}"
    if not mapping:
        return {"type": "object", "description": "No plugin of this site declares a kind of listing."}
    refs = [{"$ref": ref} for ref in mapping.values()]
    return {"oneOf": refs, "discriminator": {"propertyName": "kind", "mapping": mapping}, "$defs": defs}


def listing_change_schema(registry: Registry) -> dict[str, Any]:
    """The body of ``PUT /api/listings/{id}``: ``attributes`` are those of the listing's own kind."""
    defs = {_names(k)[0]: json_schema(k.attributes) | {"title": k.label} for k in registry.listing_kinds.values()}
    schema = json_schema(ListingChange)
    anyone = [{"$ref": f"#/components/schemas/{name}"} for name in defs] or [{"type": "object"}]
    schema["properties"][PREFIX] = {"anyOf": anyone}
    schema["required"] = [*schema["required"], PREFIX]
    return schema | {"$defs": defs}


def _names(kind: ListingKind) -> tuple[str, str]:
    stem = "".join(part.capitalize() for part in kind.name.replace("-", "_").replace(".", "_").split("_"))
    return f"{stem}Attributes", f"New{stem}Listing"


def _body(kind: ListingKind, attributes: str) -> dict[str, Any]:
    schema = json_schema(NewListing)
    schema["title"] = kind.label
    schema["properties"]["kind"] = {"const": kind.name}
    schema["properties"]["shop_id"] = {"type": "string", "format": "uuid"}
    schema["properties"][PREFIX] = {"$ref": f"#/components/schemas/{attributes}"}
    schema["required"] = [*schema["required"], PREFIX]
    return schema
