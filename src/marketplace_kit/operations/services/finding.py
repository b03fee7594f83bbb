"""Reading what somebody looks for in the audit trail."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from marketplace_kit.accounts.domain import lookup_of
from marketplace_kit.accounts.queries import person_id_by_email
from marketplace_kit.kernel.errors import Invalid, Problem
from marketplace_kit.kernel.fields import parse
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.operations.queries import Wanted
from marketplace_kit.operations.schemas import TrailFilter


async def wanted_entries(site: Site, given: Mapping[str, Any]) -> Wanted:
    """The filter as queries take it. Refuses Invalid for a date that is none, or a person who is unknown."""
    form = parse(TrailFilter, {k: v for k, v in given.items() if v not in ("", None)}, "form")
    return Wanted(
        act=form.act or "",
        subject=form.subject or "",
        person=await _person(site, form.person),
        since=_begins(site, form.since),
        until=_begins(site, form.until + timedelta(days=1) if form.until else None),
    )


async def _person(site: Site, given: str | None) -> UUID | None:
    if not given:
        return None
    try:
        return UUID(given)
    except ValueError:
        found = await site.ask(person_id_by_email, lookup_of(given))
    if found is None:
        raise Invalid(Problem("person", "unknown_person", N_("Nobody here has this address.")))
    return found


def _begins(site: Site, day: date | None) -> datetime | None:
    """Midnight where the site is."""
    zone = ZoneInfo(site.settings.of(SiteSettings).timezone)
    return datetime.combine(day, time(), zone) if day else None
