from collections.abc import Sequence
from typing import ClassVar

from typing_extensions import override

from marketplace_kit.kernel.events import Event
from marketplace_kit.kernel.hooks import Listener, Plugin, PluginInfo, hookimpl
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.testing.trial import trial

heard = []


class PetAdmitted(Event):
    name: ClassVar[str] = "vet.pet_admitted"
    pet: str


async def tell_the_kitchen(uow: UnitOfWork, event: PetAdmitted) -> None:
    heard.append(event.pet)


class Vet(Plugin):
    info = PluginInfo(name="vet", version="1.0", label="Vet", summary="Visits to a vet.")

    @hookimpl
    @override
    def mk_listeners(self) -> Sequence[Listener]:
        return (Listener(name="vet.tell_the_kitchen", event=PetAdmitted, handle=tell_the_kitchen),)


async def admit(uow: UnitOfWork, pet: str) -> None:
    uow.record(PetAdmitted(pet=pet))


with trial(Vet()) as site:
    site.do(admit, "Barsik")
    assert heard == []  # after the commit, not in it
    site.work()
assert heard == ["Barsik"]
