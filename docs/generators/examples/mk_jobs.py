from collections.abc import Sequence
from datetime import timedelta

import msgspec
from typing_extensions import override

from marketplace_kit.kernel.hooks import Job, Plugin, PluginInfo, hookimpl
from marketplace_kit.kernel.jobs import Work
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.testing.trial import trial

printed = []


class Labels(msgspec.Struct):
    pet: str
    copies: int = 1


async def print_labels(work: Work, labels: Labels) -> None:
    printed.append(f"{labels.copies} × {labels.pet}")


class Vet(Plugin):
    info = PluginInfo(name="vet", version="1.0", label="Vet", summary="Visits to a vet.")

    @hookimpl
    @override
    def mk_jobs(self) -> Sequence[Job]:
        return (Job(name="vet.print_labels", payload=Labels, run=print_labels),)


async def admit(uow: UnitOfWork, pet: str) -> None:
    uow.enqueue("vet.print_labels", Labels(pet, copies=2), key=f"vet.labels:{pet}")
    uow.enqueue("vet.print_labels", Labels(pet, copies=2), key=f"vet.labels:{pet}")  # the same key: the same work


with trial(Vet()) as site:
    site.do(admit, "Barsik")
    site.clock.advance(timedelta(seconds=1))
    site.work()
assert printed == ["2 × Barsik"]
