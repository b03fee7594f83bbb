"""``marketplace user``: making people from the command line."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import click
import msgspec

from marketplace_kit.accounts.domain import ROLES
from marketplace_kit.accounts.services import create_person
from marketplace_kit.kernel.errors import Invalid, filled
from marketplace_kit.kernel.site import Site


class Deployment(Protocol):
    """What the command line keeps as its object: it can run something asynchronous on the site."""

    def run(self, act: Callable[[Site], Awaitable[UUID]]) -> UUID: ...


@click.group()
def user() -> None:
    """People with an account."""


@user.command("create")
@click.option("--email", required=True, help="E-mail address, taken as confirmed.")
@click.option("--name", required=True, help="What to call them.")
@click.option(
    "--role", "roles", multiple=True, type=click.Choice(ROLES), help="May be repeated; everybody is a customer."
)
@click.option("--phone", default="", help="Phone number.")
@click.option("--locale", default="", help="kk, ru or en; the site's language if left out.")
@click.option(
    "--password-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Read the password from the first line of a file instead of asking for it.",
)
@click.option("--json", "json_", is_flag=True, help="Print JSON for a program to read.")
@click.pass_obj
def create(deployment: Deployment, /, password_file: Path | None, json_: bool, **given: Any) -> None:
    """Make a person who can sign in at once."""
    password = _password(password_file)
    try:
        person_id = deployment.run(lambda site: create_person(site, password=password, **given))
    except Invalid as refused:
        lines = (f"{p.field}: {filled(p.text, p.facts)}" for p in refused.problems)
        raise click.ClickException("\n".join(lines)) from refused
    if json_:
        click.echo(msgspec.json.encode({"id": person_id, "email": given["email"]}))
    else:
        click.echo(f"{given['email']} can sign in; id {person_id}")


def _password(file: Path | None) -> str:
    if file is None:
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
    return (file.read_text(encoding="utf-8").splitlines() or [""])[0]


def user_command() -> click.Command:
    return user
