"""The acceptance examples of a local business of one town, through the public doors. Where each of them is proved:

L3 zone: here. L4 phone: here for orders; for accounts in ``tests/accounts/test_phones.py``, for the cards of clients in
``tests/crm``, for the link of a number in ``tests/shops/test_hours.py``. L5 number and going live:
``tests/shops/test_going_live.py``. L7 cut-off: here, without what is paid beforehand, which waits for payments. L8
missed visits: here. L9 language: here; texts of a shop that fall back in ``tests/shops/test_going_live.py``, words of
listings in ``tests/listings/test_languages.py``. L10 privacy: here; notes
that may be shared in ``tests/crm``; payments are not built yet.
"""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa

from marketplace_kit.accounts.domain import PhoneVerified
from marketplace_kit.accounts.services import create_person
from marketplace_kit.kernel.database import metadata
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.kernel.translated import Translated
from marketplace_kit.orders.tables import order_table
from marketplace_kit.scheduling import services
from marketplace_kit.scheduling.schemas import MarkForm
from tests.acceptance.conftest import BIN, PASSWORD, PHONE, Doors
from tests.scheduling.salons import TUESDAY, Salon

pytestmark = pytest.mark.anyio
MONDAY, WEDNESDAY = TUESDAY - timedelta(days=1), TUESDAY + timedelta(days=1)
SALON_PHONE = "+77122354040"


async def test_l3_one_time_in_the_database_the_api_the_calendar_and_in_moscow(salon: Salon, doors: Doors) -> None:
    haircut = await salon.service()
    dana = await doors.program("dana")
    order = await doors.ordered(dana, haircut, "16:00")
    line = order["lines"][0]
    row = await salon.appointment(UUID(line["id"]))
    assert (row["starts_s"] % 86_400, str(row["local_date"]), row["local_time"]) == (11 * 3600, "2026-03-03", 16 * 60)
    assert line["starts_at"] == line["facts"]["starts_at"] == "2026-03-03T16:00:00+05:00"
    (coming,) = (await dana.get("/api/appointments")).json()
    assert (coming["starts_at"], coming["zone"]) == ("2026-03-03T16:00:00+05:00", "Asia/Atyrau")
    file = (await dana.get(f"/api/appointments/{line['id']}/invite.ics")).text
    assert "DTSTART;TZID=Asia/Atyrau:20260303T160000" in file
    # Whoever reads it anywhere is told the town with the time: nothing depends on where their clock stands.
    for language, town in (("ru", "Атырау"), ("en", "Atyrau")):
        shown = (await dana.get(f"/{language}/visits/{line['id']}")).text
        assert re.search(rf"16:00–17:00 \({town}\)", shown), language


async def test_l4_one_number_however_it_is_typed_is_one_client(salon: Salon, doors: Doors) -> None:
    haircut = await salon.service(max_open=3)
    for number, typed in enumerate(("8 701 234 56 78", "+77012345678", "87012345678")):
        order = await doors.ordered(doors.guest(), haircut, f"{10 + number}:00", name="Dana", phone=typed)
        assert order["contact"]["phone"] == PHONE
    again = await doors.ask(doors.guest(), haircut, "14:00", name="Dana", phone="8-701-234-56-78")
    assert (again.status_code, again.json()["code"]) == (409, "too_many_open_visits")
    russian = await doors.ordered(doors.guest(), haircut, "14:00", name="Ivan", phone="+79161234567")
    assert russian["contact"]["phone"] == "+79161234567"
    short = await doors.ask(doors.guest(), haircut, "15:00", name="Dana", phone="12345")
    assert (short.status_code, [p["field"] for p in short.json()["problems"]]) == (422, ["phone"])
    for typed in ("8 701 234 56 78", "+7 (701) 234-56-78", "5678"):
        assert await found(salon, await doors.owner(), typed) == 3, typed


