"""Who hears what of an appointment, each once: its customer by whatever they chose, a guest at the addresses that the
order has, and of the shop whoever has to know.

Appointments tell of themselves: for kinds of lines that do (``LineKind.tells``), the order's own notices keep quiet.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import attrs
import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.accounts.queries import contact_of
from marketplace_kit.kernel.hooks import Listener, Message, Undeliverable
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.jobs import Work
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.notifications.queries import wordings_of
from marketplace_kit.notifications.services import notify
from marketplace_kit.notifications.services.wording import Said
from marketplace_kit.scheduling.domain import (
    AppointmentCancelled,
    AppointmentCompleted,
    AppointmentConfirmed,
    AppointmentDelayed,
    AppointmentExpired,
    AppointmentMissed,
    AppointmentOnTheWay,
    AppointmentProposed,
    AppointmentRequested,
    AppointmentRescheduled,
    CustomerCheckedIn,
)
from marketplace_kit.scheduling.queries.following import Followed, followed
from marketplace_kit.scheduling.services.desk import Reached, reach, waits_for_money
from marketplace_kit.scheduling.services.inviting import absolute, attached, visit_path, visit_token
from marketplace_kit.scheduling.services.notices import (
    BOTH_WAYS,
    CANCELLED,
    CHECKED_IN,
    COMPLETED,
    CONFIRMED,
    DECLINED,
    DELAYED,
    EXPIRED,
    MISSED,
    MOVED,
    ON_THE_WAY,
    PROPOSED,
    REMINDER,
    REQUESTED,
    SHOP_BOOKED,
    SHOP_CANCELLED,
    SHOP_EXPIRED,
    SHOP_MOVED,
    SHOP_REQUESTED,
    TO_PAY,
    WITH_INVITE,
    facts_of,
)
from marketplace_kit.scheduling.tables.following import message_table as message
from marketplace_kit.shops.queries import owners_of

TELL_GUEST = "scheduling.tell_guest"
TRIES = 12
STALE_SECONDS = 24 * 60 * 60
_BACK_AGAIN = ("undo_check_in", "undo_miss")
_BY_SHOP = ("confirm", "settle", "ask_payment")
STAFF_ORIGIN = "staff"


class TellGuest(msgspec.Struct, frozen=True, kw_only=True):
    """The job's payload: which message, and nothing about anybody."""

    message_id: UUID


async def tell_customer(
    uow: UnitOfWork, one: Followed, notice: str, *, offset: int = 0, more: Mapping[str, Any] | None = None
) -> bool:
    """Write it for the customer of an appointment, once for each of its versions (and offset); whether that was new."""
    connection = await uow.session.connection()
    reached = await reach(connection, uow.site, one)
    if one.person_id is None:
        return await _write_for_guest(uow, one, reached, notice, offset)
    enclosed = None
    if notice in WITH_INVITE:
        enclosed = attached(uow.site, one, reached, absolute(uow.site, visit_path(one.id)))
    written = await notify(
        uow,
        to=one.person_id,
        notice=notice,
        facts=facts_of(uow.site, one, reached, reached.locale) | dict(more or {}),
        link=visit_path(one.id),
        key=f"{notice}:{one.id}:{one.version}:{offset}",
        order_id=one.order_id,
        attachment=enclosed,
    )
    return written is not None


async def _write_for_guest(uow: UnitOfWork, one: Followed, reached: Reached, notice: str, offset: int) -> bool:
    given = [c for c, address in (("email", reached.email), ("sms", reached.phone)) if address]
    if notice == REMINDER:
        given.reverse()  # a telephone is looked at in time
    new = False
    for channel in given if notice in BOTH_WAYS else given[:1]:
        message_id = new_id()
        values = {
            "id": message_id,
            "appointment_id": one.id,
            "notice": notice,
            "version": one.version,
            "offset_minutes": offset,
            "channel": channel,
            "written_at": uow.at,
        }
        statement = uow.site.database.insert(message).values(values).on_conflict_do_nothing()
        if (await uow.session.execute(statement.returning(message.c.id))).first() is not None:
            uow.enqueue(TELL_GUEST, TellGuest(message_id=message_id), key=f"{TELL_GUEST}:{message_id}")
            new = True
    return new


