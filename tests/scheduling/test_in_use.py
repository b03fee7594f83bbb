"""What is promised to somebody does not go away: people, rooms and services with visits to come."""

from __future__ import annotations

from html import unescape
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from marketplace_kit.accounts.services import create_person
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.listings.services import archive
from marketplace_kit.orders import services as orders
from marketplace_kit.orders.schemas import GuestDetails, Wished
from marketplace_kit.scheduling import services
from marketplace_kit.scheduling.schemas import ResourceForm
from marketplace_kit.scheduling.services.performing import link_member
from marketplace_kit.scheduling.tables import resource_table
from marketplace_kit.shops.domain import InUse
from marketplace_kit.shops.schemas import NewMember
from marketplace_kit.shops.services import invite_member, remove_member
from tests.scheduling.counter import Counter
from tests.scheduling.salons import Salon

GUEST = GuestDetails(name="Dana", phone="+77010000001", consent=True)


async def ordered(salon: Salon, listing: UUID, time: str, **choice: Any) -> tuple[UUID, UUID]:
    """The ids of a guest's order and of its line."""
    wished = Wished(listing_id=listing, choice={"starts_at": salon.at(time), **choice})
    placed = await salon.site.do(orders.place_now, [wished], GUEST, by=Actor(locale="en"))
    (row,) = await salon.claims()
    line: UUID = row["appointment_id"]
    return placed.order_id, line


async def cancel(salon: Salon, line: UUID) -> None:
    await salon.site.do(orders.act, line, "cancel", {"reason": "The shop asked"}, by=salon.owner, side="shop")


async def master(salon: Salon) -> tuple[int, UUID]:
    """Aigerim's column, and Aigerim, who works here."""
    person = await create_person(salon.site, name="Aigerim", email="aigerim@example.kz", password="a-good-password-26")
    form = NewMember(contact="aigerim@example.kz", role="staff")
    await salon.site.do(invite_member, salon.shop_id, form, by=salon.owner)
    column = await salon.staff()
    await salon.site.do(link_member, salon.shop_id, column, person, by=salon.owner)
    return column, person


async def test_who_has_visits_to_come_stays_until_they_are_moved(salon: Salon) -> None:
    column, person = await master(salon)
    order, line = await ordered(salon, await salon.service(), "10:00", staff=column)
    away = ResourceForm(kind="staff", name="Aigerim", active=False)
    with pytest.raises(InUse) as put_away:
        await salon.site.do(services.save_resource, salon.shop_id, away, by=salon.owner, resource_id=column)
    with pytest.raises(InUse) as removed:
        await salon.site.do(remove_member, salon.shop_id, person, by=salon.owner)
    listed = [
        {
            "id": str(line),
            "order_id": str(order),
            "title": "Haircut",
            "starts_at": "2026-03-03T10:00:00+05:00",
            "customer": "Dana",
        }
    ]
    assert put_away.value.facts["appointments"] == removed.value.facts["appointments"] == listed
    await cancel(salon, line)
    await salon.site.do(remove_member, salon.shop_id, person, by=salon.owner)
    wanted = sa.select(resource_table.c.active, resource_table.c.member_id).where(resource_table.c.id == column)
    assert dict((await salon.sql(wanted))[0]) == {"active": False, "member_id": None}


async def test_archiving_a_service_changes_no_booked_visit(salon: Salon) -> None:
    listing = await salon.service()
    _, line = await ordered(salon, listing, "10:00")
    assert (await salon.site.do(archive, listing, by=salon.owner)).state == "archived"
    assert (await salon.appointment(line))["state"] == "confirmed"


@pytest.mark.one_engine
async def test_the_pages_name_what_is_in_the_way_and_lead_there(salon: Salon) -> None:
    column, person = await master(salon)
    listing = await salon.service()
    order, _ = await ordered(salon, listing, "10:00", staff=column)
    owner = await Counter(salon).owner()
    shop = f"/sell/shop/{salon.shop_id}"
    away = {"kind": "staff", "name": "Aigerim", "lanes": "1", "rank": "0", "version": "1"}
    for path, data in (
        (f"{shop}/staff/{column}", away),
        (f"{shop}/members/{person}", {"act": "remove"}),
    ):
        refused = await owner.post(path, data=data)
        assert refused.status_code == 409, path
        page = unescape(refused.text)
        assert f'<a href="/sell/orders/{order}">Haircut, 2026-03-03 10:00, Dana</a>' in page
        assert "Move or cancel them first" in page
    assert (await owner.get(f"/sell/orders/{order}")).status_code == 200
    told = await owner.delete(f"/api/shops/{salon.shop_id}/members/{person}")
    assert (told.status_code, told.json()["code"]) == (409, "in_use")
    assert told.json()["facts"]["appointments"][0]["order_id"] == str(order)
