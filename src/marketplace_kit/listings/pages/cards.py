"""Listings as cards of a page, in the reader's words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

import attrs

from marketplace_kit.kernel.hooks import ListingKind
from marketplace_kit.kernel.money import Money
from marketplace_kit.listings.queries.kinds import Kinds
from marketplace_kit.listings.schemas import ListingCard, ShopOfListing, facts_of, notes_of
from marketplace_kit.web import formats
from marketplace_kit.web.context import WebRequest, visit_of


@attrs.frozen(kw_only=True)
class CardView:
    """What ``listings/parts.html`` draws of one listing."""

    id: UUID
    title: str
    kind_label: str
    icon: str
    facts: list[str]
    price: Money | None
    shop: ShopOfListing
    is_favourite: bool


@attrs.frozen(kw_only=True)
class KindChip:
    """A kind as a choice on a page: how many there are, and where it leads."""

    name: str
    label: str
    icon: str
    count: int


def shown_cards(request: WebRequest, cards: Iterable[ListingCard], kinds: Kinds) -> list[CardView]:
    """Cards with the facts that their kind names, translated."""
    said = translator(request)
    return [_shown(request, card, kinds[card.kind], said) for card in cards]


def _shown(request: WebRequest, card: ListingCard, kind: ListingKind, said: Callable[[str], str]) -> CardView:
    notes = notes_of(kind.attributes, card.attributes, kind.facts, said, money=formats.money, day=_days(request))
    return CardView(
        id=card.id,
        title=card.title,
        kind_label=said(kind.label),
        icon=kind.icon,
        facts=[*notes, ", ".join(p for p in (card.shop.name, card.shop.city) if p)],
        price=card.price,
        shop=card.shop,
        is_favourite=card.is_favourite,
    )


def shown_facts(request: WebRequest, kind: ListingKind, stored: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(label, value) of the public attributes that the page tells itself, in the reader's words."""
    said = translator(request)
    told = kind.told_by_panels
    return facts_of(kind.attributes, stored, said, money=formats.money, day=_days(request), without=told)


def _days(request: WebRequest) -> Callable[[Any], str]:
    locale = visit_of(request).locale
    return lambda day: formats.day(day, locale)


def kind_chips(request: WebRequest, kinds: Kinds, counts: Mapping[str, int]) -> list[KindChip]:
    """Every kind of the site with its count, also those that nothing fits."""
    said = translator(request)
    return [
        KindChip(name=k.name, label=said(k.plural), icon=k.icon, count=counts.get(k.name, 0)) for k in kinds.values()
    ]


def translator(request: WebRequest) -> Callable[[str], str]:
    visit = visit_of(request)
    return lambda text: visit.site.texts.gettext(visit.locale, text)
