"""``templates``: what stands for whose template, copying one, and whether its original has moved on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import rich_click as click

from marketplace_kit.cli.deployment import Deployment, pass_deployment
from marketplace_kit.cli.output import Failed, as_json, as_table, console, json_option
from marketplace_kit.web.overrides import (
    CHANGED,
    GONE,
    SITE,
    Layer,
    NotCopied,
    Override,
    accept_template,
    copy_template,
    layers_of,
    overrides,
)

_folder = click.option(
    "--to", type=click.Path(path_type=Path, file_okay=False), help="A folder of templates; else the site's own."
)


@click.group()
def templates() -> None:
    """Templates: copy one to change it, and see which originals changed since."""


@templates.command("list")
@json_option
@pass_deployment
def list_(deployment: Deployment, json_: bool) -> None:
    """Every template that stands for another's."""
    _show(overrides(_layers(deployment)), json_)


@templates.command()
@json_option
@pass_deployment
def drift(deployment: Deployment, json_: bool) -> None:
    """Copies whose original changed since, or is gone. Exit code 1 if there are any."""
    found = [one for one in overrides(_layers(deployment)) if one.state in (CHANGED, GONE)]
    _show(found, json_)
    if found:
        raise SystemExit(1)


@templates.command("copy")
@click.argument("name")
@_folder
@click.option("--force", is_flag=True, help="Replace the copy if it is there.")
@json_option
@pass_deployment
def copy_(deployment: Deployment, name: str, to: Path | None, force: bool, json_: bool) -> None:
    """Copy the template NAME (as shops/face.html), to be changed there."""
    layers = _layers(deployment)
    try:
        _said(copy_template(layers, name, to or _own(layers), force=force), "copied", json_)
    except NotCopied as why:
        raise Failed(str(why)) from why


@templates.command()
@click.argument("name")
@_folder
@json_option
@pass_deployment
def accept(deployment: Deployment, name: str, to: Path | None, json_: bool) -> None:
    """Note that the copy of NAME was held against its original as it is now."""
    layers = _layers(deployment)
    try:
        _said(accept_template(layers, name, to or _own(layers)), "accepted", json_)
    except NotCopied as why:
        raise Failed(str(why)) from why


def _layers(deployment: Deployment) -> list[Layer]:
    return layers_of(deployment.registry, deployment.settings)


def _own(layers: list[Layer]) -> Path:
    if layers[0].owner != SITE:
        raise Failed("the site has no folder of templates: set templates_folder in [web], or say --to FOLDER")
    return layers[0].folder


def _show(found: list[Override], json_: bool) -> None:
    rows: list[dict[str, Any]] = [
        {
            "name": one.name,
            "owner": one.owner,
            "stands_for": one.original,
            "state": one.state,
            "copied_from": one.copied_from,
            "file": str(one.file),
        }
        for one in found
    ]
    if json_:
        as_json(rows)
    elif rows:
        as_table(("template", "of", "stands for", "state", "file"), [_cells(row) for row in rows])
    else:
        console.print("none")


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    return row["name"], row["owner"], row["stands_for"] or "-", row["state"], row["file"]


def _said(file: Path, done: str, json_: bool) -> None:
    if json_:
        as_json({"file": str(file), "done": done})
    else:
        console.print(f"{file} {done}")


commands = (templates,)
