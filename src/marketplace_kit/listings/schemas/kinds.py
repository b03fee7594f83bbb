"""The two kinds that every market has: goods, and services (S4 5.1.1). Verticals declare narrower ones."""

from __future__ import annotations

from typing import Annotated

from marketplace_kit.kernel.fields import Field, Form
from marketplace_kit.kernel.hooks import ListingKind
from marketplace_kit.kernel.texts import N_

PRODUCT, SERVICE = "listings.product", "listings.service"
_CONDITIONS = (("new", N_("New")), ("used", N_("Used")), ("refurbished", N_("Refurbished")))
_HANDOVERS = (("pickup", N_("Pick up at the shop")), ("delivery", N_("Delivery")), ("digital", N_("Sent online")))
_PLACES = (("shop", N_("At the shop")), ("home", N_("At the customer's home")), ("online", N_("Online")))
_CUSTOMERS = (("women", N_("Women")), ("men", N_("Men")), ("children", N_("Children")), ("all", N_("Everybody")))


class Product(Form):
    """Physical or digital goods that are bought directly."""

    handover: Annotated[tuple[str, ...], Field(N_("How it reaches the customer"), choices=_HANDOVERS, filterable=True)]
    condition: Annotated[str, Field(N_("Condition"), choices=_CONDITIONS, filterable=True)] = "new"
    brand: Annotated[str, Field(N_("Brand"), max_length=60)] = ""
    size: Annotated[
        str, Field(N_("Size or weight"), max_length=60, hint=N_("As it stands on the package: 2.5 kg, XL …"))
    ] = ""


class Service(Form):
    """Something that is done for the customer."""

    minutes: Annotated[int, Field(N_("Duration"), unit=N_("minutes"), min=5, max=1440)]
    place: Annotated[tuple[str, ...], Field(N_("Where it is done"), choices=_PLACES, filterable=True)]
    customers: Annotated[str, Field(N_("For whom"), choices=_CUSTOMERS, filterable=True)] = "all"
    price_from: Annotated[bool, Field(N_("The price is a starting price"))] = False
    preparation: Annotated[
        str, Field(N_("How to prepare"), long=True, max_length=500, hint=N_("What to bring, when to come …"))
    ] = ""


CORE_KINDS = (
    ListingKind(
        name=PRODUCT,
        label=N_("Product"),
        plural=N_("Products"),
        attributes=Product,
        facts=("brand", "size", "condition"),
        icon="box-seam",
        summary=N_("Goods that customers buy directly."),
    ),
    ListingKind(
        name=SERVICE,
        label=N_("Service"),
        plural=N_("Services"),
        attributes=Service,
        facts=("minutes", "place", "customers"),
        icon="calendar-check",
        line="appointment",
        summary=N_("Something that is done for the customer at an agreed time."),
    ),
)
