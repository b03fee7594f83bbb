"""Listings as cards of a page, in the reader's words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import attrs
from babel.numbers import format_decimal

from marketplace_kit.kernel.hooks import ListingKind
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.pictures import Cover
from marketplace_kit.kernel.process import State, Tone
from marketplace_kit.kernel.texts import N_
from marketplace_kit.listings.queries.kinds import Kinds
from marketplace_kit.listings.schemas import ListingCard, ShopOfListing, facts_of, notes_of
from marketplace_kit.listings.schemas.facets import minute
from marketplace_kit.web import formats
from marketplace_kit.web.context import WebRequest, visit_of
from marketplace_kit.web.pieces import Views

_OPEN = State("open", N_("Open now"), Tone.GOOD)
_SHUT = State("shut", N_("Closed now"), Tone.NEUTRAL)
_NEAR_DAYS = {0: N_("Next free: today {time}"), 1: N_("Next free: tomorrow {time}")}
MOST_KEPT = 2000
"""Cards that are remembered as they were drawn, some four kilobytes each."""


@attrs.frozen(kw_only=True)
class CardView:
    """What ``listings/card.html`` draws of one listing, in one language; ``lang`` is that of a foreign title."""

    id: UUID
    title: str
    lang: str
    kind_label: str
    icon: str
    facts: list[str]
    price: Money | None
    shop: ShopOfListing
    is_favourite: bool
    photo: Cover | None = None
    doors: State | None = None
    price_varies: bool = False
    drawn: dict[Any, Any] = attrs.field(factory=dict, eq=False, repr=False)


class _Views(Views[ListingCard, CardView]):
    """Listings that were shown lately: most pages show what others have just seen."""


@attrs.frozen(kw_only=True)
class SectionView:
    """A section of a shop's menu: ``when`` it is served in words (empty: always), and whether that is now."""

    id: UUID
    name: str
    when: str
    served: bool
    cards: list[CardView]


@attrs.frozen(kw_only=True)
class KindChip:
    """A kind as a choice on a page: how many there are, and where it leads."""

    name: str
    label: str
    icon: str
    count: int


def shown_cards(request: WebRequest, cards: Iterable[ListingCard], kinds: Kinds) -> list[CardView]:
    """Cards with the facts that their kind names, translated. One that was shown before, in this language and just as
    it is now, is the same object, and need not be drawn again.
    """
    visit = visit_of(request)
    locale, gettext = visit.locale, visit.site.texts.gettext

    now = minute(visit.site.clock.now())

    def made(card: ListingCard) -> CardView:
        return _shown(card, kinds[card.kind], lambda text: gettext(locale, text), locale, now)

    def key(card: ListingCard) -> tuple[Any, ...]:  # what is tomorrow today is today tomorrow
        day = card.next_free and now.astimezone(card.next_free.tzinfo).date()
        return card.id, locale, card.is_favourite, day

    views: _Views = visit.site.facilities.setdefault(_Views, _Views(MOST_KEPT))
    return [views.of(key(card), card, partial(made, card)) for card in cards]


def _shown(card: ListingCard, kind: ListingKind, said: Callable[[str], str], locale: str, now: datetime) -> CardView:
    notes = notes_of(
        kind.attributes,
        card.attributes,
        kind.facts,
        said,
        money=formats.money,
        day=lambda day: formats.day(day, locale),
    )
    return CardView(
        id=card.id,
        title=card.title,
        lang="" if card.language == locale else card.language,
        kind_label=said(kind.label),
        icon=kind.icon,
        facts=[
            *notes,
            ", ".join(p for p in (card.shop.name, card.shop.city) if p),
            *_around(card, locale),
            *_next_free(card, said, locale, now),
        ],
        price=card.price,
        shop=card.shop,
        is_favourite=card.is_favourite,
        photo=card.photo,
        price_varies=card.price_varies,
        doors=None if card.is_open is None else _OPEN if card.is_open else _SHUT,
    )


def _around(card: ListingCard, locale: str) -> list[str]:
    """What others think of it, and how far it is."""
    told = []
    if card.rating_average is not None:
        told.append(f"★ {format_decimal(card.rating_average, '0.0', locale=locale)} ({card.rating_count})")
    if card.distance_m is not None:
        near = card.distance_m < 950
        told.append(
            f"{card.distance_m} m" if near else f"{format_decimal(card.distance_m / 1000, '0.0', locale=locale)} km"
        )
    return told


def _next_free(card: ListingCard, said: Callable[[str], str], locale: str, now: datetime) -> list[str]:
    """When it can be had next, by the clock of the shop."""
    if card.next_free is None:
        return []
    at, today = card.next_free, now.astimezone(card.next_free.tzinfo).date()
    if (near := (at.date() - today).days) in _NEAR_DAYS:
        return [said(_NEAR_DAYS[near]).format(time=f"{at:%H:%M}")]
    shown = formats.clock(at, str(at.tzinfo), locale, now)
    return [said(N_("Next free: {time}")).format(time=shown)]


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
