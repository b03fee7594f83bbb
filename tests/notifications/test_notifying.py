import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from marketplace_kit.accounts.tables import person_table
from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.database import violated
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.jobs import run_until_idle
from marketplace_kit.kernel.outbox import job_table
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.notifications import queries
from marketplace_kit.notifications.services import Deliver, notify, prefer
from marketplace_kit.notifications.tables import delivery_table, notice_table
from marketplace_kit.testing.mail import FakeMail
from marketplace_kit.testing.queries import assert_query_count
from tests.notifications.conftest import Send, deliveries


async def test_a_notice_is_stored_in_the_words_of_its_receiver(site: Site, send: Send, aigerim: UUID) -> None:
    notice_id = await send()
    assert notice_id is not None
    (view,) = (await site.ask(queries.notices_of, aigerim)).items
    assert (view.id, view.user_id, view.order_id, view.type) == (notice_id, aigerim, None, "kennel.ready")
    assert (view.subject, view.message, view.link) == ("Aksha is ready", "Come and fetch Aksha.", "/puppies/1")
    assert (view.read_status, view.timestamp) == ("unread", site.clock.now())


async def test_a_key_is_told_once_for_all_time(site: Site, send: Send, aigerim: UUID) -> None:
    assert await send(key="same") is not None
    assert await send(key="same") is None
    await asyncio.gather(*(send(key="race") for _ in range(20)))
    assert len((await site.ask(queries.notices_of, aigerim)).items) == 2
    assert len(await deliveries(site)) == 4


async def test_notice_deliveries_and_jobs_are_stored_together_or_not_at_all(site: Site, aigerim: UUID) -> None:
    async def failing(uow: UnitOfWork) -> None:
        await notify(uow, to=aigerim, notice="kennel.ready", facts={"puppy": "A"}, link="/", key="k")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await site.do(failing)
    assert await deliveries(site) == []
    async with site.database.reader.connect() as connection:
        jobs = (await connection.execute(sa.select(job_table.c.name))).all()
    assert jobs == []


async def test_what_stays_on_the_site_needs_no_job(site: Site, send: Send, fake_mail: FakeMail) -> None:
    await send("kennel.quiet")
    assert await deliveries(site) == [("in_app", "sent", 0, None)]
    await run_until_idle(site)
    assert fake_mail.attempts == 0


async def test_a_channel_that_the_site_lacks_is_left_out(site: Site, send: Send) -> None:
    await send("kennel.fax")
    assert [d[0] for d in await deliveries(site)] == ["in_app"]


async def test_somebody_who_left_is_told_nothing(site: Site, send: Send) -> None:
    async with site.database.writer.begin() as connection:
        await connection.execute(sa.update(person_table).values(deactivated_at=site.clock.now()))
    assert await send() is None
    assert await send(to=new_id()) is None


async def test_a_notice_points_only_into_this_site(send: Send) -> None:
    for link in ("https://evil.example", "//evil.example", "evil"):
        with pytest.raises(ValueError, match="no path of this site"):
            await send(link=link)


async def test_facts_are_text_and_nothing_in_them_is_replaced(site: Site, send: Send, aigerim: UUID) -> None:
    await send(facts={"puppy": "{site} {0.__class__} %(x)s {{ 7*7 }}"})
    (view,) = (await site.ask(queries.notices_of, aigerim)).items
    assert view.subject == "{site} {0.__class__} %(x)s {{ 7*7 }} is ready"


async def test_who_wants_no_mail_gets_none_but_what_is_required(
    site: Site, send: Send, aigerim: UUID, fake_mail: FakeMail
) -> None:
    for name in ("kennel.ready", "kennel.alarm"):
        await site.do(prefer, aigerim, name, "email", wanted=False)
    await send(key="a")
    await send("kennel.alarm", key="b")
    await run_until_idle(site)
    assert [m["Subject"] for m in fake_mail.outbox] == ["Alarm"]


