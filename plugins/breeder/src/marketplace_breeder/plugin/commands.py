"""``marketplace breeder``: a kennel's leads in the terminal, or for a program."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

import click
import msgspec

from marketplace_breeder.queries import leads_of
from marketplace_breeder.schemas import Lead
from marketplace_kit.kernel.site import Site
from marketplace_kit.shops.queries import shop_page


class Deployment(Protocol):
    """What the command line keeps as its object: it can run something asynchronous on the site."""

    def run(self, act: Callable[[Site], Awaitable[list[Lead] | None]]) -> list[Lead] | None: ...


@click.group()
def breeder() -> None:
    """Kennels."""


@breeder.command("leads")
@click.option("--shop", required=True, help="The last part of the kennel's address.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a program to read.")
@click.pass_obj
def leads(deployment: Deployment, shop: str, as_json: bool) -> None:
    """Who wants which animal of a kennel, latest first."""

    async def asked(site: Site) -> list[Lead] | None:
        kennel = await site.ask(shop_page, shop, admin=True)
        return None if kennel is None else await site.ask(leads_of, {kennel.id})

    found = deployment.run(asked)
    if found is None:
        raise click.ClickException(f"there is no shop “{shop}”: look at the end of its address, /shops/…")
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
        return
    for lead in found:
        click.echo(f"{lead.at:%Y-%m-%d %H:%M}  {lead.how:<9}  {lead.person_name}  {lead.listing_title}")


def breeder_command() -> click.Command:
    return breeder
