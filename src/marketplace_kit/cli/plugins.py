"""``plugin``: what takes part in this site."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import rich_click as click

from marketplace_kit.cli import authoring
from marketplace_kit.cli.deployment import Deployment, pass_deployment
from marketplace_kit.cli.output import Failed, agreed, as_json, as_table, console, json_option
from marketplace_kit.kernel.activation import disabled_plugins, forget
from marketplace_kit.kernel.audit import audit
from marketplace_kit.kernel.hooks.specs import CONTRIBUTION, REGISTRATION
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.operations.services import switch


@click.group()
def plugin() -> None:
    """Plugins: list, check, enable, disable, purge; start a new one, write it, package it."""


@plugin.command("list")
@click.option("--all", "all_", is_flag=True, help="The core's rooms too.")
@json_option
@pass_deployment
def list_(deployment: Deployment, all_: bool, json_: bool) -> None:
    """Every plugin with its version, whether it takes part, and why not."""
    rows = _rows(deployment, all_)
    if json_:
        as_json(rows)
    else:
        as_table(
            ("plugin", "version", "state", "summary"),
            [(r["name"], r["version"], r["state"], r["reason"] or r["summary"]) for r in rows],
        )


def _rows(deployment: Deployment, all_: bool) -> list[dict[str, Any]]:
    registry = deployment.registry
    migrated = not any(r.startswith("kernel") for r in deployment.migrations.pending())
    off = deployment.run(lambda site: site.ask(disabled_plugins)) if migrated else frozenset()
    rows: list[dict[str, Any]] = [
        {
            "name": info.name,
            "version": info.version,
            "state": "core" if info.core else "disabled" if info.name in off else "enabled",
            "summary": info.summary,
            "reason": "",
            "contributes": registry.owned(info.name),
        }
        for info in registry.plugins.values()
        if all_ or not info.core
    ]
    for misfit in registry.quarantined:
        version = misfit.info.version if misfit.info else "?"
        rows.append(
            {
                "name": misfit.name,
                "version": version,
                "state": "quarantined",
                "summary": "",
                "reason": misfit.reason,
                "contributes": {},
            }
        )
    return rows


@plugin.command()
@click.argument("name", required=False)
@json_option
@pass_deployment
def check(deployment: Deployment, name: str | None, json_: bool) -> None:
    """Check that plugins fit: contract, settings, migrations, translations. Exit code 1 if one does not."""
    from marketplace_kit.kernel.checks import check_plugin

    registry = deployment.registry
    bad = {m.name: [m.reason] for m in registry.quarantined if name in (None, m.name)}
    names = [n for n, info in registry.plugins.items() if n == name or (name is None and not info.core)]
    if name is not None and not names and not bad:
        raise Failed(f"there is no plugin {name}; there are {', '.join(registry.plugins)}")
    texts = deployment.open_site().texts
    faults = bad | {n: check_plugin(registry, texts, n) for n in names}
    if json_:
        as_json([{"name": n, "fits": not found, "faults": list(found)} for n, found in faults.items()])
    else:
        as_table(("plugin", "verdict"), [(n, "; ".join(found) or "ok") for n, found in faults.items()])
    if any(faults.values()):
        raise SystemExit(1)


@plugin.command("enable")
@click.argument("name")
@json_option
@pass_deployment
def enable_(deployment: Deployment, name: str, json_: bool) -> None:
    """Let a plugin take part in this site."""
    deployment.run(lambda site: site.do(switch, name, on=True, by=None))
    if json_:
        as_json({"name": name, "state": "enabled"})
    else:
        console.print(f"{name} takes part; running processes see it within a second")


@plugin.command("disable")
@click.argument("name")
@json_option
@pass_deployment
def disable_(deployment: Deployment, name: str, json_: bool) -> None:
    """Switch a plugin off: its routes answer 404, its jobs wait, its data stays."""
    deployment.run(lambda site: site.do(switch, name, on=False, by=None))
    if json_:
        as_json({"name": name, "state": "disabled"})
    else:
        console.print(f"{name} is switched off; its data stays")


@plugin.command()
@click.argument("name")
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@pass_deployment
def purge(deployment: Deployment, name: str, dry_run: bool, yes: bool, json_: bool) -> None:
    """Remove a disabled plugin's tables with everything in them."""
    registry = deployment.registry
    if name not in registry.plugins or registry.plugins[name].core:
        raise Failed(f"{name} is no plugin that can be purged")
    if name not in deployment.run(lambda site: site.ask(disabled_plugins)):
        raise Failed(f"{name} takes part in this site: disable it first")
    tables = [str(t) for s in registry.storage.of(name) for t in s.tables]
    if not json_:
        console.print(f"tables with all their rows: {', '.join(tables) or 'none'}")
    if dry_run:
        if json_:
            as_json({"name": name, "tables": tables, "purged": False})
        return
    agreed("Remove them for good?", yes=yes, json_=json_)
    if tables:
        deployment.migrations.downgrade(f"{name}@base")
    deployment.run(lambda site: site.do(_purged, name))
    if json_:
        as_json({"name": name, "tables": tables, "purged": True})
        return
    console.print(f"{name} left nothing behind; uninstall it now, or “db upgrade” makes its tables anew")


async def _purged(uow: UnitOfWork, name: str) -> None:
    await forget(uow, name)
    await audit(uow, by=None, act="operations.purge_plugin", on=f"plugin:{name}")


@plugin.command()
@click.argument("name")
@click.option(
    "--into", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="Where to put the folder."
)
@click.option(
    "--with",
    "parts",
    default="listing-kind,page,api,table,notice,listener",
    show_default=True,
    help="Examples to include, by commas.",
)
@json_option
def new(name: str, into: Path, parts: str, json_: bool) -> None:
    """Start a plugin: a working one, with tests that pass before the first edit."""
    from marketplace_kit.scaffold import make_plugin

    try:
        folder = make_plugin(name, into, {p.strip() for p in parts.split(",") if p.strip()})
    except ValueError as wrong:
        raise Failed(str(wrong)) from wrong
    if json_:
        as_json({"folder": str(folder), "name": name.replace("-", "_")})
        return
    console.print(
        f"{folder} is ready. Install it (pip install -e {folder}), then:\n"
        f"marketplace db upgrade\nmarketplace plugin check {name.replace('-', '_')}"
    )


@plugin.command()
@json_option
@pass_deployment
def hooks(deployment: Deployment, json_: bool) -> None:
    """Every hook and who implements it, in the order they are called."""
    facade = deployment.open_site().hooks
    found = {hook: facade.implementers(hook) for hook in (*REGISTRATION, *CONTRIBUTION)}
    if json_:
        as_json(found)
    else:
        as_table(("hook", "implemented by"), [(hook, ", ".join(names)) for hook, names in found.items()])


for _command in authoring.commands:
    plugin.add_command(_command)
commands = (plugin,)
