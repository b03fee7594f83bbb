"""How a shop comes to know its clients, and keeps apart whom it must."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from marketplace_kit.accounts.domain import PhoneVerified
from marketplace_kit.accounts.services import erase_person
from marketplace_kit.accounts.tables import access_table, person_table
from marketplace_kit.crm import services
from marketplace_kit.crm.domain import ClientExists, MergeMovedOn, SameClient
from marketplace_kit.crm.queries import export
from marketplace_kit.crm.schemas import BlacklistForm, ClientChange, NewClient, NewNote, WhoseForm
from marketplace_kit.crm.services.privacy import READ
from marketplace_kit.crm.tables import client_table, note_table
from marketplace_kit.kernel.audit import audit_table
from marketplace_kit.kernel.errors import Forbidden, Invalid, Missing, StaleVersion
from marketplace_kit.kernel.fields import parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.jobs import run_until_idle
from marketplace_kit.kernel.process import Stage
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.orders.schemas import StaffDetails
from marketplace_kit.scheduling.tables import booking_mark_table
from tests.crm.parlour import OTHER, PHONE, Parlour

pytestmark = pytest.mark.anyio


async def test_a_phone_however_typed_finds_one_card(parlour: Parlour) -> None:
    for typed in ("8 701 234 56 78", "+77012345678", "87012345678"):
        await parlour.had(parse(StaffDetails, {"name": "A", "phone": typed}, "form").phone)
    card = await parlour.card(await parlour.only())
    assert (card.phone, card.figures.visits) == (PHONE, 3)


async def test_a_guest_without_a_phone_has_no_card_until_somebody_says_whose_visit_it_was(parlour: Parlour) -> None:
    guest, another = await parlour.had(None, name="Гость"), await parlour.had(None, name="Қонақ")
    assert await parlour.clients() == []
    await parlour.had()
    client_id = await parlour.only()
    form = WhoseForm(phone=PHONE, name="Somebody else's spelling")
    assert await parlour.do(services.set_client, guest, form) == client_id
    assert (await parlour.card(client_id)).figures.visits == 2
    assert await parlour.card_of_order(another) is None
    assert (await parlour.card(client_id)).name == "Айгүл Серікова"
    logged = await parlour.sql(sa.select(audit_table.c.subject).where(audit_table.c.act == "crm.set_client"))
    assert list(logged.scalars()) == [f"order:{guest}"]
    with pytest.raises(Missing):
        await parlour.do(services.set_client, guest, form, by=await parlour.person("stranger", "vendor"))


async def test_sixteen_who_write_the_same_phone_down_make_one_card(parlour: Parlour) -> None:
    form = NewClient(name="Aru", phone=PHONE)
    done = await asyncio.gather(
        *(parlour.do(services.add_client, parlour.shop_id, form) for _ in range(16)), return_exceptions=True
    )
    refused = [one for one in done if isinstance(one, ClientExists)]
    assert len(refused) == 15
    assert {one.facts["client_id"] for one in refused} == {str(await parlour.only())}
    # It is the database that refuses: a card written past the service meets the same wall.
    row = (await parlour.sql(sa.select(client_table))).mappings().one()
    with pytest.raises(IntegrityError):
        await parlour.sql(sa.insert(client_table).values(dict(row) | {"id": parlour.listing_id}))


async def test_changing_a_card_keeps_phones_apart_and_notices_who_was_faster(parlour: Parlour) -> None:
    made = await parlour.do(services.add_client, parlour.shop_id, NewClient(name="Aru", phone=PHONE))
    await parlour.do(services.add_client, parlour.shop_id, NewClient(name="Ben", phone=OTHER))
    with pytest.raises(ClientExists):
        await parlour.do(services.change_client, made.id, ClientChange(name="Aru", phone=OTHER, version=1))
    with pytest.raises(StaleVersion):
        await parlour.do(services.change_client, made.id, ClientChange(name="Aru", phone=PHONE, version=7))
    with pytest.raises(Invalid):
        await parlour.do(services.change_client, made.id, ClientChange(name="Aru", version=1))
    with pytest.raises(Forbidden):
        await parlour.do(
            services.change_client, made.id, ClientChange(name="A", phone=PHONE, version=1), by=parlour.sara
        )
    born = ClientChange(name="Aru K", phone=PHONE, birthday=date(1990, 3, 8), version=1)
    await parlour.do(services.change_client, made.id, born)
    assert await parlour.names(show="birthday") == {"Aru K"}


async def test_notes_are_corrected_and_never_changed(parlour: Parlour) -> None:
    await parlour.had()
    client_id = await parlour.only()
    first = await parlour.do(services.add_note, client_id, NewNote(content="Allergic to latex"), by=parlour.sara)
    again = NewNote(content="Allergic to nickel", visibility="shareable", corrects=str(first))
    await parlour.do(services.add_note, client_id, again)
    (note,) = (await parlour.card(client_id)).notes
    assert (note.content, note.earlier, note.by) == ("Allergic to nickel", ["Allergic to latex"], "dina")
    with pytest.raises(Invalid):
        await parlour.do(services.add_note, client_id, again)
    with pytest.raises(Exception, match="client_note_kept"):
        await parlour.sql(sa.update(note_table).values(text="Nothing at all"))


async def test_merging_counts_both_keeps_all_and_can_be_undone(parlour: Parlour) -> None:
    await parlour.had(PHONE, name="Aru", days_ago=3)
    await parlour.had(OTHER, name="Aru K.", days_ago=1)
    first, second = [{c.name: c.id for c in await parlour.clients()}[name] for name in ("Aru", "Aru K.")]
    await parlour.do(services.set_tags, second, ["VIP", "vip", "Colour"])
    await parlour.do(services.add_note, second, NewNote(content="Likes tea"))
    merge_id = await parlour.do(services.merge_clients, first, second)
    card = await parlour.card(await parlour.only())
    assert (card.id, card.phone, card.figures.visits, card.tags) == (first, PHONE, 2, ["Colour", "VIP"])
    assert [n.content for n in card.notes] == ["Likes tea"]
    assert [m.phone for m in card.merged] == [OTHER]
    for typed in ("7654321", "aru k", "vip"):
        assert await parlour.names(q=typed) == {"Aru"}, typed
    with pytest.raises(SameClient):
        await parlour.do(services.merge_clients, first, second)
    await parlour.had(OTHER, name="By the other phone")
    assert (await parlour.card(first)).figures.visits == 3
    await parlour.do(services.undo_merge, merge_id)
    assert [(c.name, c.visits) for c in await parlour.clients()] == [("Aru K.", 2), ("Aru", 1)]
    with pytest.raises(MergeMovedOn):
        await parlour.do(services.undo_merge, merge_id)


async def test_merges_in_a_row_are_undone_the_last_first(parlour: Parlour) -> None:
    ids = []
    for n in range(3):
        form = NewClient(name=f"Client {n}", phone=f"+7701000000{n}")
        ids.append((await parlour.do(services.add_client, parlour.shop_id, form)).id)
    inner = await parlour.do(services.merge_clients, ids[1], ids[0])
    outer = await parlour.do(services.merge_clients, ids[2], ids[1])
    assert await parlour.names() == {"Client 2"}
    with pytest.raises(MergeMovedOn):
        await parlour.do(services.undo_merge, inner)
    await parlour.do(services.undo_merge, outer)
    assert await parlour.names() == {"Client 2", "Client 1"}
    await parlour.do(services.undo_merge, inner)
    assert len(await parlour.names()) == 3


async def test_the_list_finds_and_filters_as_the_card_reckons(parlour: Parlour) -> None:
    await parlour.had("+77010000001", name="Әйгерім Қуатқызы", days_ago=200)
    await parlour.had("+77010000001", days_ago=150)
    await parlour.had("+77010000002", name="Regular", days_ago=150)
    await parlour.had("+77010000002", days_ago=100)
    await parlour.had("+77010000003", name="Fresh", days_ago=2)
    await parlour.had("+77010000004", name="Ahead", days_ago=90)
    await parlour.had("+77010000004", days_ago=-2, stage=Stage.ACCEPTED)
    await parlour.had("+77010000005", name="Absent", stage=Stage.CANCELLED, status="no_show")
    await parlour.had("+77010000006", name="Buyer", timed=False)
    everybody = {one.name: one.state for one in await parlour.clients()}
    for state in ("new", "regular", "lost"):
        assert await parlour.names(show=state) == {n for n, s in everybody.items() if s == state}, state
    assert everybody["Әйгерім Қуатқызы"] == "lost"
    assert await parlour.names(show="missed") == {"Absent"}
    for typed in ("айг", "КУАТ", "Әйгерім қ", "0000001"):
        assert await parlour.names(q=typed) == {"Әйгерім Қуатқызы"}, typed
    assert await parlour.names(q="уатк") == set()
    assert await parlour.names(q="0000001", contacts=False) == set()
    absent = next(one.id for one in await parlour.clients() if one.name == "Absent")
    await parlour.do(services.mark_client, absent, BlacklistForm(mode="block", reason="Twice"))
    assert await parlour.names(show="blocked") == {"Absent"}
    assert (await parlour.card(absent)).mark == "block"
    with pytest.raises(Forbidden):
        await parlour.do(services.mark_client, absent, BlacklistForm(mode="allow", reason="x"), by=parlour.sara)


async def verified(parlour: Parlour, who: Actor, phone: str) -> None:
    """They proved the number: as the accounts room tells it."""
    mine = sa.update(person_table).where(person_table.c.id == who.person_id)
    await parlour.sql(mine.values(phone=phone, phone_verified_at=parlour.clock.now()))

    async def told(uow: UnitOfWork) -> None:
        uow.record(PhoneVerified(person_id=who.person_id))

    await parlour.site.do(told)
    await run_until_idle(parlour.site)


async def test_an_account_comes_to_a_card_only_by_a_proved_number(parlour: Parlour) -> None:
    await parlour.had(PHONE, name="The real one")
    thief = await parlour.person("thief")
    await parlour.had(PHONE, customer=thief)
    client_id = await parlour.only()
    assert (await parlour.card(client_id)).person_id is None
    aru = await parlour.person("aru")
    await verified(parlour, aru, PHONE)
    assert (await parlour.card(client_id)).person_id == aru.person_id
    await parlour.had(None, customer=aru)  # an order without a number: the account finds the card
    assert (await parlour.card(await parlour.only())).figures.visits == 3


async def test_a_person_gets_shareable_notes_sees_who_looked_and_is_forgotten(parlour: Parlour) -> None:
    aru = await parlour.person("aru")
    assert aru.person_id
    await verified(parlour, aru, PHONE)
    await parlour.had(PHONE, customer=aru)
    client_id = await parlour.only()
    await parlour.do(services.add_note, client_id, NewNote(content="Nickel", visibility="shareable"))
    await parlour.do(services.add_note, client_id, NewNote(content="Talks a lot"))
    await parlour.do(services.mark_client, client_id, BlacklistForm(mode="prepay_only", reason="Late"))
    await services.card_for(parlour.site, parlour.sara, client_id)
    seen = (await parlour.sql(sa.select(access_table))).mappings().all()
    assert [(r["person_id"], r["by_id"], r["what"]) for r in seen] == [(aru.person_id, parlour.sara.person_id, READ)]
    (known,) = (await parlour.site.ask(export, aru.person_id))["known_to"]
    assert [n["text"] for n in known["notes"]] == ["Nickel"]
    await parlour.site.do(erase_person, aru.person_id)
    assert await parlour.clients() == []
    for typed in ("5678", "айгүл"):
        assert await parlour.names(q=typed) == set()
    kept = (await parlour.sql(sa.select(client_table))).mappings().one()
    assert (kept["name"], kept["name_folded"], kept["phone"], kept["person_id"]) == ("", "", None, None)
    assert (await parlour.sql(sa.select(note_table))).all() == []
    assert (await parlour.sql(sa.select(booking_mark_table))).all() == []
    with pytest.raises(Missing):
        await services.card_for(parlour.site, parlour.dina, client_id)
    await services.catch_up(parlour.site)
    assert await parlour.clients() == []


async def test_with_a_person_goes_a_card_under_a_number_that_only_they_gave(parlour: Parlour) -> None:
    aru = await parlour.person("aru")
    assert aru.person_id
    await parlour.had(PHONE, customer=aru)
    other = "+77017654321"
    await parlour.had(other)
    await parlour.had(other, customer=aru)
    await parlour.site.do(erase_person, aru.person_id)
    phones = list((await parlour.sql(sa.select(client_table.c.phone))).scalars())
    assert PHONE not in phones
    assert other in phones, "somebody else orders with it too"


async def test_reading_a_card_of_somebody_without_an_account_is_in_the_trail(parlour: Parlour) -> None:
    await parlour.had()
    client_id = await parlour.only()
    await services.card_for(parlour.site, parlour.dina, client_id)
    logged = await parlour.sql(sa.select(audit_table.c.subject).where(audit_table.c.act == READ))
    assert list(logged.scalars()) == [f"client:{client_id}"]


async def test_orders_that_nobody_told_of_get_their_client_and_only_once(parlour: Parlour) -> None:
    for n in range(3):
        await parlour.had(PHONE, days_ago=n, tell=False)
    await parlour.had(None, tell=False)
    assert await services.catch_up(parlour.site) == 3
    assert await services.catch_up(parlour.site) == 0
    card = await parlour.card(await parlour.only())
    assert (card.figures.visits, card.first_seen_at) == (3, parlour.clock.now() - timedelta(days=2))


async def test_a_shop_forgets_who_asks_for_it(parlour: Parlour) -> None:
    await parlour.had()
    client_id = await parlour.only()
    with pytest.raises(Forbidden):
        await parlour.do(services.forget_client, client_id, by=parlour.sara)
    await parlour.do(services.forget_client, client_id)
    assert await parlour.clients() == []
    stranger: Any = await parlour.person("stranger", "vendor")
    with pytest.raises(Missing):
        await parlour.do(services.add_note, client_id, NewNote(content="x"), by=stranger)
