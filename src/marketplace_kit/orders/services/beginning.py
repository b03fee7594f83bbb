"""Before an order: what somebody is about to order is kept for them for a few minutes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

import attrs
import sqlalchemy as sa

from marketplace_kit.kernel.errors import Forbidden, Invalid, Missing
from marketplace_kit.kernel.fields import Form, parse, raw_of
from marketplace_kit.kernel.hooks import Actor, Customer, LineKind, Promise, Wish
from marketplace_kit.kernel.ids import digest, new_id, secret_token
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.listings.domain import Listing
from marketplace_kit.listings.queries import active_kinds
from marketplace_kit.listings.services import access_public
from marketplace_kit.orders.domain import (
    DRAFT_KEPT,
    GRACE,
    MOST_DRAFTS,
    MOST_LINES,
    DraftGone,
    KindAway,
    NotOffered,
    SeveralShops,
    TooManyHolds,
    TooManyLines,
)
from marketplace_kit.orders.queries import active_line_kinds
from marketplace_kit.orders.schemas import OrderSettings, Wished, promise_raw
from marketplace_kit.orders.tables import draft_line_table as draft_line
from marketplace_kit.orders.tables import draft_table as draft
from marketplace_kit.orders.tables import line_table
from marketplace_kit.shops.services import agreed_with, roles_in, shop_of

Source = Literal["form", "json"]


async def begin(
    uow: UnitOfWork,
    wanted: Sequence[Wished],
    *,
    by: Actor,
    source: Source = "json",
    visitor: str = "",
    back: str = "",
    by_staff: bool = False,
) -> str:
    """Keep what is wanted for somebody who is about to order it; answers the draft's secret token.

    Refuses :class:`Missing` for listings that are not there, :class:`NotOffered`, :class:`SeveralShops`,
    :class:`TaxIdRequired`, :class:`TooManyHolds`, :class:`Invalid` for a choice that does not fit, and whatever the
    kinds cannot promise.
    Choosing anew of the same listing lets go of what the same visitor had kept of it.
    """
    listings = {one.listing_id: await access_public(uow, one.listing_id) for one in wanted}
    shop_id = _one_shop(listings.values())
    if by_staff and not await roles_in(uow, shop_id, by=by):
        raise Forbidden
    if not by_staff:
        agreed_with(await shop_of(uow, shop_id))
    draft_id, customer = new_id(), _customer(by, by_staff)
    wishes = [
        wish
        for one in wanted
        for wish in wishes_of(uow.site, listings[one.listing_id], one, draft_id, customer, by, by_staff, source)
    ]
    if len(wishes) > MOST_LINES:
        raise TooManyLines(most=MOST_LINES)
    await _make_room(uow, by, visitor, frozenset(listings))
    until = uow.at + timedelta(minutes=uow.site.settings.of(OrderSettings).hold_minutes)
    promises = await hold(uow, wishes, until)
    token = secret_token()
    head = {
        "id": draft_id,
        "digest": digest(token),
        "shop_id": shop_id,
        "person_id": by.person_id,
        "visitor": _visitor(visitor),
        "by_staff": by_staff,
        "back": back[:500],
        "created_at": uow.at,
        "until": until,
    }
    await uow.session.execute(sa.insert(draft).values(head))
    rows = [
        {
            "id": wish.line_id,
            "draft_id": draft_id,
            "position": position,
            "kind": wish.kind,
            "listing_id": wish.listing_id,
            "quantity": wish.quantity,
            "options": {name: list(values) for name, values in wish.options.items()},
            "choice": raw_of(wish.choice),
            "promise": promise_raw(promises[wish.line_id]),
        }
        for position, wish in enumerate(wishes, 1)
    ]
    await uow.session.execute(sa.insert(draft_line), rows)
    return token


def _one_shop(listings: Any) -> UUID:
    shops = {listing.shop_id for listing in listings}
    if not shops:
        raise Missing
    if len(shops) > 1:
        raise SeveralShops
    found: UUID = shops.pop()
    return found


def _customer(by: Actor, by_staff: bool) -> Customer:
    """Whom it is for as far as is known before anybody filled in a form."""
    if by_staff:
        return Customer(locale=by.locale)
    return Customer(person_id=by.person_id, name=by.name, locale=by.locale)


def _visitor(visitor: str) -> str:
    return digest(visitor) if visitor else ""


def line_kind(site: Site, listing: Listing) -> LineKind:
    """The kind of line by which a listing is ordered. Refuses :class:`NotOffered`."""
    declared = active_kinds(site).get(listing.kind)
    kind = active_line_kinds(site).get(declared.line) if declared and declared.line else None
    if kind is None:
        raise NotOffered
    return kind


def wishes_of(
    site: Site,
    listing: Listing,
    one: Wished,
    order_id: UUID,
    customer: Customer,
    by: Actor,
    by_staff: bool,
    source: Source,
) -> list[Wish]:
    """What is asked for as wishes: one, or one for each value of the field by which the kind tells lines apart."""
    kind = line_kind(site, listing)
    return [
        Wish(
            line_id=new_id(),
            order_id=order_id,
            shop_id=listing.shop_id,
            kind=kind.name,
            listing_id=listing.id,
            quantity=one.quantity,
            choice=read_choice(kind, raw, source),
            options={name: tuple(values) for name, values in one.options.items()},
            customer=customer,
            by=by,
            by_staff=by_staff,
        )
        for raw in _choices(kind, one.choice)
    ]


def _choices(kind: LineKind, choice: Mapping[str, Any]) -> list[dict[str, Any]]:
    values = choice.get(kind.one_line_per) if kind.one_line_per else None
    if not isinstance(values, list) or not values:
        return [dict(choice)]
    distinct = list(dict.fromkeys(v for v in values if isinstance(v, str | int)))
    return [{**choice, kind.one_line_per: value} for value in distinct]


def read_choice(kind: LineKind, raw: Mapping[str, Any], source: Source = "json") -> Form:
    """The kind's own form. Refuses :class:`Invalid` under ``choice``."""
    try:
        return parse(kind.choice, raw, source)
    except Invalid as wrong:
        raise wrong.under("choice") from wrong


