"""The form of a verb: what goes with it is asked for; what was chosen elsewhere is said in words and goes along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

import attrs
from litestar.response import Response

from marketplace_kit.kernel.errors import DomainError, Invalid, Missing, Problem
from marketplace_kit.kernel.fields import Form, fields_of
from marketplace_kit.kernel.site import Site
from marketplace_kit.orders.domain import VersionConflict
from marketplace_kit.orders.pages.showing import NOT_NOW, badge, line_template, said
from marketplace_kit.orders.queries.kinds import Words
from marketplace_kit.orders.schemas import LineView, MoveView, OrderView
from marketplace_kit.web.context import WebRequest, visit_of
from marketplace_kit.web.errors import STATUS
from marketplace_kit.web.forms import FormState, form_state
from marketplace_kit.web.rendering import page, see_other

TIME, WHO, INSTANT = "starts_at", "staff", "instant"
"""What is chosen on the page of free times; a text that is a moment."""


@attrs.frozen(kw_only=True)
class Asking:
    """A verb's form without what was chosen already. ``picked`` is that moment, ``hidden`` goes along, ``near`` are
    free moments (each with the address that chooses it) where the wished one was not.
    """

    form: FormState
    picked: datetime | None
    hidden: tuple[tuple[str, str], ...]
    near: tuple[tuple[datetime, str], ...]
    times_href: str


def move_of(order: OrderView, line_id: UUID, verb: str) -> tuple[LineView, MoveView | None]:
    """The line, and what the verb is for this reader now. Refuses :class:`Missing` for a line of another order."""
    line = next((one for one in order.lines if one.id == line_id), None)
    if line is None:
        raise Missing
    return line, next((move for move in line.moves if move.verb == verb), None)


def asks_of(words: Words, line: LineView, verb: str) -> type[Form]:
    """The form that goes with a verb."""
    kind = words.active.get(line.kind)
    for process in (kind.process, *kind.older) if kind else ():
        for transition in process.transitions:
            if transition.verb == verb and line.status in transition.sources:
                return transition.asks
    raise Missing


async def verb_page(
    request: WebRequest,
    site: Site,
    order: OrderView,
    line_id: UUID,
    verb: str,
    *,
    base: str,
    nav_slot: str,
    raw: Mapping[str, Any] | None = None,
    refused: DomainError | None = None,
) -> Response[Any]:
    """The form of a verb. What is not possible any more leads back to the order, which says how it stands now. An
    address that names another ``version`` than the line has is :class:`VersionConflict`: what was dragged has been
    changed. Context: see the template.
    """
    words = Words.of(site, visit_of(request).locale)
    line, move = move_of(order, line_id, verb)
    if move is None:
        usual = next((n.text for n in line.not_now if n.verb == verb), NOT_NOW)
        why = usual if refused is None or isinstance(refused, VersionConflict) else said(request, refused)
        return see_other(request, base, why, tone="warn")
    seen = request.query_params.get("version", str(line.version))
    if refused is None and seen != str(line.version):
        refused = VersionConflict(version=line.version, status=line.status)
    action = f"{base}/lines/{line_id}/{verb}"
    return await page(
        request,
        "orders/verb.html",
        status=STATUS[refused.kind] if refused else 200,
        page_title=move.text,
        order=order,
        line=line,
        state=badge(line.status_text, line.tone),
        asking=asking_of(request, asks_of(words, line, verb), line, order.shop.zone, action, raw, refused),
        action=action,
        base=base,
        nav_slot=nav_slot,
        text=move.text,
        facts_template=line_template(words, line.kind),
    )


def asking_of(
    request: WebRequest,
    asks: type[Form],
    line: LineView,
    zone: str,
    action: str,
    raw: Mapping[str, Any] | None,
    refused: DomainError | None,
) -> Asking:
    problem = refused if isinstance(refused, Invalid) else None
    if refused is not None and problem is None:
        problem = Invalid(Problem("", refused.code, refused.text, refused.facts))
    names = {field.name for field in fields_of(asks)}
    values = dict(_prefilled(request, asks, line, raw))
    asks_time = TIME in names
    # What was changed meanwhile says nothing against the time: it can be confirmed once more.
    against = refused is not None and not isinstance(refused, VersionConflict)
    unfit = against and (not isinstance(refused, Invalid) or any(p.field == TIME for p in refused.problems))
    picked = moment(values.get(TIME, "")) if asks_time and not unfit else None
    hidden = [(TIME, str(values[TIME]))] if picked is not None else []
    if asks_time and WHO in names and values.get(WHO):
        hidden.append((WHO, str(values[WHO])))
    state = form_state(request, asks, values, problem)
    unseen = {name for name, _ in hidden} | ({WHO} if asks_time else set())
    shown = {f.name: wall_clock(values.get(f.name, ""), zone) for f in state.fields if f.format == INSTANT}
    kept = {name: str(values[name]) for name in names - {TIME} if values.get(name)}
    return Asking(
        form=attrs.evolve(
            state, fields=tuple(f for f in state.fields if f.name not in unseen), values={**state.values, **shown}
        ),
        picked=picked.astimezone(ZoneInfo(zone)) if picked else None,
        hidden=tuple(hidden),
        near=tuple(
            (at, f"{action}?{urlencode(kept | {TIME: at.isoformat()})}")
            for at in map(moment, _nearest(refused) if asks_time else ())
            if at is not None
        ),
        times_href=f"/book/{line.listing_id}?{urlencode({'for': action, 'line': str(line.id)})}" if asks_time else "",
    )


def _nearest(refused: DomainError | None) -> Sequence[str]:
    found = refused.facts.get("alternatives", ()) if refused is not None else ()
    return [str(one) for one in found][:3]


def moment(text: Any) -> datetime | None:
    """The moment that a text says with its offset; nothing for any other text."""
    try:
        # A plus sign that stood bare in an address comes as a space.
        found = datetime.fromisoformat(str(text).strip().replace(" ", "+"))
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def wall_clock(text: Any, zone: str) -> str:
    """A moment as the control of a page takes it: by the clock of a place, to the minute; any other text as it is."""
    at = moment(text)
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}" if at is not None else str(text or "")


def with_offsets(asks: type[Form], raw: Mapping[str, Any], zone: str) -> dict[str, Any]:
    """What a page's controls sent, each moment with the offset that the place's clock has then."""
    known = dict(raw)
    for field in fields_of(asks):
        text = known.get(field.name)
        if field.format == INSTANT and isinstance(text, str):
            known[field.name] = _with_offset(text, zone)
    return known


def _with_offset(text: str, zone: str) -> str:
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        return text
    return text if at.tzinfo is not None else at.replace(tzinfo=ZoneInfo(zone)).isoformat()


def _prefilled(
    request: WebRequest, asks: type[Form], line: LineView, raw: Mapping[str, Any] | None
) -> Mapping[str, Any]:
    """What was typed; else what the address says (a time that was picked, a cell that was dropped on), else what the
    line knows under the same name. The time and the person are chosen anew.
    """
    if raw is not None:
        return raw
    fields = fields_of(asks)
    anew = {TIME, WHO} if any(f.name == TIME for f in fields) else set()
    known = {f.name: f.default if f.name in anew else line.facts.get(f.name, f.default) for f in fields}
    asked = {name: request.query_params[name][:200] for name in known if name in request.query_params}
    return {name: "" if value is None else value for name, value in (known | asked).items()}
