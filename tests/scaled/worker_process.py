"""A worker as ``marketplace worker`` starts it, with the trade plugin: ``python -m tests.scaled.worker_process …``."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from marketplace_kit import assembly
from marketplace_kit.kernel.site import Site
from marketplace_kit.worker import run_worker
from tests.kernel import trade


async def deliver_slowly(work: Any, parcel: trade.Parcel) -> None:
    """Parcels called “slow …” take a while between their effect and its commit: the moment to be killed in."""
    async with work.unit() as uow:
        await trade.note(uow, f"begun {parcel.what}")
    async with work.finish() as uow:
        await trade.note(uow, parcel.what)
        if parcel.what.startswith("slow") and work.attempt == 1:
            await asyncio.sleep(60)


def main(overrides: dict[str, Any]) -> None:
    def open_site() -> Site:
        registry, hooks = assembly.load_plugins({"MK_PLUGINS": ""}, [trade.Trade(run=deliver_slowly)])
        return assembly.open_site(registry, hooks, assembly.load_settings(registry, environ={}, overrides=overrides))

    run_worker(open_site, concurrency=4)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
