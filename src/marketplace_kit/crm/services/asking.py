"""What the doors ask for: shops whose clients somebody may see, a card that is noted as read, whose order it was."""

from __future__ import annotations

from uuid import UUID
from zoneinfo import ZoneInfo

import attrs

from marketplace_kit.crm import queries
from marketplace_kit.crm.domain import SEE, STATES
from marketplace_kit.crm.queries import Wanted
from marketplace_kit.crm.queries.cards import Counting
from marketplace_kit.crm.schemas import ClientCard, CrmSettings, Narrowed, OfOrder
from marketplace_kit.crm.services.access import holds, sees_contacts
from marketplace_kit.crm.services.privacy import note_read
from marketplace_kit.kernel.errors import Forbidden, Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import Site
from marketplace_kit.shops.domain import ADMIN
from marketplace_kit.shops.queries import own_shops
from marketplace_kit.shops.schemas import OwnShop

MISSED, BLOCKED, BIRTHDAY, FOLLOW_UP = "missed", "blocked", "birthday", "follow_up"
"""What a list can be asked for besides how a client stands."""


@attrs.frozen(kw_only=True)
class Reader:
    """Somebody before the clients of one shop, as what they are there."""

    shop_id: UUID
    roles: frozenset[str]
    contacts: bool


def counting_of(site: Site) -> Counting:
    return Counting(
        now=site.clock.now(),
        currency=site.settings.of(SiteSettings).currency,
        lost_days=site.settings.of(CrmSettings).lost_after_days,
    )


def wanted_of(
    site: Site,
    shop_id: UUID,
    *,
    contacts: bool,
    q: str = "",
    tag: str = "",
    show: str = "",
    had: Narrowed | None = None,
) -> Wanted:
    """Which clients a list shows. Days are those of the site's zone."""
    had = had or Narrowed()
    counting = counting_of(site)
    zone = ZoneInfo(site.settings.of(SiteSettings).timezone)
    return Wanted(
        shop_id=shop_id,
        now=counting.now,
        today=counting.now.astimezone(zone).date(),
        currency=counting.currency,
        lost_days=counting.lost_days,
        contacts=contacts,
        text=q,
        tag=tag,
        state=show if show in STATES else "",
        missed=show == MISSED,
        blocked=show == BLOCKED,
        birthday=show == BIRTHDAY,
        follow_up=show == FOLLOW_UP,
        staff=had.staff,
        service=UUID(had.service) if had.service else None,
        spent_from=had.spent.amount if had.spent else None,
        seen_since=had.since,
        seen_until=had.until,
    )


async def shops_of(site: Site, actor: Actor) -> list[OwnShop]:
    """The shops whose clients somebody may see."""
    if actor.person_id is None:
        return []
    mine = await site.ask(own_shops, actor.person_id, locale=actor.locale)
    return [one for one in mine if holds(site, [one.role], SEE)]


async def reader_of(site: Site, actor: Actor, shop_id: UUID) -> Reader:
    """Refuses :class:`Missing` to strangers, :class:`Forbidden` to those whose role does not see clients."""
    roles = await site.ask(queries.roles_at, shop_id, actor.person_id) | ({ADMIN} & actor.roles)
    if not roles:
        raise Missing
    if not holds(site, roles, SEE):
        raise Forbidden
    return Reader(shop_id=shop_id, roles=roles, contacts=sees_contacts(site, roles))


async def reader_for(site: Site, actor: Actor, client_id: UUID) -> tuple[Reader, UUID]:
    """The same by a client; with the card that counts."""
    found = await site.ask(queries.shop_of, client_id)
    if found is None:
        raise Missing
    return await reader_of(site, actor, found[0]), found[1]


async def card_for(site: Site, actor: Actor, client_id: UUID, *, noted: bool = True) -> ClientCard:
    """The card, as the reader may see it. That it was read is noted, unless it was just changed. Refuses
    :class:`Missing` and :class:`Forbidden`.
    """
    reader, whole = await reader_for(site, actor, client_id)
    found = await site.ask(queries.card_of, whole, counting_of(site), contacts=reader.contacts)
    if found is None:
        raise Missing
    if noted:
        await site.do(note_read, whole, by=actor)
    return found


async def order_client(site: Site, actor: Actor, order_id: UUID) -> OfOrder:
    """Whose order it was. Refuses :class:`Missing` to strangers."""
    found = await site.ask(queries.whose_order, order_id, counting_of(site))
    if found is None:
        raise Missing
    await reader_of(site, actor, found.shop_id)
    return found
