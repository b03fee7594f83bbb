"""Whether the site lives, and whether it can serve."""

from __future__ import annotations

from typing import Any

import msgspec
import sqlalchemy as sa
from litestar import get
from litestar.response import Response
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.outbox import job_table
from marketplace_kit.kernel.site import Site
from marketplace_kit.web.context import Given
from marketplace_kit.web.routing import PUBLIC, route

_OLDEST = sa.select(sa.func.min(job_table.c.run_at)).where(
    job_table.c.state == "ready", job_table.c.lease_until.is_(None)
)
_LATE_SECONDS = 120


class Health(msgspec.Struct):
    """``checks`` is filled for staff only."""

    status: str
    checks: dict[str, str] = {}


@get("/health/live", **route(PUBLIC, summary="Is the process alive?"), sync_to_thread=False)
def live() -> Health:
    return Health("ok")


@get("/health/ready", **route(PUBLIC, summary="Can it serve?"))
async def ready(site: Given[Site]) -> Response[Health]:
    """503 while the database is away, migrations are missing or background work is standing still."""
    checks: dict[str, str] = {}
    try:
        oldest = await site.ask(_oldest_job)
        late = (site.clock.now() - oldest).total_seconds() if oldest else 0
        checks["database"] = "ok"
        checks["outbox"] = "ok" if late < _LATE_SECONDS else "late"
    except Exception:
        checks["database"] = "away"
    good = all(v == "ok" for v in checks.values())
    return Response(Health("ok" if good else "unready", checks), status_code=200 if good else 503)


async def _oldest_job(connection: AsyncConnection) -> Any:
    return (await connection.execute(_OLDEST)).scalar()


handlers = (live, ready)
