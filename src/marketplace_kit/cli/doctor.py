"""The doctor: what could be wrong with a deployment, looked at one by one."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from importlib.metadata import version
from urllib.parse import urlsplit

import attrs
import sqlalchemy as sa

from marketplace_kit.cli.deployment import Deployment
from marketplace_kit.kernel import dialects
from marketplace_kit.kernel.clock import SystemClock
from marketplace_kit.kernel.files import Files
from marketplace_kit.kernel.settings import DatabaseSettings, JobSettings, LiveSettings, check_for_production
from marketplace_kit.kernel.site import Site


@attrs.frozen
class Finding:
    """``state`` is ok, warn or fail."""

    what: str
    state: str
    finding: str
    cure: str = ""


def examine(deployment: Deployment) -> list[Finding]:
    """Every examination in turn; one that breaks is itself a finding."""
    findings: list[Finding] = []
    for examination in (_plugins, _settings, _database, _migrations, _zone_data, _storage, _broker, _live):
        try:
            findings += list(examination(deployment))
        except Exception as broken:
            findings.append(
                Finding(examination.__name__.strip("_"), "fail", f"{type(broken).__name__}: {broken}"[:300])
            )
    return findings


def _plugins(deployment: Deployment) -> Iterator[Finding]:
    registry = deployment.registry
    own = [i.name for i in registry.plugins.values() if not i.core]
    yield Finding("plugins", "ok", f"{len(own)} take part: {', '.join(own) or 'none'}")
    for misfit in registry.quarantined:
        yield Finding(f"plugin {misfit.name}", "warn", f"quarantined: {misfit.reason}", "mend, upgrade or uninstall it")


def _settings(deployment: Deployment) -> Iterator[Finding]:
    faults = check_for_production(deployment.settings)
    for fault in faults:
        what, _, cure = fault.rpartition(": ")
        yield Finding("settings", "fail", what or fault, cure)
    if not faults:
        given = len(deployment.settings.origins)
        yield Finding("settings", "ok", f"{given} given, the rest at their defaults")


def _database(deployment: Deployment) -> Iterator[Finding]:
    url = dialects.normal_url(deployment.settings.of(DatabaseSettings).url)
    engine = sa.create_engine(dialects.sync_url(url))
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            found = sqlite3.sqlite_version_info
            good = found >= (3, 51, 3)
            cure = (
                "" if good else "one process is safe; for several use PostgreSQL (WAL-reset corruption before 3.51.3)"
            )
            yield Finding("database", "ok" if good else "warn", f"SQLite {sqlite3.sqlite_version}", cure)
            return
        number = int(connection.exec_driver_sql("SHOW server_version_num").scalar_one())
        yield Finding(
            "database",
            "ok" if number >= 150_000 else "fail",
            f"PostgreSQL {number // 10_000}",
            "" if number >= 150_000 else "use PostgreSQL 15 or newer",
        )
        drift = abs(
            (connection.exec_driver_sql("SELECT clock_timestamp()").scalar_one() - SystemClock().now()).total_seconds()
        )
        yield Finding(
            "clock",
            "ok" if drift < 2 else "warn",
            f"{drift:.1f} s from the database's",
            "" if drift < 2 else "run a time service on both",
        )


def _migrations(deployment: Deployment) -> Iterator[Finding]:
    if orphans := deployment.migrations.orphans():
        yield Finding(
            "migrations",
            "fail",
            f"{', '.join(orphans)} of plugins that are gone",
            "install them again, purge, then uninstall",
        )
    elif pending := deployment.migrations.pending():
        yield Finding("migrations", "fail", f"{', '.join(pending)} missing", "marketplace db upgrade")
    else:
        yield Finding("migrations", "ok", "at head")


def _zone_data(_: Deployment) -> Iterator[Finding]:
    found = version("tzdata")
    good = tuple(int(p) for p in found.split(".")[:2]) >= (2024, 1)
    yield Finding(
        "time zones",
        "ok" if good else "fail",
        f"tzdata {found}",
        "" if good else "upgrade tzdata: Kazakhstan has one zone since 2024a",
    )


def _storage(deployment: Deployment) -> Iterator[Finding]:
    async def probe(site: Site) -> None:
        key = Files.new_key("doctor", "txt")
        await site.files.put(key, b"probe")
        await site.files.get(key)
        await site.files.delete(key)

    deployment.run(probe)
    yield Finding("file storage", "ok", "written, read and removed a file")


def _broker(deployment: Deployment) -> Iterator[Finding]:
    jobs = deployment.settings.of(JobSettings)
    if jobs.runner == "embedded":
        yield Finding("background work", "ok", "inside the web process")
        return
    from marketplace_kit.kernel.jobs.celery_bell import reach_broker

    _reach("broker", jobs.broker_url, lambda: reach_broker(jobs))
    yield Finding("broker", "ok", f"{urlsplit(jobs.broker_url).hostname} answers")


def _live(deployment: Deployment) -> Iterator[Finding]:
    url = deployment.settings.of(LiveSettings).url
    if url in ("", "memory:"):
        yield Finding("live topics", "ok", "in this process")
        return
    from redis import Redis

    _reach("live topics", url, lambda: Redis.from_url(url, socket_timeout=3).ping())
    yield Finding("live topics", "ok", f"{urlsplit(url).hostname} answers")


def _reach(what: str, url: str, act: Callable[[], object]) -> None:
    """Do it, or say which host does not answer - never with its password."""
    try:
        act()
    except Exception as gone:
        raise ConnectionError(f"{what}: {urlsplit(url).hostname} does not answer ({type(gone).__name__})") from None
