"""``privacy``: giving people what is kept about them, and forgetting them - in every room and plugin, active or not."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import rich_click as click

from marketplace_kit.accounts.domain import lookup_of
from marketplace_kit.accounts.queries import person_id_by_email
from marketplace_kit.cli.deployment import Deployment, pass_deployment
from marketplace_kit.cli.output import Failed, as_json, console
from marketplace_kit.kernel.site import Site, UnitOfWork


@click.group()
def privacy() -> None:
    """What is kept about people: give it to them, forget it."""


@privacy.command("export")
@click.argument("person")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="A file instead of the terminal.")
@pass_deployment
def export(deployment: Deployment, person: str, out: Path | None) -> None:
    """Everything that is kept about PERSON (an e-mail address or an id), as JSON."""

    async def gathered(site: Site) -> dict[str, Any]:
        return await export_person(site, await _id_of(site, person))

    found = deployment.run(gathered)
    if out is None:
        as_json(found)
        return
    out.touch(mode=0o600)
    out.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n")


@privacy.command("erase")
@click.argument("person")
@click.option("--dry-run", is_flag=True, help="Only say who would be asked to forget.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_deployment
def erase(deployment: Deployment, person: str, dry_run: bool, yes: bool) -> None:
    """Forget PERSON (an e-mail address or an id) everywhere, in one transaction."""
    console.print(f"forgotten by: {', '.join(deployment.registry.personal_data) or 'nobody'}")
    if dry_run:
        return
    if not yes:
        click.confirm(f"Forget {person} for good?", abort=True)

    async def forgotten(site: Site) -> None:
        await site.do(erase_person, await _id_of(site, person))

    deployment.run(forgotten)
    console.print("forgotten")


async def export_person(site: Site, person_id: UUID) -> dict[str, Any]:
    """What each room and plugin keeps about a person, by the name it declared."""
    return {name: await site.ask(kept.export, person_id) for name, kept in site.registry.personal_data.items()}


async def erase_person(uow: UnitOfWork, person_id: UUID) -> None:
    """Have everybody forget a person, those above first: a room may need the ones it stands on to find its rows."""
    for kept in reversed(list(uow.site.registry.personal_data.values())):
        await kept.erase(uow, person_id)


async def _id_of(site: Site, person: str) -> UUID:
    try:
        return UUID(person)
    except ValueError:
        found = await site.ask(person_id_by_email, lookup_of(person))
    if found is None:
        raise Failed(f"nobody here has the address {person}")
    return found


commands = (privacy,)
