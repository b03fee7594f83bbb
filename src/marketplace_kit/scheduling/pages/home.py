"""Where somebody shall come, asked before a time is chosen. Without a map: a part of the town, a saved address, or what
the customer's own device says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from marketplace_kit.accounts.queries import addresses_of
from marketplace_kit.kernel.fields import Field, fields_of
from marketplace_kit.kernel.fields.degrees import EXAMPLE
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.scheduling.domain.areas import NotAPoint, read_point, said_point
from marketplace_kit.scheduling.pages.asked import CHOICE, Asked
from marketplace_kit.scheduling.pages.shown import Showing
from marketplace_kit.scheduling.queries.services import Service
from marketplace_kit.scheduling.queries.travelling import places_known
from marketplace_kit.scheduling.schemas import VAN, AppointmentChoice, SlotsView, Where
from marketplace_kit.scheduling.services.travelling import NO_ADDRESS, NO_POINT, NOT_A_POINT, WHERE

FIELDS = tuple(CHOICE + name for name in WHERE)
ASK_WHERE = N_("First say where we shall come: then you see the times at which we can be there.")
NOT_SERVED = N_("Nobody comes to this place. Please ask the shop, or choose another one.")
_ANYWHERE = ("", N_("I do not know, or none of these"))


def goes_out(service: Service) -> bool:
    """Whether it may be that somebody comes to the customer: then it is worth a look."""
    return any(need.kind == VAN for need in service.rule.needs)


def where_in(asked: Asked) -> Where | None:
    """The place as the address says it; none as long as it is no place."""
    point, district = asked.first(f"{CHOICE}point"), asked.first(f"{CHOICE}district")
    try:
        return Where(point=said_point(read_point(point)), district=district)
    except NotAPoint:
        return None if point or not district else Where(district=district)


@attrs.frozen(kw_only=True)
class Known:
    """An address that can be chosen with one press."""

    text: str
    href: str


async def asking_where(
    site: Site, actor: Actor, asked: Asked, service: Service, view: SlotsView, showing: Showing
) -> dict[str, Any]:
    """What the page needs to ask: ``fields``, ``values``, ``errors`` by field, ``hidden``, ``known``, ``address``."""
    said = {name: asked.first(CHOICE + name).strip() for name in WHERE}
    errors = _errors(site, said, view, showing.locale) if any(said.values()) else {}
    answered = not errors and view.not_bookable != "no_address"
    return {
        "fields": _fields(view),
        "values": {CHOICE + name: value for name, value in said.items()},
        "errors": {CHOICE + name: texts for name, texts in errors.items()},
        "hidden": [*asked.kept(*FIELDS, f"{CHOICE}starts_at"), *_looked_at(asked)],
        "action": f"/book/{service.listing_id}",
        "known": await _known(site, actor, asked) if not answered else [],
        "answered": answered,
        "address": said["address"],
    }


def _looked_at(asked: Asked) -> list[tuple[str, str]]:
    known = (("month", asked.month), ("for", asked.target), ("line", str(asked.line or "")))
    return [pair for pair in known if pair[1]]


def _fields(view: SlotsView) -> Sequence[Field]:
    declared = {field.name: field for field in fields_of(AppointmentChoice)}
    asked = [declared[name] for name in ("address", "entrance", "district", "point")]
    return [attrs.evolve(field, name=CHOICE + field.name) for field in home_fields(asked, view)]


def home_fields(declared: Sequence[Field], view: SlotsView) -> Iterator[Field]:
    """The fields of a place, of those that are declared, with the parts of the town that are served."""
    for field in declared:
        if field.name != "district":
            yield attrs.evolve(field, required=field.name == "address")
        elif view.areas:
            yield attrs.evolve(field, choices=(_ANYWHERE, *((str(number), name) for number, name in view.areas)))


def _errors(site: Site, said: Mapping[str, str], view: SlotsView, locale: str) -> dict[str, list[str]]:
    problems: dict[str, tuple[str, dict[str, Any]]] = {}
    if not said["address"]:
        problems["address"] = (NO_ADDRESS, {})
    try:
        if said["point"]:
            read_point(said["point"])
    except NotAPoint:
        problems["point"] = (NOT_A_POINT, {"example": EXAMPLE})
    where = "district" if said["district"] and not said["point"] else "point"
    if view.not_bookable == "out_of_zone":
        problems.setdefault(where, (NOT_SERVED, {}))
    elif view.not_bookable == "no_address":
        problems.setdefault("district" if view.areas else "point", (NO_POINT, {}))
    return {name: [site.texts.render(locale, text, facts)] for name, (text, facts) in problems.items()}


async def _known(site: Site, actor: Actor, asked: Asked) -> list[Known]:
    """The customer's addresses and where somebody came before, each once."""
    if actor.person_id is None:
        return []
    been = await site.ask(places_known, actor.person_id)
    by_street = {place.address.casefold(): place for place in been}
    found: dict[str, Known] = {}
    for row in await site.ask(addresses_of, actor.person_id):
        place = by_street.pop(row.street.casefold(), None)
        said = {"address": row.street, "entrance": row.apartment or ""}
        said["point"] = row.point or (said_point(place.point) if place else "")
        found[row.street] = Known(text=f"{row.label}: {row.street}", href=_href(asked, said))
    for place in by_street.values():
        said = {"address": place.address, "entrance": place.entrance, "point": said_point(place.point)}
        found[place.address] = Known(text=place.address, href=_href(asked, said))
    return list(found.values())[:8]


def _href(asked: Asked, said: Mapping[str, str]) -> str:
    bare = attrs.evolve(asked, pairs=tuple(pair for pair in asked.pairs if pair[0] not in FIELDS))
    pairs = (*bare.pairs, *((CHOICE + name, value) for name, value in said.items() if value))
    return attrs.evolve(bare, pairs=pairs).href()
