"""Pets on pages: without a script, on any phone."""

from __future__ import annotations

import re
from datetime import date
from uuid import UUID

import pytest

from marketplace_kit.testing.queries import count_queries
from marketplace_pets import queries, services
from marketplace_pets.schemas import NewAllergy, NewBehaviour
from plugins.pets.tests.families import AKTOS, BUDDY, Family

pytestmark = [pytest.mark.anyio, pytest.mark.one_engine]  # doors: what stands behind them runs on both


async def test_a_pet_is_added_in_seconds_and_told_of_later(family: Family) -> None:
    olga = await family.town.browser("Olga")
    assert "No pets yet" in await olga.see("/pets")
    refused = await olga.press("/pets/new", "/pets/new", name="", species="dog")
    assert (refused.status_code, "Please fill this in." in refused.text) == (422, True)
    added = await olga.press("/pets/new", "/pets/new", name="Buddy", species="dog")
    assert added.status_code == 303
    page = added.headers["location"]
    edit = f"{page}/edit"
    assert "Miniature Poodle" in await olga.see(edit)
    told = {"name": "Buddy", "species": "dog", "breed": "poodle-miniature", "born_precision": "exact", "version": "1"}
    assert (await olga.press(edit, edit, **told)).status_code == 303
    seen = await olga.see(page)
    assert all(text in seen for text in ("Miniature Poodle", "Curly", "Rabies", "Missing"))
    late = await olga.press(edit, edit, **told)
    assert (late.status_code, "Someone changed this" in late.text) == (422, True)


async def test_records_are_added_on_forms_that_keep_what_was_typed(family: Family) -> None:
    family.today_is("2027-01-15")
    pet = await family.pet(AKTOS)
    olga = await family.town.browser("Olga")
    page = f"/pets/{pet}"
    heavy = await olga.press(f"{page}/add/weight", f"{page}/add/weight", kg="250", method="scales")
    assert (heavy.status_code, 'value="250"' in heavy.text, "between 0.1 and 45 kg" in heavy.text) == (422, True, True)
    assert (await olga.press(f"{page}/add/weight", f"{page}/add/weight", kg="7,2", method="scales")).status_code == 303
    young = await olga.press(f"{page}/add/dose", f"{page}/add/dose", protocol="rabies", given_on="2026-12-01")
    assert (young.status_code, "2026-12-05" in young.text) == (422, True)
    good = {"protocol": "rabies", "given_on": "2026-12-05"}
    to_photo = await olga.press(f"{page}/add/dose", f"{page}/add/dose", **good)
    assert re.fullmatch(r"/pets/doses/[0-9a-f-]+/photos", to_photo.headers["location"])
    await olga.see(to_photo.headers["location"])
    chip = await olga.press(f"{page}/add/mark", f"{page}/add/mark", kind="chip", value="123")
    assert (chip.status_code, "15 digits" in chip.text) == (422, True)
    for what, fields in (
        ("behaviour", {"code": "BITES"}),
        ("allergy", {"substance": "Chicken", "severity": "mild"}),
        ("condition", {"kind": "medication", "what": "Drops"}),
    ):
        assert (await olga.press(f"{page}/add/{what}", f"{page}/add/{what}", **fields)).status_code == 303
    seen = await olga.see(page)
    assert all(text in seen for text in ("7.2", "Rabies", "proof missing", "Bites", "Chicken", "Drops"))
    for path in ("/weights", "/timeline", "/log", "/hand-over", "/deceased", "/share", "/photos"):
        await olga.see(f"{page}{path}")


