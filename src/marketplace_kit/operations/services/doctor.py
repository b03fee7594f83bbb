"""The doctor: what could be wrong with a deployment, looked at one by one."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import attrs
import sqlalchemy as sa

from marketplace_kit.kernel.audit import verify
from marketplace_kit.kernel.clock import SystemClock
from marketplace_kit.kernel.errors import filled
from marketplace_kit.kernel.files import Files
from marketplace_kit.kernel.jobs.heartbeats import EVERY, newest_heartbeat
from marketplace_kit.kernel.settings import JobSettings, LiveSettings, check_for_production
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.listings.services import check_index
from marketplace_kit.notifications.services import channels_found
from marketplace_kit.operations.queries.trail import is_old, last_backup_at
from marketplace_kit.operations.queries.work import oldest_waiting
from marketplace_kit.operations.schemas import FindingView, OperationsSettings
from marketplace_kit.scheduling.services.clocks import compare_clocks, tz_version
from marketplace_kit.web.overrides import CHANGED, GONE, layers_of, overrides

OK, WARN, FAIL = "ok", "warn", "fail"
_LATE_SECONDS = 120
_KAZAKHSTAN = timedelta(hours=5)
_LISTINGS = 10_000
"""How many listings are held against the search index: the doctor answers in seconds on a large site too."""
_DEAD = sa.text("SELECT count(*) FROM job WHERE state = 'dead'")
Said = Callable[[str, Mapping[str, Any]], str]
"""Makes a text of a message id and its facts: :func:`in_english`, or a site's own ``texts.render``."""


@attrs.frozen
class Finding:
    """One line: ``state`` is ok, warn or fail; the texts are message ids, filled from ``facts``."""

    what: str
    state: str
    text: str
    cure: str = ""
    facts: Mapping[str, Any] = attrs.field(factory=dict)

    def told(self, say: Said = filled) -> FindingView:
        """As people read it."""
        return FindingView(
            what=say(self.what, self.facts),
            state=self.state,
            finding=say(self.text, self.facts),
            cure=say(self.cure, self.facts) if self.cure and self.state != OK else "",
        )


def _judged(what: str, good: bool, text: str, cure: str, bad: str = WARN, **facts: Any) -> Finding:
    return Finding(what, OK if good else bad, text, cure, facts)


async def examine(site: Site) -> list[Finding]:
    """Every examination in turn; one that breaks is itself a finding."""
    findings: list[Finding] = []
    for what, examination in _EXAMINATIONS.items():
        try:
            findings += [finding async for finding in examination(site)]
        except Exception as broken:
            # What the driver says may hold an address with its password: only our own words are shown.
            reason = str(broken) if isinstance(broken, Unreachable) else type(broken).__name__
            findings.append(Finding(what, FAIL, N_("{reason}"), facts={"reason": reason[:300]}))
    return findings


class Unreachable(Exception):
    """Something that the settings name does not answer. Says which host, never its password."""


async def _plugins(site: Site) -> AsyncIterator[Finding]:
    own = [i.name for i in site.registry.plugins.values() if not i.core]
    facts = {"count": len(own), "names": ", ".join(own) or "-"}
    yield Finding(N_("plugins"), OK, N_("{count} installed: {names}"), facts=facts)
    for misfit in site.registry.quarantined:
        facts = {"name": misfit.name, "reason": misfit.reason}
        cure = N_("mend, upgrade or uninstall it")
        yield Finding(N_("plugin {name}"), WARN, N_("quarantined: {reason}"), cure, facts)


async def _settings(site: Site) -> AsyncIterator[Finding]:
    faults = check_for_production(site.settings)
    for fault in faults:
        what, _, cure = fault.rpartition(": ")
        yield Finding(N_("settings"), FAIL, N_("{reason}"), N_("{cure}"), {"reason": what or fault, "cure": cure})
    if not faults:
        given = len(site.settings.origins)
        yield Finding(N_("settings"), OK, N_("{count} given, the rest at their defaults"), facts={"count": given})


