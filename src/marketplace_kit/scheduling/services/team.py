"""The people of a shop as customers see them: for pages and programs alike."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.site import Site
from marketplace_kit.listings.queries import active_kinds
from marketplace_kit.scheduling.queries import diary, profiles
from marketplace_kit.scheduling.queries.profiles import Person
from marketplace_kit.scheduling.schemas import StaffHours, StaffPage, StaffProfile, StaffService
from marketplace_kit.scheduling.services.picturing import SMALL, photo_url
from marketplace_kit.scheduling.services.rated import staff_ratings
from marketplace_kit.shops.schemas import ShopView

WEEK = 7


def time_kinds(site: Site) -> list[str]:
    """The kinds of listings that are booked by a time."""
    lines = dict(site.registry.line_kinds.items())
    return [
        name
        for name, kind in active_kinds(site).items()
        if kind.line in lines and hasattr(lines[kind.line].capacity, "measure")
    ]


async def team(site: Site, shop: ShopView) -> list[StaffProfile]:
    """Everybody who can be chosen, with photo and rating. Two statements."""
    people = await site.ask(profiles.team_of, shop.id)
    return await _profiles(site, people, SMALL)


async def _profiles(site: Site, people: Sequence[Person], width: int) -> list[StaffProfile]:
    rated = await staff_ratings(site, [one.id for one in people])
    return [
        StaffProfile(
            id=one.id,
            name=one.name,
            about=one.about,
            skills=one.skills,
            photo=photo_url(one.photo, width),
            rating_average=rated[one.id].average if one.id in rated else None,
            rating_count=rated[one.id].count if one.id in rated else 0,
        )
        for one in people
    ]


async def one_of_team(
    site: Site, shop: ShopView, resource_id: int, kinds: Sequence[str], width: int, locale: str = ""
) -> StaffPage:
    """Somebody with what they do and when they work in the coming week. Refuses :class:`Missing` for whoever cannot be
    chosen.
    """
    people = [one for one in await site.ask(profiles.team_of, shop.id) if one.id == resource_id]
    if not people:
        raise Missing
    (shown,) = await _profiles(site, people, width)
    does = await site.ask(profiles.done_by, shop.id, resource_id, kinds, locale)
    return StaffPage(
        id=shown.id,
        name=shown.name,
        about=shown.about,
        skills=shown.skills,
        photo=shown.photo,
        rating_average=shown.rating_average,
        rating_count=shown.rating_count,
        services=[
            StaffService(
                listing_id=one.listing_id,
                title=one.title,
                price=one.price,
                minutes=one.minutes,
                book=f"/book/{one.listing_id}?choice.staff={resource_id}",
            )
            for one in does
        ],
        hours=await _week(site, shop, resource_id),
    )


async def _week(site: Site, shop: ShopView, resource_id: int) -> list[StaffHours]:
    zone = ZoneInfo(shop.zone)
    today = site.clock.now().astimezone(zone).date()
    windows = (await site.ask(diary.working_windows, shop.id, today, WEEK)).get(resource_id, [])
    days: dict[object, list[str]] = {today + timedelta(days=n): [] for n in range(WEEK)}
    for opens, closes in sorted(windows):
        begin, end = datetime.fromtimestamp(opens, zone), datetime.fromtimestamp(closes, zone)
        if begin.date() in days:
            days[begin.date()].append(f"{begin:%H:%M}–{end:%H:%M}")
    return [StaffHours(day=today + timedelta(days=n), hours=hours) for n, hours in enumerate(days.values())]