async def test_a_family_shares_and_a_shop_checks_and_reads_with_a_reason(family: Family) -> None:
    pet = await family.pet()
    olga, groomer = await family.town.browser("Olga"), await family.town.browser("Natalya")
    share = f"/pets/{pet}/share"
    nothing = await olga.press(share, share, shop_id=str(family.lapki))
    assert nothing.status_code == 422
    given = {"shop_id": str(family.lapki), "scopes": "vaccinations", "purpose": "Grooming"}
    assert (await olga.press(share, share, **given)).status_code == 303
    dose = await family.dose(pet, "rabies", "2027-01-10", certificate="KZ-5")
    pile = "/sell/pets/verify"
    assert "KZ-5" in await groomer.see(pile)
    verify = f"/sell/pets/doses/{dose}/verify"
    bare = await groomer.press(pile, verify, verdict="refused", reason="")
    assert (bare.status_code, "at least 5 characters" in bare.text) == (422, True)
    assert (await groomer.press(pile, verify, verdict="verified", reason="")).status_code == 303
    assert "Nothing waits to be checked" in await groomer.see(pile)
    assert "Buddy" in await groomer.see("/sell/pets")
    assert "Please fill this in." in await groomer.see(f"/sell/pets/{pet}?part=vaccinations")
    assert "Valid until" in await groomer.see(f"/sell/pets/{pet}?part=vaccinations&why=Visit+today")
    assert "Visit today" in await olga.see(f"/pets/{pet}/log")
    assert (await groomer.client.get(f"/sell/pets/{pet}?part=weight&why=Visit")).status_code == 403
    grants = await family.site.ask(queries.grants_of, pet)
    await olga.press(f"/pets/{pet}", f"/pets/{pet}/grants/{grants[0].grant_id}/revoke")
    assert (await groomer.client.get(f"/sell/pets/{pet}?part=vaccinations&why=Visit")).status_code == 403


async def test_a_pet_is_handed_over_by_a_code_on_pages(family: Family) -> None:
    pet = await family.pet()
    olga, timur = await family.town.browser("Olga"), await family.town.browser("Timur")
    made = await olga.press(f"/pets/{pet}/hand-over", f"/pets/{pet}/hand-over", right="keeper")
    code = re.search(r'<p class="kit-price">([0-9A-Z-]+)</p>', made.text)
    assert code
    wrong = await timur.press("/pets/take-over", "/pets/take-over", code="ABCDE-12345")
    assert (wrong.status_code, "not valid" in wrong.text) == (422, True)
    taken = await timur.press("/pets/take-over", "/pets/take-over", code=code[1].lower())
    assert taken.headers["location"] == f"/pets/{pet}"
    assert "Buddy" in await timur.see(f"/pets/{pet}")
    assert (await olga.client.get(f"/pets/{pet}")).status_code == 403
    again = await (await family.town.browser("Natalya")).press("/pets/take-over", "/pets/take-over", code=code[1])
    assert again.status_code == 422


async def test_lists_ask_the_database_no_more_for_more_pets(family: Family) -> None:
    olga, groomer = await family.town.browser("Olga"), await family.town.browser("Natalya")
    paths = {"/pets": olga, "/sell/pets": groomer, "/sell/pets/verify": groomer}

    async def asked() -> dict[str, int]:
        counts = {}
        for path, browser in paths.items():
            await browser.see(path)
            with count_queries(family.site) as seen:
                await browser.see(path)
            counts[path] = len(seen)
        return counts

    await _whole(family)
    few = await asked()
    for _ in range(3):
        await _whole(family)
    assert await asked() == few


async def test_a_pets_page_asks_no_more_for_a_longer_record(family: Family) -> None:
    olga = await family.town.browser("Olga")
    pet = await _whole(family)

    async def asked() -> int:
        await olga.see(f"/pets/{pet}")
        with count_queries(family.site) as seen:
            await olga.see(f"/pets/{pet}")
        return len(seen)

    few = await asked()
    for grams in (7_300, 7_400):
        await family.site.do(services.record_weight, pet, grams=grams, by=family.as_olga)
    await family.dose(pet, "bordetella", "2027-01-02")
    await family.share(pet, "weight")
    assert await asked() == few


async def _whole(family: Family) -> UUID:
    """A pet with something of everything."""
    pet = await family.pet(BUDDY)
    await family.share(pet, "vaccinations")
    await family.dose(pet, "rabies", "2027-01-10", certificate="KZ-9", valid_until=date(2028, 1, 9))
    await family.site.do(services.record_weight, pet, grams=7_200, by=family.as_olga)
    await family.site.do(services.flag_behaviour, pet, NewBehaviour(code="BITES"), by=family.as_olga)
    await family.site.do(services.add_allergy, pet, NewAllergy(substance="Chicken"), by=family.as_olga)
    await family.site.do(services.read, pet, "vaccinations", by=family.as_groomer, why="visit")
    return pet
