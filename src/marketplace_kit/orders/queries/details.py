"""One order, one draft, one way travelled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.accounts.tables import person_table as person
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.ids import digest
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.process import Stage
from marketplace_kit.kernel.texts import N_
from marketplace_kit.orders.domain import (
    ADMIN,
    CLOCK_CHANGED,
    CUSTOMER,
    OWNER,
    STAFF,
    STAGES,
    STEPS,
    agreed_total,
    step_of,
)
from marketplace_kit.orders.domain.paid import PAID_STATES
from marketplace_kit.orders.domain.wishes import CHANGE, REQUESTS
from marketplace_kit.orders.queries.kinds import Words
from marketplace_kit.orders.queries.lines import lines_of
from marketplace_kit.orders.queries.paying import paid_view, payments_of
from marketplace_kit.orders.queries.wishes import requests_of
from marketplace_kit.orders.schemas import (
    DraftLine,
    DraftView,
    EventView,
    LineView,
    OrderContact,
    OrderShop,
    OrderView,
    Step,
    TrackedLine,
    Tracking,
    parts_view,
)
from marketplace_kit.orders.tables import draft_line_table as draft_line
from marketplace_kit.orders.tables import draft_table as draft
from marketplace_kit.orders.tables import event_table as event
from marketplace_kit.orders.tables import link_table as link
from marketplace_kit.orders.tables import order_table as order
from marketplace_kit.shops.tables import member_table as member
from marketplace_kit.shops.tables import shop_table as shop

_CLOCK = N_("The clock was changed by law. The time on the wall stays as it was agreed.")
SHOP_COLUMNS = (
    shop.c.slug.label("shop_slug"),
    shop.c.name.label("shop_name"),
    shop.c.phone.label("shop_phone"),
    shop.c.tax_id.label("shop_tax_id"),
    shop.c.whatsapp.label("shop_whatsapp"),
    shop.c.telegram.label("shop_telegram"),
    shop.c.address.label("shop_address"),
    shop.c.city.label("shop_city"),
    shop.c.zone.label("shop_zone"),
)


def roles_of(member_role: str | None, actor: Actor, customer_id: UUID | None, *, holds_link: bool) -> frozenset[str]:
    """What somebody is to an order. An owner does whatever staff does; operators and admins of the site are staff."""
    held = set()
    if holds_link or (customer_id is not None and actor.person_id == customer_id):
        held.add(CUSTOMER)
    if member_role is not None:
        held |= {member_role, STAFF}
    if ADMIN in actor.roles:
        held |= {ADMIN, STAFF, OWNER}
    return frozenset(held)


def shop_of(row: Any) -> OrderShop:
    """The shop's part of a row with :data:`SHOP_COLUMNS`."""
    return OrderShop(
        id=row.shop_id,
        slug=row.shop_slug,
        name=row.shop_name or row.shop_slug,
        phone=row.shop_phone,
        tax_id=row.shop_tax_id,
        whatsapp=row.shop_whatsapp,
        telegram=row.shop_telegram,
        address=row.shop_address,
        city=row.shop_city,
        zone=row.shop_zone,
    )


def agreed_price(row: Any, lines: Sequence[LineView]) -> Money:
    """What was agreed, of an order's row and its lines."""
    agreed = agreed_total(row.total_amount, row.status, (line.total_price.amount for line in lines))
    return Money.stored(agreed, row.total_currency)


async def order_page(
    connection: AsyncConnection,
    words: Words,
    *,
    viewer: Actor,
    order_id: UUID | None = None,
    number: str = "",
    side: str = "",
    by_link: UUID | None = None,
) -> OrderView | None:
    """An order for its customer, whoever works for its shop, an admin, or (``by_link``: the order that a link opened)
    a guest; ``None`` to everybody else. ``side`` asks to see it as ``customer`` or ``shop`` only. Five statements.
    """
    mine = sa.and_(member.c.shop_id == order.c.shop_id, member.c.person_id == viewer.person_id)
    found = (
        await connection.execute(
            sa.select(order, *SHOP_COLUMNS, member.c.role.label("my_role"))
            .select_from(order.join(shop, shop.c.id == order.c.shop_id).outerjoin(member, mine))
            .where(order.c.id == order_id if order_id is not None else order.c.number == number.upper())
        )
    ).first()
    if found is None:
        return None
    held = roles_of(found.my_role, viewer, found.customer_id, holds_link=by_link == found.id)
    if side:
        held = held & {CUSTOMER} if side == CUSTOMER else held - {CUSTOMER}
    if not held:
        return None
    lines = (await lines_of(connection, [found.id], words, held)).get(found.id, [])
    return OrderView(
        id=found.id,
        number=found.number,
        shop=shop_of(found),
        customer_id=found.customer_id,
        contact=OrderContact(
            name=words.customer(found.contact_name, found.customer_id),
            phone=found.contact_phone,
            email=found.contact_email,
            locale=found.contact_locale,
        ),
        status=found.status,
        status_text=words.say(STAGES[Stage(found.status)].text),
        tone=STAGES[Stage(found.status)].tone,
        step=step_of(Stage(found.status)),
        created_at=found.created_at,
        total_price=Money.stored(found.total_amount, found.total_currency),
        agreed_price=agreed_price(found, lines),
        paid=paid_view(found, words, await payments_of(connection, found.id, words, whole=CUSTOMER not in held)),
        note=found.note,
        by_staff=found.by_staff,
        checkout_id=found.checkout_id,
        my_side=CUSTOMER if CUSTOMER in held else "shop",
        version=found.version,
        lines=lines,
        timeline=await _timeline(connection, found, lines, words),
        change_requests=await requests_of(connection, found.id, found.shop_zone, words),
    )


