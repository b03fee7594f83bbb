"""The root command, and what it leads to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import rich_click as click

from marketplace_kit import __version__
from marketplace_kit.cli import appearance, backups, catalogue, clocks, data, plugins, privacy, running, site, trails
from marketplace_kit.cli.deployment import Deployment
from marketplace_kit.cli.logs import configure
from marketplace_kit.kernel.errors import DomainError
from marketplace_kit.kernel.plugins import Misfit
from marketplace_kit.kernel.registry import DuplicateName
from marketplace_kit.kernel.settings import BadSettings

_EXPECTED = (BadSettings, DuplicateName, Misfit, DomainError)


class Root(click.RichGroup):
    """Commands of the kit, then those that plugins bring; plugins are loaded only when something asks for their
    commands.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *self._registry(ctx).commands})

    def get_command(self, ctx: click.Context, cmd_name: str) -> Any:
        own = super().get_command(ctx, cmd_name)
        if own is not None:
            return own
        commands = self._registry(ctx).commands
        return commands[cmd_name].load() if cmd_name in commands else None

    def main(self, *args: Any, **kwargs: Any) -> Any:
        configure(json=False, level="warning")
        return super().main(*args, **kwargs)

    def _registry(self, ctx: click.Context) -> Any:
        deployment = ctx.obj if isinstance(ctx.obj, Deployment) else Deployment(ctx.params.get("config"))
        return deployment.registry

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except _EXPECTED as refused:
            if ctx.params.get("debug"):
                raise
            raise click.ClickException(str(refused)) from refused


@click.group(cls=Root, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--config", type=click.Path(path_type=Path, dir_okay=False), help="The deployment's marketplace.toml.")
@click.option("--debug", is_flag=True, help="Show tracebacks and the kit's inner voice.")
@click.version_option(__version__, prog_name="marketplace")
@click.pass_context
def main(ctx: click.Context, config: Path | None, debug: bool) -> None:
    """Run and look after a marketplace."""
    if debug:
        configure(json=False, level="debug")
    if config is not None and not config.exists():
        raise click.ClickException(
            f"{config} does not exist: name the deployment's marketplace.toml, or leave --config out"
        )
    ctx.obj = Deployment(config)


_COMMANDS: Sequence[click.Command] = (
    *running.commands,
    *data.commands,
    *catalogue.commands,
    *clocks.commands,
    *plugins.commands,
    *privacy.commands,
    *site.commands,
    *appearance.commands,
    *backups.commands,
    *trails.commands,
)
for _command in _COMMANDS:
    main.add_command(_command)
