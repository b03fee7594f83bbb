from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from typing_extensions import override

from marketplace_kit.kernel.hooks import LineKind, Moved, Moving, Plugin, PluginInfo, Promise, Wish, hookimpl
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.plugins import boot
from marketplace_kit.kernel.process import Process, Stage, State, Transition

WASH = Process(
    "carwash.wash",
    states=(
        State("waiting", "Waiting", stage=Stage.ACCEPTED),
        State("clean", "Clean", stage=Stage.COMPLETED, terminal=True),
        State("gone", "Driven away", stage=Stage.CANCELLED, terminal=True),
    ),
    transitions=(
        Transition("wash", ("waiting",), "clean", ("staff", "owner"), "Washed"),
        Transition("leave", ("waiting",), "gone", ("customer", "staff", "owner"), "Drive away"),
    ),
)


class Yard:
    """There is always room in this yard: nothing has to be kept or freed."""

    async def quote(self, site: Any, wishes: Sequence[Wish]) -> Sequence[Promise]:
        return [Promise(title="Car wash", unit_price=Money(300_000, "KZT")) for _ in wishes]

    async def hold(self, uow: Any, wishes: Sequence[Wish], until: datetime) -> Sequence[Promise]:
        return await self.quote(uow.site, wishes)

    async def drop(self, uow: Any, line_ids: Sequence[UUID]) -> None:
        pass

    async def reserve(self, uow: Any, wishes: Sequence[Wish]) -> Sequence[Promise]:
        return await self.quote(uow.site, wishes)

    async def move(self, uow: Any, moving: Moving) -> Moved:
        return Moved(note="Mind the wet paint." if moving.verb == "wash" else "")


class CarWash(Plugin):
    info = PluginInfo(name="carwash", version="1.0", label="Car wash", summary="Washes cars.")

    @hookimpl
    @override
    def mk_line_kinds(self) -> Sequence[LineKind]:
        return (LineKind(name="carwash.wash", label="Car wash", process=WASH, capacity=Yard()),)


registry, hooks = boot((), [CarWash()])
assert registry.line_kinds["carwash.wash"].process.move("waiting", "wash", {"staff"}).stage is Stage.COMPLETED
