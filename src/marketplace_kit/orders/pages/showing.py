"""What the pages of customers, guests and shops have in common: an order drawn."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs
from litestar.response import Response

from marketplace_kit.accounts.domain import shown_phone
from marketplace_kit.kernel.errors import DomainError, Invalid
from marketplace_kit.kernel.hooks import LineLink
from marketplace_kit.kernel.process import Stage, State, Tone
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.orders.domain import CUSTOMER, STAGES, STEPS
from marketplace_kit.orders.queries.kinds import Words
from marketplace_kit.orders.schemas import EventView, LineView, MoveView, OrderRow, OrderShop, OrderView
from marketplace_kit.shops.domain.contacts import map_links, whatsapp_link
from marketplace_kit.web.context import WebRequest, visit_of
from marketplace_kit.web.rendering import page

PLACED = N_("Order placed")
NOT_NOW = N_("That is not possible any more. This is how it stands now.")
DONE = N_("Done.")
ACTORS = {"customer": N_("Customer"), "guest": N_("Customer"), "staff": N_("The shop"), "system": N_("Automatically")}


def unlisted(response: Response[Any]) -> Response[Any]:
    """A page behind a secret address: no search engine keeps it, no other site learns where somebody came from."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def said(request: WebRequest, refused: DomainError) -> str:
    """A refusal in the reader's words; of a form's problems the first."""
    visit = visit_of(request)
    if isinstance(refused, Invalid) and refused.problems:
        first = refused.problems[0]
        return visit.site.texts.render(visit.locale, first.text, first.facts)
    return visit.site.texts.render(visit.locale, refused.text, refused.facts)


def minutes_left(site: Site, until: datetime) -> int:
    """Whole minutes until then, rounded up; 0 when it is over."""
    return max(0, math.ceil((until - site.clock.now()).total_seconds() / 60))


def line_template(words: Words, kind: str) -> str:
    """The template by which a kind draws the facts of its lines; none while its plugin is switched off."""
    found = words.active.get(kind)
    return found.template if found else ""


@attrs.frozen(kw_only=True)
class Entry:
    """A row of the timeline as ``ui.timeline`` takes it."""

    at: datetime
    text: str
    actor: str
    note: str


@attrs.frozen(kw_only=True)
class ShownLine:
    """A line with all that a page draws of it."""

    line: LineView
    state: State
    template: str
    snapshot: Mapping[str, Any]
    moves: tuple[tuple[MoveView, str, bool], ...] = ()
    not_now: tuple[str, ...] = ()
    links: Sequence[LineLink] = ()


@attrs.frozen(kw_only=True)
class ShownRow:
    """An order in a list."""

    order: OrderRow
    state: State
    lines: list[ShownLine]
    paid: State
    done: bool


def badge(text: str, tone: str) -> State:
    """A state that is said already, for ``ui.badge``."""
    return State("", text, Tone(tone))


def shown_line(words: Words, line: LineView, base: str, role: str) -> ShownLine:
    """``base`` is the address of the order's page; each move is (move, address, whether it needs a form first)."""
    snapshot = {
        "line_id": line.id,
        "order_id": line.order_id,
        "listing_id": line.listing_id,
        "kind": line.kind,
        "status": line.status,
        "stage": line.stage,
        "title": line.title,
        "facts": line.facts,
        "starts_at": line.starts_at,
        "ends_at": line.ends_at,
        "role": role,
    }
    moves = tuple((m, f"{base}/lines/{line.id}/{m.verb}", bool(m.asks) or m.stage == "cancelled") for m in line.moves)
    return ShownLine(
        line=line,
        state=badge(line.status_text, line.tone),
        template=line_template(words, line.kind),
        snapshot=snapshot,
        moves=moves,
        not_now=tuple(dict.fromkeys(one.text for one in line.not_now)),
    )


def with_links(site: Site, words: Words, shown: ShownLine, role: str, *, by_link: bool) -> ShownLine:
    """A line with a customer's ways on from it, as its kind knows them."""
    kind = words.active.get(shown.line.kind)
    if kind is None or role != CUSTOMER:
        return shown
    return attrs.evolve(shown, links=kind.links(site, words.glance(shown.line, {role}, by_link=by_link)))


