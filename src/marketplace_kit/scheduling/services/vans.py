"""What a shop says of its vans: where they start, how far they go, which parts of the town on which days."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from marketplace_kit.kernel.errors import Invalid, Missing, Problem
from marketplace_kit.kernel.fields.degrees import EXAMPLE
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_kit.scheduling.domain import HasAppointments
from marketplace_kit.scheduling.domain.areas import NotAnOutline, NotAPoint, read_outline, read_point
from marketplace_kit.scheduling.queries.calendars import appointments_on
from marketplace_kit.scheduling.schemas import VAN, AreaForm, VanForm
from marketplace_kit.scheduling.services.keeping import (
    AHEAD_DAYS,
    KEEPERS,
    ONE_PLACE,
    changed_hours,
    held_resource,
    told,
)
from marketplace_kit.scheduling.services.travelling import NOT_A_POINT
from marketplace_kit.scheduling.tables.travel import van_area_table, van_table
from marketplace_kit.shops.services import access_shop

NOT_AN_OUTLINE = {
    "not_a_point": N_("Line {line}: please enter latitude and longitude, for example {example}."),
    "corners": N_("An area needs three corners at least, each on a line of its own."),
    "crosses": N_("The lines of this area cross each other. Enter the corners in the order of a walk around it."),
}
NO_DAY = N_("Choose at least one weekday.")
MOST_AREAS = 50
TOO_MANY = N_("There are {most} areas already.")
v, n = van_table.c, van_area_table.c


async def save_van(uow: UnitOfWork, shop_id: UUID, resource_id: int, form: VanForm, *, by: Actor) -> None:
    """From now on it goes to the customers. Refuses :class:`Invalid`; what is booked stays as it was agreed."""
    await access_shop(uow, shop_id, by=by, roles=KEEPERS)
    row = await _van(uow, shop_id, resource_id)
    if row.lanes != 1:
        raise Invalid(Problem("base", "one_place", ONE_PLACE))
    try:
        base = read_point(form.base)
    except NotAPoint as wrong:
        raise Invalid(Problem("base", "not_a_point", NOT_A_POINT, {"example": EXAMPLE})) from wrong
    values = {
        "lat": base.lat,
        "lon": base.lon,
        "radius_m": form.radius_km * 1000,
        "kmh": form.kmh,
        "road_percent": form.road_percent,
    }
    said = uow.site.database.insert(van_table).values(resource_id=resource_id, **values)
    await uow.session.execute(said.on_conflict_do_update(index_elements=["resource_id"], set_=values))
    changed_hours(uow, shop_id)


async def stay_at_shop(uow: UnitOfWork, shop_id: UUID, resource_id: int, *, by: Actor) -> None:
    """It goes to nobody any more. Refuses :class:`HasAppointments` as long as somebody expects it."""
    await access_shop(uow, shop_id, by=by, roles=KEEPERS)
    await _van(uow, shop_id, resource_id)
    now = int(uow.at.timestamp())
    listed = await appointments_on(await uow.connection(), [resource_id], now, now + AHEAD_DAYS * 86_400)
    if listed:
        raise HasAppointments(appointments=told(listed))
    await uow.session.execute(sa.delete(van_area_table).where(n.resource_id == resource_id))
    await uow.session.execute(sa.delete(van_table).where(v.resource_id == resource_id))
    changed_hours(uow, shop_id)


async def save_area(
    uow: UnitOfWork, shop_id: UUID, resource_id: int, form: AreaForm, *, by: Actor, area_id: int | None = None
) -> int:
    """A part of the town and the days on which the van goes there; its number. Refuses :class:`Invalid` and
    :class:`Missing`.
    """
    await access_shop(uow, shop_id, by=by, roles=KEEPERS)
    await _van(uow, shop_id, resource_id)
    problems = []
    outline: tuple[Any, ...] = ()
    try:
        outline = read_outline(form.outline)
    except NotAnOutline as wrong:
        facts = {"line": wrong.line, "example": EXAMPLE}
        problems.append(Problem("outline", f"outline_{wrong.why}", NOT_AN_OUTLINE[wrong.why], facts))
    if not form.weekdays:
        problems.append(Problem("weekdays", "no_day", NO_DAY))
    if problems:
        raise Invalid(*problems)
    values = {
        "name": form.name,
        "outline": [[corner.lat, corner.lon] for corner in outline],
        "weekdays": sorted(int(day) for day in form.weekdays),
    }
    changed_hours(uow, shop_id)
    if area_id is None:
        there = sa.select(sa.func.count()).where(n.resource_id == resource_id)
        if int((await uow.session.execute(there)).scalar_one()) >= MOST_AREAS:
            raise Invalid(Problem("name", "too_many", TOO_MANY, {"most": MOST_AREAS}))
        made = sa.insert(van_area_table).values(resource_id=resource_id, **values).returning(n.id)
        return int((await uow.session.execute(made)).scalar_one())
    mine = sa.update(van_area_table).where(n.id == area_id, n.resource_id == resource_id)
    if (await uow.session.execute(mine.values(**values).returning(n.id))).first() is None:
        raise Missing
    return area_id


async def remove_area(uow: UnitOfWork, shop_id: UUID, resource_id: int, area_id: int, *, by: Actor) -> None:
    """The van does not go there any more; visits that are booked there stay. Refuses :class:`Missing`."""
    await access_shop(uow, shop_id, by=by, roles=KEEPERS)
    await _van(uow, shop_id, resource_id)
    gone = sa.delete(van_area_table).where(n.id == area_id, n.resource_id == resource_id)
    if (await uow.session.execute(gone.returning(n.id))).first() is None:
        raise Missing
    changed_hours(uow, shop_id)


async def _van(uow: UnitOfWork, shop_id: UUID, resource_id: int) -> Any:
    row = await held_resource(uow, shop_id, resource_id)
    if row.kind != VAN:
        raise Missing
    return row
