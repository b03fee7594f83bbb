"""Whether the site lives, and whether it can serve."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
import sqlalchemy as sa
from litestar import get
from litestar.response import Response
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.jobs.heartbeats import EVERY, newest_heartbeat
from marketplace_kit.kernel.outbox import job_table
from marketplace_kit.kernel.settings import JobSettings
from marketplace_kit.kernel.site import Site
from marketplace_kit.web.context import Given
from marketplace_kit.web.routing import PUBLIC, route

_OLDEST = sa.select(sa.func.min(job_table.c.run_at)).where(
    job_table.c.state == "ready", job_table.c.lease_until.is_(None)
)
_APPLIED = sa.text("SELECT version_num FROM alembic_version")
LATE = timedelta(minutes=2)
ADMINISTER = "accounts.administer"


class Health(msgspec.Struct):
    """``status``: ``ok``; ``degraded`` (it serves, but background work is late); ``unready``. ``checks``: for staff."""

    status: str
    checks: dict[str, str] = {}


@get("/health/live", **route(PUBLIC, summary="Is the process alive?"), sync_to_thread=False)
def live() -> Health:
    """No look at anything outside of the process."""
    return Health("ok")


@get("/health/ready", **route(PUBLIC, summary="Can it serve?"))
async def ready(site: Given[Site], actor: Given[Actor]) -> Response[Health]:
    """503 while the database is away or lacks migrations. Late background work is told, but takes no web process out of
    service: the pages work without it.
    """
    checks = await _checks(site)
    serving = all(checks[name] == "ok" for name in ("database", "migrations"))
    well = all(said == "ok" for said in checks.values())
    status = "ok" if well else "degraded" if serving else "unready"
    shown = checks if actor.may(ADMINISTER) else {}
    return Response(Health(status, shown), status_code=200 if serving else 503)


async def _checks(site: Site) -> dict[str, str]:
    now = site.clock.now()
    try:
        applied, oldest, beaten = await site.ask(_looked_at)
    except Exception:  # whatever is wrong with it, the database cannot serve
        return {"database": "away", "migrations": "unknown"}
    checks = {"database": "ok", "migrations": _migrated(site, applied)}
    checks["outbox"] = "late" if oldest and now - oldest > LATE else "ok"
    if site.settings.of(JobSettings).runner == "celery":
        checks["workers"] = "ok" if beaten and now - beaten < 3 * EVERY + LATE else "silent"
    return checks


def _migrated(site: Site, applied: frozenset[str]) -> str:
    """Behind is unready. Ahead is not: during a rolling upgrade the old version still serves."""
    from marketplace_kit.kernel.branches import History  # when first asked: Alembic would slow down every start

    if History not in site.facilities:
        site.facilities[History] = History.of(site.registry)
    missing = site.facility(History).missing(applied)
    return f"missing {', '.join(sorted(missing))}" if missing else "ok"


async def _looked_at(connection: AsyncConnection) -> tuple[frozenset[str], datetime | None, datetime | None]:
    applied = frozenset((await connection.execute(_APPLIED)).scalars())
    oldest: datetime | None = (await connection.execute(_OLDEST)).scalar()
    return applied, oldest, await newest_heartbeat(connection)


handlers = (live, ready)
