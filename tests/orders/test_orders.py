"""Placing orders, and what becomes of their lines."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from marketplace_kit.kernel.errors import DomainError, Missing
from marketplace_kit.kernel.fields import NoFields
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.process import InvalidTransition
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.listings.schemas import Offer
from marketplace_kit.listings.services import ensure_listing
from marketplace_kit.orders import queries, services
from marketplace_kit.orders.domain import (
    DraftGone,
    HoldExpired,
    PriceChanged,
    TooManyHolds,
    VersionConflict,
)
from marketplace_kit.orders.schemas import MemberDetails, Wished
from marketplace_kit.orders.services.acting import THE_SYSTEM
from marketplace_kit.orders.tables import event_table, line_table, order_table
from marketplace_kit.shops.domain import ConsentRequired
from marketplace_kit.testing.lines import REPAIR, PlaceTaken
from tests.orders.street import Street, someone

pytestmark = pytest.mark.anyio
AGREED = MemberDetails(consent=True)


async def kept(street: Street, *things: str, hour: int = 10, visitor: str = "") -> str:
    wanted = [street.wish(thing, hour) for thing in things or ("bicycle",)]
    return await street.site.do(services.begin, wanted, by=street.customer, visitor=visitor)


async def test_what_was_kept_is_ordered_with_its_price_policy_and_first_row(street: Street) -> None:
    token = await kept(street)
    placed = await street.site.do(services.place, token, AGREED, by=street.customer)
    order = await street.view(placed)
    assert (order.status, order.total_price.amount, len(order.number)) == ("pending", 500_000, 8)
    (line,) = order.lines
    assert (line.policy, line.parts[0].text) == ("Free to cancel until it is begun.", "Work")
    assert [(e.verb, e.actor_kind, e.actor) for e in order.timeline] == [("place", "customer", "customer")]


async def test_placing_twice_makes_one_order(street: Street) -> None:
    token = await kept(street)
    twice = [street.site.do(services.place, token, AGREED, by=street.customer) for _ in range(2)]
    first, second = await asyncio.gather(*twice)
    assert first.order_id == second.order_id
    assert {first.again, second.again} == {True, False}


async def test_without_consent_there_is_no_order(street: Street) -> None:
    token = await kept(street)
    with pytest.raises(ConsentRequired):
        await street.site.do(services.place, token, MemberDetails(), by=street.customer)


async def test_each_thing_is_a_line_of_its_own(street: Street) -> None:
    several = Wished(listing_id=street.listing, choice={"thing": ["bicycle", "sledge"], "hour": 10})
    token = await street.site.do(services.begin, [several], by=street.customer)
    placed = await street.site.do(services.place, token, AGREED, by=street.customer)
    assert [line.facts["thing"] for line in (await street.view(placed)).lines] == ["bicycle", "sledge"]


async def test_another_price_than_was_shown_is_not_taken_in_silence(street: Street) -> None:
    token = await kept(street)
    street.workshop.capacity.price = 600_000
    with pytest.raises(PriceChanged) as refused:
        await street.site.do(services.place, token, AGREED, by=street.customer)
    assert (refused.value.facts["before"], refused.value.facts["after"]) == (500_000, 600_000)
    await street.site.do(services.renew, token, by=street.customer)
    placed = await street.site.do(services.place, token, AGREED, by=street.customer)
    assert (await street.view(placed)).total_price.amount == 600_000


async def test_a_hold_that_is_over_is_honoured_while_it_is_free_and_refused_when_not(street: Street) -> None:
    first = await street.site.do(services.begin, [street.wish(hour=9)], by=Actor())
    second = await kept(street, "sledge", hour=11)
    street.clock.advance(timedelta(minutes=12))
    await street.site.do(services.sweep_drafts)
    assert street.workshop.capacity.taken == {}
    assert (await street.site.do(services.place, first, AGREED, by=street.customer)).number
    street.workshop.capacity.places = 0
    with pytest.raises(HoldExpired):
        await street.site.do(services.place, second, AGREED, by=street.customer)


async def test_choosing_anew_gives_back_what_was_kept_before(street: Street) -> None:
    for hour in (9, 10, 11, 12, 13):
        await kept(street, hour=hour, visitor="v")
    assert list(street.workshop.capacity.taken.values()) == [13]


async def test_a_visitor_keeps_three_things_at_a_time(street: Street) -> None:
    assert street.owner.person_id is not None
    for number in range(4):
        given: dict[str, Any] = {"shop_id": street.shop, "kind": REPAIR, "owner": street.owner.person_id}
        listing = await ensure_listing(
            street.site, offer=Offer(title=f"Repair {number}"), attributes=NoFields(), **given
        )
        wish = Wished(listing_id=listing, choice={"thing": "lamp", "hour": number})
        beginning = street.site.do(services.begin, [wish], by=Actor(), visitor="somebody")
        if number < 3:
            await beginning
    with pytest.raises(TooManyHolds):
        await beginning


async def test_a_draft_of_somebody_else_is_not_there(street: Street) -> None:
    token = await kept(street)
    other = await someone(street.site, "other")
    with pytest.raises(DraftGone):
        await street.site.do(services.place, token, AGREED, by=other)


async def test_a_draft_begun_by_a_stranger_is_there_after_signing_in(street: Street) -> None:
    token = await street.site.do(services.begin, [street.wish()], by=Actor())
    placed = await street.site.do(services.place, token, AGREED, by=street.customer)
    assert (await street.view(placed)).customer_id == street.customer.person_id


async def test_a_line_goes_its_way_and_the_order_with_it(street: Street) -> None:
    placed = await street.order("bicycle", "sledge")
    one, two = [line.id for line in (await street.view(placed)).lines]
    seen = []
    for line, verb in ((one, "confirm"), (two, "confirm"), (one, "start"), (one, "finish"), (two, "cancel")):
        acted = await street.site.do(services.act, line, verb, by=street.owner)
        seen.append(acted.order_status)
    assert seen == ["pending", "accepted", "in_progress", "in_progress", "completed"]
    order = await street.view(placed)
    assert order.total_price.amount == 500_000  # what was cancelled is not to be paid
    assert [e.verb for e in order.timeline] == ["place", "confirm", "confirm", "start", "finish", "cancel"]
    assert order.timeline[1].actor == "owner"


async def test_who_may_do_what_is_the_process_s_to_say(street: Street) -> None:
    placed = await street.order()
    line, stranger = await street.line(placed), await someone(street.site, "stranger")
    with pytest.raises(Missing):
        await street.site.do(services.act, line, "cancel", by=stranger)
    with pytest.raises(InvalidTransition) as refused:
        await street.site.do(services.act, line, "confirm", by=street.customer)
    assert refused.value.facts["allowed"] == ["cancel", "move"]
    with pytest.raises(InvalidTransition):
        await street.site.do(services.act, line, "expire", by=street.owner)


async def test_a_refusal_of_the_kind_leaves_everything_as_it_was(street: Street) -> None:
    placed = await street.order()
    street.workshop.capacity.refuse = PlaceTaken()
    before = await street.view(placed)
    with pytest.raises(PlaceTaken):
        await street.site.do(services.act, before.lines[0].id, "confirm", by=street.owner)
    assert await street.view(placed) == before


async def test_a_move_changes_times_and_facts_and_tells_why(street: Street) -> None:
    placed = await street.order()
    line = await street.line(placed)
    await street.site.do(services.act, line, "move", {"hour": 15}, by=street.customer)
    await street.site.do(services.act, line, "decline", {"reason": "We are closed"}, by=street.owner)
    order = await street.view(placed)
    told = order.lines[0].starts_at.isoformat()
    assert (order.lines[0].facts["hour"], told[11:]) == (15, "20:00:00+05:00"), "by the clock of the shop"
    assert (order.status, order.timeline[-1].note) == ("cancelled", "We are closed")


async def test_an_old_version_is_a_conflict(street: Street) -> None:
    placed = await street.order()
    line = (await street.view(placed)).lines[0]
    await street.site.do(services.act, line.id, "confirm", by=street.owner, version=line.version)
    with pytest.raises(VersionConflict):
        await street.site.do(services.act, line.id, "start", by=street.owner, version=line.version)


async def test_of_two_who_act_at_once_one_wins(street: Street) -> None:
    for number in range(6):
        placed = await street.order(hour=number)
        line = (await street.view(placed)).lines[0]
        both = (
            street.site.do(services.act, line.id, "confirm", by=street.owner, version=line.version),
            street.site.do(services.act, line.id, "cancel", by=street.customer, version=line.version),
        )
        outcomes = await asyncio.gather(*both, return_exceptions=True)
        refused = [o for o in outcomes if isinstance(o, DomainError)]
        assert [r.code for r in refused] in (["version_conflict"], ["invalid_transition"]), outcomes
        assert len((await street.view(placed)).timeline) == 2


async def test_control_who_looks_first_and_writes_later_lets_both_win(street: Street) -> None:
    """The same race without the lock and the version: what the test above would see if they were missing."""
    placed = await street.order()
    line = (await street.view(placed)).lines[0]
    looked = asyncio.Barrier(2)

    async def naive(state: str) -> int:
        seen = await street.site.ask(queries.line_of, line.id)
        assert seen is not None
        assert seen.status == "requested"
        await looked.wait()

        async def write(uow: UnitOfWork) -> int:
            done = sa.update(line_table).where(line_table.c.id == line.id).values(status=state)
            return (await uow.session.execute(done)).rowcount

        return await street.site.do(write)

    assert await asyncio.gather(naive("confirmed"), naive("cancelled")) == [1, 1]


async def test_what_is_due_is_done_once_by_any_number_of_workers(street: Street) -> None:
    placed = await street.order()
    line = await street.line(placed)
    street.clock.advance(timedelta(hours=12))
    done = await asyncio.gather(*(services.do_due_one(street.site, line) for _ in range(4)))
    assert sorted(done) == [False, False, False, True]
    order = await street.view(placed)
    assert (order.status, order.timeline[-1].actor_kind, len(order.timeline)) == ("cancelled", "system", 2)


async def test_what_happened_meanwhile_is_not_due_any_more(street: Street) -> None:
    placed = await street.order()
    await street.site.do(services.act, await street.line(placed), "confirm", by=street.owner)
    street.clock.advance(timedelta(hours=13))
    await street.work()
    assert (await street.view(placed)).status == "accepted"


async def test_a_due_verb_that_is_refused_comes_again_later(street: Street) -> None:
    placed = await street.order()
    street.workshop.capacity.refuse = PlaceTaken()
    street.clock.advance(timedelta(hours=12))
    assert await services.do_due(street.site) == 0
    street.workshop.capacity.refuse = None
    assert await services.do_due(street.site) == 0
    street.clock.advance(timedelta(minutes=16))
    assert await services.do_due(street.site) == 1
    assert (await street.view(placed)).lines[0].status == "expired"


async def test_a_status_brings_every_line_there_or_none(street: Street) -> None:
    placed = await street.order("bicycle", "sledge")
    one = await street.line(placed)
    moved = await street.site.do(services.set_status, placed.order_id, "accepted", by=street.owner)
    assert {m.verb for m in moved} == {"confirm"}
    await street.site.do(services.act, one, "start", by=street.owner)
    with pytest.raises(InvalidTransition) as refused:
        await street.site.do(services.set_status, placed.order_id, "cancelled", by=street.customer, reason="No time")
    assert refused.value.facts["to"] == "cancelled"
    assert (await street.view(placed)).status == "in_progress"


async def test_the_database_keeps_the_timeline_and_the_sums(street: Street) -> None:
    placed = await street.order()

    async def wrong(uow: UnitOfWork, statement: Any) -> None:
        await uow.session.execute(statement)

    for statement in (
        sa.update(event_table).values(note="never happened"),
        sa.delete(event_table),
        sa.update(line_table).values(total_amount=1),
        sa.update(line_table).values(due_at=None),
        sa.update(line_table).values(stage="lost"),
        sa.update(order_table).values(status="lost"),
        sa.update(order_table).values(customer_id=None, contact_name=""),
    ):
        with pytest.raises(DBAPIError):
            await street.site.do(wrong, statement)
    assert len((await street.view(placed)).timeline) == 1


async def test_a_past_is_made_by_the_same_use_cases_and_nobody_is_told(street: Street) -> None:
    assert street.customer.person_id is not None
    begin = street.clock.now() - timedelta(days=9)
    steps = [
        services.Past(verb=verb, at=begin + timedelta(hours=hours), by=street.owner.person_id)
        for verb, hours in (("confirm", 1), ("start", 24), ("finish", 26))
    ]
    given: dict[str, Any] = {"placed_at": begin, "wanted": [street.wish()], "customer": street.customer.person_id}
    made = await services.ensure_order(street.site, **given, past=steps)
    assert await services.ensure_order(street.site, **given, past=steps) == made
    order = await street.site.ask(
        queries.order_page, queries.kinds.Words.of(street.site, "en"), viewer=street.owner, order_id=made
    )
    assert order is not None
    assert order.status == "completed"
    assert [e.at for e in order.timeline] == [begin, *(s.at for s in steps)]
    await street.work()
    done = await street.site.ask(queries.completed_line_for, street.customer.person_id, order.lines[0].id)
    assert done is not None
    notices = sa.text("SELECT count(*) FROM notice WHERE type LIKE 'orders.%'")

    async def count(connection: Any) -> int:
        return int((await connection.execute(notices)).scalar_one())

    assert await street.site.ask(count) == 0
    assert THE_SYSTEM.person_id is None