async def test_a_change_is_told_to_whoever_watches(site: Site, send: Send, aigerim: UUID) -> None:
    async with site.live.subscribe(f"person:{aigerim}:notices") as watching:
        await send()
        async with asyncio.timeout(10):
            (update,) = await watching.next()
    assert update.value is None, "the topic says that something changed, never what"


async def test_a_notice_has_one_delivery_for_each_channel(site: Site, send: Send) -> None:
    notice_id = await send()
    with pytest.raises(IntegrityError) as refused:
        await site.do(_second_delivery, notice_id)
    assert violated(refused.value) == "uq_notice_delivery_notice_id_channel"


async def test_without_the_constraint_a_second_delivery_would_be_sent(
    site: Site, send: Send, fake_mail: FakeMail
) -> None:
    """The control: it is the database that keeps a notice to one mail."""
    notice_id = await send()
    without = {
        "postgresql": ("ALTER TABLE notice_delivery DROP CONSTRAINT uq_notice_delivery_notice_id_channel",),
        "sqlite": (
            "ALTER TABLE notice_delivery RENAME TO delivery_before",
            "CREATE TABLE notice_delivery AS SELECT * FROM delivery_before",
        ),
    }
    async with site.database.writer.begin() as connection:
        for statement in without[site.database.dialect]:
            await connection.exec_driver_sql(statement)
    await site.do(_second_delivery, notice_id)
    await run_until_idle(site)
    assert len(fake_mail.outbox) == 2


async def _second_delivery(uow: UnitOfWork, notice_id: UUID) -> None:
    delivery_id = new_id()
    values = {"id": delivery_id, "notice_id": notice_id, "channel": "email", "state": "pending", "attempts": 0}
    await uow.session.execute(sa.insert(delivery_table).values(values))
    uow.enqueue("notifications.deliver", Deliver(delivery_id=delivery_id), key="a second one")


async def test_lists_ask_as_often_for_many_notices_as_for_one(
    site: Site, send: Send, aigerim: UUID, clock: SetClock
) -> None:
    await send("kennel.quiet", key="0")
    with assert_query_count(site, 1):
        await site.ask(queries.notices_of, aigerim)
    for n in range(1, 25):
        clock.advance(timedelta(seconds=1))
        await send("kennel.quiet", key=str(n))
    with assert_query_count(site, 1):
        first = await site.ask(queries.notices_of, aigerim)
    with assert_query_count(site, 2):
        unread = await site.ask(queries.unread_of, aigerim, limit=3)
    rest = await site.ask(queries.notices_of, aigerim, cursor=first.next)
    assert (len(first.items), len(rest.items), rest.next) == (20, 5, None)
    assert (unread.count, len(unread.items)) == (25, 3)


async def test_the_unread_are_counted_by_their_own_index(site: Site, send: Send, aigerim: UUID) -> None:
    if site.database.dialect != "sqlite":
        return  # a table this small is read whole there, whatever indexes it has
    statement = (
        "EXPLAIN QUERY PLAN SELECT count(*) FROM notice WHERE user_id = ? AND in_app = 1 AND read_status = 'unread'"
    )
    async with site.database.reader.connect() as connection:
        plan = str((await connection.exec_driver_sql(statement, (aigerim.hex,))).all())
    assert "ix_notice_unread" in plan


async def test_all_is_exported_and_nothing_is_left_after_erasure(site: Site, send: Send, aigerim: UUID) -> None:
    await send(facts={"puppy": "Canary"})
    await site.do(prefer, aigerim, "kennel.ready", "email", wanted=False)
    described = site.registry.personal_data["notifications.notices"]
    (exported,) = await site.ask(described.export, aigerim)
    assert exported["subject"] == "Canary is ready"
    await site.do(described.erase, aigerim)
    async with site.database.reader.connect() as connection:
        for table in (notice_table, delivery_table):
            assert (await connection.execute(sa.select(table))).all() == []