def shown_row(words: Words, row: OrderRow, base: str, role: str) -> ShownRow:
    lines = [shown_line(words, line, f"{base}/{row.number}", role) for line in row.lines]
    return ShownRow(
        order=row,
        state=badge(row.status_text, row.tone),
        lines=lines,
        paid=badge(row.paid.text, row.paid.tone),
        done=row.status == Stage.COMPLETED,
    )


def entries(request: WebRequest, order: OrderView) -> list[Entry]:
    """The timeline, newest first. With several lines each row names its own."""
    texts, locale = visit_of(request).site.texts, visit_of(request).locale
    several = len(order.lines) > 1
    return [_entry(event, several, lambda t: texts.gettext(locale, t)) for event in reversed(order.timeline)]


def _entry(event: EventView, several: bool, say: Any) -> Entry:
    text = event.text or say(PLACED)
    if several and event.line_title:
        text = f"{event.line_title}: {text}"
    return Entry(at=event.at, text=text, actor=event.actor or say(ACTORS[event.actor_kind]), note=event.note)


def contact_links(shop: OrderShop) -> list[tuple[str, str]]:
    """Ways to reach a shop: (name, address)."""
    found = []
    if shop.phone:
        found.append((shown_phone(shop.phone), f"tel:{shop.phone}"))
    if link := whatsapp_link(shop.whatsapp or shop.phone or ""):
        found.append(("WhatsApp", link))
    if shop.telegram:
        found.append(("Telegram", f"https://t.me/{shop.telegram}"))
    return found


async def order_page(
    request: WebRequest,
    site: Site,
    order: OrderView,
    *,
    base: str,
    again: str = "",
    nav_slot: str = "account",
    back: tuple[str, str] = ("", ""),
    topic: str = "",
) -> Response[str]:
    """Context: order (an OrderView), lines (ShownLines), entries (the timeline), state, paid_state, steps, base, links
    (contacts), maps, again (the address that orders the same once more), cancel (the address that cancels it whole),
    change (the address on which its customer asks for a change),
    role, topic.
    Slots ``order.line`` (with each line: ``line_id, order_id, listing_id, kind, status, stage, title, facts, starts_at,
    ends_at, role``) and ``order.after`` (``order_id, number, shop_id, customer_id, status, total, currency, role``).
    """
    words = Words.of(site, visit_of(request).locale)
    role = order.my_side
    shop, actor = order.shop, visit_of(request).actor
    by_link = order.customer_id is None or actor.person_id != order.customer_id
    open_lines = [line for line in order.lines if line.stage not in (Stage.COMPLETED, Stage.CANCELLED)]
    asks = all(one.state != "open" for one in order.change_requests)
    may_cancel = open_lines and all(any(m.stage == "cancelled" for m in line.moves) for line in open_lines)
    return await page(
        request,
        "orders/order.html",
        page_title=f"#{order.number}",
        order=order,
        state=badge(order.status_text, order.tone),
        paid_state=badge(order.paid.text, order.paid.tone),
        steps=[STAGES[step] for step in STEPS],
        lines=[
            with_links(site, words, shown_line(words, line, base, role), role, by_link=by_link) for line in order.lines
        ],
        entries=entries(request, order),
        base=base,
        links=contact_links(shop) if role == CUSTOMER else [],
        phone=shown_phone(order.contact.phone) if order.contact.phone else "",
        shop_phone=shown_phone(shop.phone) if shop.phone else "",
        maps=list(map_links(None, None, shop.address, shop.city).items()) if role == CUSTOMER else [],
        again=again,
        cancel=f"{base}/cancel" if may_cancel and len(open_lines) > 1 else "",
        change=f"{base}/change" if role == CUSTOMER and asks and open_lines else "",
        role=role,
        nav_slot=nav_slot,
        back_href=back[0],
        back_text=back[1],
        topic=topic,
        panel_facts={
            "order_id": order.id,
            "number": order.number,
            "shop_id": shop.id,
            "customer_id": order.customer_id,
            "status": order.status,
            "total": order.total_price.amount,
            "currency": order.total_price.currency,
            "role": role,
        },
    )
