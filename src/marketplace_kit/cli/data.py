"""``db``, ``sample``, ``outbox`` and ``jobs``: looking after the data."""

from __future__ import annotations

from typing import Any

import rich_click as click
import sqlalchemy as sa
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.cli.deployment import Deployment, pass_deployment
from marketplace_kit.cli.output import Failed, as_json, as_table, console, json_option
from marketplace_kit.cli.samples import load_samples
from marketplace_kit.kernel.jobs import run_until_idle
from marketplace_kit.kernel.jobs.claims import retry_dead
from marketplace_kit.kernel.outbox import job_table
from marketplace_kit.kernel.site import Site


@click.group()
def db() -> None:
    """The database and its migrations."""


@db.command()
@pass_deployment
def upgrade(deployment: Deployment) -> None:
    """Bring every plugin's tables up to date."""
    from marketplace_kit.kernel.branches import OrphanHeads

    pending = deployment.migrations.pending()
    try:
        deployment.migrations.upgrade()
    except OrphanHeads as orphans:
        raise Failed(str(orphans)) from orphans
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
@pass_deployment
def check(deployment: Deployment) -> None:
    """Compare the tables as declared with the tables as they are."""
    differences = deployment.migrations.differences()
    for difference in differences:
        console.print(str(difference))
    if differences:
        raise Failed(f"{len(differences)} differences between the declared tables and the database")
    console.print("the database is as declared")


@click.group()
def sample() -> None:
    """Lifelike data."""


@sample.command("load")
@pass_deployment
def sample_load(deployment: Deployment) -> None:
    """Load every plugin's samples; loading twice changes nothing."""
    with Progress(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console) as progress:
        task = progress.add_task("samples")
        count = deployment.run(lambda site: load_samples(site, lambda name: progress.update(task, description=name)))
    console.print(f"{count} samples loaded")


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
@pass_deployment
def outbox_retry(deployment: Deployment, name: str) -> None:
    """Give dead jobs (of one NAME, or all) another life."""
    console.print(f"{deployment.run(lambda site: site.do(retry_dead, name))} jobs are ready again")


@click.group()
def jobs() -> None:
    """Background work by name."""


@jobs.command("run")
@click.argument("name")
@pass_deployment
def jobs_run(deployment: Deployment, name: str) -> None:
    """Run a job that needs no payload now, and whatever is due with it."""
    known = deployment.registry.jobs
    if name not in known:
        raise Failed(f"there is no job {name}; there are {', '.join(known)}")

    async def running(site: Site) -> int:
        async def enqueue(uow: Any) -> None:
            uow.enqueue(name, known[name].payload())

        await site.do(enqueue)
        return await run_until_idle(site)

    console.print(f"{deployment.run(running)} jobs run")


commands = (db, sample, outbox, jobs)