async def _make_room(uow: UnitOfWork, by: Actor, visitor: str, listings: frozenset[UUID]) -> None:
    """Who chooses anew gives back what they had kept of the same; beyond that a visitor keeps so much at a time."""
    whose = []
    if by.person_id is not None:
        whose.append(draft.c.person_id == by.person_id)
    if visitor:
        whose.append(draft.c.visitor == _visitor(visitor))
    if not whose:
        return
    alive = sa.and_(sa.or_(*whose), draft.c.order_id.is_(None), draft.c.dropped_at.is_(None), draft.c.until > uow.at)
    rows = (
        await uow.session.execute(
            sa.select(draft.c.id, draft.c.by_staff, draft_line.c.listing_id)
            .join_from(draft, draft_line)
            .where(alive)
            .order_by(draft.c.id)
        )
    ).all()
    same = {row.id for row in rows if row.listing_id in listings}
    for draft_id in sorted(same):
        await _drop(uow, draft_id)
    if len({row.id for row in rows if not row.by_staff} - same) >= MOST_DRAFTS:
        raise TooManyHolds(most=MOST_DRAFTS)


def by_kind(wishes: Sequence[Wish]) -> dict[str, list[Wish]]:
    """All lines of one kind together: a kind promises all of them or none."""
    found: dict[str, list[Wish]] = {}
    for wish in wishes:
        found.setdefault(wish.kind, []).append(wish)
    return dict(sorted(found.items()))


async def hold(uow: UnitOfWork, wishes: Sequence[Wish], until: Any) -> dict[UUID, Promise]:
    """Ask each kind to keep its share; the promises by line."""
    kinds = active_line_kinds(uow.site)
    found: dict[UUID, Promise] = {}
    for name, share in by_kind(wishes).items():
        promises = await kinds[name].capacity.hold(uow, share, until)
        found |= {wish.line_id: promise for wish, promise in zip(share, promises, strict=True)}
    return found


@attrs.frozen(kw_only=True)
class Held:
    """A draft that was found, locked until the unit ends."""

    id: UUID
    shop_id: UUID
    person_id: UUID | None
    by_staff: bool
    until: Any
    order_id: UUID | None
    lines: tuple[Any, ...]

    def wishes(self, site: Site, customer: Customer, by: Actor) -> list[Wish]:
        """What its lines ask for. Refuses :class:`KindAway` when a plugin was switched off meanwhile."""
        kinds = active_line_kinds(site)
        if any(row.kind not in kinds for row in self.lines):
            raise KindAway
        return [
            Wish(
                line_id=row.id,
                order_id=self.id,
                shop_id=self.shop_id,
                kind=row.kind,
                listing_id=row.listing_id,
                quantity=row.quantity,
                choice=read_choice(kinds[row.kind], row.choice),
                options={name: tuple(values) for name, values in row.options.items()},
                customer=customer,
                by=by,
                by_staff=self.by_staff,
            )
            for row in self.lines
        ]

    @property
    def shown_total(self) -> int:
        return sum(row.promise["unit"] * row.quantity for row in self.lines)


