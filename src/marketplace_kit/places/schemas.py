"""What goes over the wire: forms that are taken, structs that are answered."""

from __future__ import annotations

from typing import Annotated

import msgspec

from marketplace_kit.kernel.fields import Field, Form
from marketplace_kit.kernel.texts import N_


class CityChange(Form):
    """A city. ``lat`` and ``lon`` are degrees as text, ``zone`` is a name of the IANA zone database."""

    name_kk: Annotated[str, Field(N_("Name in Kazakh"), max_length=80)]
    name_ru: Annotated[str, Field(N_("Name in Russian"), max_length=80)]
    name_en: Annotated[str, Field(N_("Name in English"), max_length=80)]
    lat: Annotated[str, Field(N_("Latitude"), max_length=30, hint=N_("Degrees, for example 47.106800. From any map."))]
    lon: Annotated[str, Field(N_("Longitude"), max_length=30, hint=N_("Degrees, for example 51.916600."))]
    zone: Annotated[str, Field(N_("Time zone"), max_length=60, hint=N_("For example Asia/Atyrau."))]
    enabled: Annotated[bool, Field(N_("Served"))] = False
    version: Annotated[int, Field(N_("Version"), min=1)] = 1


class NewCity(CityChange, frozen=True, kw_only=True):
    """A city that is added; ``id`` is what stands in addresses and stays."""

    id: Annotated[str, Field(N_("Name in addresses"), format="slug", max_length=60)]
    country: Annotated[str, Field(N_("Country"), max_length=2)] = "KZ"


class CategoryChange(Form):
    """A category of trade. ``icon`` is a picture of the sprite, ``parent`` the id of the category above."""

    name_kk: Annotated[str, Field(N_("Name in Kazakh"), max_length=80)]
    name_ru: Annotated[str, Field(N_("Name in Russian"), max_length=80)]
    name_en: Annotated[str, Field(N_("Name in English"), max_length=80)]
    icon: Annotated[str, Field(N_("Picture"), format="slug", max_length=60)] = "tag"
    rank: Annotated[int, Field(N_("Place in the list"), min=0, max=10000, hint=N_("Low numbers come first."))] = 100
    parent: Annotated[str, Field(N_("Belongs to"), max_length=60)] = ""
    version: Annotated[int, Field(N_("Version"), min=1)] = 1


class NewCategory(CategoryChange, frozen=True, kw_only=True):
    """A category that is added; ``id`` is what stands in addresses and stays."""

    id: Annotated[str, Field(N_("Name in addresses"), format="slug", max_length=60)]


class Switch(Form):
    """Whether a category is offered in a city."""

    enabled: Annotated[bool, Field(N_("Offered here"))] = False


class CountryView(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str
    names: dict[str, str]
    currency: str


class CityView(msgspec.Struct, frozen=True, kw_only=True):
    """A city; ``enabled`` says whether it is served."""

    id: str
    country: str
    name: str
    names: dict[str, str]
    lat: float
    lon: float
    zone: str
    enabled: bool
    version: int


class CategoryView(msgspec.Struct, frozen=True, kw_only=True):
    """A category; ``enabled`` says whether it is offered in the city that was asked about."""

    id: str
    name: str
    names: dict[str, str]
    icon: str
    rank: int
    parent: str | None
    enabled: bool = True
    version: int = 1
