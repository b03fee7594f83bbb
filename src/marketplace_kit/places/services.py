"""What people do with places: choose their city; an admin adds, changes and switches."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo, available_timezones

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from marketplace_kit.accounts.queries import home_city_of
from marketplace_kit.kernel.audit import audit
from marketplace_kit.kernel.database import violated
from marketplace_kit.kernel.errors import Invalid, Missing, Problem, StaleVersion
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_kit.places.domain import (
    CategoryChanged,
    CityChanged,
    CityNotServed,
    NotOnEarth,
    PlaceTaken,
    Point,
    cell_of,
)
from marketplace_kit.places.queries import cities, city_by_id, city_named
from marketplace_kit.places.schemas import CategoryChange, CityChange, CityView, NewCategory, NewCity
from marketplace_kit.places.tables import category_table as category
from marketplace_kit.places.tables import city_category_table as offered
from marketplace_kit.places.tables import city_table as city
from marketplace_kit.places.tables import country_table as country
from marketplace_kit.places.tables import way_table
from marketplace_kit.web.context import Connection, Visit, visit_of
from marketplace_kit.web.identity import is_secure

COOKIE = "mk_city"
_YEAR = 365 * 24 * 3600
_POINT_INVALID = N_("Please enter degrees between {min} and {max}, for example {example}.")
_ZONE_UNKNOWN = N_("There is no such time zone.")
_NOT_OFFERED = "Please choose one of the offered answers."


def chosen_city_id(connection: Connection) -> str:
    """The city that this browser remembers; empty if it chose none."""
    return connection.cookies.get(COOKIE, "")[:60]


async def current_city(connection: Connection) -> CityView | None:
    """The city whose offers a page shows: the one that this browser chose, as long as it is there; else the one in the
    profile of who is signed in, if it is one of ours and served. Asks nothing for a visitor who chose none.
    """
    visit, city_id = visit_of(connection), chosen_city_id(connection)
    if city_id:
        return await visit.site.ask(city_by_id, city_id, locale=visit.locale)
    home = await visit.site.ask(home_city_of, visit.actor.person_id) if visit.actor.person_id else ""
    found = await visit.site.ask(city_named, home, locale=visit.locale) if home else None
    return found if found is not None and found.enabled else None


async def suggested_city(connection: Connection) -> CityView | None:
    """The city to propose to somebody who chose none: the first served one that keeps the site's time."""
    visit = visit_of(connection)
    zone = visit.site.settings.of(SiteSettings).timezone
    served = await visit.site.ask(cities, locale=visit.locale, served=True)
    same = [one for one in served if one.zone == zone]
    namesake = next((one for one in same if zone.rpartition("/")[2].lower() == one.id), None)
    return namesake or next(iter(same or served), None)


def remember_city(visit: Visit, city_id: str) -> None:
    """Let this browser remember a city; an empty one is forgotten."""
    secured = "; Secure" if is_secure(visit.site) else ""
    age = _YEAR if city_id else 0
    visit.cookies.append(f"{COOKIE}={city_id}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age}{secured}")


async def choose_city(connection: Connection, city_id: str) -> CityView:
    """Remember a city that is served. Refuses :class:`Missing` and :class:`CityNotServed`."""
    visit = visit_of(connection)
    found = await visit.site.ask(city_by_id, city_id, locale=visit.locale)
    if found is None:
        raise Missing
    if not found.enabled:
        raise CityNotServed(city=found.name)
    remember_city(visit, found.id)
    return found


def read_point(lat: str, lon: str) -> Point:
    """A point that was typed; a comma may stand for the decimal point. Refuses :class:`Invalid` at the field."""
    problems = []
    values = {}
    for name, text, limit, example in (("lat", lat, 90, "47.1068"), ("lon", lon, 180, "51.9166")):
        try:
            value = float(text.strip().replace(",", "."))
            Point(value if name == "lat" else 0, value if name == "lon" else 0)
            values[name] = value
        except (ValueError, NotOnEarth):
            facts = {"min": -limit, "max": limit, "example": example}
            problems.append(Problem(name, "point_invalid", _POINT_INVALID, facts))
    if problems:
        raise Invalid(*problems)
    return Point(values["lat"], values["lon"])


def _city_values(form: CityChange) -> dict[str, object]:
    if form.zone not in available_timezones():
        raise Invalid(Problem("zone", "zone_unknown", _ZONE_UNKNOWN))
    point = read_point(form.lat, form.lon)
    names = {"kk": form.name_kk, "ru": form.name_ru, "en": form.name_en}
    zone = ZoneInfo(form.zone).key
    return {"names": names, "lat": point.lat, "lon": point.lon, "zone": zone, "enabled": form.enabled}


async def add_city(uow: UnitOfWork, form: NewCity, *, by: Actor) -> str:
    """Add a city. Refuses :class:`PlaceTaken`."""
    known = await uow.session.execute(sa.select(country.c.id).where(country.c.id == form.country))
    if known.scalar() is None:
        raise Invalid(Problem("country", "not_a_choice", _NOT_OFFERED))
    values = {"id": form.id, "country": form.country, **_city_values(form)}
    try:
        async with uow.session.begin_nested():
            await uow.session.execute(sa.insert(city).values(values))
    except IntegrityError as taken:
        raise (PlaceTaken if violated(taken) == "pk_city" else taken) from taken
    uow.record(CityChanged(city_id=form.id))
    await audit(uow, by=by, act="places.add_city", on=f"city:{form.id}", facts={"enabled": form.enabled})
    return form.id


