"""What the public page of a shop tells of it, beside what it offers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import attrs
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.accounts.domain import shown_phone
from marketplace_kit.kernel.site import Site
from marketplace_kit.shops.domain import OPEN
from marketplace_kit.shops.domain.contacts import map_links, whatsapp_link
from marketplace_kit.shops.queries import around_shop
from marketplace_kit.shops.queries.around import DAY, HOURS, PERSON
from marketplace_kit.shops.queries.opening import hours_shown, opening_from
from marketplace_kit.shops.schemas import PublicMember, ShopHours, ShopView
from marketplace_kit.web.pieces import Views

MOST_KEPT = 500
"""Faces that are remembered as they were drawn, some ten kilobytes each."""


@attrs.frozen(kw_only=True)
class Face:
    """``links`` and ``maps`` are (name, address) pairs; ``phone`` is as people read it. All in the language
    ``locale``.
    """

    shop: ShopView
    locale: str

    hours: ShopHours
    team: list[PublicMember]
    phone: str
    links: tuple[tuple[str, str], ...]
    maps: tuple[tuple[str, str], ...]
    drawn: dict[Any, Any] = attrs.field(factory=dict, eq=False, repr=False)


class _Faces(Views[Any, Face]):
    """Faces that were shown lately."""


async def face_of(connection: AsyncConnection, site: Site, shop: ShopView, *, locale: str) -> Face:
    """One statement, whatever the shop has to tell. What was told a moment ago, of the same rows, to somebody of the
    same standing, is the same object: it is worked out and drawn once a minute.
    """
    now = site.clock.now().replace(second=0, microsecond=0)  # doors open and close at full minutes
    rows = await around_shop(connection, shop.id, (now - timedelta(days=2)).date())
    faces: _Faces = site.facilities.setdefault(_Faces, _Faces(MOST_KEPT))
    return faces.of(
        (shop.id, locale, shop.my_role), (shop, rows, now), lambda: _made(shop, rows, now=now, locale=locale)
    )


def _made(shop: ShopView, rows: list[Any], *, now: datetime, locale: str) -> Face:
    parts: dict[int, list[Any]] = {HOURS: [], DAY: [], PERSON: []}
    for row in rows:
        parts[row.what].append(row)
    opening, notes = opening_from(shop.zone, shop.holidays_closed, parts[HOURS], parts[DAY])
    return Face(
        shop=shop,
        locale=locale,
        hours=hours_shown(opening, notes, now=now, locale=locale, trading=shop.state == OPEN),
        team=[PublicMember(name=row.name, role=row.role, title=row.title) for row in parts[PERSON]],
        phone=shown_phone(shop.phone) if shop.phone else "",
        links=tuple(_links(shop)),
        maps=tuple(map_links(shop.lat, shop.lon, shop.address, shop.city).items()),
    )


def _links(shop: ShopView) -> Any:
    messenger = shop.whatsapp or shop.phone
    if messenger and (link := whatsapp_link(messenger)):
        yield "WhatsApp", link
    if shop.telegram:
        yield "Telegram", f"https://t.me/{shop.telegram}"
    if shop.instagram:
        yield "Instagram", f"https://www.instagram.com/{shop.instagram}/"
