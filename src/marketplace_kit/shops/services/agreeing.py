"""What somebody agrees to who books at a shop: its words name the shop and its number, as the law wants it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import attrs

from marketplace_kit.accounts.domain import shown_phone
from marketplace_kit.kernel.errors import filled
from marketplace_kit.kernel.fields import Field
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.shops.domain import TaxIdRequired

_NAMED = N_(
    "I agree that “{shop}” (IIN or BIN {tax_id}) gets my name, contacts and wishes so that it can do what I order."
)


class Operator(Protocol):
    """Who keeps what a customer tells: a shop, however it was read."""

    @property
    def name(self) -> str: ...

    @property
    def phone(self) -> str | None: ...

    @property
    def tax_id(self) -> str | None: ...


def agreed_with(shop: Operator) -> str:
    """The number of whom a customer agrees with. Refuses :class:`TaxIdRequired` where it is not known."""
    if not shop.tax_id:
        raise TaxIdRequired(phone=shown_phone(shop.phone or ""))
    return shop.tax_id


def consent_words(site: Site, locale: str, shop: Operator) -> str:
    """What is ticked, and kept with what was ordered, word for word."""
    facts = {"shop": shop.name, "tax_id": shop.tax_id or ""}
    return filled(site.texts.gettext(locale, _NAMED), facts)


def with_consent(fields: Sequence[Field], words: str) -> tuple[Field, ...]:
    """A form's fields, with ``consent`` in the words of one shop."""
    return tuple(attrs.evolve(field, label=words) if field.name == "consent" else field for field in fields)
