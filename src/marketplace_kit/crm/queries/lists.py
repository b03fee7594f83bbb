"""A shop's clients: those first who were there last, by keyset. Two statements a page, whatever is asked for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import attrs
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.accounts.domain import folded, shown_phone
from marketplace_kit.crm.domain import STATES, coming_days, digits_of, masked_phone, tag_key
from marketplace_kit.crm.queries.figures import figures_by_client, group_of, in_state, member, missed_some
from marketplace_kit.crm.queries.narrowing import had_so
from marketplace_kit.crm.schemas import ClientRow
from marketplace_kit.crm.tables import client_table as client
from marketplace_kit.crm.tables import tag_table as tag
from marketplace_kit.kernel.money import Money
from marketplace_kit.scheduling.tables import booking_mark_table as mark
from marketplace_kit.web.paging import Page, decode_cursor, encode_cursor

MODES = ("", "allow", "prepay_only", "block")
"""How somebody may book online, the strictest last; nobody said anything first."""
_PART = "\n"
_MOST_TAGS = 60


@attrs.frozen(kw_only=True)
class Wanted:
    """Which clients. ``text`` is the beginning of any of their names, at least four digits of a phone, or a tag;
    ``today`` is the shop's date. With ``contacts`` the reader sees phones, and may search by them. ``staff`` served
    them, ``service`` they had, ``spent_from`` (minor units) is what completed lines came to at least; their last visit
    lies within ``seen_since`` and ``seen_until``, both counted. ``follow_up``: somebody is to think of them by today.
    """

    shop_id: UUID
    now: datetime
    today: date
    currency: str
    lost_days: int = 60
    contacts: bool = False
    text: str = ""
    tag: str = ""
    state: str = ""
    missed: bool = False
    blocked: bool = False
    birthday: bool = False
    without: UUID | None = None
    follow_up: bool = False
    staff: int | None = None
    service: UUID | None = None
    spent_from: int | None = None
    seen_since: date | None = None
    seen_until: date | None = None

    def clauses(self) -> list[sa.ColumnElement[bool]]:
        found: list[sa.ColumnElement[bool]] = []
        if self.text.strip():
            found.append(self._said())
        if self.tag:
            found.append(_tagged(tag_key(self.tag)))
        if self.state in STATES:
            found.append(in_state(self.shop_id, self.state, self.now, self.lost_days))
        if self.missed:
            found.append(missed_some(self.shop_id))
        if self.blocked:
            found.append(sa.cast(_mode(), sa.Integer) > MODES.index("allow"))
        if self.birthday:
            found.append(client.c.birth_md.in_(coming_days(self.today)))
        if self.follow_up:
            found.append(client.c.follow_up_on <= self.today)
        found += had_so(
            self.shop_id,
            self.currency,
            staff=self.staff,
            service=self.service,
            spent_from=self.spent_from,
            seen_since=self.seen_since,
            seen_until=self.seen_until,
        )
        if self.without is not None:
            found.append(client.c.id != self.without)
        return found

    def _said(self) -> sa.ColumnElement[bool]:
        """A merged card is found by its own name and phone, and leads to the one that counts."""
        digits = digits_of(self.text)
        if digits:
            how: sa.ColumnElement[bool] = member.c.phone.contains(digits) if self.contacts else sa.false()
        else:
            begins = folded(self.text)
            how = sa.or_(
                member.c.name_folded.startswith(begins, autoescape=True),
                member.c.name_folded.contains(f" {begins}", autoescape=True),
            )
        mine = sa.select(sa.func.coalesce(member.c.merged_into_id, member.c.id)).where(
            member.c.shop_id == self.shop_id, how
        )
        return sa.or_(client.c.id.in_(mine), _tagged(tag_key(self.text)))


def _tagged(key: str) -> sa.ColumnElement[bool]:
    has = sa.exists().select_from(tag.join(member, member.c.id == tag.c.client_id))
    return has.where(group_of(client.c.id), tag.c.key == key).correlate(client)


def _mode() -> sa.ScalarSelect[Any]:
    """The strictest of what was said about the card's phones and its person, as a place in :data:`MODES`."""
    strict = sa.case(*((mark.c.mode == mode, place) for place, mode in enumerate(MODES) if mode), else_=0)
    same = sa.or_(mark.c.phone == member.c.phone, mark.c.person_id == member.c.person_id)
    said = sa.select(sa.func.coalesce(sa.func.max(strict), 0)).select_from(
        mark.join(member, sa.and_(mark.c.shop_id == member.c.shop_id, same))
    )
    return said.where(group_of(client.c.id)).correlate(client).scalar_subquery()