async def held_draft(uow: UnitOfWork, token: str, *, by: Actor) -> Held:
    """The draft of a token, for its owner. Refuses :class:`DraftGone`."""
    wanted = sa.select(draft).where(draft.c.digest == digest(token), draft.c.dropped_at.is_(None)).with_for_update()
    found = (await uow.session.execute(wanted)).first()
    if found is None or (found.person_id is not None and found.person_id != by.person_id):
        raise DraftGone
    rows = sa.select(draft_line).where(draft_line.c.draft_id == found.id).order_by(draft_line.c.position)
    return Held(
        id=found.id,
        shop_id=found.shop_id,
        person_id=found.person_id,
        by_staff=found.by_staff,
        until=found.until,
        order_id=found.order_id,
        lines=tuple((await uow.session.execute(rows)).all()),
    )


async def renew(uow: UnitOfWork, token: str, *, by: Actor) -> None:
    """Keep it once more, at what it costs now. Refuses :class:`DraftGone`, and what cannot be promised any more."""
    held = await held_draft(uow, token, by=by)
    if held.order_id is not None:
        return
    until = uow.at + timedelta(minutes=uow.site.settings.of(OrderSettings).hold_minutes)
    promises = await hold(uow, held.wishes(uow.site, _customer(by, held.by_staff), by), until)
    await uow.session.execute(sa.update(draft).where(draft.c.id == held.id).values(until=until, swept_at=None))
    for line_id, promise in promises.items():
        changed = sa.update(draft_line).where(draft_line.c.id == line_id).values(promise=promise_raw(promise))
        await uow.session.execute(changed)


async def drop(uow: UnitOfWork, token: str, *, by: Actor) -> None:
    """Let go of what was kept. Refuses :class:`DraftGone`; what was ordered already stays ordered."""
    held = await held_draft(uow, token, by=by)
    if held.order_id is None:
        await _drop(uow, held.id)


async def _drop(uow: UnitOfWork, draft_id: UUID) -> None:
    """Once, however often it is asked for: the mark and the letting go are one transaction."""
    marked = sa.update(draft).where(draft.c.id == draft_id, draft.c.dropped_at.is_(None), draft.c.order_id.is_(None))
    if (await uow.session.execute(marked.values(dropped_at=uow.at).returning(draft.c.id))).first() is not None:
        await _let_go(uow, draft_id)


async def sweep_drafts(uow: UnitOfWork) -> int:
    """Let go of what nobody ordered in time, and forget drafts a day after. A swept draft stays to be looked at: its
    page leads back to where it was chosen.
    """
    open_ones = sa.and_(draft.c.dropped_at.is_(None), draft.c.order_id.is_(None), draft.c.swept_at.is_(None))
    late = sa.and_(open_ones, draft.c.until <= uow.at - GRACE)
    marked = sa.update(draft).where(late).values(swept_at=uow.at).returning(draft.c.id)
    swept = sorted((await uow.session.execute(marked)).scalars())
    for draft_id in swept:
        await _let_go(uow, draft_id)
    await uow.session.execute(sa.delete(draft).where(draft.c.until <= uow.at - DRAFT_KEPT))
    return len(swept)


async def _let_go(uow: UnitOfWork, draft_id: UUID) -> None:
    rows = await uow.session.execute(
        sa.select(draft_line.c.id, draft_line.c.kind).where(draft_line.c.draft_id == draft_id)
    )
    lines: dict[str, list[UUID]] = {}
    for line_id, kind in rows:
        lines.setdefault(kind, []).append(line_id)
    kinds = active_line_kinds(uow.site)
    for kind, ids in sorted(lines.items()):
        if kind in kinds:
            await kinds[kind].capacity.drop(uow, ids)


async def wished_again(uow: UnitOfWork, order_id: UUID) -> list[Wished]:
    """What an order's lines had asked for, to ask for it once more. What is not offered any more is left out; refuses
    :class:`NotOffered` if nothing is left.
    """
    rows = await uow.session.execute(
        sa.select(line_table).where(line_table.c.order_id == order_id).order_by(line_table.c.position)
    )
    found = []
    for row in rows:
        try:
            line_kind(uow.site, await access_public(uow, row.listing_id))
        except (Missing, NotOffered):
            continue
        choice = {name: value for name, value in row.choice.items() if value is not None}
        found.append(Wished(listing_id=row.listing_id, quantity=row.quantity, options=row.options, choice=choice))
    if not found:
        raise NotOffered
    return found


async def begin_again(uow: UnitOfWork, order_id: UUID, *, by: Actor, visitor: str = "", back: str = "") -> str:
    """A new draft of the same wishes. Refuses as :func:`begin` does: a time that is over is not given again."""
    return await begin(uow, await wished_again(uow, order_id), by=by, visitor=visitor, back=back)
