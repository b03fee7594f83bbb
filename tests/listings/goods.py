"""A plugin with two kinds of listings that ask for every type of field: what a vertical declares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from typing_extensions import override

from marketplace_kit.kernel.fields import Field, Form, NoFields
from marketplace_kit.kernel.hooks import ListingKind, Panel, Plugin, PluginInfo, Templates, hookimpl
from marketplace_kit.kernel.money import Money

LAMP, TEA = "goods.lamp", "goods.tea"


class Lamp(Form):
    """One of everything."""

    maker: Annotated[str, Field("Maker", max_length=40)]
    light: Annotated[str, Field("Light", choices=(("warm", "Warm"), ("cold", "Cold")), filterable=True)]
    watts: Annotated[int | None, Field("Power", unit="W", min=1, max=2000, filterable=True)] = None
    rooms: Annotated[
        tuple[str, ...], Field("Rooms", choices=(("hall", "Hall"), ("kitchen", "Kitchen")), filterable=True)
    ] = ()
    made: Annotated[date | None, Field("Made on")] = None
    dimmable: Annotated[bool, Field("Dimmable")] = False
    shade: Annotated[Money | None, Field("A new shade")] = None
    supplier: Annotated[str, Field("Supplier", private=True)] = ""


class Goods(Plugin):
    """Sells lamps and tea."""

    info = PluginInfo(name="goods", version="1", label="Goods", summary="For tests of listings.")

    @hookimpl
    @override
    def mk_listing_kinds(self) -> Sequence[ListingKind]:
        return (
            ListingKind(
                name=LAMP, label="Lamp", plural="Lamps", attributes=Lamp, facts=("light", "watts"), icon="lightning"
            ),
            ListingKind(name=TEA, label="Tea", plural="Teas", attributes=NoFields),
        )

    @hookimpl
    @override
    def mk_templates(self) -> Sequence[Templates]:
        return (Templates(folder=Path(__file__).parent / "templates"),)

    @hookimpl
    @override
    def mk_panels(self, slot: str, snapshot: Mapping[str, Any]) -> Sequence[Panel]:
        if slot != "listing_actions":
            return ()
        return (Panel(template="goods/act.html", context={"known": sorted(snapshot), "kind": snapshot["kind"]}),)
