"""What those who work for a shop have done in a month: an owner sees everybody, whoever works there their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec

from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.money import Money, exponent
from marketplace_kit.kernel.site import Site
from marketplace_kit.scheduling import queries
from marketplace_kit.scheduling.domain.windows import day_bounds
from marketplace_kit.scheduling.queries import diary, profiles
from marketplace_kit.scheduling.queries.profiles import Done
from marketplace_kit.scheduling.schemas import ResourceView
from marketplace_kit.scheduling.services.purse import earned_by
from marketplace_kit.scheduling.services.rated import staff_ratings
from marketplace_kit.shops.domain import ADMIN, OWNER
from marketplace_kit.shops.schemas import ShopView

AGAIN = timedelta(days=60)
"""Whoever was with the same person within so many days before has come again (local-business §6)."""


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """One person's month. Shares are from 0 to 1, ``None`` where there is nothing to divide by. ``earned`` is what the
    visits cost that took place; ``busy`` are their minutes, ``available`` those that the person worked.
    """

    id: int
    name: str
    visits: int
    missed: int
    earned: Money | None
    average: Money | None
    busy: int
    available: int
    occupancy: float | None
    missed_share: float | None
    again_share: float | None
    rating_average: float | None = None
    rating_count: int = 0


async def figures_of(site: Site, shop: ShopView, first: date, days: int, *, by: Actor) -> list[Figures]:
    """The figures from a date on, of everybody for an owner or an admin, else of whoever asks. As many statements for
    ten as for one.
    """
    everybody = [one for one in await site.ask(queries.resource_list, shop.id) if one.kind == "staff"]
    if shop.my_role != OWNER and ADMIN not in by.roles:
        everybody = [one for one in everybody if one.member_id is not None and one.member_id == by.person_id]
    from_s, to_s = day_bounds(shop.zone, first)[0], day_bounds(shop.zone, first + timedelta(days=days - 1))[1]
    done = await site.ask(profiles.visits_done, shop.id, from_s - int(AGAIN.total_seconds()), to_s)
    working = await site.ask(diary.working_windows, shop.id, first, days)
    earned = await earned_by(site, [one.id for one in done if one.starts_s >= from_s and not one.missed])
    rated = await staff_ratings(site, [one.id for one in everybody])
    found = []
    for one in everybody:
        mine = [visit for visit in done if visit.staff_id == one.id]
        minutes = sum(max(0, min(b, to_s) - max(a, from_s)) for a, b in working.get(one.id, ())) // 60
        known = rated.get(one.id)
        stars = {"rating_average": known.average, "rating_count": known.count} if known else {}
        found.append(msgspec.structs.replace(_figures(one, mine, from_s, minutes, earned), **stars))
    return found


def _figures(
    one: ResourceView, done: Sequence[Done], from_s: int, available: int, earned: Mapping[UUID, Money]
) -> Figures:
    now = [visit for visit in done if visit.starts_s >= from_s]
    took, missed = [v for v in now if not v.missed], [v for v in now if v.missed]
    sums = [earned[visit.id] for visit in took if visit.id in earned]
    total = None
    if sums and len({one.currency for one in sums}) == 1:
        total = Money(sum(one.amount for one in sums), sums[0].currency)
    busy = sum(visit.minutes for visit in took)
    known = [visit for visit in took if visit.client]
    again = sum(_came_again(visit, done) for visit in known)
    return Figures(
        id=one.id,
        name=one.name,
        visits=len(took),
        missed=len(missed),
        earned=total,
        average=_average(total, len(sums)) if total else None,
        busy=busy,
        available=available,
        occupancy=busy / available if available else None,
        missed_share=len(missed) / len(now) if now else None,
        again_share=again / len(known) if known else None,
    )


def _average(total: Money, number: int) -> Money:
    """In whole units of the currency, half up: nobody thinks of an average in tiyn."""
    unit = 10 ** exponent(total.currency)
    return Money((2 * total.amount + number * unit) // (2 * number * unit) * unit, total.currency)


def _came_again(visit: Done, done: Sequence[Done]) -> bool:
    since = visit.starts_s - int(AGAIN.total_seconds())
    return any(
        not other.missed and other.client == visit.client and since <= other.starts_s < visit.starts_s for other in done
    )


def month_of(text: str, today: date) -> date:
    """The first day of ``2026-03``; of this month for no month and for nonsense."""
    try:
        found = datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007 - a month has no zone
    except ValueError:
        return today.replace(day=1)
    return found if 2000 <= found.year <= 2200 else today.replace(day=1)


def days_in(month: date) -> int:
    """How many days a month has."""
    return ((month.replace(day=28) + timedelta(days=4)).replace(day=1) - month).days