async def tell_shop(uow: UnitOfWork, one: Followed, notice: str) -> None:
    """Write it for whoever does it and for the owners, each in their language."""
    connection = await uow.session.connection()
    reached = await reach(connection, uow.site, one)
    whom = dict.fromkeys([*([one.staff_member] if one.staff_member else []), *await owners_of(connection, one.shop_id)])
    for person_id in whom:
        contact = await contact_of(connection, person_id)
        if contact is None or person_id == one.person_id:
            continue
        await notify(
            uow,
            to=person_id,
            notice=notice,
            facts=facts_of(uow.site, one.for_staff(), reached, contact.locale),
            link=f"/sell/calendar/{one.id}",
            key=f"{notice}:{one.id}:{one.version}:{person_id}",
            order_id=one.order_id,
        )


# ── what is heard of ─────────────────────────────────────────────────────────────────────────────


async def _found(uow: UnitOfWork, appointment_id: UUID, version: int) -> Followed | None:
    """The appointment as it is, under the version that is told of: of each change once. Nobody is told of one that has
    been over for a day: that is no news any more.
    """
    one = await followed(await uow.session.connection(), appointment_id)
    if one is None or one.ends_s < uow.at.timestamp() - STALE_SECONDS:
        return None
    return msgspec.structs.replace(one, version=version)


async def tell_requested(uow: UnitOfWork, event: AppointmentRequested) -> None:
    one = await _found(uow, event.appointment_id, event.version)
    if one is None or one.effect != "keeps":
        return
    await tell_customer(uow, one, TO_PAY if waits_for_money(uow.site, one) else REQUESTED)
    if one.origin != STAFF_ORIGIN and not waits_for_money(uow.site, one):
        await tell_shop(uow, one, SHOP_REQUESTED)


async def tell_confirmed(uow: UnitOfWork, event: AppointmentConfirmed) -> None:
    one = await _found(uow, event.appointment_id, event.version)
    if one is None or one.effect != "keeps" or event.verb in _BACK_AGAIN:
        return
    await tell_customer(uow, one, CONFIRMED)
    if one.origin != STAFF_ORIGIN and event.verb not in _BY_SHOP:
        await tell_shop(uow, one, SHOP_BOOKED)


async def tell_moved(uow: UnitOfWork, event: AppointmentRescheduled) -> None:
    one = await _found(uow, event.appointment_id, event.version)
    if one is None or one.effect != "keeps":
        return
    await tell_customer(uow, one, MOVED)
    if event.by_customer:
        await tell_shop(uow, one, SHOP_MOVED)


async def tell_proposed(uow: UnitOfWork, event: AppointmentProposed) -> None:
    one = await _found(uow, event.appointment_id, event.version)
    if one is not None and one.proposed_s is not None:
        await tell_customer(uow, one, PROPOSED)


async def tell_cancelled(uow: UnitOfWork, event: AppointmentCancelled) -> None:
    one = await _found(uow, event.appointment_id, event.version)
    if one is None:
        return
    await tell_customer(uow, one, DECLINED if event.verb == "decline" else CANCELLED)
    if event.by_customer:
        await tell_shop(uow, one, SHOP_CANCELLED)


async def tell_expired(uow: UnitOfWork, event: AppointmentExpired) -> None:
    one = await _found(uow, event.appointment_id, event.version)
    if one is not None:
        await tell_customer(uow, one, EXPIRED)
        await tell_shop(uow, one, SHOP_EXPIRED)


async def tell_checked_in(uow: UnitOfWork, event: CustomerCheckedIn) -> None:
    """Only when the customer did it: whoever works there hears that somebody waits."""
    one = await _found(uow, event.appointment_id, event.version)
    if one is not None and event.by_customer:
        await tell_shop(uow, one, CHECKED_IN)


async def tell_on_the_way(uow: UnitOfWork, event: AppointmentOnTheWay) -> None:
    one = await _found(uow, event.appointment_id, event.version)
    if one is not None and one.effect == "keeps":
        at = msgspec.structs.replace(one, eta_s=int(event.arrives_at.timestamp()))
        await tell_customer(uow, at, ON_THE_WAY)


