"""What the staff write down: cards made by hand, changes, notes, tags, whose order it was, who may book online."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from marketplace_kit.crm.domain import (
    BY_STAFF,
    KEEP,
    LONGEST_TAG,
    MOST_TAGS,
    SEE_CONTACTS,
    Client,
    ClientExists,
    tag_key,
)
from marketplace_kit.crm.schemas import BlacklistForm, ClientChange, Known, NewClient, NewNote, WhoseForm
from marketplace_kit.crm.services.access import check_shop, client_for, members_of
from marketplace_kit.crm.services.knowing import find_or_make
from marketplace_kit.crm.tables import client_order_table as link
from marketplace_kit.crm.tables import client_table as client
from marketplace_kit.crm.tables import note_table as note
from marketplace_kit.crm.tables import tag_table as tag
from marketplace_kit.kernel.audit import audit
from marketplace_kit.kernel.database import violated
from marketplace_kit.kernel.errors import Invalid, Missing, Problem, StaleVersion
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_kit.orders.services import order_topic
from marketplace_kit.orders.tables import order_table as order
from marketplace_kit.scheduling.schemas import MarkForm
from marketplace_kit.scheduling.services import mark_customer
from marketplace_kit.scheduling.tables import resource_table as resource

_NOT_STAFF = N_("Nobody of this shop is meant by that.")
_NO_PHONE = N_("A client without an account is known by the phone.")
_TOO_MANY_TAGS = N_("A client has at most {most} tags, each of at most {length} letters.")
_NO_SUCH_NOTE = N_("This note was corrected already, or is not there.")
_CANNOT_MARK = N_("Who may book is kept by the phone: write that down first.")
_TAKEN = "uq_client_shop_phone"


async def add_client(uow: UnitOfWork, shop_id: UUID, form: NewClient, *, by: Actor) -> Client:
    """A card made by hand. Refuses :class:`ClientExists` where the phone has one."""
    await check_shop(uow, shop_id, KEEP, by=by)
    await check_shop(uow, shop_id, SEE_CONTACTS, by=by)
    made = Client(shop_id=shop_id, name=form.name, source=BY_STAFF, first_seen_at=uow.at, last_seen_at=uow.at)
    await _write(uow, made, form, form.phone)
    return made


async def change_client(uow: UnitOfWork, client_id: UUID, form: ClientChange, *, by: Actor) -> Client:
    """Write it down anew. Refuses :class:`StaleVersion`, :class:`ClientExists`."""
    found = await client_for(uow, client_id, SEE_CONTACTS, by=by)
    await check_shop(uow, found.shop_id, KEEP, by=by)
    if found.version != form.version:
        raise StaleVersion
    if not form.phone and found.person_id is None:
        raise Invalid(Problem("phone", "required", _NO_PHONE))
    await _write(uow, found, form, form.phone)
    return found


async def _write(uow: UnitOfWork, card: Client, form: Known, phone: str) -> None:
    if form.staff_id is not None and form.staff_id != card.staff_id:
        r = resource.c
        mine = sa.select(r.id).where(r.id == form.staff_id, r.shop_id == card.shop_id, r.kind == "staff")
        if (await uow.session.execute(mine)).first() is None:
            raise Invalid(Problem("staff_id", "not_a_choice", _NOT_STAFF))
    shop_id = card.shop_id
    try:
        async with uow.session.begin_nested():
            card.rename(form.name)
            card.born(form.birthday)
            card.phone, card.email = phone or None, form.email or None
            card.locale, card.channel, card.staff_id = form.locale, form.channel, form.staff_id
            uow.session.add(card)
    except IntegrityError as twice:
        if violated(twice) != _TAKEN:
            raise
        raise ClientExists(client_id=str(await _has(uow, shop_id, phone))) from twice


async def _has(uow: UnitOfWork, shop_id: UUID, phone: str) -> UUID:
    c = client.c
    wanted = sa.select(sa.func.coalesce(c.merged_into_id, c.id)).where(c.shop_id == shop_id, c.phone == phone)
    found: UUID = (await uow.session.execute(wanted)).scalar_one()
    return found


async def add_note(uow: UnitOfWork, client_id: UUID, form: NewNote, *, by: Actor) -> UUID:
    """Write something down, or in place of an earlier note. Nothing written is ever changed: refuses to correct a note
    that was corrected already.
    """
    card = await client_for(uow, client_id, KEEP, by=by)
    corrects = UUID(form.corrects) if form.corrects else None
    whose = card.id
    if corrects is not None:
        members = await members_of(uow, card.id)
        later = note.alias()
        current = sa.select(note.c.client_id).where(
            note.c.id == corrects,
            note.c.client_id.in_(members),
            ~sa.exists().where(later.c.corrects_id == note.c.id),
        )
        written = (await uow.session.execute(current)).first()
        if written is None:
            raise Invalid(Problem("corrects", "not_a_choice", _NO_SUCH_NOTE))
        whose = written.client_id
    note_id = new_id()
    values = {
        "id": note_id,
        "client_id": whose,
        "by_id": by.person_id,
        "at": uow.at,
        "text": form.content.strip(),
        "visibility": form.visibility,
        "corrects_id": corrects,
    }
    try:
        async with uow.session.begin_nested():
            await uow.session.execute(sa.insert(note).values(values))
    except IntegrityError as twice:
        if violated(twice) != "uq_client_note_corrects_id":
            raise
        raise Invalid(Problem("corrects", "not_a_choice", _NO_SUCH_NOTE)) from twice
    return note_id


async def set_tags(uow: UnitOfWork, client_id: UUID, tags: Iterable[str], *, by: Actor) -> None:
    """All tags that the client has from now on; two spellings of one are one, in the first spelling."""
    card = await client_for(uow, client_id, KEEP, by=by)
    wanted: dict[str, str] = {}
    for one in tags:
        said = " ".join(one.split())
        if len(said) > LONGEST_TAG:
            raise _too_many()
        if key := tag_key(said):
            wanted.setdefault(key, said)
    if len(wanted) > MOST_TAGS:
        raise _too_many()
    members = await members_of(uow, card.id)
    t = tag.c
    had = (await uow.session.execute(sa.select(t.key, t.tag, t.client_id).where(t.client_id.in_(members)))).all()
    kept = {row.key for row in had if wanted.get(row.key) == row.tag}
    await uow.session.execute(sa.delete(tag).where(t.client_id.in_(members), t.key.not_in(list(kept))))
    new = [{"client_id": card.id, "key": key, "tag": said} for key, said in wanted.items() if key not in kept]
    if new:
        await uow.session.execute(sa.insert(tag), new)


def _too_many() -> Invalid:
    return Invalid(Problem("tags", "too_many", _TOO_MANY_TAGS, {"most": MOST_TAGS, "length": LONGEST_TAG}))


async def set_client(uow: UnitOfWork, order_id: UUID, form: WhoseForm, *, by: Actor) -> UUID:
    """Whose order this was: the card with the phone, made if there is none. Of this one
    only; logged.
    """
    o = order.c
    found = (await uow.session.execute(sa.select(o.shop_id, o.created_at).where(o.id == order_id))).first()
    if found is None:
        raise Missing
    await check_shop(uow, found.shop_id, KEEP, by=by)
    client_id = await find_or_make(
        uow, shop_id=found.shop_id, phone=form.phone, name=form.name, source=BY_STAFF, at=found.created_at
    )
    if client_id is None:
        raise Missing
    values = {"client_id": client_id, "set_by": by.person_id, "at": uow.at}
    said = uow.site.database.insert(link).values(order_id=order_id, **values)
    await uow.session.execute(said.on_conflict_do_update(index_elements=["order_id"], set_=values))
    await audit(uow, by=by, act="crm.set_client", on=f"order:{order_id}", facts={"client_id": str(client_id)})
    uow.touch(order_topic(order_id))
    uow.touch(f"shop:{found.shop_id}:calendar")
    return client_id


async def mark_client(uow: UnitOfWork, client_id: UUID, form: BlacklistForm, *, by: Actor) -> None:
    """Block a client's online booking, ask for a prepayment, or lift both: by every phone that the card has. Refuses as
    the room of scheduling does, and without a phone.
    """
    card = await client_for(uow, client_id, KEEP, by=by)
    phones = sa.select(client.c.phone).where(
        sa.or_(client.c.id == card.id, client.c.merged_into_id == card.id), client.c.phone.is_not(None)
    )
    known = list((await uow.session.execute(phones)).scalars())
    if not known:
        raise Invalid(Problem("mode", "phone_unknown", _CANNOT_MARK))
    for phone in known:
        marked = MarkForm(phone=phone, mode=form.mode, reason=form.reason)
        person_id = card.person_id if phone == card.phone else None
        try:
            async with uow.session.begin_nested():
                await mark_customer(uow, card.shop_id, marked, by=by, person_id=person_id)
        except IntegrityError as twice:
            if violated(twice) != "uq_booking_mark_shop_person":
                raise
            # The person is marked by a number that they had before: that mark speaks of them still.
            await mark_customer(uow, card.shop_id, marked, by=by)
