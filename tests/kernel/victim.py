"""A worker process that is there to be killed: ``python victim.py <database url> <mark>``.

It runs the embedded runner over the trade plugin. Its job first stores a step, leaves the mark (so that the test knows
where it is), waits to be killed, and would then finish.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

from marketplace_kit import assembly
from marketplace_kit.kernel.jobs import EmbeddedRunner, LocalBell
from tests.kernel import trade


async def main(url: str, mark: Path) -> None:
    async def run(work: Any, parcel: trade.Parcel) -> None:
        async with work.finish() as uow:
            await trade.note(uow, parcel.what)
            mark.touch()  # noqa: ASYNC240 - the effect is made, the commit is not
            await asyncio.sleep(60)

    registry, hooks = assembly.load_plugins({"MK_PLUGINS": ""}, [trade.Trade(run=run)])
    overrides = {"database.url": url, "jobs.lease_seconds": 2, "files.url": str(mark.parent / "media")}
    site = assembly.open_site(registry, hooks, assembly.load_settings(registry, environ={}, overrides=overrides))
    await EmbeddedRunner(site, LocalBell()).run()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