async def _database(site: Site) -> AsyncIterator[Finding]:
    async with site.database.reader.connect() as connection:
        if site.database.dialect == "sqlite":
            yield _judged(
                N_("database"),
                sqlite3.sqlite_version_info >= (3, 51, 3),
                N_("SQLite {version}"),
                N_("one process is safe; for several use PostgreSQL (WAL-reset corruption before 3.51.3)"),
                version=sqlite3.sqlite_version,
            )
            journal = (await connection.exec_driver_sql("PRAGMA journal_mode")).scalar_one()
            keys = (await connection.exec_driver_sql("PRAGMA foreign_keys")).scalar_one()
            yield _judged(
                N_("database mode"),
                journal == "wal" and keys == 1,
                N_("journal {journal}, foreign keys {keys}"),
                N_("keep the file on a local disk: WAL needs shared memory"),
                FAIL,
                journal=journal,
                keys="on" if keys else "off",
            )
            return
        number = int((await connection.exec_driver_sql("SHOW server_version_num")).scalar_one())
        cure = N_("use PostgreSQL 15 or newer")
        yield _judged(
            N_("database"), number >= 150_000, N_("PostgreSQL {version}"), cure, FAIL, version=number // 10_000
        )
        there = (await connection.exec_driver_sql("SELECT clock_timestamp()")).scalar_one()
        drift = abs((there - SystemClock().now()).total_seconds())
        cure = N_("run a time service on both")
        yield _judged(N_("clock"), drift < 2, N_("{drift} s from the database's"), cure, drift=f"{drift:.1f}")


async def _migrations(site: Site) -> AsyncIterator[Finding]:
    from marketplace_kit.kernel.branches import Migrations  # when asked: Alembic would slow down every start

    migrations = Migrations(site.registry, site.database.url.render_as_string(hide_password=False))
    what = N_("migrations")
    if orphans := await asyncio.to_thread(migrations.orphans):
        facts, cure = {"names": ", ".join(orphans)}, N_("install them again, purge, then uninstall")
        yield Finding(what, FAIL, N_("{names} of plugins that are gone"), cure, facts)
    elif pending := await asyncio.to_thread(migrations.pending):
        yield Finding(what, FAIL, N_("{names} missing"), "marketplace db upgrade", {"names": ", ".join(pending)})
    else:
        yield Finding(what, OK, N_("at head"))


async def _templates(site: Site) -> AsyncIterator[Finding]:
    found = await asyncio.to_thread(lambda: overrides(layers_of(site.registry, site.settings)))
    moved = [one.name for one in found if one.state in (CHANGED, GONE)]
    if moved:
        cure = N_("hold them against the originals: marketplace templates drift")
        facts = {"names": ", ".join(moved)}
        yield Finding(N_("templates"), WARN, N_("{names}: the original changed since it was copied"), cure, facts)
    else:
        yield Finding(N_("templates"), OK, N_("{count} stand for others"), facts={"count": len(found)})


async def _zone_data(site: Site) -> AsyncIterator[Finding]:
    """What this process really reads: a machine's own data come before the package's."""
    offset = datetime(2024, 6, 1, tzinfo=UTC).astimezone(ZoneInfo("Asia/Almaty")).utcoffset()
    cure = N_("upgrade tzdata: Kazakhstan has one zone since 2024a")
    yield _judged(N_("time zones"), offset == _KAZAKHSTAN, "tzdata {version}", cure, FAIL, version=tz_version())
    report = await compare_clocks(site)
    changed = [one.zone for one in report.zones if one.changed]
    if changed:
        text, cure = N_("the clock was changed by law: {zones}"), N_("work times out anew: marketplace zones")
        yield Finding(N_("time zones"), WARN, text, cure, {"zones": ", ".join(changed)})


async def _storage(site: Site) -> AsyncIterator[Finding]:
    key = Files.new_key("doctor", "txt")
    await site.files.put(key, b"probe")
    await site.files.get(key)
    await site.files.delete(key)
    yield Finding(N_("file storage"), OK, N_("written, read and removed a file"))


async def _broker(site: Site) -> AsyncIterator[Finding]:
    jobs = site.settings.of(JobSettings)
    if jobs.runner == "embedded":
        yield Finding(N_("background work"), OK, N_("inside the web process"))
        return
    from marketplace_kit.kernel.jobs.celery_bell import reach_broker

    await _reach(jobs.broker_url, lambda: reach_broker(jobs))
    yield Finding(N_("broker"), OK, N_("{host} answers"), facts={"host": urlsplit(jobs.broker_url).hostname})


