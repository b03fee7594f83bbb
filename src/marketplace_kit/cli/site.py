"""``config``, ``doctor``, ``openapi``, ``process`` and ``routes``: seeing how the site is set up."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from marketplace_kit.cli.deployment import Deployment, pass_deployment
from marketplace_kit.cli.doctor import examine
from marketplace_kit.cli.output import Failed, as_json, as_table, console, json_option
from marketplace_kit.kernel.settings import check_for_production


@click.group()
def config() -> None:
    """The settings in force."""


@config.command("show")
@click.option("--origin", is_flag=True, help="Where each value comes from.")
@json_option
@pass_deployment
def show(deployment: Deployment, origin: bool, json_: bool) -> None:
    """Every setting with its value; secrets are masked."""
    rows = deployment.settings.shown()
    if json_:
        as_json([{"setting": k, "value": v, "origin": o} for k, v, o in rows])
    elif origin:
        as_table(("setting", "value", "origin"), rows)
    else:
        as_table(("setting", "value"), [(k, v) for k, v, _ in rows])


@config.command("check")
@pass_deployment
def check(deployment: Deployment) -> None:
    """Whether the settings can be used, and used in public. Exit code 1 if not."""
    if faults := check_for_production(deployment.settings):
        raise Failed("\n".join(faults))
    console.print("the settings are good")


@click.command()
@json_option
@pass_deployment
def doctor(deployment: Deployment, json_: bool) -> None:
    """Examine the deployment: each line says ok, warn or fail, why, and the cure. Exit code 1 if anything fails."""
    findings = examine(deployment)
    if json_:
        as_json(findings)
    else:
        marks = {"ok": "[green]ok[/]", "warn": "[yellow]warn[/]", "fail": "[red]fail[/]"}
        as_table(("", "what", "finding", "cure"), [(marks[f.state], f.what, f.finding, f.cure) for f in findings])
    if any(f.state == "fail" for f in findings):
        raise SystemExit(1)


@click.command()
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="A file instead of the terminal.")
@pass_deployment
def openapi(deployment: Deployment, out: Path | None) -> None:
    """Print the OpenAPI 3.1 document of this site, every listing kind typed."""
    import msgspec

    from marketplace_kit.app import create_app
    from marketplace_kit.web.openapi import Description

    site = deployment.open_site()
    create_app(site)
    text = msgspec.json.format(site.facility(Description).json, indent=2).decode()
    if out is None:
        click.echo(text)
    else:
        out.write_text(text + "\n", encoding="utf-8")


@click.command()
@json_option
@pass_deployment
def routes(deployment: Deployment, json_: bool) -> None:
    """Every route with its methods, permission and plugin."""
    from marketplace_kit.app import create_app
    from marketplace_kit.web.openapi import route_table

    rows = route_table(create_app(deployment.open_site()))
    if json_:
        as_json(rows)
    else:
        as_table(
            ("path", "methods", "permission", "plugin"),
            [(r.path, " ".join(r.methods), r.permission, r.plugin) for r in rows],
        )


commands = (config, doctor, openapi, routes)