async def test_l7_cancelled_seven_hours_before_and_refused_five_hours_before(salon: Salon, doors: Doors) -> None:
    await salon.staff()
    haircut = await salon.service(cutoff_hours=6)
    dana, owner = await doors.program("dana"), await doors.owner()
    early, late = [await doors.ordered(dana, haircut, time) for time in ("14:00", "16:00")]
    salon.clock.set(salon.clock.now() + timedelta(hours=20))  # 07:00 on Tuesday
    done = await doors.act(dana, early, "cancel", reason="Ill")
    assert (done.status_code, done.json()["status"]) == (200, "cancelled")
    assert "14:00" in [slot["time"] for slot in await doors.slots(doors.guest(), haircut)]
    salon.clock.advance(timedelta(hours=4))
    for verb, asked in (("cancel", {}), ("reschedule", {"starts_at": salon.at("17:00")})):
        refused = await doors.act(dana, late, verb, **asked)
        assert (refused.status_code, refused.json()["code"]) == (409, "cutoff_passed")
        facts = refused.json()["facts"]
        assert (facts["phone"], facts["hours"], facts["deadline"]) == (SALON_PHONE, 6, "2026-03-03T10:00:00+05:00")
    gone = await doors.act(owner, late, "cancel", reason="Су жоқ")
    assert gone.status_code == 200
    seen = (await dana.get(f"/api/orders/{late['id']}")).json()
    assert (seen["status"], seen["timeline"][-1]["note"]) == ("cancelled", "Су жоқ")
    assert await doors.calendar() == []


async def test_l7_moved_it_stays_the_same_visit_and_the_old_time_can_be_booked_at_once(
    salon: Salon, doors: Doors
) -> None:
    await salon.staff()
    haircut = await salon.service()
    dana = await doors.program("dana")
    order = await doors.ordered(dana, haircut, "10:00")
    moved = (await doors.act(dana, order, "reschedule", starts_at=salon.at("12:00"))).json()
    (before,), (after,) = order["lines"], moved["lines"]
    assert (after["id"], after["title"], after["total_price"]) == (before["id"], before["title"], before["total_price"])
    assert after["facts"]["starts_at"] == salon.at("12:00")
    assert [event["verb"] for event in moved["timeline"]] == ["place", "reschedule"]
    other = await doors.ordered(await doors.program("marat"), haircut, "10:00")
    assert other["id"] != order["id"]
    refused = await doors.act(dana, order, "reschedule", starts_at=salon.at("10:00"))
    assert (refused.status_code, refused.json()["code"]) == (409, "slot_taken")
    kept = (await dana.get(f"/api/orders/{order['id']}")).json()
    assert kept == moved, "a refused move leaves everything as it was"
    assert sorted(one["starts_at"][11:16] for one in await doors.calendar()) == ["10:00", "12:00"]


async def test_l8_two_missed_in_ninety_days_ask_for_a_prepayment_until_somebody_lifts_it(
    salon: Salon, doors: Doors
) -> None:
    await salon.staff()
    haircut = await salon.service()
    owner = await doors.owner()
    dana = {"name": "Dana", "phone": "8 701 234 56 78"}
    for hour in (12, 13):
        order = await doors.ordered(doors.guest(), haircut, f"{hour}:00", MONDAY, **dana)
        salon.clock.advance(timedelta(hours=1, minutes=1))
        assert (await doors.act(owner, order, "miss")).status_code == 200
    refused = await doors.ask(doors.guest(), haircut, "16:00", **dana | {"phone": "+77012345678"})
    assert (refused.status_code, refused.json()["code"]) == (409, "prepayment_required")
    assert (await doors.ask(doors.guest(), haircut, "09:00", name="Marat", phone="87010000009")).status_code == 201
    salon.clock.advance(timedelta(minutes=1))
    lift = MarkForm(phone=PHONE, mode="allow", reason="It was our mistake")
    await salon.site.do(services.mark_customer, salon.shop_id, lift, by=salon.owner)
    assert (await doors.ask(doors.guest(), haircut, "16:00", **dana)).status_code == 201


async def test_l8_marks_that_are_older_than_ninety_days_count_no_more(salon: Salon, doors: Doors) -> None:
    await salon.staff()
    haircut = await salon.service()
    owner = await doors.owner()
    dana = {"name": "Dana", "phone": "87012345678"}
    for hour in (12, 13):
        order = await doors.ordered(doors.guest(), haircut, f"{hour}:00", MONDAY, **dana)
        salon.clock.advance(timedelta(hours=1, minutes=1))
        await doors.act(owner, order, "miss")
    for days, expected in ((89, 409), (91, 201)):
        day = MONDAY + timedelta(days=days)
        salon.clock.set(salon.clock.now().replace(month=3, day=2) + timedelta(days=days))
        assert (await doors.ask(doors.guest(), haircut, "17:00", day, **dana)).status_code == expected, days