async def _live(site: Site) -> AsyncIterator[Finding]:
    url = site.settings.of(LiveSettings).url
    if url in ("", "memory:"):
        yield Finding(N_("live topics"), OK, N_("in this process"))
        return
    from redis import Redis

    await _reach(url, lambda: Redis.from_url(url, socket_timeout=3).ping())
    yield Finding(N_("live topics"), OK, N_("{host} answers"), facts={"host": urlsplit(url).hostname})


async def _channels(site: Site) -> AsyncIterator[Finding]:
    for name, kept, lacking in channels_found(site.settings):
        facts = {"channel": name, "lacking": lacking}
        if lacking:
            cure = N_("complete the section [notifications] of the settings")
            yield Finding(N_("channels"), WARN, N_("{channel} cannot send: {lacking}"), cure, facts=facts)
        else:
            text = N_("{channel} keeps its messages as files") if kept else N_("{channel} can send")
            yield Finding(N_("channels"), OK, text, facts=facts)


async def _outbox(site: Site) -> AsyncIterator[Finding]:
    waiting, seconds = await site.ask(oldest_waiting, site.clock.now())
    cure = N_("see who works: marketplace worker, or the web process itself")
    text = N_("{count} waiting, the oldest for {seconds} s")
    yield _judged(N_("outbox"), seconds < _LATE_SECONDS, text, cure, count=waiting, seconds=seconds)

    async def counted(connection: Any) -> int:
        return int((await connection.execute(_DEAD)).scalar_one())

    dead = await site.ask(counted)
    cure = N_("look why, then retry: marketplace outbox retry")
    yield _judged(N_("given up work"), dead == 0, N_("{count} jobs"), cure, count=dead)


async def _workers(site: Site) -> AsyncIterator[Finding]:
    beaten = await site.ask(newest_heartbeat)
    if beaten is None:
        yield Finding(
            N_("workers"), WARN, N_("none was ever seen at work"), N_("start the site, or marketplace worker")
        )
        return
    seconds = int((site.clock.now() - beaten).total_seconds())
    good = seconds < 3 * EVERY.total_seconds() + _LATE_SECONDS
    cure = N_("start the site, or marketplace worker")
    yield _judged(N_("workers"), good, N_("one was at work {seconds} s ago"), cure, seconds=seconds)


async def _index(site: Site) -> AsyncIterator[Finding]:
    found = await check_index(site, most=_LISTINGS)
    text = N_("listings not found as they should be: {count} (at most {most} looked at)")
    yield _judged(
        N_("search index"), found.wrong == 0, text, "marketplace reindex", count=found.wrong, most=f"{_LISTINGS:,}"
    )


async def _audit(site: Site) -> AsyncIterator[Finding]:
    verdict = await site.ask(verify)
    what, facts = N_("audit trail"), dict[str, Any](count=verdict.entries)
    if verdict.broken is None:
        yield Finding(what, OK, N_("{count} entries, whole"), facts=facts)
        return
    facts |= {"position": verdict.broken.position, "why": verdict.broken.why}
    cure = N_("find out who has the database's password; compare with a backup")
    yield Finding(what, FAIL, N_("broken at entry {position}: {why}"), cure, facts)


async def _backup(site: Site) -> AsyncIterator[Finding]:
    at = await site.ask(last_backup_at)
    old = is_old(at, site.clock.now(), site.settings.of(OperationsSettings).backup_days)
    if at is None:
        yield Finding(N_("backup"), WARN, N_("none was made with “marketplace backup”"), "marketplace backup FILE")
        return
    hours = int((site.clock.now() - at).total_seconds() // 3600)
    yield _judged(N_("backup"), not old, N_("{hours} hours old"), "marketplace backup FILE", hours=hours)


async def _reach(url: str, act: Callable[[], object]) -> None:
    try:
        await asyncio.to_thread(act)
    except Exception as gone:
        raise Unreachable(f"{urlsplit(url).hostname} does not answer ({type(gone).__name__})") from None


_EXAMINATIONS: dict[str, Callable[[Site], AsyncIterator[Finding]]] = {
    N_("plugins"): _plugins,
    N_("settings"): _settings,
    N_("database"): _database,
    N_("migrations"): _migrations,
    N_("templates"): _templates,
    N_("time zones"): _zone_data,
    N_("file storage"): _storage,
    N_("broker"): _broker,
    N_("live topics"): _live,
    N_("channels"): _channels,
    N_("outbox"): _outbox,
    N_("workers"): _workers,
    N_("search index"): _index,
    N_("audit trail"): _audit,
    N_("backup"): _backup,
}
