"""``privacy``: giving people what is kept about them, and forgetting them - in every room and plugin, active or not."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import rich_click as click

from marketplace_kit.accounts.queries import person_id_by_contact
from marketplace_kit.accounts.services import erase_person, export_person, holds_of
from marketplace_kit.cli.deployment import Deployment, pass_deployment
from marketplace_kit.cli.output import Failed, agreed, as_json, console, json_option
from marketplace_kit.kernel.errors import filled
from marketplace_kit.kernel.site import Site


@click.group()
def privacy() -> None:
    """What is kept about people: give it to them, forget it."""


@privacy.command("export")
@click.argument("person")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="A file instead of the terminal.")
@pass_deployment
def export(deployment: Deployment, person: str, out: Path | None) -> None:
    """Everything that is kept about PERSON (an e-mail address, a phone number or an id), as JSON."""

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
@click.option(
    "--force", is_flag=True, help="Even if something has to be settled first (an open visit, an unpaid bill)."
)
@json_option
@pass_deployment
def erase(deployment: Deployment, person: str, dry_run: bool, yes: bool, force: bool, json_: bool) -> None:
    """Forget PERSON (an e-mail address, a phone number or an id) everywhere, in one transaction."""
    keepers = list(deployment.registry.personal_data)
    if not json_:
        console.print(f"forgotten by: {', '.join(keepers) or 'nobody'}")
    if dry_run:
        if json_:
            as_json({"keepers": keepers, "forgotten": False})
        return
    agreed(f"Forget {person} for good?", yes=yes, json_=json_)

    async def forgotten(site: Site) -> None:
        person_id = await _id_of(site, person)
        holds = await site.ask(partial(holds_of, site), person_id)
        if holds and not force:
            raise Failed("this has to be settled first:\n" + "\n".join(filled(h.text, h.facts) for h in holds))
        await site.do(erase_person, person_id)

    deployment.run(forgotten)
    if json_:
        as_json({"keepers": keepers, "forgotten": True})
    else:
        console.print("forgotten")


async def _id_of(site: Site, person: str) -> UUID:
    try:
        return UUID(person)
    except ValueError:
        found = await site.ask(person_id_by_contact, person)
    if found is None:
        raise Failed(f"nobody here has the address {person}")
    return found


commands = (privacy,)
