"""Listings as somebody books them: the service and its rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

import attrs
import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel import prepared
from marketplace_kit.kernel.dialects import gathered, listed
from marketplace_kit.kernel.money import Money
from marketplace_kit.listings.queries.titles import TITLE, titles_of
from marketplace_kit.listings.tables import listing_table as listing
from marketplace_kit.scheduling.domain.offers import Need
from marketplace_kit.scheduling.domain.slots import Pattern
from marketplace_kit.scheduling.tables import (
    service_rule_table,
)
from marketplace_kit.shops.tables import shop_table as shop

DEFAULT_MINUTES = 30
rule = service_rule_table.c


@attrs.frozen(kw_only=True)
class Rule:
    """How a service is booked; the defaults are those of the table."""

    minutes: int | None = None
    before: int = 0
    after: int = 0
    lead_minutes: int = 60
    horizon_days: int = 60
    step: int = 15
    mode: str = "grid"
    fixed_times: tuple[int, ...] = ()
    confirmation: str = "instant"
    needs: tuple[Need, ...] = (Need(),)
    places: int = 1
    cutoff_hours: int = 6
    moves: int = 2
    max_open: int = 10
    prepay: str = "none"
    prepay_amount: int = 0
    late_fee_percent: int = 0
    missed_fee_percent: int = 0
    policy_text: str = ""
    bookable_online: bool = True
    version: int = 0

    @property
    def pattern(self) -> Pattern:
        return Pattern(
            before=self.before * 60,
            after=self.after * 60,
            step=self.step * 60,
            mode=self.mode,
            fixed=self.fixed_times,
        )


@attrs.frozen(kw_only=True)
class Service:
    """A listing as somebody books it. ``identified``: whom customers agree to is known (their shop's IIN or BIN)."""

    listing_id: UUID
    shop_id: UUID
    kind: str
    title: str
    language: str
    titles: Mapping[str, str]
    price: Money | None
    minutes: int
    optional: bool
    published: bool
    shop_open: bool
    shop_hidden: bool
    identified: bool
    phone: str
    zone: str
    rule: Rule

    @property
    def all_titles(self) -> dict[str, str]:
        """By language."""
        return titles_of(self)


LISTINGS = sa.bindparam("listings", expanding=True, type_=listing.c.id.type)
_RULE = tuple(f.name for f in attrs.fields(Rule))
_ROW = (
    listing.c.id,
    listing.c.shop_id,
    listing.c.kind,
    *TITLE,
    listing.c.price_amount,
    listing.c.price_currency,
    listing.c.attributes,
    listing.c.option_groups,
    listing.c.state,
    shop.c.state,
    shop.c.tax_id,
    shop.c.phone,
    shop.c.zone,
    shop.c.holidays_closed,
)
SERVICES = (
    sa.select(gathered(listed(*_ROW, *(service_rule_table.c[name] for name in _RULE))))
    .select_from(
        listing.join(shop, shop.c.id == listing.c.shop_id).outerjoin(
            service_rule_table, rule.listing_id == listing.c.id
        )
    )
    .where(listing.c.id.in_(LISTINGS))
)


def together(names: Sequence[str], parts: Sequence[sa.Select[Any]]) -> sa.Select[Any]:
    """Several answers in one row, each under its name."""
    return sa.select(*(part.scalar_subquery().label(name) for name, part in zip(names, parts, strict=True)))


async def services_of(connection: AsyncConnection, listing_ids: Sequence[UUID]) -> dict[UUID, Service]:
    """The listings as they are booked; those that are not there are left out."""
    if not listing_ids:
        return {}
    found = await prepared.rows(connection, _ALONE, {"listings": sorted(set(listing_ids))})
    return dict(read_services(found[0].services)[0])


_ALONE = together(("services",), (SERVICES,))


# The same text means the same: shops change rarely, and are asked about all the time.


@lru_cache(maxsize=512)
def read_services(text: str) -> tuple[dict[UUID, Service], bool]:
    found = [_service(row) for row in msgspec.json.decode(text)]
    return {service.listing_id: service for service, _ in found}, any(closed for _, closed in found)


def needs_of(stored: Sequence[Mapping[str, Any]]) -> tuple[Need, ...]:
    return tuple(Need(one["kind"], frozenset(one.get("skills", ()))) for one in stored) or (Need(),)


def _service(row: Sequence[Any]) -> tuple[Service, bool]:
    """A service, and whether its shop keeps the holidays."""
    id_, shop_id, kind, title, language, titles, *known = row[: len(_ROW)]
    amount, currency, attributes, groups, state, shop_state, tax_id, phone, zone, closed = known
    said = attributes.get("minutes") if isinstance(attributes, dict) else None
    made = Rule()
    given = dict(zip(_RULE, row[len(_ROW) :], strict=True))
    if given["version"] is not None:
        given["bookable_online"] = bool(given["bookable_online"])
        made = Rule(
            **given | {"needs": needs_of(given["needs"]), "fixed_times": tuple(given["fixed_times"])},
        )
    service = Service(
        listing_id=UUID(id_),
        shop_id=UUID(shop_id),
        kind=kind,
        title=title,
        language=language,
        titles=titles,
        price=None if amount is None else Money.stored(amount, currency),
        minutes=made.minutes or (said if isinstance(said, int) and said > 0 else DEFAULT_MINUTES),
        optional=bool(groups),
        published=state == "published",
        shop_open=shop_state == "open",
        shop_hidden=shop_state == "hidden",
        identified=bool(tax_id),
        phone=phone or "",
        zone=zone,
        rule=made,
    )
    return service, bool(closed)
