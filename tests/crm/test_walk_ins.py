"""Somebody who calls or comes in is written into the calendar by the staff, and is a client by their phone."""

from __future__ import annotations

from collections.abc import AsyncIterator

import attrs
import pytest

from marketplace_kit.crm import queries, services
from marketplace_kit.crm.schemas import WhoseForm
from marketplace_kit.crm.services.asking import wanted_of
from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.jobs import run_until_idle
from marketplace_kit.orders.queries.kinds import Words
from marketplace_kit.scheduling.schemas import WalkIn
from marketplace_kit.scheduling.services import walk_in
from marketplace_kit.testing.queries import assert_query_count
from marketplace_kit.testing.sites import Sites
from tests.scheduling.salons import Salon

pytestmark = pytest.mark.anyio


@pytest.fixture
async def salon(sites: Sites, clock: SetClock, anyio_backend: str) -> AsyncIterator[Salon]:
    async with sites.open(environ={"MK_PLUGINS": ""}, clock=clock) as site:
        yield await Salon.opened(site, clock)


async def test_who_left_a_phone_is_a_client_and_who_did_not_is_a_guest(salon: Salon) -> None:
    service, staff = await salon.service(), await salon.staff()
    forms = (
        WalkIn(starts_at=salon.at("10:00"), staff=staff, name="Dana", phone="+77010000001"),
        WalkIn(starts_at=salon.at("12:00"), staff=staff, name="Dana again", phone="+77010000001"),
        WalkIn(starts_at=salon.at("14:00"), staff=staff),
    )
    booked = [await salon.site.do(walk_in, salon.shop_id, service, form, by=salon.owner) for form in forms]
    await run_until_idle(salon.site)
    wanted = wanted_of(salon.site, salon.shop_id, contacts=True)
    with assert_query_count(salon.site, 2):
        (dana,) = (await salon.site.ask(queries.clients_of, wanted)).items
    assert (dana.name, dana.phone, dana.next_visit is not None) == ("Dana", "+77010000001", True)
    history = await salon.site.ask(queries.history_of, dana.id, Words.of(salon.site, "en"))
    assert [one.title for one in history.items] == ["Haircut"] * 2
    guest = (await salon.appointment(booked[2]))["order_id"]
    assert (await services.order_client(salon.site, salon.owner, guest)).id is None
    by = attrs.evolve(salon.owner, locale="en")
    form = WhoseForm(phone="+77010000001", name="Dana")
    assert await salon.site.do(services.set_client, guest, form, by=by) == dana.id
    history = await salon.site.ask(queries.history_of, dana.id, Words.of(salon.site, "en"), limit=2)
    assert len(history.items) == 2
    rest = await salon.site.ask(queries.history_of, dana.id, Words.of(salon.site, "en"), limit=2, cursor=history.next)
    assert (len(rest.items), rest.next) == (1, None)
    card = await services.card_for(salon.site, salon.owner, dana.id)
    assert card.again == booked[2]
