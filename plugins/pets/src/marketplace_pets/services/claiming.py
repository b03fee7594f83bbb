"""Pets of families that are not here yet: a shop writes them down, the family takes them over with a code."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.errors import Forbidden, Invalid, Missing, Problem
from marketplace_kit.kernel.hooks import Actor, Message, Undeliverable
from marketplace_kit.kernel.jobs import Work
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_kit.notifications.services.wording import Said
from marketplace_kit.shops.queries import names_of
from marketplace_kit.web.limits import limit
from marketplace_pets import queries
from marketplace_pets.domain import PetCard, lists
from marketplace_pets.schemas import NewPet
from marketplace_pets.services.access import today
from marketplace_pets.services.keepers import code_of, offer, shown_code
from marketplace_pets.services.profiles import register
from marketplace_pets.tables import keepership_table, pet_table, transfer_table

SEND, NOTICE = "pets.send_claim", "pets.claim"
CHANNEL = "sms"
t = transfer_table.c


class SendClaim(msgspec.Struct):
    """The job sends the code of an offer to the phone that stands with it."""

    offer_id: UUID


async def write_down(
    uow: UnitOfWork,
    *,
    name: str,
    species: str,
    coat: str = "",
    shop_id: UUID,
    phone: str = "",
    by: Actor,
    locale: str = "",
) -> UUID:
    """A pet that came in with somebody who has no account: kept by the shop until its family takes it over. With a
    ``phone`` the family gets a text message with the code. Refuses :class:`Forbidden` for another's shop and
    :class:`Invalid` like :func:`register`.
    """
    if shop_id not in by.shops:
        raise Forbidden
    form = NewPet(name=name, species=species, coat=coat)
    pet_id = await register(uow, form, by=by, shop_id=shop_id, how=lists.WALK_IN)
    if phone:
        await invite(uow, pet_id, phone=phone, by=by, locale=locale)
    return pet_id


async def invite(uow: UnitOfWork, pet_id: UUID, *, phone: str, by: Actor, locale: str = "") -> UUID:
    """Send the family of a pet that a shop wrote down the code by which it takes it over; the code before it ends.
    Nobody at the shop sees the code. Refuses :class:`Missing` for a pet that no shop of theirs wrote down, and
    :class:`Invalid` without a number.
    """
    keeper = await queries.keeper_of(await uow.session.connection(), pet_id)
    if keeper is None or keeper.how != lists.WALK_IN or keeper.shop_id not in by.shops:
        raise Missing
    if not phone.strip():
        raise Invalid(Problem("phone", "required", N_("Please fill this in.")))
    offered = await offer(uow, pet_id, by=by, phone=phone.strip()[:20], locale=locale)
    uow.enqueue(SEND, SendClaim(offer_id=offered.id), key=f"{SEND}:{offered.id}")
    return offered.id


async def invite_again(site: Site, pet_id: UUID, *, phone: str, by: Actor, locale: str = "") -> UUID:
    """The same by a button, with tries counted: five an hour for a pet. Refuses :class:`TooMany`."""
    await limit(site, "pets.invite", str(pet_id), most=5, per=timedelta(hours=1))
    return await site.do(invite, pet_id, phone=phone, by=by, locale=locale)


async def send_claim(work: Work, share: SendClaim) -> None:
    """Send it outside of any transaction; not if the code was used, taken back or replaced in the meantime."""
    site = work.site
    found = await site.ask(_to_send, share.offer_id)
    channel = site.registry.channels.get(CHANNEL)
    if found is None or channel is None or channel.sender is None:
        return
    shops = await site.ask(names_of, (found.shop_id,))
    facts = {
        "pet": found.name,
        "shop": shops.get(found.shop_id, ""),
        "code": shown_code(code_of(site, share.offer_id)),
    }
    locale = found.locale or site.settings.of(SiteSettings).locale
    subject, body = Said(site, site.registry.notices[NOTICE], locale, facts).on(CHANNEL)
    message = Message(
        key=str(share.offer_id),
        to=found.phone,
        name="",
        subject=subject,
        body=body,
        link=f"{site.settings.of(SiteSettings).public_url.rstrip('/')}/pets/take-over",
        locale=locale,
    )
    try:
        await channel.sender.deliver(site, message)
    except Undeliverable:
        return


async def _to_send(connection: AsyncConnection, offer_id: UUID) -> Any:
    p, k = pet_table.c, keepership_table.c
    wanted = (
        sa.select(p.name, k.shop_id, t.phone, t.locale)
        .select_from(transfer_table.join(pet_table, p.id == t.pet_id))
        .join(keepership_table, sa.and_(k.pet_id == p.id, k.until.is_(None)))
        .where(t.id == offer_id, t.accepted_at.is_(None), t.withdrawn_at.is_(None), t.phone != "")
    )
    return (await connection.execute(wanted)).first()


async def known_to(connection: AsyncConnection, site: Site, shop_id: UUID) -> list[PetCard]:
    """The living pets that a shop may name when it books: those shared with it just now, and those it wrote down."""
    return await queries.known_to(connection, shop_id, site.clock.now(), today(site))
