"""What somebody chose of a listing: the door for orders, for scheduling and for plugins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

import attrs
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks.lines import Part
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.kernel.translated import named
from marketplace_kit.listings.domain import Listing
from marketplace_kit.listings.domain.options import OptionGroup, price_choice, span_of
from marketplace_kit.listings.queries.options import offered, option_groups


@attrs.frozen(kw_only=True)
class ChosenOptions:
    """What a choice comes to, in words that may be kept. ``unit_price`` is the sum of ``parts``; ``minutes`` are added
    to those of the listing; ``sku`` is the variant's; ``options`` are the ids as they were understood, by group.
    ``titles`` are the listing's by language.
    """

    title: str
    unit_price: Money
    parts: tuple[Part, ...]
    minutes: int = 0
    sku: str = ""
    options: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)
    titles: Mapping[str, str] = attrs.field(factory=dict)


async def choice_of(
    where: AsyncConnection | UnitOfWork,
    listing_id: UUID,
    chosen: Mapping[str, Sequence[str]],
    locale: str = "en",
) -> ChosenOptions:
    """Price what was chosen of a listing now, in one statement: ``site.ask(choice_of, listing_id, chosen, locale)`` or
    within a unit of work.

    ``chosen`` are ids of options by the id of their group. Refuses :class:`Missing` for a listing that is not there,
    Invalid with every problem at ``options.<group>`` (``option_required``, ``too_many_options``, ``unknown_option``,
    ``option_unavailable``) and ``price_on_request``. Whether the listing may be ordered at all is not asked here.
    """
    connection = await where.session.connection() if isinstance(where, UnitOfWork) else where
    offer = await offered(connection, listing_id)
    if offer is None:
        raise Missing
    choice = price_choice(offer.price, offer.groups, chosen)
    words = [named(part.names, locale) if part.names else "" for part in choice.parts]
    title = named(offer.titles, locale)
    first = ", ".join(word for word in (title, words[0]) if word)
    texts = [first, *words[1:]]
    return ChosenOptions(
        title=title,
        titles=offer.titles,
        unit_price=choice.total,
        parts=tuple(Part(text=text, amount=part.amount) for text, part in zip(texts, choice.parts, strict=True)),
        minutes=choice.minutes,
        sku=choice.sku,
        options=choice.options,
    )


async def reprice(uow: UnitOfWork, listing: Listing, groups: Sequence[OptionGroup] | None = None) -> None:
    """Work out anew what lists show of a listing's price; ``groups`` are its options if they are at hand."""
    if groups is None:
        if not listing.option_groups:
            return
        groups = await option_groups(await uow.session.connection(), listing.id)
    span = span_of(listing.price, groups)
    listing.option_groups = len(groups)
    listing.lowest = span.lowest if groups else None
    listing.price_varies = span.varies