async def tell_delayed(uow: UnitOfWork, event: AppointmentDelayed) -> None:
    one = await _found(uow, event.appointment_id, event.version)
    if one is not None and one.effect == "keeps":
        at = msgspec.structs.replace(one, eta_s=int(event.eta.timestamp()))
        await tell_customer(uow, at, DELAYED, offset=int(event.eta.timestamp()) // 60 % 1_000_000)


async def tell_completed(uow: UnitOfWork, event: AppointmentCompleted) -> None:
    one = await _found(uow, event.appointment_id, event.version)
    if one is not None:
        await tell_customer(uow, one, COMPLETED)


async def tell_missed(uow: UnitOfWork, event: AppointmentMissed) -> None:
    one = await _found(uow, event.appointment_id, event.version)
    if one is not None:
        await tell_customer(uow, one, MISSED)


# ── guests ───────────────────────────────────────────────────────────────────────────────────────


@attrs.frozen(kw_only=True)
class _Leaving:
    one: Followed
    reached: Reached
    notice: str
    version: int
    channel: str
    edited: Mapping[str, tuple[str, str]]


async def _leaving(connection: AsyncConnection, site: Site, message_id: UUID) -> _Leaving | None:
    wanted = sa.select(message).where(message.c.id == message_id, message.c.state == "waiting")
    row = (await connection.execute(wanted)).first()
    one = None if row is None else await followed(connection, row.appointment_id)
    if row is None or one is None:
        return None
    reached = await reach(connection, site, one)
    edited = await wordings_of(connection, row.notice, reached.locale)
    return _Leaving(
        one=one, reached=reached, notice=row.notice, version=row.version, channel=row.channel, edited=edited
    )


async def tell_guest(work: Work, share: TellGuest) -> None:
    """Send it outside of any transaction, in the words and to the address of this moment. What was overtaken by a later
    change, or belongs to somebody with an account by now, is not sent.
    """
    site = work.site
    found = await site.ask(_leaving, site, share.message_id)
    if found is None:
        return
    state = "skipped"
    composed = _composed(site, found, share.message_id)
    channel = site.registry.channels.get(found.channel)
    if composed is not None and channel is not None and channel.sender is not None:
        try:
            await channel.sender.deliver(site, composed)
            state = "sent"
        except Undeliverable:
            state = "failed"
        except Exception:
            if work.attempt < TRIES:
                raise
            state = "failed"
    async with work.finish() as uow:
        row = sa.and_(message.c.id == share.message_id, message.c.state == "waiting")
        sent_at = uow.at if state == "sent" else None
        await uow.session.execute(sa.update(message).where(row).values(state=state, sent_at=sent_at))


def _composed(site: Site, found: _Leaving, message_id: UUID) -> Message | None:
    one, reached = found.one, found.reached
    to = reached.email if found.channel == "email" else reached.phone
    declared = site.registry.notices.get(found.notice)
    if one.person_id is not None or one.version != found.version or not to or declared is None:
        return None
    said = Said(site, declared, reached.locale, facts_of(site, one, reached, reached.locale))
    said.edited = found.edited
    subject, body = said.on(found.channel)
    link = absolute(site, visit_path(one.id, visit_token(site, one.id)))
    return Message(
        key=str(message_id),
        to=to,
        name="",
        subject=subject,
        body=body,
        link=link,
        locale=reached.locale,
        attachment=attached(site, one, reached, link) if found.notice in WITH_INVITE else None,
    )


LISTENERS = (
    Listener(name="scheduling.tell_requested", event=AppointmentRequested, handle=tell_requested),
    Listener(name="scheduling.tell_confirmed", event=AppointmentConfirmed, handle=tell_confirmed),
    Listener(name="scheduling.tell_moved", event=AppointmentRescheduled, handle=tell_moved),
    Listener(name="scheduling.tell_proposed", event=AppointmentProposed, handle=tell_proposed),
    Listener(name="scheduling.tell_cancelled", event=AppointmentCancelled, handle=tell_cancelled),
    Listener(name="scheduling.tell_expired", event=AppointmentExpired, handle=tell_expired),
    Listener(name="scheduling.tell_checked_in", event=CustomerCheckedIn, handle=tell_checked_in),
    Listener(name="scheduling.tell_on_the_way", event=AppointmentOnTheWay, handle=tell_on_the_way),
    Listener(name="scheduling.tell_delayed", event=AppointmentDelayed, handle=tell_delayed),
    Listener(name="scheduling.tell_completed", event=AppointmentCompleted, handle=tell_completed),
    Listener(name="scheduling.tell_missed", event=AppointmentMissed, handle=tell_missed),
)
