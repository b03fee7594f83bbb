"""Starts that are known of but cannot be chosen: too soon, or of a class of which every place is taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from marketplace_kit.kernel.errors import Invalid
from marketplace_kit.kernel.fields import parse
from marketplace_kit.kernel.hooks import LineKind
from marketplace_kit.kernel.site import Site
from marketplace_kit.listings.queries import active_kinds
from marketplace_kit.scheduling.domain.offers import Role, free
from marketplace_kit.scheduling.domain.slots import FIXED
from marketplace_kit.scheduling.domain.windows import date_of
from marketplace_kit.scheduling.queries.snapshots import Plan
from marketplace_kit.scheduling.schemas import AtHome
from marketplace_kit.scheduling.services.planning import Job, roles_for


def too_soon(
    plan: Plan,
    jobs: Sequence[Job],
    first: date,
    days: int,
    now: datetime,
    earliest: int,
    *,
    together: bool,
    staff: int | None,
) -> dict[int, list[list[int]]]:
    """What is free from now until the lead time is over. Only the dates that this concerns are looked at."""
    concerned = min((date_of(plan.zone, earliest) - first).days + 1, days)
    since = int(now.timestamp())
    if concerned < 1 or since >= earliest:
        return {}
    roles = roles_for(plan, jobs, first, concerned, together=together, staff=staff)
    return free(roles, since, earliest - 1, plan.zone)


def full_ones(
    roles: Sequence[Role], found: Mapping[int, object], earliest: int, latest: int, zone: str
) -> dict[int, list[list[int]]]:
    """The starts of classes and of fixed times that are taken. Where visits begin at any time, one that is taken is no
    start of its own.
    """
    fixed = all(role.pattern.mode == FIXED for role in roles)
    if not roles or not (fixed or any(role.places > 1 for role in roles)):
        return {}
    listed = free([role.empty() for role in roles], earliest, latest, zone)
    begun = {
        claim[1] + role.pattern.before
        for role in roles
        if role.places > 1
        for able in role.able
        for claim in able.claims
    }
    return {start: who for start, who in listed.items() if start not in found and (fixed or start in begun)}


def timed_kind_of(site: Site, listing_kind: str) -> LineKind | None:
    """The kind of line of what is booked by a start alone (a kind may ask for more); ``None`` for the rest."""
    declared = active_kinds(site).get(listing_kind)
    kind = site.registry.line_kinds.get(declared.line) if declared is not None and declared.line else None
    if kind is None or kind.ask_first:
        return None
    try:
        parse(kind.choice, {"starts_at": "2026-01-01T00:00:00+00:00"}, "json")
    except Invalid:
        return None
    return kind


def can_wait(site: Site, listing_kind: str, at_home: bool) -> bool:
    """Whether somebody can wait for a time of it: what becomes free is offered by its start alone, ``at_home`` with
    the place.
    """
    kind = timed_kind_of(site, listing_kind)
    return kind is not None and (not at_home or issubclass(kind.choice, AtHome))
