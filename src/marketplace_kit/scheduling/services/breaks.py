"""Breaks, and people who come without an appointment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from marketplace_kit.kernel.errors import Invalid, Missing, Problem
from marketplace_kit.kernel.fields import NoFields, parse
from marketplace_kit.kernel.fields.reading import Source
from marketplace_kit.kernel.hooks import Actor, Counter
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_kit.listings.queries import active_kinds
from marketplace_kit.scheduling.domain import HasAppointments
from marketplace_kit.scheduling.queries.calendars import appointments_on
from marketplace_kit.scheduling.queries.services import services_of
from marketplace_kit.scheduling.schemas import Break, WalkIn
from marketplace_kit.scheduling.services.claiming import release, release_dead
from marketplace_kit.scheduling.services.desk import Booker, Caller
from marketplace_kit.scheduling.services.guarding import GUARD
from marketplace_kit.scheduling.services.keeping import KEEPERS, held_resource, told
from marketplace_kit.scheduling.services.planning import instant_in
from marketplace_kit.scheduling.tables import claim_table
from marketplace_kit.scheduling.tables.overlap import LONGEST_S, insert_if_free
from marketplace_kit.shops.services import access_shop

BACKWARDS = N_("The end lies before the beginning.")
LONGEST_DAYS = 92
c = claim_table.c


async def take_break(uow: UnitOfWork, shop_id: UUID, resource_id: int, form: Break, *, by: Actor) -> list[UUID]:
    """A stretch in which somebody is not to be booked; the ids of its pieces (of two days at most). All places of the
    resource are taken. Refuses :class:`HasAppointments` with those that lie there.
    """
    await access_shop(uow, shop_id, by=by, roles=KEEPERS)
    resource = await held_resource(uow, shop_id, resource_id)
    begins, ends = instant_in(form.starts_at), instant_in(form.ends_at, "ends_at")
    if not begins < ends <= begins + LONGEST_DAYS * 86_400:
        raise Invalid(Problem("ends_at", "ends_at", BACKWARDS))
    await release_dead(uow, shop_id, [resource_id], begins, ends)
    kept = (c.resource_id == resource_id, c.source == GUARD, c.from_s < ends, c.to_s > begins)
    await release(uow, shop_id, *kept, asking=False)  # kept for whoever waits, who cannot come then
    pieces = [(at, min(at + LONGEST_S, ends)) for at in range(begins, ends, LONGEST_S)]
    made = []
    for from_s, to_s in pieces:
        for lane in range(resource.lanes):
            row = {
                "id": new_id(),
                "resource_id": resource_id,
                "lane": lane,
                "kind": "break",
                "from_s": from_s,
                "to_s": to_s,
                "source": "staff",
                "source_ref": form.reason,
            }
            got = await insert_if_free(uow.session, claim_table, row)
            if got is None:
                listed = await appointments_on(await uow.session.connection(), [resource_id], begins, ends)
                raise HasAppointments(appointments=told(listed))
            made.append(got)
    uow.touch(f"shop:{shop_id}:calendar")
    return made


async def release_break(uow: UnitOfWork, shop_id: UUID, claim_id: UUID, *, by: Actor) -> None:
    """The break is off, with everything that was entered together with it. Refuses :class:`Missing`."""
    await access_shop(uow, shop_id, by=by, roles=KEEPERS)
    wanted = sa.select(claim_table).where(c.id == claim_id, c.kind == "break", c.released_at.is_(None))
    row = (await uow.session.execute(wanted)).first()
    if row is None:
        raise Missing
    await held_resource(uow, shop_id, row.resource_id)
    same = (c.resource_id == row.resource_id, c.kind == "break", c.from_s == row.from_s, c.to_s == row.to_s)
    await release(uow, shop_id, *same)
    uow.touch(f"shop:{shop_id}:calendar")


async def walk_in(
    uow: UnitOfWork,
    shop_id: UUID,
    listing_id: UUID,
    form: WalkIn,
    *,
    by: Actor,
    asked: Mapping[str, Any] | None = None,
    source: Source = "json",
) -> UUID:
    """Somebody who stands at the counter or calls: an order with this one line, written down by the shop; the line's
    id. With a reason to ``overbook``, also at a time that is taken. ``asked`` is what the kind asks at the counter
    (:class:`~marketplace_kit.kernel.hooks.Counter`). Refuses :class:`Missing` for what another shop offers, and
    whatever stands against the time or what was told.
    """
    await access_shop(uow, shop_id, by=by, roles=KEEPERS)
    service = (await services_of(await uow.session.connection(), [listing_id])).get(listing_id)
    booker: Booker | None = uow.site.facilities.get(Booker)
    if service is None or service.shop_id != shop_id or booker is None:
        raise Missing
    choice: dict[str, Any] = {"starts_at": form.starts_at, "staff": form.staff}
    counter = counter_of(uow.site, service.kind)
    of_kind: Any = parse(counter.form if counter else NoFields, asked or {}, source)
    if counter is not None:
        choice |= await counter.choose(uow, shop_id, of_kind, by=by)
    caller = Caller(name=form.name, phone=form.phone, note=form.note)
    line_id = await booker.book_guest(uow, listing_id, choice, caller, by=by, overbook=form.overbook.strip())
    if counter is not None:
        await counter.booked(uow, shop_id, line_id, of_kind, phone=form.phone, by=by)
    return line_id


def counter_of(site: Site, listing_kind: str) -> Counter | None:
    """What a kind of listing asks at the counter."""
    declared = active_kinds(site).get(listing_kind)
    kind = site.registry.line_kinds.get(declared.line) if declared is not None and declared.line else None
    return kind.counter if kind is not None else None