async def test_l8_a_guest_without_a_number_is_booked_and_is_nobody_elses_visit(salon: Salon, doors: Doors) -> None:
    await salon.staff()
    haircut = await salon.service()
    owner = await doors.owner()
    for hour in (12, 13, 14):  # missed as often as it may be: a guest without a number has no past
        order = await doors.ordered(owner, haircut, f"{hour}:00", MONDAY, by_staff=True, name="Қонақ")
        salon.clock.set(salon.clock.now().replace(hour=hour - 5, minute=1))
        await doors.act(owner, order, "miss")
    await doors.ordered(owner, haircut, "16:00", by_staff=True, name="Қонақ")
    site = salon.site
    person = await create_person(site, name="Қонақ", phone=PHONE, password=PASSWORD, locale="kk")

    async def prove(uow: UnitOfWork) -> None:
        uow.record(PhoneVerified(person_id=person))

    await site.do(prove)
    await doors.work()
    owners = await salon.sql(sa.select(order_table.c.customer_id, order_table.c.contact_phone))
    assert [tuple(row.values()) for row in owners] == [(None, None)] * 4
    assert (await doors.ask(doors.guest(), haircut, "17:00", name="Қонақ", phone=PHONE)).status_code == 201


HAIRCUT = Translated(kk="Шаш қию", ru="Стрижка", en="Haircut")


async def test_l9_one_page_in_three_languages(salon: Salon, doors: Doors) -> None:
    haircut = await salon.service("Стрижка", price="8000", titles=HAIRCUT)
    for language, day in (("kk", "3 наурыз, сейсенбі"), ("ru", "Вторник, 3 марта"), ("en", "Tuesday, 3 March")):
        title = getattr(HAIRCUT, language)
        page = (await doors.guest().get(f"/{language}/book/{haircut}?day={TUESDAY}")).text
        assert f'<html lang="{language}"' in page
        assert "8\u00a0000\u00a0₸" in page
        assert day in page
        assert f"<strong>{title}</strong>" in page
        for path in (f"/listings/{haircut}", "/listings", "/shops/salon"):
            page = (await doors.guest().get(f"/{language}{path}")).text
            assert title in page, path
            assert "8\u00a0000\u00a0₸" in page, path
            assert not [other for other in HAIRCUT.texts().values() if other != title and other in page], path


async def test_l9_what_is_missing_in_kazakh_is_read_in_russian(salon: Salon, doors: Doors) -> None:
    haircut = await salon.service("Стрижка", titles=Translated(en="Haircut"))
    for path in (f"/book/{haircut}?day={TUESDAY}", f"/listings/{haircut}"):
        page = (await doors.guest().get(f"/kk{path}")).text
        assert '<span lang="ru">Стрижка</span>' in page, path
        assert "Haircut" not in page, path


async def test_l9_an_order_is_read_by_each_in_their_language_as_it_was_called_then(salon: Salon, doors: Doors) -> None:
    await salon.staff()
    haircut = await salon.service("Стрижка", titles=HAIRCUT)
    dana, owner = await doors.program("dana", "kk"), await doors.owner()
    order = await doors.ordered(dana, haircut, "10:00")
    (line,) = order["lines"]
    assert (line["title"], line["parts"][0]["text"]) == ("Шаш қию", "Шаш қию")
    assert "Шаш қию – Salon" in (await dana.get(f"/api/appointments/{line['id']}/invite.ics")).text
    known = (await owner.get(f"/api/listings/{haircut}")).json()
    change = {"version": known["version"], "attributes": known["attributes"], "price": known["price"], "language": "ru"}
    await owner.put(f"/api/listings/{haircut}", json=change | {"title": "Причёска", "titles": {}})
    for language, title in HAIRCUT.texts().items():
        assert title in (await dana.get(f"/{language}/orders/{order['number']}")).text
        assert title in (await owner.get(f"/{language}/sell/orders/{order['number']}")).text


async def test_l9_a_message_comes_in_the_clients_language(salon: Salon, doors: Doors, tmp_path: Path) -> None:
    haircut = await salon.service("Стрижка", titles=HAIRCUT)
    days = {"kk": "2026 ж. 3 наурыз, 10:00 (Атырау)", "ru": "3 марта 2026 г., 11:00 (Атырау)"}
    days["en"] = "3 March 2026, 12:00 (Atyrau)"
    for number, language in enumerate(days):
        await doors.ordered(doors.guest(language), haircut, f"1{number}:00", name="Dana", phone=f"8701000000{number}")
    await doors.work()
    sent = [json.loads(file.read_text(encoding="utf-8")) for file in (tmp_path / "sms").iterdir()]
    by_phone = {message["to"]: message for message in sent}
    for number, (language, day) in enumerate(days.items()):
        message = by_phone[f"+7701000000{number}"]
        assert message["locale"] == language
        assert getattr(HAIRCUT, language) in message["text"]
        assert day in message["text"]


