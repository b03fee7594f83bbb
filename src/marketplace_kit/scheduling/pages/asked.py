"""What the address of the page of times says: what is chosen so far, and what is looked at."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import attrs

from marketplace_kit.kernel.errors import Invalid
from marketplace_kit.kernel.fields import parse
from marketplace_kit.kernel.hooks import Actor, Customer, LineKind, Wish
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.site import Site
from marketplace_kit.listings.domain.options import VARIANT, OptionGroup
from marketplace_kit.scheduling.queries.services import Service
from marketplace_kit.web.context import WebRequest
from marketplace_kit.web.rendering import is_local

CHOICE, OPTIONS = "choice.", "options."
STARTS_AT, STAFF, NOTE, MATTERS = "choice.starts_at", "choice.staff", "choice.note", "choice.staff_matters"
TOGETHER = "choice.together"
OF_THE_FORM = {STARTS_AT, NOTE, MATTERS}
MOST_PAIRS, LONGEST = 40, 1000
TARGETS = ("/orders/", "/sell/", "/o/", "/visits/")
"""Pages that may have a time picked for a form of theirs: ``for`` names it, ``line`` is the visit that is moved."""


@attrs.frozen(kw_only=True)
class Asked:
    """What the address says."""

    listing_id: UUID
    pairs: tuple[tuple[str, str], ...]
    month: str
    day: str
    as_list: bool
    target: str = ""
    line: UUID | None = None

    def first(self, name: str) -> str:
        return next((value for key, value in self.pairs if key == name), "")

    @property
    def staff(self) -> int | None:
        text = self.first(STAFF)
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None

    @property
    def options(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for key, value in self.pairs:
            if key.startswith(OPTIONS) and value:
                group = key.removeprefix(OPTIONS)
                found[group] = (*found.get(group, ()), value)
        return found

    def kept(self, *without: str) -> list[tuple[str, str]]:
        return [(key, value) for key, value in self.pairs if key not in without and value]

    def href(self, *, keep_time: bool = False, **asked: str) -> str:
        """This page with other values; the chosen time is left out unless it shall stay."""
        known = {"month": self.month, "day": self.day, "view": "list" if self.as_list else ""} | {
            k: v for k, v in asked.items() if not k.startswith("choice_")
        }
        pairs = self.kept(*(() if keep_time else (STARTS_AT,)))
        known |= {"for": self.target, "line": str(self.line or "")}
        pairs += [(f"{CHOICE}{k.removeprefix('choice_')}", v) for k, v in asked.items() if k.startswith("choice_")]
        query = urlencode([*((k, v) for k, v in known.items() if v), *pairs])
        return f"/book/{self.listing_id}?{query}" if query else f"/book/{self.listing_id}"


def asked_of(request: WebRequest, listing_id: UUID) -> Asked:
    """What of the address is ours; the rest is nobody's."""
    query = request.query_params
    target = query.get("for", "")[:300]
    pairs = tuple(
        (key, value[:LONGEST])
        for key, value in query.multi_items()
        if key.startswith((CHOICE, OPTIONS)) and len(key) < 80
    )
    return Asked(
        listing_id=listing_id,
        pairs=pairs[:MOST_PAIRS],
        month=query.get("month", "")[:7],
        day=query.get("day", "")[:10],
        as_list=query.get("view") == "list",
        target=target if target.startswith(TARGETS) and is_local(target) else "",
        line=_line(query.get("line", "")) if target else None,
    )


def _line(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def timed_kind(site: Site, service: Service | None) -> LineKind | None:
    """The kind of line by which a listing is booked, if that takes time."""
    kinds, lines = dict(site.registry.listing_kinds.items()), dict(site.registry.line_kinds.items())
    declared = kinds.get(service.kind) if service else None
    kind = lines.get(declared.line) if declared else None
    return kind if kind is not None and hasattr(kind.capacity, "measure") else None


def wishes_so_far(service: Service, kind: LineKind, asked: Asked, actor: Actor, site: Site) -> list[Wish]:
    """What is chosen so far as wishes, for kinds that measure them; none while the kind's own questions are open."""
    if getattr(kind.capacity, "measure", None) is None:
        return []
    if asked.line and kind.ask_first:
        return []  # what is moved was measured when it was booked; the move itself asks again
    raw: dict[str, Any] = {"starts_at": site.clock.now().replace(second=0, microsecond=0).isoformat()}
    for key, value in asked.pairs:
        if key.startswith(CHOICE) and value and key != STARTS_AT:
            name = key.removeprefix(CHOICE)
            raw[name] = (
                [*raw[name], value] if isinstance(raw.get(name), list) else [raw[name], value] if name in raw else value
            )
    values = raw.get(kind.one_line_per) if kind.one_line_per else None
    each = [{**raw, kind.one_line_per: v} for v in dict.fromkeys(values)] if isinstance(values, list) else [raw]
    wishes = []
    for one in each[:10]:
        try:
            choice = parse(kind.choice, one, "form")
        except Invalid:
            return []
        wishes.append(
            Wish(
                line_id=new_id(),
                order_id=new_id(),
                shop_id=service.shop_id,
                kind=kind.name,
                listing_id=service.listing_id,
                choice=choice,
                options=asked.options,
                customer=Customer(person_id=actor.person_id, name=actor.name, locale=actor.locale),
                by=actor,
            )
        )
    return wishes


def with_first_variants(asked: Asked, groups: Iterable[OptionGroup]) -> Asked:
    """Of a variant one is always chosen: the first that is there, as the form shows it."""
    pairs = list(asked.pairs)
    for group in groups:
        first = next((str(o.id) for o in group.options if o.available), "")
        if group.kind == VARIANT and first and str(group.id) not in asked.options:
            pairs.append((f"{OPTIONS}{group.id}", first))
    return attrs.evolve(asked, pairs=tuple(pairs))
