"""What people say about themselves, and how they are shown."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from marketplace_kit.accounts.schemas.asked import LANGUAGE, NAME, PASSWORD
from marketplace_kit.kernel.fields import Field, Form
from marketplace_kit.kernel.texts import N_


class PasswordChange(Form):
    current_password: Annotated[
        str, Field(N_("Present password"), format="password", max_length=128, autocomplete="current-password")
    ]
    password: Annotated[
        str,
        Field(
            N_("New password"),
            hint=N_("At least 8 characters. A few words in a row are easy to remember."),
            format="password",
            min_length=8,
            max_length=128,
            autocomplete="new-password",
        ),
    ]


class EmailChange(Form):
    email: Annotated[str, Field(N_("New e-mail"), format="email", max_length=254, autocomplete="email")]
    password: Annotated[str, PASSWORD]


class PhoneChange(Form):
    phone: Annotated[str, Field(N_("New phone"), format="phone", max_length=40, autocomplete="tel")]
    password: Annotated[str, PASSWORD]


CURRENCIES = ("KZT", "RUB", "USD", "EUR", "GBP", "CNY", "TRY", "UZS", "KGS", "AZN")
_CURRENCY = Field(N_("Currency"), choices=tuple((code, code) for code in CURRENCIES))
_COUNTRY = Field(N_("Country"), hint=N_("Two letters, such as KZ."), pattern="[A-Z]{2}", autocomplete="country")
_CITY = Field(N_("City"), max_length=80, autocomplete="address-level2")


class Profile(Form):
    """What people may change about themselves."""

    name: Annotated[str, NAME]
    locale: Annotated[str, LANGUAGE]
    currency: Annotated[str | None, _CURRENCY] = None
    country: Annotated[str | None, _COUNTRY] = None
    city: Annotated[str | None, _CITY] = None
    about: Annotated[
        str | None,
        Field(
            N_("About you"),
            hint=N_("Who lives with you, your home, your animals: what a shop or a kennel may want to know. Optional."),
            max_length=1000,
            long=True,
        ),
    ] = None


class Preferences(Form):
    """How the site is shown to somebody."""

    locale: Annotated[str, LANGUAGE]
    currency: Annotated[str | None, _CURRENCY] = None
    country: Annotated[str | None, _COUNTRY] = None
    city: Annotated[str | None, _CITY] = None
    marketing: Annotated[bool, Field(N_("Send me offers and news"))] = False


class NewAddress(Form, frozen=True, kw_only=True):
    """A place where somebody can be found or delivered to."""

    label: Annotated[str, Field(N_("What you call it"), hint=N_("Home, work…"), max_length=60)]
    street: Annotated[str, Field(N_("Street and house"), max_length=200, autocomplete="address-line1")]
    apartment: Annotated[
        str | None, Field(N_("Apartment, entrance, floor"), max_length=40, autocomplete="address-line2")
    ] = None
    city: Annotated[str, Field(N_("City"), max_length=100, autocomplete="address-level2")]
    country: Annotated[str, _COUNTRY] = "KZ"
    postcode: Annotated[str | None, Field(N_("Postcode"), max_length=20, autocomplete="postal-code")] = None
    note: Annotated[str | None, Field(N_("Note for the courier"), max_length=300)] = None
    point: Annotated[
        str | None,
        Field(
            N_("Latitude and longitude"),
            hint=N_("Only for visits at home: as maps show it, like 47.1068, 51.9166"),
            format="point",
            max_length=80,
        ),
    ] = None
    is_default: Annotated[bool, Field(N_("Use it unless I choose another one"))] = False


class Location(msgspec.Struct, frozen=True, kw_only=True):
    """Where somebody was last, to about a hundred metres."""

    lat: float
    lon: float
    at: datetime


class Here(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where somebody is: degrees, north and east positive."""

    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    lon: Annotated[float, msgspec.Meta(ge=-180, le=180)]
    city: Annotated[str, msgspec.Meta(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f]+$")] | None = None
    country: Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}$")] | None = None


class AddressRow(msgspec.Struct, frozen=True, kw_only=True):
    """One of a person's addresses."""

    id: UUID
    label: str
    street: str
    apartment: str | None
    city: str
    country: str
    postcode: str | None
    note: str | None
    is_default: bool
    point: str | None = None


class AddressList(msgspec.Struct, frozen=True):
    items: list[AddressRow]


class PreferencesAnswer(msgspec.Struct, frozen=True, kw_only=True):
    locale: str
    currency: str
    country: str | None
    city: str | None
    marketing: bool
    interests: list[str]


class StageRow(msgspec.Struct, frozen=True, kw_only=True):
    """What one source knows of somebody's way."""

    source: str
    stage: str
    noted_at: datetime


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """A person, as they see themselves."""

    id: UUID
    name: str
    email: str | None
    email_verified: bool
    phone: str | None
    phone_verified: bool
    phone_region: str | None
    is_verified: bool
    locale: str
    currency: str | None
    country: str | None
    city: str | None
    about: str | None
    interests: list[str]
    location: Location | None
    status: str
    roles: list[str]
    created_at: datetime


class PersonDetails(Me, frozen=True, kw_only=True):
    """A person, as an admin sees them."""

    active: bool
    deactivated_at: datetime | None
    sessions: int
    stages: list[StageRow]


class PersonRow(msgspec.Struct, frozen=True, kw_only=True):
    """A person, as an admin's list shows them."""

    id: UUID
    name: str
    email: str | None
    phone: str | None
    verified: bool
    active: bool
    status: str
    roles: list[str]
    created_at: datetime


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """How a person can be reached; ``None`` for an address that is not there. For rooms that send."""

    person_id: UUID
    name: str
    locale: str
    active: bool
    email: str | None
    email_verified: bool
    phone: str | None
    phone_verified: bool
