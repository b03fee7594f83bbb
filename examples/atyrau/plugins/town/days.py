"""The days of three shops of the town: who works there, who was there, who sits there now and who has booked.

Counted from today, and the same for everybody who looks on the same day.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from marketplace_site_plugins_town.loading import settle_one
from marketplace_site_plugins_town.plan import Offering, Place, place_of

from marketplace_kit.accounts.queries import person_id_by_email
from marketplace_kit.crm.services import catch_up
from marketplace_kit.kernel.errors import DomainError
from marketplace_kit.kernel.hooks import Actor, Customer
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import Site
from marketplace_kit.listings.schemas import Offer, read_attributes
from marketplace_kit.listings.services import ensure_listing
from marketplace_kit.orders.schemas import Wished
from marketplace_kit.orders.services import Past, ensure_order
from marketplace_kit.reviews.services import ensure_lifelike
from marketplace_kit.scheduling.queries import resource_list
from marketplace_kit.scheduling.schemas import AreaForm, ResourceForm, ResourceWeek, ServiceRule, VanForm
from marketplace_kit.scheduling.services import (
    save_area,
    save_resource,
    save_service_rule,
    save_van,
    set_resource_week,
)
from marketplace_kit.shops.domain import slug_of
from marketplace_kit.shops.queries import shop_page

DATA: Mapping[str, Any] = tomllib.loads((Path(__file__).parent / "days.toml").read_text("utf-8"))
DAYS = range(-9, 6)
"""The days that have visits, counted from today."""
VISITS_A_DAY = 2
WORKDAYS = ("mon", "tue", "wed", "thu", "fri")


async def load_days(site: Site) -> None:
    """Everything that is not there yet; a second loading adds nothing on the same day."""
    owner_id = await site.ask(person_id_by_email, "vendor@demo.kz")
    if owner_id is None:
        return
    owner = Actor(person_id=owner_id, locale="ru", roles=frozenset({"vendor"}))
    zone = ZoneInfo(site.settings.of(SiteSettings).timezone)
    for number, shop in enumerate(DATA["shop"]):
        shop_id = await settled(site, shop, owner)
        listings = await offered(site, shop_id, shop, owner_id)
        if not any(one.about for one in await site.ask(resource_list, shop_id)):
            await _staffed(site, shop_id, shop, listings, owner)
        await _visited(site, number, shop, listings, owner_id, zone)
    await ensure_lifelike(site)
    await catch_up(site)


async def settled(site: Site, shop: Mapping[str, Any], owner: Actor) -> UUID:
    await settle_one(site, _place(shop), owner)
    found = await site.ask(shop_page, slug_of(shop["name"]), admin=True)
    if found is None:
        raise LookupError(shop["name"])
    return found.id


def _place(shop: Mapping[str, Any]) -> Place:
    offerings = [
        Offering(
            kind="listings.service",
            title=service["title"],
            description="",
            price=service["price"],
            attributes={
                "minutes": service["minutes"],
                "place": [service.get("place", "shop")],
                "customers": service["customers"],
            },
            picture=shop["picture"],
        )
        for service in shop["services"]
    ]
    about = {code: shop[f"about_{code}"] for code in ("kk", "ru", "en")}
    dice = random.Random(shop["name"])  # noqa: S311 - a town, not a secret
    return place_of(
        dice,
        shop["name"],
        shop["language"],
        category=shop["category"],
        about=about,
        hours=shop["hours"],
        offerings=offerings,
        phone=shop["phone"],
    )


async def offered(site: Site, shop_id: UUID, shop: Mapping[str, Any], owner_id: UUID) -> dict[str, UUID]:
    found = {}
    for offering in _place(shop).offerings:
        form = read_attributes(site.registry.listing_kinds[offering.kind].attributes, offering.attributes)
        offer = Offer(title=offering.title, price=Money(offering.price * 100, "KZT"))
        found[offering.title] = await ensure_listing(
            site, shop_id=shop_id, kind=offering.kind, offer=offer, attributes=form, owner=owner_id
        )
    return found


async def _staffed(
    site: Site, shop_id: UUID, shop: Mapping[str, Any], listings: Mapping[str, UUID], owner: Actor
) -> None:
    for kind in ("staff", "room", "van"):
        people = shop["staff"] if kind == "staff" else shop.get(f"{kind}s", ())
        for rank, one in enumerate(people):
            form = ResourceForm(
                kind=kind, name=one["name"], about=one.get("about", ""), skills=one.get("skills", ""), rank=rank
            )
            resource_id = await site.do(save_resource, shop_id, form, by=owner)
            if "hours" in one or "weekend" in one:
                await site.do(set_resource_week, shop_id, resource_id, _week(shop, one), by=owner)
            if "base" in one:
                await _sent_out(site, shop_id, resource_id, one, owner)
    for service in shop["services"]:
        rule = ServiceRule(
            after=service["after"],
            needs=service.get("needs", ""),
            confirmation=service.get("confirmation", "instant"),
            lead_minutes=service.get("lead", 60),
        )
        await site.do(save_service_rule, listings[service["title"]], rule, by=owner)


async def _sent_out(site: Site, shop_id: UUID, resource_id: int, one: Mapping[str, Any], owner: Actor) -> None:
    """A van that goes to the customers."""
    form = VanForm(**{name: one[name] for name in ("base", "radius_km", "kmh", "road_percent")})
    await site.do(save_van, shop_id, resource_id, form, by=owner)
    for area in one["areas"]:
        said = AreaForm(name=area["name"], outline=area["outline"], weekdays=tuple(area["weekdays"]))
        await site.do(save_area, shop_id, resource_id, said, by=owner)


def _week(shop: Mapping[str, Any], one: Mapping[str, Any]) -> ResourceWeek:
    hours = _place(shop).hours
    weekday, weekend = one.get("hours", hours[0]), one.get("weekend", hours[1])
    return ResourceWeek(**dict.fromkeys(WORKDAYS, weekday), sat=weekend, sun="")


async def _visited(
    site: Site,
    number: int,
    shop: Mapping[str, Any],
    listings: Mapping[str, UUID],
    owner_id: UUID,
    zone: ZoneInfo,
) -> None:
    now = site.clock.now()
    today = now.astimezone(zone).date()
    customer = await site.ask(person_id_by_email, "customer@demo.kz")
    for day in (today + timedelta(days=offset) for offset in DAYS):
        dice = random.Random(f"{number} {day}")  # noqa: S311 - a town, not a secret
        for turn, (service, starts_at) in enumerate(_plan(dice, shop["services"], day, zone)):
            mine = customer if (day.toordinal() + number) % 5 == 0 and turn == 0 else None
            await _visit(site, dice, service, listings[service["title"]], starts_at, mine, owner_id, now)


def _plan(
    dice: random.Random, services: Sequence[Mapping[str, Any]], day: date, zone: ZoneInfo
) -> Iterator[tuple[Mapping[str, Any], datetime]]:
    for hour in sorted(dice.sample(range(11, 18), VISITS_A_DAY)):
        yield dice.choice(services), datetime.combine(day, time(hour, dice.choice((0, 30))), zone)


async def _visit(
    site: Site,
    dice: random.Random,
    service: Mapping[str, Any],
    listing_id: UUID,
    starts_at: datetime,
    customer: UUID | None,
    owner_id: UUID,
    now: datetime,
) -> None:
    """One visit with what became of it. A time that is taken or closed is left out."""
    name = dice.choice(DATA["guests"]["names"])
    guest = None if customer else Customer(name=name, phone=f"+7702{dice.randint(2_000_000, 9_999_999)}", locale="ru")
    placed_at = min(starts_at - timedelta(hours=dice.randint(20, 70)), now - timedelta(minutes=dice.randint(5, 300)))
    where = dice.choice(DATA["guests"]["homes"]) if service.get("place") == "home" else {}
    wanted = [Wished(listing_id=listing_id, choice={"starts_at": starts_at.isoformat(), **where})]
    past = [
        step
        for step in _past(dice, service, starts_at, placed_at, owner_id, asked=bool(customer))
        if placed_at < step.at <= now
    ]
    try:
        await ensure_order(
            site, placed_at=placed_at, wanted=wanted, customer=customer, guest=guest, by=owner_id, past=past
        )
    except DomainError:
        return


def _past(
    dice: random.Random,
    service: Mapping[str, Any],
    starts_at: datetime,
    placed_at: datetime,
    owner_id: UUID,
    *,
    asked: bool,
) -> Iterator[Past]:
    if service.get("confirmation") == "by_shop" and asked:
        yield Past(verb="confirm", at=placed_at + timedelta(hours=2), by=owner_id)
    fate = dice.random()
    if fate < 0.08:
        reason = {"reason": "Клиент заболел, перенесёт позже."}
        yield Past(verb="cancel", at=starts_at - timedelta(hours=8), by=owner_id, asked=reason)
    elif fate < 0.16:
        yield Past(verb="miss", at=starts_at + timedelta(minutes=20), by=owner_id)
    else:
        done = {"summary": dice.choice(DATA["guests"]["done"]), "care": dice.choice(DATA["guests"]["care"])}
        came = "set_out" if service.get("place") == "home" else "check_in"
        yield Past(verb=came, at=starts_at - timedelta(minutes=4), by=owner_id)
        yield Past(verb="start", at=starts_at + timedelta(minutes=2), by=owner_id)
        yield Past(verb="finish", at=starts_at + timedelta(minutes=service["minutes"]), by=owner_id, asked=done)
