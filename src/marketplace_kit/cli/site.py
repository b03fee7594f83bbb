"""``config``, ``doctor``, ``health``, ``openapi``, ``process``, ``routes`` and ``secrets``: seeing how the site is."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import rich_click as click
from sqlalchemy.exc import SQLAlchemyError

from marketplace_kit.assembly import CORE
from marketplace_kit.cli.deployment import Deployment, pass_deployment
from marketplace_kit.cli.output import Failed, agreed, as_json, as_table, console, json_option
from marketplace_kit.kernel.activation import Activation
from marketplace_kit.kernel.audit import audit
from marketplace_kit.kernel.errors import DomainError
from marketplace_kit.kernel.ids import secret_token
from marketplace_kit.kernel.plugins import discover
from marketplace_kit.kernel.process import Process
from marketplace_kit.kernel.settings import Settings, check_for_production
from marketplace_kit.kernel.site import Site
from marketplace_kit.operations.services import examine
from marketplace_kit.web.health import MonitoringSettings


@click.group()
def config() -> None:
    """The settings in force."""


@config.command("show")
@click.option("--origin", is_flag=True, help="Where each value comes from.")
@json_option
@pass_deployment
def show(deployment: Deployment, origin: bool, json_: bool) -> None:
    """Every setting with its value; secrets are masked. What an admin saved has the origin “admin”."""
    rows = _in_force(deployment).shown()
    if json_:
        as_json([{"setting": k, "value": v, "origin": o} for k, v, o in rows])
    elif origin:
        as_table(("setting", "value", "origin"), rows)
    else:
        as_table(("setting", "value"), [(k, v) for k, v, _ in rows])


def _in_force(deployment: Deployment) -> Settings:
    """With what was saved in the admin area, where there is a database to look into."""

    async def looked(site: Site) -> Settings:
        await site.facility(Activation).refresh(site)
        return site.settings

    try:
        return deployment.run(looked)
    except (DomainError, SQLAlchemyError, OSError):  # none yet, not migrated, or away: the deployment's word remains
        return deployment.settings


@config.command("check")
@json_option
@pass_deployment
def check(deployment: Deployment, json_: bool) -> None:
    """Whether the settings can be used, and used in public. Exit code 1 if not."""
    faults = check_for_production(deployment.settings)
    if json_:
        as_json({"faults": faults})
        raise SystemExit(1 if faults else 0)
    if faults:
        raise Failed("\n".join(faults))
    console.print("the settings are good")


@click.command()
@json_option
@pass_deployment
def doctor(deployment: Deployment, json_: bool) -> None:
    """Examine the deployment: each line says ok, warn or fail, why, and the cure. Exit code 1 if anything fails."""
    findings = [finding.told() for finding in deployment.run(examine)]
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


@click.command()
@click.option("--url", default="http://127.0.0.1:8000", show_default=True, help="Where the site listens.")
@click.option("--seconds", default=5, show_default=True, type=click.IntRange(1, 60), help="How long to wait.")
@json_option
@pass_deployment
def health(deployment: Deployment, url: str, seconds: int, json_: bool) -> None:
    """Ask the running site whether it can serve: what a container's health check calls. Exit code 1 if it cannot."""
    import httpx

    token = deployment.settings.of(MonitoringSettings).token
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        answer = httpx.get(f"{url.rstrip('/')}/health/ready", headers=headers, timeout=seconds)
        found = {"serving": answer.status_code == 200, **answer.json()}
    except (httpx.HTTPError, ValueError) as gone:
        found = {"serving": False, "status": "away", "checks": {}, "reason": type(gone).__name__}
    if json_:
        as_json(found)
    else:
        console.print(f"{found['status']} {' '.join(f'{k}={v}' for k, v in found['checks'].items())}".strip())
    if not found["serving"]:
        raise SystemExit(1)


@click.group()
def process() -> None:
    """The lives that things lead: states and the moves between them."""


@process.command("list")
@json_option
@pass_deployment
def process_list(deployment: Deployment, json_: bool) -> None:
    """Every process, with its states."""
    found = _processes(deployment)
    rows: list[dict[str, Any]] = [
        {"name": n, "version": p.version, "states": [s.name for s in p.states]} for n, p in found
    ]
    if json_:
        as_json(rows)
    else:
        as_table(("process", "version", "states"), [(r["name"], r["version"], ", ".join(r["states"])) for r in rows])


@process.command("show")
@click.argument("name")
@click.option("--mermaid", is_flag=True, help="As a Mermaid state diagram.")
@json_option
@pass_deployment
def process_show(deployment: Deployment, name: str, mermaid: bool, json_: bool) -> None:
    """The moves of one process: from where, by which verb, to where, by whom."""
    known = dict(_processes(deployment))
    if name not in known:
        raise Failed(f"there is no process {name}; there are {', '.join(known)}")
    moves: list[dict[str, Any]] = [
        {"from": source, "verb": t.verb, "to": t.target, "who": list(t.who)}
        for t in known[name].transitions
        for source in t.sources
    ]
    if mermaid:
        click.echo(known[name].mermaid())
    elif json_:
        as_json(moves)
    else:
        as_table(("from", "verb", "to", "who"), [(m["from"], m["verb"], m["to"], ", ".join(m["who"])) for m in moves])


def _processes(deployment: Deployment) -> list[tuple[str, Process]]:
    """Those of listing kinds, and those that rooms and plugins keep in their domain."""
    packages = {type(p).__module__.rpartition(".plugin")[0] for p in CORE}
    packages |= {type(p).__module__.rpartition(".plugin")[0] for p in discover()[0]}
    found = {k.process.name: k.process for k in deployment.registry.listing_kinds.values() if k.process is not None}
    for module in [sys.modules.get(f"{package}.domain") for package in sorted(packages)]:
        found |= {p.name: p for p in vars(module or object).values() if isinstance(p, Process)}
    return sorted(found.items())


@click.group()
def secrets() -> None:
    """The site's own secret."""


@secrets.command("rotate")
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@pass_deployment
def rotate(deployment: Deployment, dry_run: bool, yes: bool, json_: bool) -> None:
    """Replace the site's secret. Programs sign in anew, links in mails already sent stop working; restart the site."""
    origin = deployment.settings.origins.get("site.secret", "default")
    if not origin.startswith("file "):
        raise Failed(f"site.secret comes from {origin}: only a file can be replaced, named by MK_SITE__SECRET_FILE")
    path = Path(origin.removeprefix("file "))
    if not json_:
        console.print(f"{path} gets a new secret: access tokens and links in mails that are on their way stop working")
    if dry_run:
        if json_:
            as_json({"file": str(path), "rotated": False})
        return
    agreed("Replace it?", yes=yes, json_=json_)
    fresh = path.with_name(f"{path.name}.new")
    fresh.touch(mode=0o600)
    fresh.write_text(secret_token(), encoding="utf-8")
    fresh.replace(path)
    deployment.run(lambda site: site.do(audit, by=None, act="operations.rotate_secret", on="site:secret"))
    if json_:
        as_json({"file": str(path), "rotated": True})
    else:
        console.print("replaced; restart every web process and worker now")


commands = (config, doctor, openapi, routes, health, process, secrets)
