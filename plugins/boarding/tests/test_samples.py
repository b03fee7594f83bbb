"""The sample house: loaded twice, it stays as it is."""

from __future__ import annotations

import pytest

from marketplace_boarding import queries
from marketplace_boarding.plugin.samples import load_house
from marketplace_kit.accounts.queries import person_id_by_email
from marketplace_kit.accounts.services import create_person
from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.site import Site
from marketplace_kit.shops.queries import own_shops
from marketplace_pets.plugin.samples import load_pets
from plugins.boarding.tests.hotels import TODAY, TUESDAY
from tests.plugins.town import PASSWORD

pytestmark = [pytest.mark.anyio, pytest.mark.one_engine]


async def test_a_pet_hotel_with_guests_is_loaded_once(site: Site, clock: SetClock) -> None:
    clock.set(TUESDAY)
    for name, role in (("vendor", "vendor"), ("customer", "customer")):
        await create_person(site, name=name, email=f"{name}@demo.kz", password=PASSWORD, roles=(role,))
    await load_pets(site)
    counted = []
    for _ in range(2):
        await load_house(site)
        vendor = await site.ask(person_id_by_email, "vendor@demo.kz")
        assert vendor
        shop = (await site.ask(own_shops, vendor))[0].id
        rooms = await site.ask(queries.room_views, shop)
        stays = await site.ask(queries.stays_between, shop, TODAY, TODAY)
        counted.append((len(rooms), sorted((stay.names, stay.state) for stay in stays)))
    assert counted[0] == counted[1]
    assert counted[0] == (
        3,
        [
            ("Арчи", "in_progress"),
            ("Рекс, Лада", "in_progress"),
            ("Симба", "in_progress"),
            ("Чарли", "expected"),
        ],
    )
