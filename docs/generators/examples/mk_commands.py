from collections.abc import Sequence

import click
from click.testing import CliRunner
from typing_extensions import override

from marketplace_kit.kernel.hooks import Command, Plugin, PluginInfo, hookimpl
from marketplace_kit.kernel.plugins import boot


@click.group()
def vet() -> None:
    """The vet's own commands."""


@vet.command()
def count() -> None:
    """How many visits there were."""
    click.echo("0 visits")


class Vet(Plugin):
    info = PluginInfo(name="vet", version="1.0", label="Vet", summary="Visits to a vet.")

    @hookimpl
    @override
    def mk_commands(self) -> Sequence[Command]:
        return (Command(name="vet", load=lambda: vet),)


registry, hooks = boot((), [Vet()])
command = registry.commands["vet"].load()
assert CliRunner().invoke(command, ["count"]).output == "0 visits\n"
