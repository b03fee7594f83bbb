"""A groomer's van: where its day begins, when and where it goes, and what is booked of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.scheduling.queries import resource_list
from marketplace_kit.scheduling.schemas import AreaForm, ResourceForm, ServiceRule, VanForm
from marketplace_kit.scheduling.services import save_area, save_resource, save_service_rule, save_van
from marketplace_kit.shops.queries import shop_by_id, week_texts
from marketplace_kit.shops.schemas import ShopWeek
from marketplace_kit.shops.services import set_week

_WEEK: dict[str, Any] = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat"), "09:00-19:00") | {"sun": ""}
_VAN = "Белый «Добло» Натальи"
_BASE = VanForm(base="47.1068, 51.9166", radius_km=6, kmh=28, road_percent=140)
_OUTLINE = "47.0000, 51.8300\n47.0000, 51.9200\n47.0650, 51.9200\n47.0650, 51.8300"
_FAR = AreaForm(name="Балыкшы", outline=_OUTLINE, weekdays=("1", "3"))


async def send_out(site: Site, shop_id: UUID, listing_id: UUID, *, owner: UUID) -> None:
    """A second time changes nothing."""
    by = Actor(person_id=owner, shops=frozenset({shop_id}))
    shop = await site.ask(shop_by_id, shop_id, person_id=owner)
    if shop is None or any(one.name == _VAN for one in await site.ask(resource_list, shop_id)):
        return
    if not any((await site.ask(week_texts, shop_id)).values()):
        await site.do(set_week, shop_id, ShopWeek(version=shop.version, **_WEEK), by=by)
    about = "Стол, фен и вода с собой."
    van = await site.do(save_resource, shop_id, ResourceForm(kind="van", name=_VAN, about=about), by=by)
    await site.do(save_van, shop_id, van, _BASE, by=by)
    await site.do(save_area, shop_id, van, _FAR, by=by)
    await site.do(save_service_rule, listing_id, ServiceRule(needs="van", after=15, lead_minutes=120), by=by)
