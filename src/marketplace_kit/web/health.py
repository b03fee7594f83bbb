"""Whether the site lives, and whether it can serve."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from typing import Annotated

import attrs
import msgspec
import sqlalchemy as sa
from litestar import get
from litestar.response import Response
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.fields import Field, Form
from marketplace_kit.kernel.files import Files
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.jobs.heartbeats import EVERY, newest_heartbeat
from marketplace_kit.kernel.outbox import job_table
from marketplace_kit.kernel.settings import JobSettings
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.web.context import Given, WebRequest
from marketplace_kit.web.routing import PUBLIC, route

_OLDEST = sa.select(sa.func.min(job_table.c.run_at)).where(
    job_table.c.state == "ready", job_table.c.lease_until.is_(None)
)
_APPLIED = sa.text("SELECT version_num FROM alembic_version")
LATE = timedelta(minutes=2)
ADMINISTER = "operations.administer"
STORAGE_EVERY = timedelta(minutes=1)


class MonitoringSettings(Form):
    """``[monitoring]``: what a monitoring program may see."""

    token: Annotated[
        str,
        Field(
            N_("Token for monitoring"),
            private=True,
            max_length=200,
            hint=N_("A program sends it as “Authorization: Bearer …”. Without one only admins see details."),
        ),
    ] = ""


class Health(msgspec.Struct):
    """``status``: ``ok``; ``degraded`` (it serves, but background work is late); ``unready``. ``checks``: for staff."""

    status: str
    checks: dict[str, str] = {}


@get("/health/live", **route(PUBLIC, summary="Is the process alive?"), sync_to_thread=False)
def live() -> Health:
    """No look at anything outside of the process."""
    return Health("ok")


def may_watch(request: WebRequest, site: Site, actor: Actor) -> bool:
    """Whether somebody may see details: who runs the site, or a program that has the token."""
    token = site.settings.of(MonitoringSettings).token
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    known = scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), token.encode())
    return actor.may(ADMINISTER) or (bool(token) and known)


@get("/health/ready", **route(PUBLIC, summary="Can it serve?"))
async def ready(request: WebRequest, site: Given[Site], actor: Given[Actor]) -> Response[Health]:
    """503 while the database is away or lacks migrations. Late background work and a storage that takes no files are
    told, but take no web process out of service: the pages work without them. Details are for staff and for monitoring.
    """
    checks = await _checks(site)
    serving = all(checks[name] == "ok" for name in ("database", "migrations"))
    well = all(said == "ok" for said in checks.values())
    status = "ok" if well else "degraded" if serving else "unready"
    shown = checks if may_watch(request, site, actor) else {}
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
    checks["storage"] = await _storage(site, now)
    return checks


@attrs.define
class StorageProbe:
    """What was found when the storage was last tried."""

    at: datetime
    said: str


async def _storage(site: Site, now: datetime) -> str:
    """Whether files are taken; tried once in a while, for the probe itself costs."""
    known = site.facilities.get(StorageProbe)
    if known is not None and timedelta() <= now - known.at < STORAGE_EVERY:
        return str(known.said)
    try:
        key = Files.new_key("health", "txt")
        await site.files.put(key, b"probe")
        await site.files.delete(key)
        said = "ok"
    except Exception:  # whatever is wrong with it, it takes no files
        said = "away"
    site.facilities[StorageProbe] = StorageProbe(now, said)
    return said


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
