"""What goes over the wire: forms that are taken, structs that are answered."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from marketplace_kit.kernel.fields import Field, Form
from marketplace_kit.kernel.texts import N_


class ShopSettings(Form):
    """``[shops]``: how a shop comes onto the site."""

    approval: Annotated[
        bool, Field(N_("New shops wait for approval"), runtime=True, hint=N_("Otherwise a new shop is open at once."))
    ] = False


class NewShop(Form):
    """What is asked of somebody who opens a shop."""

    name: Annotated[str, Field(N_("Name of the shop"), min_length=2, max_length=120, autocomplete="organization")]
    city: Annotated[str, Field(N_("Town"), max_length=80, autocomplete="address-level2")]
    about: Annotated[
        str,
        Field(
            N_("About the shop"),
            long=True,
            max_length=4000,
            hint=N_("What you offer, for whom, and what you are proud of."),
        ),
    ] = ""
    phone: Annotated[
        str | None,
        Field(
            N_("Phone for customers"),
            format="phone",
            max_length=40,
            autocomplete="tel",
            hint=N_("Shown on the shop's page."),
        ),
    ] = None


class ShopChange(NewShop, frozen=True, kw_only=True):
    """A change, made to the version that the editor saw."""

    version: Annotated[int, Field(N_("Version"), min=1)]


class ShopCard(msgspec.Struct, frozen=True, kw_only=True):
    """A shop in a list. ``about`` is cut short."""

    id: UUID
    slug: str
    name: str
    city: str
    about: str


class ShopView(msgspec.Struct, frozen=True, kw_only=True):
    """A shop's page. ``my_role`` is what the asker does there: owner, staff, operator, or null."""

    id: UUID
    slug: str
    name: str
    about: str
    city: str
    phone: str | None
    state: str
    created_at: datetime
    version: int
    my_role: str | None = None


class OwnShop(msgspec.Struct, frozen=True, kw_only=True):
    """A shop that the asker works for."""

    id: UUID
    slug: str
    name: str
    city: str
    state: str
    role: str