async def _timeline(connection: AsyncConnection, head: Any, lines: list[LineView], words: Words) -> list[EventView]:
    names = sa.select(event, person.c.name.label("actor_name")).outerjoin(person, person.c.id == event.c.actor_id)
    rows = await connection.execute(names.where(event.c.order_id == head.id).order_by(event.c.at, event.c.id))
    by_id = {one.id: one for one in lines}
    return [_event(row, by_id, head, words) for row in rows]


def _event(row: Any, lines: Mapping[UUID, LineView], head: Any, words: Words) -> EventView:
    about = lines.get(row.line_id)
    name = row.actor_name or ""
    if row.actor_kind == "guest":
        name = words.customer(head.contact_name, head.customer_id)
    version = row.facts.get("process_version", 1)
    said = words.verb(about.kind, version, row.verb, row.after, row.facts.get("stage", about.stage)) if about else ""
    if row.verb == CLOCK_CHANGED:
        said = words.say(_CLOCK)
    if about is None and row.after in PAID_STATES:
        said = words.paid(row.verb, row.facts)
    if about is None and row.verb == CHANGE:
        said = words.say(REQUESTS[row.after.removeprefix("change_")].text)
    return EventView(
        id=row.id,
        at=row.at,
        line_id=row.line_id,
        line_title=about.title if about else "",
        actor_kind=row.actor_kind,
        actor=name,
        verb=row.verb,
        text=said,
        before=row.before,
        after=row.after,
        note=row.note,
    )


async def order_by_link(connection: AsyncConnection, token: str, now: datetime) -> UUID | None:
    """Which order a guest's link opens, if it still opens one."""
    wanted = sa.select(link.c.order_id).where(
        link.c.digest == digest(token), link.c.revoked_at.is_(None), link.c.expires_at > now
    )
    found: UUID | None = (await connection.execute(wanted)).scalar_one_or_none()
    return found


def steps_of(stage: str, words: Words) -> list[Step]:
    """Pending → Accepted → In Progress → Completed, as far as it is; only one step for what was cancelled."""
    if stage == Stage.CANCELLED:
        return [Step(name=stage, text=words.say(STAGES[Stage.CANCELLED].text), state="current")]
    at = step_of(Stage(stage))
    return [
        Step(
            name=step,
            text=words.say(STAGES[step].text),
            state="done" if number < at else "current" if number == at else "to_come",
        )
        for number, step in enumerate(STEPS, 1)
    ]


def tracking_of(found: OrderView, words: Words) -> Tracking:
    """The same order as its way so far."""
    return Tracking(
        order_id=found.id,
        number=found.number,
        status=found.status,
        status_text=found.status_text,
        steps=steps_of(found.status, words),
        lines=[
            TrackedLine(
                line_id=line.id,
                title=line.title,
                status=line.status,
                status_text=line.status_text,
                stage=line.stage,
                steps=steps_of(line.stage, words),
                starts_at=line.starts_at,
                ends_at=line.ends_at,
            )
            for line in found.lines
        ],
        timeline=found.timeline,
    )


async def draft_of(connection: AsyncConnection, token: str, *, viewer: Actor, now: datetime) -> DraftView | None:
    """What a draft's token keeps; ``None`` once it was dropped, or where it is somebody else's. Two statements."""
    wanted = (
        sa.select(draft, *SHOP_COLUMNS)
        .join_from(draft, shop, shop.c.id == draft.c.shop_id)
        .where(draft.c.digest == digest(token), draft.c.dropped_at.is_(None))
    )
    found = (await connection.execute(wanted)).first()
    if found is None or (found.person_id is not None and found.person_id != viewer.person_id):
        return None
    rows = await connection.execute(
        sa.select(draft_line).where(draft_line.c.draft_id == found.id).order_by(draft_line.c.position)
    )
    lines = [_draft_line(row) for row in rows]
    return DraftView(
        id=found.id,
        shop=shop_of(found),
        until=found.until,
        expired=found.until <= now,
        by_staff=found.by_staff,
        back=found.back,
        total_price=sum((one.total_price for one in lines[1:]), lines[0].total_price),
        lines=lines,
        order_id=found.order_id,
    )


def _draft_line(row: Any) -> DraftLine:
    kept = row.promise
    unit = Money.stored(kept["unit"], kept["currency"])
    return DraftLine(
        id=row.id,
        kind=row.kind,
        listing_id=row.listing_id,
        title=kept["title"],
        quantity=row.quantity,
        unit_price=unit,
        total_price=unit * row.quantity,
        due_now=Money.stored(kept["due_now"], kept["currency"]) if kept["due_now"] is not None else None,
        parts=parts_view(kept["parts"]),
        facts=kept["facts"],
        options=row.options,
        choice=row.choice,
        starts_at=datetime.fromisoformat(kept["starts_at"]) if kept["starts_at"] else None,
        ends_at=datetime.fromisoformat(kept["ends_at"]) if kept["ends_at"] else None,
        policy=kept["policy"],
    )