def _tags() -> sa.ScalarSelect[Any]:
    said = sa.select(sa.func.aggregate_strings(tag.c.tag, _PART))
    said = said.select_from(tag.join(member, member.c.id == tag.c.client_id))
    return said.where(group_of(client.c.id)).correlate(client).scalar_subquery()


_ROWS = sa.select(
    client.c.id,
    client.c.shop_id,
    client.c.name,
    client.c.phone,
    client.c.email,
    client.c.first_seen_at,
    client.c.last_seen_at,
    _tags().label("tags"),
    _mode().label("mode"),
).where(client.c.merged_into_id.is_(None), client.c.deleted_at.is_(None))


async def clients_of(
    connection: AsyncConnection, wanted: Wanted, *, cursor: str | None = None, limit: int = 20
) -> Page[ClientRow]:
    """A page of a shop's clients. Two statements."""
    c = client.c
    statement = _ROWS.where(c.shop_id == wanted.shop_id, *wanted.clauses())
    if cursor:
        at, last = decode_cursor(cursor, tuple[datetime, UUID])
        statement = statement.where(sa.or_(c.last_seen_at < at, sa.and_(c.last_seen_at == at, c.id < last)))
    statement = statement.order_by(c.last_seen_at.desc(), c.id.desc()).limit(limit + 1)
    rows = (await connection.execute(statement)).all()
    items = await _shown(connection, rows[:limit], wanted)
    more = encode_cursor(rows[limit - 1].last_seen_at, rows[limit - 1].id) if len(rows) > limit else None
    return Page(items=items, next=more)


async def _shown(connection: AsyncConnection, rows: Sequence[Any], wanted: Wanted) -> list[ClientRow]:
    if not rows:
        return []
    ids = [row.id for row in rows]
    figures = await figures_by_client(connection, ids, wanted.now, wanted.currency, wanted.lost_days)
    found = []
    for row in rows:
        known = figures[row.id]
        found.append(
            ClientRow(
                id=row.id,
                shop_id=row.shop_id,
                name=row.name,
                phone=phone_for(row.phone, wanted.contacts),
                email=(row.email or "") if wanted.contacts else "",
                tags=parted(row.tags),
                mark=MODES[row.mode],
                state=known.state,
                visits=known.visits,
                missed=known.missed,
                spent=Money.stored(known.spent, wanted.currency),
                last_visit=known.last_visit,
                next_visit=known.next_visit,
                first_seen_at=row.first_seen_at,
                last_seen_at=row.last_seen_at,
            )
        )
    return found


def phone_for(phone: str | None, contacts: bool) -> str:
    """Whole in E.164 for those who may see it, else masked."""
    if not phone:
        return ""
    return phone if contacts else masked_phone(phone)


def readable(phone: str) -> str:
    """A phone as people read it; one that is masked stays as it is."""
    return shown_phone(phone) if phone.startswith("+") and "…" not in phone else phone


def parted(tags: str | None) -> list[str]:
    return sorted(set(tags.split(_PART)), key=folded) if tags else []


async def all_clients(connection: AsyncConnection, wanted: Wanted) -> AsyncIterator[list[ClientRow]]:
    """Every client that fits, a hundred at a time."""
    cursor: str | None = None
    while True:
        found = await clients_of(connection, wanted, cursor=cursor, limit=100)
        yield found.items
        cursor = found.next
        if cursor is None:
            return


async def tags_of_shop(connection: AsyncConnection, shop_id: UUID) -> list[str]:
    """The tags that a shop uses, the most used first."""
    used = (
        sa.select(sa.func.min(tag.c.tag).label("tag"), sa.func.count().label("number"))
        .select_from(tag.join(member, member.c.id == tag.c.client_id))
        .where(member.c.shop_id == shop_id)
        .group_by(tag.c.key)
        .order_by(sa.desc("number"), tag.c.key)
        .limit(_MOST_TAGS)
    )
    return [row.tag for row in await connection.execute(used)]
