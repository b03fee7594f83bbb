"""How far a shop has come, and what still keeps it from going live."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

import attrs
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.shops.schemas import Setup, Step
from marketplace_kit.shops.tables import hours_table, shop_table
from marketplace_kit.shops.tables import member_table as member
from marketplace_kit.shops.tables import shop_photo_table as photo


@attrs.frozen(kw_only=True)
class OnOffer:
    """How many things of a shop are published or could be, and by language those of them that lack their words in it,
    the first few.
    """

    count: int
    lacking: Mapping[str, Sequence[str]] = attrs.field(factory=dict)


class Offers(Protocol):
    """Who knows what a shop offers: a facility, because the room of listings lies above this one."""

    async def of_shop(self, connection: AsyncConnection, shop_id: UUID, locale: str) -> OnOffer:
        """In one statement; titles in the reader's language."""
        ...


BLOCKS = {
    "name": N_("The shop has no name yet"),
    "address": N_("The address is missing"),
    "hours": N_("The opening hours are missing"),
    "offer": N_("There is nothing on offer yet"),
    "phone": N_("A phone number for customers is missing"),
}
"""Exactly five things keep a shop from going live."""
ADVICE = {
    "about_kk": N_("There is no text in Kazakh"),
    "about_ru": N_("There is no text in Russian"),
    "offers_kk": N_("No title in Kazakh"),
    "offers_ru": N_("No title in Russian"),
    "category": N_("Without a category people find the shop by its name only"),
    "tax_id": N_("Without an IIN or BIN nobody can book online"),
    "point": N_("Without a point on the map the shop has no distance"),
    "photo": N_("There is no photo"),
    "policies": N_("There are no rules"),
}
_TITLES = {
    "profile": N_("Name and texts"),
    "contacts": N_("Contacts and address"),
    "hours": N_("Opening hours"),
    "offers": N_("What you offer"),
    "photos": N_("Photos"),
    "policies": N_("Rules"),
    "preview": N_("Look at it and go live"),
}
_SHOP = sa.select(
    shop_table,
    sa.exists().where(hours_table.c.shop_id == shop_table.c.id).label("has_hours"),
    sa.exists().where(photo.c.owner_id == shop_table.c.id).label("has_photo"),
    sa.exists().where(member.c.shop_id == shop_table.c.id, member.c.public).label("has_team"),
).where(shop_table.c.id == sa.bindparam("shop"))


async def setup_of(connection: AsyncConnection, shop_id: UUID, site: Site, locale: str = "") -> Setup | None:
    """Every step with what it lacks. Read from the shop as it is: nothing is counted along the way. What is named is
    named in ``locale``.
    """
    found = (await connection.execute(_SHOP, {"shop": shop_id})).mappings().first()
    if found is None:
        return None
    offers = site.facilities.get(Offers)
    on_offer = OnOffer(count=1) if offers is None else await offers.of_shop(connection, shop_id, locale)
    return _setup(found, on_offer)


def _setup(found: Any, on_offer: OnOffer) -> Setup:
    base = f"/sell/shop/{found['id']}"
    lacking = {
        "profile": [] if found["name"] else ["name"],
        "contacts": [key for key in ("phone", "address") if not found[key]],
        "hours": [] if found["has_hours"] else ["hours"],
        "offers": [] if on_offer.count else ["offer"],
    }
    named = {f"offers_{language}": list(titles) for language, titles in on_offer.lacking.items() if titles}
    better = {
        "profile": [
            *(f"about_{language}" for language in ("kk", "ru") if not found["abouts"].get(language)),
            *([] if found["category_id"] else ["category"]),
            *([] if found["tax_id"] else ["tax_id"]),
        ],
        "contacts": [] if found["lat"] is not None else ["point"],
        "offers": list(named),
        "photos": [] if found["has_photo"] else ["photo"],
        "policies": [] if found["policies"] else ["policies"],
    }
    links = {"offers": "/sell/listings/new", "preview": f"/shops/{found['slug']}"}
    blocked = any(lacking.values())
    done = {
        "profile": bool(found["name"] and found["abouts"]),
        "photos": bool(found["has_photo"]),
        "policies": bool(found["policies"]),
        "preview": found["state"] not in {"draft", "closed"},
    }
    steps = [
        Step(
            key=key,
            title=title,
            link=links.get(key, f"{base}/{key}"),
            done=done.get(key, True) and not lacking.get(key),
            blocks=lacking.get(key, []),
            advice=better.get(key, []),
            named=named if key == "offers" else {},
        )
        for key, title in _TITLES.items()
    ]
    return Setup(state=found["state"], steps=steps, done=sum(step.done for step in steps), ready=not blocked)
