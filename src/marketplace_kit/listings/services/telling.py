"""Who hears what happened to a listing."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import msgspec
import sqlalchemy as sa

from marketplace_kit.accounts.queries import contact_of
from marketplace_kit.kernel.hooks import ListingKind
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_kit.kernel.translated import named, together
from marketplace_kit.listings.domain import ARCHIVED, PUBLISHED, ListingChanged, Moderated, Published
from marketplace_kit.listings.schemas import facts_of
from marketplace_kit.listings.tables import favourite_table as favourite
from marketplace_kit.listings.tables import listing_table as listing
from marketplace_kit.notifications.services import notify
from marketplace_kit.shops.queries import owners_of
from marketplace_kit.web import formats

TELL = "listings.tell_favourites"
BUNDLE = 100
"""So many people are told in one unit of work: whoever is liked by thousands holds up nobody."""
NEW_PRICE = N_("it costs {price} now, before it was {before}")
A_PRICE = N_("it costs {price} now")
ON_REQUEST = N_("its price is on request now")
GONE = N_("it is not offered any more")
AWAY = N_("it is not shown at the moment")
BACK = N_("it is offered again")


class Tell(msgspec.Struct):
    """Tell those who have a listing among their favourites, behind ``after``, what changed."""

    change: ListingChanged
    after: UUID | None = None


async def tell_vendor(uow: UnitOfWork, event: Published) -> None:
    """The shop's owners hear that their listing can be seen; nobody else does."""
    for owner in await owners_of(await uow.session.connection(), event.shop_id):
        await notify(
            uow,
            to=owner,
            notice="listings.published",
            facts={"title": event.titles or event.title},
            link=f"/listings/{event.listing_id}",
            key=f"listings.published:{event.listing_id}:{event.version}:{owner}",
        )


async def tell_verdict(uow: UnitOfWork, event: Moderated) -> None:
    """The owners hear why their listing was sent back or taken down; an approval is told by its being published."""
    if event.verdict == "approve":
        return
    notice = "listings.taken_down" if event.verdict == "take_down" else "listings.rejected"
    for owner in await owners_of(await uow.session.connection(), event.shop_id):
        await notify(
            uow,
            to=owner,
            notice=notice,
            facts={"title": event.titles or event.title, "reason": event.reason},
            link=f"/listings/{event.listing_id}",
            key=f"{notice}:{event.listing_id}:{event.version}:{owner}",
        )


async def tell_followers(uow: UnitOfWork, event: ListingChanged) -> None:
    """A change of price, of state or of what a card shows sets out to everybody who has the listing at heart."""
    if not event.first and _telling(uow.site, event):
        uow.enqueue(TELL, Tell(change=event), key=f"{TELL}:{event.listing_id}:{event.version}")


def _telling(site: Site, event: ListingChanged) -> tuple[str, ...]:
    """What of a change is worth a word: price, state, and the choices among the facts of its card (reserved, sold)."""
    kind = site.registry.listing_kinds.get(event.kind)
    facts = {f"attributes.{name}" for name in (kind.facts if kind else ())}
    return tuple(name for name in event.changed if name in ("price", "state") or name in facts)


async def tell_bundle(uow: UnitOfWork, tell: Tell) -> None:
    """Tell the next hundred, and leave the rest to the next job."""
    event = tell.change
    people = await _who(uow, event.listing_id, tell.after)
    told = _telling(uow.site, event)
    row = (await uow.session.execute(sa.select(listing).where(listing.c.id == event.listing_id))).mappings().first()
    if row is None:
        return
    kind = uow.site.registry.listing_kinds.get(event.kind)
    titles = together(row["language"], row["title"], row["titles"])
    for person in people:
        receiver = await contact_of(await uow.session.connection(), person)
        if receiver is None:
            continue
        words = _words(uow.site, receiver.locale, event, told, kind, row["attributes"], row["price_currency"])
        await notify(
            uow,
            to=person,
            notice="listings.favourite_changed",
            facts={"title": named(titles, receiver.locale), "what": "; ".join(words)},
            link=f"/listings/{event.listing_id}" if event.state == PUBLISHED else "/account/favourites",
            key=f"listings.favourite_changed:{event.listing_id}:{event.version}:{person}",
        )
    if len(people) == BUNDLE:
        after = people[-1]
        uow.enqueue(TELL, Tell(change=event, after=after), key=f"{TELL}:{event.listing_id}:{event.version}:{after}")


async def _who(uow: UnitOfWork, listing_id: UUID, after: UUID | None) -> Sequence[UUID]:
    wanted = sa.select(favourite.c.person_id).where(favourite.c.listing_id == listing_id)
    if after is not None:
        wanted = wanted.where(favourite.c.person_id > after)
    return list((await uow.session.execute(wanted.order_by(favourite.c.person_id).limit(BUNDLE))).scalars())


def _words(
    site: Site,
    locale: str,
    event: ListingChanged,
    told: tuple[str, ...],
    kind: ListingKind | None,
    attributes: dict[str, object],
    currency: str | None,
) -> list[str]:
    """What changed, in the receiver's language."""
    words = []
    if "state" in told:
        text = BACK if event.state == PUBLISHED else GONE if event.state == ARCHIVED else AWAY
        words.append(site.texts.gettext(locale, text))
    if "price" in told:
        after, before = (_money(p, currency) for p in (event.price_after, event.price_before))
        text = ON_REQUEST if not after else NEW_PRICE if before else A_PRICE
        words.append(site.texts.render(locale, text, {"price": after, "before": before}))
    names = [name.removeprefix("attributes.") for name in told if name.startswith("attributes.")]
    if kind is not None and names:
        shown = facts_of(
            kind.attributes,
            attributes,
            lambda text: site.texts.gettext(locale, text),
            money=formats.money,
            day=lambda day: formats.day(day, locale),
            only=names,
        )
        words += [f"{label}: {value}" for label, value in shown]
    return words


def _money(amount: int | None, currency: str | None) -> str:
    return formats.money(Money(amount, currency)) if amount is not None and currency else ""