async def change_city(uow: UnitOfWork, city_id: str, form: CityChange, *, by: Actor) -> None:
    """Change a city as it was seen in ``form.version``. Refuses :class:`Missing` and :class:`StaleVersion`."""
    values = _city_values(form) | {"version": city.c.version + 1}
    changed = sa.update(city).where(city.c.id == city_id, city.c.version == form.version).values(values)
    if (await uow.session.execute(changed.returning(city.c.id))).first() is None:
        await _refuse(uow, sa.select(city.c.id).where(city.c.id == city_id))
    uow.record(CityChanged(city_id=city_id))
    await audit(uow, by=by, act="places.change_city", on=f"city:{city_id}", facts={"enabled": form.enabled})


async def _refuse(uow: UnitOfWork, there: sa.Select[tuple[str]]) -> None:
    if (await uow.session.execute(there)).first() is None:
        raise Missing
    raise StaleVersion


async def _category_values(uow: UnitOfWork, category_id: str, form: CategoryChange) -> dict[str, object]:
    """Two floors of categories are enough: what has a parent is none itself."""
    parent = form.parent or None
    if parent is not None:
        above = sa.select(category.c.id).where(category.c.id == parent, category.c.parent.is_(None))
        below = sa.select(category.c.id).where(category.c.parent == category_id)
        fits = (await uow.session.execute(above)).first() is not None and parent != category_id
        if not fits or (await uow.session.execute(below)).first() is not None:
            raise Invalid(Problem("parent", "not_a_choice", _NOT_OFFERED))
    names = {"kk": form.name_kk, "ru": form.name_ru, "en": form.name_en}
    return {"names": names, "icon": form.icon, "rank": form.rank, "parent": parent}


async def add_category(uow: UnitOfWork, form: NewCategory, *, by: Actor) -> str:
    """Add a category; it is offered everywhere. Refuses :class:`PlaceTaken`."""
    values = {"id": form.id, **await _category_values(uow, form.id, form)}
    try:
        async with uow.session.begin_nested():
            await uow.session.execute(sa.insert(category).values(values))
    except IntegrityError as taken:
        raise (PlaceTaken if violated(taken) == "pk_category" else taken) from taken
    uow.record(CategoryChanged(category_id=form.id))
    await audit(uow, by=by, act="places.add_category", on=f"category:{form.id}")
    return form.id


async def change_category(uow: UnitOfWork, category_id: str, form: CategoryChange, *, by: Actor) -> None:
    """Change a category as it was seen in ``form.version``. Refuses :class:`Missing` and :class:`StaleVersion`."""
    values = await _category_values(uow, category_id, form) | {"version": category.c.version + 1}
    changed = sa.update(category).where(category.c.id == category_id, category.c.version == form.version).values(values)
    if (await uow.session.execute(changed.returning(category.c.id))).first() is None:
        await _refuse(uow, sa.select(category.c.id).where(category.c.id == category_id))
    uow.record(CategoryChanged(category_id=category_id))
    await audit(uow, by=by, act="places.change_category", on=f"category:{category_id}")


async def switch_category(uow: UnitOfWork, city_id: str, category_id: str, enabled: bool, *, by: Actor) -> None:
    """Offer a category in a city, or not. Saying it again changes nothing. Refuses :class:`Missing`."""
    for there in (
        sa.select(city.c.id).where(city.c.id == city_id),
        sa.select(category.c.id).where(category.c.id == category_id),
    ):
        if (await uow.session.execute(there)).first() is None:
            raise Missing
    values = {"city": city_id, "category": category_id, "enabled": enabled}
    statement = uow.site.database.insert(offered).values(values)
    await uow.session.execute(
        statement.on_conflict_do_update(index_elements=["city", "category"], set_={"enabled": enabled})
    )
    uow.record(CategoryChanged(category_id=category_id, city_id=city_id))
    await audit(
        uow, by=by, act="places.switch_category", on=f"city:{city_id}", facts={"category": category_id, "on": enabled}
    )


async def keep_ways(uow: UnitOfWork, ways: Mapping[tuple[Point, Point], int], *, source: str) -> None:
    """Minutes that somebody measured (a router, a driver), from the first point to the second; said again they replace
    what was known. ``source`` says who. Whoever works out a way reads these first: ask remote services in a job, before
    this, never within a transaction.
    """
    for (origin, target), minutes in sorted(ways.items(), key=lambda one: (cell_of(one[0][0]), cell_of(one[0][1]))):
        values = {"minutes": minutes, "source": source[:40], "measured_at": uow.at}
        said = uow.site.database.insert(way_table).values(origin=cell_of(origin), target=cell_of(target), **values)
        await uow.session.execute(said.on_conflict_do_update(index_elements=["origin", "target"], set_=values))
