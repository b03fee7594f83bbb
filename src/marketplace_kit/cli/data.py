"""``db``, ``sample``, ``outbox`` and ``jobs``: looking after the data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import rich_click as click
import sqlalchemy as sa
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.cli.deployment import Deployment, pass_deployment
from marketplace_kit.cli.output import Failed, as_json, as_table, console, json_option
from marketplace_kit.cli.samples import load_samples
from marketplace_kit.kernel.jobs import run_until_idle
from marketplace_kit.kernel.outbox import job_table
from marketplace_kit.kernel.site import Site
from marketplace_kit.operations.services import retry_all

_BAR = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())


@click.group()
def db() -> None:
    """The database and its migrations."""


@db.command()
@json_option
@pass_deployment
def upgrade(deployment: Deployment, json_: bool) -> None:
    """Bring every plugin's tables up to date."""
    from marketplace_kit.kernel.branches import OrphanHeads

    pending = deployment.migrations.pending()
    try:
        with console.status("bringing the tables up to date"):
            deployment.migrations.upgrade()
    except OrphanHeads as orphans:
        raise Failed(str(orphans)) from orphans
    if json_:
        as_json({"upgraded": pending})
    else:
        console.print(f"upgraded to {', '.join(pending)}" if pending else "already up to date")


@db.command()
@json_option
@pass_deployment
def status(deployment: Deployment, json_: bool) -> None:
    """Which revisions the database has, lacks, and holds of plugins that are gone. Exit code 1 unless up to date."""
    migrations = deployment.migrations
    state = {"current": sorted(migrations.current()), "pending": migrations.pending(), "orphans": migrations.orphans()}
    if json_:
        as_json(state)
    else:
        as_table(("", "revisions"), [(name, ", ".join(revisions) or "-") for name, revisions in state.items()])
    if state["pending"] or state["orphans"]:
        raise SystemExit(1)


@db.command()
@json_option
@pass_deployment
def check(deployment: Deployment, json_: bool) -> None:
    """Compare the tables as declared with the tables as they are. Exit code 1 if they differ."""
    differences = deployment.migrations.differences()
    if json_:
        as_json({"differences": [str(difference) for difference in differences]})
        raise SystemExit(1 if differences else 0)
    for difference in differences:
        console.print(str(difference))
    if differences:
        raise Failed(f"{len(differences)} differences between the declared tables and the database")
    console.print("the database is as declared")


@click.group()
def sample() -> None:
    """Lifelike data."""


@sample.command("load")
@click.option("--scale", type=click.IntRange(1, 5_000_000), help="Besides, so many made-up listings in open shops.")
@json_option
@pass_deployment
def sample_load(deployment: Deployment, scale: int | None, json_: bool) -> None:
    """Load every plugin's samples; loading twice changes nothing."""
    if json_:
        count = deployment.run(lambda site: load_samples(site, lambda _: None))
        as_json({"samples": count, "listings": _made(deployment, scale, lambda _: None) if scale else 0})
        return
    with Progress(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console) as progress:
        task = progress.add_task("samples")
        count = deployment.run(lambda site: load_samples(site, lambda name: progress.update(task, description=name)))
    console.print(f"{count} samples loaded")
    if scale:
        _catalogue(deployment, scale)


def _catalogue(deployment: Deployment, scale: int) -> None:
    with Progress(*_BAR, console=console) as progress:
        task = progress.add_task("listings", total=scale)
        made = _made(deployment, scale, lambda n: progress.update(task, completed=n))
    console.print(f"{made} listings made, {scale - made} were there")


def _made(deployment: Deployment, scale: int, on_each: Callable[[int], None]) -> int:
    from marketplace_kit.listings.services.sampling import load_catalogue

    return deployment.run(lambda site: load_catalogue(site, scale, on_each))


@click.group()
def outbox() -> None:
    """Events and background work on their way."""


@outbox.command("status")
@json_option
@pass_deployment
def outbox_status(deployment: Deployment, json_: bool) -> None:
    """How much is ready, done and dead, and how old the oldest waiting job is."""
    rows = deployment.run(_job_counts)
    if json_:
        as_json(rows)
    else:
        as_table(("job", "state", "rows", "oldest"), [tuple(r.values()) for r in rows])


async def _job_counts(site: Site) -> list[dict[str, Any]]:
    async def counted(connection: AsyncConnection) -> list[dict[str, Any]]:
        columns = (
            job_table.c.name,
            job_table.c.state,
            sa.func.count().label("rows"),
            sa.func.min(job_table.c.run_at).label("oldest"),
        )
        found = await connection.execute(
            sa.select(*columns).group_by(job_table.c.name, job_table.c.state).order_by(job_table.c.name)
        )
        return [dict(row._mapping) for row in found]

    return await site.ask(counted)


@outbox.command("retry")
@click.argument("name", default="")
@click.option("--dry-run", is_flag=True, help="Only say how many there are.")
@json_option
@pass_deployment
def outbox_retry(deployment: Deployment, name: str, dry_run: bool, json_: bool) -> None:
    """Give dead jobs (of one NAME, or all) another life."""
    if dry_run:
        dead = [r for r in deployment.run(_job_counts) if r["state"] == "dead" and name in ("", r["name"])]
        count = sum(r["rows"] for r in dead)
    else:
        count = deployment.run(lambda site: site.do(retry_all, name, by=None))
    if json_:
        as_json({"jobs": count, "retried": not dry_run})
    else:
        console.print(f"{count} jobs {'would be ready again' if dry_run else 'are ready again'}")


@click.group()
def jobs() -> None:
    """Background work by name."""


@jobs.command("list")
@json_option
@pass_deployment
def jobs_list(deployment: Deployment, json_: bool) -> None:
    """Every kind of background work, whose it is and how often it is on the schedule."""
    known = deployment.registry.jobs
    rows = [
        {"name": n, "plugin": known.owner(n), "every_seconds": int(j.every.total_seconds()) if j.every else None}
        for n, j in known.items()
    ]
    if json_:
        as_json(rows)
    else:
        as_table(("job", "plugin", "every, s"), [(r["name"], r["plugin"], r["every_seconds"] or "-") for r in rows])


@jobs.command("run")
@click.argument("name")
@json_option
@pass_deployment
def jobs_run(deployment: Deployment, name: str, json_: bool) -> None:
    """Run a job that needs no payload now, and whatever is due with it."""
    known = deployment.registry.jobs
    if name not in known:
        raise Failed(f"there is no job {name}; there are {', '.join(known)}")

    async def running(site: Site) -> int:
        async def enqueue(uow: Any) -> None:
            uow.enqueue(name, known[name].payload())

        await site.do(enqueue)
        return await run_until_idle(site)

    count = deployment.run(running)
    if json_:
        as_json({"name": name, "jobs": count})
    else:
        console.print(f"{count} jobs run")


commands = (db, sample, outbox, jobs)
