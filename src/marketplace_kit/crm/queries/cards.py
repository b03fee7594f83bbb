"""One client's card, and whose order something was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import attrs
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.accounts.tables import person_table as person
from marketplace_kit.crm.queries.figures import figures_by_client, figures_view, group_of, member, whole
from marketplace_kit.crm.queries.lists import MODES, parted, phone_for
from marketplace_kit.crm.schemas import ClientCard, FollowUp, MergedView, NoteView, OfOrder
from marketplace_kit.crm.tables import client_order_table as link
from marketplace_kit.crm.tables import client_table as client
from marketplace_kit.crm.tables import merge_table as merge
from marketplace_kit.crm.tables import note_table as note
from marketplace_kit.crm.tables import tag_table as tag
from marketplace_kit.listings.queries.titles import TITLE, title_in
from marketplace_kit.listings.tables import listing_table as listing
from marketplace_kit.orders.tables import order_table as order
from marketplace_kit.scheduling.tables import appointment_table as appointment
from marketplace_kit.scheduling.tables import booking_mark_table as mark
from marketplace_kit.scheduling.tables import resource_table as resource
from marketplace_kit.shops.tables import member_table as works

_MOST_SERVICES = 300


@attrs.frozen(kw_only=True)
class Counting:
    """How figures are made: at which time, in which currency, after how many days somebody is lost."""

    now: datetime
    currency: str
    lost_days: int


async def roles_at(connection: AsyncConnection, shop_id: UUID, person_id: UUID | None) -> frozenset[str]:
    """What somebody is in a shop."""
    if person_id is None:
        return frozenset()
    wanted = sa.select(works.c.role).where(works.c.shop_id == shop_id, works.c.person_id == person_id)
    return frozenset((await connection.execute(wanted)).scalars())


async def shop_of(connection: AsyncConnection, client_id: UUID) -> tuple[UUID, UUID] | None:
    """The shop of a card that is still kept, and the card that it counts as."""
    wanted = sa.select(client.c.shop_id, sa.func.coalesce(client.c.merged_into_id, client.c.id).label("whole"))
    wanted = wanted.where(client.c.id == client_id, client.c.deleted_at.is_(None))
    row = (await connection.execute(wanted)).first()
    return (row.shop_id, row.whole) if row else None


async def card_of(
    connection: AsyncConnection, client_id: UUID, counting: Counting, *, contacts: bool
) -> ClientCard | None:
    """All that the shop knows; without ``contacts`` phones are masked and mail addresses left out. Seven statements."""
    wanted = (
        sa.select(client, resource.c.name.label("staff_name"), person.c.name.label("follow_up_name"))
        .outerjoin(resource, resource.c.id == client.c.staff_id)
        .outerjoin(person, person.c.id == client.c.follow_up_by)
    )
    row = (await connection.execute(wanted.where(client.c.id == client_id, client.c.deleted_at.is_(None)))).first()
    if row is None or row.merged_into_id is not None:
        return None
    figures = await figures_by_client(connection, [client_id], counting.now, counting.currency, counting.lost_days)
    mode, reason = await _mark(connection, row.shop_id, client_id)
    return ClientCard(
        id=row.id,
        shop_id=row.shop_id,
        person_id=row.person_id,
        name=row.name,
        phone=phone_for(row.phone, contacts),
        email=(row.email or "") if contacts else "",
        contacts=contacts,
        locale=row.locale,
        channel=row.channel,
        birthday=row.birthday,
        staff_id=row.staff_id,
        staff_name=row.staff_name or "",
        source=row.source,
        first_seen_at=row.first_seen_at,
        last_seen_at=row.last_seen_at,
        mark=mode,
        mark_reason=reason,
        tags=await _tags(connection, client_id),
        notes=await notes_of(connection, client_id),
        merged=await _merged(connection, client_id, contacts),
        figures=figures_view(figures[client_id], counting.currency),
        version=row.version,
        again=await _last_appointment(connection, client_id),
        preferences=row.preferences,
        follow_up=_follow_up(row),
    )


def _follow_up(row: Any) -> FollowUp | None:
    if row.follow_up_on is None:
        return None
    return FollowUp(
        day=row.follow_up_on,
        what=row.follow_up_what,
        by=row.follow_up_name or "",
        told=row.follow_up_told_at is not None,
    )


async def _tags(connection: AsyncConnection, client_id: UUID) -> list[str]:
    wanted = sa.select(tag.c.tag).select_from(tag.join(member, member.c.id == tag.c.client_id))
    found = (await connection.execute(wanted.where(group_of(client_id)))).scalars()
    return parted("\n".join(found))


async def _mark(connection: AsyncConnection, shop_id: UUID, client_id: UUID) -> tuple[str, str]:
    same = sa.or_(mark.c.phone == member.c.phone, mark.c.person_id == member.c.person_id)
    wanted = sa.select(mark.c.mode, mark.c.reason).select_from(mark.join(member, same))
    rows = (await connection.execute(wanted.where(mark.c.shop_id == shop_id, group_of(client_id)))).all()
    found = max(rows, key=lambda row: MODES.index(row.mode), default=None)
    return (found.mode, found.reason) if found else ("", "")


async def notes_of(connection: AsyncConnection, client_id: UUID) -> list[NoteView]:
    """Those that count by now, newest first, each with what it took the place of."""
    wanted = (
        sa.select(note, person.c.name.label("by_name"))
        .select_from(note.join(member, member.c.id == note.c.client_id).outerjoin(person, person.c.id == note.c.by_id))
        .where(group_of(client_id))
        .order_by(note.c.at.desc(), note.c.id.desc())
    )
    return _latest((await connection.execute(wanted)).all())


def _latest(rows: Sequence[Any]) -> list[NoteView]:
    by_id = {row.id: row for row in rows}
    replaced = {row.corrects_id for row in rows}
    found = []
    for row in rows:
        if row.id in replaced:
            continue
        earlier, before = [], by_id.get(row.corrects_id)
        while before is not None:
            earlier.append(before.text)
            before = by_id.get(before.corrects_id)
        found.append(
            NoteView(
                id=row.id,
                created_at=row.at,
                created_by=row.by_id,
                by=row.by_name or "",
                content=row.text,
                visibility=row.visibility,
                corrected=bool(earlier),
                earlier=earlier,
            )
        )
    return found


async def _merged(connection: AsyncConnection, client_id: UUID, contacts: bool) -> list[MergedView]:
    wanted = (
        sa.select(merge.c.id, merge.c.from_id, merge.c.at, member.c.name, member.c.phone, member.c.email)
        .add_columns(person.c.name.label("by_name"))
        .select_from(merge.join(member, member.c.id == merge.c.from_id).outerjoin(person, person.c.id == merge.c.by_id))
        .where(merge.c.into_id == client_id, merge.c.undone_at.is_(None))
        .order_by(merge.c.at.desc(), merge.c.id.desc())
    )
    return [
        MergedView(
            merge_id=row.id,
            client_id=row.from_id,
            name=row.name,
            phone=phone_for(row.phone, contacts),
            email=(row.email or "") if contacts else "",
            at=row.at,
            by=row.by_name or "",
        )
        for row in await connection.execute(wanted)
    ]


async def _last_appointment(connection: AsyncConnection, client_id: UUID) -> UUID | None:
    """The last appointment that there was, to book one like it."""
    wanted = (
        sa.select(appointment.c.id)
        .select_from(
            member.join(link, link.c.client_id == member.c.id).join(
                appointment, appointment.c.order_id == link.c.order_id
            )
        )
        .where(group_of(client_id))
        .order_by(appointment.c.starts_s.desc(), appointment.c.id.desc())
        .limit(1)
    )
    found: UUID | None = (await connection.execute(wanted)).scalar_one_or_none()
    return found


async def staff_of_shop(connection: AsyncConnection, shop_id: UUID) -> list[tuple[int, str]]:
    """Those who serve clients there: whom somebody can like best."""
    r = resource.c
    wanted = sa.select(r.id, r.name).where(r.shop_id == shop_id, r.kind == "staff", r.active).order_by(r.name, r.id)
    return [(row.id, row.name) for row in await connection.execute(wanted)]


async def services_of_shop(connection: AsyncConnection, shop_id: UUID, locale: str = "") -> list[tuple[UUID, str]]:
    """What clients had there or can have: by name."""
    offered = sa.select(listing.c.id, *TITLE).where(listing.c.shop_id == shop_id, listing.c.title != "")
    rows = await connection.execute(offered.order_by(listing.c.title, listing.c.id).limit(_MOST_SERVICES))
    named = [(row.id, title_in(row, locale)) for row in rows]
    return sorted(named, key=lambda one: (one[1].casefold(), one[0]))


async def whose_order(connection: AsyncConnection, order_id: UUID, counting: Counting) -> OfOrder | None:
    """An order and its client, if it has one: what the panel on the order's page shows. Five statements at most."""
    head = (
        sa.select(order.c.shop_id, order.c.contact_name, whole.label("client_id"))
        .select_from(
            order.outerjoin(link, link.c.order_id == order.c.id).outerjoin(member, member.c.id == link.c.client_id)
        )
        .where(order.c.id == order_id)
    )
    row = (await connection.execute(head)).first()
    if row is None:
        return None
    kept = sa.select(client.c.name).where(client.c.id == row.client_id, client.c.deleted_at.is_(None))
    name = (await connection.execute(kept)).scalar_one_or_none() if row.client_id else None
    if name is None:
        return OfOrder(order_id=order_id, shop_id=row.shop_id, id=None, name=row.contact_name)
    ids = [row.client_id]
    figures = await figures_by_client(connection, ids, counting.now, counting.currency, counting.lost_days)
    notes = await notes_of(connection, row.client_id)
    mode, _ = await _mark(connection, row.shop_id, row.client_id)
    return OfOrder(
        order_id=order_id,
        shop_id=row.shop_id,
        id=row.client_id,
        name=name,
        tags=await _tags(connection, row.client_id),
        visits=figures[row.client_id].visits,
        missed=figures[row.client_id].missed,
        note=notes[0].content if notes else "",
        mark=mode,
    )
