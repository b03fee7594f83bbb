"""``reindex``, ``import`` and ``export``: the search index, and a shop's listings as a file."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import rich_click as click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from marketplace_kit.cli.deployment import Deployment, pass_deployment
from marketplace_kit.cli.output import Failed, as_json, as_table, console, json_option
from marketplace_kit.kernel.errors import Invalid
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site

_BAR = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
_OFFICE = Actor(roles=frozenset({"admin"}), permissions=frozenset({"listings.create", "listings.moderate"}))
"""Whoever has the command line has the database."""


@click.command()
@click.option("--after", type=click.UUID, help="Go on behind this listing, the last one that an earlier run named.")
@json_option
@pass_deployment
def reindex(deployment: Deployment, after: UUID | None, json_: bool) -> None:
    """Make the search index anew, while the site runs. Nothing is taken out of it that belongs into it."""
    from marketplace_kit.listings.queries.indexable import count_all
    from marketplace_kit.listings.services import reindex as run

    last = after

    async def running(site: Site) -> int:
        nonlocal last
        done = 0
        with Progress(*_BAR, console=console, disable=json_) as progress:
            task = progress.add_task("listings", total=await site.ask(count_all))
            async for reached, number in run(site, after=after):
                last, done = reached, done + number
                progress.update(task, completed=done)
        return done

    try:
        done = deployment.run(running)
    except BaseException:
        if last is not None and not json_:
            console.print(f"stopped; go on with: marketplace reindex --after {last}")
        raise
    if json_:
        as_json({"listings": done})
    else:
        console.print(f"{done} listings looked at, the index is new")


@click.command("export")
@click.argument("shop_id", type=click.UUID)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@json_option
@pass_deployment
def export_(deployment: Deployment, shop_id: UUID, file: Path, json_: bool) -> None:
    """Write the listings of a shop to a CSV FILE."""
    from marketplace_kit.listings.services import export_listings

    with console.status(f"writing {file.name}"):
        text = deployment.run(lambda site: export_listings(site, shop_id, by=_OFFICE))
    file.write_text(text, encoding="utf-8", newline="")
    if json_:
        as_json({"file": str(file), "bytes": file.stat().st_size})
    else:
        console.print(f"{file} written")


@click.command("import")
@click.argument("shop_id", type=click.UUID)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@json_option
@pass_deployment
def import_(deployment: Deployment, shop_id: UUID, file: Path, dry_run: bool, json_: bool) -> None:
    """Make and change the listings of a shop from a CSV FILE: all lines or none."""
    from marketplace_kit.listings.services import import_listings

    content = file.read_bytes()
    try:
        with console.status(f"reading {file.name}"):
            report = deployment.run(lambda site: import_listings(site, shop_id, content, by=_OFFICE, dry_run=dry_run))
    except Invalid as invalid:
        as_table(("line:column", "code"), [(p.field, p.code) for p in invalid.problems])
        raise Failed(f"nothing was stored: {len(invalid.problems)} problems") from invalid
    if json_:
        as_json(report)
    elif report.problems:
        as_table(("line", "column", "what is wrong"), [(p.line, p.column, p.text) for p in report.problems])
    else:
        console.print(f"made {report.made}, changed {report.changed}, unchanged {report.unchanged}")
    if report.problems:
        raise SystemExit(1)


commands = (reindex, export_, import_)