async def test_l10_without_consent_nothing_is_booked_and_the_record_says_to_what(salon: Salon, doors: Doors) -> None:
    haircut = await salon.service()
    dana = await doors.program("dana")
    for client, who in ((dana, {}), (doors.guest(), {"name": "Marat", "phone": "87010000009"})):
        refused = await doors.ask(client, haircut, "10:00", consent=False, **who)
        assert (refused.status_code, refused.json()["code"]) == (400, "consent_required")
    assert await doors.calendar() == []
    assert await salon.sql(sa.select(order_table.c.id)) == []
    await doors.ordered(dana, haircut, "10:00")
    agreed = (await dana.get("/api/users/consents")).json()["current"]
    privacy = next(one for one in agreed if one["purpose"] == "privacy")
    assert (privacy["given"], privacy["document_version"]) == (True, "1")
    assert (privacy["operator_name"], privacy["operator_bin"]) == ("Айгерім", BIN)
    assert privacy["at"].startswith("2026-03-02T06:00:00")
    assert "marketing" not in [one["purpose"] for one in agreed if one["given"]]
    assert (await dana.get("/api/users/preferences")).json()["marketing"] is False
    (row,) = await salon.sql(sa.select(order_table.c.consent_text, order_table.c.consent_version))
    assert row["consent_version"] == "1"
    assert row["consent_text"]


async def test_l10_one_takes_everything_along_and_after_erasure_nobody_is_found(salon: Salon, doors: Doors) -> None:
    await salon.staff()
    haircut = await salon.service()
    dana, owner = await doors.program("dana", phone=PHONE), await doors.owner()
    order = await doors.ordered(dana, haircut, "16:00", phone="8 701 234 56 78", note="Мысық бар")
    moved = await doors.act(dana, order, "reschedule", starts_at=salon.at("17:00"), reason="Автобус кешікті")
    assert moved.status_code == 200, moved.text
    await doors.work()
    export = (await dana.post("/api/users/exports")).json()
    await doors.work()
    given = (await dana.get(f"/api/users/exports/{export['id']}")).json()["data"]
    (mine,) = given["orders.orders"]["orders"]
    assert (mine["number"], mine["note"], mine["contact_phone"]) == (order["number"], "Мысық бар", PHONE)
    assert {one["purpose"] for one in given["accounts.people"]["consents"]} == {"terms", "privacy"}
    (visit,) = given["scheduling.appointments"]["appointments"]
    assert (visit["title"], visit["date"], visit["time"]) == ("Haircut", "2026-03-03", "17:00")

    blocked = await dana.post("/api/users/erase", json={"password": PASSWORD})
    assert (blocked.status_code, blocked.json()["code"]) == (409, "erasure_blocked")
    assert {one["code"] for one in blocked.json()["facts"]["blockers"]} == {"open_orders", "open_visits"}
    for verb in ("check_in", "start", "finish"):
        salon.clock.set(salon.clock.now().replace(day=3, hour=12))
        assert (await doors.act(owner, order, verb)).status_code == 200
    assert await found(salon, owner, "701 234 56 78") == 1
    assert (await dana.post("/api/users/erase", json={"password": PASSWORD})).status_code == 204
    await doors.work()
    for words in ("701 234 56 78", "Dana"):
        assert await found(salon, owner, words) == 0, words
    kept = (await owner.get(f"/api/orders/{order['id']}")).json()
    assert (kept["total_price"], kept["contact"]["name"], kept["contact"]["phone"]) == (order["total_price"], "", None)
    assert await rows_with(salon, PHONE.removeprefix("+")) == []
    assert await rows_with(salon, "dana@example.kz") == []


async def found(salon: Salon, owner: httpx.AsyncClient, words: str) -> int:
    """How many orders the shop finds by some words."""
    answer = await owner.get(f"/api/shops/{salon.shop_id}/orders", params={"q": words})
    assert answer.status_code == 200, answer.text
    return len(answer.json()["items"])


async def rows_with(salon: Salon, text: str) -> list[str]:
    """Every table of the site that still has this anywhere in a row."""
    here = {name for storage in salon.site.registry.storage.values() for name in storage.tables}
    tables: list[Any] = [table for table in metadata.sorted_tables if table.name in here]
    assert len(tables) > 50
    hit = []
    for table in tables:
        rows = await salon.sql(sa.select(table))
        hit += [table.name for row in rows if any(text in str(value) for value in row.values())]
    return sorted(set(hit))
